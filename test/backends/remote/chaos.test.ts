/**
 * Many clients at once while the backend is killed, stopped and started again. `ROUNDS=1000` lengthens it.
 *
 * A counter that clients increment is never above what was acknowledged and what was answered as perhaps run, and never
 * below what was acknowledged; no client sees a reply that is another's.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Limits } from "../../../src/core/limits.ts";
import { oracleSkipReason, RedisServer } from "../../support/redis.ts";
import { encodeCommand } from "../../support/resp.ts";
import type { RawConnection } from "../../support/resp-client.ts";
import { TestServer, TOKEN } from "../../support/server.ts";
import { until } from "../../support/until.ts";

const skip = oracleSkipReason();

/** Rounds of transactions and readers, and times that the backend is killed. */
const ROUNDS = Number(process.env["ROUNDS"] ?? 25);
const KILLS = Math.ceil(ROUNDS / 10);

/** Connections that are kept for the next transaction or command that blocks. */
const IDLE_CONNECTIONS_MAX = 16;

const TRANSACTIONS = 4;
const READERS = 8;
const CLIENTS = 8;

describe("many clients of one backend", { skip }, () => {
  let folder: string;
  let path: string;
  let redis: RedisServer;
  let server: TestServer;

  const startServer = (more: Partial<Limits> = {}): Promise<TestServer> => {
    const limits = { backendWaitMsMax: 1000, backendBackoffMsMax: 50, ...more };
    return TestServer.start({ redis: `unix:${path}`, redisPort: 0, limits });
  };

  const start = (): Promise<RedisServer> =>
    RedisServer.start(["--appendonly", "yes", "--appendfsync", "always", "--dir", folder], path);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "stashd-chaos-"));
    path = join(folder, "redis.sock");
    redis = await start();
    server = await startServer();
  });
  after(async () => {
    await server.stop();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function connect(): Promise<RawConnection> {
    const connection = await server.connect();
    await connection.send("AUTH", TOKEN);
    return connection;
  }

  const connectionCount = async (): Promise<number> => {
    const frame = await redis.send(["CLIENT", "LIST"]);
    return "text" in frame ? String(frame.text).trim().split("\n").length : 0;
  };

  test(`${TRANSACTIONS} transactions and ${READERS} readers see nothing that is another's`, async () => {
    const writers = await Promise.all(Array.from({ length: TRANSACTIONS }, connect));
    const readers = await Promise.all(Array.from({ length: READERS }, connect));
    const write = async (connection: RawConnection, id: number): Promise<void> => {
      for (let round = 0; round < ROUNDS; round++) {
        const value = `${id}.${round}`;
        const words = [["MULTI"], ["SET", "a", value], ["SET", "b", value], ["GET", "a"], ["EXEC"]];
        const replies = await Promise.all(words.map((one) => connection.send(...one)));
        assert.equal(replies.at(-1), `*3\r\n+OK\r\n+OK\r\n$${value.length}\r\n${value}\r\n`);
      }
    };
    const read = async (connection: RawConnection, id: number): Promise<void> => {
      for (let round = 0; round < ROUNDS; round++) {
        const name = `reader ${id} ${round}`;
        const [echo, pair] = await Promise.all([connection.send("ECHO", name), connection.send("MGET", "a", "b")]);
        assert.equal(echo, `$${name.length}\r\n${name}\r\n`);
        const values = pair!.slice("*2\r\n".length);
        const half = values.length / 2;
        assert.equal(values.slice(0, half), values.slice(half), "a transaction is seen as a whole");
        const body = JSON.stringify([["ECHO", name], ["NOPE"], ["ECHO", name]]);
        const { json } = await server.call("POST", "/pipeline", { body });
        const [first, , last] = json as { result: string }[];
        assert.deepEqual([first, last], [{ result: name }, { result: name }]);
      }
    };
    await Promise.all([...writers.map(write), ...readers.map(read)]);
    for (const connection of [...writers, ...readers]) connection.close();
  });

  /** Increments until told to end; answers how often that was acknowledged, and how often it may have happened. */
  async function increment(key: string, hasEnded: () => boolean): Promise<{ sure: number; perhaps: number }> {
    let [sure, perhaps] = [0, 0];
    while (!hasEnded()) {
      const { json } = await server.command(["INCR", key]);
      const { error, result } = json as { error?: string; result?: number };
      if (result !== undefined) sure++;
      else if (error!.endsWith("may have run")) perhaps++;
      else assert.match(error!, /has not run$|^LOADING/);
    }
    return { sure, perhaps };
  }

  async function whileIncrementing(key: string, disturb: () => Promise<void>): Promise<void> {
    let hasEnded = false;
    const clients = Array.from({ length: CLIENTS }, () => increment(key, () => hasEnded));
    await until(async () => (await server.command(["GET", key])).body.includes("0"));
    await disturb();
    hasEnded = true;
    const counts = await Promise.all(clients);
    const sure = counts.reduce((sum, one) => sum + one.sure, 0);
    const perhaps = counts.reduce((sum, one) => sum + one.perhaps, 0);
    let value = -1;
    await until(async () => {
      const { json } = await server.command(["GET", key]);
      const { result } = json as { result?: string };
      if (result !== undefined) value = Number(result);
      return value >= 0;
    });
    assert.ok(value >= sure && value <= sure + perhaps, `${value} with ${sure} acknowledged and ${perhaps} in flight`);
  }

  test(`a backend that is killed ${KILLS} times counts nothing twice, and connections come back`, async () => {
    await until(async () => (await server.call("POST", "/multi-exec", { body: '[["PING"]]' })).status === 200);
    const before = await connectionCount();
    await whileIncrementing("killed", async () => {
      for (let i = 0; i < KILLS; i++) {
        await redis.stop();
        redis = await start();
        await until(async () => (await server.command(["PING"])).status === 200);
      }
    });
    await server.call("POST", "/multi-exec", { body: '[["PING"]]' });
    assert.ok((await connectionCount()) <= before, `${await connectionCount()} connections, ${before} before`);
  });

  test("clients that wait, watch and listen while the backend is killed leave nothing behind", async () => {
    await server.call("POST", "/multi-exec", { body: '[["PING"]]' });
    const before = await connectionCount();
    let hasEnded = false;
    const isOver = (): boolean => hasEnded;
    const loop = async (once: (connection: RawConnection) => Promise<void>): Promise<void> => {
      while (!isOver()) {
        const connection = await connect();
        await once(connection);
        connection.close();
      }
    };
    const isReply = (reply: string): void =>
      assert.match(reply, /^(?:[*+:$]|-ERR .*(?:has not run|may have run)|-LOADING)/);
    const waits = loop(async (connection) => isReply(await connection.send("BLPOP", "chaos-list", "0.05")));
    const watches = loop(async (connection) => {
      isReply(await connection.send("WATCH", "chaos-key"));
      isReply(await connection.send("MULTI"));
      isReply(await connection.send("SET", "chaos-key", "1"));
      // A connection that was lost in between has watched nothing: the transaction does not run.
      isReply(await connection.send("EXEC"));
    });
    const leaves = loop(async (connection) => {
      connection.write(encodeCommand(["BLMOVE", "none", "other", "LEFT", "LEFT", "0"]));
      assert.ok((await server.command(["GET", "chaos-key"])).status > 0);
    });
    const listens = loop(async (connection) => isReply(await connection.send("SUBSCRIBE", "chaos-channel")));
    for (let i = 0; i < KILLS; i++) {
      await redis.stop();
      redis = await start();
      await until(async () => (await server.command(["PING"])).status === 200);
    }
    hasEnded = true;
    await Promise.all([waits, watches, leaves, listens]);
    await until(async () => (await server.blockedClients()) === 0);
    await until(async () => (await server.command(["PUBSUB", "CHANNELS"])).body === '{"result":[]}');
    // The subscriber has a connection of its own from now on.
    await until(async () => (await connectionCount()) <= before + 1 + IDLE_CONNECTIONS_MAX);
  });

  test("a backend that stands still is given up, and no command is sent twice when it continues", async () => {
    await server.stop();
    // On a busy machine a backend may be silent for as long.
    server = await startServer({ backendReplyMsMax: 400 });
    await whileIncrementing("stopped", async () => {
      redis.signal("SIGSTOP");
      await until(async () => (await server.command(["INCR", "other"])).status === 503);
      redis.signal("SIGCONT");
      await until(async () => (await server.command(["PING"])).status === 200);
    });
  });
});
