/** The edits of the console over a real server: what others have changed meanwhile is never overwritten, and no byte is lost. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import { fromBytes, toBytes } from "../../console/src/client/bytes.ts";
import type { ByteString } from "../../console/src/client/bytes.ts";
import { CheckedEdits } from "../../console/src/values/checked-edits.ts";
import type { Outcome } from "../../console/src/values/checked-edits.ts";
import { JsonTree, memberPath } from "../../console/src/values/json-tree.ts";
import { JsonModel } from "../../console/src/values/json-model.ts";
import * as places from "../../console/src/values/places.ts";
import type { Place } from "../../console/src/values/places.ts";
import { StreamEntries } from "../../console/src/values/stream-entries.ts";
import { StringModel } from "../../console/src/values/string-model.ts";
import { readDeadlines } from "../../console/src/values/field-deadlines.ts";
import { readConsumers, readGroups, readPending } from "../../console/src/values/stream-groups.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { RestSender } from "./rest-sender.ts";

const bytes = (text: ByteString): Uint8Array => toBytes(text);
const isText = (outcome: Outcome): string => (outcome.kind === "saved" ? "saved" : textOf(outcome.theirs));
const textOf = (theirs: Uint8Array | undefined): string =>
  `conflict ${theirs === undefined ? "nothing" : fromBytes(theirs)}`;

/** The tests that both the engine here and a Redis behind hold. */
function holdEdits(open: () => RestSender, hasFieldDeadlines: boolean): void {
  /** Saves over `old`, which is there, and over something else, which must change nothing. */
  async function bothWays(
    place: Place,
    key: ByteString,
    old: ByteString,
    next: ByteString,
    read: ByteString[],
  ): Promise<void> {
    const sender = open();
    const edits = new CheckedEdits(sender, key);
    const before = await sender.run(...read);
    assert.equal(isText(await edits.save(place, bytes(`${old}?`), bytes(next))), `conflict ${old}`);
    assert.equal(isText(await edits.save(place, undefined, bytes(next))), `conflict ${old}`);
    assert.deepEqual(await sender.run(...read), before, "a conflict changes nothing");
    assert.equal(isText(await edits.save(place, bytes(old), bytes(next))), "saved");
  }

  test("a string keeps its deadline, and is compared", async () => {
    const sender = open();
    const edits = new CheckedEdits(sender, "s");
    for (const [old, next] of [
      ["text", "é\0\r\n"],
      ["\xff\0", "\xfe"],
      ["", "\xff"],
      ["x", ""],
    ] as const) {
      await sender.run("SET", "s", bytes(old));
      await sender.run("EXPIRE", "s", "1000");
      assert.equal(isText(await edits.saveString(bytes(`${old}1`), bytes(next))), `conflict ${old}`);
      assert.equal(await sender.run("GET", "s"), old);
      assert.equal(isText(await edits.saveString(bytes(old), bytes(next))), "saved");
      assert.equal(await sender.run("GET", "s"), next);
      assert.ok(((await sender.run("TTL", "s")) as number) > 900);
    }
    await sender.run("DEL", "s");
    assert.equal(isText(await edits.saveString(bytes("a"), bytes("b"))), "conflict nothing");
    assert.equal(isText(await edits.saveString(bytes("\xff"), bytes("b"))), "conflict nothing");
    assert.equal(await sender.run("EXISTS", "s"), 0);
  });

  test("any bytes come back as they were written", async () => {
    const sender = open();
    const edits = new CheckedEdits(sender, "any");
    let old: Uint8Array = new Uint8Array();
    await sender.run("SET", "any", "");
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (next) => {
        assert.equal((await edits.saveString(old, next)).kind, "saved");
        assert.equal(await sender.run("GET", "any"), fromBytes(next));
        old = next;
      }),
      { numRuns: 40 },
    );
  });

  test("a range is overwritten in place, or what follows moves", async () => {
    const sender = open();
    await sender.run("SET", "r", "0123456789");
    await sender.run("EXPIRE", "r", "1000");
    const read = ["GET", "r"];
    await bothWays(places.rangePlace("r", 2, 4, true), "r", "234", "\xff\0a", read);
    assert.equal(await sender.run("GET", "r"), "01\xff\0a56789");
    await bothWays(places.rangePlace("r", 2, 4, false), "r", "\xff\0a", "longer", read);
    assert.equal(await sender.run("GET", "r"), "01longer56789");
    await bothWays(places.rangePlace("r", 0, 7, false), "r", "01longer", "", read);
    assert.equal(await sender.run("GET", "r"), "56789");
    await bothWays(places.rangePlace("r", 3, 4, false), "r", "89", "8910", read);
    assert.equal(await sender.run("GET", "r"), "5678910");
    assert.ok(((await sender.run("TTL", "r")) as number) > 900);
  });

  test("a field is compared, keeps its deadline, and is renamed to a name that is free", async () => {
    const sender = open();
    await sender.run("HSET", "h", "\xff\0", "\xfe", "other", "1");
    if (hasFieldDeadlines) await sender.run("HEXPIRE", "h", "1000", "FIELDS", "1", "\xff\0");
    await bothWays(places.fieldPlace("h", "\xff\0"), "h", "\xfe", "\xfd\r\n", ["HGETALL", "h"]);
    await bothWays(places.fieldNamePlace("h", "\xff\0"), "h", "\xfd\r\n", "<b>\0", ["HGETALL", "h"]);
    assert.deepEqual(await sender.run("HMGET", "h", "<b>\0", "\xff\0"), ["\xfd\r\n", null]);
    const deadlines = await readDeadlines(sender, "h", ["<b>\0", "other"]);
    assert.equal(deadlines?.size, hasFieldDeadlines ? 1 : undefined);
    if (hasFieldDeadlines) assert.ok(deadlines!.get("<b>\0")! > Date.now());
    const edits = new CheckedEdits(sender, "h");
    await assert.rejects(
      edits.save(places.fieldNamePlace("h", "<b>\0"), bytes("\xfd\r\n"), bytes("other")),
      /exists already/,
    );
    assert.equal(isText(await edits.save(places.fieldPlace("h", "new"), undefined, bytes("\0"))), "saved");
    assert.equal(await sender.run("HGET", "h", "new"), "\0");
    for (const name of ["", ".", ".."]) {
      assert.equal(isText(await edits.save(places.fieldPlace("h", name), undefined, bytes("\xff"))), "saved");
      assert.equal(await sender.run("HGET", "h", name), "\xff");
    }
    // An empty value after a binary name has no body to be carried by.
    assert.equal(isText(await edits.save(places.fieldPlace("h", "\xfe/"), undefined, bytes(""))), "saved");
    assert.equal(await sender.run("HGET", "h", "\xfe/"), "");
  });

  test("elements of a list are edited, inserted, removed and moved where they are, among equal ones", async () => {
    const sender = open();
    const set = async (...elements: string[]): Promise<void> => {
      await sender.run("DEL", "l");
      await sender.run("RPUSH", "l", ...elements);
    };
    const read = ["LRANGE", "l", "0", "-1"];
    await set("a", "a", "\xff", "a");
    await bothWays(places.elementPlace("l", 1), "l", "a", "\0b", read);
    assert.deepEqual(await sender.run(...read), ["a", "\0b", "\xff", "a"]);
    await set("a", "a", "a");
    await bothWays(places.insertPlace("l", 1, "BEFORE"), "l", "a", "\xff", read);
    assert.deepEqual(await sender.run(...read), ["a", "\xff", "a", "a"]);
    await bothWays(places.insertPlace("l", 3, "AFTER"), "l", "a", "z", read);
    assert.deepEqual(await sender.run(...read), ["a", "\xff", "a", "a", "z"]);
    await bothWays(places.removalPlace("l", 2), "l", "a", "", read);
    assert.deepEqual(await sender.run(...read), ["a", "\xff", "a", "z"]);
    for (const [from, to, expected] of [
      [0, 3, ["b", "c", "d", "a"]],
      [3, 0, ["d", "a", "b", "c"]],
      [1, 2, ["a", "c", "b", "d"]],
      [2, 1, ["a", "c", "b", "d"]],
      [1, 1, ["a", "b", "c", "d"]],
      [0, 99, ["b", "c", "d", "a"]],
    ] as const) {
      await set("a", "b", "c", "d");
      await bothWays(places.movePlace("l", from), "l", "abcd"[from]!, `${to}`, read);
      assert.deepEqual(await sender.run(...read), expected, `${from} to ${to}`);
    }
  });

  test("members get other names, which must be free, and scores are compared", async () => {
    const sender = open();
    await sender.run("SADD", "set", "a", "\xff");
    await bothWays(places.memberPlace("set", "\xff"), "set", "\xff", "\0", ["SCARD", "set"]);
    assert.deepEqual(await sender.run("SMISMEMBER", "set", "a", "\0", "\xff"), [1, 1, 0]);
    const edits = new CheckedEdits(sender, "set");
    await assert.rejects(edits.save(places.memberPlace("set", "\0"), bytes("\0"), bytes("a")), /exists already/);
    assert.equal(await sender.run("SISMEMBER", "set", "\0"), 1);
    await sender.run("ZADD", "z", "1.5", "\xff", "2", "b");
    await bothWays(places.scorePlace("z", "\xff"), "z", "1.5", "-inf", ["ZSCORE", "z", "\xff"]);
    assert.equal(await sender.run("ZSCORE", "z", "\xff"), "-inf");
    await bothWays(places.rankedNamePlace("z", "\xff"), "z", "-inf", "c", ["ZCARD", "z"]);
    assert.deepEqual(await sender.run("ZRANGE", "z", "0", "-1", "WITHSCORES"), ["c", "-inf", "b", "2"]);
    await assert.rejects(
      new CheckedEdits(sender, "z").save(places.rankedNamePlace("z", "c"), bytes("-inf"), bytes("b")),
      /exists already/,
    );
  });

  test("entries that come while a stream is followed are all shown, also those of an empty one", async () => {
    const sender = open();
    for (let i = 1; i <= 250; i++) await sender.run("XADD", "st", `${i}-0`, "n", `${i}`);
    const entries = new StreamEntries(sender, "st");
    // A view follows from when it is shown, which is before the first entries are there.
    await Promise.all([entries.begin(), entries.tail(), entries.tail()]);
    assert.deepEqual(entries.entries.value.map(({ id }) => id).slice(0, 2), ["250-0", "249-0"]);
    for (let i = 251; i <= 260; i++) await sender.run("XADD", "st", `${i}-\xff`.replace("\xff", "1"), "\xff", "\0");
    assert.deepEqual(await Promise.all([entries.tail(), entries.tail()]), [10, 0]);
    while (!entries.isComplete.value) await entries.older();
    const expected = [
      ...Array.from({ length: 10 }, (_, i) => `${260 - i}-1`),
      ...Array.from({ length: 250 }, (_, i) => `${250 - i}-0`),
    ];
    assert.deepEqual(
      entries.entries.value.map(({ id }) => id),
      expected,
    );
    assert.deepEqual(
      entries.entries.value[0]!.fields.map((pair) => pair.map(fromBytes)),
      [["\xff", "\0"]],
    );
    await sender.run("XTRIM", "st", "MAXLEN", "0");
    await entries.begin();
    assert.equal(await entries.tail(), 0);
    await sender.run("XADD", "st", "300-0", "n", "1");
    assert.equal(await entries.tail(), 1);
  });

  test("an entry is shown once, however reading and following a stream overlap", async () => {
    const sender = open();
    for (let i = 1; i <= 5; i++) await sender.run("XADD", "overlap", `${i}-0`, "n", `${i}`);
    const entries = new StreamEntries(sender, "overlap");
    const ids = (): string[] => entries.entries.value.map(({ id }) => id);
    await Promise.all([entries.tail(), entries.begin(), entries.tail()]);
    assert.deepEqual(ids(), ["5-0", "4-0", "3-0", "2-0", "1-0"]);
    await sender.run("XADD", "overlap", "6-0", "n", "6");
    await Promise.all([entries.tail(), entries.tail(), entries.begin(), entries.tail(), entries.older()]);
    await entries.tail();
    assert.deepEqual(ids(), ["6-0", "5-0", "4-0", "3-0", "2-0", "1-0"]);
    // What was asked for last is shown, whichever is answered last.
    await Promise.all([entries.begin(), entries.begin("2", "4"), entries.tail()]);
    assert.deepEqual(ids(), ["4-0", "3-0", "2-0"]);
  });

  test("groups, consumers and pending entries are read in pages", async () => {
    const sender = open();
    for (let i = 1; i <= 150; i++) await sender.run("XADD", "sg", `${i}-0`, "n", `${i}`);
    await sender.run("XGROUP", "CREATE", "sg", "g\xff", "0");
    await sender.run("XREADGROUP", "GROUP", "g\xff", "c\0", "COUNT", "130", "STREAMS", "sg", ">");
    const [group] = await readGroups(sender, "sg");
    assert.deepEqual(
      { ...group, lag: undefined },
      { name: "g\xff", consumers: 1, pending: 130, lastId: "130-0", lag: undefined },
    );
    assert.equal((await readConsumers(sender, "sg", "g\xff"))[0]!.name, "c\0");
    const first = await readPending(sender, "sg", "g\xff");
    const second = await readPending(sender, "sg", "g\xff", first.at(-1)!.id);
    assert.deepEqual([first.length, second.length, second.at(-1)!.id], [100, 30, "130-0"]);
  });

  test("a value that changes while it is edited is shown as stale, and what was typed stays", async () => {
    const sender = open();
    await sender.run("SET", "m", "one");
    const model = new StringModel(sender, "m");
    await model.load();
    model.draft.value = () => bytes("mine");
    await sender.run("SET", "m", "theirs");
    await model.load();
    assert.equal(model.isStale.value, true);
    const outcome = await model.save();
    assert.equal(isText(outcome), "conflict theirs");
    assert.equal(fromBytes(model.draft.value!()), "mine");
    assert.equal((await model.save(bytes("theirs"))).kind, "saved");
    assert.equal(await sender.run("GET", "m"), "mine");
    // What was saved is not shown in place of what others write later.
    await sender.run("SET", "m", "later");
    await model.load();
    assert.equal(model.edited, undefined);
    const { value: state } = model.state;
    assert.ok(state.kind === "whole" && fromBytes(state.bytes) === "later");
    await sender.run("DEL", "m");
    model.draft.value = () => bytes("again");
    assert.equal(isText(await model.save()), "conflict nothing");
    await model.create();
    assert.equal(await sender.run("GET", "m"), "again");
  });
}

describe("edits in the engine", () => {
  let server: TestServer;
  before(async () => void (server = await TestServer.start()));
  after(() => server.stop());
  const open = (token = TOKEN): RestSender => new RestSender(server.server.url, token);

  holdEdits(open, true);

  test("values of JSON documents are compared, and big integers keep their digits", async () => {
    const sender = open();
    await sender.run("JSON.SET", "j", "$", '{"a":12345678901234567,"b":[1,[]],"we\\"ird\\\\\\n":null}');
    const edits = new CheckedEdits(sender, "j");
    const save = async (path: string, old: string, next: string): Promise<string> =>
      isText(await edits.save(places.jsonPlace("j", path), bytes(old), bytes(next)));
    assert.equal(await save("$.a", "1", "2"), "conflict 12345678901234567");
    assert.equal(await save("$.a", "12345678901234567", "12345678901234568"), "saved");
    assert.equal(await save("$.b[1]", "[]", '{"x":"\u00c3\u00a9"}'), "saved");
    assert.equal(await save("$.none", "1", "2"), "conflict nothing");
    const odd = memberPath("$", 'we"ird\\\n');
    assert.equal(
      isText(await edits.save(places.jsonNamePlace("j", odd), bytes("null"), bytes(memberPath("$", "__proto__")))),
      "saved",
    );
    assert.equal(
      await sender.run("JSON.GET", "j"),
      '{"a":12345678901234568,"b":[1,{"x":"\u00c3\u00a9"}],"__proto__":null}',
    );
    await assert.rejects(
      edits.save(places.jsonNamePlace("j", "$.a"), bytes("12345678901234568"), bytes("$.b")),
      /exists already/,
    );
    const model = new JsonModel(sender, "j");
    await model.load();
    model.draft.value = () => bytes("[1]");
    assert.equal((await model.save()).kind, "saved");
    assert.equal(await sender.run("JSON.GET", "j"), "[1]");
  });

  test("a tree reads what is open, whatever members are called", async () => {
    const sender = open();
    const names = ["", "a b", 'q"', "\\", "\n", "é", "__proto__", "$", "[0]", "a.b", "'"];
    const members = names.map((name, i) => `${JSON.stringify(name)}:{"n":${i}}`);
    await sender.run(
      "JSON.SET",
      "t",
      "$",
      new TextEncoder().encode(`{${members.join(",")},"long":[${Array.from({ length: 250 }, (_, i) => i)}]}`),
    );
    const tree = new JsonTree(sender, "t");
    assert.equal(await tree.load(), true);
    const nodes = () => tree.rows.value.flatMap((row) => ("node" in row ? [row.node] : []));
    assert.deepEqual(
      nodes().map(({ name }) => name),
      [undefined, ...names, "long"],
    );
    for (const node of nodes().filter(({ depth, kind }) => depth === 1 && kind === "object")) await tree.toggle(node);
    assert.deepEqual(
      nodes()
        .filter(({ name }) => name === "n")
        .map(({ text }) => text),
      names.map((_, i) => `${i}`),
    );
    await tree.toggle(nodes().find(({ name }) => name === "long")!);
    assert.equal(nodes().filter(({ name }) => typeof name === "number").length, 100);
    const last = tree.rows.value.at(-1)!;
    assert.ok("more" in last);
    await tree.more(last.more);
    assert.equal(nodes().at(-1)!.text, "199");
    // What is open stays open when the document is read again.
    await sender.run("JSON.SET", "t", "$.long[0]", '"new"');
    await tree.load();
    assert.equal(nodes().find(({ name }) => name === 0)!.text, '"new"');
    await sender.run("DEL", "t");
    assert.equal(await tree.load(), false);
  });

  test("without EVAL the old value is read again before the write, and the outcome says so", async () => {
    const sender = open();
    await sender.run("ACL", "SETUSER", "noeval", "on", ">noeval-token", "~*", "+@all", "-eval");
    const limited = open((await sender.run("ACL", "RESTTOKEN", "noeval", "noeval-token")) as string);
    const edits = new CheckedEdits(limited, "ne");
    await sender.run("HSET", "ne", "f", "1");
    const place = places.fieldPlace("ne", "f");
    assert.equal(isText(await edits.save(place, bytes("0"), bytes("2"))), "conflict 1");
    assert.deepEqual(await edits.save(place, bytes("1"), bytes("2")), { kind: "saved", isChecked: false });
    assert.equal(await sender.run("HGET", "ne", "f"), "2");
    // A string needs no script.
    await sender.run("SET", "ns", "1");
    assert.deepEqual(await new CheckedEdits(limited, "ns").saveString(bytes("1"), bytes("2")), {
      kind: "saved",
      isChecked: true,
    });
    // What only a script can do is refused.
    await assert.rejects(edits.save(places.fieldNamePlace("ne", "f"), bytes("2"), bytes("g")), /NOPERM/);
  });
});

describe("edits in a Redis behind", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  let server: TestServer;
  before(async () => {
    redis = await RedisServer.start();
    server = await TestServer.start({ redis: `unix:${redis.path}` });
  });
  after(async () => {
    await server.stop();
    await redis.stop();
  });

  holdEdits(() => new RestSender(server.server.url, TOKEN), false);
});
