/** The parameters of the limit on memory, under Redis's names. */
import { INT32_MAX, UINT64_MAX } from "../core/numbers.ts";
import type { ClientMemory } from "./client-memory.ts";
import type { Parameter } from "./parameters.ts";
import { parseBytes } from "./encoding-parameters.ts";
import type { Eviction } from "./eviction.ts";
import { exactSetting, integerParameter } from "./integer-parameter.ts";
import { EVICTION_POLICIES } from "../core/policies.ts";

/** The parameters of the limits, the policy and eviction. */
export function memoryParameters(
  eviction: Eviction,
  clientMemory: ClientMemory,
): readonly (readonly [name: string, Parameter])[] {
  const limit = exactSetting({ get: () => eviction.maxBytes, set: (bytes) => void (eviction.maxBytes = bytes) });
  return [
    ["maxmemory-clients", clientMemoryParameter(eviction, clientMemory)],
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

/** Bytes, or a percentage of maxmemory as it is when this is set; 0 for no limit. */
function clientMemoryParameter(eviction: Eviction, clientMemory: ClientMemory): Parameter {
  let percentage = { text: "", bytes: 0 };
  return {
    get: () =>
      percentage.text !== "" && percentage.bytes === clientMemory.maxBytes
        ? percentage.text
        : String(clientMemory.maxBytes),
    prepare: (text) => {
      const percent = /^([0-9]+)%$/.exec(text)?.[1];
      if (Number(percent) > 100) return "percentage argument must be less or equal to 100";
      const bytes = percent === undefined ? parseBytes(text) : Math.floor((eviction.maxBytes * Number(percent)) / 100);
      if (typeof bytes === "string") return "argument must be a memory or percent value";
      return () => {
        clientMemory.maxBytes = Number(bytes);
        percentage = { text: percent === undefined ? "" : text, bytes: Number(bytes) };
        clientMemory.enforce();
      };
    },
  };
}
