/** The HTTP listener on node:http. */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { requestTooLarge } from "../core/errors.ts";
import { badHttp, METHOD_NOT_ALLOWED } from "../core/errors/doors.ts";
import type { Limits } from "../core/limits.ts";
import type { HeaderName } from "../protocol/http-headers.ts";
import { CLOSE_LINE, reasonOf, statusLine } from "../protocol/http-writer.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { ClientWarnings } from "./client-warnings.ts";
import type { CommitGate } from "../engine/commit-gate.ts";
import type { AccountedClient, ClientAccount, ClientMemory, SharedBytes } from "../engine/client-memory.ts";
import { descriptors } from "./descriptors.ts";
import { onceEnded } from "./exchange.ts";
import type { Grant, HttpExchange, HttpHandler, HttpStream, Route } from "./exchange.ts";
import { hasDescriptor, listenAt, surviving, useTls } from "./listen.ts";
import type { Listener } from "./listen.ts";
import { faultOf, logEvent } from "../core/log-events.ts";
import type { Log } from "../core/log.ts";
import type { SliceQueue } from "./slices.ts";
import type { PieceSource } from "./outgoing-queue.ts";
import type { TlsSettings } from "./server-options.ts";

/** An error of Node's parser. The packet is the last one received. */
type ParseError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** Names and values, alternating, as Node takes them. */
function headerList(lines: HeaderLines): string[] {
  const list: string[] = [];
  for (let at = 0; at < lines.length;) {
    const colon = lines.indexOf(": ", at);
    const end = lines.indexOf("\r\n", colon);
    list.push(lines.slice(at, colon), lines.slice(colon + 2, end));
    at = end + 2;
  }
  return list;
}

/** The bytes that a connection of this listener holds, as far as Node tells. It does not tell of incomplete heads. */
class NodeClient implements AccountedClient {
  readonly socket: Socket;
  readonly account: ClientAccount;
  private readonly memory: ClientMemory;
  /** Bytes of a request's body and of an answer under way. */
  bodyBytes = 0;
  /** Bytes that a handler keeps for a request or a stream. */
  private handlerBytes = 0;
  source: PieceSource | undefined;
  response: ServerResponse | undefined;
  isUnauthenticated = true;
  readonly isSpared = false;

  constructor(socket: Socket, memory: ClientMemory) {
    this.socket = socket;
    this.memory = memory;
    this.account = memory.open(this);
    socket.once("close", () => memory.close(this.account));
  }

  get address(): string | undefined {
    return this.socket.remoteAddress;
  }

  hold(bytes: number): void {
    this.handlerBytes = bytes;
    this.count();
  }

  count(): void {
    const unread = this.response?.writableLength ?? this.socket.writableLength;
    this.memory.set(
      this.account,
      this.bodyBytes + this.handlerBytes + unread + (this.source?.bytes ?? 0),
      this.isUnauthenticated,
    );
  }

  cutOff(): void {
    this.memory.close(this.account);
    this.socket.destroy();
  }
}

class NodeExchange implements HttpExchange {
  readonly method: string;
  readonly target: string;
  body = "";
  grant: Grant | undefined;
  route: Route | undefined;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly listener: NodeHttpListener;
  private readonly client: NodeClient;
  /**
   * The gate's offset when the request began. A larger one means that a write was served since, perhaps this request's.
   */
  private readonly seen: number;

  constructor(request: IncomingMessage, response: ServerResponse, listener: NodeHttpListener, client: NodeClient) {
    this.request = request;
    this.response = response;
    this.listener = listener;
    this.client = client;
    this.seen = listener.gate.offset;
    this.method = request.method!;
    this.target = request.url!;
  }

  get isGone(): boolean {
    return this.request.socket.destroyed;
  }

  get remoteAddress(): string | undefined {
    return this.request.socket.remoteAddress;
  }

  header(name: HeaderName): string | undefined {
    const value = this.request.headers[name];
    return typeof value === "object" ? value.join(", ") : value;
  }

  hold(bytes: number): void {
    this.client.hold(bytes);
  }

  reply(status: number, lines: HeaderLines, body: string | PieceSource): void {
    const { client, response } = this;
    if (response.headersSent || response.destroyed) {
      if (typeof body !== "string") body.abandon?.();
      return;
    }
    client.response = response;
    const headers = headerList(lines);
    // A status without content has no length either.
    if (status !== 204 && typeof body === "string") headers.push("Content-Length", String(body.length));
    // A connection that outlived the listener would keep it from closing.
    if (!this.listener.server.listening) response.shouldKeepAlive = false;
    response.writeHead(status, headers);
    if (typeof body === "string") this.whenSafe(() => response.end(body, "latin1"));
    else this.sendPieces(body);
    client.count();
  }

  /** Calls `goOn` once the request's writes are safe on disk, where the journal promises that. */
  private whenSafe(goOn: () => void): void {
    const { gate } = this.listener;
    if (!gate.isOn || gate.offset === this.seen) goOn();
    else gate.pass(gate.offset, goOn);
  }

  /** Sends one piece in a turn, when there is room for it. */
  private sendPieces(source: PieceSource): void {
    const { client, response } = this;
    client.source = source;
    client.socket.setTimeout(this.listener.limits.stallMsMax);
    const end = (): void => {
      if (client.source === undefined) return;
      client.source = undefined;
      client.socket.setTimeout(0);
      source.abandon?.();
    };
    response.once("close", end);
    const next = (): void => {
      if (client.source === undefined || source.waits?.(next) === true) return;
      let piece: string | undefined;
      try {
        piece = source.next();
      } catch (error) {
        this.listener.failed(error);
        client.socket.destroy();
        return;
      }
      this.whenSafe(() => send(piece));
      client.count();
    };
    const send = (piece: string | undefined): void => {
      if (piece === undefined) {
        end();
        response.end();
      } else if (response.write(piece, "latin1")) {
        this.listener.slices.add(next);
      } else {
        response.once("drain", next);
      }
    };
    next();
  }

  stream(status: number, headers: HeaderLines): HttpStream {
    const { client, request, response } = this;
    response.writeHead(status, headerList(headers + CLOSE_LINE));
    client.response = response;
    return new NodeStream(request.socket, response, this.listener.limits.lingerMsMax, client);
  }
}

/** Connections that carry a stream, on which no other answer can be written. */
const streaming = new WeakSet<Socket>();

class NodeStream implements HttpStream {
  private readonly socket: Socket;
  private readonly response: ServerResponse;
  private readonly lingerMs: number;
  private readonly client: NodeClient;
  /** Whether it is behind another stream on its connection, so that its turn will never come. */
  private readonly isLost: boolean;

  /** A stream that has ended leaves its client `lingerMs` to read the rest. */
  constructor(socket: Socket, response: ServerResponse, lingerMs: number, client: NodeClient) {
    this.client = client;
    this.socket = socket;
    this.response = response;
    this.lingerMs = lingerMs;
    this.isLost = streaming.has(socket);
    streaming.add(socket);
  }

  get unreadBytes(): number {
    return this.response.writableLength;
  }

  write(message: string | SharedBytes): void {
    if (typeof message === "string") {
      this.response.write(message, "latin1");
    } else {
      message.hold();
      this.response.write(message.bytes, () => message.release());
    }
    this.client.count();
  }

  hold(bytes: number): void {
    this.client.hold(bytes);
  }

  end(): void {
    this.response.end();
    setTimeout(() => this.socket.destroy(), this.lingerMs).unref();
  }

  cut(): void {
    this.socket.destroy();
  }

  /** Watches the socket: the response gets no event while it is behind another on its connection. */
  onClose(listener: () => void): void {
    if (this.isLost || this.socket.destroyed) listener();
    else onceEnded(this.socket, listener);
  }
}

interface NodeListenerOptions {
  readonly handler: HttpHandler;
  readonly limits: Readonly<Limits>;
  readonly log: Log;
  /** Undefined for plain HTTP. */
  readonly tls: TlsSettings | undefined;
  readonly warnings: ClientWarnings;
  readonly memory: ClientMemory;
  readonly slices: SliceQueue;
  readonly gate: CommitGate;
}

/** A listener on one address, built on node:http. Slower than `HttpListener`, and behaves as it does. */
export class NodeHttpListener implements Listener {
  readonly server: Server;
  readonly limits: Readonly<Limits>;
  readonly slices: SliceQueue;
  readonly gate: CommitGate;
  private readonly handler: HttpHandler;
  private readonly log: Log;
  private readonly memory: ClientMemory;
  /** Connections without a request yet, which Node does not count as idle. */
  private readonly fresh = new Set<Socket>();
  private readonly clients = new WeakMap<Socket, NodeClient>();

  constructor({ handler, limits, log, tls, warnings, memory, slices, gate }: NodeListenerOptions) {
    this.handler = handler;
    this.limits = limits;
    this.log = log;
    this.memory = memory;
    this.slices = slices;
    this.gate = gate;
    const options = {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersMsMax,
      requestTimeout: limits.requestMsMax,
      keepAliveTimeout: limits.idleMsMax,
      // A request without Host is served, since no route depends on it.
      requireHostHeader: false,
      noDelay: true,
    };
    this.server = tls === undefined ? createServer(options) : createTlsServer({ ...options, ...tls });
    this.server.maxConnections = limits.connectionsMax;
    surviving(this.server, warnings).on("connection", (socket: Socket) => {
      if (!hasDescriptor(socket, warnings)) return;
      socket.once("close", () => descriptors.release());
      this.handler.connected(socket);
      this.fresh.add(socket);
      socket.once("close", () => this.fresh.delete(socket));
    });
    this.server.on("request", (request, response) => this.receive(request, response, false));
    this.server.on("checkContinue", (request, response) => this.receive(request, response, true));
    // A server can meet no other expectation, so the request is served as if it had none.
    this.server.on("checkExpectation", (request, response) => this.receive(request, response, false));
    this.server.on("connect", (_request, socket: Socket) => {
      // Node has released this connection and does not handle its errors any more.
      socket.on("error", () => socket.destroy());
      this.refuse(405, METHOD_NOT_ALLOWED.text, socket);
    });
    this.server.on("clientError", (error: ParseError, socket: Socket) => this.onClientError(error, socket));
  }

  /** A fault of the server in the middle of an answer. */
  failed(error: unknown): void {
    logEvent(this.log, "connection-fault", faultOf(error));
  }

  private clientOf(socket: Socket): NodeClient {
    let client = this.clients.get(socket);
    if (client === undefined) {
      this.clients.set(socket, (client = new NodeClient(socket, this.memory)));
      this.memory.enforce();
    }
    return client;
  }

  setTls(tls: TlsSettings): void {
    useTls(this.server, tls);
  }

  listen(port: number, host: string): Promise<number> {
    return listenAt(this.server, port, host);
  }

  close(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const impatient = setTimeout(() => this.server.closeAllConnections(), graceMs);
      this.server.close(() => {
        clearTimeout(impatient);
        resolve();
      });
      this.server.closeIdleConnections();
      for (const socket of this.fresh) socket.destroy();
    });
  }

  /** `waits`: the client waits for `100 Continue` before it sends the body. */
  private receive(request: IncomingMessage, response: ServerResponse, waits: boolean): void {
    this.fresh.delete(request.socket);
    const client = this.clientOf(request.socket);
    const exchange = new NodeExchange(request, response, this, client);
    const announced = Number(request.headers["content-length"] ?? 0);
    const isAdmitted = this.handler.admit(exchange);
    if (isAdmitted) client.isUnauthenticated = false;
    if (!isAdmitted) return this.discard(request, response, waits, announced);
    if (announced > this.limits.requestBytesMax) return this.tooLarge(exchange, request, response, announced);
    if (waits) response.writeContinue();
    this.readBody(exchange, request, response, client);
  }

  private readBody(
    exchange: NodeExchange,
    request: IncomingMessage,
    response: ServerResponse,
    client: NodeClient,
  ): void {
    const chunks: Buffer[] = [];
    let received = 0;
    request.on("data", (chunk: Buffer) => {
      received += chunk.length;
      client.bodyBytes = received;
      client.count();
      if (received <= this.limits.requestBytesMax) chunks.push(chunk);
      else if (!response.headersSent) this.tooLarge(exchange, request, response, received);
    });
    request.on("end", () => {
      if (received > this.limits.requestBytesMax) return;
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, received);
      exchange.body = body.latin1Slice();
      this.handler.handle(exchange);
      client.bodyBytes = 0;
      client.count();
    });
  }

  /** Discards the rest of an unneeded body if it is short; otherwise the connection ends with the answer. */
  private discard(request: IncomingMessage, response: ServerResponse, waits: boolean, announced: number): void {
    if (waits || announced > this.limits.discardBytesMax) return this.hangUp(request, response);
    let received = 0;
    request.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received > this.limits.discardBytesMax) request.destroy();
    });
  }

  private tooLarge(exchange: NodeExchange, request: IncomingMessage, response: ServerResponse, bytes: number): void {
    const { headers, body } = this.handler.refusal(413, requestTooLarge(this.limits.requestBytesMax, bytes).text);
    exchange.reply(413, headers + CLOSE_LINE, body);
    this.hangUp(request, response);
  }

  /**
   * Ends the connection after the answer. What the client still sends is read for a moment and discarded: closing at
   * once would reset the connection, and the client might never see the answer.
   */
  private hangUp(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const { socket } = request;
    const end = (): void => {
      socket.end();
      setTimeout(() => socket.destroy(), this.limits.lingerMsMax).unref();
    };
    if (response.writableFinished) end();
    else response.once("finish", end);
  }

  /** Malformed bytes, a head that is too long, or a sender that is too slow. */
  private onClientError(error: ParseError, socket: Socket): void {
    if (!socket.writable || error.code === "ECONNRESET" || streaming.has(socket)) return void socket.destroy();
    const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
    const isHead = error.rawPacket?.toString("latin1", 0, 5) === "HEAD ";
    this.refuse(status, badHttp(reasonOf(status)).text, socket, isHead);
  }

  /** Answers on the bare connection, where there is no request, and ends it. */
  private refuse(status: number, text: string, socket: Socket, isHead = false): void {
    const { headers, body } = this.handler.refusal(status, text);
    const head = `${statusLine(status)}${headers}${CLOSE_LINE}Content-Length: ${body.length}\r\n\r\n`;
    socket.end(head + (isHead ? "" : body), "latin1");
    setTimeout(() => socket.destroy(), this.limits.lingerMsMax).unref();
  }
}
