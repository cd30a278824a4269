/** What properties are tried with, beyond what fast-check brings along. */
import * as fc from "fast-check";
import {
  Attributed,
  BigNumber,
  CommandError,
  Double,
  DoubleText,
  FlatMap,
  NULL_ARRAY,
  OK,
  PairMap,
  Pairs,
  PONG,
  Push,
  ReplyBoolean,
  ReplySet,
  SimpleString,
  Verbatim,
} from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { chooseSeed } from "./world.ts";

/** Cases per property. */
export const RUNS = Number(process.env["FUZZ_RUNS"] ?? 2000);

const seed = chooseSeed();

/** The budget and the seed of a property; fast-check prints the seed beside the case that fails, and so does this. */
export function budget(runs = RUNS): { seed: number; numRuns: number; includeErrorInReport: true } {
  console.log(`properties: SEED=${seed}, ${runs} cases`);
  return { seed, numRuns: runs, includeErrorInReport: true };
}

/** Any bytes as a byte string; often text, often valid UTF-8, and full of what needs an escape. */
export const byteString: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }).map((text) => Buffer.from(text, "utf8").latin1Slice()),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).latin1Slice()),
  fc.constantFrom("", "OK", "8", '"', "\\", "\\u0041", "\r\n", "\u0000\u001f\u007f", "\xc3", "\xed\xa0\x80", "T0s="),
);

/** Any string of UTF-16 units, surrogates without their halves among them. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd700, max: 0xe000 })), { maxLength: 12 })
    .map((units) => String.fromCharCode(...units)),
  fc.string(),
);

/** A string as JSON, each char raw or escaped in one of the ways there are. */
export function jsonStringOf(text: string): fc.Arbitrary<string> {
  return fc
    .array(fc.nat({ max: 3 }), { minLength: text.length, maxLength: text.length })
    .map((ways) => `"${Array.from(text, (char, i) => jsonChar(char, ways[i]!)).join("")}"`);
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "/": "\\/",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function jsonChar(char: string, way: number): string {
  const raw = /^["\\\u0000-\u001f\ud800-\udfff]$/.test(char) ? undefined : char;
  const units = Array.from({ length: char.length }, (_, i) => char.charCodeAt(i).toString(16).padStart(4, "0"));
  const escaped = units.map((unit) => `\\u${unit}`).join("");
  if (way === 0) return SHORT[char] ?? raw ?? escaped;
  if (way === 1) return escaped.toUpperCase().replaceAll("\\U", "\\u");
  if (way === 2) return escaped;
  return raw ?? SHORT[char] ?? escaped;
}

/** What may stand between the tokens of JSON. */
export const jsonSpace: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(" ", "\t", "\n", "\r"), maxLength: 3 }) },
);

const scalarReply: fc.Arbitrary<Reply> = fc.oneof(
  byteString,
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom<Reply>(null, NULL_ARRAY, OK, PONG),
  fc.string().map((text) => new SimpleString(text.replaceAll(/[\r\n]/g, ""))),
  fc.double().map((value) => new Double(value)),
  fc.constantFrom("3", "0.50", "-1.25").map((text) => new DoubleText(text)),
  byteString.map((text) => new Verbatim(text)),
  byteString.map((text) => new Verbatim(text, "mkd")),
  fc.bigInt().map((value) => new BigNumber(String(value))),
  byteString.map((text) => new Attributed(["a", [text, 1]], text)),
  fc.boolean().map((value) => new ReplyBoolean(value)),
  byteString.map((text) => new CommandError(`ERR ${text}`)),
);

/** Any reply, nested a few levels deep. */
export const anyReply: fc.Arbitrary<Reply> = fc.letrec<{ reply: Reply; items: Reply[] }>((tie) => ({
  items: fc.array(tie("reply"), { maxLength: 6 }),
  reply: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    scalarReply,
    tie("items"),
    tie("items").map((items) => new ReplySet(items)),
    tie("items").map((items) => new Push(items)),
    tie("items").map((items) => new Pairs(even(items))),
    tie("items").map((items) => new FlatMap(even(items))),
    tie("items").map((items) => new PairMap(even(items))),
  ),
})).reply;

function even<T>(items: readonly T[]): T[] {
  return items.slice(0, items.length - (items.length % 2));
}
