/** The tools that come with Redis against our port: redis-cli and redis-benchmark. */
import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { encodeCommand } from "../support/resp.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";

function absent(program: string): string | false {
  if (spawnSync(program, ["--version"]).status === 0) return false;
  if (process.env["CI"] === "true") throw new Error(`${program} is not on PATH, and CI must try it`);
  return `${program} is not on PATH; install Redis's tools to try them`;
}

let server: TestServer;
before(async () => {
  server = await TestServer.start({ redisPort: 0 });
});
after(() => server.stop());

async function run(program: string, ...args: string[]): Promise<string> {
  const login = ["-p", String(server.server.redisPort), "-a", TOKEN];
  const { stdout } = await promisify(execFile)(program, [...login, ...args]);
  return stdout;
}

describe("redis-cli", { skip: absent("redis-cli") }, () => {
  const cli = (...args: string[]): Promise<string> => run("redis-cli", "--no-auth-warning", ...args);

  test("sends commands, in RESP2 and RESP3", async () => {
    assert.equal(await cli("SET", "k", "héllo"), "OK\n");
    assert.equal(await cli("GET", "k"), "héllo\n");
    assert.equal(await cli("-3", "HSET", "h", "a", "1"), "1\n");
    assert.equal(await cli("-3", "HGETALL", "h"), "a 1\n");
    assert.equal(await cli("--json", "HGETALL", "h"), '{"a":"1"}\n');
    assert.equal(await cli("-3", "ZADD", "z", "1.5", "m"), "1\n");
    assert.equal(await cli("--json", "ZSCORE", "z", "m"), "1.5\n");
    assert.match(await cli("INFO", "server"), /redis_version:\d+\.\d+\.\d+/);
  });

  test("refuses a wrong password", async () => {
    const args = ["-p", String(server.server.redisPort), "-a", "x", "PING"];
    const { stdout, stderr } = await promisify(execFile)("redis-cli", args);
    assert.match(stderr, /WRONGPASS/);
    assert.match(stdout, /NOAUTH/);
  });

  test("scans, and finds big keys", async () => {
    for (const key of ["scan:1", "scan:2"]) await cli("SET", key, "x");
    assert.deepEqual((await cli("--scan", "--pattern", "scan:*")).trim().split("\n").sort(), ["scan:1", "scan:2"]);
    assert.match(await cli("--bigkeys"), /Biggest string found/);
  });

  test("loads a file with --pipe", async () => {
    const child = spawn("redis-cli", ["-p", String(server.server.redisPort), "-a", TOKEN, "--pipe"], { stdio: "pipe" });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    for (let i = 0; i < 5000; i++) child.stdin.write(encodeCommand(["SET", `pipe:${i}`, String(i)]));
    child.stdin.end();
    assert.equal(await new Promise((resolve) => child.on("close", resolve)), 0);
    assert.match(out, /errors: 0, replies: 5000/);
    assert.equal(await cli("GET", "pipe:4999"), "4999\n");
  });

  test("waits for an element", async () => {
    const popped = cli("BLPOP", "queue", "0");
    await until(async () => (await server.blockedClients()) === 1);
    await cli("RPUSH", "queue", "job");
    assert.equal(await popped, "queue\njob\n");
    assert.equal(await cli("BLPOP", "queue", "0.01"), "\n");
  });

  test("runs what it reads from its input, transactions too", async () => {
    const child = spawn("redis-cli", ["-p", String(server.server.redisPort), "-a", TOKEN, "--no-auth-warning"]);
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stdin.end("MULTI\nSET t 1\nINCR t\nEXEC\n");
    await new Promise((resolve) => child.on("close", resolve));
    assert.equal(out, "OK\nQUEUED\nQUEUED\nOK\n2\n");
  });
});

describe("redis-benchmark", { skip: absent("redis-benchmark") }, () => {
  test("runs its tests, with a pipeline too", async () => {
    for (const pipeline of ["1", "16"]) {
      const tests = "ping_inline,ping_mbulk,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,lrange_100,mset";
      const out = await run("redis-benchmark", "-t", tests, "-n", "320", "-c", "8", "-P", pipeline, "--csv");
      assert.equal(out.trim().split("\n").length >= 16, true, out);
    }
  });
});
