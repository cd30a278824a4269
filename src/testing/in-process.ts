/**
 * Requests without sockets: an exchange is passed to the handler that the listener would pass it to, and its answer has
 * the bytes and the headers that the listener would send. The handler is called as the request is made, so requests run in
 * the order in which they are made.
 */
import { requestTooLarge } from "../core/errors.ts";
import { setImmediate } from "../core/timers.ts";
import type { SharedBytes } from "../engine/client-memory.ts";
import type { HeaderName } from "../protocol/http-headers.ts";
import { CHUNKED_LINE, CLOSE_LINE, dateLine } from "../protocol/http-writer.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { Grant, HttpExchange, HttpHandler, HttpStream, Route } from "../server/exchange.ts";
import type { PieceSource } from "../server/outgoing-queue.ts";

/** A request whose body, a byte string, is complete. */
export interface InProcessRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Values by name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly signal?: AbortSignal | null | undefined;
}

/** The answer: its body is whole, comes in pieces, or comes as it is written. */
export interface InProcessAnswer {
  readonly status: number;
  readonly headers: HeaderLines;
  /** A byte string, or bytes to come. */
  readonly body: string | ReadableStream<Uint8Array>;
}

/** Answers in one iteration of the event loop: what asks without end must not keep timers and sockets waiting. */
const ANSWERS_AN_ITERATION = 64;

/** Makes requests of one handler. */
export class InProcessClient {
  private readonly handler: HttpHandler;
  private readonly requestBytesMax: number;
  private readonly now: () => number;
  /** Answers since the event loop turned. */
  private answers = 0;
  private isTurning = false;
  /** Answers that wait for its next turn. */
  private late: (() => void)[] = [];
  private dateMs = -1;
  private date: HeaderLines = "";

  /** `now` tells the time of the Date header, in milliseconds since the epoch. */
  constructor(handler: HttpHandler, requestBytesMax: number, now: () => number) {
    this.handler = handler;
    this.requestBytesMax = requestBytesMax;
    this.now = now;
  }

  /** Rejects with the signal's reason, or as `fetch` does when the connection breaks. */
  request(request: InProcessRequest): Promise<InProcessAnswer> {
    return new Promise((resolve, reject) => {
      const exchange = new InProcessExchange(request, {
        date: this.dateLine(),
        answer: (answer) => this.deliver(() => resolve(answer)),
        fail: reject,
      });
      if (exchange.isGone || !this.handler.admit(exchange)) return;
      if (request.body.length > this.requestBytesMax) return this.refuse(exchange, request.body.length);
      this.handler.handle(exchange);
    });
  }

  private refuse(exchange: HttpExchange, bytes: number): void {
    const { text } = requestTooLarge(this.requestBytesMax, bytes);
    const { headers, body } = this.handler.refusal(413, text);
    exchange.reply(413, headers + CLOSE_LINE, body);
  }

  private deliver(answer: () => void): void {
    if (++this.answers <= ANSWERS_AN_ITERATION) answer();
    else this.late.push(answer);
    if (this.isTurning) return;
    this.isTurning = true;
    setImmediate(() => this.turn());
  }

  private turn(): void {
    const late = this.late.splice(0);
    this.isTurning = false;
    this.answers = 0;
    for (const answer of late) answer();
  }

  private dateLine(): HeaderLines {
    const seconds = Math.floor(this.now() / 1000);
    if (seconds * 1000 === this.dateMs) return this.date;
    this.dateMs = seconds * 1000;
    return (this.date = dateLine(this.dateMs));
  }
}

interface Client {
  readonly date: HeaderLines;
  readonly answer: (answer: InProcessAnswer) => void;
  readonly fail: (reason: unknown) => void;
}

/** What `fetch` rejects with when the server has closed the connection. */
function connectionLost(message: "fetch failed" | "terminated"): TypeError {
  return brokenBy(message, "other side closed", "UND_ERR_SOCKET");
}

/** What reading a body rejects with that has ended too early. */
function bodyTooShort(): TypeError {
  return brokenBy("terminated", "the body is shorter than its Content-Length", "UND_ERR_RES_CONTENT_LENGTH_MISMATCH");
}

function brokenBy(message: string, reason: string, code: string): TypeError {
  return new TypeError(message, { cause: Object.assign(new Error(reason), { code }) });
}

class InProcessExchange implements HttpExchange {
  readonly remoteAddress = "127.0.0.1";
  readonly body: string;
  readonly method: string;
  readonly target: string;
  grant: Grant | undefined;
  route: Route | undefined;
  isGone = false;
  private readonly headers: ReadonlyMap<string, string>;
  private readonly client: Client;
  private readonly signal: AbortSignal | undefined;
  private isAnswered = false;
  /** Ends the body under way. */
  private abandon: ((reason: unknown) => void) | undefined;

  constructor({ body, headers, method, signal, target }: InProcessRequest, client: Client) {
    this.body = body;
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.client = client;
    this.signal = signal ?? undefined;
    if (this.signal?.aborted === true) this.aborted();
    else this.signal?.addEventListener("abort", this.aborted);
  }

  private readonly aborted = (): void => {
    const reason: unknown = this.signal!.reason;
    this.release();
    this.isGone = true;
    this.client.fail(reason);
    this.abandon?.(reason);
  };

  /** Lets go of the signal, which may live for longer. */
  private readonly release = (): void => {
    this.signal?.removeEventListener("abort", this.aborted);
  };

  header(name: HeaderName): string | undefined {
    return this.headers.get(name);
  }

  hold(): void {}

  reply(status: number, lines: HeaderLines, body: string | PieceSource): void {
    const isBodiless = this.method === "HEAD" || this.isGone || this.isAnswered;
    if (isBodiless && typeof body !== "string") body.abandon?.();
    if (this.isGone || this.isAnswered) return;
    this.isAnswered = true;
    const head = this.client.date + lines;
    if (typeof body === "string") {
      this.release();
      const headers = status === 204 ? head : `${head}Content-Length: ${body.length}\r\n`;
      this.client.answer({ status, headers, body: isBodiless ? "" : body });
      return;
    }
    const headers = head + CHUNKED_LINE;
    this.client.answer({ status, headers, body: isBodiless ? "" : this.pieces(body) });
  }

  private pieces(source: PieceSource): ReadableStream<Uint8Array> {
    let isOver = false;
    const end = (): void => {
      isOver = true;
      this.release();
      source.abandon?.();
    };
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.abandon = (reason) => {
          if (isOver) return;
          end();
          controller.error(reason);
        };
      },
      pull: async (controller) => {
        // One piece in a turn of the event loop, as over a socket.
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
        while (!isOver) {
          const isReady = source.waits === undefined || (await ready(source));
          const piece = isReady && !isOver ? source.next() : undefined;
          if (isOver) return;
          if (piece === undefined) {
            isOver = true;
            this.release();
            controller.close();
          } else if (piece !== "") {
            controller.enqueue(Buffer.from(piece, "latin1"));
            return;
          }
        }
      },
      cancel: end,
    });
  }

  stream(status: number, lines: HeaderLines): HttpStream {
    this.isAnswered = true;
    const headers = this.client.date + lines + CLOSE_LINE;
    const stream = new InProcessStream(
      (body) => this.client.answer({ status, headers, body }),
      (reason) => this.client.fail(reason),
      announcedBytes(lines),
    );
    stream.onClose(this.release);
    this.abandon = (reason) => stream.fail(reason);
    if (this.isGone) stream.fail(this.signal?.reason);
    return stream;
  }
}

/** Resolves when the next piece of a source can be made. */
function ready(source: PieceSource): Promise<true> {
  return new Promise((resolve) => {
    const ask = (): void => {
      if (source.waits?.(ask) !== true) resolve(true);
    };
    ask();
  });
}

/** The length that a head states; undefined for none. */
function announcedBytes(headers: HeaderLines): number | undefined {
  const [, bytes] = /^Content-Length: (\d+)\r$/im.exec(headers) ?? [];
  return bytes === undefined ? undefined : Number(bytes);
}

/** A body under way. As over a socket, nothing is answered before its first bytes. */
class InProcessStream implements HttpStream {
  private readonly begin: (body: ReadableStream<Uint8Array>) => void;
  private readonly refuse: (reason: unknown) => void;
  private readonly announced: number | undefined;
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private readonly listeners: (() => void)[] = [];
  private isOver = false;
  private writtenBytes = 0;

  constructor(
    begin: (body: ReadableStream<Uint8Array>) => void,
    refuse: (reason: unknown) => void,
    announced: number | undefined,
  ) {
    this.begin = begin;
    this.refuse = refuse;
    this.announced = announced;
  }

  get unreadBytes(): number {
    return Math.max(0, -(this.controller?.desiredSize ?? 0));
  }

  write(message: string | SharedBytes): void {
    if (this.isOver) return;
    this.open();
    // Others share the bytes of a message, and a reader may change its own.
    const bytes = typeof message === "string" ? Buffer.from(message, "latin1") : Buffer.from(message.bytes);
    this.writtenBytes += bytes.length;
    if (bytes.length > 0) this.controller!.enqueue(bytes);
  }

  private open(): void {
    if (this.controller !== undefined) return;
    const sizes = new ByteLengthQueuingStrategy({ highWaterMark: 0 });
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        cancel: () => this.close(),
      },
      sizes,
    );
    this.begin(body);
  }

  hold(): void {}

  end(): void {
    if (this.isOver) return;
    if (this.announced !== undefined && this.writtenBytes < this.announced) return this.fail(bodyTooShort());
    this.open();
    this.controller!.close();
    this.close();
  }

  cut(): void {
    this.fail(connectionLost(this.controller === undefined ? "fetch failed" : "terminated"));
  }

  /** Ends it with an error. */
  fail(reason: unknown): void {
    if (this.isOver) return;
    if (this.controller === undefined) this.refuse(reason);
    else this.controller.error(reason);
    this.close();
  }

  onClose(listener: () => void): void {
    if (this.isOver) listener();
    else this.listeners.push(listener);
  }

  private close(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const listener of this.listeners.splice(0)) listener();
  }
}
