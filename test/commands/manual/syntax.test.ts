import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HELP_STYLE, MANUAL_STYLE, parseSyntax, showSyntax } from "../../../src/commands/manual/syntax.ts";
import type { Argument } from "../../../src/commands/manual/syntax.ts";

/** An argument as what departs from a plain string. */
function brief(argument: Argument): unknown {
  const { parts, ...facts } = argument;
  const told = Object.entries(facts).filter(
    ([, value]) => value !== undefined && value !== false && value !== "string",
  );
  return { ...Object.fromEntries(told), ...(parts.length === 0 ? {} : { parts: parts.map(brief) }) };
}

function parsed(text: string): unknown[] {
  return parseSyntax(text).map(brief);
}

describe("the notation of syntax lines", () => {
  test("names values, with types known by name or stated", () => {
    assert.deepEqual(parsed("key value seconds start:integer ip:port"), [
      { name: "key", type: "key", keySpec: 0 },
      { name: "value" },
      { name: "seconds", type: "integer" },
      { name: "start", type: "integer" },
      { name: "ip:port" },
    ]);
    assert.deepEqual(parsed("key:string count:string"), [{ name: "key" }, { name: "count" }]);
  });

  test("counts keys, unless their specification is stated", () => {
    const indexes = (text: string) => parseSyntax(text).map(({ keySpec }) => keySpec);
    assert.deepEqual(indexes("source destination value"), [0, 1, undefined]);
    assert.deepEqual(indexes("key1 key2#0"), [0, 0]);
    assert.deepEqual(indexes("key pattern#1 destination#2"), [0, 1, 2]);
  });

  test("takes a token with what follows it, or as it is", () => {
    assert.deepEqual(parsed("[MATCH pattern] [REV] [CH]"), [
      { name: "pattern", type: "pattern", token: "MATCH", isOptional: true },
      { name: "rev", type: "pure-token", token: "REV", isOptional: true },
      { name: "ch", type: "pure-token", token: "CH", isOptional: true },
    ]);
    assert.deepEqual(parsed('change=CH@3.0.2 equal== auto_id=* empty=""'), [
      { name: "change", type: "pure-token", token: "CH", since: "3.0.2" },
      { name: "equal", type: "pure-token", token: "=" },
      { name: "auto_id", type: "pure-token", token: "*" },
      { name: "empty", type: "pure-token", token: '""' },
    ]);
  });

  test("nests alternatives and blocks", () => {
    assert.deepEqual(parsed("[by=<NX | LIMIT range=(offset count) | value>]"), [
      {
        name: "by",
        type: "oneof",
        isOptional: true,
        parts: [
          { name: "nx", type: "pure-token", token: "NX" },
          {
            name: "range",
            type: "block",
            token: "LIMIT",
            parts: [
              { name: "offset", type: "integer" },
              { name: "count", type: "integer" },
            ],
          },
          { name: "value" },
        ],
      },
    ]);
  });

  test("repeats with the token or without", () => {
    assert.deepEqual(parsed("member … [WEIGHTS weight …] [(GET pattern#1) …]"), [
      { name: "member", isMultiple: true },
      { name: "weight", type: "integer", token: "WEIGHTS", isOptional: true, isMultiple: true },
      {
        name: "pattern",
        type: "pattern",
        keySpec: 1,
        token: "GET",
        isOptional: true,
        isMultiple: true,
        isTokenMultiple: true,
      },
    ]);
  });

  test("marks versions", () => {
    assert.deepEqual(parsed("[condition@7.0.0=<NX | XX@7.2.0>] ip:port!2.8.12 [count:integer@6.2.0]"), [
      {
        name: "condition",
        type: "oneof",
        since: "7.0.0",
        isOptional: true,
        parts: [
          { name: "nx", type: "pure-token", token: "NX" },
          { name: "xx", type: "pure-token", token: "XX", since: "7.2.0" },
        ],
      },
      { name: "ip:port", deprecatedSince: "2.8.12" },
      { name: "count", type: "integer", since: "6.2.0", isOptional: true },
    ]);
  });

  for (const text of ["[a", "a]", "<a | b>", "x=<a", "x=(a | b)", "[a b]", "(A b", "x=", "…"]) {
    test(`refuses ${text}`, () => assert.throws(() => parseSyntax(text), /not in the notation/));
  }

  for (const [text, manual, help] of [
    ["key value", "key value", "<key> <value>"],
    ["key … [arg …]", "key [key …] [arg …]", "<key> [<key> ...] [<arg> ...]"],
    ["where=<LEFT | RIGHT> [unit=<M | KM>]", "<LEFT | RIGHT> [M | KM]", "(LEFT|RIGHT) [M|KM]"],
    ["[GET get=<a | b> …]", "[GET <a | b> …]", "[GET (<a>|<b>) ...]"],
    ["[(GET pattern) …]", "[GET pattern [GET pattern …]]", "[GET <pattern> [GET <pattern> ...]]"],
    ["[WEIGHTS weight …]", "[WEIGHTS weight [weight …]]", "[WEIGHTS <weight> [<weight> ...]]"],
    ["field_value=(field value) …", "field value [field value …]", "<field> <value> [<field> <value> ...]"],
    ["[operation=<GET | SET> …]", "[<GET | SET> …]", "[(GET|SET) ...]"],
  ] as const) {
    test(`shows ${text}`, () => {
      assert.equal(showSyntax(parseSyntax(text), MANUAL_STYLE), manual);
      assert.equal(showSyntax(parseSyntax(text), HELP_STYLE), help);
    });
  }
});
