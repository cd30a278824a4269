import type { Keyspace } from "./keyspace.ts";

/**
 * Informed before each change of the data, while everything is still as it was, so that a snapshot can copy a value
 * before it is overwritten. Called from commands, expiry and eviction. An implementation must not look up or change a
 * key; it may read the slot it is given ({@link Keyspace.valueAt}, {@link Keyspace.deadlineAt}).
 */
export interface WriteBarrier {
  /**
   * The value or deadline of a key may change, or the key may be removed, until the running command ends. A command may
   * call this several times for a key, of which only the first is sure to precede its changes, and need not change it.
   * A removed key's slot is taken by the key in the last slot. There is no call for a new key, which takes the slot
   * after the last.
   */
  beforeChange(keyspace: Keyspace, key: string, slot: number): void;
  /** All keys of a database are about to be removed. */
  beforeClear(keyspace: Keyspace): void;
  /** Two databases are about to exchange all their keys. */
  beforeSwap(keyspace: Keyspace, other: Keyspace): void;
}
