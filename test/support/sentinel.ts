/** A primary, a replica and three Sentinels that watch them, as processes on free loopback ports. */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endNow, freePorts, RedisServer, startUntil } from "./redis.ts";
import { RawConnection } from "./resp-client.ts";
import { until } from "./until.ts";

/** The name of the group. */
export const GROUP = "main";

/** Silence after which a server counts as gone, in milliseconds. */
const DOWN_AFTER_MS = 500;

/** One group. */
export class SentinelTrio {
  /** The ports of the Sentinels. */
  readonly ports: readonly number[];
  /** By port. The first one began as the primary. */
  readonly servers: Map<number, RedisServer>;
  private readonly folder: string;
  private readonly sentinels: ChildProcess[];
  private readonly options: readonly string[];
  private readonly password: string | undefined;

  private constructor(
    folder: string,
    ports: readonly number[],
    sentinels: ChildProcess[],
    servers: Map<number, RedisServer>,
    options: readonly string[],
    password: string | undefined,
  ) {
    this.password = password;
    this.folder = folder;
    this.ports = ports;
    this.sentinels = sentinels;
    this.servers = servers;
    this.options = options;
  }

  /** `options` are for both servers. With a password, servers and Sentinels ask for it. */
  static async start(options: readonly string[] = [], password?: string): Promise<SentinelTrio> {
    const folder = mkdtempSync(join(tmpdir(), "stashd-sentinel-"));
    const [first, second, ...ports] = (await freePorts(5)) as [number, number, ...number[]];
    const auth = password === undefined ? [] : ["--requirepass", password, "--masterauth", password];
    const common = [...options, ...auth, "--bind", "127.0.0.1", "--repl-diskless-sync-delay", "0"];
    const authLines =
      password === undefined
        ? []
        : [`requirepass ${password}`, `sentinel auth-pass ${GROUP} ${password}`, `sentinel sentinel-pass ${password}`];
    const servers = new Map<number, RedisServer>();
    servers.set(first, await RedisServer.start([...common, "--port", String(first)]));
    const follower = ["--port", String(second), "--replicaof", "127.0.0.1", String(first)];
    servers.set(second, await RedisServer.start([...common, ...follower]));
    const sentinels = await Promise.all(
      ports.map((port) => {
        const path = join(folder, `${port}.conf`);
        const lines = [
          `port ${port}`,
          "bind 127.0.0.1",
          `dir ${folder}`,
          `sentinel monitor ${GROUP} 127.0.0.1 ${first} 2`,
          `sentinel down-after-milliseconds ${GROUP} ${DOWN_AFTER_MS}`,
          `sentinel failover-timeout ${GROUP} 3000`,
          ...authLines,
        ];
        writeFileSync(path, lines.join("\n"));
        return startUntil("redis-sentinel", [path], /\+monitor/);
      }),
    );
    const trio = new SentinelTrio(folder, ports, sentinels, servers, common, password);
    await trio.follows(second);
    await trio.knowAll();
    return trio;
  }

  /** Waits until the Sentinels know each other and the replica, so that they can fail over. */
  private async knowAll(): Promise<void> {
    for (const port of this.ports) {
      await until(async () => {
        const state = await this.send(port, "SENTINEL", "MASTER", GROUP);
        return /num-slaves\r\n\$1\r\n1\r\n/.test(state) && /num-other-sentinels\r\n\$1\r\n2\r\n/.test(state);
      });
    }
  }

  /** The URL for `--redis`. */
  get url(): string {
    return `redis+sentinel://${this.ports.map((port) => `127.0.0.1:${port}`).join(",")}/${GROUP}`;
  }

  /** Sends a server a command, on a connection of its own: Sentinels cut the connections of a server that they demote. */
  async send(port: number, ...words: string[]): Promise<string> {
    const connection = await RawConnection.open({ port, host: "127.0.0.1" });
    if (this.password !== undefined) await connection.send("AUTH", this.password);
    const reply = await connection.send(...words);
    connection.close();
    return reply;
  }

  /** The port of the server that says that it is the primary, and that of the other one. */
  async roles(): Promise<{ primary: number; replica: number }> {
    const [first, second] = [...this.servers.keys()] as [number, number];
    const isFirst = (await this.send(first, "ROLE")).includes("master");
    return isFirst ? { primary: first, replica: second } : { primary: second, replica: first };
  }

  /** Waits until a server is a replica that has all data of its primary. */
  async follows(port: number): Promise<void> {
    await until(async () => (await this.send(port, "INFO", "replication")).includes("master_link_status:up"));
  }

  /** Starts a server that was ended, at its port, as a replica of the other one. */
  async restart(port: number): Promise<void> {
    const other = [...this.servers.keys()].find((one) => one !== port)!;
    const follower = ["--port", String(port), "--replicaof", "127.0.0.1", String(other)];
    this.servers.set(port, await RedisServer.start([...this.options, ...follower]));
  }

  /** Waits until the replica follows the primary, and the Sentinels know both. */
  async isWell(): Promise<void> {
    await until(async () => (await this.roles()).primary !== (await this.roles()).replica);
    await this.follows((await this.roles()).replica);
    await this.knowAll();
  }

  /** Sends a Sentinel a signal, such as SIGSTOP. */
  signalSentinel(index: number, name: NodeJS.Signals): void {
    this.sentinels[index]!.kill(name);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels.map(endNow), ...[...this.servers.values()].map((server) => server.stop())]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
