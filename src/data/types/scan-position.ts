/**
 * The position of a scan of a {@link SlotIndex}, decoded from its cursor.
 *
 * An index splits its tables by one more bit of the hash as it grows. A scan visits hashes in the order of their last
 * `level` bits, reversed, so that the parts of a split table stay neighbours; within the tables of one such suffix it
 * follows the place, the other 32 bits, by which a table orders its entries. A cursor contains the level it was made
 * at, so it means the same hashes however often tables have been split since.
 */

/** One more than the largest place in a table. */
export const PLACES = 2 ** 32;

/** A cursor is a safe integer: 32 bits of place, and above them a one and the suffix. */
const LEVEL_MAX = 20;

/** The position of a scan, to and from its cursor. */
export class ScanPosition {
  /** The number of bits in the suffix. */
  level: number;
  /** The suffix with its bits reversed; scans visit these in ascending order. */
  private reversed = 0;
  /** The next place to visit. */
  place = 0;

  /** `level` is the index's current one. A cursor of another index means some place, or the end. */
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

  /** Moves to the first place of the next suffix, of as many bits as the index splits by now. */
  advance(level: number): void {
    this.reversed = (this.reversed + 1) * 2 ** (level - this.level);
    this.level = level;
    this.place = 0;
  }

  /** The cursor of a place in this suffix. */
  at(place: number): number {
    return (2 ** this.level + this.reversed) * PLACES + place;
  }
}
