/**
 * Scripted clients of one server. Each sends in turn, and all that each has received is compared in the end. One side
 * is redis-server over sockets, the other is the engine in process with sessions.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { Reply } from "../../src/core/reply.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Session } from "../../src/engine/session.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { encodeResp3 } from "../../src/protocol/resp3.ts";
import { show } from "./compare.ts";
import { EVERYONE } from "./engine.ts";
import type { RedisServer } from "./redis.ts";
import { encodeCommand, readFrame } from "./resp.ts";
import type { Frame } from "./resp.ts";

/** A client that sends commands and receives frames: replies and messages, in one order. */
export interface Client {
  /** Sends a command; what it answers, and what arrived before, can be received afterwards. */
  send(...words: string[]): Promise<void>;
  /** All that has arrived since the last call, one frame a line. */
  received(): Promise<string[]>;
  /**
   * All that has arrived since the last call at a client that may wait in a command; {@link WAITS} comes last if it
   * does.
   */
  settled(): Promise<string[]>;
  /** Its ID for CLIENT UNBLOCK. */
  id(): Promise<string>;
  close(): Promise<void>;
}

/** Stands for the reply that a client still waits for. */
export const WAITS = "(waits)";

/** A text that no script sends, so its echo marks how far a client has read. */
const FENCE = "fence:7c1f";

/** A connection to redis-server. RESP2, in which PING is answered whether or not the client listens. */
export class RedisClient implements Client {
  private readonly socket: Socket;
  private bytes = "";
  private readonly frames: Frame[] = [];
  private fence: { readonly passed: () => void; readonly broken: (error: Error) => void } | undefined;

  /** Another connection, for the question whether this one waits. */
  private readonly server: RedisServer | undefined;
  private clientId: string | undefined;
  private arrival: (() => void) | undefined;

  private constructor(socket: Socket, server: RedisServer | undefined) {
    this.socket = socket;
    this.server = server;
    socket.on("data", (chunk: Buffer) => this.receive(chunk.latin1Slice()));
    socket.on("close", () => this.fence?.broken(new Error("redis-server left")));
  }

  static async open(path: string, server?: RedisServer): Promise<RedisClient> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    const client = new RedisClient(socket, server);
    if (server !== undefined) await client.id();
    return client;
  }

  private receive(text: string): void {
    this.bytes += text;
    let at = 0;
    for (;;) {
      const read = at < this.bytes.length ? readFrame(this.bytes, at) : undefined;
      if (read === undefined) break;
      at = read.end;
      if (isFence(read.frame)) this.fence!.passed();
      else if (!isFenceSeen(read.frame)) this.frames.push(read.frame);
    }
    this.bytes = this.bytes.slice(at);
    if (this.frames.length > 0) this.arrival?.();
  }

  /** Waits until redis-server has run it: another client's next command must come after it. */
  async send(...words: string[]): Promise<void> {
    this.socket.write(encodeCommand(words), "latin1");
    await this.pass();
  }

  /** Sends a command that may wait. Resolves once redis-server has answered it or lets it wait. */
  async begin(...words: string[]): Promise<void> {
    const before = this.frames.length;
    this.socket.write(encodeCommand(words), "latin1");
    while (this.frames.length === before && !(await this.flags()).includes("b")) continue;
  }

  /** Resolves when something has arrived that was not received yet. */
  async arrived(): Promise<void> {
    if (this.frames.length === 0) await new Promise<void>((resolve) => (this.arrival = resolve));
    this.arrival = undefined;
  }

  /** Its flags in CLIENT LIST; none once it has been cut off. */
  private async flags(): Promise<string> {
    const list = await this.server!.send(["CLIENT", "LIST", "ID", await this.id()]);
    return (list.kind === "bulk" && / flags=(\w+)/.exec(list.text ?? "")?.[1]) || "";
  }

  async settled(): Promise<string[]> {
    const flags = await this.flags();
    if (flags.includes("b")) return [...this.frames.splice(0).map(lineOf), WAITS];
    // In a transaction a fence would be queued. What its own command answered is here already.
    return flags === "" || flags.includes("x") ? this.frames.splice(0).map(lineOf) : this.received();
  }

  async id(): Promise<string> {
    if (this.clientId !== undefined) return this.clientId;
    await this.send("CLIENT", "ID");
    const frame = this.frames.pop()!;
    this.clientId = "items" in frame ? "" : (frame.text ?? "");
    return this.clientId;
  }

  private pass(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.fence = { passed: resolve, broken: reject };
      this.socket.write(encodeCommand(["PING", FENCE]), "latin1");
    });
  }

  async received(): Promise<string[]> {
    await this.pass();
    return this.frames.splice(0).map(lineOf);
  }

  close(): Promise<void> {
    // redis-server may have cut it off.
    if (this.socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => this.socket.once("close", resolve).end());
  }
}

function isFence(frame: Frame): boolean {
  if (frame.kind === "bulk") return frame.text === FENCE;
  const last = frame.kind === "array" ? frame.items?.[1] : undefined;
  return last?.kind === "bulk" && last.text === FENCE;
}

/** Whether a frame is a fence as a monitor receives it. */
function isFenceSeen(frame: Frame): boolean {
  return frame.kind === "status" && frame.text.includes(FENCE);
}

/** A frame in one line; of what a monitor is told without the time and the address, which differ. */
function lineOf(frame: Frame): string {
  return show(frame).replace(/^\(status\) \d+\.\d{6} \[(\d+) (lua)?[^\]]*\]/, "(status) [$1 $2]");
}

/** A session of our engine. */
export class SessionClient implements Client {
  readonly session: Session;
  private readonly engine: Engine;
  private readonly frames: string[] = [];

  constructor(engine: Engine) {
    this.engine = engine;
    this.session = engine.openSession("internal", EVERYONE);
    this.session.deliver = (message) => this.receive(message);
    this.session.answer = (reply) => this.receive(reply);
    this.session.disconnect = () => this.engine.closeSession(this.session);
  }

  private receive(reply: Reply): void {
    const encoded = this.session.protocol === 3 ? encodeResp3(reply) : encodeResp2(reply);
    if (encoded !== "") this.frames.push(lineOf(readFrame(encoded, 0)!.frame));
  }

  async send(...words: string[]): Promise<void> {
    this.receive(this.engine.execute(this.session, words));
  }

  async received(): Promise<string[]> {
    return this.frames.splice(0);
  }

  async settled(): Promise<string[]> {
    const frames = this.frames.splice(0);
    return this.session.wait === undefined ? frames : [...frames, WAITS];
  }

  async id(): Promise<string> {
    return String(this.session.id);
  }

  async close(): Promise<void> {
    this.engine.closeSession(this.session);
  }
}
