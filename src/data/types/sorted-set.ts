/**
 * A sorted set: members with scores, in the order of score and then member. A small one is a single leaf of the tree,
 * that is two flat arrays; a large one has an index from member to score beside the tree, and keeps it.
 */
import { stringBytes } from "../value.ts";
import type { DataValue } from "../value.ts";
import { sampledSum } from "./flat.ts";
import { INDEX_ENTRY_BYTES } from "./indexed-map.ts";
import { MemberScores } from "./member-scores.ts";
import { LEAF_ELEMENTS_MAX, RankedTree, TREE_ELEMENT_BYTES } from "./ranked-tree.ts";

/** Redis's bounds of a sorted set in a listpack, the first of which is also what one leaf holds. */
const SMALL_SIZE_MAX = LEAF_ELEMENTS_MAX;
const SMALL_MEMBER_BYTES_MAX = 64;

/** An end of a range: the place before the elements of this score, or after them. */
export interface ScoreCut {
  readonly score: number;
  readonly after: boolean;
}

/** An end of a range in a set of equal scores: the place before this member or after it, or the end of the set. */
export type MemberCut = { readonly member: string; readonly after: boolean } | "end";

/** Ranks from `start` to `end - 1`; none when they are equal. */
export interface RankRange {
  readonly start: number;
  readonly end: number;
}

export class SortedSetValue implements DataValue {
  readonly type = "zset";
  private order = new RankedTree();
  private index: MemberScores | undefined;

  /** A set of these elements, whose members are distinct, in any order. */
  static from(entries: Iterable<readonly [member: string, score: number]>): SortedSetValue {
    const set = new SortedSetValue();
    const index = new MemberScores();
    let memberBytesMax = 0;
    for (const [member, score] of entries) {
      index.add(member, score);
      set.order.insert(score, member);
      memberBytesMax = Math.max(memberBytesMax, member.length);
    }
    if (set.size > SMALL_SIZE_MAX || memberBytesMax > SMALL_MEMBER_BYTES_MAX) {
      set.index = index;
      return set;
    }
    const small = new SortedSetValue();
    for (const [member, score] of set.entries()) small.add(member, score);
    return small;
  }

  get size(): number {
    return this.order.size;
  }

  /** Whether it is in the small form, which Redis calls a listpack. */
  get isSmall(): boolean {
    return this.index === undefined;
  }

  score(member: string): number | undefined {
    return this.index === undefined ? this.order.findByScan(member) : this.index.get(member);
  }

  /** Gives a member a score, which is not NaN. Answers the score it had, undefined when it is new. */
  add(member: string, score: number): number | undefined {
    const { index } = this;
    if (index === undefined) return this.addToSmall(member, score);
    const slot = index.find(member);
    if (slot === undefined) {
      index.add(member, score);
      this.order.insert(score, member);
      return undefined;
    }
    const old = index.scoreAt(slot);
    if (old !== score) {
      index.setScoreAt(slot, score);
      this.move(member, old, score);
    }
    return old;
  }

  private addToSmall(member: string, score: number): number | undefined {
    const old = this.order.findByScan(member);
    if (old !== undefined) {
      // Redis's small form has no negative zero.
      if (old !== score) this.move(member, old, score + 0);
      return old;
    }
    if (this.size < SMALL_SIZE_MAX && member.length <= SMALL_MEMBER_BYTES_MAX) {
      this.order.insert(score + 0, member);
      return undefined;
    }
    this.index = new MemberScores();
    for (const [other, otherScore] of this.order.entries()) this.index.add(other, otherScore);
    this.index.add(member, score);
    this.order.insert(score, member);
    return undefined;
  }

  private move(member: string, from: number, to: number): void {
    this.order.delete(from, member);
    this.order.insert(to, member);
  }

  /** Answers whether the member was there. */
  delete(member: string): boolean {
    const score = this.index === undefined ? this.order.findByScan(member) : this.index.delete(member);
    if (score === undefined) return false;
    this.order.delete(score, member);
    return true;
  }

  /** Removes the elements of these ranks. */
  deleteRange(range: RankRange): void {
    const { index } = this;
    if (index !== undefined) this.forEach(range, false, (member) => index.delete(member));
    this.order.deleteRange(range.start, range.end);
  }

  /** How many elements come before the member; undefined when it is not there. */
  rank(member: string): number | undefined {
    const score = this.score(member);
    return score === undefined ? undefined : this.order.rank(score, member);
  }

  /** The ranks of the elements between two places. */
  scoreRange(from: ScoreCut, to: ScoreCut): RankRange {
    return range(this.rankOfScore(from), this.rankOfScore(to));
  }

  /** As {@link scoreRange}; only meaningful when all scores are equal. */
  memberRange(from: MemberCut, to: MemberCut): RankRange {
    return range(this.rankOfMember(from), this.rankOfMember(to));
  }

  private rankOfScore({ score: bound, after }: ScoreCut): number {
    return this.order.countWhile(after ? (score) => score <= bound : (score) => score < bound);
  }

  private rankOfMember(cut: MemberCut): number {
    if (cut === "end") return this.size;
    const { member: bound, after } = cut;
    return this.order.countWhile(after ? (_, member) => member <= bound : (_, member) => member < bound);
  }

  /** Visits the elements of these ranks, which lie within the size; from the last one backwards when `reverse`. */
  forEach(range: RankRange, reverse: boolean, visit: (member: string, score: number) => void): void {
    this.order.forEach(range.start, range.end, reverse, visit);
  }

  /** Members and scores in order. The set must not change meanwhile. */
  entries(): Generator<[member: string, score: number], void, undefined> {
    return this.order.entries();
  }

  /** Members in order. The set must not change meanwhile. */
  *members(): Generator<string, void, undefined> {
    for (const [member] of this.entries()) yield member;
  }

  /** The element in a slot 0 … size - 1. Slots have no order, and change when an element is removed. */
  at(slot: number): readonly [member: string, score: number] {
    const { index } = this;
    if (index !== undefined) return [index.memberAt(slot), index.scoreAt(slot)];
    let found: readonly [string, number] | undefined;
    this.order.forEach(slot, slot + 1, false, (member, score) => (found = [member, score]));
    return found!;
  }

  /** Visits slots as {@link SlotIndex.scan} does; a small one in one step, in order. */
  scan(cursor: number, window: number, visit: (slot: number) => boolean): number {
    if (this.index !== undefined) return this.index.scan(cursor, window, visit);
    for (let slot = 0; slot < this.size; slot++) visit(slot);
    return 0;
  }

  copy(): SortedSetValue {
    const copy = new SortedSetValue();
    const members: string[] = [];
    const scores: number[] = [];
    this.order.forEach(0, this.size, false, (member, score) => {
      members.push(member);
      scores.push(score);
    });
    copy.order = RankedTree.build(members, scores);
    if (this.index !== undefined) {
      copy.index = new MemberScores();
      for (let i = 0; i < members.length; i++) copy.index.add(members[i]!, scores[i]!);
    }
    return copy;
  }

  memoryBytes(): number {
    const element = TREE_ELEMENT_BYTES + (this.isSmall ? 0 : INDEX_ENTRY_BYTES + 8);
    return 128 + sampledSum(this.size, (slot) => element + stringBytes(this.at(slot)[0]));
  }
}

function range(start: number, end: number): RankRange {
  return start < end ? { start, end } : { start: 0, end: 0 };
}
