/** Parameters of CONFIG that are integers within bounds. */
import { parseInt64 } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Parameter } from "./parameters.ts";

/** The least and the greatest value, both included. */
type Range = readonly [min: Int64, max: Int64];

/** A setting held as a double, which is exact enough for the limit that it sets. */
interface Setting {
  readonly get: () => number;
  readonly set: (value: number) => void;
}

/**
 * Reads and writes a setting as an exact integer: CONFIG GET answers every digit that CONFIG SET was given, as long as
 * nothing else changes the setting.
 */
export function exactSetting({ get, set }: Setting): { get: () => Int64; set: (value: Int64) => void } {
  let exact: Int64 = get();
  return {
    get: () => (Number(exact) === get() ? exact : get()),
    set: (value) => {
      exact = value;
      set(Number(value));
    },
  };
}

/** The integer that a text is, or, in Redis's words, why it is none within the bounds. */
export function parseWithin([min, max]: Range, text: string): Int64 | string {
  const value = parseInt64(text);
  if (value === undefined) return "argument couldn't be parsed into an integer";
  return value < min || value > max ? outOfRange([min, max]) : value;
}

/** Redis's words for a value outside of the bounds. */
export function outOfRange([min, max]: Range): string {
  return `argument must be between ${min} and ${max} inclusive`;
}

/** A parameter whose value is an integer within bounds. */
export function integerParameter(bounds: Range, get: () => number, set: (value: number) => void): Parameter {
  const setting = exactSetting({ get, set });
  return {
    get: () => String(setting.get()),
    prepare: (text) => {
      const value = parseWithin(bounds, text);
      return typeof value === "string" ? value : () => setting.set(value);
    },
  };
}
