/**
 * COMMAND DOCS of every command that redis-server knows too: trees of arguments, complexity, versions; not the prose. From the
 * arguments follows where the time-out of a blocking command stands.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { commandTables } from "../../src/commands/registry.ts";
import { timeoutIndex } from "../../src/core/command-spec.ts";
import { encodeResp3 } from "../../src/protocol/resp3.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import type { Frame } from "../support/resp.ts";

/** What DOCS tells, as far as it is no prose. Arguments are one text each, with everything that is said of them. */
interface Facts {
  readonly group: string;
  readonly since: string;
  /** The first growth term, such as `O(N)`. */
  readonly complexity: string;
  readonly flags: string;
  readonly deprecatedSince: string;
  readonly history: readonly string[];
  readonly arguments: readonly string[];
}

/** The version of the reference. What has come later is marked so in the manual, and left out here. */
const REFERENCE = [7, 0, 99];

/** Commands of which we tell other arguments than redis-server 7.0, and why. */
const DEPARTURES: Readonly<Record<string, string>> = {
  bitop: "the operations are named one by one, as from Redis 7.2",
  pfdebug: "the subcommands are named one by one",
  "command|getkeys": "7.0 says nothing of its arguments; as from Redis 7.2",
  "command|getkeysandflags": "7.0 says nothing of its arguments; as from Redis 7.2",
  debug: "Redis documents its subcommands nowhere",
  geohash: "no member is needed, as is said from Redis 7.2 on",
  geopos: "no member is needed, as is said from Redis 7.2 on",
  pfmerge: "no source is needed, as is said from Redis 7.2 on",
};

describe("COMMAND DOCS agrees with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  const ours = new TestEngine();
  before(async () => {
    redis = await RedisServer.start();
    await redis.send(["HELLO", "3"]);
  });
  after(() => redis.stop());

  test("in everything but the prose", async () => {
    const theirs = factsOf(await redis.send(["COMMAND", "DOCS"]));
    const mine = factsOf(readFrame(encodeResp3(ours.send("COMMAND", "DOCS")), 0)!.frame);
    const wrong: string[] = [];
    for (const [name, facts] of mine) {
      const reference = theirs.get(name);
      if (reference === undefined) continue;
      for (const key of Object.keys(facts) as (keyof Facts)[]) {
        const [a, b] = [JSON.stringify(facts[key]), JSON.stringify(reference[key])];
        const departs = name in DEPARTURES && key === "arguments";
        if (a !== b && !departs) wrong.push(`${name} ${key}\n  ours:  ${a}\n  redis: ${b}`);
        if (a === b && departs) wrong.push(`${name} agrees by now: strike it off the list of departures`);
      }
    }
    assert.deepEqual(wrong, [], wrong.join("\n"));
  });

  test("a time-out stands where its arguments say, for every command that blocks", async () => {
    const docs = factsOf(await redis.send(["COMMAND", "DOCS"]));
    const blocking = await redis.send(["COMMAND", "LIST", "FILTERBY", "ACLCAT", "blocking"]);
    const names = new Set([...itemsOf(blocking).map(textOf), "wait"]);
    for (const command of commandTables.flat()) {
      const name = command.name.toLowerCase();
      const facts = docs.get(name);
      // WAITAOF and what came after it are not known to redis-server 7.0.
      if (facts === undefined) continue;
      assert.equal(command.timeout !== undefined, names.delete(name), name);
      if (command.timeout === undefined) continue;
      const example = wordsOf(name, facts.arguments);
      assert.equal(example[timeoutIndex(command, example)!], TIMEOUT, example.join(" "));
      const isSeconds = facts.arguments.find((text) => NAME.test(text))!.includes("type=double");
      assert.equal(command.timeout.unit, isSeconds ? "s" : "ms", name);
    }
    assert.deepEqual([...names], []);
  });
});

const NAME = /\bname=(?:timeout|milliseconds)\b/;
const TIMEOUT = "7";

/** A command with each of its arguments, those that may be repeated three times. */
function wordsOf(name: string, args: readonly string[]): string[] {
  return [
    name,
    ...args.flatMap((text) => {
      const token = /\btoken=(\S+)/.exec(text)?.[1];
      const word = NAME.test(text) ? TIMEOUT : "word";
      const words = /\bflags=\S*multiple/.test(text) ? [word, word, word] : [word];
      return token === undefined ? words : [token, ...words];
    }),
  ];
}

function factsOf(docs: Frame): Map<string, Facts> {
  const facts = new Map<string, Facts>();
  for (const [name, doc] of pairsOf(docs)) {
    const fields = pairsOf(doc);
    const text = (field: string) => (fields.has(field) ? textOf(fields.get(field)!) : "");
    facts.set(name, {
      group: text("group"),
      since: text("since"),
      complexity: termOf(text("complexity")),
      flags: fields.has("doc_flags") ? flagsOf(fields.get("doc_flags")!) : "",
      deprecatedSince: text("deprecated_since"),
      history: listOf(fields.get("history"), "set")
        .map((change) => textOf(itemsOf(change)[0]!))
        .filter(isInReference),
      arguments: argumentTexts(fields.get("arguments")),
    });
    if (fields.has("subcommands")) {
      for (const [subcommand, described] of factsOf(fields.get("subcommands")!)) facts.set(subcommand, described);
    }
  }
  return facts;
}

function isInReference(version: string): boolean {
  const parts = version.split(".").map(Number);
  const at = parts.findIndex((part, i) => part !== REFERENCE[i]);
  return at < 0 || parts[at]! < REFERENCE[at]!;
}

/** Redis writes some products with a sign and some without. */
function termOf(complexity: string): string {
  return (/O\((?:[^()]|\([^()]*\))*\)/.exec(complexity)?.[0] ?? "").replaceAll(/[ *]/g, "");
}

function argumentTexts(list: Frame | undefined): string[] {
  return listOf(list, "array")
    .map(pairsOf)
    .filter((fields) => !fields.has("since") || isInReference(textOf(fields.get("since")!)))
    .map(argumentText);
}

function argumentText(fields: ReadonlyMap<string, Frame>): string {
  // Redis tells what to show for an argument from 7.2 on.
  const told = [...fields].filter(([field]) => field !== "display_text");
  return told.map(([field, value]) => `${field}=${fieldText(field, value)}`).join(" ");
}

function fieldText(field: string, value: Frame): string {
  if (field === "flags") return flagsOf(value);
  if (field === "arguments") return `{${argumentTexts(value).join("; ")}}`;
  return textOf(value);
}

function listOf(list: Frame | undefined, kind: Frame["kind"]): Frame[] {
  if (list === undefined) return [];
  assert.equal(list.kind, kind);
  return itemsOf(list);
}

function flagsOf(frame: Frame): string {
  assert.equal(frame.kind, "set");
  return itemsOf(frame).map(textOf).toSorted().join("+");
}

function itemsOf(frame: Frame): Frame[] {
  assert.ok("items" in frame && frame.items !== null);
  return frame.items;
}

function textOf(frame: Frame): string {
  assert.ok(!("items" in frame) && frame.text !== null);
  return frame.text;
}

function pairsOf(frame: Frame): Map<string, Frame> {
  assert.equal(frame.kind, "map");
  const items = itemsOf(frame);
  return new Map(items.flatMap((item, i) => (i % 2 === 0 ? [[textOf(item), items[i + 1]!] as const] : [])));
}
