/**
 * One connection to a Redis server, with commands in flight. Replies come in the order of the commands, so a queue of sinks
 * is all that is needed to tell whose reply it is.
 *
 * Invariants
 * - A command is written at most once. Of those that a lost connection leaves without a reply, the ones that were never
 *   handed to the socket wait for the next connection; the others are answered {@link BACKEND_LOST}, since they may have run.
 * - While there is no connection, commands wait until `backendWaitMsMax` after it was lost; then they are answered {@link
 *   BACKEND_UNREACHABLE} at once until there is one again.
 * - What waits is bounded in bytes and in number; beyond that commands are answered {@link BACKEND_BUSY}.
 *
 * Commands of one iteration of the event loop leave in one write, from whichever session.
 */
import type { Socket } from "node:net";
import {
  BACKEND_BUSY,
  BACKEND_DEMOTED,
  BACKEND_LOST,
  BACKEND_UNREACHABLE,
  backendReplyTooLong,
} from "../../core/errors/backend.ts";
import type { Environment } from "../../core/environment.ts";
import type { Limits } from "../../core/limits.ts";
import { CommandError, FlatMap, isReplyArray, Push, Verbatim } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import { respCommand } from "../../core/resp-command.ts";
import { NotAReply, RespReplyReader } from "../../protocol/resp-reply-reader.ts";
import { greetingRefusal } from "./greeting-refusal.ts";
import { describeTarget, openSocket } from "./target.ts";
import type { Address, HostAddress, RemoteTls, Target } from "./target.ts";

/** Takes the reply to one command, or one of the errors of a connection. */
export interface ReplySink {
  receive(reply: Reply): void;
}

/** What every connection to a backend has in common. */
export interface LinkWorld {
  readonly target: Target;
  /** Whether the greeting asks whether the server is a node of a Cluster. */
  readonly asksForCluster?: boolean;
  /** Finds the server before each connection, where the target does not state its address. */
  readonly primary?: PrimaryFinder;
  readonly tls: RemoteTls;
  /** The name that connections give themselves; empty for none. */
  readonly clientName: string;
  readonly environment: Environment;
  readonly limits: Readonly<Limits>;
  /** A fault of this server, to be logged. */
  readonly fault: (error: unknown) => void;
}

/** Knows which server is the primary at present. */
export interface PrimaryFinder {
  /** Calls back once with its address, or with why it is not known. */
  find(done: (found: HostAddress | LinkFailure) => void): void;
  /** The server that was found is no primary. */
  distrust(): void;
}

/** Why there is no connection. */
export interface LinkFailure {
  /** For people, in one line. */
  readonly reason: string;
  /** Whether the other side has answered, so that trying again will hardly help: a wrong password, another protocol. */
  readonly isRefusal: boolean;
}

/** The owner of a link, which receives its events. */
export interface LinkOwner {
  /** A connection is there. Commands that waited are sent after this. */
  linkReady?(link: Link): void;
  /** A connection was lost or could not be made. */
  linkDown?(link: Link, failure: LinkFailure): void;
  /** A reply to no command, such as a message. */
  linkMessage?(link: Link, message: Reply): void;
}

interface LinkOptions {
  readonly database: number;
  readonly protocol: 2 | 3;
  readonly owner: LinkOwner;
  /** `shared` and `listening` connect again by themselves; every reply to a `listening` one is a message. */
  readonly kind: "shared" | "dedicated" | "listening";
}

/** Text that is written at once. */
const WRITE_BYTES = 64 * 1024;

/** First pause between two attempts to connect, in milliseconds. It doubles up to the limit. */
const BACKOFF_MS = 50;

/** Held here because a test that fakes the timers of its process fakes this too, and the server is in that process. */
const { setImmediate } = globalThis;

/** A draining connection sends nothing more and ends with the last reply that is due. */
type State = "connecting" | "greeting" | "ready" | "draining" | "down" | "closed";

/** A connection and its commands in flight. */
export class Link {
  readonly protocol: 2 | 3;
  /** The database that its commands see. */
  database: number;
  /** Whether the server has said that it is a node of a Cluster. */
  isOfCluster = false;
  /** The connection's number at the backend, which CLIENT UNBLOCK there takes; undefined while it is not known. */
  clientId: number | undefined;
  /** Commands that may take longer than others do: until when, by the monotonic clock, in milliseconds. */
  patienceUntilMs = 0;
  private readonly world: LinkWorld;
  private readonly owner: LinkOwner;
  private readonly kind: LinkOptions["kind"];
  private state: State = "down";
  private socket: Socket | undefined;
  /** The server of the present connection, or of the last one. */
  address: Target["address"];
  private reader: RespReplyReader;
  /** Commands without a reply, in order; those before `head` have one. */
  private sinks: ReplySink[] = [];
  private head = 0;
  /** Text that was not handed to a socket, whole commands in pieces, and how many of the last sinks it belongs to. */
  private out = "";
  private pieces: string[] = [];
  private pieceBytes = 0;
  private unsentCount = 0;
  private isFlushing = false;
  /** Replies to the greeting that are still to come. */
  private greetings = 0;
  /** Whether the last attempt has failed. */
  private hasFailed = false;
  private attempts = 0;
  private timer: NodeJS.Timeout | undefined;
  private waitTimer: NodeJS.Timeout | undefined;
  /** When the connection was lost, or the link made; by the monotonic clock, in milliseconds. */
  private downSinceMs: number;
  /** When the last reply came, or the first of the commands in flight was written. */
  private heardMs = 0;

  constructor(world: LinkWorld, { database, kind, owner, protocol }: LinkOptions) {
    this.world = world;
    this.database = database;
    this.kind = kind;
    this.owner = owner;
    this.protocol = protocol;
    this.address = world.target.address;
    this.downSinceMs = this.nowMs;
    this.reader = this.newReader();
    this.connect();
  }

  get isReady(): boolean {
    return this.state === "ready";
  }

  get isClosed(): boolean {
    return this.state === "closed";
  }

  /** Whether no reply is under way, so that the connection can be reused. */
  get isIdle(): boolean {
    return this.state === "ready" && this.inFlight === 0;
  }

  /** Commands without a reply. */
  get inFlight(): number {
    return this.sinks.length - this.head;
  }

  /** Sends a command. The sink gets its reply, perhaps at once, when it is an error of the connection. */
  send(words: readonly string[], sink: ReplySink): void {
    const refusal = this.refusal(1);
    if (refusal !== undefined) return sink.receive(refusal);
    this.append(words, sink);
    this.flushSoon();
  }

  /** Sends commands one right after the other: all of them, or none. */
  sendAll(commands: readonly (readonly string[])[], sink: ReplySink): void {
    const refusal = this.refusal(commands.length);
    if (refusal !== undefined) {
      for (let i = 0; i < commands.length; i++) sink.receive(refusal);
      return;
    }
    for (const words of commands) this.append(words, sink);
    this.flushSoon();
  }

  /** Sends a command whose reply is a message to the owner. For listening links that are ready. */
  say(words: readonly string[]): void {
    this.socket?.write(respCommand(words).join(""), "latin1");
  }

  /** Ends the connection. Commands without a reply are answered with an error. */
  close(): void {
    this.state = "closed";
    clearTimeout(this.timer);
    clearTimeout(this.waitTimer);
    this.socket?.destroy();
    this.failSent();
    this.failUnsent();
  }

  /** Takes back the commands that were not sent. Their sinks get no reply. */
  withdraw(): readonly ReplySink[] {
    const sinks = this.sinks.splice(this.sinks.length - this.unsentCount);
    this.dropText();
    return sinks;
  }

  /** Whether one of the commands in flight has a sink of which the test is true. */
  hasInFlight(test: (sink: ReplySink) => boolean): boolean {
    return this.sinks.some((sink, i) => i >= this.head && test(sink));
  }

  /** Whether no reply has come for a while, in milliseconds, although one is due. */
  isSilentFor(ms: number, nowMs: number): boolean {
    return this.isConnected && this.inFlight > this.unsentCount && nowMs - this.heardMs > ms;
  }

  /** Ends the present connection, as if it was lost. */
  cut(reason: string): void {
    if (this.isConnected) this.lose(reason);
  }

  /** Cuts a connection that does not answer. Called a few times a second. */
  check(nowMs: number): void {
    const { backendReplyMsMax } = this.world.limits;
    if (!this.isConnected || this.inFlight === this.unsentCount) return;
    if (nowMs - this.heardMs <= backendReplyMsMax || nowMs <= this.patienceUntilMs) return;
    this.lose(`no reply for ${backendReplyMsMax} ms`);
  }

  /** Cuts a connection to a server that is no longer the primary, which is at this address now. */
  moved({ host, port }: HostAddress): void {
    const { address } = this;
    const isThere = "host" in address && address.host === host && address.port === port;
    if (!isThere && this.socket !== undefined) this.lose("another server has become the primary");
  }

  /** Whether the server has accepted the connection. */
  private get isConnected(): boolean {
    return this.state === "ready" || this.state === "draining";
  }

  private get nowMs(): number {
    return this.world.environment.elapsedUs() / 1000;
  }

  /** Why further commands are refused; undefined when they are not. */
  private refusal(count: number): CommandError | undefined {
    const { backendCommandsMax, backendQueuedBytesMax, backendWaitMsMax } = this.world.limits;
    if (this.state === "closed") return BACKEND_UNREACHABLE;
    const isDown = !this.isConnected && this.hasFailed;
    if (isDown && this.nowMs - this.downSinceMs >= backendWaitMsMax) return BACKEND_UNREACHABLE;
    if (this.inFlight + count > backendCommandsMax) return BACKEND_BUSY;
    const queuedBytes = this.out.length + this.pieceBytes + (this.socket?.writableLength ?? 0);
    return queuedBytes > backendQueuedBytesMax ? BACKEND_BUSY : undefined;
  }

  private append(words: readonly string[], sink: ReplySink): void {
    const isFirst = this.inFlight === 0;
    this.sinks.push(sink);
    this.unsentCount++;
    for (const piece of respCommand(words)) {
      if (this.out.length + piece.length > WRITE_BYTES) this.closePiece();
      this.out += piece;
    }
    if (isFirst && this.state === "ready") this.heardMs = this.nowMs;
    if (this.state !== "ready") this.waitTimer ??= this.startWaitTimer();
    else if (this.pieceBytes > WRITE_BYTES) this.flush();
  }

  /** Begins another piece, since a string may not grow without end. */
  private closePiece(): void {
    this.pieces.push(this.out);
    this.pieceBytes += this.out.length;
    this.out = "";
  }

  private flushSoon(): void {
    if (this.isFlushing || this.state !== "ready") return;
    this.isFlushing = true;
    setImmediate(() => {
      this.isFlushing = false;
      this.flush();
    });
  }

  private flush(): void {
    if (this.state !== "ready" || this.unsentCount === 0) return;
    const { out, pieces } = this;
    const socket = this.socket!;
    this.dropText();
    if (pieces.length > 0) socket.cork();
    for (const piece of pieces) socket.write(piece, "latin1");
    socket.write(out, "latin1");
    if (pieces.length > 0) socket.uncork();
  }

  private dropText(): void {
    this.out = "";
    if (this.pieces.length > 0) this.pieces = [];
    this.pieceBytes = this.unsentCount = 0;
  }

  /** Answers commands that have waited too long for a connection. */
  private startWaitTimer(): NodeJS.Timeout {
    const leftMs = this.downSinceMs + this.world.limits.backendWaitMsMax - this.nowMs;
    return setTimeout(
      () => {
        this.waitTimer = undefined;
        if (this.state === "ready") return;
        this.hasFailed = true;
        this.failUnsent();
      },
      Math.max(1, leftMs),
    ).unref();
  }

  private connect(): void {
    const { limits, primary, target } = this.world;
    this.state = "connecting";
    this.reader = this.newReader();
    const timer = setTimeout(() => this.lose(this.whySilent), limits.backendConnectMsMax).unref();
    this.timer = timer;
    const { address } = target;
    if ("host" in address || "path" in address) return this.open(address);
    primary!.find((found) => {
      if (this.timer !== timer || this.state !== "connecting") return;
      if ("reason" in found) this.lose(found.reason, found.isRefusal);
      else this.open(found);
    });
  }

  private open(address: Address): void {
    const { target, tls } = this.world;
    this.address = address;
    const socket: Socket = openSocket(
      address,
      target.isTls,
      tls,
      () => this.greet(),
      (chunk) => this.socket === socket && this.receive(chunk),
    );
    this.socket = socket;
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (this.socket !== socket) return;
      if (error.code === "ECONNRESET" || error.code === "EPIPE") this.lose(this.whyClosed);
      else this.lose(reasonOf(error), isRefusal(error));
    });
    socket.on("close", () => this.socket === socket && this.lose(this.whyClosed));
  }

  /** What a server that does not answer may be. A Redis without TLS waits for the end of what it takes for a line. */
  private get whySilent(): string {
    const isSilentInTls = this.world.target.isTls && this.state === "connecting" && this.socket?.connecting === false;
    return isSilentInTls ? `no answer to TLS; ${WRITE_PLAIN}` : "no answer";
  }

  /** What a server that closes a connection may be. A Redis with TLS does so upon the first plain bytes. */
  private get whyClosed(): string {
    const isEarly = this.state === "greeting" && !this.world.target.isTls && "host" in this.address;
    return isEarly ? `the connection was closed; ${WRITE_TLS}` : "the connection was closed";
  }

  private newReader(): RespReplyReader {
    const { backendReplyBytesMax } = this.world.limits;
    // A message answers no command, so no error can stand in its place.
    if (this.kind === "listening") return new RespReplyReader();
    return new RespReplyReader(backendReplyBytesMax, backendReplyTooLong(backendReplyBytesMax));
  }

  /** Authenticates and selects the database. Waiting commands follow when all of that has succeeded. */
  private greet(): void {
    const { asksForCluster = false, clientName, primary, target } = this.world;
    const { password, username } = target;
    const commands: string[][] = [];
    const auth = password === undefined ? [] : [username ?? "default", password];
    if (this.protocol === 3) commands.push(["HELLO", "3", ...(auth.length > 0 ? ["AUTH", ...auth] : [])]);
    else if (password !== undefined) commands.push(["AUTH", ...(username === undefined ? [password] : auth)]);
    if (this.database > 0) commands.push(["SELECT", String(this.database)]);
    if (clientName !== "") commands.push(["CLIENT", "SETNAME", clientName]);
    if (primary !== undefined) commands.push(["ROLE"]);
    if (asksForCluster && this.kind === "shared") commands.push(["INFO", "cluster"]);
    // The reply shows whether the server accepts the connection, and CLIENT UNBLOCK needs the number.
    commands.push(this.kind === "dedicated" ? ["CLIENT", "ID"] : ["PING"]);
    this.state = "greeting";
    this.greetings = commands.length;
    this.socket!.write(commands.flatMap((words) => respCommand(words)).join(""), "latin1");
  }

  private greeted(reply: Reply): void {
    this.greetings--;
    if (reply instanceof CommandError && !MAY_FAIL.test(reply.text))
      return this.lose(greetingRefusal(reply.text), true);
    if (isReplyArray(reply) && reply[0] === "slave") {
      this.world.primary?.distrust();
      return this.lose("it is a replica");
    }
    const text = reply instanceof Verbatim ? reply.text : reply;
    if (typeof text === "string" && text.includes("cluster_enabled:1")) this.isOfCluster = true;
    if (reply instanceof FlatMap) this.clientId = Number(reply.items[reply.items.indexOf("id") + 1]);
    if (typeof reply === "number") this.clientId = reply;
    if (this.greetings > 0) return;
    clearTimeout(this.timer);
    clearTimeout(this.waitTimer);
    this.waitTimer = undefined;
    this.state = "ready";
    this.hasFailed = false;
    this.attempts = 0;
    this.heardMs = this.nowMs;
    this.owner.linkReady?.(this);
    this.flush();
  }

  private receive(chunk: Buffer): void {
    const { reader, socket } = this;
    try {
      reader.push(chunk);
      for (let reply = reader.next(); reply !== undefined; reply = reader.next()) {
        this.take(reply);
        if (this.socket !== socket) return;
      }
    } catch (error) {
      if (!(error instanceof NotAReply)) throw error;
      const isHttp = /^(?:HTTP\/|<!doctype|<html)/i.test(chunk.toString("latin1", 0, 16));
      this.lose(isHttp ? SPEAKS_HTTP : `it does not speak the Redis protocol; ${WRITE_TLS}`, true);
      return;
    }
    this.heardMs = this.nowMs;
  }

  private take(reply: Reply): void {
    if (this.state === "greeting") return this.greeted(reply);
    if (this.kind === "listening" || reply instanceof Push) return this.owner.linkMessage?.(this, reply);
    const sink = this.sinks[this.head];
    // A reply without a command: a server that is about to close the connection states why.
    if (sink === undefined)
      return reply instanceof CommandError ? this.lose(greetingRefusal(reply.text), true) : undefined;
    this.head++;
    if (this.head === this.sinks.length) {
      this.sinks = [];
      this.head = 0;
    } else if (this.head > SINKS_KEPT) {
      this.sinks = this.sinks.slice(this.head);
      this.head = 0;
    }
    const isDemoted = this.world.primary !== undefined && reply instanceof CommandError && READ_ONLY.test(reply.text);
    if (isDemoted && this.state === "ready") this.state = "draining";
    try {
      sink.receive(isDemoted ? BACKEND_DEMOTED : reply);
    } catch (error) {
      this.world.fault(error);
    }
    if (this.state === "draining" && this.inFlight === this.unsentCount) this.lose("it has become a replica");
  }

  /** Handles a lost connection, or a failed attempt. */
  private lose(reason: string, isRefusal = false): void {
    const { socket, state } = this;
    if (state === "closed" || state === "down") return;
    this.socket = undefined;
    socket?.destroy();
    clearTimeout(this.timer);
    this.clientId = undefined;
    if (state === "ready" || state === "draining") this.downSinceMs = this.nowMs;
    this.hasFailed = true;
    this.state = this.kind === "dedicated" ? "closed" : "down";
    this.failSent();
    if (this.state === "closed") this.failUnsent();
    else this.retryLater();
    this.owner.linkDown?.(this, { reason, isRefusal });
  }

  /** Tries again after a pause, which grows and has a random part. */
  private retryLater(): void {
    const { environment, limits } = this.world;
    const pauseMs = Math.min(limits.backendBackoffMsMax, BACKOFF_MS * 2 ** Math.min(this.attempts++, 16));
    this.timer = setTimeout(() => this.connect(), pauseMs * (0.5 + environment.random() / 2)).unref();
  }

  /** Commands that were written may have run. */
  private failSent(): void {
    const sentCount = this.inFlight - this.unsentCount;
    const lost = this.sinks.slice(this.head, this.head + sentCount);
    this.sinks = this.sinks.slice(this.head + sentCount);
    this.head = 0;
    for (const sink of lost) sink.receive(BACKEND_LOST);
  }

  /** Commands that were not written have not run. */
  private failUnsent(): void {
    const waiting = this.sinks.slice(this.head);
    this.sinks = [];
    this.head = 0;
    this.dropText();
    for (const sink of waiting) sink.receive(BACKEND_UNREACHABLE);
  }

  /** The address of the server, for people. */
  toString(): string {
    return describeTarget(this);
  }
}

/** Sinks with a reply that are kept before the queue is cut. */
const SINKS_KEPT = 1024;

/** What a replica answers to a write, perhaps one of a script. */
const READ_ONLY = /^READONLY You can't write against a read only/;

/** Commands of the greeting that older servers, or users with few rights, may not run. */
const MAY_FAIL = /^ERR unknown (?:sub)?command|^NOPERM .*'(?:client|info|ping|role)|^LOADING|^MASTERDOWN/i;

const WRITE_PLAIN = "if it speaks plain Redis, write redis:// in place of rediss://";
const SPEAKS_HTTP = "it speaks HTTP; name the port of its Redis protocol, by default 6379";
const WRITE_TLS = "if it speaks TLS, write rediss:// in place of redis://";

function reasonOf(error: NodeJS.ErrnoException): string {
  const { code, message } = error;
  if (code === "ECONNREFUSED") return "nothing listens there";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its name is not known";
  if (code === "ENOENT") return "there is no such socket";
  if (message.includes("wrong version number")) return "it does not speak TLS; write redis:// in place of rediss://";
  if (code === "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" || message.includes("alert handshake failure")) {
    return "it asks for a certificate that it trusts; name one with --redis-cert and --redis-key";
  }
  if (AUTHORITY.test(code ?? "")) return `${message}; name the authority of its certificate with --redis-ca`;
  return message === "" ? (code ?? "the connection failed") : message.trim().replace(/\s*\n\s*/g, "; ");
}

/** A certificate of an authority that is not trusted. */
const AUTHORITY = /^(?:SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY))/;

/** What TLS finds wrong with the other side. */
function isRefusal({ code = "" }: NodeJS.ErrnoException): boolean {
  return /^(?:EPROTO|ERR_SSL|ERR_TLS|UNABLE_TO|DEPTH_ZERO)|CERT/.test(code);
}
