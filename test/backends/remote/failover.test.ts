/**
 * Clients that count while another server becomes the primary: planned, because the primary was killed, and because it stood
 * still. `FAILOVERS=50` lengthens it.
 *
 * A counter is never above what was acknowledged and what was answered as perhaps run, so nothing is sent twice. It is never
 * below what was acknowledged and known to be on the replica, so nothing is lost but what Redis's replication itself loses.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import { RedisCluster } from "../../support/cluster.ts";
import { EventStream } from "../../support/event-stream.ts";
import { oracleSkipReason } from "../../support/redis.ts";
import { SentinelTrio } from "../../support/sentinel.ts";
import { TestServer, TOKEN } from "../../support/server.ts";
import { until } from "../../support/until.ts";

const skip = oracleSkipReason();

/** How often each kind of failover takes place. */
const FAILOVERS = Number(process.env["FAILOVERS"] ?? 1);

const LIMITS = { backendBackoffMsMax: 50, backendReplyMsMax: 1000, backendWaitMsMax: 500 };

/** What one client knows of its counter. */
interface Count {
  readonly key: string;
  sure: number;
  perhaps: number;
  /** The highest value that is known to be on a replica. */
  safe: number;
  /** When it got its errors, in milliseconds. */
  readonly errorsMs: number[];
}

/** What a client may be told in a failover. */
const TOLD =
  /has not run$|may have run$|^CLUSTERDOWN|^TRYAGAIN|^LOADING|^UNBLOCKED|^MASTERDOWN|^ERR WAIT cannot be used with replica/;

async function count(server: TestServer, key: string, hasEnded: () => boolean): Promise<Count> {
  const counted: Count = { key, sure: 0, perhaps: 0, safe: 0, errorsMs: [] };
  const result = async (...words: unknown[]): Promise<unknown> => {
    const { json } = await server.command(words);
    const { error, result: value } = json as { error?: string; result?: unknown };
    if (error === undefined) return value;
    assert.match(error, TOLD);
    counted.errorsMs.push(performance.now());
    if (words[0] === "INCR" && error.endsWith("may have run")) counted.perhaps++;
    return undefined;
  };
  while (!hasEnded()) {
    const value = await result("INCR", key);
    if (value === undefined) continue;
    counted.sure++;
    const replicas = Number(await result("WAIT", 1, 20));
    const now = Number(await result("GET", key));
    if (replicas >= 1 && now >= Number(value)) counted.safe = Number(value);
  }
  return counted;
}

/** How many failovers there were. */
let runs = 0;

async function whileCounting(
  t: TestContext,
  server: TestServer,
  keys: readonly string[],
  failOver: () => Promise<void>,
): Promise<void> {
  let hasEnded = false;
  // Each has keys of its own: a DEL between them may be lost as well.
  const run = runs++;
  const counting = keys.map((key) => count(server, `${key} in run ${run}`, () => hasEnded));
  const works = async (): Promise<void> => {
    for (const key of keys) {
      for (const value of [1, 2]) {
        await until(async () => (await server.command(["SET", `${key} again`, value])).status === 200);
      }
    }
  };
  await works();
  await failOver();
  await works();
  hasEnded = true;
  const counts = await Promise.all(counting);
  const errorsMs = counts.flatMap((one) => one.errorsMs);
  const windowMs = errorsMs.length === 0 ? 0 : Math.max(...errorsMs) - Math.min(...errorsMs);
  t.diagnostic(`${errorsMs.length} errors in ${Math.round(windowMs)} ms`);
  for (const { key, perhaps, safe, sure } of counts) {
    const { json } = await server.command(["GET", key]);
    const value = Number((json as { result: string }).result);
    const told = `${value} with ${sure} acknowledged, ${safe} of them safe, ${perhaps} in flight`;
    assert.ok(value >= safe && value <= sure + perhaps, told);
  }
}

describe("failovers in a Redis Cluster", { skip }, () => {
  let cluster: RedisCluster;
  let server: TestServer;
  before(async () => {
    cluster = await RedisCluster.start({ nodeMsMax: 500, replicas: 1 });
    server = await TestServer.start({ redis: cluster.url, redisPort: 0, limits: LIMITS });
  });
  after(async () => {
    await server.stop();
    await cluster.stop();
  });

  /** Keys of each primary, two each. */
  const keys = ["{a}1", "{a}2", "{b}1", "{b}2", "{c}1", "{c}2"];

  type Node = RedisCluster["nodes"][number];

  /** A primary and its replica, as they are now. */
  async function pair(index: number): Promise<{ primary: Node; replica: Node }> {
    const [one, other] = [cluster.nodes[index]!, cluster.nodes[index + 3]!];
    return (await cluster.isPrimary(one)) ? { primary: one, replica: other } : { primary: other, replica: one };
  }

  test("subscriptions, also of shard channels, MONITOR and clients that block follow the slots", async () => {
    const result = async (...words: unknown[]): Promise<unknown> =>
      ((await server.command(words)).json as { result?: unknown }).result;
    const stream = await EventStream.open(server, "/subscribe/news");
    await stream.next();
    const [sharded, monitor, blocked] = await Promise.all([server.connect(), server.connect(), server.connect()]);
    for (const connection of [sharded, monitor, blocked]) await connection.send("AUTH", TOKEN);
    // The slot of {b} is at the first primary, which also serves the channels.
    assert.match(await sharded.send("SSUBSCRIBE", "{b}"), /ssubscribe/);
    assert.equal(await monitor.send("MONITOR"), "+OK\r\n");
    const popped = blocked.send("BLPOP", "{b}list", "0");
    const { primary, replica } = await pair(0);
    await until(async () => (await cluster.send(primary, "INFO", "clients")).includes("blocked_clients:1"));
    await cluster.failOver(replica);
    await until(async () => (await result("PUBLISH", "news", "first")) === 1);
    await until(async () => (await result("SPUBLISH", "{b}", "first")) === 1);
    assert.equal(await result("PUBLISH", "news", "last"), 1);
    const heard: string[] = [];
    while (heard.at(-1) !== "data: message,news,last") heard.push(...(await stream.next()));
    assert.equal(heard.filter((event) => event.endsWith("last")).length, 1);
    assert.match(await sharded.next(), /smessage/);
    // What a push that was told "may have run" has left makes the list longer.
    await until(async () => Number(await result("RPUSH", "{b}list", "x")) >= 1);
    assert.match(await popped, /\$1\r\nx\r\n$/);
    await result("SET", "{b}seen", "1");
    await until(async () => (await monitor.next()).includes('"{b}seen"'));
    for (const connection of [sharded, monitor, blocked]) connection.close();
    stream.drop();
    await cluster.isWell();
  });

  for (let round = 0; round < FAILOVERS; round++) {
    test(`planned, round ${round}`, (t) =>
      whileCounting(t, server, keys, async () => {
        const { replica } = await pair(0);
        await cluster.failOver(replica);
        await cluster.isWell();
      }));

    test(`a primary that is killed, round ${round}`, (t) =>
      whileCounting(t, server, keys, async () => {
        const { primary, replica } = await pair(1);
        await primary.server.stop();
        await until(() => cluster.isPrimary(replica));
        await cluster.restart(primary);
        await cluster.isWell();
      }));

    test(`a primary that stands still, round ${round}`, (t) =>
      whileCounting(t, server, keys, async () => {
        const { primary, replica } = await pair(2);
        primary.server.signal("SIGSTOP");
        await until(() => cluster.isPrimary(replica));
        await until(async () => (await server.command(["SET", "{c}after", 1])).status === 200);
        primary.server.signal("SIGCONT");
        await cluster.isWell();
      }));
  }
});

describe("failovers of a Sentinel group", { skip }, () => {
  let trio: SentinelTrio;
  let server: TestServer;
  before(async () => {
    trio = await SentinelTrio.start();
    server = await TestServer.start({ redis: trio.url, limits: LIMITS });
  });
  after(async () => {
    await server.stop();
    await trio.stop();
  });

  const keys = ["one", "two", "three"];

  for (let round = 0; round < FAILOVERS; round++) {
    test(`a primary that is killed, round ${round}`, (t) =>
      whileCounting(t, server, keys, async () => {
        const { primary, replica } = await trio.roles();
        await trio.servers.get(primary)!.stop();
        await until(async () => (await trio.send(replica, "ROLE")).includes("master"));
        await trio.restart(primary);
        await trio.isWell();
      }));
  }
});
