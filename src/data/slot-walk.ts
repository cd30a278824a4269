/**
 * A walk over slots 0 … size - 1 that visits what is there at its beginning exactly once, whatever changes meanwhile: it
 * goes from the last slot down, and is told before a slot changes or is removed.
 *
 * Invariant: the slots below `next` are still to be visited, save those marked as done. What is at or above it has been
 * visited, or has come into being since: new elements come in above, because the walk begins at the end and never lies
 * above the size. An element that is removed leaves its slot to that of the last one, with that one's mark; one that moves
 * below the walk from above is marked.
 *
 * Cost: a bit for each slot.
 */
export class SlotWalk {
  private next: number;
  private readonly done: Uint32Array;

  constructor(size: number) {
    this.next = size;
    this.done = new Uint32Array(Math.ceil(size / 32));
  }

  /** Whether there is nothing to visit; there may be nothing any more although it is false. */
  get isOver(): boolean {
    return this.next === 0;
  }

  /** The next slot to visit; undefined when there is none. */
  take(): number | undefined {
    while (this.next > 0) {
      const slot = --this.next;
      if (!this.isDone(slot)) return slot;
    }
    return undefined;
  }

  /** Whether an element that is about to change has still to be visited; if so, the caller visits it now. */
  claim(slot: number): boolean {
    if (slot >= this.next || this.isDone(slot)) return false;
    this.mark(slot);
    return true;
  }

  /** The element at a slot is about to be removed, after {@link claim}; that of the last slot takes its place. */
  beforeRemove(slot: number, last: number): void {
    if (slot < this.next) {
      if (last >= this.next || this.isDone(last)) this.mark(slot);
      else this.unmark(slot);
    }
    if (this.next > last) this.next = last;
  }

  private isDone(slot: number): boolean {
    return (this.done[slot >>> 5]! & (1 << (slot & 31))) !== 0;
  }

  private mark(slot: number): void {
    this.done[slot >>> 5]! |= 1 << (slot & 31);
  }

  private unmark(slot: number): void {
    this.done[slot >>> 5]! &= ~(1 << (slot & 31));
  }
}
