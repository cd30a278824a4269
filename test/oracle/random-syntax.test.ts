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
import { drawWords } from "./random-words.ts";

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

/** Where GEORADIUS stores: words of these names that follow one another are an option and its key. */
const STORE = /^STORE(?:DIST)?$/i;

/**
 * What the hosted service or a later Redis answers in another way; where the milliseconds between two commands decide; and
 * ranges by name among scores that differ, which is undefined.
 */
function departs(words: readonly string[]): boolean {
  const [name = "", key, other] = words;
  const has = (option: RegExp, from: number) => words.slice(from).some((word) => option.test(word));
  if (name === "COPY") return key === other;
  // Redis takes STOREDIST both for the destination and for an option.
  if (name.startsWith("GEORADIUS"))
    return words.some((word, i) => i > 0 && STORE.test(word) && STORE.test(words[i - 1]!));
  if (name === "PFMERGE") return other === undefined;
  if (/^P?EXPIRE$/.test(name)) return has(/^[GL]T$/i, 2);
  if (!/^ZRANGE(?:STORE)?$/.test(name)) return false;
  return has(/^BYLEX$/i, 2) || (has(/^LIMIT$/i, 2) && !has(/^BYSCORE$/i, name === "ZRANGE" ? 4 : 5));
}

/** Whether Redis 7.0 knows an option. */
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
  const words = drawWords({ dice, isKnown: isInReference }, manualOf(command).syntax);
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
    // Redis has no flags for keys that it counts by the leading digits of a word.
    const hasOddCount = (words: readonly string[]): boolean => words.some((word) => /^[0-9]+[^0-9]/.test(word));
    const asked = drawn.map((words) => ["COMMAND", hasOddCount(words) ? "GETKEYS" : "GETKEYSANDFLAGS", ...words]);
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
    const words = drawCommand(dice, command);
    // The last bit of a distance is the platform's sine. Where it becomes a score, `random-geo` looks at it.
    if (words.some((word) => word.toUpperCase() === "STOREDIST")) return draw(dice);
    return { words, mode: modeOf(command) };
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
