/** The parameters of the limit on memory, under Redis's names. */
import { INT32_MAX, UINT64_MAX } from "../core/numbers.ts";
import type { Parameter } from "./parameters.ts";
import { parseBytes } from "./encoding-parameters.ts";
import { EVICTION_POLICIES } from "./eviction.ts";
import type { Eviction } from "./eviction.ts";
import { exactSetting, integerParameter } from "./integer-parameter.ts";

/** The parameters of the limit, the policy and eviction. */
export function memoryParameters(eviction: Eviction): readonly (readonly [name: string, Parameter])[] {
  const limit = exactSetting({ get: () => eviction.maxBytes, set: (bytes) => void (eviction.maxBytes = bytes) });
  return [
    [
      "maxmemory",
      {
        get: () => String(limit.get()),
        prepare: (text) => {
          const bytes = parseBytes(text, UINT64_MAX);
          return typeof bytes === "string" ? bytes : () => limit.set(bytes);
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
      integerParameter(
        [1, INT32_MAX],
        () => eviction.samples,
        (samples) => (eviction.samples = samples),
      ),
    ],
    [
      "lfu-log-factor",
      integerParameter(
        [0, INT32_MAX],
        () => eviction.frequency.logFactor,
        (by) => (eviction.frequency.logFactor = by),
      ),
    ],
    [
      "lfu-decay-time",
      integerParameter(
        [0, INT32_MAX],
        () => eviction.frequency.decayMinutes,
        (minutes) => (eviction.frequency.decayMinutes = minutes),
      ),
    ],
  ];
}
