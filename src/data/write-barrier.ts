import type { Keyspace } from "./keyspace.ts";

/**
 * Is told of every change of the data before it happens, while everything is still as it was: what a snapshot needs that
 * copies a value before it is written over. Calls come from within commands, expiry and eviction; they must not look up
 * or change any key, and may read the slot that they name ({@link Keyspace.valueAt}, {@link Keyspace.deadlineAt}).
 */
export interface WriteBarrier {
  /**
   * The value or the deadline at a key may change, or the key may go, from here to the end of the running command. A
   * command may say so of a key several times, and only the first is sure to come before its changes; it need not
   * change the key in the end. A key that is removed leaves its slot to the key of the last slot. A key that comes into
   * being is not told of: it takes the slot after the last.
   */
  beforeChange(keyspace: Keyspace, key: string, slot: number): void;
  /** All keys of a database are about to go. */
  beforeClear(keyspace: Keyspace): void;
  /** Two databases are about to exchange all their keys. */
  beforeSwap(keyspace: Keyspace, other: Keyspace): void;
}
