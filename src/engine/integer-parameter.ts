/** Parameters of CONFIG that are integers within bounds. */
import { parseInt64 } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Parameter } from "./config.ts";

/** The least and the greatest value, both included. */
type Range = readonly [min: Int64, max: Int64];

/** The integer that a text is, or, in Redis's words, why it is none within the bounds. */
export function parseWithin([min, max]: Range, text: string): number | string {
  const value = parseInt64(text);
  if (value === undefined) return "argument couldn't be parsed into an integer";
  return value < min || value > max ? outOfRange([min, max]) : Number(value);
}

/** Redis's words for a value outside of the bounds. */
export function outOfRange([min, max]: Range): string {
  return `argument must be between ${min} and ${max} inclusive`;
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
