/** HTTP/1.1 responses as byte strings. */

/** Header lines ready to send, each ended by CRLF. A value must not contain a line break. */
export type HeaderLines = string;

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  204: "No Content",
  302: "Found",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  410: "Gone",
  413: "Payload Too Large",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
};

export const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
export const CHUNKED_LINE: HeaderLines = "Transfer-Encoding: chunked\r\n";
export const CLOSE_LINE: HeaderLines = "Connection: close\r\n";
export const KEEP_ALIVE_LINE: HeaderLines = "Connection: keep-alive\r\n";

/** The reason phrase of a status. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? "Unknown";
}

/** The first line of an answer. */
export function statusLine(status: number): string {
  return status === 200 ? "HTTP/1.1 200 OK\r\n" : `HTTP/1.1 ${status} ${reasonOf(status)}\r\n`;
}

/** The `Date` header for a time in milliseconds since the epoch. */
export function dateLine(nowMs: number): HeaderLines {
  return `Date: ${new Date(nowMs).toUTCString()}\r\n`;
}
