/** The parameters that bound Redis's small forms, under their names and the names they had before Redis 7.0. */
import { INT32_MAX, INT32_MIN, INT64_MAX } from "../core/numbers.ts";
import type { Parameter } from "./config.ts";
import type { EncodingBounds } from "../data/encoding.ts";
import { outOfRange, parseWithin } from "./integer-parameter.ts";

type Parse = (text: string) => number | string;

const ROWS: readonly (readonly [bound: keyof EncodingBounds, parse: Parse, ...names: string[]])[] = [
  ["hashEntriesMax", parseCount, "hash-max-listpack-entries", "hash-max-ziplist-entries"],
  ["hashElementBytesMax", parseBytes, "hash-max-listpack-value", "hash-max-ziplist-value"],
  ["listNodeSize", parseNodeSize, "list-max-listpack-size", "list-max-ziplist-size"],
  ["intsetEntriesMax", parseCount, "set-max-intset-entries"],
  ["setEntriesMax", parseCount, "set-max-listpack-entries"],
  ["setElementBytesMax", parseBytes, "set-max-listpack-value"],
  ["sortedSetEntriesMax", parseCount, "zset-max-listpack-entries", "zset-max-ziplist-entries"],
  ["sortedSetElementBytesMax", parseBytes, "zset-max-listpack-value", "zset-max-ziplist-value"],
];

/** What CONFIG GET and CONFIG SET do with these bounds. */
export function encodingParameters(bounds: EncodingBounds): readonly (readonly [name: string, Parameter])[] {
  return ROWS.flatMap(([bound, parse, ...names]) => {
    const parameter: Parameter = {
      get: () => String(bounds[bound]),
      prepare: (text) => {
        const value = parse(text);
        return typeof value === "string" ? value : () => void (bounds[bound] = value);
      },
    };
    return names.map((name) => [name, parameter] as const);
  });
}

const NOT_MEMORY = "argument must be a memory value";
const NOT_NEGATIVE = [0, INT64_MAX] as const;

function parseCount(text: string): number | string {
  return parseWithin(NOT_NEGATIVE, text);
}

function parseNodeSize(text: string): number | string {
  return parseWithin([INT32_MIN, INT32_MAX], text);
}

const MEMORY = /^([0-9]+)(b|k|kb|m|mb|g|gb)?$/i;
const UNIT_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
};

/** A size in bytes as Redis reads it, such as `100mb`, or what is wrong with it. */
export function parseBytes(text: string): number | string {
  const [, digits, unit = "b"] = MEMORY.exec(text) ?? [];
  if (digits === undefined) return NOT_MEMORY;
  const bytes = Number(digits) * UNIT_BYTES[unit.toLowerCase()]!;
  return bytes < 2 ** 63 ? bytes : outOfRange(NOT_NEGATIVE);
}
