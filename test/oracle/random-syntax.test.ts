/**
 * Commands drawn from the manual's syntax lines, against redis-server: every option of every command that works on keys,
 * in the places where Redis says they may stand, and now and then a word too few, too many or elsewhere.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { manualOf } from "../../src/commands/manual/manual.ts";
import type { Argument } from "../../src/commands/manual/syntax.ts";
import { commandTables } from "../../src/commands/registry.ts";
import { hasKeys } from "../../src/core/command-spec.ts";
import type { Command } from "../../src/engine/command.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import type { Mode } from "../contract/suite.ts";
import { agrees, show } from "../support/compare.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import { chooseSeed } from "../support/world.ts";
import { Dice, runRandom } from "./random.ts";
import type { Draw } from "./random.ts";

const INTEGERS = ["0", "1", "2", "3", "5", "10", "-1", "-2", "100"];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  string: ["a", "b", "c", "1", "2", "3.5", "10", "", "x y"],
  key: ["k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8"],
  pattern: ["*", "a*", "?", "k[1-4]"],
  integer: INTEGERS,
  double: ["1", "2", "2.5", "-3", "10", "inf", "50.5"],
  "unix-time": ["4000000000", "5000000000000"],
};

/** Arguments whose values mean something to the command. */
const BY_NAME: Readonly<Record<string, readonly string[]>> = {
  numkeys: ["1", "2", "2", "3"],
  cursor: ["0"],
  count: ["1", "2", "10", "100"],
  seconds: ["100000", "20000000"],
  milliseconds: ["100000000", "90000000000"],
  "unix-time-milliseconds": ["4000000000000", "5000000000000"],
  id: ["0", "1-1", "2", "3-0", "5-5"],
  start: [...INTEGERS, "-", "(1-1", "(1", "[a"],
  end: [...INTEGERS, "+", "(3"],
  stop: [...INTEGERS, "+", "[c"],
  min: ["0", "1", "-inf", "(1", "-", "[a", "(a"],
  max: ["2", "3", "inf", "(10", "+", "[c", "(c"],
  encoding: ["u8", "i5", "u1"],
  longitude: ["13.4", "2.35", "-74"],
  latitude: ["52.5", "48.9", "40.7"],
  group: ["g", "h"],
  groupname: ["g", "h"],
  consumer: ["c1", "c2"],
  consumername: ["c1", "c2"],
  type: ["string", "list", "zset"],
  threshold: ["2", "3", "1-0"],
  db: ["0", "1"],
  "destination-db": ["0", "1"],
  offset: ["0", "1", "7", "20", "-1"],
  timeout: ["0"],
};

const commands = commandTables
  .flat()
  .filter(({ run, since }) => run !== undefined && /^[1-7]\.[0-9.]+$/.test(since) && since < "7.2");

/** Commands that wait, whose reply is chance or ours, or of which a sequence says nothing; and why they are left out. */
const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/^(?:B[LRZ]|XREAD)/, "may wait"],
  [/RANDMEMBER|HRANDFIELD|^SPOP|^RANDOMKEY/, "chance"],
  [/^OBJECT|^MEMORY|^DUMP|^PFDEBUG|^PFSELFTEST/, "the form that a value is held in"],
  [/^(?:EVAL|FCALL|RESTORE|WATCH|SORT)/, "a test of its own"],
  [/SCAN$/, "the place of a page's end"],
  [/LEX/, "finds nothing in particular where scores differ"],
  [/^(?:XCLAIM|XAUTOCLAIM|XPENDING|XINFO)/, "tells of idle times"],
];

/** Commands of which we look at wrong words where Redis 7.0 does not, or does so in another order. */
const STRICTER = /^Z(?:REV)?RANK|^BIT(?:COUNT|POS)/;

/**
 * What the hosted service or a later Redis answers in another way; where the milliseconds between two commands decide; and
 * ranges by name among scores that differ, which is undefined.
 */
function departs(words: readonly string[]): boolean {
  const [name = "", key, other] = words;
  const has = (option: RegExp, from: number) => words.slice(from).some((word) => option.test(word));
  if (name === "COPY") return key === other;
  if (name === "PFMERGE") return other === undefined;
  if (/^P?EXPIRE$/.test(name)) return has(/^[GL]T$/i, 2);
  if (!/^ZRANGE(?:STORE)?$/.test(name)) return false;
  return has(/^BYLEX$/i, 2) || (has(/^LIMIT$/i, 2) && !has(/^BYSCORE$/i, name === "ZRANGE" ? 4 : 5));
}

/** Words for a syntax line. Options are there every other time, but for those that Redis 7.0 does not know. */
function drawWords(dice: Dice, syntax: readonly Argument[]): string[] {
  return syntax.filter(isInReference).flatMap((argument) => {
    if (argument.isOptional && dice.chance(0.6)) return [];
    const token =
      argument.token === undefined ? [] : [dice.chance(0.2) ? argument.token.toLowerCase() : argument.token];
    if (argument.type === "pure-token") return token;
    const times = argument.isMultiple ? dice.between(1, 3) : 1;
    return Array.from({ length: times }, (_, i) => [
      ...(i === 0 || argument.isTokenMultiple ? token : []),
      ...drawValue(dice, argument),
    ]).flat();
  });
}

function drawValue(dice: Dice, { name, type, parts }: Argument): string[] {
  if (type === "block") return drawWords(dice, parts);
  if (type === "oneof") return drawWords(dice, [dice.pick(parts.filter(isInReference))]);
  const values = BY_NAME[name] ?? VALUES[type]!;
  return [dice.pick(type === "integer" ? values.filter((value) => /^-?[0-9]+$/.test(value)) : values)];
}

function isInReference({ since = "1.0.0", name }: Argument): boolean {
  return since < "7.2" && name !== "withtype" && name !== "auto_id";
}

/** A word too few, a word twice, or two in each other's place. */
function damaged(dice: Dice, words: readonly string[]): string[] {
  const at = dice.between(0, words.length - 1);
  const copy = [...words];
  if (dice.chance(0.4)) copy.splice(at, 1);
  else if (dice.chance(0.5)) copy.splice(at, 0, words[at]!);
  else [copy[0], copy[at]] = [copy[at]!, copy[0]!];
  return copy;
}

function drawCommand(dice: Dice, command: Command): string[] {
  const words = drawWords(dice, manualOf(command).syntax);
  const spoilt = dice.chance(0.1) && words.length > 1 && !STRICTER.test(command.name);
  const drawn = [...command.name.split(" "), ...(spoilt ? damaged(dice, words) : words)];
  return departs(drawn) ? drawCommand(dice, command) : drawn;
}

describe("commands drawn from their syntax", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  test("have the keys that redis-server finds, with the same flags", async () => {
    const seed = chooseSeed();
    console.log(`keys of random commands: SEED=${seed}`);
    const dice = new Dice(seed);
    const ours = new TestEngine();
    const drawn = commands
      .filter(hasKeys)
      .flatMap((command) => Array.from({ length: 20 }, () => drawCommand(dice, command)));
    const asked = drawn.map((words) => ["COMMAND", "GETKEYSANDFLAGS", ...words]);
    const theirs = await redis.sendAll(asked);
    const wrong = asked.flatMap((words, i) => {
      const mine = readFrame(encodeResp2(ours.send(...words)), 0)!.frame;
      if (agrees(mine, theirs[i]!, "unordered")) return [];
      return [`${words.join(" ")}\n  ours:  ${show(mine)}\n  redis: ${show(theirs[i]!)}`];
    });
    assert.deepEqual(wrong, [], `SEED=${seed}\n${wrong.slice(0, 10).join("\n")}`);
  });

  const drawable = commands.filter(
    (command) => hasKeys(command) && !LEFT_OUT.some(([names]) => names.test(command.name)),
  );
  const draw = (dice: Dice): Draw => {
    const command = dice.pick(drawable);
    return { words: drawCommand(dice, command), mode: modeOf(command) };
  };
  test("answer as redis-server does", async () => {
    await runRandom(redis, "syntax", draw);
  });
});

function modeOf({ name, tips }: Command): Mode {
  if (/TTL|TIME/.test(name)) return "near";
  if (name.startsWith("GEO")) return "distance";
  return tips.includes("nondeterministic_output_order") ? "unordered" : "exact";
}
