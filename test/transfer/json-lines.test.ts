import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { describe, test } from "node:test";
import { entryLine } from "../../src/transfer/json-lines.ts";
import { parseEntryLine } from "../../src/transfer/json-lines-reader.ts";
import { TestEngine } from "../support/engine.ts";
import { assertSameContents } from "../support/replay.ts";
import { emptyLike, entriesOf, fullEngine } from "../support/transfer.ts";

function lineOf(ours: TestEngine, key: string): string {
  return entryLine(entriesOf(ours).find((entry) => entry.key === key)!);
}

describe("JSON lines", () => {
  test("are JSON, and hold every value of every type without loss", () => {
    const ours = fullEngine();
    const again = emptyLike(ours);
    for (const entry of entriesOf(ours)) {
      const line = entryLine(entry);
      assert.ok(isUtf8(Buffer.from(line, "latin1")) && !line.includes("\n"));
      JSON.parse(Buffer.from(line, "latin1").toString());
      const { database, deadlineMs, key, value } = parseEntryLine(line, 0);
      again.engine.dataset.databases[database]!.set(key, value, deadlineMs);
    }
    assertSameContents(again.engine, ours.engine, "what has arrived");
  });

  test("are for people", () => {
    const ours = new TestEngine();
    ours.line("HSET user:1 name Ada");
    ours.line("PEXPIREAT user:1 4000000000000");
    ours.line("ZADD z 1.5 a inf b");
    ours.line('SET "b\\xff" "\\xfe"');
    ours.line("SELECT 3");
    ours.line("XADD s 1-2 f v");
    assert.deepEqual(
      entriesOf(ours).map((entry) => entryLine(entry)),
      [
        '{"key":"user:1","type":"hash","expiresAt":4000000000000,"value":{"name":"Ada"}}',
        '{"key":"z","type":"zset","value":[["a",1.5],["b","inf"]]}',
        '{"key":{"base64":"Yv8="},"type":"string","value":{"base64":"/g=="}}',
        '{"db":3,"key":"s","type":"stream","value":{"entries":[["1-2",["f","v"]]],"lastId":"1-2","entriesAdded":1,"maxDeletedId":"0-0","groups":[]}}',
      ],
    );
    assert.equal(lineOf(ours, "s").startsWith('{"db":3'), true);
  });

  test("may leave out what is usual, and give a time to live", () => {
    const entry = parseEntryLine('{"key":"k","value":"v","ttl":1.5}', 1000);
    assert.deepEqual(entry, { database: 0, key: "k", value: "v", deadlineMs: 2500 });
    const stream = parseEntryLine('{"key":"s","type":"stream","value":{"entries":[["1",["a","b"]]]}}', 0);
    assert.equal(typeof stream.value === "string" ? 0 : stream.value.size, 1);
  });

  test("say what is wrong with them", () => {
    const wrong: [line: string, reason: RegExp][] = [
      ["", /no JSON/],
      ["[]", /the line must be an object/],
      ['{"key":"k"}', /no value/],
      ['{"value":"v"}', /key must be a string/],
      ['{"key":"k","value":"v","tll":1}', /no member "tll"/],
      ['{"key":"k","value":"v","ttl":0}', /ttl must be positive/],
      ['{"key":"k","value":"v","ttl":1,"expiresAt":1}', /exclude each other/],
      ['{"key":"k","value":"v","expiresAt":1.5}', /expiresAt must be an integer/],
      ['{"key":"k","value":"v","db":16}', /db must be from 0 to 15/],
      ['{"key":"k","value":1}', /value must be a string/],
      ['{"key":"k","type":"tree","value":1}', /type must be/],
      ['{"key":"k","type":"list","value":[]}', /no elements/],
      ['{"key":"k","type":"set","value":[1]}', /a member must be a string/],
      ['{"key":"k","type":"hash","value":[["a"]]}', /pairs/],
      ['{"key":"k","type":"hash","value":{"a":"b"},"fieldExpiresAt":{"c":1}}', /a field that is not there/],
      ['{"key":"k","type":"zset","value":[["a","x"]]}', /a score must be/],
      ['{"key":"k","type":"zset","value":[["a","nan"]]}', /a score must be/],
      ['{"key":"k","type":"stream","value":{"entries":[["2-0",["a","b"]],["1-0",["a","b"]]]}}', /ascend/],
      ['{"key":"k","type":"stream","value":{"entries":[["1-0",["a"]]]}}', /fields and values/],
      ['{"key":"k","type":"stream","value":{"entries":[["1-0",["a","b"]]],"lastId":"0-1"}}', /before an entry/],
    ];
    for (const [line, reason] of wrong) assert.throws(() => parseEntryLine(line, 0), reason, line);
  });
});
