/** The Redis protocol over TCP: RESP2 and RESP3, on the engine of the REST API. */
import type { Server, Socket } from "node:net";
import { MAX_CLIENTS, TOO_MANY_CONNECTIONS, TOO_MANY_FAILED_LOGINS } from "../core/errors/doors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Backend } from "../backends/backend.ts";
import type { Engine } from "../engine/engine.ts";
import { encodeResp2 } from "../protocol/resp2.ts";
import type { Elsewhere } from "./database.ts";
import type { ClientWarnings } from "./client-warnings.ts";
import { listenAt, socketServer, useTls } from "./listen.ts";
import type { Listener, SocketServer } from "./listen.ts";
import type { RespLobby } from "./lobby.ts";
import type { Log } from "../core/log.ts";
import type { MessageEncoder } from "./message-encoder.ts";
import { RespConnection } from "./resp-connection.ts";
import type { SliceQueue } from "./slices.ts";
import type { LoginThrottle } from "./throttle.ts";
import type { TlsSettings } from "./server-options.ts";

/** Longest interval at which held-up connections check whether CLIENT PAUSE is over, in milliseconds. */
const PAUSE_CHECK_MS = 1000;

/** Longest interval at which blocked commands' time-outs are checked, in milliseconds, since the clock may be set. */
const DEADLINE_CHECK_MS = 1000;

/** Seconds of silence after which the system probes whether the other side is still there, as in Redis. */
const KEEP_ALIVE_MS = 300_000;

/** What a door works with, and its connections through it. */
interface RespServices {
  readonly engine: Engine;
  readonly backend: Backend;
  readonly log: Log;
  readonly throttle: LoginThrottle;
  readonly warnings: ClientWarnings;
  readonly slices: SliceQueue;
  readonly messages: MessageEncoder;
  readonly elsewhere: Elsewhere;
  /** The URL of the REST API, for clients that take this port for it. */
  readonly restUrl: string;
}

/** The door of an engine for the Redis protocol: its connections on all addresses, their limits and their one timer. */
export class RespDoor {
  readonly services: RespServices;
  readonly lobby: RespLobby | undefined;
  readonly connections = new Set<RespConnection>();
  /** Connections that had not authenticated at the last check, with their start, earliest first. */
  private readonly unauthenticated = new Map<RespConnection, number>();
  private loginTimer: NodeJS.Timeout | undefined;
  /** Connections held up by a pause. */
  private readonly paused = new Set<RespConnection>();
  private timer: NodeJS.Timeout | undefined;
  /** One timer for the time-outs of all blocked commands; when it fires, in milliseconds since the epoch. */
  private alarm: NodeJS.Timeout | undefined;
  private alarmMs = Infinity;

  /** `lobby` leads to the doors of other databases; undefined where there is one. */
  constructor(services: RespServices, lobby?: RespLobby) {
    const { engine } = services;
    this.services = services;
    this.lobby = lobby;
    engine.pause.addDoor(this);
    engine.parameters.onIdleChange(() => {
      for (const connection of this.connections) connection.idleMsChanged();
    });
  }

  /** Takes a connection over, or refuses it with the reason; answers the socket that it is read from. */
  accept(socket: Socket): Socket {
    const refusal = this.refusal(socket);
    if (refusal === undefined) {
      const connection = new RespConnection(this, socket);
      this.connections.add(connection);
      if (connection.isUnauthenticated) this.awaitLogin(connection);
      this.count(connection.socket);
      this.services.engine.clientMemory.enforce();
      return connection.socket;
    }
    this.count(socket);
    this.services.engine.stats.connectionsRefused++;
    if (refusal !== TOO_MANY_FAILED_LOGINS) this.warnRefused(refusal);
    socket.on("error", () => socket.destroy());
    socket.end(encodeResp2(refusal), "latin1", () => socket.destroy());
    return socket;
  }

  private warnRefused(refusal: CommandError): void {
    const { engine, warnings } = this.services;
    const limit = refusal === TOO_MANY_CONNECTIONS ? "respConnectionsMax" : "connectionsMax";
    warnings.warn("connection-refused", { limit, most: engine.limits[limit] });
  }

  /** Disconnects a client that does not authenticate in time. */
  private awaitLogin(connection: RespConnection): void {
    const { environment, limits } = this.services.engine;
    if (limits.loginMsMax === 0) return;
    this.unauthenticated.set(connection, environment.elapsedUs() / 1000);
    this.loginTimer ??= this.startLoginTimer(limits.loginMsMax);
  }

  private startLoginTimer(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.checkLogins(), ms).unref();
  }

  private checkLogins(): void {
    const { environment, limits } = this.services.engine;
    const nowMs = environment.elapsedUs() / 1000;
    this.loginTimer = undefined;
    for (const [connection, sinceMs] of this.unauthenticated) {
      const leftMs = sinceMs + limits.loginMsMax - nowMs;
      if (leftMs > 0) {
        this.loginTimer = this.startLoginTimer(leftMs);
        return;
      }
      this.unauthenticated.delete(connection);
      if (connection.isUnauthenticated) connection.loginTimedOut();
    }
  }

  private count(socket: Socket): void {
    const { stats } = this.services.engine;
    stats.opened(socket);
    socket.once("close", () => stats.closed(socket));
  }

  /** Why a further connection is refused; undefined when it is not. */
  private refusal(socket: Socket): CommandError | undefined {
    if (this.services.throttle.isBlocked(socket.remoteAddress)) return TOO_MANY_FAILED_LOGINS;
    const { connectionsMax, respConnectionsMax } = this.services.engine.limits;
    const open = (this.lobby?.connections ?? this.connections.size) + this.services.elsewhere.respConnections;
    if (respConnectionsMax > 0 && open >= respConnectionsMax) return TOO_MANY_CONNECTIONS;
    return open >= connectionsMax ? MAX_CLIENTS : undefined;
  }

  /** Removes a closed connection. */
  forget(connection: RespConnection): void {
    this.connections.delete(connection);
    this.paused.delete(connection);
    this.unauthenticated.delete(connection);
  }

  /** Holds a connection up until the pause is over. */
  wait(connection: RespConnection): void {
    this.paused.add(connection);
    this.timer ??= this.startTimer();
  }

  private startTimer(): NodeJS.Timeout {
    const { environment, pause } = this.services.engine;
    const leftMs = pause.untilMs - environment.now();
    return setTimeout(() => this.resume(), Math.max(1, Math.min(leftMs, PAUSE_CHECK_MS)));
  }

  get heldClients(): number {
    return this.paused.size;
  }

  /** Lets held-up connections try again. Those that must still wait come back. */
  resume(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const waiting = [...this.paused];
    this.paused.clear();
    for (const connection of waiting) connection.resume();
  }

  /** A connection's command blocks, and may time out before the others. */
  watchDeadlines(): void {
    const { environment, waitingRoom } = this.services.engine;
    const { earliestMs } = waitingRoom;
    if (earliestMs >= this.alarmMs) return;
    clearTimeout(this.alarm);
    this.alarmMs = earliestMs;
    const leftMs = earliestMs - environment.now();
    this.alarm = setTimeout(() => this.ring(), Math.max(1, Math.min(leftMs, DEADLINE_CHECK_MS)));
  }

  private ring(): void {
    this.alarmMs = Infinity;
    this.services.engine.endWaits();
    this.watchDeadlines();
  }

  /** Ends all connections after what they have to send; cuts them after `graceMs`. */
  close(graceMs: number): void {
    clearTimeout(this.timer);
    clearTimeout(this.alarm);
    clearTimeout(this.loginTimer);
    for (const connection of this.connections) connection.end(graceMs);
  }
}

/** One address of the door. */
export class RespListener implements Listener {
  private readonly door: RespDoor;
  private readonly server: Server;
  private readonly handshaking: SocketServer["handshaking"];

  /** `tls` is undefined for plain TCP. A listener in the background does not keep the process running. */
  constructor(door: RespDoor, tls: TlsSettings | undefined, isBackground = false) {
    this.door = door;
    const { server, handshaking } = socketServer({
      // A connection answers what it has read, even if its client has ended its side.
      sockets: { noDelay: true, allowHalfOpen: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
      tls,
      handshakeMsMax: door.services.engine.limits.headersMsMax,
      isBackground,
      warnings: door.services.warnings,
      accept: (socket) => door.accept(socket),
    });
    this.server = server;
    this.handshaking = handshaking;
  }

  setTls(tls: TlsSettings): void {
    useTls(this.server, tls);
  }

  listen(port: number, host: string): Promise<number> {
    return listenAt(this.server, port, host);
  }

  close(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      for (const socket of this.handshaking.values()) socket.destroy();
      this.door.close(graceMs);
      this.door.lobby?.close(graceMs);
    });
  }
}
