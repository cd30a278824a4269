/**
 * The order of a sorted set: members by score and, among equal scores, by their bytes, as a counted B+-tree. Leaves are
 * dense arrays of members and scores. A branch knows the number of elements under each child, so a rank, or the element
 * at a rank, is found on one way down. Every range, of scores, members or ranks, is a range of ranks here.
 *
 * Invariant: all leaves have the same depth. No node is empty but the root of an empty tree. A leaf holds at most
 * {@link LEAF_ELEMENTS_MAX} elements, a branch at most {@link BRANCH_CHILDREN_MAX} children, and its `sizes` are exact.
 * Merging is lazy: a sparse node joins a neighbour when both fit into one node, so nodes may be sparse.
 *
 * Cost: O(log n) to insert, delete or find; a range costs that and its length. Deleting a range drops whole subtrees
 * and costs O(log n).
 *
 * References: nothing outside of the tree holds a node. {@link RankedTree.entries} and {@link RankedTree.forEach} must
 * be used up before the tree changes.
 */
import { inserted } from "./flat.ts";

/** Elements of one leaf. A sorted set of up to this many elements is one leaf: two flat arrays. */
export const LEAF_ELEMENTS_MAX = 128;
const BRANCH_CHILDREN_MAX = 64;
/** A node that is filled to less than this part is merged if it fits. */
const SPARSE_PART = 4;
/** Estimated heap bytes of an element: a word for the member, one for the score, in leaves three quarters full. */
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
 * The separator of a child is a score and a member: no element under the child comes before it, and every element under
 * the children before does. The first separator is not used: the first child takes all that comes before the second
 * separator.
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

/** Members ordered by score, then by bytes. */
export class RankedTree {
  private root: Node = new Leaf([], []);
  size = 0;

  /** Builds a tree of elements that are in order. */
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

  /** Adds an element that the tree does not have. */
  insert(score: number, member: string): void {
    const split = insertInto(this.root, score, member, true);
    if (split !== undefined) this.root = branchesOver([this.root, split])[0]!;
    this.size++;
  }

  /** Removes an element that the tree has. */
  delete(score: number, member: string): void {
    deleteFrom(this.root, score, member);
    this.size--;
    this.lower();
  }

  /** Removes the elements at ranks `start` to `end - 1`, whole subtrees at a time. */
  deleteRange(start: number, end: number): void {
    if (start >= end) return;
    deleteRangeFrom(this.root, start, end);
    this.size -= end - start;
    this.lower();
  }

  /** The number of elements that come before this one, whether or not the tree has it. */
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

  /**
   * The number of elements for which `isBefore` holds. It must hold for a prefix of the order and for no other element.
   */
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

  /**
   * Visits the elements at ranks `start` to `end - 1`, both within the size; backwards when `reverse`. Costs O(log n)
   * for each leaf.
   */
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

  /** The score of a member, by comparing all members. Only for a tree of one leaf. */
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

  /** Drops roots with a single child, and a root without children. */
  private lower(): void {
    while (this.root instanceof Branch && this.root.children.length <= 1) {
      this.root = this.root.children[0] ?? new Leaf([], []);
    }
  }
}

/** Branches over the nodes of one level. Their separators are the first elements of the nodes. */
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

/** The index in a leaf of the first element that does not come before this one. */
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

/**
 * The index of the child that has this element or would take it: the last one whose separator does not come after it.
 */
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

/** The index, at least `from`, of the first element or separator for which `isBefore` does not hold. */
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

/**
 * Inserts below a node; when the node splits, answers its new right neighbour. `isLast`: the node is the last of its
 * level.
 */
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
  leaf.members = inserted(leaf.members, at, member);
  leaf.scores = inserted(leaf.scores, at, score);
  const count = leaf.members.length;
  if (count <= LEAF_ELEMENTS_MAX) return undefined;
  // Appended elements leave full leaves behind, as with scores that only grow, such as times.
  const keep = isLast && at === count - 1 ? at : count >>> 1;
  return new Leaf(leaf.members.splice(keep), leaf.scores.splice(keep));
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
  // Only the first and the last child in the range can keep elements.
  const gone = { from: node.sizes[first] === 0 ? first : first + 1, to: node.sizes[last - 1] === 0 ? last : last - 1 };
  if (gone.from < gone.to) removeChildren(node, gone.from, gone.to - gone.from);
  if (first + 1 < node.children.length) tidy(node, first + 1);
  if (first < node.children.length) tidy(node, first);
}

/** Drops an empty child; joins a sparse child with a neighbour if both fit into one node. */
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

/** Moves the content of the child after `at` into the child at `at` if it fits; answers whether it did. */
function join(branch: Branch, at: number, most: number): boolean {
  const left = branch.children[at]!;
  const right = branch.children[at + 1]!;
  if (left.members.length + right.members.length > most) return false;
  const boundary = left.members.length;
  left.members.push(...right.members);
  left.scores.push(...right.scores);
  if (left instanceof Branch && right instanceof Branch) {
    // The right node's first child needs its separator now, which stands in the branch above.
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
