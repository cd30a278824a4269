/** The facts of every row that redis-server knows too, against what it says of itself. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Command } from "../../src/engine/command.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import type { Frame } from "../support/resp.ts";

/** A fact of a command in which we mean to differ from redis-server 7.0, and why. */
interface Departure {
  readonly facts: readonly (keyof Facts)[];
  readonly reason: string;
}

const WITHSCORE = "WITHSCORE came with Redis 7.2";
const IN_SCRIPTS = "it may run in scripts from Redis 7.2 on, where it does not wait";
const CHANGED_SINCE = "Redis has changed it after 7.0";

/** By Redis's name of the command. */
const DEPARTURES: Readonly<Record<string, Departure>> = {
  "command|getkeys": { facts: ["arity"], reason: CHANGED_SINCE },
  "command|getkeysandflags": { facts: ["arity"], reason: CHANGED_SINCE },
  ...Object.fromEntries(
    ["blmove", "blpop", "brpop", "brpoplpush", "bzpopmax", "bzpopmin", "wait"].map((name) => [
      name,
      { facts: ["flags"] as const, reason: IN_SCRIPTS },
    ]),
  ),
  zrank: { facts: ["arity"], reason: WITHSCORE },
  zrevrank: { facts: ["arity"], reason: WITHSCORE },
  scan: { facts: ["categories"], reason: "the hosted service counts SCAN among @dangerous" },
};

/** What is compared. Lists without an order are sorted. */
interface Facts {
  readonly arity: string;
  readonly flags: readonly string[];
  /** First, last, step. */
  readonly range: readonly string[];
  readonly categories: readonly string[];
  readonly tips: readonly string[];
  readonly keySpecs: readonly string[];
  readonly since: string;
  readonly group: string;
}

describe("the rows agree with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  const ours = new TestEngine();
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  /** The facts about every command by Redis's name, subcommands included. */
  async function factsOf(send: (...words: string[]) => Promise<Frame>): Promise<Map<string, Facts>> {
    const facts = new Map<string, Facts>();
    collect(await send("COMMAND"), pairsOf(await send("COMMAND", "DOCS")), facts);
    return facts;
  }

  test("in arity, flags, keys, categories, group and first version", async () => {
    const theirs = await factsOf((...words) => redis.send(words));
    const mine = await factsOf(async (...words) => readFrame(encodeResp2(ours.send(...words)), 0)!.frame);
    assert.ok(theirs.size > 300 && mine.size > 0);
    const wrong: string[] = [];
    for (const [name, fact] of mine) {
      const reference = theirs.get(name);
      if (reference === undefined) continue;
      for (const key of Object.keys(fact) as (keyof Facts)[]) {
        const [a, b] = [JSON.stringify(fact[key]), JSON.stringify(reference[key])];
        const departs = DEPARTURES[name]?.facts.includes(key) === true;
        if (a !== b && !departs) wrong.push(`${name} ${key}\n  ours:  ${a}\n  redis: ${b}`);
        if (a === b && departs) wrong.push(`${name} ${key} agrees by now: strike it off the list of departures`);
      }
    }
    assert.deepEqual(wrong, [], wrong.join("\n"));
  });

  test("in what is known only by name, and Redis has no other names", async () => {
    const theirs = await factsOf((...words) => redis.send(words));
    const known = new Map([...ours.engine.registry.entries()].map(({ command }) => [nameOf(command), command]));
    assert.deepEqual(
      [...theirs.keys()].filter((name) => !known.has(name)),
      [],
    );
    for (const [name, command] of known) {
      const reference = theirs.get(name);
      if (command.isServed || reference === undefined) continue;
      const flags = [...command.flags, ...(name === "migrate" ? ["movablekeys"] : [])].sort();
      const categories = [...command.categories].map((category) => `@${category}`).sort();
      const tips = command.tips.toSorted();
      const facts = {
        arity: String(command.arity),
        flags,
        categories,
        tips,
        since: command.since,
        group: command.group,
      };
      const { keySpecs, range: _, ...wanted } = reference;
      assert.deepEqual(facts, wanted, name);
      assert.equal(command.keys.length, keySpecs.length, name);
    }
  });

  test("COMMAND, COUNT, INFO, DOCS and LIST tell of the same commands", () => {
    const { registry } = ours.engine;
    const all = ours.send("COMMAND") as unknown[][];
    const list = ours.send("COMMAND", "LIST") as string[];
    assert.equal(ours.send("COMMAND", "COUNT"), all.length);
    assert.deepEqual(ours.send("COMMAND", "INFO"), all);
    assert.deepEqual(
      list.filter((name) => !name.includes("|")),
      all.map(([name]) => name),
    );
    for (const { command } of registry.entries()) {
      const name = nameOf(command);
      if (!command.isContainer) assert.equal(list.includes(name), command.run !== undefined, name);
    }
  });
});

/** Redis's name of a command. */
function nameOf({ name }: Command): string {
  return name.toLowerCase().replace(" ", "|");
}

function collect(commands: Frame, docs: ReadonlyMap<string, Frame>, facts: Map<string, Facts>): void {
  for (const command of itemsOf(commands)) {
    const [name, arity, flags, first, last, step, categories, tips, keySpecs, subcommands] = itemsOf(command);
    const doc = pairsOf(docs.get(textOf(name!))!);
    facts.set(textOf(name!), {
      arity: textOf(arity!),
      flags: itemsOf(flags!).map(textOf).sort(),
      range: [textOf(first!), textOf(last!), textOf(step!)],
      categories: itemsOf(categories!).map(textOf).sort(),
      tips: itemsOf(tips!).map(textOf).sort(),
      keySpecs: itemsOf(keySpecs!).map(keySpecText),
      since: textOf(doc.get("since")!),
      group: textOf(doc.get("group")!),
    });
    if (itemsOf(subcommands!).length > 0) collect(subcommands!, pairsOf(doc.get("subcommands")!), facts);
  }
}

/** A key specification in one line, without Redis's notes. */
function keySpecText(spec: Frame): string {
  const fields = pairsOf(spec);
  const flags = itemsOf(fields.get("flags")!).map(textOf).sort();
  return `${flags.join(" ")}; ${searchText(fields.get("begin_search")!)}; ${searchText(fields.get("find_keys")!)}`;
}

function searchText(search: Frame): string {
  const fields = pairsOf(search);
  const spec = [...pairsOf(fields.get("spec")!)].map(([name, value]) => `${name} ${textOf(value)}`);
  return [textOf(fields.get("type")!), ...spec.sort()].join(" ");
}

function itemsOf(frame: Frame): Frame[] {
  assert.ok(frame.kind === "array" && frame.items !== null);
  return frame.items;
}

function textOf(frame: Frame): string {
  assert.ok(!("items" in frame) && frame.text !== null);
  return frame.text;
}

/** A flat map: names and values in turn. */
function pairsOf(frame: Frame): Map<string, Frame> {
  const items = itemsOf(frame);
  return new Map(items.flatMap((item, i) => (i % 2 === 0 ? [[textOf(item), items[i + 1]!] as const] : [])));
}
