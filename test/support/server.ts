/** A server on a free port and a plain HTTP client for it. */
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { startServer } from "../../src/server/server.ts";

import { recordExercised } from "./exercised.ts";
import { RedisServer } from "./redis.ts";
import { RawConnection } from "./resp-client.ts";
import type { RunningServer } from "../../src/server/server.ts";
import type { StartOptions } from "../../src/server/options.ts";

export const TOKEN = "test-token";
export const READ_ONLY_TOKEN = "test-token-ro";

/** The listener that test servers have unless told otherwise; `http-node.test.ts` runs the HTTP tests on the other. */
export const HTTP_LISTENER = process.env["TEST_HTTP"] === "node" ? "node" : "own";

/** Whether test servers stand in front of a redis-server of their own; `clients/gateway.test.ts` runs the clients' tests so. */
const IN_FRONT_OF_REDIS = process.env["TEST_BACKEND"] === "redis";

/** What test servers are held to; `clients/upstash.test.ts` runs the clients' tests so. */
const HELD_TO = process.env["TEST_COMPATIBILITY"] === "upstash" ? ({ compatibility: "upstash" } as const) : {};

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body's bytes as a byte string. */
  readonly body: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The standard token unless given; null for none. */
  readonly token?: string | null;
}

export class TestServer {
  readonly server: RunningServer;
  private readonly agent = new Agent({ keepAlive: true });

  /** The server behind, if it was started for this one. */
  private readonly behind: RedisServer | undefined;

  private constructor(server: RunningServer, behind: RedisServer | undefined) {
    this.server = server;
    this.behind = behind;
    recordExercised(server.engine.registry);
  }

  static async start(options: StartOptions = {}): Promise<TestServer> {
    const isAlone = options.databases === undefined;
    const tokens = isAlone ? { token: TOKEN, readOnlyToken: READ_ONLY_TOKEN } : {};
    // Connections are kept open between requests, and a test need not wait for a request that is never sent.
    const limits = { drainMsMax: 1, ...options.limits };
    const behind = IN_FRONT_OF_REDIS && options.redis === undefined && isAlone ? await RedisServer.start() : undefined;
    const redis = behind === undefined ? {} : { redis: `unix:${behind.path}` };
    const server = await startServer({
      port: 0,
      http: HTTP_LISTENER,
      ...HELD_TO,
      ...tokens,
      ...redis,
      ...options,
      limits,
    });
    return new TestServer(server, behind);
  }

  /** One request; the target goes out as it is. */
  call(method: string, target: string, { headers, body, token = TOKEN }: CallOptions = {}): Promise<Answer> {
    const authorization: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
    const { port } = this.server;
    const { agent } = this;
    return new Promise((resolve, reject) => {
      const options = { port, host: "127.0.0.1", agent, method, path: target };
      const outgoing = request({ ...options, headers: { ...authorization, ...headers } }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const bytes = Buffer.concat(chunks);
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: bytes.latin1Slice(),
            json: tryParse(bytes.toString("utf8")),
          });
        });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  /** A connection to the Redis port that has not authenticated. */
  connect(): Promise<RawConnection> {
    return RawConnection.open({ port: this.server.redisPort!, host: "127.0.0.1" });
  }

  /** `POST /` of a command as JSON. */
  command(words: readonly unknown[], options: CallOptions = {}): Promise<Answer> {
    return this.call("POST", "/", { ...options, body: JSON.stringify(words) });
  }

  /** The number of clients whose command waits for a key, wherever the data is. */
  async blockedClients(): Promise<number> {
    const { body } = await this.command(["INFO", "clients"]);
    return Number(/blocked_clients:(\d+)/.exec(body)![1]);
  }

  /** Sends bytes on a connection of its own and answers all that comes back until the server closes it. */
  raw(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.server.port, "127.0.0.1", () => socket.write(bytes, "latin1"));
      let received = "";
      socket.on("data", (chunk) => (received += chunk.latin1Slice()));
      socket.on("error", reject);
      socket.on("close", () => resolve(received));
    });
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.server.close();
    await this.behind?.stop();
  }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
