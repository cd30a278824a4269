/**
 * Where a scan of a {@link SlotIndex} stands: its cursor, taken apart.
 *
 * The tables of an index are split by one more bit of the hash as it grows. A scan goes over the hashes by their last
 * bits, `level` of them, reversed, so that the parts of a split table stay beside each other; and within the tables of
 * one such suffix by place, the other 32 bits that a table puts its entries in order by. A cursor holds the level that it
 * was made at, so it means the same hashes however often tables have been split since.
 */

/** One more than the largest place in a table. */
export const PLACES = 2 ** 32;

/** A cursor is a safe integer: a place of 32 bits, and before it a one and the suffix. */
const LEVEL_MAX = 20;

export class ScanPosition {
  /** Bits of the suffix. */
  level: number;
  /** The last bits of the hashes, reversed: suffixes are visited in the order of these. */
  private reversed = 0;
  /** The next place to visit. */
  place = 0;

  /** `level` is the index's own. A cursor that is none of this index's means some place or the end. */
  constructor(cursor: number, level: number) {
    const suffixes = Math.floor(cursor / PLACES);
    if (suffixes === 0 || suffixes >= 2 ** (LEVEL_MAX + 1)) {
      this.level = level;
      if (cursor > 0) this.reversed = 2 ** level;
      return;
    }
    this.place = cursor % PLACES;
    const made = Math.floor(Math.log2(suffixes));
    this.level = Math.min(made, level);
    this.reversed = (suffixes - 2 ** made) >>> (made - this.level);
  }

  get isAtEnd(): boolean {
    return this.reversed >= 2 ** this.level;
  }

  /** The last bits of the hashes to visit. */
  get suffix(): number {
    let suffix = 0;
    for (let bit = 0; bit < this.level; bit++)
      if ((this.reversed & (1 << bit)) !== 0) suffix |= 1 << (this.level - 1 - bit);
    return suffix;
  }

  /** Goes on to the first place of the next suffix, which has as many bits as the index splits by today. */
  advance(level: number): void {
    this.reversed = (this.reversed + 1) * 2 ** (level - this.level);
    this.level = level;
    this.place = 0;
  }

  /** The cursor for a place of this suffix. */
  at(place: number): number {
    return (2 ** this.level + this.reversed) * PLACES + place;
  }
}
