/** Every row's facts against COMMAND INFO of a real redis-server: arity, flags, categories, where the keys are. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { commandTables } from "../../src/commands/registry.ts";
import type { CommandSpec, KeySpec } from "../../src/core/command-spec.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import type { Frame } from "../support/resp.ts";

/** Flags that the reference adds for its own bookkeeping, and that no row states. */
const UNSTATED = new Set(["movablekeys"]);

describe("rows agree with COMMAND INFO", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  for (const command of commandTables.flat()) {
    test(command.name, async (t) => {
      const name = command.name.replace(" ", "|").toLowerCase();
      const reply = await redis.send(["COMMAND", "INFO", name]);
      const info = items(reply)[0]!;
      if (info.kind !== "array" || info.items === null) return t.skip("redis-server does not know it");
      assert.deepEqual(factsOf(command), factsFrom(items(info)));
      return undefined;
    });
  }
});

interface Facts {
  readonly arity: number;
  readonly flags: readonly string[];
  readonly categories: readonly string[];
  readonly keys: readonly unknown[];
}

function factsOf(command: CommandSpec): Facts {
  return {
    arity: command.arity,
    flags: [...command.flags].sort(),
    categories: [...command.categories].sort(),
    keys: command.keys.map(keyFacts),
  };
}

function keyFacts({ begin, find, flags }: KeySpec): unknown {
  const { keyword, from } = begin as { keyword?: string; from?: number };
  const beginFacts =
    begin === "unknown"
      ? { type: "unknown", spec: {} }
      : keyword === undefined
        ? { type: "index", spec: begin }
        : { type: "keyword", spec: { keyword, startfrom: from } };
  const findFacts = find === "unknown" ? { type: "unknown", spec: {} } : findSpec(find);
  return { flags: flags.split(" ").sort(), begin_search: beginFacts, find_keys: findFacts };
}

function findSpec(find: Exclude<KeySpec["find"], "unknown">): unknown {
  if ("last" in find) return { type: "range", spec: { lastkey: find.last, keystep: find.step, limit: find.limit } };
  return { type: "keynum", spec: { keynumidx: find.numkeys, firstkey: find.first, keystep: find.step } };
}

function factsFrom(info: readonly Frame[]): Facts {
  const specs = items(info[8]!).map((frame) => toJson(frame) as Record<string, unknown>);
  for (const spec of specs) {
    delete spec["notes"];
    (spec["flags"] as string[]).sort();
  }
  return {
    arity: Number(textOf(info[1]!)),
    flags: items(info[2]!)
      .map(textOf)
      .filter((flag) => !UNSTATED.has(flag))
      .sort(),
    categories: items(info[6]!)
      .map((frame) => textOf(frame).slice(1))
      .sort(),
    keys: specs,
  };
}

function items(frame: Frame): Frame[] {
  assert.equal(frame.kind, "array");
  return (frame as { items: Frame[] }).items;
}

function textOf(frame: Frame): string {
  return (frame as { text: string }).text;
}

/** A map of RESP2 is a flat array; it is told from a list by its first element being one of the names below. */
const MAP_NAMES = new Set(["notes", "flags", "type", "index", "keyword", "lastkey", "keynumidx"]);

function toJson(frame: Frame): unknown {
  if (frame.kind === "integer") return Number(frame.text);
  if (frame.kind !== "array") return frame.text;
  const list = frame.items!;
  if (list.length === 0 || list[0]!.kind !== "bulk") return list.length === 0 ? {} : list.map(toJson);
  if (!MAP_NAMES.has(textOf(list[0]!))) return list.map(toJson);
  const map: Record<string, unknown> = {};
  for (let i = 0; i < list.length; i += 2) map[textOf(list[i]!)] = toJson(list[i + 1]!);
  return map;
}
