/**
 * The parts of a path to functions. There is no `eval`: each selector and each term of a filter becomes a closure once,
 * and a run over a document calls them.
 *
 * The order of matches: `..` lists deeper matches before shallower ones (the children in document order, each with all
 * that is below it, then the node itself); everything else goes in document order.
 */
import { toText } from "../../core/bytes.ts";
import * as errors from "../../core/errors.ts";
import { equalNodes, isContainer, JsonError, numericValue } from "./json-document.ts";
import type { JsonArray, JsonNode, JsonObject } from "./json-document.ts";
import type { Comparison, Expression, Operand, Segment, Selector } from "./json-path-parser.ts";
import { LinearRegex } from "./linear-regex.ts";

/** A place in a document: what stands there, and where. It holds while the containers above it stay as they are. */
export class Match {
  readonly value: JsonNode;
  /** What the value is an element or a member of; undefined for the root. */
  readonly container: JsonArray | JsonObject | undefined;
  /** An index or a member's name. */
  readonly key: number | string;
  /** Arrays and objects around the value. */
  readonly depth: number;

  constructor(value: JsonNode, container: JsonArray | JsonObject | undefined, key: number | string, depth: number) {
    this.value = value;
    this.container = container;
    this.key = key;
    this.depth = depth;
  }
}

/** Nodes and terms that one command may visit. A plain path visits each node once; `..` within `..` multiplies them. */
const STEPS_MAX = 2 ** 25;

/** Matches that one command may hold: each costs memory, and an answer that may be as long as the document. */
const MATCHES_MAX = 2 ** 20;

/** Nodes that one command may add by storing its values in many places. */
const COPIES_MAX = 2 ** 20;

/** What the paths of one command may use together, whatever the document. Each method throws a CommandError beyond it. */
export class PathBudget {
  private steps = 0;
  private kept = 0;
  private copied = 0;

  /** Counts nodes and terms before they are visited. */
  readonly charge = (steps: number): void => {
    this.steps += steps;
    if (this.steps > STEPS_MAX) throw errors.JSON_TOO_MANY_STEPS;
  };

  /** Counts the matches of a path, or what a reply holds for them. */
  keep(count: number): void {
    this.kept += count;
    if (this.kept > MATCHES_MAX) throw errors.JSON_TOO_MANY_MATCHES;
  }

  /** Counts nodes before they are copied. */
  copy(nodes: number): void {
    this.copied += nodes;
    if (this.copied > COPIES_MAX) throw errors.JSON_TOO_MANY_COPIES;
  }
}

/** One run of a path over a document. */
export class PathRun {
  readonly root: JsonNode;
  /** What the filters' own `$` paths select, which is the same for every node under test. */
  readonly fromRoot = new Map<Query, readonly JsonNode[]>();
  /** Patterns that come from the document. Undefined for one that is no regular expression. */
  readonly patterns = new Map<string, LinearRegex | undefined>();
  readonly charge: (steps: number) => void;

  constructor(root: JsonNode, { charge }: PathBudget) {
    this.root = root;
    this.charge = charge;
  }
}

/** Adds a match to a list, which ends at some length: it may be the list of a path inside of a filter. */
function add(out: Match[], match: Match): void {
  if (out.length >= MATCHES_MAX) throw errors.JSON_TOO_MANY_MATCHES;
  out.push(match);
}

/** Appends the matches among a node's children. */
type Select = (node: JsonNode, depth: number, run: PathRun, out: Match[]) => void;

/** A path from a node, compiled. */
export class Query {
  /** The names and indexes of a path that has nothing else, and so at most one match; undefined for others. */
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

  /** The match of a path that has {@link steps}, with nothing on the way allocated. */
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

/** An index finds nothing in an object, and a name nothing in an array. */
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

/** RFC 9535, 2.3.4: a negative step goes backwards, and a step of 0 selects nothing. */
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

/** A path is true when it finds something, whatever that is; a literal unless it is `false`. */
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

/** It holds when it holds for any pair of values, so never for a path that finds nothing; `!=` is the opposite of `==`. */
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

/** Numbers, strings (by their bytes) and booleans have an order, each among themselves. */
function isOrdered(a: JsonNode, b: JsonNode, compare: (x: Scalar, y: Scalar) => boolean): boolean {
  const [x, y] = [numericValue(a), numericValue(b)];
  if (x !== undefined && y !== undefined) return compare(x, y);
  if (typeof a === "string" && typeof b === "string") return compare(a, b);
  return typeof a === "boolean" && typeof b === "boolean" && compare(a, b);
}

/** A pattern in the path's own text is compiled with it, and has to be one; a pattern in the document is tried. */
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
