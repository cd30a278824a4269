/** The parameters of the limit on memory, under Redis's names. */
import { parseInt64 } from "../core/numbers.ts";
import type { Parameter } from "./config.ts";
import { parseBytes } from "./encoding-parameters.ts";
import { EVICTION_POLICIES } from "./eviction.ts";
import type { Eviction } from "./eviction.ts";

const INT32_MAX = 2 ** 31 - 1;

/** What CONFIG GET and CONFIG SET do with the limit, the policy and how it is carried out. */
export function memoryParameters(eviction: Eviction): readonly (readonly [name: string, Parameter])[] {
  return [
    [
      "maxmemory",
      {
        get: () => String(eviction.maxBytes),
        prepare: (text) => {
          const bytes = parseBytes(text);
          return typeof bytes === "string" ? bytes : () => void (eviction.maxBytes = bytes);
        },
      },
    ],
    [
      "maxmemory-policy",
      {
        get: () => eviction.policy,
        prepare: (text) => {
          const policy = EVICTION_POLICIES.find((name) => name === text.toLowerCase());
          if (policy !== undefined) return () => void (eviction.policy = policy);
          return `argument(s) must be one of the following: ${EVICTION_POLICIES.join(", ")}`;
        },
      },
    ],
    [
      "maxmemory-samples",
      number(
        1,
        () => eviction.samples,
        (samples) => (eviction.samples = samples),
      ),
    ],
    [
      "lfu-log-factor",
      number(
        0,
        () => eviction.frequency.logFactor,
        (by) => (eviction.frequency.logFactor = by),
      ),
    ],
    [
      "lfu-decay-time",
      number(
        0,
        () => eviction.frequency.decayMinutes,
        (minutes) => (eviction.frequency.decayMinutes = minutes),
      ),
    ],
  ];
}

function number(min: number, get: () => number, set: (value: number) => void): Parameter {
  return {
    get: () => String(get()),
    prepare: (text) => {
      const value = parseInt64(text);
      if (value === undefined) return "argument couldn't be parsed into an integer";
      if (value < min || value > INT32_MAX) return `argument must be between ${min} and ${INT32_MAX} inclusive`;
      return () => set(Number(value));
    },
  };
}
