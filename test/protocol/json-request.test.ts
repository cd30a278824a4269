import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { CommandError } from "../../src/core/reply.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { parseCommandBody, parseCommandListBody } from "../../src/protocol/json-request.ts";
import { anyText, budget, jsonSpace, jsonStringOf } from "../support/arbitraries.ts";

const limits = { ...DEFAULT_LIMITS, heldBytesMax: DEFAULT_LIMITS.queryBytesMax };

/** Text as the bytes of a body. */
function bytes(text: string): string {
  return Buffer.from(text, "utf8").latin1Slice();
}

/** An element of a command as it stands in the body, and the word it means. */
interface Element {
  readonly source: string;
  readonly word: string;
}

const stringElement: fc.Arbitrary<Element> = anyText.chain((text) =>
  jsonStringOf(text).map((source) => ({ source, word: bytes(text) })),
);

const integerElement: fc.Arbitrary<Element> = fc
  .oneof(fc.bigInt(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }), fc.constantFrom(0n, 2n ** 53n, 2n ** 53n + 1n))
  .map(String)
  .map((digits) => ({ source: digits, word: digits }));

/** Numbers of few digits, so that the word can be told without arithmetic. */
const fractionElement: fc.Arbitrary<Element> = fc
  .tuple(fc.boolean(), fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 9 }), fc.nat({ max: 3 }))
  .map(([negative, whole, tenth, zeros]) => {
    const sign = negative ? "-" : "";
    const word = tenth === 0 ? `${sign}${whole}` : `${sign}${whole}.${tenth}`;
    return { source: `${sign}${whole}.${tenth}${"0".repeat(zeros)}`, word };
  });

const exponentElement: fc.Arbitrary<Element> = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom("e", "E"), fc.constantFrom("", "+"), fc.nat({ max: 30 }))
  .map(([digit, e, sign, power]) => ({ source: `${digit}${e}${sign}${power}`, word: `${digit}${"0".repeat(power)}` }));

const element: fc.Arbitrary<Element> = fc.oneof(
  { weight: 5, arbitrary: stringElement },
  { weight: 2, arbitrary: integerElement },
  { weight: 1, arbitrary: fractionElement },
  { weight: 1, arbitrary: exponentElement },
  { weight: 1, arbitrary: fc.constantFrom({ source: "true", word: "true" }, { source: "false", word: "false" }) },
);

const command: fc.Arbitrary<Element[]> = fc.array(element, { minLength: 1, maxLength: 8 });

function render(sources: readonly string[], space: string): string {
  return `${space}[${space}${sources.join(`${space},${space}`)}${space}]${space}`;
}

/** The error a body is refused with; undefined when it is not. Anything else that is thrown fails the test. */
function refusal(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) return error.text;
    throw error;
  }
}

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

describe("a list of commands in a JSON body", () => {
  test("is the words of each", () => {
    const property = fc.property(fc.array(command, { minLength: 1, maxLength: 5 }), jsonSpace, (commands, space) => {
      const rows = commands.map((elements) =>
        render(
          elements.map(({ source }) => source),
          space,
        ),
      );
      const expected = commands.map((elements) => elements.map(({ word }) => word));
      assert.deepEqual(parseCommandListBody(bytes(render(rows, space)), "pipeline", limits), expected);
    });
    fc.assert(property, budget());
  });

  test("is refused as a whole when one of them is", () => {
    const cases: [body: string, error: string][] = [
      ["", "ERR failed to parse transaction request"],
      ["{}", "ERR failed to parse transaction request"],
      ["[]", "ERR empty transaction request"],
      ["[[]]", "ERR empty transaction command"],
      ['[["A"],"B"]', "ERR failed to parse transaction command"],
      ['[["A"],{"0":"B"}]', "ERR failed to parse transaction command"],
      ['[["A"],null]', "ERR failed to parse transaction command"],
      ['[["A"],["B",null]]', "ERR null args are not supported"],
      ['[["A"],["B",1e999]]', "ERR number in request is out of range"],
      ['[["A"],["B",[]]]', 'ERR unsupported arg type: "[": json.Delim'],
      ['[["A"],["\\u0042",{}]]', 'ERR unsupported arg type: "{": json.Delim'],
    ];
    for (const [body, error] of cases) {
      assert.equal(
        refusal(() => parseCommandListBody(body, "transaction", limits)),
        error,
        body,
      );
    }
  });

  test("may not be longer than the limit", () => {
    const few = { ...limits, pipelineCommandsMax: 2 };
    assert.equal(parseCommandListBody("[[1],[2]]", "pipeline", few).length, 2);
    assert.match(
      refusal(() => parseCommandListBody("[[1],[2],[3]]", "pipeline", few))!,
      /Limit: 2, Actual: 3$/,
    );
  });
});
