/** Several processes on the same ports, as a user starts them. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { RawConnection } from "../support/resp-client.ts";
import { until } from "../support/until.ts";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

const skip = oracleSkipReason() || (process.platform === "linux" ? false : "finds the workers in /proc");

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
}

/** A primary and its workers. */
class Group {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  out = "";
  err = "";

  constructor(args: readonly string[]) {
    const env = { ...process.env, STASHD_REDIS_PORT: "0" };
    this.child = spawn(process.execPath, [PROGRAM, "--port", "0", ...args], { env, stdio: "pipe" });
    this.child.stdout!.on("data", (chunk: Buffer) => (this.out += chunk.toString()));
    this.child.stderr!.on("data", (chunk: Buffer) => (this.err += chunk.toString()));
    this.ended = new Promise((resolve) => this.child.once("close", (code) => resolve(code)));
  }

  /** Resolves when `count` workers serve. */
  async ready(count: number): Promise<void> {
    await until(() => /\ncurl .*\n/.test(this.out) && this.connected >= count);
  }

  /** Workers that have connected to the backend since the start. */
  get connected(): number {
    return this.err.split("connected to the Redis behind this server").length - 1;
  }

  get workers(): number[] {
    return childrenOf(this.child.pid!);
  }

  setting(name: string): string {
    return new RegExp(`^${name}="(.*)"$`, "m").exec(this.out)![1]!;
  }

  /** The status of one command on a connection of its own. The primary hands connections to the workers in turn. */
  status(token: string): Promise<number> {
    const url = `${this.setting("UPSTASH_REDIS_REST_URL")}/get/k`;
    return new Promise((resolve, reject) => {
      const headers = { Authorization: `Bearer ${token}` };
      get(url, { agent: false, headers }, (response) => {
        response.resume().once("end", () => resolve(response.statusCode!));
      }).once("error", reject);
    });
  }

  /** Whether both workers answer a token with this status. */
  async isEverywhere(status: number, token: string): Promise<boolean> {
    const statuses = await Promise.all(Array.from({ length: 6 }, () => this.status(token)));
    return statuses.every((one) => one === status);
  }

  async connect(): Promise<RawConnection> {
    const { password, port } = new URL(this.setting("REDIS_URL"));
    const connection = await RawConnection.open({ port: Number(port), host: "127.0.0.1" });
    assert.equal(await connection.send("AUTH", password), "+OK\r\n");
    return connection;
  }
}

const running = new Set<Group>();
afterEach(() => running.forEach(({ child }) => child.kill("SIGKILL")));

function start(args: readonly string[]): Group {
  const group = new Group(args);
  running.add(group);
  void group.ended.then(() => running.delete(group));
  return group;
}

describe("--workers", { skip }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
    await redis.send(["SET", "k", "v"]);
  });
  after(() => redis.stop());

  const front = (...more: readonly string[]): Group =>
    start(["--redis", `unix:${redis.path}`, "--workers", "2", "--memory", ...more]);

  test("is refused with the engine of this process, and for other numbers", async () => {
    const embedded = start(["--workers", "2"]);
    assert.equal(await embedded.ended, 1);
    assert.match(embedded.err, /^stashd: --workers needs --redis: the data .* where another one cannot serve it\n$/);
    const none = start(["--workers", "0"]);
    assert.equal(await none.ended, 1);
    assert.match(none.err, /^stashd: .*--workers.* It must be a whole number from 1 to 256\.\n$/);
  });

  test("answers the metrics of all workers, whichever is asked", async () => {
    const group = front("--metrics-token", "measures");
    await group.ready(2);
    const url = group.setting("UPSTASH_REDIS_REST_URL");
    const token = group.setting("UPSTASH_REDIS_REST_TOKEN");
    for (let i = 0; i < 6; i++) assert.equal(await group.status(token), 200);
    for (let i = 0; i < 2; i++) {
      const headers = { Authorization: "Bearer measures", Connection: "close" };
      const text = await (await fetch(`${url}/metrics`, { headers })).text();
      assert.match(text, /^stashd_http_requests_total\{route="command",status="200"\} 6$/m);
      assert.match(text, /^redis_up 1$/m);
      assert.match(text, /^stashd_databases 1$/m);
    }
    group.child.kill("SIGTERM");
    assert.equal(await group.ended, 0);
  });

  test("lets all read their files again at SIGHUP", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stashd-workers-"));
    const [aclFile, config] = [join(folder, "users.acl"), join(folder, "stashd.json")];
    writeFileSync(aclFile, "user default on >first ~* +@all\n");
    writeFileSync(config, "{}");
    const group = front("--acl-file", aclFile, "--config", config);
    await group.ready(2);
    assert.ok(await group.isEverywhere(200, "first"));
    writeFileSync(aclFile, "user default on >second ~* +@all\n");
    writeFileSync(config, '{"logLevel": "warn"}');
    group.child.kill("SIGHUP");
    await until(() => group.isEverywhere(401, "first"));
    assert.ok(await group.isEverywhere(200, "second"));
    writeFileSync(config, "{");
    group.child.kill("SIGHUP");
    await until(() => group.err.split('"event":"reread-failed"').length === 4);
    group.child.kill("SIGTERM");
    assert.equal(await group.ended, 0);
    rmSync(folder, { recursive: true });
  });

  test("serves from all, with the same tokens, users and failed logins, and replaces a worker that was killed", async () => {
    const group = front("--limits", "localFailedLoginsMax=6");
    await group.ready(2);
    const token = group.setting("UPSTASH_REDIS_REST_TOKEN");
    const readOnly = /May only read: \S+="(.*)"/.exec(group.out)![1]!;
    assert.ok((await group.isEverywhere(200, token)) && (await group.isEverywhere(200, readOnly)));

    // Each process sees its own clients.
    const connections = await Promise.all(Array.from({ length: 12 }, () => group.connect()));
    for (const connection of connections) {
      const seen = (await connection.send("CLIENT", "LIST")).match(/ cmd=(?:auth|client)/g)!.length;
      assert.ok(seen > 0 && seen < 12, `${seen} clients`);
    }

    const [first, second] = connections as [RawConnection, RawConnection];
    assert.equal(await first.send("ACL", "SETUSER", "ada", "on", ">pw", "~*", "+@all"), "+OK\r\n");
    const adas = /\r\n(\S+)\r\n/.exec(await first.send("ACL", "RESTTOKEN", "ada", "pw"))![1]!;
    const lists = (): Promise<string[]> => Promise.all(connections.map((connection) => connection.send("ACL", "LIST")));
    await until(async () => (await lists()).every((list) => list.includes("user ada")));
    assert.ok(await group.isEverywhere(200, adas));
    // Many changes of one user from both sides end with the same rules everywhere.
    const names = Array.from({ length: 50 }, (_, i) => `~${i}`);
    await Promise.all(
      names.flatMap((name) => [first, second].map((c, i) => c.send("ACL", "SETUSER", "eve", `${name}-${i}`))),
    );
    await until(async () => new Set(await lists()).size === 1);
    assert.equal(await second.send("ACL", "DELUSER", "eve"), ":1\r\n");

    const [killed] = group.workers;
    process.kill(killed!, "SIGKILL");
    await until(() => group.connected === 3 && group.workers.length === 2);
    assert.ok(!group.workers.includes(killed!));
    assert.match(group.err, new RegExp(`"worker":${killed},"code":null,"signal":"SIGKILL".* takes its place`));
    assert.ok((await group.isEverywhere(200, adas)) && (await group.isEverywhere(200, token)));
    const fresh = await Promise.all([group.connect(), group.connect()]);
    for (const connection of fresh) assert.doesNotMatch(await connection.send("ACL", "LIST"), /eve/);

    for (let i = 0; i < 6; i++) await group.status(`wrong-${i}`);
    await until(() => group.isEverywhere(429, token));

    const { workers } = group;
    group.child.kill("SIGTERM");
    assert.equal(await group.ended, 0);
    for (const pid of workers) assert.throws(() => process.kill(pid, 0));
  });

  test("counts quotas and connections together", async () => {
    const group = front("--limits", "dailyCommandsMax=40,respConnectionsMax=3");
    await group.ready(2);
    const token = group.setting("UPSTASH_REDIS_REST_TOKEN");
    const open = [await group.connect(), await group.connect(), await group.connect()];
    const { port } = new URL(group.setting("REDIS_URL"));
    const refused = async (): Promise<boolean> => {
      const connection = await RawConnection.open({ port: Number(port), host: "127.0.0.1" });
      // One that is refused is told and closed, before or after it sends anything.
      const reply = await Promise.race([connection.closed, connection.send("PING")]);
      connection.close();
      return /max concurrent/.test(reply + (await connection.closed));
    };
    await until(async () => (await refused()) && (await refused()));
    let good = 0;
    await until(async () => {
      const statuses = await Promise.all([group.status(token), group.status(token)]);
      good += statuses.filter((status) => status === 200).length;
      return good > 0 && statuses.every((status) => status !== 200);
    });
    // What the other has counted in the last tenth of a second is not known yet.
    assert.ok(good >= 40 && good < 80, `${good} commands`);
    for (const connection of open) connection.close();
    group.child.kill("SIGINT");
    assert.equal(await group.ended, 0);
  });

  test("ends while a worker is still starting", async () => {
    const group = front();
    await until(() => /\ncurl .*\n/.test(group.out));
    group.child.kill("SIGTERM");
    assert.equal(await group.ended, 0);
  });

  test("tells why the first cannot start, and leaves nothing behind", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const group = start(["--redis", `unix:${redis.path}`, "--workers", "2", "--memory", "--port", String(port)]);
    assert.equal(await group.ended, 1);
    assert.match(
      group.err,
      new RegExp(`stashd: port ${port} on 127.0.0.1 is taken by \\S+ \\(process ${process.pid}\\); stop that`),
    );
    taken.close();
    const wrong = start(["--redis", "redis://127.0.0.1:1", "--workers", "2", "--redis-name", "a b"]);
    assert.equal(await wrong.ended, 1);
    assert.match(wrong.err, /^stashd: --redis-name must have no spaces/);
  });

  test("keeps tokens and users in a data directory, which the primary locks; SHUTDOWN ends all", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stashd-workers-"));
    const begin = async (): Promise<Group> => {
      const group = start(["--redis", `unix:${redis.path}`, "--workers", "2", "--data", folder]);
      await group.ready(2);
      return group;
    };
    try {
      const group = await begin();
      const connection = await group.connect();
      await connection.send("ACL", "SETUSER", "ada", "on", ">pw", "~*", "+@all");
      const adas = /\r\n(\S+)\r\n/.exec(await connection.send("ACL", "RESTTOKEN", "ada", "pw"))![1]!;
      assert.equal(await connection.send("ACL", "SAVE"), "+OK\r\n");
      group.child.kill("SIGTERM");
      assert.equal(await group.ended, 0);
      const again = await begin();
      assert.equal(again.setting("UPSTASH_REDIS_REST_TOKEN"), group.setting("UPSTASH_REDIS_REST_TOKEN"));
      assert.ok(await again.isEverywhere(200, adas));
      await (await again.connect()).send("SHUTDOWN", "NOSAVE");
      assert.equal(await again.ended, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
