/**
 * Event streams: `/subscribe`, `/psubscribe` and `/monitor`. A stream is a session of its own, which lives as long as
 * its connection; what is delivered to it goes out as server-sent events. It says something now and then even when there
 * is nothing to say, and it is cut off when its client does not read.
 */
import type { User } from "../core/authority.ts";
import { TOO_MANY_CONNECTIONS } from "../core/errors.ts";
import { CommandError, OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../engine/session.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import { encodeEvent, KEEP_ALIVE, MONITOR_STARTED } from "../protocol/sse.ts";
import type { ClientWarnings } from "./client-warnings.ts";
import type { MessageEncoder } from "./message-encoder.ts";
import type { HttpStream } from "./exchange.ts";

/** The first segments, in lower case, of the paths that are streams. */
export const STREAM_PATHS: ReadonlySet<string> = new Set(["subscribe", "psubscribe", "monitor"]);

/** Headers of every stream. nginx would collect events before it passes them on. */
export const STREAM_HEADERS: HeaderLines =
  "Content-Type: text/event-stream\r\nCache-Control: no-cache\r\nX-Accel-Buffering: no\r\n";

/** Who asks for a stream. */
interface StreamClient {
  readonly user: User;
  /** Where the request comes from. */
  readonly address: string | undefined;
  /** Whether the token that was brought still holds. */
  readonly isGood: () => boolean;
}

interface OpenStream {
  readonly session: Session;
  readonly http: HttpStream;
  /** Where its client is, for the log. */
  readonly address: string | undefined;
  /** Whether the token it was opened with is still good. */
  readonly isGood: () => boolean;
}

export class HttpStreams {
  private readonly engine: Engine;
  private readonly warnings: ClientWarnings;
  private readonly open = new Set<OpenStream>();
  /** Streams of each user who has some. */
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
   * Begins a stream: runs the command, and when it was admitted calls `answer` for a place to write to. Throws a
   * CommandError, before anything is answered, when there is to be no stream.
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

  /** Ends all streams, and those that are still to come. */
  close(): void {
    this.closed = true;
    for (const stream of this.open) this.end(stream);
  }

  /** Ends the streams whose token is no longer good. */
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

  /** Whoever has something to read knows that the stream is alive, and need not be told so. */
  private keepAlive(): void {
    for (const { http } of this.open) if (http.unreadBytes === 0) http.write(KEEP_ALIVE);
  }
}
