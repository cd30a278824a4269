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

/** The barriers of one {@link Instant}: none, one as it is, or several that are informed in turn. */
interface Barred {
  barrier: WriteBarrier | undefined;
}

/** Informs a barrier too, until {@link detachBarrier}. */
export function attachBarrier(barred: Barred, barrier: WriteBarrier): void {
  const { barrier: attached } = barred;
  barred.barrier = attached === undefined ? barrier : new SeveralBarriers([...barriersIn(attached), barrier]);
}

/** Informs a barrier no longer. */
export function detachBarrier(barred: Barred, barrier: WriteBarrier): void {
  if (barred.barrier === undefined) return;
  const others = barriersIn(barred.barrier).filter((other) => other !== barrier);
  barred.barrier = others.length > 1 ? new SeveralBarriers(others) : others[0];
}

function barriersIn(barrier: WriteBarrier): readonly WriteBarrier[] {
  return barrier instanceof SeveralBarriers ? barrier.barriers : [barrier];
}

class SeveralBarriers implements WriteBarrier {
  readonly barriers: readonly WriteBarrier[];

  constructor(barriers: readonly WriteBarrier[]) {
    this.barriers = barriers;
  }

  beforeChange(keyspace: Keyspace, key: string, slot: number): void {
    for (const barrier of this.barriers) barrier.beforeChange(keyspace, key, slot);
  }

  beforeRemove(keyspace: Keyspace, slot: number): void {
    for (const barrier of this.barriers) barrier.beforeRemove(keyspace, slot);
  }

  beforeClear(keyspace: Keyspace): void {
    for (const barrier of this.barriers) barrier.beforeClear(keyspace);
  }

  beforeSwap(keyspace: Keyspace, other: Keyspace): void {
    for (const barrier of this.barriers) barrier.beforeSwap(keyspace, other);
  }
}
