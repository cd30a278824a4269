/**
 * Members ordered by score and, among equal scores, by their bytes: a counted B+-tree. Elements lie in leaves, which
 * are dense arrays of members and scores; each branch knows how many elements are under each of its children, so that a
 * rank, or an element by its rank, is found on one way down. Every range, be it of scores, of members or of ranks, is a
 * range of ranks here, and costs O(log n) to find.
 *
 * Nodes are merged lazily: one that has become small joins a neighbour when both fit into one node.
 */

/** Elements of one leaf. A sorted set that fits into one leaf is just that: two flat arrays. */
export const LEAF_ELEMENTS_MAX = 128;
const BRANCH_CHILDREN_MAX = 64;
/** A node with fewer elements or children than this part of the most is merged when it can be. */
const SPARSE_PART = 4;
/** Estimated heap bytes of an element: a word for the member and one for the score, in leaves three quarters full. */
export const TREE_ELEMENT_BYTES = 22;

class Leaf {
  members: string[];
  scores: number[];
  constructor(members: string[], scores: number[]) {
    this.members = members;
    this.scores = scores;
  }
}

/**
 * The separator of a child is a score and a member that no element under it comes before, and that every element under
 * the children before it comes before. The first child's separator means nothing: whatever comes before the second
 * one's is there.
 */
class Branch {
  readonly members: string[];
  readonly scores: number[];
  readonly children: Node[];
  /** Elements under each child. */
  readonly sizes: number[];
  constructor(members: string[], scores: number[], children: Node[], sizes: number[]) {
    this.members = members;
    this.scores = scores;
    this.children = children;
    this.sizes = sizes;
  }
}

type Node = Leaf | Branch;

export class RankedTree {
  private root: Node = new Leaf([], []);
  size = 0;

  /** A tree of elements that are in order already. */
  static build(members: readonly string[], scores: readonly number[]): RankedTree {
    const tree = new RankedTree();
    let nodes: Node[] = [];
    for (let at = 0; at < members.length; at += LEAF_ELEMENTS_MAX) {
      nodes.push(new Leaf(members.slice(at, at + LEAF_ELEMENTS_MAX), scores.slice(at, at + LEAF_ELEMENTS_MAX)));
    }
    while (nodes.length > 1) nodes = branchesOver(nodes);
    tree.root = nodes[0] ?? tree.root;
    tree.size = members.length;
    return tree;
  }

  /** Adds an element that is known to be absent. */
  insert(score: number, member: string): void {
    const split = insertInto(this.root, score, member, true);
    if (split !== undefined) this.root = branchesOver([this.root, split])[0]!;
    this.size++;
  }

  /** Removes an element that is known to be there. */
  delete(score: number, member: string): void {
    deleteFrom(this.root, score, member);
    this.size--;
    this.lower();
  }

  /** Removes the ranks `start` to `end - 1`, whole subtrees at a time. */
  deleteRange(start: number, end: number): void {
    if (start >= end) return;
    deleteRangeFrom(this.root, start, end);
    this.size -= end - start;
    this.lower();
  }

  /** The elements that come before this one, which need not be there. */
  rank(score: number, member: string): number {
    let node = this.root;
    let rank = 0;
    while (node instanceof Branch) {
      const at = childFor(node, score, member);
      for (let i = 0; i < at; i++) rank += node.sizes[i]!;
      node = node.children[at]!;
    }
    return rank + positionIn(node, score, member);
  }

  /** The number of elements for which `isBefore` holds, which it must do for the first ones in order and no others. */
  countWhile(isBefore: (score: number, member: string) => boolean): number {
    let node = this.root;
    let count = 0;
    while (node instanceof Branch) {
      const at = prefixLength(node, 1, isBefore) - 1;
      for (let i = 0; i < at; i++) count += node.sizes[i]!;
      node = node.children[at]!;
    }
    return count + prefixLength(node, 0, isBefore);
  }

  /** Visits the ranks `start` to `end - 1`, both within the size, from the last one backwards when `reverse`. */
  forEach(start: number, end: number, reverse: boolean, visit: (member: string, score: number) => void): void {
    let left = end - start;
    while (left > 0) {
      const { leaf, at } = this.seek(reverse ? start + left - 1 : end - left);
      const { members, scores } = leaf;
      const count = Math.min(left, reverse ? at + 1 : members.length - at);
      if (reverse) for (let i = at; i > at - count; i--) visit(members[i]!, scores[i]!);
      else for (let i = at; i < at + count; i++) visit(members[i]!, scores[i]!);
      left -= count;
    }
  }

  /** The elements in order. The tree must not change meanwhile. */
  *entries(): Generator<[member: string, score: number], void, undefined> {
    for (let rank = 0; rank < this.size;) {
      const { leaf } = this.seek(rank);
      for (let i = 0; i < leaf.members.length; i++) yield [leaf.members[i]!, leaf.scores[i]!];
      rank += leaf.members.length;
    }
  }

  /** The score of a member, found by looking at all of them: for a tree of one leaf. */
  findByScan(member: string): number | undefined {
    if (!(this.root instanceof Leaf)) throw new Error("a tree of more than one leaf is not to be scanned");
    const at = this.root.members.indexOf(member);
    return at < 0 ? undefined : this.root.scores[at];
  }

  private seek(rank: number): { leaf: Leaf; at: number } {
    let node = this.root;
    let at = rank;
    while (node instanceof Branch) {
      let child = 0;
      while (at >= node.sizes[child]!) at -= node.sizes[child++]!;
      node = node.children[child]!;
    }
    return { leaf: node, at };
  }

  /** A root with one child gives way to it, one with none to an empty leaf. */
  private lower(): void {
    while (this.root instanceof Branch && this.root.children.length <= 1) {
      this.root = this.root.children[0] ?? new Leaf([], []);
    }
  }
}

/** One level of a tree over the level below it; its separators are the first elements of the nodes below. */
function branchesOver(nodes: readonly Node[]): Branch[] {
  const branches: Branch[] = [];
  for (let at = 0; at < nodes.length; at += BRANCH_CHILDREN_MAX) {
    const children = nodes.slice(at, at + BRANCH_CHILDREN_MAX);
    const members = children.map((node) => node.members[0]!);
    const scores = children.map((node) => node.scores[0]!);
    branches.push(new Branch(members, scores, children, children.map(sizeOf)));
  }
  return branches;
}

function sizeOf(node: Node): number {
  if (node instanceof Leaf) return node.members.length;
  return node.sizes.reduce((sum, size) => sum + size, 0);
}

/** The place of an element in a leaf: how many come before it. */
function positionIn(leaf: Leaf, score: number, member: string): number {
  const { scores, members } = leaf;
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = scores[middle]!;
    if (other < score || (other === score && members[middle]! < member)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The child that an element is under, or belongs under: the last one whose separator it does not come before. */
function childFor(branch: Branch, score: number, member: string): number {
  const { scores, members } = branch;
  let low = 1;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = scores[middle]!;
    if (other < score || (other === score && members[middle]! <= member)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** From `from` on, the first element or separator for which `isBefore` does not hold. */
function prefixLength(node: Node, from: number, isBefore: (score: number, member: string) => boolean): number {
  let low = from;
  let high = node.scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(node.scores[middle]!, node.members[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Answers the new right neighbour of a node that was split. `isLast`: no node of its level comes after it. */
function insertInto(node: Node, score: number, member: string, isLast: boolean): Node | undefined {
  if (node instanceof Leaf) return insertIntoLeaf(node, score, member, isLast);
  const at = childFor(node, score, member);
  const isLastChild = isLast && at === node.children.length - 1;
  const split = insertInto(node.children[at]!, score, member, isLastChild);
  node.sizes[at]!++;
  if (split === undefined) return undefined;
  const size = sizeOf(split);
  node.sizes[at]! -= size;
  node.members.splice(at + 1, 0, split.members[0]!);
  node.scores.splice(at + 1, 0, split.scores[0]!);
  node.children.splice(at + 1, 0, split);
  node.sizes.splice(at + 1, 0, size);
  const count = node.children.length;
  if (count <= BRANCH_CHILDREN_MAX) return undefined;
  const keep = isLastChild ? count - 1 : count >>> 1;
  return new Branch(
    node.members.splice(keep),
    node.scores.splice(keep),
    node.children.splice(keep),
    node.sizes.splice(keep),
  );
}

function insertIntoLeaf(leaf: Leaf, score: number, member: string, isLast: boolean): Leaf | undefined {
  const at = positionIn(leaf, score, member);
  leaf.members = insertedAt(leaf.members, at, member);
  leaf.scores = insertedAt(leaf.scores, at, score);
  const count = leaf.members.length;
  if (count <= LEAF_ELEMENTS_MAX) return undefined;
  // Scores that only ever grow, such as times, leave full leaves behind them.
  const keep = isLast && at === count - 1 ? at : count >>> 1;
  return new Leaf(leaf.members.splice(keep), leaf.scores.splice(keep));
}

/** Up to this many elements an array is kept without room to spare, which V8 gives an array that grows in place. */
const TIGHT_ELEMENTS_MAX = 16;

/** The array with the value at a place, which may be the same array. */
function insertedAt<T>(array: T[], at: number, value: T): T[] {
  if (array.length < TIGHT_ELEMENTS_MAX) return array.toSpliced(at, 0, value);
  array.splice(at, 0, value);
  return array;
}

function deleteFrom(node: Node, score: number, member: string): void {
  if (node instanceof Leaf) {
    const at = positionIn(node, score, member);
    node.members.splice(at, 1);
    node.scores.splice(at, 1);
    return;
  }
  const at = childFor(node, score, member);
  deleteFrom(node.children[at]!, score, member);
  node.sizes[at]!--;
  tidy(node, at);
}

function deleteRangeFrom(node: Node, start: number, end: number): void {
  if (node instanceof Leaf) {
    node.members.splice(start, end - start);
    node.scores.splice(start, end - start);
    return;
  }
  let first = 0;
  let before = 0;
  while (before + node.sizes[first]! <= start) before += node.sizes[first++]!;
  let last = first;
  for (let at = before; at < end; last++) {
    const size = node.sizes[last]!;
    const [from, to] = [Math.max(0, start - at), Math.min(size, end - at)];
    if (to - from < size) deleteRangeFrom(node.children[last]!, from, to);
    node.sizes[last] = size - (to - from);
    at += size;
  }
  // Only the first and the last of the children touched can have elements left.
  const gone = { from: node.sizes[first] === 0 ? first : first + 1, to: node.sizes[last - 1] === 0 ? last : last - 1 };
  if (gone.from < gone.to) removeChildren(node, gone.from, gone.to - gone.from);
  if (first + 1 < node.children.length) tidy(node, first + 1);
  if (first < node.children.length) tidy(node, first);
}

/** Drops a child without elements; joins one that has become small with a neighbour when both fit into one node. */
function tidy(branch: Branch, at: number): void {
  if (branch.sizes[at] === 0) {
    removeChildren(branch, at, 1);
    return;
  }
  const child = branch.children[at]!;
  const most = child instanceof Leaf ? LEAF_ELEMENTS_MAX : BRANCH_CHILDREN_MAX;
  if (child.members.length * SPARSE_PART >= most) return;
  if (at + 1 < branch.children.length && join(branch, at, most)) return;
  if (at > 0) join(branch, at - 1, most);
}

/** Moves what is in the child after `at` into the child at `at`, if it fits. */
function join(branch: Branch, at: number, most: number): boolean {
  const left = branch.children[at]!;
  const right = branch.children[at + 1]!;
  if (left.members.length + right.members.length > most) return false;
  const boundary = left.members.length;
  left.members.push(...right.members);
  left.scores.push(...right.scores);
  if (left instanceof Branch && right instanceof Branch) {
    // What was the right one's first child now needs its separator, and the branch above has it.
    left.members[boundary] = branch.members[at + 1]!;
    left.scores[boundary] = branch.scores[at + 1]!;
    left.children.push(...right.children);
    left.sizes.push(...right.sizes);
  }
  branch.sizes[at]! += branch.sizes[at + 1]!;
  removeChildren(branch, at + 1, 1);
  return true;
}

function removeChildren(branch: Branch, at: number, count: number): void {
  branch.members.splice(at, count);
  branch.scores.splice(at, count);
  branch.children.splice(at, count);
  branch.sizes.splice(at, count);
}
