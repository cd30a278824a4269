/**
 * Event streams: `/subscribe`, `/psubscribe` and `/monitor`. A stream is a session that lives as long as its
 * connection; messages are sent as server-sent events. A silent stream sends comments, and a client that does not read
 * is disconnected.
 */
import type { User } from "../core/authority.ts";
import { TOO_MANY_CONNECTIONS } from "../core/errors/doors.ts";
import { CommandError, OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../engine/session.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import { encodeEvent, KEEP_ALIVE, MONITOR_STARTED } from "../protocol/sse.ts";
import type { ClientWarnings } from "./client-warnings.ts";
import type { MessageEncoder } from "./message-encoder.ts";
import type { HttpStream } from "./exchange.ts";

/** First segments of the paths of streams, in lower case. */
export const STREAM_PATHS: ReadonlySet<string> = new Set(["subscribe", "psubscribe", "monitor"]);

/** Headers of a stream. Without the last one, nginx would buffer events. */
export const STREAM_HEADERS: HeaderLines =
  "Content-Type: text/event-stream\r\nCache-Control: no-cache\r\nX-Accel-Buffering: no\r\n";

/** The client that asks for a stream. */
interface StreamClient {
  readonly user: User;
  /** The client's address. */
  readonly address: string | undefined;
  /** Whether the token is still valid. */
  readonly isGood: () => boolean;
}

interface OpenStream {
  readonly session: Session;
  readonly http: HttpStream;
  /** The client's address, for the log. */
  readonly address: string | undefined;
  /** Whether the token of the stream is still valid. */
  readonly isGood: () => boolean;
}

export class HttpStreams {
  private readonly engine: Engine;
  private readonly warnings: ClientWarnings;
  private readonly open = new Set<OpenStream>();
  /** The number of streams of each user that has any. */
  private readonly countOf = new Map<User, number>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly messages: MessageEncoder;

  constructor(engine: Engine, messages: MessageEncoder, warnings: ClientWarnings) {
    this.engine = engine;
    this.messages = messages;
    this.warnings = warnings;
  }

  /**
   * Begins a stream: runs the command and, once it is admitted, calls `answer` for the body to write to. Throws a
   * CommandError, before anything is answered, when the stream is refused.
   */
  start({ user, address, isGood }: StreamClient, words: readonly string[], answer: () => HttpStream): void {
    const { engine } = this;
    const count = this.countOf.get(user) ?? 0;
    if (count >= engine.limits.userStreamsMax) throw TOO_MANY_CONNECTIONS;
    const session = engine.openSession("stream", user);
    const confirmations: Reply[] = [];
    session.deliver = (message) => confirmations.push(message);
    const reply = engine.execute(session, words);
    if (reply instanceof CommandError) {
      engine.closeSession(session);
      throw reply;
    }
    const stream = { session, http: answer(), address, isGood };
    session.disconnect = () => this.end(stream);
    this.open.add(stream);
    this.countOf.set(user, count + 1);
    session.deliver = (message) => this.deliver(stream, message);
    this.timer ??= this.startTimer();
    const first = (reply === OK ? MONITOR_STARTED : "") + confirmations.map(encodeEvent).join("");
    stream.http.write(first);
    stream.http.onClose(() => this.forget(stream));
    if (this.closed) this.end(stream);
  }

  /** Ends all streams, and refuses further ones. */
  close(): void {
    this.closed = true;
    for (const stream of this.open) this.end(stream);
  }

  /** Ends the streams whose token is no longer valid. */
  endRevoked(): void {
    for (const stream of this.open) if (!stream.isGood()) this.end(stream);
  }

  private end(stream: OpenStream): void {
    this.forget(stream);
    stream.http.end();
  }

  private deliver(stream: OpenStream, message: Reply): void {
    const { unreadBytes } = stream.http;
    const limitBytes = this.engine.limits.streamBacklogBytesMax;
    const encoded = unreadBytes > limitBytes ? undefined : this.messages.encode(message, "event");
    if (encoded !== undefined) return stream.http.write(encoded);
    const fields = { unreadBytes, limit: "streamBacklogBytesMax", limitBytes };
    this.warnings.warn(stream.address, fields, "an event stream was cut off because its client does not read");
    this.forget(stream);
    stream.http.cut();
  }

  private forget(stream: OpenStream): void {
    if (!this.open.delete(stream)) return;
    const { session } = stream;
    this.engine.closeSession(session);
    const left = this.countOf.get(session.user)! - 1;
    if (left > 0) this.countOf.set(session.user, left);
    else this.countOf.delete(session.user);
    if (this.open.size > 0) return;
    this.stopTimer();
  }

  private startTimer(): NodeJS.Timeout {
    return setInterval(() => this.keepAlive(), this.engine.limits.silenceMsMax).unref();
  }

  private stopTimer(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Sends a comment on silent streams. One with unread messages needs none. */
  private keepAlive(): void {
    for (const { http } of this.open) if (http.unreadBytes === 0) http.write(KEEP_ALIVE);
  }
}
