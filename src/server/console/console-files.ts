/**
 * The console's files as answers. This module holds them all, so it is loaded by the first request for one: a server whose
 * console nobody opens has neither their text in memory nor the time of reading it.
 */
import { gunzipSync } from "node:zlib";
import type { HeaderLines } from "../../protocol/http-writer.ts";
import { CONSOLE_FILES } from "../console-files.generated.ts";

/** The answer to a request for a file. */
interface FileAnswer {
  readonly headers: HeaderLines;
  /** A byte string. */
  readonly body: string;
}

/** The page. It names the other files, so it is asked for anew each time. */
const PAGE = "index.html";

/**
 * The page loads nothing but this server's own scripts and styles and calls nothing else, none of it is inline, and no
 * other page may frame it, open it with a handle on it, or be told where its links come from.
 */
const PAGE_HEADERS: HeaderLines =
  "Cache-Control: no-store\r\n" +
  "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n" +
  "X-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n";

/** The names of the other files change with what they hold. Every browser that can run the page knows gzip. */
const ASSET_HEADERS: HeaderLines =
  "Cache-Control: public, max-age=31536000, immutable\r\nContent-Encoding: gzip\r\n" +
  "Cross-Origin-Resource-Policy: same-origin\r\n";

const NO_SNIFFING: HeaderLines = "X-Content-Type-Options: nosniff\r\n";

/** The file at a path below `/console/`, the page for the empty one; undefined when there is none. */
export function fileAt(path: string): FileAnswer | undefined {
  const name = path === "" ? PAGE : path;
  // The paths are keys of a table and no paths of the disk, so none leads out of it.
  if (!Object.hasOwn(CONSOLE_FILES, name)) return undefined;
  const [type, gzipBase64] = CONSOLE_FILES[name]!;
  const compressed = Buffer.from(gzipBase64, "base64");
  const isPage = name === PAGE;
  const headers = `Content-Type: ${type}\r\n${NO_SNIFFING}${isPage ? PAGE_HEADERS : ASSET_HEADERS}`;
  return { headers, body: (isPage ? gunzipSync(compressed) : compressed).latin1Slice() };
}
