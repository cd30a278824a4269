/** Parsing, printing, comparing, copying and merging of JSON trees. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromText, toText } from "../../../src/core/bytes.ts";
import {
  copyNode,
  doubleNode,
  equalNodes,
  heightOf,
  IntegralDouble,
  JsonError,
  JsonValue,
  mergePatch,
  typeName,
} from "../../../src/data/types/json-document.ts";
import type { JsonNode } from "../../../src/data/types/json-document.ts";
import { parseJson } from "../../../src/data/types/json-parser.ts";
import { serialize } from "../../../src/data/types/json-serializer.ts";
import { chooseSeed } from "../../support/world.ts";

const seed = chooseSeed();

function roundTrip(text: string): string {
  return toText(serialize(parseJson(fromText(text))));
}

describe(`JSON trees, SEED=${seed}`, () => {
  test("numbers keep their kind and their digits", () => {
    const kept = [
      "0",
      "-1",
      "9007199254740993",
      "-9223372036854775808",
      "9223372036854775808",
      "18446744073709551615",
      "1.0",
      "1.5",
      "-0.0",
      "1e16",
      "0.00001",
      "1e-6",
    ];
    for (const text of kept) assert.equal(roundTrip(text), text);
    assert.equal(roundTrip("-0"), "0");
    assert.equal(roundTrip("1e2"), "100.0");
    assert.equal(roundTrip("123456789012345678901234567890"), "1.2345678901234568e29");
    assert.equal(typeName(parseJson("1.0")), "number");
    assert.equal(typeName(parseJson("1")), "integer");
    assert.ok(doubleNode(3) instanceof IntegralDouble);
    assert.equal(doubleNode(3.5), 3.5);
  });

  test("what JSON.stringify prints is printed the same", () => {
    const value = fc.jsonValue({ stringUnit: "binary" });
    const doubles = (text: string): boolean => /[-.0-9]e|\.|[0-9]{16}/.test(text);
    fc.assert(
      fc.property(value, (tree) => {
        const text = JSON.stringify(tree);
        // Doubles are printed in another layout, and lone surrogates are refused.
        fc.pre(!doubles(text) && !/\\ud[89a-f]/.test(text) && !/(?:^|[[,:])-0/.test(text));
        if (hasOnlyOwnOrder(tree)) assert.equal(roundTrip(text), text);
        assert.deepEqual(JSON.parse(roundTrip(text)), JSON.parse(text));
      }),
      { seed, numRuns: 500 },
    );
  });

  test("any text is parsed or refused with a JsonError, as JSON.parse does", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"\\u00e9"',
      '"\\ud800"',
      "1",
      "-",
      "1.",
      "e5",
      "true",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        let valid = !text.includes("ud800");
        try {
          // A number that no double can hold is an error here.
          JSON.parse(text, (_, value: unknown) => ((valid &&= value !== Infinity && value !== -Infinity), value));
        } catch {
          valid = false;
        }
        if (valid) parseJson(text);
        else assert.throws(() => parseJson(text), JsonError);
      }),
      { seed, numRuns: 5000 },
    );
  });

  test("bytes that are not UTF-8 are stored as given", () => {
    assert.equal(serialize(parseJson('"\xff\x00'.slice(0, 2) + '"')), '"\xff"');
  });

  test("names of prototypes are names", () => {
    const tree = parseJson('{"__proto__":{"polluted":1},"constructor":{"prototype":2}}');
    assert.equal(serialize(mergePatch(parseJson("{}"), tree)), serialize(tree));
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });

  test("depth is limited", () => {
    assert.equal(heightOf(parseJson("[".repeat(128) + "]".repeat(128))), 128);
    assert.throws(() => parseJson("[".repeat(129) + "]".repeat(129)), JsonError);
    assert.throws(() => parseJson("[".repeat(1_000_000)), JsonError);
  });

  test("equality is by value", () => {
    const equal = (a: string, b: string): boolean => equalNodes(parseJson(a), parseJson(b), () => {});
    assert.ok(equal('{"a":1,"b":[2.0]}', '{"b":[2],"a":1.0}'));
    assert.ok(!equal("9007199254740993", "9007199254740992"));
    assert.ok(!equal("[1]", "[1,1]"));
    assert.ok(!equal('{"a":1}', '{"b":1}'));
    assert.ok(!equal("0", "false"));
    assert.ok(!equal("null", "0"));
    assert.ok(!equal('"1"', "1"));
  });

  test("a copy shares nothing that can change", () => {
    const value = new JsonValue(parseJson('{"a":[1,{"b":2}]}'));
    const copy = value.copy();
    ((value.root as Map<string, JsonNode>).get("a") as JsonNode[]).push(3);
    assert.equal(serialize(copy.root), '{"a":[1,{"b":2}]}');
    assert.ok(value.memoryBytes() > copy.memoryBytes());
    assert.equal(copyNode("x"), "x");
  });

  test("RFC 7396's examples", () => {
    const cases: readonly (readonly [target: string, patch: string, result: string])[] = [
      ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
      ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
      ['{"a":"b"}', '{"a":null}', "{}"],
      ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
      ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
      ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
      ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
      ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
      ['["a","b"]', '["c","d"]', '["c","d"]'],
      ['{"a":"b"}', '["c"]', '["c"]'],
      ['{"a":"foo"}', "null", "null"],
      ['{"a":"foo"}', '"bar"', '"bar"'],
      ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
      ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
      ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
    ];
    for (const [target, patch, result] of cases) {
      assert.equal(serialize(mergePatch(parseJson(target), parseJson(patch))), result);
    }
  });

  test("the layout of JSON.stringify", () => {
    const text = '{"a":[1,{"b":[]}],"c":{}}';
    const layout = { indent: "  ", newline: "\n", space: " " };
    assert.equal(serialize(parseJson(text), layout), JSON.stringify(JSON.parse(text), null, 2));
  });
});

/** Whether a tree's objects list their members as written: JavaScript puts names that look like indexes first. */
function hasOnlyOwnOrder(tree: unknown): boolean {
  return !/"(?:[0-9]+|__proto__)":/.test(JSON.stringify(tree));
}
