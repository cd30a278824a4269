/**
 * ACL rules against redis-server: thousands of generated rule strings go to both. Errors, flags, passwords, keys and
 * channels must be equal to the byte, and so must the verdicts on commands. Redis 7.0 rewrites the rules about commands
 * by its own categories, while we keep them as they were given, as later versions do; so the rules that we print go back
 * to redis-server, which must make of them what it made of the original ones.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { show } from "../support/compare.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import type { Frame } from "../support/resp.ts";
import { TestWorld } from "../support/world.ts";

const SEED = Number(process.env["SEED"] ?? 20_260_101);
const ROUNDS = Number(process.env["ORACLE_COMMANDS"] ?? 1500);

/** Rules that need no draw, some of them wrong. */
const FIXED = [
  ..."on off nopass resetpass reset allkeys resetkeys allchannels resetchannels allcommands nocommands".split(" "),
  ..."+@all -@all ~* &* sanitize-payload skip-sanitize-payload clearselectors ALLKEYS +@ALL ON".split(" "),
  ..."+ - +@ foo ( ) () (on) +@nope -@nope +nope +get|x|y -get|x +|x +config| +config|nope +config|get|x".split(" "),
  ..."% %~a %R %RR~a %X~a %rw~a >p >q <p <q # #zz !zz > & ~ +@read|x".split(" "),
  "~a b",
  "&a b",
  "+get set",
  "",
];

const PATTERNS = ["a", "a*", "b?", "[ab]c", "k", "key:*", "*"];

/** What is tried on every user. */
const TRIALS = [
  "GET a",
  "GET key:1",
  "SET a v",
  "SET a v GET",
  "SET b v EX 10",
  "MGET a b ac",
  "MSET a 1 key:2 2",
  "BITFIELD a GET u8 0",
  "BITFIELD a SET u8 0 1",
  "DEL a",
  "EXISTS k",
  "COPY a ac",
  "ZUNIONSTORE a 2 ac bc",
  "ZUNIONSTORE a x ac bc",
  "SORT a STORE k",
  "SORT a LIMIT 0 STORE STORE ac",
  "SORT a BY store GET x",
  "XREAD COUNT 1 STREAMS a b 0 0",
  "GEORADIUS a 1 2 3 m STORE k",
  "OBJECT ENCODING a",
  "MEMORY USAGE b1",
  "EVAL return 2 a k x",
  "EVAL return x a k x",
  "PUBLISH a x",
  "SPUBLISH b1 x",
  "SUBSCRIBE a b1",
  "PSUBSCRIBE a* b",
  "SSUBSCRIBE key:1",
  "UNSUBSCRIBE zzz",
  "CONFIG GET x",
  "CONFIG SET x y",
  "SELECT 0",
  "SELECT 1",
  "PING",
  "AUTH x",
  "XGROUP CREATE a g 0",
  "XINFO STREAM a",
  "ACL WHOAMI",
  "ACL LIST",
  "KEYS *",
  "FLUSHALL",
  "WATCH a zz",
  "CLIENT ID",
  "CLIENT KILL x",
  "NOPE x",
  "GET",
  "CONFIG NOPE",
  "CONFIG",
  "config|get x",
];

describe("ACL rules agree with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  const world = new TestWorld(SEED);
  const ours = new TestEngine();
  let names: readonly string[] = [];
  let categories: readonly string[] = [];

  before(async () => {
    redis = await RedisServer.start();
    const theirs = new Set(strings(await redis.send(["COMMAND", "LIST"])));
    names = strings(mine("COMMAND", "LIST")).filter((name) => theirs.has(name));
    categories = strings(await redis.send(["ACL", "CAT"]));
    assert.ok(names.length > 200);
  });
  after(() => redis.stop());

  function mine(...words: string[]): Frame {
    return readFrame(encodeResp2(ours.send(...words)), 0)!.frame;
  }

  function below(limit: number): number {
    return Math.floor(world.random() * limit);
  }

  function pick<T>(items: readonly T[]): T {
    return items[below(items.length)]!;
  }

  function rule(): string {
    const kind = below(12);
    if (kind === 0) return pick(FIXED);
    if (kind === 1) return `~${pick(PATTERNS)}`;
    if (kind === 2) return keyRule(pick(PATTERNS));
    if (kind === 3) return `&${pick(PATTERNS)}`;
    if (kind <= 5) return `${pick(["+", "-"])}@${pick(categories)}`;
    if (kind === 6) return `+${pick(["select", "get", "sort", "Select"])}|${pick(["0", "1", "AbC", "a"])}`;
    if (kind === 7) return `(${Array.from({ length: below(4) }, inner).join(" ")})`;
    if (kind === 8) return pick(["+", "-"]) + pick(["config", "acl", "object", "xgroup", "config|get", "object|freq"]);
    return pick(["+", "-"]) + (below(4) === 0 ? pick(names).toUpperCase() : pick(names));
  }

  /** Of %RW~* and other patterns Redis prints what it would not read again. */
  function keyRule(pattern: string): string {
    return `${pattern === "*" ? "%R" : pick(["%R", "%W", "%RW", "%WR"])}~${pattern}`;
  }

  function inner(): string {
    const drawn = rule();
    return /[() "]/.test(drawn) ? "+ping" : drawn;
  }

  test(`of ${ROUNDS} users, seed ${SEED}`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const words = ["ACL", "SETUSER", "u", ...Array.from({ length: 1 + below(6) }, rule)];
      if (below(3) > 0) words.splice(3, 0, "reset", "on", "nopass");
      const label = JSON.stringify(words);
      assert.equal(show(mine(...words)), show(await redis.send(words)), label);
      const user = ours.send("ACL", "GETUSER", "u");
      if (user === null) continue;
      await compareTexts(label);
      const trials = [0, 1, 2, 3, 4, 5].map(() => pick(TRIALS));
      for (const trial of [...trials, `${pick(names).replace("|", " ")} a b c d e f`]) {
        const dry = ["ACL", "DRYRUN", "u", ...trial.split(" ")];
        const [a, b] = [show(mine(...dry)), show(await redis.send(dry))];
        if (!b.includes("wrong number of arguments")) assert.equal(a, b, `${label} ${trial}`);
      }
    }
  });

  /** GETUSER and LIST, and what redis-server makes of the line that our LIST shows. */
  async function compareTexts(label: string): Promise<void> {
    const theirs = fieldsOf(await redis.send(["ACL", "GETUSER", "u"]));
    const fields = fieldsOf(mine("ACL", "GETUSER", "u"));
    for (const name of ["flags", "passwords", "keys", "channels"]) {
      assert.equal(show(fields.get(name)!), show(theirs.get(name)!), `${label} ${name}`);
    }
    const line = strings(mine("ACL", "LIST")).find((text) => text.startsWith("user u "))!;
    await redis.send(["ACL", "DELUSER", "v"]);
    const copied = await redis.send(["ACL", "SETUSER", "v", ...line.split(" ").slice(2)]);
    assert.equal(show(copied), "(status) OK", `${label} ${line}`);
    const copy = fieldsOf(await redis.send(["ACL", "GETUSER", "v"]));
    for (const [name, value] of theirs) {
      assert.deepEqual(wordsOf(copy.get(name)!), wordsOf(value), `${label} ${name} ${line}`);
    }
    ours.send("ACL", "SETUSER", "v", ...line.split(" ").slice(2));
    const again = strings(mine("ACL", "LIST")).find((text) => text.startsWith("user v "))!;
    assert.equal(again.slice(7), line.slice(7), label);
    ours.send("ACL", "DELUSER", "v");
  }

  test("the categories hold the same commands, as far as both know them", async () => {
    const known = new Set(names);
    for (const category of categories) {
      const theirs = strings(await redis.send(["ACL", "CAT", category])).filter((name) => known.has(name));
      const own = strings(mine("ACL", "CAT", category)).filter((name) => known.has(name));
      // The hosted service counts SCAN among the dangerous ones.
      if (category === "dangerous") theirs.push("scan");
      assert.deepEqual(own.sort(), theirs.sort(), category);
    }
  });
});

function strings(frame: Frame): string[] {
  assert.ok(frame.kind === "array" && frame.items !== null);
  return frame.items.map((item) => ("items" in item ? "" : item.text!));
}

function fieldsOf(frame: Frame): Map<string, Frame> {
  assert.ok(frame.kind === "array" && frame.items !== null, show(frame));
  const { items } = frame;
  return new Map(items.flatMap((item, i) => (i % 2 === 0 ? [[show(item).slice(1, -1), items[i + 1]!] as const] : [])));
}

/** The rules of a text in any order: redis-server prints single commands in the order of its hash table. */
function wordsOf(frame: Frame): unknown {
  return show(frame).split(/[ "]+/).sort();
}
/** The refusals for a user of few rights, through every way to run a command; one line a command. */
const ENCOUNTERS: Readonly<Record<string, string>> = {
  plain: `
    CONFIG GET x
    config get x
    incr x
    GET y
    MGET x1 y1
    PUBLISH d 1
    SPUBLISH d 1
    SUBSCRIBE q
    PSUBSCRIBE ca*
    OBJECT ENCODING y
    WATCH y
    ACL SETUSER v on
    SELECT 1
    SELECT 0`,
  transactions: `
    MULTI
    GET y
    EXEC
    MULTI
    SET x1 1
    INCR x
    EXEC
    MULTI
    SET x1 1
    EXEC`,
  scripts: `
    EVAL return(redis.call('get','y')) 0
    EVAL return(redis.pcall('incr','x')) 0
    EVAL return(redis.pcall('publish','d','x')) 0
    EVAL return(redis.pcall('get','y')) 0
    EVAL return(redis.pcall('get','x')) 0
    EVAL return(redis.acl_check_cmd('get','y')) 0
    EVAL return(redis.acl_check_cmd('get','x')) 0
    EVAL return(redis.acl_check_cmd('config','get','x')) 0
    EVAL return(redis.acl_check_cmd('nope')) 0
    EVAL return(1) 1 y`,
  sort: `
    RPUSH x1 3 1 2
    SORT x1 BY w*
    SORT x1 BY nosort
    SORT x1 GET #
    SORT x1 STORE y
    SORT x1 STORE x2
    SORT_RO x1 BY w*
    SORT x1 GET q* NONSENSE`,
  authentication: `
    AUTH u wrong
    AUTH nobody pw
    AUTH u pw
    HELLO 2 AUTH u wrong
    ACL WHOAMI
    AUTH default anything
    ACL WHOAMI
    AUTH anything
    ACL SETUSER u off
    AUTH u pw`,
};

describe("refusals agree with redis-server", { skip: oracleSkipReason() }, () => {
  for (const [name, script] of Object.entries(ENCOUNTERS)) {
    test(name, async () => {
      const ours = new TestEngine();
      const redis = await RedisServer.start();
      try {
        const rules = "on >pw ~x* &c* +@all -config|get -incr -acl|setuser";
        for (const line of [`ACL SETUSER u ${rules}`, "AUTH u pw", ...script.trim().split(/\n\s*/)]) {
          const words = line.split(" ");
          const reply = readFrame(encodeResp2(ours.send(...words)), 0)!.frame;
          assert.equal(show(reply), show(await redis.send(words)), line);
        }
      } finally {
        await redis.stop();
      }
    });
  }
});
