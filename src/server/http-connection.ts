/**
 * A connection of the HTTP listener. All requests that a chunk completes are answered in the same turn, in order and in
 * one write; a request begins when the answer to the one before is complete. The connection is its own exchange: it has
 * one request at a time, and the next allocates nothing. Its {@link OutgoingQueue} holds what is to be sent, and tells
 * when the client has too much to read.
 */
import type { Socket } from "node:net";
import { requestTooLarge } from "../core/errors.ts";
import { badHttp, METHOD_NOT_ALLOWED } from "../core/errors/doors.ts";
import { setTimeout } from "../core/timers.ts";
import { faultOf, logEvent } from "../core/log-events.ts";
import type { AccountedClient, SharedBytes } from "../engine/client-memory.ts";
import type { HeaderName } from "../protocol/http-headers.ts";
import { HEAD_READ, HttpReader, HttpRefusal, NEEDS_BYTES } from "../protocol/http-reader.ts";
import { CHUNKED_LINE, CLOSE_LINE, CONTINUE, KEEP_ALIVE_LINE, reasonOf, statusLine } from "../protocol/http-writer.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import { onceEnded } from "./exchange.ts";
import type { Grant, HttpExchange, HttpStream, Route } from "./exchange.ts";
import type { HttpListener } from "./http.ts";
import { OutgoingQueue, WRITE_BYTES } from "./outgoing-queue.ts";
import type { PieceSource, QueueOwner } from "./outgoing-queue.ts";
import { readShared } from "./shared-buffer.ts";

/** What the connection waits for, which determines its time limit: the first bytes of a request. */
const FOR_REQUEST = 0;
const FOR_HEAD = 1;
const FOR_BODY = 2;
/** The server's own answer. */
const FOR_ANSWER = 3;
/** The end of a stream. */
const FOR_STREAM = 4;
/** The client, to read the last answer and close. */
const FOR_CLOSE = 5;
const GONE = 6;

/** An HTTP connection, and the exchange of its current request. Owned by its listener until `close`. */
export class HttpConnection implements HttpExchange, QueueOwner, AccountedClient {
  grant: Grant | undefined;
  route: Route | undefined;
  private readonly listener: HttpListener;
  readonly socket: Socket;
  private readonly reader: HttpReader;
  private waitsFor = FOR_REQUEST;
  /** Start of the wait, by the listener's coarse clock. */
  private sinceMs: number;
  /** Whether bytes of the next request have arrived, the first one at {@link sinceMs}. */
  private hasBegun = false;
  private readonly queue: OutgoingQueue;
  /** Whether requests are being read. Their answers are written after that. */
  private isBusy = false;
  private isAnswered = false;
  /** Whether only the head of the current request was read. */
  private isHeadOnly = false;
  /** Whether the current request was refused, so that its body is not needed. */
  private isRefused = false;
  /** Whether the current answer is the last on this connection. */
  private isLast = false;
  /** Whether the client has ended its side. */
  private hasEnded = false;
  /** Whether the rest of the input waits for a slice. */
  private isQueued = false;
  /** Whether the last request was heavy work: see `slices.ts`. */
  private isHeavy = false;
  /** The start of the current slice, by the monotonic clock in microseconds; 0 while no request waits behind another. */
  private sliceStartUs = 0;
  /** Time of the requests in the current slice that others wait behind, in microseconds. */
  private tookUs = 0;
  /** Bytes that a handler keeps for the connection's request or stream. */
  private handlerBytes = 0;
  /** Bytes that arrived after the last request to be served. */
  private droppedBytes = 0;

  constructor(listener: HttpListener, socket: Socket) {
    this.listener = listener;
    this.socket = readShared(socket, (chunk) => this.receive(chunk));
    this.reader = new HttpReader(listener.limits);
    this.sinceMs = listener.nowMs;
    const { limits, memory, slices } = listener;
    this.queue = new OutgoingQueue(this.socket, {
      limits,
      memory,
      slices,
      account: memory.open(this),
      owner: this,
      gate: listener.gate,
    });
    this.socket.on("end", () => this.ended());
    this.socket.on("timeout", () => this.stalled());
    // The cause is irrelevant: the connection is gone, and `close` follows.
    this.socket.on("error", () => this.cut());
    this.socket.on("close", () => this.forget());
  }

  get isGone(): boolean {
    return this.waitsFor === GONE;
  }

  get remoteAddress(): string | undefined {
    return this.socket.remoteAddress;
  }

  get method(): string {
    return this.reader.method;
  }

  get target(): string {
    return this.reader.target;
  }

  get body(): string {
    return this.reader.body;
  }

  header(name: HeaderName): string | undefined {
    return this.reader.header(name);
  }

  hold(bytes: number): void {
    this.handlerBytes = bytes;
    this.count();
  }

  reply(status: number, headers: HeaderLines, body: string | PieceSource): void {
    if (this.isAnswered || this.waitsFor >= FOR_STREAM) {
      if (typeof body !== "string") body.abandon?.();
      return;
    }
    const { queue, reader } = this;
    if (typeof body !== "string") return this.replyInPieces(status, headers, body);
    this.isAnswered = true;
    if (!this.isLast && !this.mayGoOn()) this.isLast = true;
    let head = statusLine(status) + this.listener.dateLine + headers;
    if (this.isLast) head += CLOSE_LINE;
    else if (!reader.isHttp11) head += KEEP_ALIVE_LINE;
    // A status without content has no length either.
    queue.text += status === 204 ? `${head}\r\n` : `${head}Content-Length: ${body.length}\r\n\r\n`;
    if (reader.method !== "HEAD" && body !== "") this.append(body);
    if (!this.isBusy) this.goOn();
  }

  /** Answers in pieces. The request is complete after the last piece; until then the next one waits. */
  private replyInPieces(status: number, headers: HeaderLines, body: PieceSource): void {
    const { queue, reader } = this;
    const isChunked = reader.isHttp11;
    // Without chunks, the body ends with the connection.
    if (!isChunked || (!this.isLast && !this.mayGoOn())) this.isLast = true;
    const head = statusLine(status) + this.listener.dateLine + headers + (this.isLast ? CLOSE_LINE : "");
    queue.text += `${head}${isChunked ? CHUNKED_LINE : ""}\r\n`;
    if (reader.method === "HEAD") {
      body.abandon?.();
      this.isAnswered = true;
      if (!this.isBusy) this.goOn();
      return;
    }
    queue.addSource(new AnswerBody(body, isChunked, () => this.endPieces()));
    queue.flush();
  }

  private endPieces(): void {
    this.isAnswered = true;
    // The queue is at work. What comes next is begun when it is done.
    this.listener.slices.add(() => {
      if (this.waitsFor === FOR_ANSWER) this.goOn();
    });
  }

  stream(status: number, headers: HeaderLines): HttpStream {
    this.isAnswered = true;
    this.isLast = true;
    this.queue.flush();
    this.wait(FOR_STREAM);
    this.queue.text += `${statusLine(status)}${this.listener.dateLine}${headers}${CLOSE_LINE}\r\n`;
    return new ConnectionStream(this, this.queue, this.listener.limits.lingerMsMax);
  }

  get isUnauthenticated(): boolean {
    return this.grant === undefined;
  }

  get isSpared(): boolean {
    return false;
  }

  get address(): string | undefined {
    return this.socket.remoteAddress;
  }

  get idleMsMax(): number {
    return 0;
  }

  /** Reports the bytes that the connection holds. The client may be disconnected for them. */
  count(): void {
    this.queue.count(this.reader.heldBytes + this.handlerBytes);
  }

  cutOff(): void {
    this.cut();
  }

  failed(error: unknown): void {
    this.fail(error);
  }

  /** Enforces the time limit, by the listener's coarse clock. */
  check(nowMs: number): void {
    // The socket's own timeout watches a client that does not read.
    if (this.queue.isChoked || this.isQueued) return;
    const { limits } = this.listener;
    const waitedMs = nowMs - this.sinceMs;
    if (this.waitsFor === FOR_REQUEST) {
      if (waitedMs > limits.idleMsMax) this.cut();
    } else if (this.waitsFor === FOR_HEAD) {
      if (waitedMs > limits.headersMsMax) this.refuse(408);
    } else if (this.waitsFor === FOR_BODY) {
      if (waitedMs > limits.requestMsMax) this.refuse(408);
    } else if (this.waitsFor === FOR_CLOSE) {
      if (this.queue.bytes > 0) this.sinceMs = nowMs;
      else if (waitedMs > limits.lingerMsMax) this.cut();
    }
  }

  /** Whether it has served a request and has none under way. Its client may be sending the next one. */
  get isBetweenRequests(): boolean {
    return this.waitsFor === FOR_REQUEST && this.reader.requests > 0;
  }

  /** Closes the connection, or makes the current answer its last, because the server closes. */
  close(): void {
    this.isLast = true;
    const isFresh = this.waitsFor === FOR_HEAD && this.reader.requests <= 1;
    if ((this.waitsFor !== FOR_REQUEST || this.isQueued) && !isFresh) return;
    if (this.queue.bytes > 0) this.hangUp();
    else this.cut();
  }

  cut(): void {
    this.forget();
    this.socket.destroy();
  }

  private stalled(): void {
    const { limits, warnings } = this.listener;
    const fields = { limit: "stallMsMax", limitMs: limits.stallMsMax };
    warnings.warn("client-cut-off", { address: this.socket.remoteAddress, ...fields });
    this.cut();
  }

  private forget(): void {
    if (this.waitsFor === GONE) return;
    this.waitsFor = GONE;
    this.queue.close();
    this.listener.forget(this);
  }

  private receive(chunk: Buffer): void {
    if (this.waitsFor >= FOR_STREAM) return this.drop(chunk);
    this.reader.push(chunk);
    if (this.mayRun) this.run();
    this.reader.own();
    this.count();
    if (this.mayRun) return;
    // Bounds what a client can pipeline before it reads: one buffer per connection.
    if (this.reader.unreadBytes > WRITE_BYTES) this.socket.pause();
  }

  /** Discards input after the last request to be served. */
  private drop(chunk: Buffer): void {
    this.droppedBytes += chunk.length;
    if (this.waitsFor === FOR_STREAM && this.droppedBytes > this.listener.limits.discardBytesMax) this.cut();
  }

  /** Whether the next request may run. */
  private get mayRun(): boolean {
    return this.waitsFor !== FOR_ANSWER && !this.queue.isChoked && !this.isQueued;
  }

  /** Serves all complete requests. No exception leaves it. */
  private run(): void {
    const { slices } = this.listener;
    const { usedUs } = slices;
    this.sliceStartUs = this.tookUs = 0;
    this.isBusy = true;
    if (this.listener.gate.isOn) this.queue.begin();
    try {
      this.serve();
    } catch (error) {
      if (error instanceof HttpRefusal) this.refuse(error.status);
      else this.fail(error);
    }
    this.isBusy = false;
    if (this.tookUs > 0) this.noteTime(usedUs);
    this.queue.flush();
  }

  private serve(): void {
    const { reader } = this;
    for (;;) {
      const progress = reader.next();
      if (progress === NEEDS_BYTES) return this.waitForBytes();
      if (progress === HEAD_READ) {
        this.takeHead();
        if (this.waitsFor >= FOR_CLOSE) return;
        continue;
      }
      this.isHeadOnly = false;
      if (this.isHeavy && this.listener.slices.isUsedUp) return this.defer();
      // A request that comes alone reads no clock.
      if (this.sliceStartUs === 0 && reader.unreadBytes > 0) this.beginSlice();
      this.handle();
      if (!this.isAnswered) return this.wait(FOR_ANSWER);
      if (!this.nextRequest()) return;
    }
  }

  private handle(): void {
    const { handler, slices } = this.listener;
    const { usedUs } = slices;
    if (!this.isRefused) handler.handle(this);
    this.isHeavy = slices.usedUs !== usedUs;
  }

  /** Lets the current request wait for a slice. */
  private defer(): void {
    this.wait(FOR_ANSWER);
    this.listener.slices.add(() => {
      if (this.waitsFor === FOR_ANSWER) this.handle();
    });
  }

  /** Whether the next request may be read, after the answer to the one before. */
  private nextRequest(): boolean {
    this.isAnswered = this.isRefused = this.hasBegun = false;
    this.reader.release();
    if (this.waitsFor >= FOR_STREAM) return false;
    if (this.isLast) {
      this.hangUp();
      return false;
    }
    if (this.waitsFor === FOR_ANSWER) {
      this.waitsFor = FOR_REQUEST;
      if (!this.hasEnded) this.socket.resume();
    }
    const mayWrite = !this.queue.isChoked && !(this.queue.isLong && this.queue.choke());
    return mayWrite && !this.yields();
  }

  private beginSlice(): void {
    this.sliceStartUs = this.listener.environment.elapsedUs();
  }

  /** Notes the time of requests that are heavy work together. Heavy work was `usedUs` before them. */
  private noteTime(usedUs: number): void {
    const { slices } = this.listener;
    slices.use(this.tookUs, usedUs);
    this.isHeavy = slices.usedUs !== usedUs;
  }

  /** Waits for a slice when the current one is over and more input is left. */
  private yields(): boolean {
    if (this.reader.unreadBytes === 0) return false;
    const { environment, slices } = this.listener;
    this.tookUs = environment.elapsedUs() - this.sliceStartUs;
    if (this.tookUs <= slices.sliceUs) return false;
    this.isQueued = true;
    slices.add(() => {
      this.isQueued = false;
      if (this.mayRun && this.waitsFor < FOR_STREAM) this.run();
      this.count();
    });
    return true;
  }

  /** Continues after an answer that took several turns. */
  private goOn(): void {
    if (this.nextRequest()) this.run();
    else this.queue.flush();
    this.count();
  }

  /** Processes the head of a request: decides whether its body is needed. */
  private takeHead(): void {
    const { reader, listener } = this;
    const { handler, limits } = listener;
    reader.bodyBytesMax = limits.requestBytesMax;
    this.isHeadOnly = true;
    if (reader.method === "CONNECT") return this.refuse(405);
    if (!handler.admit(this)) {
      this.isRefused = true;
      reader.bodyBytesMax = limits.discardBytesMax;
      reader.skipBody();
      if (this.isLast) this.hangUp();
    } else if (reader.expectsContinue && this.lacksBody()) {
      if (reader.contentLength <= limits.requestBytesMax) this.queue.text += CONTINUE;
    }
  }

  /** Whether the head announced a body. */
  private lacksBody(): boolean {
    return this.reader.isChunked || this.reader.contentLength > 0;
  }

  /**
   * Whether another request may follow the one being answered. Not if its body is still to come and too long to
   * discard, or waits for `100 Continue`.
   */
  private mayGoOn(): boolean {
    const { reader, listener } = this;
    if (!reader.keepsAlive || listener.isClosing) return false;
    if (!this.isHeadOnly || !this.lacksBody()) return true;
    return !reader.expectsContinue && reader.contentLength <= listener.limits.discardBytesMax;
  }

  private waitForBytes(): void {
    const { reader } = this;
    if (this.hasEnded) return this.hangUp();
    // It is paused when more input came than a slice could serve.
    if (this.socket.isPaused()) this.socket.resume();
    if (reader.isIdle) return this.wait(FOR_REQUEST);
    // The time limit of a request counts from its first byte.
    if (!this.hasBegun) this.sinceMs = this.listener.nowMs;
    this.hasBegun = true;
    this.waitsFor = reader.isInHead ? FOR_HEAD : FOR_BODY;
  }

  private wait(waitsFor: number): void {
    this.waitsFor = waitsFor;
    this.sinceMs = this.listener.nowMs;
  }

  /** Refuses malformed or late bytes. Nothing more is read. */
  private refuse(status: number): void {
    if (this.waitsFor >= FOR_STREAM) return;
    const { reader, listener } = this;
    // The request was answered already.
    if (this.isRefused) return this.hangUp();
    const { requestBytesMax } = listener.limits;
    const bytes = Math.max(reader.contentLength, reader.bodyBytes);
    const text = status === 413 ? requestTooLarge(requestBytesMax, bytes).text : badHttp(reasonOf(status)).text;
    const { headers, body } = listener.handler.refusal(status, status === 405 ? METHOD_NOT_ALLOWED.text : text);
    const { queue } = this;
    queue.text += `${statusLine(status)}${listener.dateLine}${headers}${CLOSE_LINE}Content-Length: ${body.length}\r\n\r\n`;
    if (reader.method !== "HEAD") queue.text += body;
    this.hangUp();
  }

  /** A fault of the server. It is unknown what was answered, so nothing more is. */
  private fail(error: unknown): void {
    logEvent(this.listener.log, "connection-fault", faultOf(error));
    this.cut();
  }

  private append(body: string): void {
    const { queue } = this;
    if (body.length <= WRITE_BYTES) {
      queue.text += body;
      return;
    }
    queue.addLong(body);
    queue.choke();
  }

  /** The client has read enough for its next request to be served. */
  drained(): void {
    if (this.waitsFor >= FOR_STREAM) return;
    if (!this.hasEnded) this.socket.resume();
    if (this.mayRun) this.run();
    this.count();
  }

  /** The client has ended its side. What it has sent is answered. */
  private ended(): void {
    this.hasEnded = true;
    if (this.waitsFor === FOR_STREAM) this.queue.hangUp();
    else if (this.waitsFor < FOR_ANSWER && this.mayRun) this.hangUp();
  }

  /** Ends the connection once everything is written. The listener's clock then gives the client time to close. */
  private hangUp(): void {
    if (this.waitsFor >= FOR_CLOSE) return;
    this.wait(FOR_CLOSE);
    this.queue.hangUp();
  }
}

/** A body in pieces, in HTTP's framing. */
class AnswerBody implements PieceSource {
  private readonly source: PieceSource;
  private readonly isChunked: boolean;
  private readonly ended: () => void;
  private isOver = false;

  constructor(source: PieceSource, isChunked: boolean, ended: () => void) {
    this.source = source;
    this.isChunked = isChunked;
    this.ended = ended;
  }

  get bytes(): number {
    return this.source.bytes;
  }

  next(): string | undefined {
    if (this.isOver) return undefined;
    const piece = this.source.next();
    // A chunk of no bytes would be the last.
    if (piece !== undefined)
      return this.isChunked && piece !== "" ? `${piece.length.toString(16)}\r\n${piece}\r\n` : piece;
    this.isOver = true;
    this.ended();
    return this.isChunked ? "0\r\n\r\n" : undefined;
  }

  waits(goOn: () => void): boolean {
    return this.source.waits?.(goOn) === true;
  }

  abandon(): void {
    this.source.abandon?.();
  }
}

/** A body that ends with its connection. */
class ConnectionStream implements HttpStream {
  private readonly connection: HttpConnection;
  private readonly queue: OutgoingQueue;
  private readonly lingerMs: number;

  /** A stream that has ended leaves its client `lingerMs` to read the rest. */
  constructor(connection: HttpConnection, queue: OutgoingQueue, lingerMs: number) {
    this.connection = connection;
    this.queue = queue;
    this.lingerMs = lingerMs;
  }

  get unreadBytes(): number {
    return this.queue.bytes;
  }

  write(message: string | SharedBytes): void {
    if (typeof message === "string") this.queue.text += message;
    else this.queue.addShared(message);
    this.queue.flush();
    this.queue.recount();
  }

  hold(bytes: number): void {
    this.connection.hold(bytes);
  }

  end(): void {
    this.queue.hangUp();
    setTimeout(() => this.connection.cut(), this.lingerMs).unref();
  }

  cut(): void {
    this.connection.cut();
  }

  onClose(listener: () => void): void {
    const { socket } = this.connection;
    if (socket.readableEnded && !socket.destroyed) this.end();
    if (socket.readableEnded || socket.destroyed) listener();
    else onceEnded(socket, listener);
  }
}
