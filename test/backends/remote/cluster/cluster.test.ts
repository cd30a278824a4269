/** A server in front of a Redis Cluster of three primaries: commands reach the node of their keys, or every node. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { keySlot } from "../../../../src/backends/remote/cluster/key-slot.ts";
import { RedisCluster } from "../../../support/cluster.ts";
import { EventStream } from "../../../support/event-stream.ts";
import { freePorts, oracleSkipReason, RedisServer } from "../../../support/redis.ts";
import type { RawConnection } from "../../../support/resp-client.ts";
import { TestServer, TOKEN } from "../../../support/server.ts";
import { until } from "../../../support/until.ts";

const skip = oracleSkipReason();

/** How often a slot moves. An even number, so that it is back in the end. */
const MOVES = Number(process.env["MOVES"] ?? 10);

/** Keys of which each node has some. */
const KEYS = ["a", "b", "c", "d", "e", "f", "g", "h"];

const CROSS_SLOT = /^CROSSSLOT .* give keys that belong together one \{hash tag\}$/;

describe("a server in front of a Redis Cluster", { skip }, () => {
  let cluster: RedisCluster;
  let server: TestServer;
  before(async () => {
    cluster = await RedisCluster.start();
    server = await TestServer.start({ redis: cluster.url, redisPort: 0 });
  });
  after(async () => {
    await server.stop();
    await cluster.stop();
  });

  const connections: RawConnection[] = [];
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close();
    await server.command(["FLUSHALL"]);
  });

  async function connect(): Promise<RawConnection> {
    const connection = await server.connect();
    connections.push(connection);
    await connection.send("AUTH", TOKEN);
    return connection;
  }

  type Answer = { result?: unknown; error?: string };

  const json = async (...words: unknown[]): Promise<Answer> => (await server.command(words)).json as Answer;
  const result = async (...words: unknown[]): Promise<unknown> => (await json(...words)).result;
  const post = async (path: string, commands: unknown): Promise<unknown> =>
    (await server.call("POST", path, { body: JSON.stringify(commands) })).json;

  const fill = async (): Promise<void> => {
    for (const key of KEYS) await result("SET", key, `value of ${key}`);
  };

  async function scanAll(...options: string[]): Promise<unknown[]> {
    const found: unknown[] = [];
    let cursor = "0";
    do {
      const [next, items] = (await result("SCAN", cursor, ...options)) as [string, unknown[]];
      found.push(...items);
      cursor = next;
    } while (cursor !== "0");
    return found;
  }

  test("commands go to the node that has the slot of their keys", async () => {
    await fill();
    for (const key of KEYS) {
      assert.equal(await result("GET", key), `value of ${key}`);
      assert.match(await cluster.send(cluster.ownerOf(key), "GET", key), /value of/, key);
    }
    assert.deepEqual(await result("MGET", "{x}1", "{x}2"), [null, null]);
    assert.equal(await result("EVAL", "return redis.call('GET', KEYS[1])", 1, "c"), "value of c");
  });

  test("slots are those that the cluster computes", async () => {
    const keys = [
      "",
      "{",
      "}",
      "{}",
      "a{}b{c}",
      "a{b}c{d}",
      "{{a}}b",
      "a{b",
      "a}b{c}",
      "123456789",
      "\u00ff\u0000",
      "x".repeat(999),
    ];
    for (const key of keys) {
      assert.equal(await cluster.send(cluster.nodes[0]!, "CLUSTER", "KEYSLOT", key), `:${keySlot(key)}\r\n`, key);
    }
  });

  test("a pipeline is split by slot and answered in order", async () => {
    const commands = KEYS.flatMap((key) => [["SET", key, 1], ["INCR", key], ["NOPE"], ["GET", key]]);
    const replies = (await post("/pipeline", commands)) as Answer[];
    const [set, increment, unknown, get] = replies;
    assert.deepEqual([set, increment, get], [{ result: "OK" }, { result: 2 }, { result: "2" }]);
    for (const [i, reply] of replies.entries()) assert.deepEqual(reply, replies[i % 4], `reply ${i}`);
    assert.match(unknown!.error!, /^ERR Command is not available/);
    const connection = await connect();
    const pipelined = await Promise.all(
      KEYS.flatMap((key) => [connection.send("INCR", key), connection.send("GET", key)]),
    );
    assert.deepEqual(
      pipelined,
      KEYS.flatMap(() => [":3\r\n", "$1\r\n3\r\n"]),
    );
  });

  test("keys of several slots are refused in one command and in one transaction, with what to do", async () => {
    assert.match((await json("MGET", "a", "b")).error!, CROSS_SLOT);
    assert.match((await json("MSET", "a", 1, "b", 2)).error!, CROSS_SLOT);
    assert.match(
      (
        (await post("/multi-exec", [
          ["SET", "a", 1],
          ["SET", "b", 1],
        ])) as Answer
      ).error!,
      CROSS_SLOT,
    );
    assert.equal(await result("EXISTS", "a"), 0, "nothing has run");
    const connection = await connect();
    for (const words of [["MULTI"], ["SET", "a", "1"], ["SET", "b", "1"]]) await connection.send(...words);
    assert.match(await connection.send("EXEC"), /^-CROSSSLOT/);
    assert.equal(await connection.send("WATCH", "a"), "+OK\r\n");
    assert.match(await connection.send("WATCH", "b"), /^-CROSSSLOT/);
    await connection.send("MULTI");
    await connection.send("SET", "b", "1");
    assert.match(await connection.send("EXEC"), /^-CROSSSLOT a transaction and the keys that it watches/);
    assert.equal(await connection.send("GET", "b"), "$-1\r\n");
  });

  test("what concerns all data concerns every primary", async () => {
    await fill();
    assert.equal(await result("DBSIZE"), KEYS.length);
    assert.deepEqual(((await result("KEYS", "*")) as string[]).toSorted(), KEYS);
    assert.ok(KEYS.includes((await result("RANDOMKEY")) as string));
    assert.deepEqual((await scanAll("COUNT", "1")).toSorted(), KEYS);
    assert.deepEqual(await scanAll("MATCH", "c"), ["c"]);
    assert.deepEqual((await scanAll("WITHTYPE")).filter((item) => item !== "string").toSorted(), KEYS);
    assert.match((await json("SCAN", "x")).error!, /^ERR invalid cursor/);
    await result("CONFIG", "SET", "slowlog-max-len", "77");
    const digest = await result("SCRIPT", "LOAD", "return ARGV[1]");
    assert.equal(
      await result("FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', function() return 1 end)"),
      "l",
    );
    for (const [i, node] of cluster.nodes.entries()) {
      assert.match(await cluster.send(node, "CONFIG", "GET", "slowlog-max-len"), /77/);
      const key = KEYS.find((one) => cluster.ownerOf(one) === node)!;
      assert.equal(await result("EVALSHA", digest, 1, key, `node ${i}`), `node ${i}`);
      assert.equal(await result("FCALL", "f", 1, key), 1);
    }
    assert.deepEqual(await result("SCRIPT", "EXISTS", digest, "0".repeat(40)), [1, 0]);
    await cluster.send(cluster.nodes[1]!, "SCRIPT", "FLUSH");
    assert.deepEqual(await result("SCRIPT", "EXISTS", digest), [0], "it is missing on one of them");
    assert.equal(await result("FUNCTION", "FLUSH"), "OK");
    assert.equal(await result("FLUSHALL"), "OK");
    assert.equal(await result("DBSIZE"), 0);
    assert.equal(await result("RANDOMKEY"), null);
    assert.equal(await result("WAIT", 0, 1), 0);
  });

  test("a script with allow-key-locking runs on each node, also on one that has forgotten it", async () => {
    const script = "#!lua flags=allow-key-locking\nreturn redis.call('INCR', KEYS[1])";
    const digest = await result("SCRIPT", "LOAD", script);
    for (const key of KEYS) assert.equal(await result("EVALSHA", digest, 1, key), 1);
    await cluster.send(cluster.ownerOf("a"), "SCRIPT", "FLUSH");
    for (const key of KEYS) assert.equal(await result("EVALSHA", digest, 1, key), 2);
  });

  test("a script that answers a redirection, or an error of the cluster, is not sent anywhere again", async () => {
    const [nobody] = await freePorts(1);
    const slot = keySlot("n");
    const other = cluster.nodes.find((node) => node !== cluster.ownerOf("n"))!;
    const texts = [
      `MOVED ${slot} 127.0.0.1:${nobody}`,
      `MOVED ${slot} 127.0.0.1:${other.port}`,
      `MOVED ${(slot + 1) % 100} 127.0.0.1:${other.port}`,
      `ASK ${slot} 127.0.0.1:${nobody}`,
      "TRYAGAIN later",
      "CLUSTERDOWN mine",
    ];
    for (const text of texts) {
      const script = "redis.call('INCR', KEYS[1]) return redis.error_reply(ARGV[1])";
      assert.deepEqual(await json("EVAL", script, 1, "n", text), { error: text });
    }
    assert.equal(await result("GET", "n"), String(texts.length), "each has run once");
  });

  test("transactions, watched keys and clients that block have a connection to the right node", async () => {
    const [one, other] = [await connect(), await connect()];
    for (const key of KEYS) {
      assert.deepEqual(
        await post("/multi-exec", [
          ["SET", key, 1],
          ["INCR", key],
        ]),
        [{ result: "OK" }, { result: 2 }],
      );
      await one.send("WATCH", key);
      await other.send("SET", key, "5");
      for (const words of [["MULTI"], ["INCR", key]]) await one.send(...words);
      assert.equal(await one.send("EXEC"), "*-1\r\n", key);
      for (const words of [["WATCH", key], ["MULTI"], ["INCR", key]]) await one.send(...words);
      assert.equal(await one.send("EXEC"), "*1\r\n:6\r\n", key);
      const popped = one.send("BLPOP", `queue ${key}`, "0");
      await until(async () =>
        /blocked_clients:1/.test(await cluster.send(cluster.ownerOf(`queue ${key}`), "INFO", "clients")),
      );
      assert.equal(await result("RPUSH", `queue ${key}`, "x"), 1);
      assert.match(await popped, /\$1\r\nx\r\n$/);
    }
    const id = (await one.send("CLIENT", "ID")).slice(1).trim();
    const waits = one.send("BLPOP", "nothing", "0");
    await until(async () => (await other.send("CLIENT", "UNBLOCK", id, "ERROR")) === ":1\r\n");
    assert.match(await waits, /^-UNBLOCKED/);
    const replicated = one.send("WAIT", "1", "0");
    for (const node of cluster.nodes) {
      await until(async () => /blocked_clients:1/.test(await cluster.send(node, "INFO", "clients")));
    }
    await until(async () => (await other.send("CLIENT", "UNBLOCK", id)) === ":1\r\n");
    assert.equal(await replicated, ":0\r\n");
  });

  test("there is the first database only, as the cluster says", async () => {
    const connection = await connect();
    assert.match(await connection.send("SELECT", "1"), /^-ERR SELECT is not allowed in cluster mode/);
    assert.equal(await connection.send("SELECT", "0"), "+OK\r\n");
    await assert.rejects(TestServer.start({ redis: `${cluster.url}/2` }), /SELECT is not allowed in cluster mode/);
  });

  test("messages reach all listeners, whichever node they are published at, and shard channels are on their node", async () => {
    const stream = await EventStream.open(server, "/subscribe/news");
    await stream.next();
    for (const [i, node] of cluster.nodes.entries()) {
      await cluster.send(node, "PUBLISH", "news", `from ${i}`);
      assert.deepEqual(await stream.next(), [`data: message,news,from ${i}`]);
    }
    assert.equal(await result("PUBLISH", "news", "ours"), 1);
    assert.deepEqual(await stream.next(), ["data: message,news,ours"]);
    const connection = await connect();
    for (const channel of KEYS) {
      assert.match(await connection.send("SSUBSCRIBE", channel), /ssubscribe/);
      assert.equal(await result("SPUBLISH", channel, "hi"), 1);
      assert.match(await connection.next(), /smessage/);
    }
    assert.match(await connection.send("SSUBSCRIBE", "a", "b"), /^-CROSSSLOT/);
    assert.deepEqual(await result("PUBSUB", "SHARDNUMSUB", "a", "b"), ["a", 1, "b", 1]);
    assert.deepEqual(((await result("PUBSUB", "SHARDCHANNELS")) as string[]).toSorted(), KEYS);
    stream.drop();
    connection.close();
    await until(async () => ((await result("PUBSUB", "SHARDCHANNELS")) as string[]).length === 0);
  });

  test("MONITOR tells what every primary runs", async () => {
    const connection = await connect();
    assert.equal(await connection.send("MONITOR"), "+OK\r\n");
    for (const key of KEYS) {
      await result("SET", key, "seen");
      await until(async () => (await connection.next()).includes(`"SET" "${key}" "seen"`));
    }
  });

  test("several URLs name one cluster, of which one node may be away", async () => {
    const [nobody] = await freePorts(1);
    const urls = [`redis://127.0.0.1:${nobody}`, cluster.url];
    const other = await TestServer.start({ redis: urls });
    for (const key of KEYS) assert.equal((await other.command(["SET", key, "1"])).status, 200);
    await other.stop();
  });

  test(`the commands of a connection keep their order while their slot moves ${MOVES} times`, async () => {
    const slot = keySlot("{o}");
    const names = ["{o}1", "{o}2", "{o}3", "{o}4"];
    let moveCount = 0;
    const hasEnded = (): boolean => moveCount === MOVES;
    // Further commands leave while replies are due.
    const write = async (connection: RawConnection, list: string): Promise<string[]> => {
      const replies: Promise<string>[] = [];
      while (!hasEnded()) {
        for (let i = 0; i < 5; i++) replies.push(connection.send("RPUSH", list, String(replies.length)));
        await Promise.all([replies.at(-200), new Promise((resolve) => setImmediate(resolve))]);
      }
      const pushed: string[] = [];
      for (const [i, reply] of (await Promise.all(replies)).entries()) {
        // Nodes that do not agree for long refuse a command, which has not run.
        if (/^-(?:TRYAGAIN|CLUSTERDOWN) /.test(reply)) continue;
        assert.equal(reply, `:${pushed.push(String(i))}\r\n`);
      }
      return pushed;
    };
    const writing = names.map(async (list) => write(await connect(), list));
    const [one, other] = [cluster.ownerOf("{o}"), cluster.nodes.find((node) => node !== cluster.ownerOf("{o}"))!];
    for (; moveCount < MOVES; moveCount++) {
      const [source, target] = moveCount % 2 === 0 ? [one, other] : [other, one];
      await cluster.move(slot, source, target);
      await result("RPUSH", "{o}after", moveCount);
    }
    for (const [i, pushed] of (await Promise.all(writing)).entries()) {
      assert.deepEqual(await json("LRANGE", names[i]!, 0, -1), { result: pushed });
    }
  });

  test("a slot that moves answers from either node, and from the new one in the end", async () => {
    const slot = String(keySlot("{m}"));
    const source = cluster.ownerOf("{m}");
    const target = cluster.nodes.find((node) => node !== source)!;
    await result("MSET", "{m}1", "one", "{m}2", "two");
    await cluster.send(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", await cluster.idOf(source));
    await cluster.send(source, "CLUSTER", "SETSLOT", slot, "MIGRATING", await cluster.idOf(target));
    assert.equal(await result("GET", "{m}1"), "one");
    assert.equal(await result("SET", "{m}3", "three"), "OK", "ASK");
    assert.deepEqual(
      await post("/multi-exec", [
        ["GET", "{m}3"],
        ["APPEND", "{m}3", "!"],
      ]),
      [{ result: "three" }, { result: 6 }],
    );
    const connection = await connect();
    for (const words of [["WATCH", "{m}1"], ["MULTI"], ["GET", "{m}1"]]) await connection.send(...words);
    assert.equal(await connection.send("EXEC"), "*1\r\n$3\r\none\r\n");
    const waiting = json("MGET", "{m}1", "{m}3");
    const popped = connection.send("BLPOP", "{m}queue", "0");
    for (const key of ["{m}1", "{m}2"]) {
      assert.match(await cluster.send(source, "MIGRATE", "127.0.0.1", String(target.port), key, "0", "1000"), /OK/);
    }
    assert.deepEqual(await waiting, { result: ["one", "three!"] }, "TRYAGAIN until both are there");
    for (const node of [target, source]) {
      await cluster.send(node, "CLUSTER", "SETSLOT", slot, "NODE", await cluster.idOf(target));
    }
    assert.equal(await result("RPUSH", "{m}queue", "x"), 1);
    assert.match(await popped, /\$1\r\nx\r\n$/);
    assert.deepEqual(await result("MGET", "{m}1", "{m}2", "{m}3"), ["one", "two", "three!"]);
    assert.deepEqual(await post("/multi-exec", [["GET", "{m}2"]]), [{ result: "two" }]);
    for (const words of [["WATCH", "{m}1"], ["MULTI"], ["GET", "{m}1"]]) await connection.send(...words);
    assert.equal(await connection.send("EXEC"), "*1\r\n$3\r\none\r\n");
    // A watch that began at the former node of a slot says that the key may have changed.
    await connection.send("WATCH", "{m}1");
    await cluster.send(target, "FLUSHALL");
    await cluster.move(Number(slot), target, source);
    assert.deepEqual(await json("GET", "{m}1"), { result: null });
    for (const words of [["MULTI"], ["GET", "{m}1"]]) await connection.send(...words);
    assert.equal(await connection.send("EXEC"), "*-1\r\n");
    for (const words of [["WATCH", "{m}1"], ["MULTI"], ["INCR", "{m}1"]]) await connection.send(...words);
    assert.equal(await connection.send("EXEC"), "*1\r\n:1\r\n");
  });
});

test("a Redis Cluster of which no node answers at the start is served once they do", { skip }, async () => {
  const cluster = await RedisCluster.start();
  const urls = cluster.nodes.map(({ port }) => `redis://127.0.0.1:${port}`);
  for (const redis of [urls, cluster.url]) {
    for (const { server } of cluster.nodes) server.signal("SIGSTOP");
    const limits = { backendConnectMsMax: 200, backendWaitMsMax: 100, backendBackoffMsMax: 50 };
    const server = await TestServer.start({ redis, limits });
    for (const words of [["GET", "k"], ["DBSIZE"], ["SCAN", "0"], ["WAIT", "0", "1"]]) {
      assert.equal((await server.command(words)).status, 503, words[0]);
    }
    assert.equal((await server.call("POST", "/multi-exec", { body: '[["GET","k"]]' })).status, 503);
    for (const { server: node } of cluster.nodes) node.signal("SIGCONT");
    await until(async () => (await server.command(["GET", "k"])).status === 200);
    assert.equal((await server.command(["DBSIZE"])).status, 200);
    await server.stop();
  }
  await cluster.stop();
});

describe("a Redis Cluster that cannot be used ends the start with one line", { skip }, () => {
  test("when slots have no node", async () => {
    const cluster = await RedisCluster.start({ hasSlots: false });
    await cluster.send(cluster.nodes[0]!, "CLUSTER", "ADDSLOTSRANGE", "0", "9999");
    const message = /the Cluster has no node for the slots 10000-16383; give them to one with redis-cli --cluster fix$/;
    await assert.rejects(TestServer.start({ redis: cluster.url }), message);
    await cluster.stop();
  });

  test("when several URLs name servers of which none is a node", async () => {
    const [one, other] = await freePorts(2);
    const redis = await RedisServer.start(["--port", String(one), "--bind", "127.0.0.1"]);
    const urls = [`redis://127.0.0.1:${other}`, `redis://127.0.0.1:${one}`];
    await assert.rejects(TestServer.start({ redis: urls }), /it is no node of a Cluster; name one server$/);
    await redis.stop();
  });
});
