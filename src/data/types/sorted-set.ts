/**
 * A sorted set: members with scores, ordered by score and then by member. A small one is one leaf of a tree, that is,
 * two flat arrays. A large one has an index from member to score beside the tree, and keeps it when it shrinks.
 */
import { stringBytes } from "../value.ts";
import type { DataValue } from "../value.ts";
import { sampledSum } from "./flat.ts";
import { INDEX_ENTRY_BYTES } from "./indexed-map.ts";
import { MemberScores } from "./member-scores.ts";
import type { MemberWatcher } from "./member-scores.ts";
import { LEAF_ELEMENTS_MAX, RankedTree, TREE_ELEMENT_BYTES } from "./ranked-tree.ts";
import { withoutWatcher, withWatcher } from "./watchers.ts";

/** Redis's bounds of a sorted set in a listpack. The first one is also the size of a leaf. */
const SMALL_SIZE_MAX = LEAF_ELEMENTS_MAX;
const SMALL_MEMBER_BYTES_MAX = 64;

/** A bound in a range of scores: before the elements with this score, or after them. */
export interface ScoreCut {
  readonly score: number;
  readonly after: boolean;
}

/** A bound in a range of members: before this member, after it, or after the last one. */
export type MemberCut = { readonly member: string; readonly after: boolean } | "end";

/** Ranks from `start` to `end - 1`; none when these are equal. */
export interface RankRange {
  readonly start: number;
  readonly end: number;
}

/** The value of a sorted-set key. */
export class SortedSetValue implements DataValue {
  readonly type = "zset";
  private order = new RankedTree();
  private index: MemberScores | undefined;

  /** A set of elements with distinct members, in any order. */
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

  /** Whether the set is in its small form, which Redis calls a listpack. */
  get isSmall(): boolean {
    return this.index === undefined;
  }

  score(member: string): number | undefined {
    return this.index === undefined ? this.order.findByScan(member) : this.index.get(member);
  }

  /** Sets a member's score, which must not be NaN. Answers the score it had; undefined for a new member. */
  add(member: string, score: number): number | undefined {
    const { index } = this;
    if (index === undefined) return this.addToSmall(member, score);
    const slot = index.find(member);
    if (slot === undefined) {
      if (index.watchers !== undefined) this.beforeChange(member, undefined);
      index.add(member, score);
      this.order.insert(score, member);
      return undefined;
    }
    const old = index.scoreAt(slot);
    if (old !== score) {
      if (index.watchers !== undefined) this.beforeChange(member, old);
      index.setScoreAt(slot, score);
      this.move(member, old, score);
    }
    return old;
  }

  private addToSmall(member: string, score: number): number | undefined {
    const old = this.order.findByScan(member);
    if (old !== undefined) {
      // Redis's listpacks have no negative zero.
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

  /**
   * Informs a watcher of changes until {@link unwatch}. The set must be large; it stays so, however much is removed.
   */
  watch(watcher: MemberWatcher): void {
    this.index!.watchers = withWatcher(this.index!.watchers, watcher);
  }

  unwatch(watcher: MemberWatcher): void {
    this.index!.watchers = withoutWatcher(this.index!.watchers, watcher);
  }

  private beforeChange(member: string, score: number | undefined): void {
    for (const watcher of this.index!.watchers!) watcher.beforeChange(member, score);
  }

  /** The number of elements before one with this score and member, whether or not there is such an element. */
  rankOf(score: number, member: string): number {
    return this.order.rank(score, member);
  }

  /** Removes a member; answers whether it was there. */
  delete(member: string): boolean {
    if (this.index?.watchers !== undefined) {
      const score = this.index.get(member);
      if (score !== undefined) this.beforeChange(member, score);
    }
    const score = this.index === undefined ? this.order.findByScan(member) : this.index.delete(member);
    if (score === undefined) return false;
    this.order.delete(score, member);
    return true;
  }

  /** Removes the elements at these ranks. */
  deleteRange(range: RankRange): void {
    const { index } = this;
    if (index?.watchers !== undefined) this.forEach(range, false, (member, score) => this.beforeChange(member, score));
    if (index !== undefined) this.forEach(range, false, (member) => index.delete(member));
    this.order.deleteRange(range.start, range.end);
  }

  /** The rank of a member; undefined when it is not in the set. */
  rank(member: string): number | undefined {
    const score = this.score(member);
    return score === undefined ? undefined : this.order.rank(score, member);
  }

  /** The ranks of the elements between two bounds. */
  scoreRange(from: ScoreCut, to: ScoreCut): RankRange {
    return range(this.rankOfScore(from), this.rankOfScore(to));
  }

  /** The ranks of the elements between two bounds. Meaningful only when all scores are equal. */
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

  /** Visits the elements at these ranks, which must be within the size; backwards when `reverse`. */
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

  /** The element at a slot 0 … size - 1. Slots have no order, and a removal may change them. */
  at(slot: number): readonly [member: string, score: number] {
    const { index } = this;
    if (index !== undefined) return [index.memberAt(slot), index.scoreAt(slot)];
    let found: readonly [string, number] | undefined;
    this.order.forEach(slot, slot + 1, false, (member, score) => (found = [member, score]));
    return found!;
  }

  /**
   * Visits slots from a cursor on until `visit` answers false; see {@link SlotIndex.scan}. A small set is visited in
   * one step, in order.
   */
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
