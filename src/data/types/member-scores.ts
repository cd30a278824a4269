/** The index of a large sorted set: scores by member, with elements in slots 0 … size - 1, in no order. */
import { SlotIndex } from "./indexed-map.ts";

const CHUNK_BITS = 13;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;

/** Informed before an element of a large sorted set is added, changes its score or is removed. */
export interface MemberWatcher {
  /** `score` is that of before; undefined for a member that is about to be added. */
  beforeChange(member: string, score: number | undefined): void;
}

/** A map from member to score. */
export class MemberScores {
  /** Undefined while there are none. */
  watchers: readonly MemberWatcher[] | undefined;
  private readonly index = new SlotIndex();
  /**
   * Scores by slot, in chunks, so that growing never copies much. These arrays have only numbers, which V8 keeps
   * unboxed. A Column's arrays have values of several kinds, so a score with a fraction would take another 16 bytes
   * there.
   */
  private readonly chunks: number[][] = [];

  get size(): number {
    return this.index.size;
  }

  /** The slot of a member, or undefined. */
  find(member: string): number | undefined {
    return this.index.find(member);
  }

  get(member: string): number | undefined {
    const slot = this.index.find(member);
    return slot === undefined ? undefined : this.scoreAt(slot);
  }

  /** Adds a member that is not in the index. */
  add(member: string, score: number): void {
    const slot = this.index.add(member);
    if ((slot & CHUNK_MASK) === 0) this.chunks.push([score]);
    else this.chunks[slot >>> CHUNK_BITS]!.push(score);
  }

  /** Removes a member; answers the score that it had, undefined when it was not there. */
  delete(member: string): number | undefined {
    const slot = this.index.find(member);
    if (slot === undefined) return undefined;
    const old = this.scoreAt(slot);
    this.index.removeAt(slot);
    const chunk = this.chunks.at(-1)!;
    const moved = chunk.pop()!;
    if (chunk.length === 0) this.chunks.pop();
    if (slot < this.index.size) this.setScoreAt(slot, moved);
    return old;
  }

  /** Members and scores by slot. The index must not change meanwhile. */
  *entries(): Generator<[member: string, score: number], void, undefined> {
    for (let slot = 0; slot < this.size; slot++) yield [this.memberAt(slot), this.scoreAt(slot)];
  }

  /** Visits slots in the order of hashes, from a cursor on, until `visit` answers false; see {@link SlotIndex.scan}. */
  scan(cursor: number, window: number, visit: (slot: number) => boolean): number {
    return this.index.scan(cursor, window, visit);
  }

  memberAt(slot: number): string {
    return this.index.keyAt(slot);
  }

  scoreAt(slot: number): number {
    return this.chunks[slot >>> CHUNK_BITS]![slot & CHUNK_MASK]!;
  }

  setScoreAt(slot: number, score: number): void {
    this.chunks[slot >>> CHUNK_BITS]![slot & CHUNK_MASK] = score;
  }
}
