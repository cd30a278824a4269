import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { ListKind } from "../../src/core/errors/doors.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { CommandListParser } from "../../src/protocol/json-list-request.ts";
import type { BodyBounds } from "../../src/protocol/json-request.ts";
import { budget, jsonSpace } from "../support/arbitraries.ts";
import { bytes, command, refusal, render } from "../support/json-commands.ts";

const limits = { ...DEFAULT_LIMITS, heldBytesMax: DEFAULT_LIMITS.queryBytesMax };

/** All parts of a body. */
function parse(body: string, kind: ListKind, bounds: BodyBounds, partBytes?: number): string[][] {
  const parser = new CommandListParser(body, kind, bounds, partBytes);
  for (;;) {
    const commands = parser.next();
    if (commands !== undefined) return commands;
  }
}

/** The commands, or the error that refuses them. */
function outcome(run: () => string[][]): string[][] | string {
  let commands: string[][] = [];
  return refusal(() => (commands = run())) ?? commands;
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
      assert.deepEqual(parse(bytes(render(rows, space)), "pipeline", limits), expected);
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
        refusal(() => parse(body, "transaction", limits)),
        error,
        body,
      );
    }
  });

  test("is divided into parts without a difference, malformed text included", () => {
    const rows = fc.array(
      fc.oneof(
        {
          weight: 8,
          arbitrary: command.map((elements) =>
            render(
              elements.map(({ source }) => source),
              "",
            ),
          ),
        },
        { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
        { weight: 1, arbitrary: fc.constantFrom("", "[]", "[1", "1]", "[1],[2]", '"', '{"a":[1],"b":[2]}', "[1]]") },
      ),
      { maxLength: 6 },
    );
    const cut = fc.constantFrom("", "", "", "]", "[", ",", '"', "]]", "[[1],[2]]");
    const property = fc.property(
      rows,
      jsonSpace,
      cut,
      fc.integer({ min: 1, max: 60 }),
      (sources, space, after, size) => {
        const body = bytes(render(sources, space) + after);
        const whole = outcome(() => parse(body, "pipeline", limits));
        assert.deepEqual(
          outcome(() => parse(body, "pipeline", limits, size)),
          whole,
          body,
        );
      },
    );
    fc.assert(property, budget());
  });

  test("takes a part after another, and tells what the commands hold meanwhile", () => {
    const body = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ["SET", `k${i}`, "v"]));
    const parser = new CommandListParser(body, "pipeline", limits);
    let held = 0;
    let parts = 1;
    for (; ; parts++) {
      const commands = parser.next();
      assert.ok(parser.heldBytes > held);
      held = parser.heldBytes;
      if (commands === undefined) continue;
      assert.deepEqual([commands.length, commands[19_999]], [20_000, ["SET", "k19999", "v"]]);
      break;
    }
    assert.equal(parts, Math.ceil(body.length / (64 * 1024)));
  });

  test("may not take more memory than the limit, nor nest deeply", () => {
    const bounds = { ...limits, heldBytesMax: 1_000_000 };
    const list = (count: number): string => JSON.stringify(Array.from({ length: count }, () => ["PING"]));
    assert.equal(parse(list(8000), "pipeline", bounds).length, 8000);
    assert.equal(
      refusal(() => parse(list(20_000), "pipeline", bounds)),
      "ERR too many arguments in one command",
    );
    const deep = list(20_000).replace('"PING"', "[".repeat(65) + "]".repeat(65));
    assert.equal(
      refusal(() => parse(deep, "pipeline", limits)),
      "ERR failed to parse pipeline request",
    );
  });

  test("may not be longer than the limit", () => {
    const few = { ...limits, pipelineCommandsMax: 2 };
    assert.equal(parse("[[1],[2]]", "pipeline", few).length, 2);
    assert.match(
      refusal(() => parse("[[1],[2],[3]]", "pipeline", few))!,
      /Limit: 2, Actual: 3$/,
    );
    assert.match(
      refusal(() => parse("[[1],[2],[3],4]", "pipeline", few, 1))!,
      /Limit: 2, Actual: 4$/,
    );
  });
});
