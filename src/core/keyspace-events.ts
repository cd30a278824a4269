/**
 * Keyspace notifications: the classes of events and the flags of `notify-keyspace-events` that choose among them.
 * Source: Redis's documentation of keyspace notifications; `A` stands for every class but miss and new.
 */

/** Bits of a class mask. `KEYSPACE` and `KEYEVENT` choose the channels, the others the events. */
export const EventClass = {
  KEYSPACE: 1 << 0,
  KEYEVENT: 1 << 1,
  GENERIC: 1 << 2,
  STRING: 1 << 3,
  LIST: 1 << 4,
  SET: 1 << 5,
  HASH: 1 << 6,
  SORTED_SET: 1 << 7,
  EXPIRED: 1 << 8,
  EVICTED: 1 << 9,
  STREAM: 1 << 10,
  MISS: 1 << 11,
  MODULE: 1 << 12,
  NEW: 1 << 13,
} as const;

/** Flags of events in the order in which Redis prints them. */
const FLAGS: readonly (readonly [flag: string, mask: number])[] = [
  ["g", EventClass.GENERIC],
  ["$", EventClass.STRING],
  ["l", EventClass.LIST],
  ["s", EventClass.SET],
  ["h", EventClass.HASH],
  ["z", EventClass.SORTED_SET],
  ["x", EventClass.EXPIRED],
  ["e", EventClass.EVICTED],
  ["t", EventClass.STREAM],
  ["d", EventClass.MODULE],
];

const ALL = FLAGS.reduce((mask, [, bit]) => mask | bit, 0);

const NEW_FLAG = [["n", EventClass.NEW]] as const;

/** Flags of channels, and `m`, which Redis prints after them. */
const CHANNEL_FLAGS: readonly (readonly [flag: string, mask: number])[] = [
  ["K", EventClass.KEYSPACE],
  ["E", EventClass.KEYEVENT],
  ["m", EventClass.MISS],
];

const MASK_OF = new Map([...FLAGS, ...NEW_FLAG, ...CHANNEL_FLAGS, ["A", ALL] as const]);

/** Flags to a class mask; undefined when one is unknown. */
export function parseEventFlags(text: string): number | undefined {
  let mask = 0;
  for (const flag of text) {
    const bit = MASK_OF.get(flag);
    if (bit === undefined) return undefined;
    mask |= bit;
  }
  return mask;
}

/** The flags of a class mask, in Redis's order. */
export function formatEventFlags(mask: number): string {
  // As Redis does, `n` is left out beside `A` although it is in effect.
  const named = (mask & ALL) === ALL ? "A" : flagsOf(mask, FLAGS) + flagsOf(mask, NEW_FLAG);
  return named + flagsOf(mask, CHANNEL_FLAGS);
}

function flagsOf(mask: number, flags: readonly (readonly [flag: string, bit: number])[]): string {
  return flags.map(([flag, bit]) => ((mask & bit) === 0 ? "" : flag)).join("");
}
