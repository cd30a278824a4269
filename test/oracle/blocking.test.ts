/**
 * Commands that wait, against a real redis-server: several clients that send in turn on both sides, and what each of
 * them has received, or still waits for, after every step. A step is a client's letter and its command; `{a}` in it
 * stands for the id of a client, and the word `timeout` alone for the moment in which the client's time is over.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { RedisClient, SessionClient } from "../support/connection.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { assertSameContents, RecordedJournal, replayed } from "../support/replay.ts";
import { splitWords } from "../support/words.ts";
import { chooseSeed, TestWorld } from "../support/world.ts";
import { SCRIPTS } from "../fixtures/blocking-scripts.ts";
import { Dice } from "./random.ts";

const LETTERS = ["a", "b", "c", "d", "n"];

/** Both sides of one conversation among several clients. */
class Stage {
  readonly world = new TestWorld();
  readonly engine = new TestEngine(this.world).engine;
  readonly journal = new RecordedJournal();
  private readonly redis: RedisServer;
  private readonly ours = new Map<string, SessionClient>();
  private readonly theirs = new Map<string, RedisClient>();
  private readonly history: string[] = [];

  constructor(redis: RedisServer) {
    this.redis = redis;
    this.engine.journal.attach(this.journal);
  }

  /** All clients speak the same protocol. */
  async open(protocol: "2" | "3"): Promise<void> {
    await this.redis.sendAll([["FLUSHALL"], ["CONFIG", "SET", "notify-keyspace-events", ""]]);
    for (const letter of LETTERS) {
      this.ours.set(letter, new SessionClient(this.engine));
      this.theirs.set(letter, await RedisClient.open(this.redis.path, this.redis));
      // The greetings differ.
      for (const client of [this.ours.get(letter)!, this.theirs.get(letter)!]) {
        await client.send("HELLO", protocol);
        await client.received();
      }
    }
  }

  waits(letter: string): boolean {
    return this.ours.get(letter)?.session.wait !== undefined;
  }

  async close(): Promise<void> {
    for (const client of [...this.ours.values(), ...this.theirs.values()]) await client.close();
  }

  /** Runs one step on both sides and compares what every client has received. */
  async step(line: string): Promise<void> {
    this.history.push(line);
    const [letter = "", ...words] = splitWords(line);
    const [ours, theirs] = [this.ours.get(letter)!, this.theirs.get(letter)!];
    if (words[0] === "close") {
      this.ours.delete(letter);
      this.theirs.delete(letter);
      await Promise.all([ours.close(), theirs.close()]);
    } else if (words[0] === "timeout") {
      await theirs.arrived();
      this.world.nowMs = this.engine.waitingRoom.earliestMs;
      this.engine.tick();
    } else {
      await theirs.begin(...(await this.named(words, this.theirs)));
      await ours.send(...(await this.named(words, this.ours)));
    }
    for (const name of this.ours.keys()) {
      const [received, expected] = [await this.ours.get(name)!.settled(), await this.theirs.get(name)!.settled()];
      const awaited = expected.map((theirs, i) => since72(theirs, received[i]));
      assert.deepEqual(received, awaited, `${name} after\n${this.history.slice(-30).join("\n")}`);
    }
  }

  private async named(words: readonly string[], clients: ReadonlyMap<string, SessionClient | RedisClient>) {
    const ids = new Map<string, string>();
    for (const [name, client] of clients) if (words.includes(`{${name}}`)) ids.set(`{${name}}`, await client.id());
    return words.map((word) => ids.get(word) ?? word);
  }
}

/** From 7.2 on a waiting XREADGROUP whose stream or group is gone ends as the command would if it were sent now. */
function since72<T>(theirs: T, ours: T | undefined): T {
  if (
    !/(?:UNBLOCKED the stream key|NOGROUP the consumer group this client was blocked on) no longer exists/.test(
      JSON.stringify(theirs),
    )
  ) {
    return theirs;
  }
  const isDue = /NOGROUP No such key|WRONGTYPE/.test(JSON.stringify(ours));
  return isDue ? ours! : theirs;
}

describe("commands that wait agree with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  for (const [name, script] of Object.entries(SCRIPTS)) {
    for (const protocol of ["2", "3"] as const) {
      test(`${name}, RESP${protocol}`, async () => {
        const stage = new Stage(redis);
        try {
          await stage.open(protocol);
          for (const line of script.trim().split("\n")) await stage.step(line.trim());
        } finally {
          await stage.close();
        }
      });
    }
  }

  test("random interleavings", async () => {
    const seed = chooseSeed();
    console.log(`random waits: SEED=${seed}`);
    const dice = new Dice(seed);
    const stage = new Stage(redis);
    try {
      await stage.open(dice.pick(["2", "3"] as const));
      let next = 0;
      for (let i = 0; i < STEPS; i++) for (const line of draw(dice, stage, () => ++next)) await stage.step(line);
      const again = replayed(stage.journal.effects, new TestWorld(2, stage.world.nowMs + 1));
      assertSameContents(stage.engine, again.engine, "the journal, repeated");
    } finally {
      await stage.close();
    }
  });
});

const STEPS = Number(process.env["ORACLE_COMMANDS"] ?? 20_000) / 25;
const KEYS = ["k", "l", "m"];

/** Some lines that may follow, given the waiting clients. */
function draw(dice: Dice, stage: Stage, next: () => number): string[] {
  const letter = dice.pick(["a", "b", "c", "d"].filter((name) => !stage.waits(name)));
  if (letter !== "d" && dice.chance(0.5)) return [`${letter} ${drawWait(dice)}`];
  if (dice.chance(0.1)) {
    // Redis wakes no client when a value replaces another, with exceptions; see `keyModified`.
    const store = dice.pick(["ZUNIONSTORE k 1 src", "SORT src BY nosort STORE k", "ZRANGESTORE k src 0 -1"]);
    return ["MULTI", "DEL k", store, "EXEC"].map((line) => `d ${line}`);
  }
  if (dice.chance(0.1)) {
    const lines = Array.from({ length: dice.between(1, 4) }, () => drawWrite(dice, next));
    return ["MULTI", ...lines, "EXEC"].map((line) => `d ${line}`);
  }
  const waiting = ["a", "b", "c"].filter((name) => stage.waits(name));
  if (waiting.length > 0 && dice.chance(0.1)) {
    return [`d CLIENT UNBLOCK {${dice.pick(waiting)}} ${dice.pick(["TIMEOUT", "ERROR"])}`];
  }
  return [`d ${drawWrite(dice, next)}`];
}

function drawWait(dice: Dice): string {
  const key = dice.pick(KEYS);
  const keys = dice.picks(KEYS, dice.between(1, 3));
  const end = (): string => dice.pick(["LEFT", "RIGHT"]);
  return dice.pick([
    () => `${dice.pick(["BLPOP", "BRPOP"])} ${keys.join(" ")} 0`,
    () => `BLMPOP 0 ${keys.length} ${keys.join(" ")} ${end()} COUNT ${dice.between(1, 3)}`,
    () => `BLMOVE ${key} ${dice.pick(KEYS)} ${end()} ${end()} 0`,
    () => `BRPOPLPUSH ${key} ${dice.pick(KEYS)} 0`,
    () => `${dice.pick(["BZPOPMIN", "BZPOPMAX"])} ${keys.join(" ")} 0`,
    () => `BZMPOP 0 ${keys.length} ${keys.join(" ")} ${dice.pick(["MIN", "MAX"])} COUNT ${dice.between(1, 3)}`,
    () => `XREAD BLOCK 0 STREAMS ${key} $`,
    () => `XREADGROUP GROUP g ${dice.pick(["c1", "c2"])} BLOCK 0 STREAMS ${key} >`,
  ])();
}

function drawWrite(dice: Dice, next: () => number): string {
  const [key, other] = dice.picks([...KEYS, "k2", "src"], 2) as [string, string];
  return dice.pick([
    () => `${dice.pick(["LPUSH", "RPUSH"])} ${key} ${dice.picks(["1", "2", "3"], dice.between(1, 3)).join(" ")}`,
    () => `RPUSH ${key} 1`,
    () => `ZADD ${key} ${dice.between(1, 5)} m${dice.between(1, 5)} ${dice.between(1, 5)} m${dice.between(1, 5)}`,
    () => `XADD ${key} ${next()}-1 f v`,
    () => `XGROUP ${dice.pick(["CREATE", "CREATE", "DESTROY"])} ${key} g ${dice.pick(["0", "$"])} MKSTREAM`,
    () => `XGROUP DESTROY ${key} g`,
    () => `DEL ${key}`,
    () => `SET ${key} x`,
    () => `RENAME ${key} ${other}`,
    () => `COPY ${key} ${key === other ? "copy" : other} ${dice.pick(["", "REPLACE"])}`,
    () => `LMOVE ${key} ${other} LEFT RIGHT`,
    () => `EVAL "redis.call('RPUSH', KEYS[1], 'x') return redis.call('DEL', KEYS[2])" 2 ${key} ${other}`,
    () => `EVAL "return redis.call('RPUSH', KEYS[1], 'y', 'z')" 1 ${key}`,
    // Not SWAPDB: which of several keys it brings is served first, redis-server leaves to the seed of its hashes.
    () => dice.pick(["FLUSHDB", "SELECT 1", "SELECT 0", `MOVE ${key} 1`, `MOVE ${key} 0`]),
  ])();
}
