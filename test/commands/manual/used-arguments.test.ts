/** Which options words use, by the manual. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manualOf } from "../../../src/commands/manual/manual.ts";
import type { Argument } from "../../../src/commands/manual/syntax.ts";
import { usedArguments } from "../../../src/commands/manual/used-arguments.ts";
import { commandTables } from "../../../src/commands/registry.ts";
import { Dice } from "../../oracle/random.ts";
import { drawWords } from "../../oracle/random-words.ts";
import { chooseSeed } from "../../support/world.ts";

const commands = commandTables.flat();

/** The tokens of the arguments used, but for signs. */
function tokensOf(name: string, words: readonly string[]): string[] {
  const used = usedArguments(manualOf({ name }).syntax, words, name.split(" ").length);
  return used.flatMap(({ token }) => (token !== undefined && isWord(token) ? [token] : []));
}

const isWord = (token: string): boolean => /[A-Z]/.test(token);

const LINES: readonly (readonly [line: string, tokens: string])[] = [
  ["SET k NX", ""],
  ["set NX EX ex 10 nx get", "EX NX GET"],
  ["SET k v IFEQ NX KEEPTTL", "IFEQ KEEPTTL"],
  ["SET k v NOPE NX", ""],
  ["SET k v EX", "EX"],
  ["SCAN 0 MATCH WITHTYPE COUNT 3 withtype", "MATCH COUNT WITHTYPE"],
  ["XADD k NOMKSTREAM MAXLEN ~ 10 LIMIT 5 KEEPREF * KEEPREF b", "NOMKSTREAM MAXLEN LIMIT KEEPREF"],
  ["XADD k 1-1 DELREF NX", ""],
  ["XTRIM k MINID = 5 DELREF", "MINID DELREF"],
  ["CLIENT KILL ID 5 MAXAGE 3 TYPE normal", "ID MAXAGE TYPE NORMAL"],
  ["CLIENT KILL 127.0.0.1:5", ""],
  ["ZUNION 2 WEIGHTS WEIGHTS WEIGHTS 1 2 AGGREGATE MAX WITHSCORES", "WEIGHTS AGGREGATE MAX WITHSCORES"],
  ["XREADGROUP GROUP COUNT c COUNT 1 NOACK STREAMS BLOCK b > >", "GROUP COUNT NOACK STREAMS"],
  ["MSETEX 2 NX 1 EX 2 NX EX 5", "NX EX"],
  ["HSETEX k FNX EX 5 FIELDS 2 FXX NX PX 2", "FNX EX FIELDS"],
  ["SORT k BY w_* GET # GET STORE DESC STORE d", "BY GET GET DESC STORE"],
  ["EVAL script 1 NX EX", ""],
  ["BLPOP a b 0", ""],
  ["BITOP DIFF d AND b", "DIFF"],
  ["XCLAIM k g c 0 1-1 2-2 IDLE 5 FORCE", "IDLE FORCE"],
  ["JSON.SET k NX 1 NX", "NX"],
  ["PING", ""],
];

describe("usedArguments", () => {
  test("finds options where the syntax has them, and none among values", () => {
    for (const [line, tokens] of LINES) {
      const words = line.split(" ");
      const container = commands.find(({ name }) => name === words[0]!.toUpperCase())!.isContainer;
      const name = words
        .slice(0, container ? 2 : 1)
        .join(" ")
        .toUpperCase();
      assert.equal(tokensOf(name, words).join(" "), tokens, line);
    }
  });

  test("finds every option of words drawn from the syntax of every command", () => {
    const seed = chooseSeed();
    const dice = new Dice(seed);
    let found = 0;
    for (const command of commands) {
      const { syntax } = manualOf(command);
      const all = argumentsIn(syntax);
      // The numbers that are drawn say nothing of how many follow.
      if (all.some(({ name }) => name.startsWith("num"))) continue;
      const tokens = new Set(all.flatMap(({ token }) => (token !== undefined && isWord(token) ? [token] : [])));
      for (let i = 0; i < 30; i++) {
        const words = [...command.name.split(" "), ...drawWords({ dice }, syntax)];
        const drawn = words.slice(command.name.split(" ").length).map((word) => word.toUpperCase());
        const expected = drawn.filter((word) => tokens.has(word));
        assert.deepEqual(tokensOf(command.name, words), expected, `SEED=${seed} ${words.join(" ")}`);
        found += expected.length;
      }
    }
    assert.ok(found > 2000, String(found));
  });

  test("ends whatever the words are, and uses no word twice", () => {
    const seed = chooseSeed();
    const dice = new Dice(seed);
    for (const command of commands) {
      const { syntax } = manualOf(command);
      const pool = [...argumentsIn(syntax).flatMap(({ token }) => token ?? []), "1", "-1", "2", "x", "", "1e9", "nan"];
      for (let i = 0; i < 20; i++) {
        const words = [...command.name.split(" "), ...dice.picks(pool, dice.between(0, 12))];
        assert.ok(tokensOf(command.name, words).length < words.length, `SEED=${seed} ${words.join(" ")}`);
      }
    }
  });
});

function argumentsIn(syntax: readonly Argument[]): Argument[] {
  return syntax.flatMap((argument) => [argument, ...argumentsIn(argument.parts)]);
}
