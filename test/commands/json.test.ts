/** What suites cannot show of the JSON commands: effects on the key, events, the journal, and work in place. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { CommandError } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { JsonValue } from "../../src/data/types/json-document.ts";
import type { Keyspace } from "../../src/data/keyspace.ts";
import { encodeResp3 } from "../../src/protocol/resp3.ts";
import { TestEngine } from "../support/engine.ts";
import { onEffect } from "../support/replay.ts";

/** The events that commands declare, as `event key`. */
function listen(engine: TestEngine): string[] {
  const events: string[] = [];
  engine.engine.events.notify = (_keyspace: Keyspace, _eventClass: number, event: string, key: string): void => {
    events.push(`${event} ${key}`);
  };
  return events;
}

describe("JSON commands in RESP3", () => {
  const engine = new TestEngine();
  engine.session.protocol = 3;
  const reply = (line: string): string => encodeResp3(engine.line(line)).replaceAll("\r\n", " ").trim();
  engine.line('JSON.SET k $ {"a":1,"b":2.5,"s":"x","o":{"n":null,"t":[true,{"d":1.0}]},"u":18446744073709551615}');

  test("arithmetic answers numbers, for a legacy path too", () => {
    assert.equal(reply("JSON.NUMINCRBY k $.a 1"), "*1 :2");
    assert.equal(reply("JSON.NUMINCRBY k $.* 1"), "*5 :3 ,3.5 _ _ ,18446744073709552000");
    assert.equal(reply("JSON.NUMMULTBY k .a 2"), "*1 :6");
    engine.line("JSON.SET k $.u 18446744073709551615");
  });

  test("JSON.TYPE wraps its answer once more", () => {
    assert.equal(reply("JSON.TYPE k $"), "*1 *1 $6 object");
    assert.equal(reply("JSON.TYPE k $.none"), "*1 *0");
    assert.equal(reply("JSON.TYPE k ."), "*1 $6 object");
    assert.equal(reply("JSON.TYPE none $"), "*1 _");
  });

  test("JSON.GET FORMAT answers an array for each path", () => {
    assert.equal(reply("JSON.GET k FORMAT STRING $.a"), "$3 [6]");
    assert.equal(reply("JSON.GET k FORMAT EXPAND $.o"), "*1 *1 %2 $1 n _ $1 t *2 #t %1 $1 d ,1");
    assert.equal(reply("JSON.GET k FORMAT EXPAND1 $.o"), '*1 *1 $31 {"n":null,"t":[true,{"d":1.0}]}');
    assert.equal(reply("JSON.GET k FORMAT EXPAND1 $.o.t .a"), '*2 *1 $16 [true,{"d":1.0}] *1 :6');
    assert.equal(reply("JSON.GET k $.a FORMAT EXPAND1 $.b"), "*2 *1 :6 *1 ,3.5");
    assert.equal(reply("JSON.GET k format expand $.none $.s $.u"), "*3 *0 *1 $1 x *1 ,18446744073709552000");
    assert.equal(reply("JSON.GET none FORMAT EXPAND $"), "_");
    assert.equal(reply("JSON.GET k FORMAT NOPE $"), "-ERR wrong reply format");
    assert.equal(reply("JSON.GET k FORMAT STRINGS $"), "-ERR wrong reply format");
    assert.equal(reply("JSON.GET k $ FORMAT"), "-ERR syntax error");
  });

  test("JSON.ARRPOP FORMAT answers the element itself", () => {
    engine.line('JSON.SET a $ [1,{"x":[2]},3,{"x":[2]},2.5]');
    assert.equal(reply("JSON.ARRPOP a FORMAT EXPAND $"), "*1 ,2.5");
    assert.equal(reply("JSON.ARRPOP a FORMAT EXPAND $ -1"), "*1 %1 $1 x *1 :2");
    assert.equal(reply("JSON.ARRPOP a FORMAT STRINGS ."), "$1 3");
    assert.equal(reply("JSON.ARRPOP a FORMAT EXPAND1 $ -1"), '*1 $9 {"x":[2]}');
    assert.equal(reply("JSON.ARRPOP a FORMAT STRINGS $"), "*1 $1 1");
    assert.equal(reply("JSON.ARRPOP a FORMAT STRING $"), "-ERR wrong reply format");
    assert.equal(reply("JSON.ARRPOP a FORMAT EXPAND"), "-ERR Legacy paths are supported only with FORMAT STRINGS");
    engine.line('JSON.SET named $ {"FORMAT":[1]}');
    assert.equal(reply("JSON.ARRPOP named FORMAT"), "$1 1");
  });
});

describe("JSON commands", () => {
  test("each change has its event and its journal entry, and what changes nothing has neither", () => {
    const engine = new TestEngine();
    const events = listen(engine);
    const journal: string[] = [];
    onEffect(engine.engine, (_, words) => void journal.push(words.join(" ")));
    const writes = [
      'JSON.SET k $ {"n":1,"s":"x","b":true,"a":[1,2,3]}',
      "JSON.NUMINCRBY k $.n 1",
      "JSON.NUMMULTBY k .n 2",
      'JSON.STRAPPEND k $.s "y"',
      "JSON.TOGGLE k $.b",
      "JSON.ARRAPPEND k $.a 4",
      "JSON.ARRINSERT k $.a 0 0",
      "JSON.ARRPOP k $.a",
      "JSON.ARRTRIM k $.a 0 1",
      'JSON.MERGE k $ {"m":1}',
      "JSON.CLEAR k $.n",
      "JSON.MSET k $.n 1 l $ 2",
      "JSON.DEL k $.n",
      "JSON.FORGET k $",
    ];
    for (const line of writes) assert.ok(!(engine.send(...line.split(" ")) instanceof CommandError), line);
    assert.deepEqual(journal, writes);
    const names = writes.flatMap((line) =>
      line.includes("MSET") ? ["k", "l"].map((key) => `json.mset ${key}`) : [name(line)],
    );
    assert.deepEqual(events, names);
    const idle = [
      "JSON.SET l $ 3 NX",
      "JSON.NUMINCRBY l $.x 1",
      'JSON.STRAPPEND l $ "x"',
      "JSON.TOGGLE l $",
      "JSON.ARRAPPEND l $ 1",
      "JSON.ARRPOP l $",
      "JSON.CLEAR missing $",
      "JSON.DEL l $.x",
      "JSON.GET l",
      "JSON.NUMINCRBY l $ x",
    ];
    for (const line of idle) engine.send(...line.split(" "));
    assert.equal(journal.length, writes.length);
    assert.equal(events.length, names.length);
  });

  test("a document is edited in place, and its deadline stays", () => {
    const engine = new TestEngine();
    const { db } = engine.engine.contextFor(engine.session);
    engine.send("JSON.SET", "k", "$", '{"a":{"n":1}}');
    db.setDeadline("k", engine.engine.dataset.instant.nowMs + 10_000);
    const document = db.read("k", JsonValue)!;
    const inner = (document.root as Map<string, unknown>).get("a");
    engine.send("JSON.NUMINCRBY", "k", "$.a.n", "1");
    engine.send("JSON.SET", "k", "$.b", "2");
    assert.equal(db.read("k", JsonValue), document);
    assert.equal((document.root as Map<string, unknown>).get("a"), inner);
    engine.send("JSON.SET", "k", "$", "[]");
    engine.send("JSON.MSET", "k", "$", "[1]", "k", "$[0]", "2");
    assert.equal(engine.send("JSON.GET", "k"), "[2]");
    assert.notEqual(db.deadline("k"), 0);
  });

  test("the commands for any key can ask a document for its type, a copy and its size", () => {
    const engine = new TestEngine();
    engine.send("JSON.SET", "k", "$", '{"a":[1]}');
    const { db } = engine.engine.contextFor(engine.session);
    const value = db.read("k", JsonValue)!;
    assert.equal(value.type, "json");
    const copy = value.copy();
    engine.send("JSON.ARRAPPEND", "k", "$.a", "2");
    assert.ok(value.memoryBytes() > copy.memoryBytes());
    assert.ok(Number(engine.send("MEMORY", "USAGE", "k")) > value.memoryBytes());
  });

  test("a value stored in many places is stored as often, and too often is an error", () => {
    const engine = new TestEngine();
    engine.send("JSON.SET", "k", "$", "[[],[],[]]");
    engine.send("JSON.ARRAPPEND", "k", "$[*]", "[0]");
    engine.send("JSON.ARRAPPEND", "k", "$[1][0]", "1");
    assert.equal(engine.send("JSON.GET", "k"), "[[[0]],[[0,1]],[[0]]]");
    engine.send("JSON.SET", "many", "$", `[${"0,".repeat(20_000)}0]`);
    const reply = engine.send("JSON.SET", "many", "$[*]", `[${"0,".repeat(1000)}0]`);
    assert.ok(reply instanceof CommandError);
    assert.equal(engine.send("JSON.GET", "many", "$[0]"), "[0]");
  });

  test("a large array takes many values at once", () => {
    const engine = new TestEngine();
    engine.send("JSON.SET", "k", "$", "[]");
    const values = Array.from({ length: 200_000 }, (_, i) => String(i));
    const send = (...words: string[]): Reply => engine.engine.execute(engine.session, words.concat(values));
    assert.deepEqual(send("JSON.ARRAPPEND", "k", "$"), [200_000]);
    assert.deepEqual(send("JSON.ARRINSERT", "k", "$", "1"), [400_000]);
  });
});

function name(line: string): string {
  return `${line.split(" ")[0]!.toLowerCase().replace("forget", "del")} k`;
}

describe("a JSON command that would multiply a document", () => {
  const engine = new TestEngine(undefined, undefined, {
    limits: { ...DEFAULT_LIMITS, jsonTextBytesMax: 1_000_000, stringBytesMax: 1_000_000 },
  });
  const times = (selector: string, count: number): string => `$[${Array(count).fill(selector).join(",")}]`;
  const wide = `[${Array.from({ length: 3000 }, (_, i) => i).join(",")}]`;
  const nested = `${"[".repeat(100)}"${"x".repeat(20_000)}"${"]".repeat(100)}`;
  engine.send("JSON.SET", "wide", "$", wide);
  engine.send("JSON.SET", "inside", "$", `[${wide}]`);
  engine.send("JSON.SET", "twins", "$", `[${wide},${wide}]`);
  engine.send("JSON.SET", "nested", "$", nested);
  engine.send("JSON.SET", "object", "$", `[{${Array.from({ length: 3000 }, (_, i) => `"${i}":1`).join(",")}}]`);
  engine.send("JSON.SET", "text", "$", '["x"]');

  const STEPS = "ERR the path visits too many values";
  const MATCHES = "ERR the path selects too many values";
  const COPIES = "ERR the value is too large for so many matches";
  const LONG = "ERR the JSON text of the reply is too long";
  const refused: readonly [error: string, ...words: string[]][] = [
    [MATCHES, "JSON.GET", "wide", times("*", 12_000)],
    [MATCHES, "JSON.TYPE", "wide", times("*", 12_000)],
    [MATCHES, "JSON.GET", "wide", ...Array.from({ length: 400 }, (_, i) => `$[${i + 1}:,*]`)],
    [LONG, "JSON.MGET", ...Array<string>(400).fill("wide"), "$[*]"],
    [MATCHES, "JSON.OBJKEYS", "object", times("0", 400)],
    [MATCHES, "JSON.RESP", "inside", times("0", 400)],
    ["ERR Error occurred on position 131075, too many selectors", "JSON.GET", "wide", times("0", 100_000)],
    [LONG, "JSON.GET", "nested", "$..*"],
    [LONG, "JSON.GET", "wide", "INDENT", " ".repeat(1000), "$"],
    [LONG, "JSON.GET", "wide", "NEWLINE", " ".repeat(1000)],
    [LONG, "JSON.GET", "object", "SPACE", " ".repeat(1000)],
    [LONG, "JSON.MGET", ...Array<string>(100).fill("nested"), "$"],
    [STEPS, "JSON.ARRINDEX", "inside", times("0", 12_000), "-1"],
    [STEPS, "JSON.ARRINDEX", "inside", times("0", 12_000), wide],
    [STEPS, "JSON.DEBUG", "MEMORY", "inside", times("0", 12_000)],
    [STEPS, "JSON.GET", "twins", `$[${Array(12_000).fill("?@==$[1]").join(",")}]`],
    [STEPS, "JSON.ARRINSERT", "inside", times("0", 12_000), "0", "1"],
    [STEPS, "JSON.ARRPOP", "inside", times("0", 12_000), "0"],
    [STEPS, "JSON.ARRTRIM", "inside", times("0", 12_000), "1", "-1"],
    [COPIES, "JSON.SET", "wide", "$[*]", wide],
    [COPIES, "JSON.MERGE", "wide", "$[*]", wide],
    [COPIES, "JSON.ARRAPPEND", "inside", times("0", 400), ...Array<string>(3000).fill("1")],
    [COPIES, "JSON.MSET", ...Array.from({ length: 100 }, () => ["wide", "$[*]", "[0,0,0]"]).flat()],
    [COPIES, "JSON.STRAPPEND", "text", times("0", 12_000), `"${"y".repeat(100)}"`],
    [
      "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
      "JSON.STRAPPEND",
      "text",
      times("0", 10_000),
      `"${"y".repeat(100)}"`,
    ],
  ];
  for (const [error, ...words] of refused) {
    test(`is refused, and changes nothing: ${words.join(" ").slice(0, 60)}`, () => {
      const before = ["wide", "inside", "text"].map((key) => engine.send("DUMP", key));
      const reply = engine.send(...words);
      assert.ok(reply instanceof CommandError, String(reply).slice(0, 100));
      assert.equal(reply.text, error);
      assert.deepEqual(
        ["wide", "inside", "text"].map((key) => engine.send("DUMP", key)),
        before,
      );
    });
  }

  test("is served when the document itself is as long", () => {
    const roomy = new TestEngine(undefined, undefined, { limits: { ...DEFAULT_LIMITS, jsonTextBytesMax: 1000 } });
    roomy.send("JSON.SET", "wide", "$", wide);
    assert.equal(roomy.send("JSON.GET", "wide"), wide);
    assert.equal(roomy.send("JSON.GET", "wide", "$"), `[${wide}]`);
    assert.deepEqual(roomy.send("JSON.MGET", "wide", "$"), [`[${wide}]`]);
    assert.equal((roomy.send("JSON.RESP", "wide") as Reply[]).length, 3001);
  });
});
