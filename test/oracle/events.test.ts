/**
 * Keyspace events and look-ups against a real redis-server: the contract suites once more, and after each command the
 * events it has caused, in their order, and the hits and misses that it counts in INFO. The scripts say nothing of either,
 * so a new line in a suite is tested here as well.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemEnvironment } from "../../src/core/environment.ts";
import type { Script } from "../contract/suite.ts";
import { suites } from "../contract/suites.ts";
import { CommandError } from "../../src/core/reply.ts";
import { RedisClient, SessionClient } from "../support/connection.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";

/**
 * Suites left out: `json`, which redis-server does not have; `connection` and `transactions`, which end connections or
 * would queue the commands that this test puts between theirs.
 */
const NOT_COMPARED = new Set(["connection", "json", "transactions"]);

/** Lines whose events are meant to differ, by script: the later lines are those that their outcome reaches. */
const DEPARTURES: Readonly<Record<string, { readonly lines: readonly string[]; readonly reason: string }>> = {
  "stream-group: XREADGROUP, XACK and XPENDING": {
    lines: ["XREADGROUP GROUP h bob NOACK STREAMS s >"],
    reason: "the hosted service makes no consumer for NOACK",
  },
  "stream-group: XCLAIM": {
    lines: ["XCLAIM s g carol 0 9-9 LASTID 1-0"],
    reason: "since 7.2 the consumer is made whether or not there is an entry to claim",
  },
  "string: SET with expiry": {
    lines: ["SET k gone EXAT 1", "SET k gone PXAT 1 NX", "SET k gone PXAT 1 GET", "GET k"],
    reason: "a deadline that has passed deletes at once, as in Valkey, and not when the key is next looked up",
  },
  "string: DIGEST and DELEX": {
    lines: ["SET k hello"],
    reason: "DELEX, which redis-server does not have, has removed the key",
  },
};

/** Commands whose look-ups Redis counts differently, and how. */
const COUNTED_OTHERWISE: ReadonlyMap<string, string> = new Map([
  ["XREADGROUP", "Redis looks up each key twice, to find its group and to read"],
  ["CONFIG", "RESETSTAT begins anew"],
  ["EXEC", "may run one of the others"],
  ["SCAN", "Redis counts each key whose type it compares as a hit"],
  ["SPOP", "Redis answers a whole set as SUNION does, which looks it up once more"],
]);

/** All classes: `A` leaves out misses and new keys. */
const EVERY_CLASS = ["CONFIG", "SET", "notify-keyspace-events", "KEAmn"];

describe("the events of the contract suites agree with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  let listener: RedisClient;
  let observer: RedisClient;
  before(async () => {
    redis = await RedisServer.start();
    listener = await RedisClient.open(redis.path);
    observer = await RedisClient.open(redis.path);
    await listener.send("PSUBSCRIBE", "__key*__:*");
  });
  after(async () => {
    await listener.close();
    await observer.close();
    await redis.stop();
  });

  for (const [group, scripts] of Object.entries(suites)) {
    if (NOT_COMPARED.has(group)) continue;
    for (const script of scripts)
      test(`${group}: ${script.name}`, () =>
        compare({ redis, listener, observer }, `${group}: ${script.name}`, script));
  }
});

interface Reference {
  readonly redis: RedisServer;
  readonly listener: RedisClient;
  readonly observer: RedisClient;
}

async function compare(reference: Reference, name: string, script: Script): Promise<void> {
  const { redis, listener: theirs, observer } = reference;
  const engine = new TestEngine(systemEnvironment);
  const ours = new SessionClient(engine.engine);
  await ours.send("PSUBSCRIBE", "__key*__:*");
  await redis.send(["FLUSHALL"]);
  const wrong: string[] = [];
  for (const line of script.lines) {
    // A script may choose other classes; it is held to its own choice for one command.
    engine.send(...EVERY_CLASS);
    await redis.send(EVERY_CLASS);
    await ours.received();
    await theirs.received();
    const [mineBefore, theirsBefore] = [ourLookUps(engine), await theirLookUps(observer)];
    const reply = engine.send(...line.words);
    if (line.expected !== undefined) continue;
    await redis.send(line.words);
    if (DEPARTURES[name]?.lines.includes(line.text) === true) continue;
    const [myLookUps, theirLookUpsNow] = [ourLookUps(engine), await theirLookUps(observer)];
    const counted = (now: LookUps, then: LookUps) => `${now.hits - then.hits}+${now.misses - then.misses}`;
    const [mineCounted, theirsCounted] = [counted(myLookUps, mineBefore), counted(theirLookUpsNow, theirsBefore)];
    const mayDiffer = reply instanceof CommandError || COUNTED_OTHERWISE.has(line.words[0]!.toUpperCase());
    if (mineCounted !== theirsCounted && !mayDiffer) {
      wrong.push(`${line.text}\n  ours counts ${mineCounted}, redis ${theirsCounted}`);
    }
    const mine = eventsOf(await ours.received());
    let wanted = eventsOf(await theirs.received());
    // A command with wrong words is refused here before it looks up a key; Redis sometimes looks first.
    if (reply instanceof CommandError && mine.length === 0) wanted = wanted.filter((event) => !isMiss(event));
    if (mine.join() !== wanted.join()) {
      wrong.push(`${line.text}\n  ours:  ${mine.join(" ")}\n  redis: ${wanted.join(" ")}`);
    }
  }
  assert.deepEqual(wrong, [], wrong.join("\n"));
}

interface LookUps {
  readonly hits: number;
  readonly misses: number;
}

function ourLookUps({ engine }: TestEngine): LookUps {
  return { hits: engine.stats.keyspaceHits, misses: engine.stats.keyspaceMisses };
}

/** Asked for by another client, since the script's may be in a transaction. */
async function theirLookUps(observer: RedisClient): Promise<LookUps> {
  await observer.send("INFO", "stats");
  const info = (await observer.received()).join();
  const field = (name: string): number => Number(new RegExp(`${name}:(\\d+)`).exec(info)![1]);
  return { hits: field("keyspace_hits"), misses: field("keyspace_misses") };
}

/** Each event comes twice, under its key and under its name; both must be there, and are told as one. */
function eventsOf(frames: readonly string[]): string[] {
  const events = frames.map((frame) => /"__key(\w+)@(\d+)__:(.*)", "(.*)"\]$/.exec(frame)!);
  return events.flatMap(([, kind, database, of, message], i) => {
    if (kind === "space") {
      const [, pair, , name, key] = events[i + 1] ?? [];
      assert.deepEqual([pair, name, key], ["event", message, of], frames.join("\n"));
      return [`${message}:${of}@${database}`];
    }
    assert.equal(events[i - 1]?.[1], "space", frames.join("\n"));
    return [];
  });
}

function isMiss(event: string): boolean {
  return event.startsWith("keymiss:");
}
