/**
 * The parameters of serialized values: what bounds Redis's small forms and nodes, under their names and the names they
 * had before Redis 7.0, and whether strings are compressed.
 */
import { int64, INT32_MAX, INT32_MIN, INT64_MAX } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Parameter } from "./parameters.ts";
import type { EncodingBounds } from "../data/encoding.ts";
import { flagParameter } from "./flag-parameter.ts";
import { exactSetting, outOfRange, parseWithin } from "./integer-parameter.ts";

type Parse = (text: string) => Int64 | string;

const ROWS: readonly (readonly [
  bound: Exclude<keyof EncodingBounds, "compresses">,
  parse: Parse,
  ...names: string[],
])[] = [
  ["hashEntriesMax", parseCount, "hash-max-listpack-entries", "hash-max-ziplist-entries"],
  ["hashElementBytesMax", (text) => parseBytes(text), "hash-max-listpack-value", "hash-max-ziplist-value"],
  ["sparseSketchBytesMax", (text) => parseBytes(text), "hll-sparse-max-bytes"],
  ["listNodeSize", parseNodeSize, "list-max-listpack-size", "list-max-ziplist-size"],
  ["intsetEntriesMax", parseCount, "set-max-intset-entries"],
  ["setEntriesMax", parseCount, "set-max-listpack-entries"],
  ["setElementBytesMax", (text) => parseBytes(text), "set-max-listpack-value"],
  ["sortedSetEntriesMax", parseCount, "zset-max-listpack-entries", "zset-max-ziplist-entries"],
  ["sortedSetElementBytesMax", (text) => parseBytes(text), "zset-max-listpack-value", "zset-max-ziplist-value"],
  ["streamNodeBytesMax", (text) => parseBytes(text), "stream-node-max-bytes"],
  ["streamNodeEntriesMax", parseCount, "stream-node-max-entries"],
];

/** What CONFIG GET and CONFIG SET do with these bounds. */
export function encodingParameters(bounds: EncodingBounds): readonly (readonly [name: string, Parameter])[] {
  const bounding = ROWS.flatMap(([bound, parse, ...names]) => {
    const setting = exactSetting({ get: () => bounds[bound], set: (value) => void (bounds[bound] = value) });
    const parameter: Parameter = {
      get: () => String(setting.get()),
      prepare: (text) => {
        const value = parse(text);
        return typeof value === "string" ? value : () => setting.set(value);
      },
    };
    return names.map((name) => [name, parameter] as const);
  });
  const compression = flagParameter(
    () => bounds.compresses,
    (isOn) => (bounds.compresses = isOn),
  );
  return [...bounding, ["rdbcompression", compression]];
}

const NOT_MEMORY = "argument must be a memory value";
const NOT_NEGATIVE = [0, INT64_MAX] as const;

function parseCount(text: string): Int64 | string {
  return parseWithin(NOT_NEGATIVE, text);
}

function parseNodeSize(text: string): Int64 | string {
  return parseWithin([INT32_MIN, INT32_MAX], text);
}

const MEMORY = /^([0-9]*)(b|k|kb|m|mb|g|gb)?$/i;
const UNIT_BYTES: Readonly<Record<string, bigint>> = {
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n ** 2n,
  mb: 1024n ** 2n,
  g: 1000n ** 3n,
  gb: 1024n ** 3n,
};

/** A size in bytes as Redis reads it, such as `100mb`, from `min` to `max`, or what is wrong with it. */
export function parseBytes(text: string, max: bigint = INT64_MAX, min = 0n): Int64 | string {
  const [, digits, unit = "b"] = MEMORY.exec(text) ?? [];
  if (digits === undefined) return NOT_MEMORY;
  // Redis reads no digits as 0.
  const bytes = BigInt(digits) * UNIT_BYTES[unit.toLowerCase()]!;
  return bytes > max || bytes < min ? outOfRange([int64(min), max]) : int64(bytes);
}
