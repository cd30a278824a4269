/**
 * Copy on write: parts of a structure, such as the chunks of a list, that it shares with frozen copies of itself. The
 * structure asks for a part before it changes it, and puts the answer in its place; what was made since it was frozen is
 * its own and is changed in place.
 *
 * Cost: to freeze, nothing here; the first change of each part copies it.
 */

export class Shared<Part extends object> {
  /** Bytes that the frozen copies keep from being freed: an estimate. */
  copiedBytes = 0;
  /** Parts that no frozen copy has. */
  private own = new Set<Part>();
  private frozenCopies = 0;

  /** What a structure that is frozen once more shares; `shared` is what it has shared so far. */
  static once<Part extends object>(shared: Shared<Part> | undefined): Shared<Part> {
    const after = shared ?? new Shared<Part>();
    after.frozenCopies++;
    // The new copy has them all.
    after.own = new Set();
    return after;
  }

  /** What it shares after a frozen copy has gone; undefined when it was the last. */
  less(): Shared<Part> | undefined {
    return --this.frozenCopies === 0 ? undefined : this;
  }

  /** The part itself, or a copy of it that takes its place; `bytesOf` is the size of the part with its elements. */
  writable(part: Part, copy: (part: Part) => Part, bytesOf: (part: Part) => number): Part {
    if (this.own.has(part)) return part;
    const copied = copy(part);
    this.own.add(copied);
    this.copiedBytes += bytesOf(part);
    return copied;
  }
}
