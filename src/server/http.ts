/** The HTTP/1.1 listener: TCP or TLS connections, and one coarse clock for all their time limits. */
import type { Server, Socket } from "node:net";
import type { Environment } from "../core/environment.ts";
import type { Limits } from "../core/limits.ts";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "../core/timers.ts";
import type { CommitGate } from "../engine/commit-gate.ts";
import type { ClientMemory } from "../engine/client-memory.ts";
import { dateLine } from "../protocol/http-writer.ts";
import type { ClientWarnings } from "./client-warnings.ts";
import type { HttpHandler } from "./exchange.ts";
import { HttpConnection } from "./http-connection.ts";
import { listenAt, socketServer, useTls } from "./listen.ts";
import type { Listener, SocketServer } from "./listen.ts";
import type { Log } from "../core/log.ts";
import type { SliceQueue } from "./slices.ts";
import type { TlsSettings } from "./server-options.ts";

/** Interval of the clock for time limits and the Date header, in milliseconds. */
const TICK_MS_MAX = 500;

interface HttpListenerOptions {
  readonly handler: HttpHandler;
  readonly limits: Readonly<Limits>;
  readonly environment: Environment;
  readonly log: Log;
  readonly warnings: ClientWarnings;
  readonly slices: SliceQueue;
  readonly memory: ClientMemory;
  readonly gate: CommitGate;
  /** Undefined for plain HTTP. */
  readonly tls: TlsSettings | undefined;
  /** Whether the listener does not keep the process running. False by default. */
  readonly isBackground?: boolean;
}

/** A listener on one address. It owns its connections, and passes their requests to the handler. */
export class HttpListener implements Listener {
  readonly handler: HttpHandler;
  readonly limits: Readonly<Limits>;
  readonly log: Log;
  readonly warnings: ClientWarnings;
  readonly memory: ClientMemory;
  readonly gate: CommitGate;
  /** The last reading of the clock, in milliseconds from an arbitrary start. */
  nowMs: number;
  /** The Date header. */
  dateLine: string;
  /** Whether answers are the last on their connections, because the server closes. */
  isClosing = false;
  readonly environment: Environment;
  readonly slices: SliceQueue;
  private readonly server: Server;
  readonly connections = new Set<HttpConnection>();
  private readonly handshaking: SocketServer["handshaking"];
  private timer: NodeJS.Timeout | undefined;

  constructor(options: HttpListenerOptions) {
    const { handler, limits, environment, log, warnings, slices, memory, gate, tls, isBackground = false } = options;
    this.handler = handler;
    this.limits = limits;
    this.environment = environment;
    this.slices = slices;
    this.log = log;
    this.warnings = warnings;
    this.memory = memory;
    this.gate = gate;
    this.nowMs = environment.elapsedUs() / 1000;
    this.dateLine = dateLine(environment.now());
    const { server, handshaking } = socketServer({
      // A client may end its side and still read the answer.
      sockets: { noDelay: true, allowHalfOpen: true },
      tls,
      handshakeMsMax: limits.headersMsMax,
      isBackground,
      warnings,
      accept: (socket) => this.accept(socket),
    });
    this.server = server;
    this.handshaking = handshaking;
    this.server.maxConnections = limits.connectionsMax;
  }

  setTls(tls: TlsSettings): void {
    useTls(this.server, tls);
  }

  listen(port: number, host: string): Promise<number> {
    return listenAt(this.server, port, host);
  }

  close(graceMs: number): Promise<void> {
    this.isClosing = true;
    return new Promise((resolve) => {
      const impatient = setTimeout(() => {
        for (const connection of this.connections) connection.cut();
      }, graceMs);
      this.server.close(() => {
        clearTimeout(impatient);
        resolve();
      });
      // Requests on their way are answered, as the last ones of their connections.
      const between = [...this.connections].filter((connection) => connection.isBetweenRequests);
      if (between.length > 0) setTimeout(() => between.forEach((each) => each.close()), this.limits.drainMsMax);
      for (const connection of this.connections) if (!connection.isBetweenRequests) connection.close();
      for (const socket of this.handshaking.values()) socket.destroy();
    });
  }

  /** Removes a closed connection. */
  forget(connection: HttpConnection): void {
    this.connections.delete(connection);
    if (this.connections.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Reads the clock and enforces time limits. */
  tick(): void {
    this.readClock();
    for (const connection of this.connections) connection.check(this.nowMs);
  }

  private accept(socket: Socket): Socket {
    if (this.timer === undefined) {
      this.readClock();
      const { headersMsMax, requestMsMax, idleMsMax, lingerMsMax } = this.limits;
      const tickMs = Math.min(headersMsMax, requestMsMax, idleMsMax, lingerMsMax, 2 * TICK_MS_MAX) / 2;
      this.timer = setInterval(() => this.tick(), tickMs).unref();
    }
    const connection = new HttpConnection(this, socket);
    this.connections.add(connection);
    this.handler.connected(connection.socket);
    this.memory.enforce();
    return connection.socket;
  }

  private readClock(): void {
    this.nowMs = this.environment.elapsedUs() / 1000;
    this.dateLine = dateLine(this.environment.now());
  }
}
