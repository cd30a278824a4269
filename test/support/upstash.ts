/** The published client, and what it says to the server. */
import { Redis } from "@upstash/redis";
import type { RedisConfigNodejs } from "@upstash/redis";
import { TestServer, TOKEN } from "./server.ts";
import type { StartOptions } from "../../src/server/options.ts";

/** One request that a client has had an answer to. */
export interface Traffic {
  /** Path and query. */
  readonly path: string;
  /** As sent, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
  readonly syncToken: string | null;
}

/** A server with clients in front of it, and a record of all that they send. */
export class UpstashServer {
  readonly server: TestServer;
  readonly traffic: Traffic[] = [];
  private readonly fetch = globalThis.fetch;

  private constructor(server: TestServer) {
    this.server = server;
    globalThis.fetch = (input, init) => this.record(input, init);
  }

  static async start(options: StartOptions = {}): Promise<UpstashServer> {
    return new UpstashServer(await TestServer.start(options));
  }

  /** A client without retries: a test is to see what fails. */
  client(config: Partial<RedisConfigNodejs> = {}): Redis {
    return new Redis({ url: this.server.server.url, token: TOKEN, retry: false, ...config });
  }

  async stop(): Promise<void> {
    globalThis.fetch = this.fetch;
    await this.server.stop();
  }

  private async record(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const answer = await this.fetch(input, init);
    const { pathname, search } = new URL(String(input));
    this.traffic.push({
      path: pathname + search,
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: JSON.parse(String(init?.body)),
      status: answer.status,
      syncToken: answer.headers.get("upstash-sync-token"),
    });
    return answer;
  }
}

/** Every way of talking to the server that a client may be configured for; what it answers must not differ. */
export const CONFIGURATIONS: readonly (readonly [name: string, config: Partial<RedisConfigNodejs>])[] = [
  ["as it comes", {}],
  ["without auto-pipelining", { enableAutoPipelining: false }],
  ["without base64", { responseEncoding: false }],
  ["without either", { responseEncoding: false, enableAutoPipelining: false }],
];
