/** The forms that servers have written before 7.0 and after it, and what is none of them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestEngine } from "../../support/engine.ts";
import { plain } from "../../support/replay.ts";
import {
  be,
  intset,
  le,
  length,
  listpack,
  payload,
  string,
  ZiplistElement,
  ziplist,
  zipmap,
} from "../../support/rdb-bytes.ts";
import { FORMS, group, ID, moduleNumber, NODE, node, stream } from "../../support/rdb-forms.ts";

const { small, string6 } = ZiplistElement;

describe("RESTORE takes", () => {
  for (const [name, [type, body, command, expected]] of Object.entries(FORMS)) {
    test(name, () => {
      const engine = new TestEngine();
      assert.equal(plain(engine.send("RESTORE", "k", "0", payload(type, body))), "OK");
      assert.deepEqual(plain(engine.line(command)), expected);
      assert.equal(plain(engine.send("RESTORE", "again", "0", engine.send("DUMP", "k") as string)), "OK");
      assert.deepEqual(plain(engine.line(command.replace(" k", " again"))), expected);
    });
    test(`${name}, and no part of it`, () => {
      const engine = new TestEngine();
      for (let end = Math.max(0, body.length - 400); end < body.length; end++)
        refused(engine, type, body.slice(0, end));
      refused(engine, type, `${body}\0`);
    });
  }

  test("fields that expire", () => {
    const engine = new TestEngine();
    const at = 2_000_000_000_000;
    const plainForm =
      le(at, 8) + length(3) + [0, 1, 501].map((ttl, i) => length(ttl) + string(`f${i}`) + string("v")).join("");
    const packed = `${le(7 + 8 * 2 + 10, 4)}\x03\x00\x81f\x02\x81v\x02\xf4${le(at, 8)}\x09\xff`;
    assert.equal(plain(engine.send("RESTORE", "k", "0", payload(24, plainForm, 12))), "OK");
    assert.deepEqual(plain(engine.line("HPEXPIRETIME k FIELDS 3 f0 f1 f2")), [-1, at, at + 500]);
    assert.equal(plain(engine.send("RESTORE", "l", "0", payload(25, le(at, 8) + string(fixed(packed)), 12))), "OK");
    assert.deepEqual(plain(engine.line("HPEXPIRETIME l FIELDS 1 f")), [at]);
    const dumped = engine.send("DUMP", "k") as string;
    assert.equal(dumped.charCodeAt(dumped.length - 10), 12, "such a hash needs a newer server");
    assert.equal(plain(engine.send("RESTORE", "again", "0", dumped)), "OK");
    assert.deepEqual(plain(engine.line("HPEXPIRETIME again FIELDS 3 f0 f1 f2")), [-1, at, at + 500]);
    assert.deepEqual(plain(engine.line("HGETALL again")), ["f0", "v", "f1", "v", "f2", "v"]);
  });

  test("a JSON document, as RedisJSON writes it", () => {
    const engine = new TestEngine();
    engine.send("JSON.SET", "k", "$", '{"a":[1,2.5,"x"],"b":null}');
    const dumped = engine.send("DUMP", "k") as string;
    assert.equal(dumped.charCodeAt(0), 7);
    assert.equal(plain(engine.send("RESTORE", "l", "0", dumped)), "OK");
    assert.equal(plain(engine.send("JSON.GET", "l")), '{"a":[1,2.5,"x"],"b":null}');
    // The number of "ReJSON-RL" in its second form, which had an empty link to an index.
    const second = `\x81${be(moduleNumber("ReJSON-RL", 2), 8)}\x05${string("[1]")}\x02\x00\x00`;
    assert.equal(plain(engine.send("RESTORE", "m", "0", payload(7, second))), "OK");
    assert.equal(plain(engine.send("JSON.GET", "m")), "[1]");
  });

  test("no value of another module", () => {
    const engine = new TestEngine();
    const other = (name: string, form: number): string =>
      String(
        engine.send("RESTORE", "k", "0", payload(7, `\x81${be(moduleNumber(name, form), 8)}\x05${string("x")}\x00`)),
      );
    assert.equal(other("MBbloom--", 4), "ERR Values of the module type MBbloom-- are not supported");
    assert.match(
      other("ReJSON-RL", 4),
      /^ERR Values of the module type ReJSON-RL are not supported in encoding version 4$/,
    );
    assert.equal(other("ReJSON-RL", 3), "ERR Bad data format");
  });

  test("no tree of RedisJSON 1 that is none", () => {
    const engine = new TestEngine();
    const tree = (nodes: string): string => `\x81${be(moduleNumber("ReJSON-RL", 0), 8)}${nodes}\0`;
    const array = "\x02\x40\x40\x02\x01";
    assert.equal(plain(engine.send("RESTORE", "d", "0", payload(7, tree(`${array.repeat(128)}\x02\x01`)))), "OK");
    refused(engine, 7, tree(`${array.repeat(129)}\x02\x01`));
    refused(engine, 7, tree("\x02\x03"));
    refused(engine, 7, tree("\x02\x20\x02\x01\x02\x01"));
    refused(engine, 7, tree("\x02\x40\x40\x02\x81\xff\xff\xff\xff\xff\xff\xff\xff"));
    refused(engine, 7, tree(`\x02\x04\x04${"\x00".repeat(6)}\xf0\x7f`));
  });
});

/** The total length that a listpack states, put right. */
function fixed(bytes: string): string {
  return le(bytes.length, 4) + bytes.slice(4);
}

function refused(engine: TestEngine, type: number, body: string): void {
  const reply = engine.send("RESTORE", "k", "0", payload(type, body));
  assert.equal(String(reply), "ERR Bad data format", `${type}: ${JSON.stringify(body.slice(-100))}`);
  assert.equal(engine.send("EXISTS", "k"), 0);
}

const BROKEN: Readonly<Record<string, [type: number, body: string]>> = {
  "an unknown type": [8, string("x")],
  "a stream of a newer form": [26, stream(3)],
  "no type": [0, ""],
  "a length beyond the end": [0, `${length(50)}short`],
  "a length of 64 bits beyond the end": [0, `\x81${"\xff".repeat(8)}short`],
  "a length of another kind": [0, "\x82\0\0\0\0\0"],
  "an unknown form of a string": [0, "\xc4\0\0"],
  "a compressed string of 100 MB": [0, `\xc3${length(4)}\x80${be(100_000_000, 4)}\x02abc`],
  "an empty list": [1, length(0)],
  "an empty list of nodes": [18, length(1) + length(2) + string(listpack([]))],
  "a list that announces too much": [1, `\x80${be(0xffffffff, 4)}${string("a")}`],
  "a list with a node of another kind": [18, length(1) + length(3) + string("a")],
  "an empty set": [2, length(0)],
  "an empty intset": [11, string(intset(2, []))],
  "an intset out of order": [11, string(intset(2, [5, 4]))],
  "an intset with a member twice": [11, string(intset(8, [5n, 5n]))],
  "an intset of another size": [11, string(intset(2, [1, 2]).slice(0, -2))],
  "an intset of integers of 3 bytes": [11, string(intset(3, [1, 2]))],
  "a set with a member twice": [2, length(2) + string("5") + `\xc0${le(5, 1)}`],
  "a set in a listpack with a member twice": [20, string(listpack(["a", "a"]))],
  "an empty hash": [4, length(0)],
  "a hash with a field twice": [4, length(2) + string("f").repeat(4)],
  "a hash without a value": [16, string(listpack(["f", "v", "g"]))],
  "a hash in a zipmap with a field twice": [9, string("\x02\x01f\x01\x00v\x01f\x01\x00w\xff")],
  "a zipmap with another count": [9, string("\x02\x01f\x01\x00v\xff")],
  "an empty zipmap": [9, string(zipmap({}))],
  "a sorted set with a score that is no number": [5, length(1) + string("a") + "\0\0\0\0\0\0\xf8\x7f"],
  "a sorted set with a decimal score that is no number": [3, length(1) + string("a") + "\xfd"],
  "a sorted set with a decimal score that is a word": [3, `${length(1)}${string("a")}\x03nan`],
  "a sorted set in a listpack with a score that is a word": [17, string(listpack(["a", "nan"]))],
  "a sorted set out of order": [17, string(listpack(["a", 2, "b", 1]))],
  "a sorted set with equal scores out of order": [
    12,
    string(ziplist([string6("b"), small(1), string6("a"), small(1)])),
  ],
  "a sorted set with a member twice": [17, string(listpack(["a", 1, "a", 2]))],
  "a sorted set without a score": [17, string(listpack(["a"]))],
  "a ziplist with another tail": [10, string(ziplist(["\x01a", "\x01b"]).replace("\x0d", "\x0e"))],
  "a stream in another order": [
    15,
    length(2) + NODE.slice(1) + NODE.slice(1) + length(4) + length(6) + length(0) + length(0),
  ],
  "a stream of another length": [15, NODE + length(3) + length(6) + length(0) + length(0)],
  "a stream that ends before its last entry": [15, NODE + length(2) + length(5) + length(9) + length(0)],
  "a stream with the entry 0-0": [
    15,
    length(1) + string(ID(0, 0)) + string(node()) + length(2) + length(6) + length(0) + length(0),
  ],
  "a stream whose node has an ID of 15 bytes": [15, length(1) + string(ID(5, 0).slice(1)) + string(node()) + length(2)],
  "a stream with a group twice": [
    15,
    NODE + length(2) + length(6) + length(0) + length(2) + group(1).slice(1) + group(1).slice(1),
  ],
  "a pending entry without a consumer": [15, stream(1).slice(0, -17) + length(0)],
  "a consumer's pending entry that is not the group's": [15, stream(1).slice(0, -16) + ID(6, 0)],
};

describe("RESTORE refuses", () => {
  for (const [name, [type, body]] of Object.entries(BROKEN)) test(name, () => refused(new TestEngine(), type, body));
});
