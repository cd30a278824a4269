/**
 * An HTTP request and its answer, as a listener passes it to the API. The API knows no sockets and a listener no
 * commands, so listeners are interchangeable.
 */
import type { EventEmitter } from "node:events";
import type { Session } from "../engine/session.ts";
import type { HeaderName } from "../protocol/http-headers.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { SharedBytes } from "../engine/client-memory.ts";
import type { PieceSource } from "./outgoing-queue.ts";

/** A credential that was looked up, with the result. */
export interface Grant {
  /** The Authorization header; undefined when the credential came in another way. */
  readonly authorization: string | undefined;
  /** {@link Tokens.generation} at the look-up. A grant of another generation is invalid. */
  readonly generation: number;
  readonly session: Session;
}

/** A request and the answer to it. A listener may use one exchange for request after request of a connection. */
export interface HttpExchange {
  /** As in the request line. */
  readonly method: string;
  /** The raw second word of the request line, one char per byte. */
  readonly target: string;
  /** Whether the connection is closed, so that no answer can be read. */
  readonly isGone: boolean;
  /** The client's IP address; undefined when the connection is closed or has none. */
  readonly remoteAddress: string | undefined;
  /** A header's value. Repeated headers are joined as HTTP prescribes. */
  header(name: HeaderName): string | undefined;
  /** The body as a byte string. Available once the request is complete. */
  readonly body: string;
  /** Set by the handler when it admits a request. A listener may keep it for the next request on the connection. */
  grant: Grant | undefined;
  /** The route that answers the request. Set by the router. */
  route: Route | undefined;
  /** Counts bytes that the handler keeps for the request, in place of those before. May cut the connection. */
  hold(bytes: number): void;
  /**
   * Sends the answer; call it once. A body that is a byte string is sent with its length; one made in pieces, as the
   * client reads, is sent in chunks. The answer to HEAD has no body, and its source is abandoned.
   */
  reply(status: number, headers: HeaderLines, body: string | PieceSource): void;
  /** Sends an answer whose body ends with the stream, in place of {@link reply}. */
  stream(status: number, headers: HeaderLines): HttpStream;
}

/** A body under way. Nothing follows it on its connection. */
export interface HttpStream {
  /** Bytes written that have not left the process, shared messages included. */
  readonly unreadBytes: number;
  /** Sends a message, which many streams may share; status and headers are sent with the first. May cut the stream. */
  write(message: string | SharedBytes): void;
  /** Counts bytes that the handler keeps for as long as the stream is open. May cut the stream. */
  hold(bytes: number): void;
  /** Ends the body and the connection. */
  end(): void;
  /** Cuts the connection. Unsent bytes are lost. */
  cut(): void;
  /** Calls back once when nothing can be written any more, for any reason; at once if that is already so. */
  onClose(listener: () => void): void;
}

/** Answers the requests of some paths, and checks their credentials. None of the methods throws. */
export interface Route {
  /** Whether it answers this request of its path, by the head; without it, it answers every one. */
  serves?(exchange: HttpExchange): boolean;
  /** Checks the credentials. Answers false when it has refused the request, with a reply. */
  admit(exchange: HttpExchange): boolean;
  /** Replies to an admitted request that is complete, in this turn or a later one. */
  handle(exchange: HttpExchange): void;
}

/** Byte counters of a connection, such as a socket's. */
export interface Connection {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  once(event: "close", listener: () => void): void;
}

/** The API, as a listener calls it. None of the methods throws. */
export interface HttpHandler {
  /** A connection was accepted. */
  connected(connection: Connection): void;
  /**
   * Called when the head was read, before the body. Answers false when it has replied, in which case the body is not
   * needed.
   */
  admit(exchange: HttpExchange): boolean;
  /** Called when an admitted request is complete. Replies now or a little later. */
  handle(exchange: HttpExchange): void;
  /** The answer to a request that the listener refuses: its status, and the text of the error. */
  refusal(status: number, text: string): { headers: HeaderLines; body: string };
}

/**
 * Calls back once when the peer of a socket has ended its side or the socket is closed. A client that has left is
 * noticed by the end; the close comes later, and what is delivered in between would be lost.
 */
export function onceEnded(socket: EventEmitter, listener: () => void): void {
  const ended = (): void => {
    socket.off("end", ended).off("close", ended);
    listener();
  };
  socket.on("end", ended).on("close", ended);
}
