import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceWords } from "../../src/protocol/json-source.ts";

test("the words of each innermost array", () => {
  const cases: [text: string, commands: string[][]][] = [
    ['["GET","k"]', [["GET", "k"]]],
    ['[["A",1],["B"]]', [["A", "1"], ["B"]]],
    ['\n[ [ "A" , 1 ] ,\t["B"]\r]\n', [["A", "1"], ["B"]]],
    ['["]","[",",","\\"]"]', [["]", "[", ",", '"]']]],
    ['["",""]', [["", ""]]],
  ];
  for (const [text, commands] of cases) assert.deepEqual(sourceWords(text), commands, text);
});

test("integers keep their digits, other numbers do not keep their form", () => {
  const text = "[9223372036854775807,-9223372036854775809,-0,0,1.50,2.0,1e3,1E-7,-0.0,123456789012345678901]";
  const words = ["9223372036854775807", "-9223372036854775809", "-0", "0", "1.5", "2", "1000", "0.0000001", "0"];
  assert.deepEqual(sourceWords(text), [[...words, "123456789012345678901"]]);
});

test("true and false are their names", () => {
  assert.deepEqual(sourceWords("[true,false]"), [["true", "false"]]);
});

test("escapes become UTF-8, beside raw bytes that stay", () => {
  const cases: [text: string, word: string][] = [
    ['["\\u0041"]', "A"],
    ['["\\u00e9\xc3\xa9"]', "\xc3\xa9\xc3\xa9"],
    ['["\\ud83d\\ude00"]', "\xf0\x9f\x98\x80"],
    ['["\\uD83D\\uDE00"]', "\xf0\x9f\x98\x80"],
    ['["\\ud83d"]', "\xef\xbf\xbd"],
    ['["\\ude00\\ud83d"]', "\xef\xbf\xbd\xef\xbf\xbd"],
    ['["\\ud83d\\ud83d\\ude00"]', "\xef\xbf\xbd\xf0\x9f\x98\x80"],
    ['["\\\\ud83d"]', "\\ud83d"],
    ['["\\\\\\u0041"]', "\\A"],
    ['["\\b\\f\\n\\r\\t\\/\\"\\\\"]', '\b\f\n\r\t/"\\'],
    ['["\\u0000"]', "\0"],
    ['["\xff"]', "\xff"],
  ];
  for (const [text, word] of cases) assert.deepEqual(sourceWords(text), [[word]], text);
});
