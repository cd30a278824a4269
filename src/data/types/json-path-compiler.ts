/**
 * Compiles a parsed path to closures, one for each selector and each term of a filter. There is no `eval`.
 *
 * Order of matches: `..` lists deeper matches before shallower ones (the children in document order, each with all
 * below it, then the node itself); everything else is in document order.
 *
 * Invariant: a {@link Query} has no state. What a run over one document needs is in its {@link PathRun}, and the {@link
 * PathBudget} behind that serves all paths of one command.
 *
 * Cost: a step for each node and term visited, charged before the visit; {@link STEPS_MAX}, {@link MATCHES_MAX} and
 * {@link COPIES_MAX} bound a command. Recursion is as deep as the document or the path nests, which their parsers
 * bound.
 *
 * References: a {@link Match} refers to its container, so it holds until an edit changes a container above it. Matches
 * and runs end with the command; queries are cached with their paths.
 */
import { toText } from "../../core/bytes.ts";
import * as jsonErrors from "../../core/errors/json.ts";
import { equalNodes, isContainer, JsonError, numericValue } from "./json-document.ts";
import type { JsonArray, JsonNode, JsonObject } from "./json-document.ts";
import type { Comparison, Expression, Operand, Segment, Selector } from "./json-path-parser.ts";
import { LinearRegex } from "./linear-regex.ts";

/** A place in a document and the value there. Valid until a container above it changes. */
export class Match {
  readonly value: JsonNode;
  /** The array or object that has the value; undefined for the root. */
  readonly container: JsonArray | JsonObject | undefined;
  /** The index in the array, or the member's name. */
  readonly key: number | string;
  /** The number of arrays and objects around the value. */
  readonly depth: number;

  constructor(value: JsonNode, container: JsonArray | JsonObject | undefined, key: number | string, depth: number) {
    this.value = value;
    this.container = container;
    this.key = key;
    this.depth = depth;
  }
}

/**
 * Nodes and terms that the paths of one command may visit. A plain path visits each node once; `..` within `..`
 * multiplies.
 */
const STEPS_MAX = 2 ** 25;

/** Matches that one command may hold. Each takes memory, and its answer may be as long as the document. */
const MATCHES_MAX = 2 ** 20;

/** Nodes that one command may add by storing its values at several places. */
const COPIES_MAX = 2 ** 20;

/** The budget of all paths of one command. Each method throws a CommandError when it is exceeded. */
export class PathBudget {
  private steps = 0;
  private kept = 0;
  private copied = 0;

  /** Charges nodes and terms before they are visited. */
  readonly charge = (steps: number): void => {
    this.steps += steps;
    if (this.steps > STEPS_MAX) throw jsonErrors.TOO_MANY_STEPS;
  };

  /** Charges matches of a path, or the elements of a reply for them. */
  keep(count: number): void {
    this.kept += count;
    if (this.kept > MATCHES_MAX) throw jsonErrors.TOO_MANY_MATCHES;
  }

  /** Charges nodes before they are copied. */
  copy(nodes: number): void {
    this.copied += nodes;
    if (this.copied > COPIES_MAX) throw jsonErrors.TOO_MANY_COPIES;
  }
}

/** A run of a path over a document. */
export class PathRun {
  readonly root: JsonNode;
  /** Results of the `$` paths in filters, which are the same for every tested node. */
  readonly fromRoot = new Map<Query, readonly JsonNode[]>();
  /** Regular expressions found in the document; undefined for a malformed one. */
  readonly patterns = new Map<string, LinearRegex | undefined>();
  readonly charge: (steps: number) => void;

  constructor(root: JsonNode, { charge }: PathBudget) {
    this.root = root;
    this.charge = charge;
  }
}

/** Appends a match. Throws when the list is too long; a path in a filter makes lists that no budget counts. */
function add(out: Match[], match: Match): void {
  if (out.length >= MATCHES_MAX) throw jsonErrors.TOO_MANY_MATCHES;
  out.push(match);
}

/** Appends the matches among the children of a node. */
type Select = (node: JsonNode, depth: number, run: PathRun, out: Match[]) => void;

/** A compiled path from a node. */
export class Query {
  /** The names and indexes of a path that consists of nothing else, and so has one match at most. */
  readonly steps: readonly (string | number)[] | undefined;
  private readonly selects: readonly Select[];

  constructor(segments: readonly Segment[]) {
    this.steps = plainSteps(segments);
    this.selects = segments.map(compileSegment);
  }

  /** The matches in order. */
  find(start: JsonNode, run: PathRun): Match[] {
    let matches = [new Match(start, undefined, "", 0)];
    for (const select of this.selects) {
      const next: Match[] = [];
      run.charge(matches.length);
      for (const { value, depth } of matches) select(value, depth, run, next);
      matches = next;
    }
    return matches;
  }

  /** The match of a path with {@link steps}. Allocates nothing on the way to it. */
  locate(start: JsonNode, steps: readonly (string | number)[]): Match | undefined {
    let container: JsonArray | JsonObject | undefined;
    let node: JsonNode | undefined = start;
    let key: string | number = "";
    for (const step of steps) {
      if (!isContainer(node)) return undefined;
      container = node;
      key = typeof step === "number" && Array.isArray(node) ? position(step, node.length) : step;
      node = childAt(node, key);
      if (node === undefined) return undefined;
    }
    return new Match(node, container, key, steps.length);
  }
}

function plainSteps(segments: readonly Segment[]): readonly (string | number)[] | undefined {
  const steps: (string | number)[] = [];
  for (const { descends, selectors } of segments) {
    const [selector] = selectors;
    if (descends || selectors.length !== 1 || selector === undefined) return undefined;
    if (selector.kind === "name") steps.push(selector.name);
    else if (selector.kind === "index") steps.push(selector.index);
    else return undefined;
  }
  return steps;
}

function position(index: number, length: number): number {
  return index < 0 ? length + index : index;
}

/** The child at a key. An index finds nothing in an object, and a name nothing in an array. */
function childAt(node: JsonArray | JsonObject, key: string | number): JsonNode | undefined {
  if (typeof key === "string") return node instanceof Map ? node.get(key) : undefined;
  return Array.isArray(node) ? node[key] : undefined;
}

function compileSegment(segment: Segment): Select {
  const selects = segment.selectors.map(compileSelector);
  const select: Select =
    selects.length === 1
      ? selects[0]!
      : (node, depth, run, out) => {
          for (const each of selects) each(node, depth, run, out);
        };
  if (!segment.descends) return select;
  const descend: Select = (node, depth, run, out) => {
    if (Array.isArray(node)) {
      run.charge(1 + node.length);
      for (const child of node) if (typeof child === "object") descend(child, depth + 1, run, out);
    } else if (node instanceof Map) {
      run.charge(1 + node.size);
      for (const child of node.values()) if (typeof child === "object") descend(child, depth + 1, run, out);
    } else {
      return;
    }
    select(node, depth, run, out);
  };
  return descend;
}

function compileSelector(selector: Selector): Select {
  switch (selector.kind) {
    case "name":
    case "index":
      return selectOne(selector.kind === "name" ? selector.name : selector.index);
    case "wildcard":
      return selectWhere(() => true);
    case "slice":
      return selectSlice(selector.start, selector.end, selector.step);
    case "filter":
      return selectWhere(compileExpression(selector.test));
  }
}

function selectOne(key: string | number): Select {
  return (node, depth, _run, out) => {
    if (!isContainer(node)) return;
    const at = typeof key === "number" && Array.isArray(node) ? position(key, node.length) : key;
    const child = childAt(node, at);
    if (child !== undefined) add(out, new Match(child, node, at, depth + 1));
  };
}

function selectWhere(test: Test): Select {
  return (node, depth, run, out) => {
    if (Array.isArray(node)) {
      run.charge(node.length);
      for (let i = 0; i < node.length; i++) {
        if (test(node[i]!, run)) add(out, new Match(node[i]!, node, i, depth + 1));
      }
    } else if (node instanceof Map) {
      run.charge(node.size);
      for (const [key, child] of node) if (test(child, run)) add(out, new Match(child, node, key, depth + 1));
    }
  };
}

/** RFC 9535, 2.3.4: a negative step selects backwards, and a step of 0 selects nothing. */
function selectSlice(start: number | undefined, end: number | undefined, step: number): Select {
  return (node, depth, run, out) => {
    if (!Array.isArray(node) || step === 0) return;
    const { length } = node;
    const low = step > 0 ? 0 : -1;
    const high = step > 0 ? length : length - 1;
    const clamp = (index: number): number => Math.min(Math.max(position(index, length), low), high);
    const first = start === undefined ? (step > 0 ? low : high) : clamp(start);
    const last = end === undefined ? (step > 0 ? high : low) : clamp(end);
    for (let i = first; step > 0 ? i < last : i > last; i += step) {
      run.charge(1);
      add(out, new Match(node[i]!, node, i, depth + 1));
    }
  };
}

/** Whether a node passes a filter. */
type Test = (node: JsonNode, run: PathRun) => boolean;

/** The values that one side of a comparison stands for: none, one, or the many of a path with several matches. */
type Values = (node: JsonNode, run: PathRun) => readonly JsonNode[];

function compileExpression(expression: Expression): Test {
  switch (expression.kind) {
    case "or": {
      const tests = expression.terms.map(compileExpression);
      return (node, run) => tests.some((test) => test(node, run));
    }
    case "and": {
      const tests = expression.terms.map(compileExpression);
      return (node, run) => tests.every((test) => test(node, run));
    }
    case "not": {
      const test = compileExpression(expression.term);
      return (node, run) => !test(node, run);
    }
    case "compare":
      return compileComparison(expression.op, expression.left, expression.right);
    case "test":
      return compileTest(expression.operand);
  }
}

/** A path holds when it has a match, whatever its value. A literal holds unless it is `false`. */
function compileTest(operand: Operand): Test {
  if (operand.kind === "literal") return () => operand.value !== false;
  const values = compileOperand(operand);
  return (node, run) => {
    run.charge(1);
    return values(node, run).length > 0;
  };
}

const NOTHING: readonly JsonNode[] = [];

function compileOperand(operand: Operand): Values {
  if (operand.kind === "literal") {
    const values = [operand.value];
    return () => values;
  }
  const query = new Query(operand.segments);
  const find = (start: JsonNode, run: PathRun): readonly JsonNode[] => {
    if (query.steps === undefined) return query.find(start, run).map((match) => match.value);
    const match = query.locate(start, query.steps);
    return match === undefined ? NOTHING : [match.value];
  };
  if (!operand.fromRoot) return find;
  return (_node, run) => {
    let values = run.fromRoot.get(query);
    if (values === undefined) run.fromRoot.set(query, (values = find(run.root, run)));
    return values;
  };
}

/**
 * A comparison holds when it holds for any pair of values, so never for a path without a match. `!=` is the negation of
 * `==`.
 */
function compileComparison(op: Comparison, left: Operand, right: Operand): Test {
  const [lefts, rights] = [compileOperand(left), compileOperand(right)];
  const holds = op === "=~" ? compilePattern(right) : RELATIONS[op];
  return (node, run) => {
    const [a, b] = [lefts(node, run), rights(node, run)];
    run.charge(1 + a.length * b.length);
    const found = a.some((x) => b.some((y) => holds(x, y, run)));
    return op === "!=" ? !found : found;
  };
}

type Relation = (a: JsonNode, b: JsonNode, run: PathRun) => boolean;

const RELATIONS: Readonly<Record<Exclude<Comparison, "=~">, Relation>> = {
  "==": isEqual,
  "!=": isEqual,
  "<": (a, b) => isOrdered(a, b, (x, y) => x < y),
  "<=": (a, b) => isOrdered(a, b, (x, y) => x <= y),
  ">": (a, b) => isOrdered(a, b, (x, y) => x > y),
  ">=": (a, b) => isOrdered(a, b, (x, y) => x >= y),
};

function isEqual(a: JsonNode, b: JsonNode, { charge }: PathRun): boolean {
  return equalNodes(a, b, charge);
}

type Scalar = number | bigint | string | boolean;

/** Compares two numbers, two strings (by bytes) or two booleans. Other pairs are never in order. */
function isOrdered(a: JsonNode, b: JsonNode, compare: (x: Scalar, y: Scalar) => boolean): boolean {
  const [x, y] = [numericValue(a), numericValue(b)];
  if (x !== undefined && y !== undefined) return compare(x, y);
  if (typeof a === "string" && typeof b === "string") return compare(a, b);
  return typeof a === "boolean" && typeof b === "boolean" && compare(a, b);
}

/**
 * A pattern in the path is compiled with it, and an error if malformed. A pattern in the document is compiled when met,
 * and matches nothing if malformed.
 */
function compilePattern(right: Operand): Relation {
  if (right.kind === "literal" && typeof right.value === "string") {
    const pattern = compileRegex(right.value);
    return (text, _, run) => typeof text === "string" && pattern.test(toText(text), run.charge);
  }
  return (text, source, run) => {
    if (typeof text !== "string" || typeof source !== "string") return false;
    if (!run.patterns.has(source)) run.patterns.set(source, compileFound(source, run));
    return run.patterns.get(source)?.test(toText(text), run.charge) ?? false;
  };
}

function compileFound(source: string, run: PathRun): LinearRegex | undefined {
  run.charge(source.length);
  try {
    return compileRegex(source);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function compileRegex(source: string): LinearRegex {
  try {
    return new LinearRegex(toText(source));
  } catch (error) {
    if (error instanceof RangeError) throw new JsonError("invalid path: invalid regular expression");
    throw error;
  }
}
