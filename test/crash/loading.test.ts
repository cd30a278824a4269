/** A server that loads its data: what both doors answer meanwhile, which commands run, and what is told of how far it is. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startServer } from "../../src/server/server.ts";

import { rdbOf } from "../support/datasets.ts";
import { TestEngine } from "../support/engine.ts";
import { Barrier, GatedDisk } from "../support/gated-disk.ts";
import { oracleSkipReason } from "../support/redis.ts";
import { RawConnection } from "../support/resp-client.ts";
import { until } from "../support/until.ts";
import { TestWorld } from "../support/world.ts";
import type { RunningServer } from "../../src/server/server.ts";
import type { StartOptions } from "../../src/server/options.ts";

const LOADING = "LOADING Redis is loading the dataset in memory";
const TOKEN = "loading-test";
const HEADERS = { Authorization: `Bearer ${TOKEN}` };

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "stashd-loading-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A port that was free a moment ago: a server that loads tells its own only when it is done. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a server on ports that are known before it is ready. */
async function begin(
  options: StartOptions,
): Promise<{ port: number; redisPort: number; ready: Promise<RunningServer> }> {
  for (;;) {
    const [port, redisPort] = [await freePort(), await freePort()];
    const ready = startServer({ ...options, port, redisPort, host: "127.0.0.1", token: TOKEN });
    const isTaken = ready.then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === "EADDRINUSE",
    );
    let isDecided = false;
    const listens = until(async () => isDecided || (await takesToken(redisPort, ready)));
    const mustRepeat = await Promise.race([isTaken, listens.then(() => false)]);
    isDecided = true;
    if (!mustRepeat) return { port, redisPort, ready };
  }
}

/** Whether a server listens that knows the token, asked until ours is ready or has failed: another may have the port. */
async function takesToken(port: number, ready: Promise<unknown>): Promise<boolean> {
  const connection = await RawConnection.open({ port, host: "127.0.0.1" }).catch(() => undefined);
  if (connection === undefined) return false;
  // Another may never answer.
  const close = (): void => connection.close();
  ready.then(close, close);
  const reply = await connection.send("AUTH", TOKEN);
  close();
  return reply === "+OK\r\n";
}

/** An RDB file with some keys, of about 3 MB. */
function fileOfKeys(): Buffer {
  const world = new TestWorld();
  const ours = new TestEngine(world);
  for (let i = 0; i < 30_000; i++) ours.send("SET", `key:${i}`, world.secretHex(40));
  return rdbOf(ours.engine);
}

describe("a server that loads its data", () => {
  test("answers LOADING at both doors, tells how far it is, and has everything afterwards", async () => {
    const data = join(folder, "data");
    mkdirSync(data);
    writeFileSync(join(data, "dump.rdb"), fileOfKeys());
    const disk = new GatedDisk();
    // The first read passes, and the second waits.
    const barrier = new Barrier();
    let reads = 0;
    disk.gate = (call, path) => (call === "read" && path.endsWith(".rdb") && ++reads > 1 ? barrier.pass() : undefined);
    const progress: [loadedBytes: number, totalBytes: number][] = [];
    const onLoading = (loaded: number, total: number): void => void progress.push([loaded, total]);
    const { port, redisPort, ready } = await begin({ data, disk, onLoading });
    const url = `http://127.0.0.1:${port}`;
    await until(() => barrier.waiting > 0);
    const post = (path: string, body: unknown): Promise<Response> =>
      fetch(url + path, { method: "POST", headers: HEADERS, body: JSON.stringify(body) });
    for (const words of [["GET", "key:1"], ["SET", "a", "b"], ["EVAL", "return 1", "0"], ["PING"]]) {
      const answer = await post("/", words);
      assert.equal(answer.status, 503, words.join(" "));
      assert.deepEqual(await answer.json(), { error: LOADING });
    }
    assert.deepEqual(await (await post("/pipeline", [["GET", "key:1"]])).json(), [{ error: LOADING }]);
    assert.match(await (await post("/multi-exec", [["SET", "a", "b"]])).text(), /LOADING/);
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    const notReady = await fetch(`${url}/readyz`);
    assert.deepEqual([notReady.status, await notReady.text()], [503, `${LOADING}\n`]);
    const connection = await RawConnection.open({ port: redisPort, host: "127.0.0.1" });
    assert.equal(await connection.send("AUTH", TOKEN), "+OK\r\n");
    for (const line of ["GET key:1", "SET a b", "PING", "BGSAVE", "SAVE", "EXISTS a"]) {
      assert.equal(await connection.send(...line.split(" ")), `-${LOADING}\r\n`, line);
    }
    assert.equal(await connection.send("MULTI"), "+OK\r\n");
    assert.equal(await connection.send("SET", "a", "b"), `-${LOADING}\r\n`);
    assert.match(await connection.send("EXEC"), /^-EXECABORT/);
    const info = await connection.send("INFO", "persistence");
    assert.match(info, /\r\nloading:1\r\n/);
    const total = Number(/loading_total_bytes:(\d+)/.exec(info)![1]);
    const loaded = Number(/loading_loaded_bytes:(\d+)/.exec(info)![1]);
    assert.ok(loaded > 0 && loaded < total, `${loaded} of ${total} bytes are loaded`);
    barrier.open();
    const server = await ready;
    assert.equal(server.data!.keys, 30_000);
    assert.match(await connection.send("GET", "key:1"), /^\$80\r\n/);
    assert.match(await connection.send("INFO", "persistence"), /\r\nloading:0\r\n/);
    assert.equal((await post("/", ["GET", "a"])).status, 200);
    assert.deepEqual(
      progress.map(([, all]) => all).filter((all) => all !== total),
      [],
    );
    const bytes = progress.map(([done]) => done);
    assert.ok(bytes.length > 1);
    assert.deepEqual(
      bytes,
      bytes.toSorted((a, b) => a - b),
      "it moves in one direction",
    );
    connection.close();
    await server.close();
  });

  test("that ends before it has loaded leaves the directory as it was", async () => {
    const data = join(folder, "damaged");
    mkdirSync(data);
    const bytes = fileOfKeys();
    bytes[bytes.length >> 1]! ^= 0xff;
    writeFileSync(join(data, "dump.rdb"), bytes);
    await assert.rejects(startServer({ port: 0, data }), /dump\.rdb(?:, byte \d+)?: /);
    rmSync(join(data, "dump.rdb"));
    const server = await startServer({ port: 0, data });
    assert.equal(server.data!.keys, 0);
    await server.close();
  });
});

describe("commands while data is loaded", { skip: oracleSkipReason() }, () => {
  /** Commands that would end the server or the connection, or whose names redis-server does not know. */
  const LEFT_OUT =
    /^(?:SHUTDOWN|DEBUG|MONITOR|MULTI|QUIT|RESET|AUTH|HELLO|SYNC|PSYNC|REPLICAOF|SLAVEOF|REPLCONF|FAILOVER)/;

  test("run or not as in redis-server", async () => {
    const data = join(folder, "theirs");
    mkdirSync(data);
    writeFileSync(join(data, "dump.rdb"), fileOfKeys());
    const socket = join(data, "redis.sock");
    // A millisecond a key, with a look at the clients after each kilobyte.
    const slow = ["--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024"];
    const options = ["--port", "0", "--unixsocket", socket, "--dir", data, "--save", ""];
    const redis = spawn("redis-server", [...options, ...slow], { stdio: "ignore" });
    const ended = new Promise((resolve) => redis.once("exit", resolve));
    const barrier = new Barrier();
    const disk = new GatedDisk();
    disk.gate = (call) => (call === "read" ? barrier.pass() : undefined);
    const { redisPort, ready } = await begin({ data, disk });
    try {
      let theirs: RawConnection | undefined;
      await until(async () => {
        theirs = await RawConnection.open({ path: socket }).catch(() => undefined);
        return theirs !== undefined;
      });
      const ours = await RawConnection.open({ port: redisPort, host: "127.0.0.1" });
      await ours.send("AUTH", TOKEN);
      assert.match(await theirs!.send("INFO", "persistence"), /\r\nloading:1\r\n/);
      const differing: string[] = [];
      let compared = 0;
      for (const words of calls()) {
        const [a, b] = [await ours.send(...words), await theirs!.send(...words)];
        if (/^-(?:ERR|NOAUTH) (?:unknown (?:sub)?command|wrong number)/i.test(b)) continue;
        compared++;
        if (a.startsWith("-LOADING") !== b.startsWith("-LOADING")) differing.push(`${words.join(" ")}: ${a} ${b}`);
      }
      assert.match(await theirs!.send("INFO", "persistence"), /\r\nloading:1\r\n/, "it has loaded all the while");
      assert.deepEqual(differing, []);
      // As many as Redis 7.0 knows.
      assert.ok(compared >= 291, `${compared} commands were compared`);
      ours.close();
      theirs!.close();
    } finally {
      barrier.open();
      redis.kill("SIGKILL");
      await ended;
      await (await ready).close();
    }
  });

  /** Every command with as many words as it takes. Commands that listen would change what a connection may do. */
  function* calls(): Generator<string[]> {
    const { registry } = new TestEngine().engine;
    for (const { command } of registry.entries()) {
      if (command.run === undefined) continue;
      const name = command.name.split(" ");
      if (
        LEFT_OUT.test(command.name) ||
        /SUBSCRIBE/.test(command.name) ||
        /^CLIENT (?:KILL|REPLY|PAUSE)/.test(command.name)
      )
        continue;
      const count = Math.abs(command.arity) - name.length;
      yield [...name, ...Array.from({ length: Math.max(0, count) }, () => "1")];
    }
  }
});
