/**
 * Parameters of Redis's machinery that has no counterpart here, such as the ring of a replication backlog or the
 * compression of a list's inner nodes. CONFIG SET takes what Redis takes, CONFIG GET answers it, and nothing else
 * changes. What a client relies on once it has set it belongs into `held-parameters.ts` instead.
 */
import { INT32_MAX, INT32_MIN, INT64_MAX } from "../core/numbers.ts";
import { bytes, integer, oneOf, yesOrNo } from "./held-parameters.ts";
import type { ReadParameter } from "./held-parameters.ts";
import type { Parameter } from "./parameters.ts";

const count = integer(0, INT32_MAX);
const positive = integer(1, INT32_MAX);

/** Redis brings other frequencies into these bounds instead of refusing them. */
const HZ_MIN = 1;
const HZ_MAX = 500;
const hz: ReadParameter = (word) => {
  const asked = count(word);
  if (typeof asked === "string") return asked;
  return { value: String(Math.min(HZ_MAX, Math.max(HZ_MIN, Number(asked.value)))) };
};

type Row = readonly [initial: string, read: ReadParameter, ...names: string[]];

/** Redis's defaults. */
const ROWS: readonly Row[] = [
  ["25", integer(1, 99), "active-defrag-cycle-max"],
  ["1", integer(1, 99), "active-defrag-cycle-min"],
  ["104857600", bytes(1n), "active-defrag-ignore-bytes"],
  ["1000", integer(1, INT64_MAX), "active-defrag-max-scan-fields"],
  ["10", integer(0, 1000), "active-defrag-threshold-lower"],
  ["100", integer(0, 1000), "active-defrag-threshold-upper"],
  ["1", integer(1, 10), "active-expire-effort"],
  ["yes", yesOrNo, "activerehashing"],
  ["yes", yesOrNo, "dynamic-hz"],
  ["10", hz, "hz"],
  ["yes", yesOrNo, "jemalloc-bg-thread"],
  ["no", yesOrNo, "lazyfree-lazy-eviction"],
  ["no", yesOrNo, "lazyfree-lazy-expire"],
  ["no", yesOrNo, "lazyfree-lazy-server-del"],
  ["no", yesOrNo, "lazyfree-lazy-user-del"],
  ["no", yesOrNo, "lazyfree-lazy-user-flush"],
  ["0", count, "list-compress-depth"],
  ["10", integer(0, 100), "maxmemory-eviction-tenacity"],
  ["10", count, "min-replicas-max-lag", "min-slaves-max-lag"],
  ["1048576", bytes(1n), "repl-backlog-size"],
  ["3600", integer(0, INT64_MAX), "repl-backlog-ttl"],
  ["10", positive, "repl-ping-replica-period", "repl-ping-slave-period"],
  ["no", yesOrNo, "repl-disable-tcp-nodelay"],
  ["disabled", oneOf("disabled", "on-empty-db", "swapdb"), "repl-diskless-load"],
  ["yes", yesOrNo, "repl-diskless-sync"],
  ["5", count, "repl-diskless-sync-delay"],
  ["60", positive, "repl-timeout"],
  ["yes", yesOrNo, "replica-announced"],
  ["yes", yesOrNo, "replica-ignore-maxmemory", "slave-ignore-maxmemory"],
  ["100", count, "replica-priority", "slave-priority"],
  ["no", yesOrNo, "replica-lazy-flush", "slave-lazy-flush"],
  ["yes", yesOrNo, "replica-read-only", "slave-read-only"],
  ["yes", yesOrNo, "replica-serve-stale-data", "slave-serve-stale-data"],
  // What RESTORE and loading read is always checked.
  ["no", oneOf("no", "yes", "clients"), "sanitize-dump-payload"],
];

/** Redis has these for its own tests, and answers them by name only. */
const HIDDEN_ROWS: readonly Row[] = [
  ["0", integer(INT32_MIN, INT32_MAX), "key-load-delay"],
  ["0", integer(INT32_MIN, INT32_MAX), "rdb-key-save-delay"],
];

export function inertParameters(): [name: string, Parameter][] {
  return [...ROWS.flatMap((row) => inert(row)), ...HIDDEN_ROWS.flatMap((row) => inert(row, true))];
}

function inert([initial, read, ...names]: Row, isHidden = false): [name: string, Parameter][] {
  let value = initial;
  const parameter: Parameter = {
    get: () => value,
    prepare: (word) => {
      const asked = read(word);
      return typeof asked === "string" ? asked : () => void (value = asked.value);
    },
    isHidden,
  };
  return names.map((name) => [name, parameter]);
}
