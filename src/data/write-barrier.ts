import type { Keyspace } from "./keyspace.ts";

/**
 * Called before each change of the data, by commands, expiry and eviction, so that a snapshot can write a value before
 * it changes.
 *
 * Invariant: when it is called, the key, its value and its slot are still unchanged. Cost: without a barrier, one test
 * for each change.
 *
 * References: an implementation may read the given slot ({@link Keyspace.valueAt}, {@link Keyspace.deadlineAt}). It
 * must not look up or change a key, and must not keep a slot.
 */
export interface WriteBarrier {
  /**
   * The value or deadline of a key may change, or the key may be removed, until the running command ends. A command may
   * call this several times for a key, of which only the first is sure to precede its changes, and need not change it.
   * There is no call for a new key, which takes the slot after the last.
   */
  beforeChange(keyspace: Keyspace, key: string, slot: number): void;
  /** The key at a slot is removed, after {@link beforeChange}: the key in the last slot takes its place. */
  beforeRemove(keyspace: Keyspace, slot: number): void;
  /** All keys of a database are about to be removed. {@link Keyspace.twin} keeps them. */
  beforeClear(keyspace: Keyspace): void;
  /** Two databases are about to exchange all their keys. */
  beforeSwap(keyspace: Keyspace, other: Keyspace): void;
}
