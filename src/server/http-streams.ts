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
import type { HttpStream } from "./exchange.ts";

/** The first segments, in lower case, of the paths that are streams. */
export const STREAM_PATHS: ReadonlySet<string> = new Set(["subscribe", "psubscribe", "monitor"]);

/** Headers of every stream. nginx would collect events before it passes them on. */
export const STREAM_HEADERS: HeaderLines =
  "Content-Type: text/event-stream\r\nCache-Control: no-cache\r\nX-Accel-Buffering: no\r\n";

const KEEP_ALIVE_BYTES = Buffer.from(KEEP_ALIVE, "latin1");

interface OpenStream {
  readonly session: Session;
  readonly http: HttpStream;
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
  /** The latest message and its event: one message goes to many streams, which then share its bytes. */
  private encoded: { readonly message: Reply; readonly bytes: Buffer } | undefined;

  constructor(engine: Engine, warnings: ClientWarnings) {
    this.engine = engine;
    this.warnings = warnings;
  }

  /**
   * Begins a stream for a user: runs the command, and when it was admitted calls `answer` for a place to write to. Throws
   * a CommandError, before anything is answered, when there is to be no stream. `isGood` tells whether the token that was
   * brought still holds.
   */
  start(user: User, words: readonly string[], isGood: () => boolean, answer: () => HttpStream): void {
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
    const stream = { session, http: answer(), isGood };
    session.disconnect = () => this.end(stream);
    this.open.add(stream);
    this.countOf.set(user, count + 1);
    session.deliver = (message) => this.deliver(stream, message);
    this.timer ??= this.startTimer();
    const first = (reply === OK ? MONITOR_STARTED : "") + confirmations.map(encodeEvent).join("");
    stream.http.write(Buffer.from(first, "latin1"));
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
    if (this.encoded?.message !== message) {
      this.encoded = { message, bytes: Buffer.from(encodeEvent(message), "latin1") };
    }
    this.write(stream, this.encoded.bytes);
  }

  private write(stream: OpenStream, bytes: Buffer): void {
    const { unreadBytes } = stream.http;
    if (unreadBytes <= this.engine.limits.streamBacklogBytesMax) {
      stream.http.write(bytes);
      return;
    }
    this.warnings.warn(undefined, { unreadBytes }, "an event stream was cut off because its client does not read");
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
    this.encoded = undefined;
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
    this.encoded = undefined;
    for (const { http } of this.open) if (http.unreadBytes === 0) http.write(KEEP_ALIVE_BYTES);
  }
}
