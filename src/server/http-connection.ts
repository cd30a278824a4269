/**
 * One HTTP connection of our own listener. All requests that a chunk of input completes are answered in the same turn
 * and in one write, in order; a request is not begun before the answer to the former is complete. The connection is its
 * own exchange: at any time it has one request, and nothing is allocated for the next. What it has to send stands in its
 * {@link OutgoingQueue}, which says when the client has too much to read.
 */
import type { Socket } from "node:net";
import { METHOD_NOT_ALLOWED, requestTooLarge } from "../core/errors.ts";
import type { AccountedClient, SharedBytes } from "../engine/client-memory.ts";
import { HEAD_READ, HttpReader, HttpRefusal, NEEDS_BYTES } from "../protocol/http-reader.ts";
import { CHUNKED_LINE, CLOSE_LINE, CONTINUE, KEEP_ALIVE_LINE, reasonOf, statusLine } from "../protocol/http-writer.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import { onceEnded } from "./exchange.ts";
import type { Grant, HeaderName, HttpExchange, HttpStream } from "./exchange.ts";
import type { HttpListener } from "./http.ts";
import { OutgoingQueue, WRITE_BYTES } from "./outgoing-queue.ts";
import type { PieceSource, QueueOwner } from "./outgoing-queue.ts";
import { readShared } from "./shared-buffer.ts";

/** What the connection waits for, which says how long it may. */
const FOR_REQUEST = 0;
const FOR_HEAD = 1;
const FOR_BODY = 2;
/** For our own answer. */
const FOR_ANSWER = 3;
/** For a stream to end. */
const FOR_STREAM = 4;
/** For the client to read the last answer and to close. */
const FOR_CLOSE = 5;
const GONE = 6;

export class HttpConnection implements HttpExchange, QueueOwner, AccountedClient {
  grant: Grant | undefined;
  private readonly listener: HttpListener;
  readonly socket: Socket;
  private readonly reader: HttpReader;
  private waitsFor = FOR_REQUEST;
  /** Since when, by the listener's coarse clock. */
  private sinceMs: number;
  /** Some of the next request has come, at {@link sinceMs}. */
  private hasBegun = false;
  private readonly queue: OutgoingQueue;
  /** Requests are being read, after which what they answer is written. */
  private isBusy = false;
  private isAnswered = false;
  /** Of the request under way only the head has been read. */
  private isHeadOnly = false;
  /** The request under way was refused, so its body is of no use. */
  private isRefused = false;
  /** Nothing comes after the answer under way. */
  private isLast = false;
  /** The client has ended its side. */
  private hasEnded = false;
  /** The rest of what has come in goes on after a slice of other connections. */
  private isQueued = false;
  /** When other connections are to have their turn, by the monotonic clock in microseconds. */
  private sliceEndUs = 0;
  /** Bytes that came behind the last request that is served. */
  private droppedBytes = 0;

  constructor(listener: HttpListener, socket: Socket) {
    this.listener = listener;
    this.socket = readShared(socket, (chunk) => this.receive(chunk));
    this.reader = new HttpReader(listener.limits);
    this.sinceMs = listener.nowMs;
    const { limits, memory, slices } = listener;
    this.queue = new OutgoingQueue(this.socket, { limits, memory, slices, account: memory.open(this), owner: this });
    this.socket.on("end", () => this.ended());
    this.socket.on("timeout", () => this.cut());
    // What went wrong is of no interest: the connection is gone in any case, and `close` follows.
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
    const { reader } = this;
    switch (name) {
      case "authorization":
        return reader.authorization;
      case "host":
        return reader.host;
      case "x-forwarded-for":
        return reader.forwardedFor;
      case "access-control-request-private-network":
        return reader.requestPrivateNetwork;
      case "origin":
        return reader.origin;
      case "access-control-request-headers":
        return reader.requestHeaders;
      case "upstash-encoding":
        return reader.encoding;
      case "upstash-response-format":
        return reader.format;
      case "upstash-reponse-format":
        return reader.misspeltFormat;
    }
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
    // An answer without content has no length either.
    queue.text += status === 204 ? `${head}\r\n` : `${head}Content-Length: ${body.length}\r\n\r\n`;
    if (reader.method !== "HEAD" && body !== "") this.append(body);
    if (!this.isBusy) this.goOn();
  }

  /** The request is not answered before the last piece was made: until then the next one waits. */
  private replyInPieces(status: number, headers: HeaderLines, body: PieceSource): void {
    const { queue, reader } = this;
    const isChunked = reader.isHttp11;
    // Without chunks the body ends with the connection.
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
    // The queue is at work; what comes next is begun when it is done.
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

  get isStranger(): boolean {
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

  /** States what the connection holds. The client may be cut off by this. */
  count(): void {
    this.queue.count(this.reader.heldBytes);
  }

  cutOff(): void {
    this.cut();
  }

  failed(error: unknown): void {
    this.fail(error);
  }

  /** Looks whether the client has had its time; by the listener's coarse clock. */
  check(nowMs: number): void {
    // A timeout of its own watches a client who does not read.
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

  /** Whether it has served a request and has none under way: its client may have sent the next one just now. */
  get isBetweenRequests(): boolean {
    return this.waitsFor === FOR_REQUEST && this.reader.requests > 0;
  }

  /** The server closes: ends the connection, or makes the answer that is under way its last. */
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
    // Whoever sends ahead of the answers may fill one buffer, not the memory.
    if (this.reader.unreadBytes > WRITE_BYTES) this.socket.pause();
  }

  /** What comes after the last request that is served is not looked at. */
  private drop(chunk: Buffer): void {
    this.droppedBytes += chunk.length;
    if (this.waitsFor === FOR_STREAM && this.droppedBytes > this.listener.limits.discardBytesMax) this.cut();
  }

  /** Nothing holds the next request back. */
  private get mayRun(): boolean {
    return this.waitsFor !== FOR_ANSWER && !this.queue.isChoked && !this.isQueued;
  }

  /** Serves all requests that are complete. Whatever goes wrong ends here. */
  private run(): void {
    const { environment, slices } = this.listener;
    this.sliceEndUs = environment.elapsedUs() + slices.sliceUs;
    this.isBusy = true;
    try {
      this.serve();
    } catch (error) {
      if (error instanceof HttpRefusal) this.refuse(error.status);
      else this.fail(error);
    }
    this.isBusy = false;
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
      if (!this.isRefused) this.listener.handler.handle(this);
      if (!this.isAnswered) return this.wait(FOR_ANSWER);
      if (!this.nextRequest()) return;
    }
  }

  /** Answers whether the next request may be read, after the answer to the former. */
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

  /** Lets other connections have their turn when a slice of time is over and more has come in. */
  private yields(): boolean {
    const { environment, slices } = this.listener;
    if (this.reader.unreadBytes === 0 || environment.elapsedUs() <= this.sliceEndUs) return false;
    this.isQueued = true;
    slices.add(() => {
      this.isQueued = false;
      if (this.mayRun && this.waitsFor < FOR_STREAM) this.run();
      this.count();
    });
    return true;
  }

  /** Goes on after an answer that took some turns. */
  private goOn(): void {
    if (this.nextRequest()) this.run();
    else this.queue.flush();
    this.count();
  }

  /** The head of a request is here: is its body wanted? */
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

  /** The head announced a body. */
  private lacksBody(): boolean {
    return this.reader.isChunked || this.reader.contentLength > 0;
  }

  /**
   * Whether another request may follow the one that is being answered. Not when its body has yet to come and is too long
   * to be read for nothing, or waits for an invitation.
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
    // It is paused when more came in than a slice could serve.
    if (this.socket.isPaused()) this.socket.resume();
    if (reader.isIdle) return this.wait(FOR_REQUEST);
    // A request has its time from its first byte, however it comes in.
    if (!this.hasBegun) this.sinceMs = this.listener.nowMs;
    this.hasBegun = true;
    this.waitsFor = reader.isInHead ? FOR_HEAD : FOR_BODY;
  }

  private wait(waitsFor: number): void {
    this.waitsFor = waitsFor;
    this.sinceMs = this.listener.nowMs;
  }

  /** The bytes are no request that is served, or have not come in time. There is nothing more to read. */
  private refuse(status: number): void {
    if (this.waitsFor >= FOR_STREAM) return;
    const { reader, listener } = this;
    // It has been answered already.
    if (this.isRefused) return this.hangUp();
    const { requestBytesMax } = listener.limits;
    const bytes = Math.max(reader.contentLength, reader.bodyBytes);
    const text =
      status === 413 ? requestTooLarge(requestBytesMax, bytes).text : `ERR ${reasonOf(status).toLowerCase()}`;
    const { headers, body } = listener.handler.refusal(status, status === 405 ? METHOD_NOT_ALLOWED.text : text);
    const { queue } = this;
    queue.text += `${statusLine(status)}${listener.dateLine}${headers}${CLOSE_LINE}Content-Length: ${body.length}\r\n\r\n`;
    if (reader.method !== "HEAD") queue.text += body;
    this.hangUp();
  }

  /** A fault of ours: nobody can tell what was answered, so nothing is. */
  private fail(error: unknown): void {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    this.listener.log.error({ error: message, stack }, "a connection failed through a fault of the server");
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

  /** The client will send nothing more; what it has sent is answered. */
  private ended(): void {
    this.hasEnded = true;
    if (this.waitsFor === FOR_STREAM) this.queue.hangUp();
    else if (this.waitsFor < FOR_ANSWER && this.mayRun) this.hangUp();
  }

  /** Ends the connection once everything is written; the listener's clock then gives the client a moment to close. */
  private hangUp(): void {
    if (this.waitsFor >= FOR_CLOSE) return;
    this.wait(FOR_CLOSE);
    this.queue.hangUp();
  }
}

/** A body in pieces, as HTTP frames it. */
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
    if (piece !== undefined) return this.isChunked ? `${piece.length.toString(16)}\r\n${piece}\r\n` : piece;
    this.isOver = true;
    this.ended();
    return this.isChunked ? "0\r\n\r\n" : undefined;
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
