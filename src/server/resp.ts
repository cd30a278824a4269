/** The Redis protocol over TCP: RESP2 and RESP3 on the same engine as REST. */
import type { Server, Socket } from "node:net";
import { MAX_CLIENTS, TOO_MANY_CONNECTIONS, TOO_MANY_FAILED_LOGINS } from "../core/errors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Engine } from "../engine/engine.ts";
import { encodeResp2 } from "../protocol/resp2.ts";
import type { ClientWarnings } from "./client-warnings.ts";
import { listenAt, socketServer } from "./listen.ts";
import type { Listener, SocketServer } from "./listen.ts";
import type { Log } from "./log.ts";
import type { MessageEncoder } from "./message-encoder.ts";
import type { TlsSettings } from "./options.ts";
import { RespConnection } from "./resp-connection.ts";
import type { SliceQueue } from "./slices.ts";
import type { LoginThrottle } from "./throttle.ts";

/** How often connections that CLIENT PAUSE holds back look whether it is over, in milliseconds at most. */
const PAUSE_CHECK_MS = 1000;

/** How often it is looked whether a command has waited for long enough, in milliseconds at most: clocks may be set. */
const DEADLINE_CHECK_MS = 1000;

/** Seconds of silence after which the system probes whether the other side is still there, as in Redis. */
const KEEP_ALIVE_MS = 300_000;

export interface RespDoorOptions {
  readonly engine: Engine;
  readonly log: Log;
  readonly throttle: LoginThrottle;
  readonly warnings: ClientWarnings;
  readonly slices: SliceQueue;
  readonly messages: MessageEncoder;
  readonly restUrl: string;
}

/** What the connections of one engine share, whichever address they came in on. */
export class RespDoor {
  readonly engine: Engine;
  readonly log: Log;
  readonly throttle: LoginThrottle;
  readonly warnings: ClientWarnings;
  readonly slices: SliceQueue;
  readonly messages: MessageEncoder;
  /** Where the REST API is, for those who mistake this port for it. */
  readonly restUrl: string;
  readonly connections = new Set<RespConnection>();
  /** Those that had not authenticated when last looked at, by when they came, the earliest first. */
  private readonly strangers = new Map<RespConnection, number>();
  private loginTimer: NodeJS.Timeout | undefined;
  /** Those whose next command has to wait for the end of a pause. */
  private readonly paused = new Set<RespConnection>();
  private timer: NodeJS.Timeout | undefined;
  /** One for all connections whose command waits for a key; when it rings, in milliseconds since the epoch. */
  private alarm: NodeJS.Timeout | undefined;
  private alarmMs = Infinity;

  constructor({ engine, log, throttle, warnings, slices, messages, restUrl }: RespDoorOptions) {
    this.engine = engine;
    this.log = log;
    this.throttle = throttle;
    this.warnings = warnings;
    this.slices = slices;
    this.messages = messages;
    this.restUrl = restUrl;
    engine.pause.addDoor(this);
    engine.parameters.onIdleChange(() => {
      for (const connection of this.connections) connection.idleMsChanged();
    });
  }

  /** Takes a connection, or tells it why not; answers the socket that it is read from. */
  accept(socket: Socket): Socket {
    const refusal = this.refusal(socket);
    if (refusal === undefined) {
      const connection = new RespConnection(this, socket);
      this.connections.add(connection);
      if (connection.isStranger) this.awaitLogin(connection);
      this.count(connection.socket);
      return connection.socket;
    }
    this.count(socket);
    this.engine.stats.connectionsRefused++;
    socket.on("error", () => socket.destroy());
    socket.end(encodeResp2(refusal), "latin1", () => socket.destroy());
    return socket;
  }

  /** Whoever has not authenticated in time is cut off. */
  private awaitLogin(connection: RespConnection): void {
    const { environment, limits } = this.engine;
    if (limits.loginMsMax === 0) return;
    this.strangers.set(connection, environment.elapsedUs() / 1000);
    this.loginTimer ??= this.startLoginTimer(limits.loginMsMax);
  }

  private startLoginTimer(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.checkLogins(), ms).unref();
  }

  private checkLogins(): void {
    const { environment, limits } = this.engine;
    const nowMs = environment.elapsedUs() / 1000;
    this.loginTimer = undefined;
    for (const [connection, sinceMs] of this.strangers) {
      const leftMs = sinceMs + limits.loginMsMax - nowMs;
      if (leftMs > 0) {
        this.loginTimer = this.startLoginTimer(leftMs);
        return;
      }
      this.strangers.delete(connection);
      if (connection.isStranger) connection.cutOff();
    }
  }

  private count(socket: Socket): void {
    const { stats } = this.engine;
    stats.opened(socket);
    socket.once("close", () => stats.closed(socket));
  }

  /** Why no further connection is taken. */
  private refusal(socket: Socket): CommandError | undefined {
    if (this.throttle.isBlocked(socket.remoteAddress)) return TOO_MANY_FAILED_LOGINS;
    const { connectionsMax, respConnectionsMax } = this.engine.limits;
    if (respConnectionsMax > 0 && this.connections.size >= respConnectionsMax) return TOO_MANY_CONNECTIONS;
    return this.connections.size >= connectionsMax ? MAX_CLIENTS : undefined;
  }

  /** A connection is gone. */
  forget(connection: RespConnection): void {
    this.connections.delete(connection);
    this.paused.delete(connection);
    this.strangers.delete(connection);
  }

  /** A connection's next command waits until the pause is over. */
  wait(connection: RespConnection): void {
    this.paused.add(connection);
    this.timer ??= this.startTimer();
  }

  private startTimer(): NodeJS.Timeout {
    const { environment, pause } = this.engine;
    const leftMs = pause.untilMs - environment.now();
    return setTimeout(() => this.resume(), Math.max(1, Math.min(leftMs, PAUSE_CHECK_MS)));
  }

  get heldClients(): number {
    return this.paused.size;
  }

  /** Lets everybody try again; those that still have to wait come back. */
  resume(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const waiting = [...this.paused];
    this.paused.clear();
    for (const connection of waiting) connection.resume();
  }

  /** A connection's command waits for a key, and its time may be over before that of the others. */
  watchDeadlines(): void {
    const { environment, waitingRoom } = this.engine;
    const { earliestMs } = waitingRoom;
    if (earliestMs >= this.alarmMs) return;
    clearTimeout(this.alarm);
    this.alarmMs = earliestMs;
    const leftMs = earliestMs - environment.now();
    this.alarm = setTimeout(() => this.ring(), Math.max(1, Math.min(leftMs, DEADLINE_CHECK_MS)));
  }

  private ring(): void {
    this.alarmMs = Infinity;
    this.engine.endWaits();
    this.watchDeadlines();
  }

  /** Ends all connections, with what they have still to read; after `graceMs` they are cut. */
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
  private readonly strangers: SocketServer["strangers"];

  /** `tls` is undefined for plain TCP. */
  constructor(door: RespDoor, tls: TlsSettings | undefined) {
    this.door = door;
    const { server, strangers } = socketServer({
      // A connection answers what it has read, even when its client has ended its side meanwhile.
      sockets: { noDelay: true, allowHalfOpen: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
      tls,
      handshakeMsMax: door.engine.limits.headersMsMax,
      warnings: door.warnings,
      accept: (socket) => door.accept(socket),
    });
    this.server = server;
    this.strangers = strangers;
  }

  listen(port: number, host: string): Promise<number> {
    return listenAt(this.server, port, host);
  }

  close(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      for (const socket of this.strangers.values()) socket.destroy();
      this.door.close(graceMs);
    });
  }
}
