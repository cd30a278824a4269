/**
 * One HTTP request and its answer, as a listener hands it to the API. The API knows no sockets and a listener no
 * commands, so one listener can take another's place.
 */
import type { EventEmitter } from "node:events";
import type { Session } from "../engine/session.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { SharedBytes } from "../engine/client-memory.ts";
import type { PieceSource } from "./outgoing-queue.ts";

/** A credential that has been looked up, and what it was worth then. */
export interface Grant {
  /** The Authorization header; undefined when the credential came in another way. */
  readonly authorization: string | undefined;
  /** {@link Tokens.generation} at the look-up; a grant of another generation is worth nothing. */
  readonly generation: number;
  readonly session: Session;
}

/** The headers that the API looks at; a listener need not keep others. */
export type HeaderName =
  | "authorization"
  | "host"
  | "x-forwarded-for"
  | "access-control-request-private-network"
  | "origin"
  | "access-control-request-headers"
  | "upstash-encoding"
  | "upstash-response-format"
  | "upstash-reponse-format";

export interface HttpExchange {
  /** As in the request line. */
  readonly method: string;
  /** The raw second word of the request line, one char per byte. */
  readonly target: string;
  /** The connection has closed: nobody will read an answer. */
  readonly isGone: boolean;
  /** Where the connection comes from, an IP address; undefined when it is gone or has none. */
  readonly remoteAddress: string | undefined;
  /** A header's value; repeated ones are joined as HTTP joins them. */
  header(name: HeaderName): string | undefined;
  /** The body's bytes as a byte string. Known only once the request is complete. */
  readonly body: string;
  /** Written by the handler when it admits a request, and kept by a listener that can for the next on the connection. */
  grant: Grant | undefined;
  /**
   * Answers, once. A body that is a byte string goes out with its length; one that is made piece by piece, as the client
   * reads, goes out in chunks. HEAD is answered without it, and then its source is abandoned.
   */
  reply(status: number, headers: HeaderLines, body: string | PieceSource): void;
  /** Answers, in place of {@link reply}, with a body that goes on until the stream ends. */
  stream(status: number, headers: HeaderLines): HttpStream;
}

/** A body under way. The connection carries nothing after it. */
export interface HttpStream {
  /** Bytes written that have not left the process, of shared messages too. */
  readonly unreadBytes: number;
  /** Status and headers go out with the first message, which many streams may share. This may cut the stream. */
  write(message: string | SharedBytes): void;
  /** Ends the body, and the connection with it. */
  end(): void;
  /** Cuts the connection; what is unread is lost. */
  cut(): void;
  /** Calls back, once, when nothing can be written any more, for whatever reason; at once if that is so already. */
  onClose(listener: () => void): void;
}

/** A connection, for those who count; a socket is one. */
export interface Connection {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  once(event: "close", listener: () => void): void;
}

/** What a listener drives. None of it throws. */
export interface HttpHandler {
  /** A connection was accepted. */
  connected(connection: Connection): void;
  /** When the head has come in, before the body. Answers false when it has replied already: the body is of no use. */
  admit(exchange: HttpExchange): boolean;
  /** When an admitted request is complete. Replies now or a little later. */
  handle(exchange: HttpExchange): void;
  /** The answer to a request the listener could not or would not read: status, and the text of the error. */
  refusal(status: number, text: string): { headers: HeaderLines; body: string };
}

/**
 * Calls back, once, when the other side of a socket has ended or the socket has closed. A client that has gone is known
 * by the end, and the close comes later: what is delivered in between would be lost.
 */
export function onceEnded(socket: EventEmitter, listener: () => void): void {
  const ended = (): void => {
    socket.off("end", ended).off("close", ended);
    listener();
  };
  socket.on("end", ended).on("close", ended);
}
