/**
 * Pub/sub against a real redis-server: several clients that listen and send in turn, on both sides, and what each of
 * them has received after every step. A step is a client's letter and its command; with `~` before it, frames are
 * compared in any order, where Redis goes by its hash tables, or tells a monitor of its own command after the reply.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { RedisClient, SessionClient } from "../support/connection.ts";
import type { Client } from "../support/connection.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { splitWords } from "../support/words.ts";

const SCRIPTS: Readonly<Record<string, string>> = {
  "channels, and the count that confirms them": `
    a SUBSCRIBE news sport news
    a SUBSCRIBE news
    b SUBSCRIBE news
    c PUBLISH news hello
    c PUBLISH sport ""
    c PUBLISH nobody hello
    c PUBLISH "" x
    b SUBSCRIBE ""
    c PUBLISH "" x
    c PUBLISH news "a\\r\\nb\\x00\\xff"
    a UNSUBSCRIBE sport
    a UNSUBSCRIBE sport never
    c PUBLISH sport gone
    a UNSUBSCRIBE
    a UNSUBSCRIBE
    c PUBLISH news one
    b UNSUBSCRIBE "" news
    c PUBLISH news nobody
    c PUBSUB CHANNELS`,
  "patterns, beside channels": `
    a PSUBSCRIBE n*
    a SUBSCRIBE news
    a PSUBSCRIBE n* h[ae]llo
    b PSUBSCRIBE n*
    c PUBLISH news once
    c PUBLISH hallo x
    c PUBLISH n x
    b PSUBSCRIBE ?e* *
    ~c PUBLISH news four
    c PUBSUB NUMPAT
    c PUBSUB CHANNELS n*
    c PUBSUB NUMSUB news n* hallo
    a PUNSUBSCRIBE n*
    a PUNSUBSCRIBE nothing
    a UNSUBSCRIBE news
    a PUNSUBSCRIBE h[ae]llo
    a PUNSUBSCRIBE
    b PUNSUBSCRIBE ?e* * n*
    c PUBSUB NUMPAT
    c PUBLISH news none`,
  "shard channels are apart and counted apart": `
    a SSUBSCRIBE s1
    a SSUBSCRIBE s1
    a SSUBSCRIBE s2
    a SUBSCRIBE s1
    c SPUBLISH s1 to-shard
    c PUBLISH s1 to-channel
    c SPUBLISH none x
    c PUBSUB SHARDCHANNELS s2*
    c PUBSUB SHARDNUMSUB s1 s2 s3
    c PUBSUB NUMSUB s1 s2
    c PUBSUB CHANNELS
    a SUNSUBSCRIBE s1
    a UNSUBSCRIBE
    a SUNSUBSCRIBE
    a SUNSUBSCRIBE
    a GET k
    c PUBSUB SHARDCHANNELS`,
  "a subscribed client may do little else": `
    a SUBSCRIBE c
    a GET k
    a get
    a NOSUCH
    a CONFIG GET save
    a PUBLISH c x
    a PING
    a PING hello
    a PING too many
    a PSUBSCRIBE p
    a UNSUBSCRIBE
    a GET k
    a PUNSUBSCRIBE
    a GET k
    a PING
    a SSUBSCRIBE s
    a GET k
    a RESET
    a GET k
    a PUBSUB SHARDCHANNELS
    a UNSUBSCRIBE
    a PUNSUBSCRIBE
    a SUNSUBSCRIBE x
    a GET k`,
  "wrong words": `
    a SUBSCRIBE
    a PSUBSCRIBE
    a SSUBSCRIBE
    a PUBLISH c
    a PUBLISH c m x
    a SPUBLISH c
    a PUBSUB
    a PUBSUB NUMPAT x
    a PUBSUB NOSUCH
    a PUBSUB CHANNELS a b
    a PUBSUB channels a b
    a PUBSUB SHARDCHANNELS a b
    a PUBSUB NUMSUB
    a PUBSUB SHARDNUMSUB`,
  "a client that leaves is no longer told": `
    a SUBSCRIBE c
    b PSUBSCRIBE c*
    b SSUBSCRIBE c
    c PUBLISH c 2
    a close
    b close
    c PUBLISH c 0
    c SPUBLISH c 0
    c PUBSUB NUMSUB c
    c PUBSUB NUMPAT`,
  "keyspace events reach subscribers, by key and by name": `
    c CONFIG SET notify-keyspace-events Kg$
    a SUBSCRIBE __keyspace@0__:k __keyevent@0__:set
    b PSUBSCRIBE __key*__:*
    c SET k v
    c LPUSH l v
    c DEL k l
    c SELECT 3
    c SET k v
    c CONFIG SET notify-keyspace-events El
    c SET k v
    c RPUSH l v
    c CONFIG SET notify-keyspace-events A
    c SET k v
    c CONFIG SET notify-keyspace-events KEmn
    c GET nothing
    c SET new v
    c SET new w
    c INCR number
    c CONFIG SET notify-keyspace-events ""
    c DEL k
    c FLUSHALL`,
  "a monitor is told of every command that has run": `
    a MONITOR
    b MONITOR
    c SET k v
    c get k
    c SET k "a\\x00\\n\\r\\t\\b\\a\\"\\\\\\xff\\x7f é"
    c LPUSH k v
    c GET
    c NOSUCH
    c CONFIG GET save
    c AUTH secret
    c SELECT 5
    c EVAL "redis.call('SET', KEYS[1], 'v') return redis.pcall('AUTH', 'x')" 1 k
    c EVAL "return 1" x
    c EVALSHA x 0
    c EVALSHA_RO e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
    c SCRIPT LOAD "return 2"
    c FCALL nosuch 1 k
    c PUBLISH c m
    c SUBSCRIBE c
    c GET k
    c UNSUBSCRIBE
    c PUBSUB NUMSUB c
    c FLUSHALL
    ~a PING hello
    a RESET
    c ECHO alone
    b close
    c ECHO nobody`,
};

/** The same client on both sides. */
interface Pair {
  readonly ours: Client;
  readonly theirs: Client;
}

describe("pub/sub agrees with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  for (const [name, script] of Object.entries(SCRIPTS)) test(name, () => compare(redis, script));
});

async function compare(redis: RedisServer, script: string): Promise<void> {
  await redis.send(["FLUSHALL"]);
  const { engine } = new TestEngine();
  const clients = new Map<string, Pair>();
  for (const letter of ["a", "b", "c"]) {
    clients.set(letter, { ours: new SessionClient(engine), theirs: await RedisClient.open(redis.path) });
  }
  try {
    for (const line of script.trim().split("\n")) await step(clients, line.trim());
  } finally {
    for (const { ours, theirs } of clients.values()) await Promise.all([ours.close(), theirs.close()]);
  }
}

/** Runs one step on both sides. */
async function step(clients: Map<string, Pair>, line: string): Promise<void> {
  const [letter, ...words] = splitWords(line.replace(/^~/, ""));
  const sender = clients.get(letter!)!;
  const inOrder = (frames: string[]): string[] => (line.startsWith("~") ? frames.sort() : frames);
  if (words[0] === "close") {
    clients.delete(letter!);
    await Promise.all([sender.ours.close(), sender.theirs.close()]);
    return;
  }
  await sender.ours.send(...words);
  await sender.theirs.send(...words);
  for (const [of, { ours, theirs }] of clients) {
    assert.deepEqual(inOrder(await ours.received()), inOrder(await theirs.received()), `${of} after ${line}`);
  }
}
