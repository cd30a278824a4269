/**
 * A connection of the Redis protocol. All commands that a chunk completes run at once, and their replies are written
 * together. It stops reading while its client does not read. While a command blocks, or a pause holds it up, it still
 * reads and keeps the input, since only a reader notices that the client has left.
 */
import type { Socket } from "node:net";
import { INTERNAL } from "../core/errors.ts";
import { httpOnRedisPort } from "../core/errors/doors.ts";
import { nextTick, setTimeout } from "../core/timers.ts";
import { faultOf, logEvent } from "../core/log-events.ts";
import type { EventFields } from "../core/log-events.ts";
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Backend } from "../backends/backend.ts";
import { Later } from "../backends/later.ts";
import type { Engine } from "../engine/engine.ts";
import { UNAUTHENTICATED, UNRESTRICTED_USER } from "../core/authority.ts";
import type { Buffers, Session } from "../engine/session.ts";
import { heldByWords, wordsBytes } from "../engine/sizes.ts";
import type { AccountedClient, ClientAccount } from "../engine/client-memory.ts";
import { encodeJsonError } from "../protocol/json-reply.ts";
import { encodeReply } from "../protocol/encoded-reply.ts";
import { encodeResp2 } from "../protocol/resp2.ts";
import { wireBytes } from "../protocol/reply-pieces.ts";
import { RespReader } from "../protocol/resp-reader.ts";
import { OutgoingQueue } from "./outgoing-queue.ts";
import type { QueueOwner } from "./outgoing-queue.ts";
import type { RespLobby } from "./lobby.ts";
import type { RespDoor } from "./resp.ts";
import { ReplyWindow } from "./reply-window.ts";
import { readShared } from "./shared-buffer.ts";

/** Replies that were sent and are kept in the list before it is cut. */
const ANSWERED_KEPT = 1000;

/** A connection of the Redis protocol and its session. Owned by the door until `close`. */
export class RespConnection implements QueueOwner, AccountedClient {
  private door: RespDoor;
  private engine: Engine;
  private backend: Backend;
  readonly socket: Socket;
  private session: Session;
  private readonly reader: RespReader;
  private readonly queue: OutgoingQueue;
  private readonly account: ClientAccount;
  /** Whether commands are running. Their replies are written after that. */
  private isBusy = false;
  /** Whether delivered messages and late replies are about to be written. */
  private isFlushing = false;
  /** Whether the input that waited for the replies under way is about to run. */
  private isGoingOn = false;
  /** A command that a pause or the replies under way hold up, and with it all after it; what it takes in memory. */
  private held: string[] | undefined;
  private heldUpBytes = 0;
  /** Whether a command blocks or has just been answered. Input that comes meanwhile is run after it. */
  private isWaiting = false;
  /** The input that came meanwhile, and its bytes. */
  private kept: Buffer[] = [];
  private keptBytes = 0;
  /** Whether the backend may let the client wait for ever. */
  private isBlocked = false;
  /** Whether the rest of the input waits for a slice. */
  private isQueued = false;
  /** Whether the last commands were heavy work: see `slices.ts`. */
  private isHeavy = false;
  /** Replies of the backend under way, in order, and others behind them. */
  private readonly unanswered: Unanswered[] = [];
  /** How many of them were sent. They are removed together. */
  private answeredCount = 0;
  /** How many may be under way, and whether a command is held up because there are as many. */
  private readonly window = new ReplyWindow();
  private isWindowFull = false;
  /** Whether the client has ended its side. */
  private hasEnded = false;
  /** Whether the last reply was sent. Further input is ignored. */
  private isOver = false;

  constructor(door: RespDoor, socket: Socket) {
    this.door = door;
    this.engine = door.services.engine;
    this.backend = door.services.backend;
    this.socket = readShared(socket, (chunk) => this.receive(chunk));
    this.reader = new RespReader(this.engine.limits, () => this.session.isAuthenticated);
    this.session = this.openSession();
    const { clientMemory, limits } = this.engine;
    const { slices } = door.services;
    this.account = clientMemory.open(this);
    this.queue = new OutgoingQueue(this.socket, {
      limits,
      memory: clientMemory,
      slices,
      account: this.account,
      owner: this,
      gate: this.engine.gate,
    });
    this.socket.on("end", () => this.halfClose());
    this.socket.on("timeout", () => this.timedOut());
    // The cause is irrelevant: the connection is gone, and `close` follows.
    this.socket.on("error", () => this.cut());
    this.socket.on("close", () => this.forget());
    this.socket.setTimeout(this.idleMsMax);
  }

  /** Opens a session at the door. */
  private openSession(): Session {
    const { door, engine, socket } = this;
    const { authority } = engine;
    const user = authority === undefined ? UNRESTRICTED_USER : (authority.initialUser ?? UNAUTHENTICATED);
    const session = engine.openSession("resp", user);
    session.addr = endpoint(socket.remoteAddress, socket.remotePort);
    session.laddr = endpoint(socket.localAddress, socket.localPort);
    session.sent = this.reader.sent;
    session.deliver = (message) => this.deliver(message);
    session.answer = (reply) => this.answer(reply);
    session.disconnect = () => this.cut();
    session.buffers = () => this.buffers();
    session.guesses = {
      mayTry: () => !door.services.throttle.isBlocked(socket.remoteAddress),
      failed: () => this.failedLogin(),
    };
    return session;
  }

  /** Goes on at the door of another database. A client that has not authenticated leaves nothing behind. */
  private moveTo(door: RespDoor): void {
    this.backend.closeSession(this.session);
    this.door.forget(this);
    this.door = door;
    ({ backend: this.backend, engine: this.engine } = door.services);
    this.session = this.openSession();
    door.connections.add(this);
    this.idleMsChanged();
  }

  /** Continues with the command that was held up. */
  resume(): void {
    if (this.queue.isChoked || this.isWaiting || this.isQueued || this.isOver) return;
    this.run();
    this.count();
    if (this.queue.isChoked || this.held !== undefined) return;
    if (this.keptBytes <= this.engine.limits.unreadBytesMax) this.socket.resume();
  }

  /** Closes the connection after what is to be sent; cuts it when that takes longer. */
  end(graceMs: number): void {
    if (this.isOver) return;
    this.hangUp();
    setTimeout(() => this.socket.destroy(), graceMs).unref();
  }

  get isUnauthenticated(): boolean {
    return !this.session.isAuthenticated;
  }

  get isSpared(): boolean {
    return this.session.noEvict;
  }

  get address(): string | undefined {
    return this.socket.remoteAddress;
  }

  get idleMsMax(): number {
    return Math.min(this.engine.parameters.respIdleMsMax, TIMER_MS_MAX);
  }

  /** CONFIG SET changed the timeout. A client that does not read is under another limit, which stays. */
  idleMsChanged(): void {
    if (!this.queue.isChoked) this.socket.setTimeout(this.idleMsMax);
  }

  /** Reports the bytes that the connection holds. The client may be disconnected for them. */
  count(): void {
    const { heldUpBytes, keptBytes, reader, session } = this;
    this.queue.count(reader.pendingBytes + keptBytes + heldUpBytes + session.heldBytes);
  }

  cutOff(): void {
    this.cut();
  }

  failed(error: unknown): void {
    this.fail(error);
    this.cut();
  }

  private receive(chunk: Buffer): void {
    if (this.isOver) return;
    if (this.isWaiting || this.isQueued || this.held !== undefined) return this.keep(chunk);
    if (this.isHeavy && this.door.services.slices.isUsedUp) {
      this.yield();
      return this.keep(chunk);
    }
    this.reader.push(chunk);
    this.run();
    this.reader.own();
    this.count();
  }

  /** Keeps input of a client whose command blocks or is held up. Beyond a limit, the client is not read from. */
  private keep(chunk: Buffer): void {
    this.kept.push(Buffer.from(chunk));
    this.keptBytes += chunk.length;
    this.count();
    if (this.keptBytes > this.engine.limits.unreadBytesMax) this.socket.pause();
  }

  /** Sends the reply of the blocked command. The commands after it run when the command that woke it has ended. */
  private answer(reply: Reply): void {
    if (this.isOver) return;
    const { session } = this;
    if (session.wantsReply()) this.send(reply);
    nextTick(() => {
      this.isWaiting = false;
      this.resume();
    });
  }

  /** Runs all complete commands. No exception leaves it. */
  private run(): void {
    this.isBusy = true;
    const { gate, journal } = this.engine;
    if (gate.isOn) this.queue.begin();
    this.reader.notesBytes = journal.isOn;
    try {
      this.runTurn();
    } catch (error) {
      this.fail(error);
    }
    this.isBusy = false;
    if (this.isOver) return;
    this.queue.flush();
    if (this.session.isClosing && !this.hasUnanswered) this.hangUp();
    else if (this.hasEnded) this.halfClose();
  }

  /**
   * The client has ended its side. What it sent before is answered unless it blocks: a client that has left must not be
   * given an element. `close` would come too late, after other sockets were read.
   */
  private halfClose(): void {
    this.hasEnded = true;
    if (this.queue.isChoked || this.isQueued || (this.hasUnanswered && !this.isBlocked)) return;
    this.hangUp();
  }

  /** Continues with the rest of the input after a slice of other connections. */
  private yield(): void {
    this.isQueued = true;
    this.door.services.slices.add(() => {
      this.isQueued = false;
      this.resume();
    });
  }

  private runTurn(): void {
    const { turn } = this.engine;
    const startUs = turn.begin();
    try {
      this.runCommands(startUs);
    } finally {
      turn.end();
    }
  }

  private runCommands(startUs: number): void {
    const { backend, engine, reader, session } = this;
    const { lobby } = this.door;
    const { slices } = this.door.services;
    const { usedUs } = slices;
    const endUs = startUs + slices.sliceUs;
    let nowUs = startUs;
    for (let words = this.nextWords(); words !== undefined; words = reader.next() ?? this.nextKept()) {
      if (engine.pause.untilMs > 0 && this.isPaused(words)) return;
      if (reader.isInline && isHttp(words)) return this.refuseHttp();
      if (this.hasUnanswered && !this.mayOverlap(words)) return;
      if (lobby !== undefined && !session.isAuthenticated && this.changesDoor(lobby, words)) return;
      const reply = backend.execute(session, words);
      if (session.wait !== undefined) return this.beginWait();
      if (reply instanceof Later || this.hasUnanswered) {
        if (this.addUnanswered(reply)) return;
      } else if (session.wantsReply()) this.send(reply);
      if (!engine.afterReply.isEmpty) engine.afterReply.tell();
      if (session.isClosing || this.isOver) return;
      if (this.queue.isLong && this.queue.choke()) return;
      nowUs = engine.turn.readClock();
      if (nowUs <= endUs || !this.hasMore) continue;
      this.yield();
      break;
    }
    // A chunk that completes no command is part of the next.
    if (nowUs === startUs) return;
    this.isHeavy = nowUs - startUs >= slices.heavyUs;
    if (this.isHeavy) slices.use(nowUs - startUs, usedUs);
  }

  /** Whether a command authenticates for the database of another door. Then it runs there, in a later turn. */
  private changesDoor(lobby: RespLobby, words: string[]): boolean {
    const [name, secret] = credentialsOf(words) ?? [];
    if (name === undefined || secret === undefined || this.session.guesses?.mayTry() === false) return false;
    const door = lobby.choose(name, secret);
    if (door === undefined || door === this.door) return false;
    this.moveTo(door);
    this.held = words;
    this.heldUpBytes = heldByWords(words);
    this.yield();
    return true;
  }

  private get hasUnanswered(): boolean {
    return this.unanswered.length > 0;
  }

  private get underWay(): number {
    return this.unanswered.length - this.answeredCount;
  }

  /** Whether a command may run beside those under way. If not, it is held until they are answered. */
  private mayOverlap(words: string[]): boolean {
    this.isWindowFull = this.underWay >= this.window.size;
    if (!this.isWindowFull && this.backend.mayOverlap(this.session, words)) return true;
    this.held = words;
    this.heldUpBytes = heldByWords(words);
    return false;
  }

  /** Puts a reply behind those under way. Answers whether the next command has to wait for it. */
  private addUnanswered(reply: Reply | Later<Reply>): boolean {
    const isWanted = this.session.wantsReply();
    if (!(reply instanceof Later)) {
      this.unanswered.push({ reply, isWanted });
      return false;
    }
    const entry: Unanswered = { reply: undefined, isWanted };
    this.unanswered.push(entry);
    reply.whenThere((there) => {
      this.window.note(wireBytes(there));
      entry.reply = there;
      if (this.unanswered[this.answeredCount] === entry) this.sendAnswered();
    });
    this.isWaiting = reply.isExclusive && entry.reply === undefined;
    this.isBlocked = this.isWaiting && reply.isBlocking;
    return this.isWaiting;
  }

  /** Sends the replies that are there, up to the first that is not. No exception leaves it. */
  private sendAnswered(): void {
    const { unanswered } = this;
    try {
      for (
        let next = unanswered[this.answeredCount];
        next?.reply !== undefined;
        next = unanswered[this.answeredCount]
      ) {
        this.answeredCount++;
        if (next.isWanted && !this.isOver) this.send(next.reply);
      }
    } catch (error) {
      this.fail(error);
    }
    const isAll = this.answeredCount === unanswered.length;
    if (isAll || this.answeredCount > ANSWERED_KEPT) {
      unanswered.splice(0, this.answeredCount);
      this.answeredCount = 0;
    }
    // Half a window at a time: so commands leave together also while the window is full.
    const hasRoom = this.isWindowFull && this.underWay <= this.window.size / 2;
    if (!this.isBusy && !this.isOver) this.flushSoon(isAll || hasRoom);
  }

  /** Writes what came outside of a turn: all that one chunk of the backend's has brought together. */
  private flushSoon(mayGoOn: boolean): void {
    this.isGoingOn ||= mayGoOn;
    if (this.isFlushing) return;
    this.isFlushing = true;
    nextTick(() => {
      this.isFlushing = false;
      if (this.isOver) return;
      if (this.queue.isLong) this.queue.choke();
      else this.queue.flush();
      if (this.isGoingOn) this.goOn();
    });
  }

  /** Runs what was held back until everything, or half a window, was answered. */
  private goOn(): void {
    this.isGoingOn = false;
    if (this.hasUnanswered) {
      if (this.isWindowFull && !this.session.isClosing) this.resume();
      return;
    }
    this.isWaiting = this.isBlocked = false;
    if (this.session.isClosing) this.hangUp();
    else if (this.held !== undefined || this.hasMore || this.hasEnded) this.resume();
  }

  /** Counts a wrong password; answers whether the address is blocked now. */
  private failedLogin(): boolean {
    const { remoteAddress: address } = this.socket;
    const { throttle, warnings } = this.door.services;
    const isFirst = throttle.failed(address);
    if (isFirst) warnings.warn("login-throttled", { address });
    return isFirst || throttle.isBlocked(address);
  }

  private send(reply: Reply): void {
    const { clientMemory, limits } = this.engine;
    const format = this.session.protocol === 3 ? "resp3" : "resp2";
    const encoded = encodeReply(reply, format, limits.replyBytesMax, clientMemory.maxBytes);
    if (typeof encoded === "string") {
      this.queue.text += encoded;
    } else {
      this.queue.addSource(encoded);
      this.count();
    }
  }

  private nextWords(): string[] | undefined {
    const { held } = this;
    this.held = undefined;
    this.heldUpBytes = 0;
    return held ?? this.reader.next() ?? this.nextKept();
  }

  /** The next command of the input that came while a command blocked. */
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

  /** Whether there is input that was not processed. */
  private get hasMore(): boolean {
    return this.reader.pendingBytes > 0 || this.keptBytes > 0;
  }

  private beginWait(): void {
    this.isWaiting = true;
    this.door.watchDeadlines();
  }

  private isPaused(words: string[]): boolean {
    const { engine, session } = this;
    if (!engine.pause.holds(session, words, engine.environment.now())) return false;
    this.held = words;
    this.heldUpBytes = heldByWords(words);
    this.door.wait(this);
    return true;
  }

  /** The client has read enough for its next command to run. */
  drained(): void {
    if (!this.isOver) this.resume();
  }

  private timedOut(): void {
    const { limits } = this.engine;
    if (this.queue.isStallWatched) this.warnCutOff({ limit: "stallMsMax", limitMs: limits.stallMsMax });
    // A client that waits for a reply is not idle: the idle time-out does not apply.
    else if (this.held !== undefined || this.isWaiting || this.hasUnanswered) return;
    this.cut();
  }

  private warnCutOff(exceeded: Omit<EventFields["client-cut-off"], "address">): void {
    this.door.services.warnings.warn("client-cut-off", { address: this.address, ...exceeded });
  }

  /** Disconnects a client that has not authenticated in time. */
  loginTimedOut(): void {
    this.warnCutOff({ limit: "loginMsMax", limitMs: this.engine.limits.loginMsMax });
    this.cut();
  }

  /**
   * Sends a message outside of replies. While commands run, it is sent with their replies. Checks for each message
   * whether too much is unread.
   */
  private deliver(message: Reply): void {
    if (this.isOver) return;
    const { queue } = this;
    const isOver = queue.bytes > this.engine.limits.backlogBytesMax;
    const format = this.session.protocol === 3 ? "resp3" : "resp2";
    const encoded = isOver ? undefined : this.door.services.messages.encode(message, format);
    if (encoded === undefined) return this.cutBacklog();
    if (typeof encoded === "string") queue.text += encoded;
    else queue.addShared(encoded);
    if (typeof encoded !== "string" || queue.isLong) queue.recount();
    if (!this.isBusy && !this.isOver) this.flushSoon(false);
  }

  private cutBacklog(): void {
    const limitBytes = this.engine.limits.backlogBytesMax;
    this.warnCutOff({ limit: "backlogBytesMax", limitBytes, clientBytes: this.queue.bytes });
    this.cut();
  }

  private buffers(): Buffers {
    this.count();
    const { account, held, keptBytes, queue, reader, session } = this;
    const argumentBytes = reader.argumentBytes + wordsBytes(held ?? session.wait?.words ?? []);
    return {
      queryBytes: reader.unparsedBytes + keptBytes,
      freeQueryBytes: reader.freeBytes,
      argumentBytes,
      joinedReplyBytes: queue.text.length,
      replyBytes: queue.bytes - queue.text.length,
      replies: queue.length,
      heldBytes: account.heldBytes,
    };
  }

  /** A CommandError is the reader's, about malformed bytes. Anything else is a fault of the server. */
  private fail(error: unknown): void {
    this.session.isClosing = true;
    if (error instanceof CommandError) return this.sayLast(error);
    logEvent(this.door.services.log, "connection-fault", faultOf(error));
    this.sayLast(INTERNAL);
  }

  /** Sends an error after the replies under way. */
  private sayLast(error: CommandError): void {
    if (this.hasUnanswered) this.unanswered.push({ reply: error, isWanted: true });
    else this.queue.text += encodeResp2(error);
  }

  /** An HTTP client has connected to this port. Nothing of its request runs. */
  private refuseHttp(): void {
    const body = encodeJsonError(httpOnRedisPort(this.door.services.restUrl).text);
    const head = ["HTTP/1.1 400 Bad Request", "Content-Type: application/json", `Content-Length: ${body.length}`];
    this.queue.text += `${head.join("\r\n")}\r\nConnection: close\r\n\r\n${body}`;
    this.session.isClosing = true;
  }

  /** Ends the connection after everything is written, and gives the client time to close. */
  private hangUp(): void {
    if (this.isOver) return;
    const { queue, socket } = this;
    this.leave();
    socket.once("finish", () => setTimeout(() => socket.destroy(), this.engine.limits.lingerMsMax).unref());
    queue.hangUp();
  }

  private cut(): void {
    this.forget();
    this.socket.destroy();
  }

  /** Releases what the connection holds, after `close`. */
  private forget(): void {
    this.queue.close();
    this.leave();
  }

  /** Ends the session. What the client has still to read may be on its way. */
  private leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.backend.closeSession(this.session);
    this.door.forget(this);
  }
}

/** A reply in the order of its commands; undefined while it is under way. */
interface Unanswered {
  reply: Reply | undefined;
  readonly isWanted: boolean;
}

/** The name, empty for none, and the password of an AUTH or HELLO; undefined where there are none. */
export function credentialsOf(words: readonly string[]): readonly string[] | undefined {
  const command = words[0]!.toUpperCase();
  if (command === "AUTH") return words.length === 2 ? ["", words[1]!] : words.slice(1);
  if (command !== "HELLO") return undefined;
  const at = words.findIndex((word, i) => i > 1 && word.toUpperCase() === "AUTH");
  return at < 0 ? undefined : words.slice(at + 1, at + 3);
}

/** `ip:port`, as Redis writes it. */
function endpoint(address: string | undefined, port: number | undefined): string {
  if (address === undefined) return "?:0";
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Whether words are the first line of an HTTP request, or what Redis takes for one as well. */
function isHttp(words: readonly string[]): boolean {
  return /^(?:post|host:)$/i.test(words[0]!) || (words.length === 3 && /^HTTP\/1\.[01]$/.test(words[2]!));
}

/** The longest time of a timer of Node's. */
const TIMER_MS_MAX = 2 ** 31 - 1;
