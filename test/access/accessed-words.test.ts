import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { channelsAccessed, keysAccessed } from "../../src/access/accessed-words.ts";
import { commandTables } from "../../src/commands/registry.ts";

function accessed(line: string, name = line.split(" ")[0]!): string {
  const spec = commandTables.flat().find((command) => command.name === name)!;
  const words = line.split(" ");
  const keys = keysAccessed(spec, words).map(
    ({ index, reads, writes }) => `${words[index]}:${reads ? "R" : ""}${writes ? "W" : ""}`,
  );
  return keys.join(" ");
}

describe("the keys of a command", () => {
  const cases: Readonly<Record<string, string>> = {
    "GET a": "a:R",
    "SET a v": "a:W",
    "SET a v EX 1 get": "a:RW",
    "SET a v IFEQ x": "a:RW",
    "SET a get": "a:W",
    "EXISTS a b": "a: b:",
    "COPY a b": "a:R b:W",
    "BITFIELD a GET u8 0 GET u8 1": "a:R",
    "BITFIELD a GET u8 0 INCRBY u8 0 1": "a:RW",
    "SORT a": "a:R",
    "SORT a BY STORE LIMIT 0 STORE GET STORE STORE b STORE c": "a:R c:W",
    "SORT a STORE": "a:R",
    "GEORADIUS a 1 2 3 m STOREDIST STORE STORE x": "a:R STORE:W x:W",
    "GEORADIUSBYMEMBER a STORE 3 m STORE x": "a:R x:W",
    "ZUNIONSTORE a 2 b c": "a:W b:R c:R",
    "ZUNIONSTORE a x b c": "",
    "XREAD COUNT 1 STREAMS a b 0 0": "a:R b:R",
    "EVAL s 2 a b c": "a:RW b:RW",
    "JSON.MSET a $ 1 b $ 2": "a:RW b:RW",
    "SPUBLISH c m": "",
    PING: "",
  };
  for (const [line, expected] of Object.entries(cases)) test(line, () => assert.equal(accessed(line), expected));
});

test("the channels of a command", () => {
  const of = (line: string) => {
    const words = line.split(" ");
    const spec = commandTables.flat().find((command) => command.name === words[0])!;
    return channelsAccessed(spec, words);
  };
  assert.deepEqual(of("SUBSCRIBE a b"), { end: 3, patterns: false });
  assert.deepEqual(of("PSUBSCRIBE a"), { end: 2, patterns: true });
  assert.deepEqual(of("PUBLISH a m"), { end: 2, patterns: false });
  assert.equal(of("UNSUBSCRIBE a"), undefined);
});
