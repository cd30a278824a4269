/** The listener over node:http. */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { METHOD_NOT_ALLOWED, requestTooLarge } from "../core/errors.ts";
import type { Limits } from "../core/limits.ts";
import { CLOSE_LINE, reasonOf, statusLine } from "../protocol/http-writer.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { ClientWarnings } from "./client-warnings.ts";
import { descriptors } from "./descriptors.ts";
import { onceEnded } from "./exchange.ts";
import type { Grant, HeaderName, HttpExchange, HttpHandler, HttpStream } from "./exchange.ts";
import { hasDescriptor, listenAt, surviving } from "./listen.ts";
import type { Listener } from "./listen.ts";
import type { TlsSettings } from "./options.ts";

/** What Node's parser says of bytes it cannot read; the packet is the last one received. */
type ParseError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** Names and values in turn, as Node takes them. */
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

class NodeExchange implements HttpExchange {
  readonly method: string;
  readonly target: string;
  body = "";
  grant: Grant | undefined;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly server: Server;
  private readonly lingerMs: number;

  /** A stream that has ended leaves its client `lingerMs` to read the rest. */
  constructor(request: IncomingMessage, response: ServerResponse, server: Server, lingerMs: number) {
    this.request = request;
    this.response = response;
    this.server = server;
    this.lingerMs = lingerMs;
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

  reply(status: number, lines: HeaderLines, body: string): void {
    const { response } = this;
    if (response.headersSent || response.destroyed) return;
    const headers = headerList(lines);
    // An answer without content has no length either.
    if (status !== 204) headers.push("Content-Length", String(body.length));
    // A connection that outlived the listener would keep it from closing.
    if (!this.server.listening) response.shouldKeepAlive = false;
    response.writeHead(status, headers);
    response.end(body, "latin1");
  }

  stream(status: number, headers: HeaderLines): HttpStream {
    const { request, response } = this;
    response.writeHead(status, headerList(headers + CLOSE_LINE));
    return new NodeStream(request.socket, response, this.lingerMs);
  }
}

/** Connections that carry a stream. No answer of another kind can be written to them. */
const streaming = new WeakSet<Socket>();

class NodeStream implements HttpStream {
  private readonly socket: Socket;
  private readonly response: ServerResponse;
  private readonly lingerMs: number;
  /** It is behind another stream on its connection, so its turn will never come. */
  private readonly isLost: boolean;

  constructor(socket: Socket, response: ServerResponse, lingerMs: number) {
    this.socket = socket;
    this.response = response;
    this.lingerMs = lingerMs;
    this.isLost = streaming.has(socket);
    streaming.add(socket);
  }

  get unreadBytes(): number {
    return this.response.writableLength;
  }

  write(bytes: Buffer): void {
    this.response.write(bytes);
  }

  end(): void {
    this.response.end();
    setTimeout(() => this.socket.destroy(), this.lingerMs).unref();
  }

  cut(): void {
    this.socket.destroy();
  }

  /** The socket is asked and not the response, which hears nothing while it waits behind another on its connection. */
  onClose(listener: () => void): void {
    if (this.isLost || this.socket.destroyed) listener();
    else onceEnded(this.socket, listener);
  }
}

export class NodeHttpListener implements Listener {
  private readonly server: Server;
  private readonly handler: HttpHandler;
  private readonly limits: Readonly<Limits>;
  /** Connections that have not brought a request yet. Node does not count them among the idle ones. */
  private readonly fresh = new Set<Socket>();

  /** `tls` is undefined for plain HTTP. */
  constructor(handler: HttpHandler, limits: Readonly<Limits>, tls: TlsSettings | undefined, warnings: ClientWarnings) {
    this.handler = handler;
    this.limits = limits;
    const options = {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersMsMax,
      requestTimeout: limits.requestMsMax,
      keepAliveTimeout: limits.idleMsMax,
      // A request without Host is served: no route depends on it.
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
    // Nothing else can be expected of a server, and a request that tries is served all the same.
    this.server.on("checkExpectation", (request, response) => this.receive(request, response, false));
    this.server.on("connect", (_request, socket: Socket) => {
      // Node has let go of this connection, its errors included.
      socket.on("error", () => socket.destroy());
      this.refuse(405, METHOD_NOT_ALLOWED.text, socket);
    });
    this.server.on("clientError", (error: ParseError, socket: Socket) => this.onClientError(error, socket));
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

  /** `waits` when the client wants to hear `100 Continue` before it sends the body. */
  private receive(request: IncomingMessage, response: ServerResponse, waits: boolean): void {
    this.fresh.delete(request.socket);
    const exchange = new NodeExchange(request, response, this.server, this.limits.lingerMsMax);
    const announced = Number(request.headers["content-length"] ?? 0);
    if (!this.handler.admit(exchange)) return this.discard(request, response, waits, announced);
    if (announced > this.limits.requestBytesMax) return this.tooLarge(exchange, request, response, announced);
    if (waits) response.writeContinue();
    this.readBody(exchange, request, response);
  }

  private readBody(exchange: NodeExchange, request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    let received = 0;
    request.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received <= this.limits.requestBytesMax) chunks.push(chunk);
      else if (!response.headersSent) this.tooLarge(exchange, request, response, received);
    });
    request.on("end", () => {
      if (received > this.limits.requestBytesMax) return;
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, received);
      exchange.body = body.latin1Slice();
      this.handler.handle(exchange);
    });
  }

  /** The rest of an unwanted body is read and dropped when it is short, else the connection ends with the answer. */
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
   * Ends the connection once the answer is out. What the client still sends is read for a moment and dropped: closing
   * under its hands would reset the connection, and it might never see the answer.
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

  /** Bytes that are no HTTP request, too long a head, or too slow a sender. */
  private onClientError(error: ParseError, socket: Socket): void {
    if (!socket.writable || error.code === "ECONNRESET" || streaming.has(socket)) return void socket.destroy();
    const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
    const isHead = error.rawPacket?.latin1Slice(0, 5) === "HEAD ";
    this.refuse(status, `ERR ${reasonOf(status).toLowerCase()}`, socket, isHead);
  }

  /** Answers on the bare connection, where there is no request to answer, and ends it. */
  private refuse(status: number, text: string, socket: Socket, isHead = false): void {
    const { headers, body } = this.handler.refusal(status, text);
    const head = `${statusLine(status)}${headers}${CLOSE_LINE}Content-Length: ${body.length}\r\n\r\n`;
    socket.end(head + (isHead ? "" : body), "latin1");
    setTimeout(() => socket.destroy(), this.limits.lingerMsMax).unref();
  }
}
