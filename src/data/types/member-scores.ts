/** From member to score, with every element in a slot 0 … size - 1, in no order: the index of a large sorted set. */
import { SlotIndex } from "./indexed-map.ts";

const CHUNK_BITS = 13;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;

export class MemberScores {
  private readonly index = new SlotIndex();
  /**
   * By slot, in pieces, so growing never copies much. These arrays only ever hold numbers, so V8 keeps them unboxed;
   * a Column, whose arrays hold all sorts of values, would take another 16 bytes for a score with a fraction.
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

  /** Adds a member that is known to be absent. */
  add(member: string, score: number): void {
    const slot = this.index.add(member);
    if ((slot & CHUNK_MASK) === 0) this.chunks.push([score]);
    else this.chunks[slot >>> CHUNK_BITS]!.push(score);
  }

  /** Answers the score that the member had, or undefined when it was not there. */
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

  /** By slot. The members must not change meanwhile. */
  *entries(): Generator<[member: string, score: number], void, undefined> {
    for (let slot = 0; slot < this.size; slot++) yield [this.memberAt(slot), this.scoreAt(slot)];
  }

  /** As {@link SlotIndex.scan}. */
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
