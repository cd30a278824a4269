/**
 * One connection over the Redis protocol. All commands that a chunk of input completes run at once, and their replies go
 * out in one write. It stops reading while its client does not read. While a command waits for a key, or a pause holds it
 * back, what comes in is kept: only who reads sees that the other side has gone.
 */
import type { Socket } from "node:net";
import { INTERNAL, requestTooLarge } from "../core/errors.ts";
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Engine } from "../engine/engine.ts";
import { UNAUTHENTICATED, UNRESTRICTED_USER } from "../core/authority.ts";
import type { Buffers, Session } from "../engine/session.ts";
import { encodeJsonError } from "../protocol/json-reply.ts";
import { encodeResp2 } from "../protocol/resp2.ts";
import { encodeResp3 } from "../protocol/resp3.ts";
import { RespReader } from "../protocol/resp-reader.ts";
import type { RespDoor } from "./resp.ts";
import { readShared } from "./shared-buffer.ts";
import { FAILED_TOO_OFTEN } from "./throttle.ts";

/** Replies are written when there are this many bytes of them, at the latest; one string must not grow without end. */
const WRITE_BYTES = 64 * 1024;

export class RespConnection {
  private readonly door: RespDoor;
  private readonly engine: Engine;
  readonly socket: Socket;
  private readonly session: Session;
  private readonly reader: RespReader;
  /** Replies that are still to be written. */
  private out = "";
  /** Commands are being run, after which what they answer is written. */
  private busy = false;
  /** What has been delivered is about to be written. */
  private flushing = false;
  /** A command that has to wait, and with it all that come after. */
  private held: string[] | undefined;
  /** A command waits for a key, or has just been answered; what comes in meanwhile is run after it. */
  private waiting = false;
  /** What has come in meanwhile, and its bytes. */
  private kept: Buffer[] = [];
  private keptBytes = 0;
  /** The client has too much to read. */
  private choked = false;
  /** The rest of what has come in goes on after a slice of other connections. */
  private queued = false;
  /** The client has ended its side. */
  private halfClosed = false;
  /** The last reply is out; what comes in is no longer looked at. */
  private ended = false;

  constructor(door: RespDoor, socket: Socket) {
    this.door = door;
    this.engine = door.engine;
    this.socket = readShared(socket, (chunk) => this.receive(chunk));
    const { authority } = this.engine;
    const user = authority === undefined ? UNRESTRICTED_USER : (authority.initialUser ?? UNAUTHENTICATED);
    const session = this.engine.openSession("resp", user);
    this.session = session;
    this.reader = new RespReader(door.engine.limits, () => session.isAuthenticated);
    this.session.addr = endpoint(this.socket.remoteAddress, this.socket.remotePort);
    this.session.laddr = endpoint(this.socket.localAddress, this.socket.localPort);
    this.session.deliver = (message) => this.deliver(message);
    this.session.answer = (reply) => this.answer(reply);
    this.session.disconnect = () => this.cut();
    this.session.buffers = () => this.buffers();
    this.session.guesses = {
      mayTry: () => !door.throttle.isBlocked(this.socket.remoteAddress),
      failed: () => this.failedLogin(),
    };
    this.socket.on("drain", () => this.drained());
    this.socket.on("end", () => this.halfClose());
    this.socket.on("timeout", () => this.timedOut());
    // What went wrong is of no interest: the connection is gone in any case, and `close` follows.
    this.socket.on("error", () => this.cut());
    this.socket.on("close", () => this.forget());
    this.socket.setTimeout(this.engine.limits.respIdleMsMax);
  }

  /** Goes on with the command that had to wait. */
  resume(): void {
    if (this.choked || this.waiting || this.queued || this.ended) return;
    this.run();
    if (this.choked || this.held !== undefined) return;
    if (this.keptBytes <= this.engine.limits.unreadBytesMax) this.socket.resume();
  }

  /** Writes what there is, and closes; cuts the connection when that takes longer. */
  end(graceMs: number): void {
    if (this.ended) return;
    this.flush();
    this.hangUp(graceMs);
  }

  private receive(chunk: Buffer): void {
    if (this.ended) return;
    if (this.waiting || this.queued || this.held !== undefined) return this.keep(chunk);
    this.reader.push(chunk);
    this.run();
    this.reader.own();
  }

  /** Of a client whose command waits or is held back so much is kept; beyond that it is not read from. */
  private keep(chunk: Buffer): void {
    this.kept.push(Buffer.from(chunk));
    this.keptBytes += chunk.length;
    if (this.keptBytes > this.engine.limits.unreadBytesMax) this.socket.pause();
  }

  /** Answers the command that waits. The commands behind it run once the command that ended the wait is over. */
  private answer(reply: Reply): void {
    if (this.ended) return;
    const { session } = this;
    if (session.wantsReply()) this.out += this.encode(reply);
    process.nextTick(() => {
      this.waiting = false;
      this.resume();
    });
  }

  /** Runs all commands that are complete. Whatever goes wrong ends here. */
  private run(): void {
    this.busy = true;
    try {
      this.runTurn();
    } catch (error) {
      this.fail(error);
    }
    this.busy = false;
    if (this.ended) return;
    this.flush();
    if (this.session.closing) this.hangUp(this.engine.limits.lingerMsMax);
    else if (this.halfClosed) this.halfClose();
  }

  /**
   * The client has ended its side. What it sent before is still answered, as far as it does not wait: a client that is
   * gone must not be handed an element that it cannot take. `close` would come too late to tell, after other sockets have
   * been read.
   */
  private halfClose(): void {
    this.halfClosed = true;
    if (this.choked || this.queued) return;
    this.flush();
    this.hangUp(this.engine.limits.lingerMsMax);
  }

  /** Goes on with what has come in after others have had a slice. */
  private yield(): void {
    this.queued = true;
    this.door.slices.add(() => {
      this.queued = false;
      this.resume();
    });
  }

  private runTurn(): void {
    this.engine.turn.begin();
    try {
      this.runCommands();
    } finally {
      this.engine.turn.end();
    }
  }

  private runCommands(): void {
    const { engine, reader, session } = this;
    const endUs = engine.turn.readClock() + this.door.slices.sliceUs;
    for (let words = this.nextWords(); words !== undefined; words = reader.next() ?? this.nextKept()) {
      if (engine.pause.untilMs > 0 && this.isPaused(words)) return;
      if (reader.isInline && isHttp(words)) return this.refuseHttp();
      const reply = engine.execute(session, words);
      if (session.wait !== undefined) return this.beginWait();
      if (session.wantsReply()) this.out += this.encode(reply);
      if (!engine.afterReply.isEmpty) engine.afterReply.tell();
      if (session.closing || this.ended) return;
      if (this.out.length > WRITE_BYTES && this.choke()) return;
      if (engine.turn.readClock() > endUs && this.hasMore) return this.yield();
    }
  }

  /** A password was wrong. Answers whether the address has now failed too often. */
  private failedLogin(): boolean {
    const { remoteAddress: address } = this.socket;
    const { throttle, warnings } = this.door;
    const isFirst = throttle.failed(address);
    if (isFirst) warnings.warn(address, {}, FAILED_TOO_OFTEN);
    return isFirst || throttle.isBlocked(address);
  }

  private encode(reply: Reply): string {
    const encoded = this.session.protocol === 3 ? encodeResp3(reply) : encodeResp2(reply);
    const { replyBytesMax } = this.engine.limits;
    if (replyBytesMax === 0 || encoded.length <= replyBytesMax) return encoded;
    return encodeResp2(requestTooLarge(replyBytesMax, encoded.length));
  }

  private nextWords(): string[] | undefined {
    const { held } = this;
    this.held = undefined;
    return held ?? this.reader.next() ?? this.nextKept();
  }

  /** The next command of what came in while a command waited. */
  private nextKept(): string[] | undefined {
    while (this.keptBytes > 0) {
      const chunk = this.kept.shift()!;
      this.keptBytes -= chunk.length;
      this.reader.push(chunk);
      const words = this.reader.next();
      if (words !== undefined) return words;
    }
    return undefined;
  }

  /** Something has come in that was not looked at yet. */
  private get hasMore(): boolean {
    return this.reader.pendingBytes > 0 || this.keptBytes > 0;
  }

  private beginWait(): void {
    this.waiting = true;
    this.door.watchDeadlines();
  }

  private isPaused(words: string[]): boolean {
    const { engine, session } = this;
    if (!engine.pause.holds(session, words, engine.environment.now())) return false;
    this.held = words;
    this.door.wait(this);
    return true;
  }

  /** Writes; answers whether the client has so much to read that the next command has to wait. */
  private choke(): boolean {
    this.flush();
    if (this.socket.writableLength <= this.engine.limits.unreadBytesMax) return false;
    this.choked = true;
    this.socket.pause();
    this.socket.setTimeout(this.engine.limits.stallMsMax);
    return true;
  }

  private drained(): void {
    if (!this.choked || this.ended) return;
    this.choked = false;
    this.socket.setTimeout(this.engine.limits.respIdleMsMax);
    this.resume();
  }

  private timedOut(): void {
    // Who waits for the server is not idle.
    if (this.choked || (this.held === undefined && !this.waiting)) this.cut();
  }

  /** Sends a message that no command asked for. It goes out with the replies of commands that are being run. */
  private deliver(message: Reply): void {
    if (this.ended) return;
    this.out += this.session.protocol === 3 ? encodeResp3(message) : encodeResp2(message);
    if (this.busy || this.flushing) return;
    if (this.socket.writableLength > this.engine.limits.backlogBytesMax) return this.cut();
    this.flushing = true;
    process.nextTick(() => {
      this.flushing = false;
      if (!this.ended) this.flush();
    });
  }

  private buffers(): Buffers {
    return { queryBytes: this.reader.pendingBytes, replyBytes: this.socket.writableLength };
  }

  private flush(): void {
    if (this.out === "") return;
    const { out } = this;
    this.out = "";
    this.socket.write(out, "latin1");
  }

  /** A CommandError is what the reader says about bytes that are no command; anything else is our fault. */
  private fail(error: unknown): void {
    this.session.closing = true;
    if (error instanceof CommandError) {
      this.out += encodeResp2(error);
      return;
    }
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    this.door.log.error({ error: message, stack }, "a connection failed through a fault of the server");
    this.out += encodeResp2(INTERNAL);
  }

  /** Somebody takes this for the REST port. Nothing of what they sent is run. */
  private refuseHttp(): void {
    const text = `ERR this port speaks the Redis protocol; the REST API is at ${this.door.restUrl}`;
    const body = encodeJsonError(text);
    const head = ["HTTP/1.1 400 Bad Request", "Content-Type: application/json", `Content-Length: ${body.length}`];
    this.out += `${head.join("\r\n")}\r\nConnection: close\r\n\r\n${body}`;
    this.session.closing = true;
  }

  /**
   * Ends the connection once everything is written. What the client still sends is read for a moment and dropped:
   * closing under its hands would reset the connection, and it might never see the last reply.
   */
  private hangUp(graceMs: number): void {
    if (this.ended) return;
    this.forget();
    this.socket.end();
    this.socket.resume();
    setTimeout(() => this.socket.destroy(), graceMs).unref();
  }

  private cut(): void {
    this.forget();
    this.socket.destroy();
  }

  private forget(): void {
    if (this.ended) return;
    this.ended = true;
    this.engine.closeSession(this.session);
    this.door.forget(this);
  }
}

/** `ip:port`, as Redis writes it. */
function endpoint(address: string | undefined, port: number | undefined): string {
  if (address === undefined) return "?:0";
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The first line of an HTTP request, or what Redis, too, takes for one. */
function isHttp(words: readonly string[]): boolean {
  return /^(?:post|host:)$/i.test(words[0]!) || (words.length === 3 && /^HTTP\/1\.[01]$/.test(words[2]!));
}
