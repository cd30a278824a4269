import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { CommandError } from "../../src/core/reply.ts";
import {
  bearerToken,
  decodePercent,
  firstSegment,
  pathWords,
  queryParameters,
  queryToken,
  splitTarget,
} from "../../src/protocol/http-request.ts";
import { budget, byteString } from "../support/arbitraries.ts";

describe("splitTarget", () => {
  const cases: [target: string, segments: string[], query: string][] = [
    ["/", [], ""],
    ["//", [], ""],
    ["/get/k", ["get", "k"], ""],
    ["///get/k", ["get", "k"], ""],
    ["/get/k/", ["get", "k"], ""],
    ["/get/k//", ["get", "k", ""], ""],
    ["/set//v", ["set", "", "v"], ""],
    ["/get/a%2Fb", ["get", "a%2Fb"], ""],
    ["/get/k?", ["get", "k"], ""],
    ["/get/k?a=1?b", ["get", "k"], "a=1?b"],
    ["/get/?a/b", ["get"], "a/b"],
    ["/?a=1", [], "a=1"],
    ["http://host:1/get/k?a", ["get", "k"], "a"],
    ["HTTPS://host/get", ["get"], ""],
    ["http://host", [], ""],
    ["http://host?a", [], "a"],
    ["/get/http://host/k", ["get", "http:", "", "host", "k"], ""],
    ["*", ["*"], ""],
  ];
  for (const [target, segments, query] of cases) {
    test(target, () => assert.deepEqual(splitTarget(target), { segments, query }));
  }
});

test("firstSegment is the first of splitTarget, in lower case", () => {
  const parts = fc.constantFrom("/", "//", "?", "get", "GET", "http://host", "%2F", "PipeLine", "*", ":", "a b");
  const property = fc.property(fc.array(parts, { maxLength: 6 }), (list) => {
    const target = list.join("");
    assert.equal(firstSegment(target), splitTarget(target).segments[0]?.toLowerCase() ?? "");
  });
  fc.assert(property, budget());
});

describe("decodePercent", () => {
  test("any bytes come back, however they were escaped", () => {
    const ways = fc.array(fc.nat({ max: 2 }), { minLength: 1 });
    const property = fc.property(byteString, ways, (bytes, list) => {
      const escaped = Array.from(bytes, (char, i) => escape(char, list[i % list.length]!)).join("");
      assert.equal(decodePercent(escaped), bytes);
    });
    fc.assert(property, budget());
  });

  test("undoes encodeURIComponent", () => {
    const property = fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.equal(decodePercent(encodeURIComponent(text)), Buffer.from(text, "utf8").latin1Slice());
    });
    fc.assert(property, budget());
  });

  test("refuses a malformed escape, and nothing else", () => {
    const texts = fc.string({ unit: fc.constantFrom("%", "4", "a", "F", "g", "+", "/", "\xff") });
    const property = fc.property(texts, (text) => {
      if (/%(?![0-9a-fA-F]{2})/.test(text)) assert.throws(() => decodePercent(text), CommandError);
      else assert.equal(decodePercent(text).length, text.length - 2 * (text.match(/%/g) ?? []).length);
    });
    fc.assert(property, budget());
  });

  test("once, and leaves a plus alone", () => {
    assert.equal(decodePercent("%2541+%2b"), "%41++");
  });
});

function escape(char: string, way: number): string {
  const hex = char.charCodeAt(0).toString(16).padStart(2, "0");
  if (way === 0 && char !== "%") return char;
  return `%${way === 1 ? hex : hex.toUpperCase()}`;
}

describe("queryParameters", () => {
  test("names and values in order, decoded", () => {
    const cases: [query: string, parameters: [string, string][]][] = [
      ["", []],
      ["NX", [["NX", ""]]],
      ["NX=", [["NX", ""]]],
      [
        "EX=10&NX",
        [
          ["EX", "10"],
          ["NX", ""],
        ],
      ],
      [
        "a=1&a=2&&",
        [
          ["a", "1"],
          ["a", "2"],
        ],
      ],
      ["a=b=c", [["a", "b=c"]]],
      ["=v", [["", "v"]]],
      ["a+b=c%20d+e", [["a b", "c d e"]]],
      ["a%3Db=%26", [["a=b", "&"]]],
      ["%ff=%00", [["\xff", "\0"]]],
    ];
    for (const [query, parameters] of cases) assert.deepEqual(queryParameters(query), parameters, query);
  });

  test("are what URLSearchParams writes", () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })));
    const property = fc.property(pairs, (list) => {
      const utf8 = (text: string): string => Buffer.from(text, "utf8").latin1Slice();
      const expected = list.map(([name, value]) => [utf8(name), utf8(value)]);
      assert.deepEqual(queryParameters(new URLSearchParams(list).toString()), expected);
    });
    fc.assert(property, budget());
  });
});

describe("tokens", () => {
  test("in a query", () => {
    const cases: [query: string, token: string | undefined][] = [
      ["", undefined],
      ["a=_token", undefined],
      ["x_token=t", undefined],
      ["_token=t", "t"],
      ["a=1&_token=t&b=2", "t"],
      ["_token=first&_token=second", "first"],
      ["_token=a%2Bb+c", "a+b c"],
      ["_token", ""],
      ["_token=", ""],
      ["_token=%zz", ""],
      ["a=%zz&_token=t", ""],
      ["%5Ftoken=t", undefined],
    ];
    for (const [query, token] of cases) assert.equal(queryToken(query), token, query);
  });

  test("in a header", () => {
    const cases: [header: string | undefined, token: string | undefined][] = [
      [undefined, undefined],
      ["", undefined],
      ["  ", undefined],
      ["Bearer t", "t"],
      ["bearer  t ", "t"],
      ["t", "t"],
      ["Bearer", "Bearer"],
      ["Bearer a b", undefined],
      ["Basic dDp0", undefined],
      ["Bearer, t", undefined],
    ];
    for (const [header, token] of cases) assert.equal(bearerToken(header), token, header);
  });
});

describe("pathWords", () => {
  test("are the path, the body, the query", () => {
    const cases: [target: string, body: string, words: string[]][] = [
      ["/set/k", "a/b&c=%20+", ["set", "k", "a/b&c=%20+"]],
      ["/set/k?EX=10&_token=t&NX", "v", ["set", "k", "v", "EX", "10", "NX"]],
      ["/set/k/v+1?NX=", "", ["set", "k", "v+1", "NX"]],
      ["/%73et/%2F/%00", "", ["set", "/", "\0"]],
    ];
    for (const [target, body, words] of cases) assert.deepEqual(pathWords(splitTarget(target), body), words, target);
  });

  test("any words can be put in a path", () => {
    const property = fc.property(fc.array(byteString, { minLength: 1 }), (words) => {
      const path = words.map((word) => Array.from(word, (char) => escape(char, 2)).join("")).join("/");
      // Leading slashes collapse and one at the end is dropped, so empty words need company there.
      assert.deepEqual(pathWords(splitTarget(`/x/${path}/y`), ""), ["x", ...words, "y"]);
    });
    fc.assert(property, budget());
  });
});
