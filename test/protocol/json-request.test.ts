import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { parseCommandBody } from "../../src/protocol/json-request.ts";
import { anyText, budget, jsonSpace } from "../support/arbitraries.ts";
import { bytes, command, refusal, render } from "../support/json-commands.ts";

const limits = { ...DEFAULT_LIMITS, heldBytesMax: DEFAULT_LIMITS.queryBytesMax };

describe("a command in a JSON body", () => {
  test("is the words that its elements mean, to the byte", () => {
    const property = fc.property(command, jsonSpace, fc.boolean(), (elements, space, mark) => {
      const body = bytes(
        (mark ? "\ufeff" : "") +
          render(
            elements.map(({ source }) => source),
            space,
          ),
      );
      assert.deepEqual(
        parseCommandBody(body, limits),
        elements.map(({ word }) => word),
      );
    });
    fc.assert(property, budget());
  });

  test("is what JSON.parse and UTF-8 say of an array of strings", () => {
    const property = fc.property(fc.array(anyText, { minLength: 1 }), (texts) => {
      const body = JSON.stringify(texts);
      assert.deepEqual(parseCommandBody(bytes(body), limits), (JSON.parse(body) as string[]).map(bytes));
    });
    fc.assert(property, budget());
  });

  test("keeps bytes that are not UTF-8", () => {
    assert.deepEqual(parseCommandBody('["SET","\xff","\xc3\\u00e9"]', limits), ["SET", "\xff", "\xc3\xc3\xa9"]);
  });

  test("is refused exactly when JSON.parse refuses it or it holds something else", () => {
    const broken = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.nat({ max: 3 }), fc.string({ maxLength: 2 }))
      .map(([json, at, cut, added]) => json.slice(0, at % json.length) + added + json.slice((at % json.length) + cut));
    const scalars = fc.array(fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)), { maxLength: 4 });
    const bodies = fc.oneof(
      fc.json({ maxDepth: 3 }),
      broken,
      scalars.map((list) => JSON.stringify(list)),
      fc.string(),
    );
    const property = fc.property(bodies, (body) => {
      const error = refusal(() => parseCommandBody(bytes(body), limits));
      assert.equal(error === undefined, isCommand(body), `${body}: ${error}`);
      if (error !== undefined) assert.match(error, /^ERR [^\r\n]+$/);
    });
    fc.assert(property, budget());
  });

  test("may not be longer than the limit", () => {
    const few = { ...limits, commandWordsMax: 3 };
    assert.deepEqual(parseCommandBody("[1,2,3]", few), ["1", "2", "3"]);
    assert.equal(
      refusal(() => parseCommandBody("[1,2,3,4]", few)),
      "ERR too many arguments in one command",
    );
  });

  test("may not take more memory than the limit, however little text it is", () => {
    const bounds = { ...limits, heldBytesMax: 10_000_000 };
    const list = (count: number, value: string): string => `["DEL"${`,${value}`.repeat(count)}]`;
    assert.equal(parseCommandBody(list(100_000, "1"), bounds).length, 100_001);
    for (const value of ["1", '""', "[]", "true"]) {
      assert.equal(
        refusal(() => parseCommandBody(list(210_000, value), bounds)),
        "ERR too many arguments in one command",
      );
    }
    assert.equal(parseCommandBody(`["SET","k","${",".repeat(9_000_000)}"]`, bounds).length, 3);
    assert.equal(parseCommandBody(list(2_000_000, "1"), limits).length, 2_000_001);
  });

  test("a large one may not nest deeply", () => {
    const body = `["SET","k","${"x".repeat(70_000)}",${"[".repeat(65)}${"]".repeat(65)}]`;
    assert.equal(
      refusal(() => parseCommandBody(body, limits)),
      "ERR failed to parse command: expected JSON array",
    );
    assert.match(
      refusal(() => parseCommandBody(body.replace(/\[{60}/, ""), limits))!,
      /expected JSON array/,
    );
    const shallow = `["SET","k","${"[".repeat(70_000)}",[]]`;
    assert.equal(
      refusal(() => parseCommandBody(shallow, limits)),
      'ERR unsupported arg type: "[": json.Delim',
    );
  });
});

function isCommand(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body.startsWith("\ufeff") ? body.slice(1) : body);
    return Array.isArray(value) && value.length > 0 && value.every(isWord);
  } catch {
    return false;
  }
}

function isWord(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && isFinite(value));
}
