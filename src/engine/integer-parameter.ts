/** Parameters of CONFIG that are integers within bounds. */
import { parseInt64 } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Parameter } from "./config.ts";

/** The least and the greatest value, both included. */
export type Range = readonly [min: Int64, max: Int64];

export const INT64_MAX = 2n ** 63n - 1n;
export const INT32_MAX = 2 ** 31 - 1;

/** The integer that a text is, or, in Redis's words, why it is none within the bounds. */
export function parseWithin([min, max]: Range, text: string): number | string {
  const value = parseInt64(text);
  if (value === undefined) return "argument couldn't be parsed into an integer";
  return value < min || value > max ? `argument must be between ${min} and ${max} inclusive` : Number(value);
}

export function integerParameter(bounds: Range, get: () => number, set: (value: number) => void): Parameter {
  return {
    get: () => String(get()),
    prepare: (text) => {
      const value = parseWithin(bounds, text);
      return typeof value === "string" ? value : () => set(value);
    },
  };
}
