/**
 * A JSON document as a tree that is edited in place.
 *
 * | JSON    | node                                                                                    |
 * | ------- | --------------------------------------------------------------------------------------- |
 * | null, true, false | the same                                                                      |
 * | string  | a byte string, the UTF-8 form of the text                                               |
 * | integer | a `number` or, beyond 2^53, a `bigint`; from -2^63 to 2^64 - 1, exact                     |
 * | double  | a `number` with a fraction, or an {@link IntegralDouble}                                |
 * | array   | an array                                                                                |
 * | object  | a Map, which keeps the order of its members and knows no prototype: `__proto__` is a key |
 *
 * A whole `number` is an integer and any other a double, so neither needs a wrapper; only a double that happens to be
 * whole, such as `1.0` or `1e300`, has to be told from an integer.
 */
import { INT64_MAX } from "../../core/numbers.ts";
import type { Int64 } from "../../core/numbers.ts";
import { stringBytes } from "../value.ts";
import type { DataValue } from "../value.ts";
import { withoutWatcher, withWatcher } from "./watchers.ts";

/** A value in a document. Strings are byte strings of UTF-8. A bigint is an integer beyond 2^53. */
export type JsonNode = null | boolean | number | bigint | string | IntegralDouble | JsonArray | JsonObject;
/** An array in a document. */
export type JsonArray = JsonNode[];
/** An object in a document, in the order of its members. */
export type JsonObject = Map<string, JsonNode>;

/** Nesting of arrays and objects in a document. */
export const JSON_DEPTH_MAX = 128;

/** An error in a document, a path or an operation on them, as text for the client. */
export class JsonError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** A double whose value is whole. */
export class IntegralDouble {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** The node of a number that is a double, whole or not. */
export function doubleNode(value: number): JsonNode {
  return Number.isInteger(value) ? new IntegralDouble(value) : value;
}

/** Whether a value is an array or an object. */
export function isContainer(node: JsonNode | undefined): node is JsonArray | JsonObject {
  return Array.isArray(node) || node instanceof Map;
}

/** Whether a node is an integer. */
function isInteger(node: JsonNode): node is Int64 {
  return typeof node === "bigint" || (typeof node === "number" && Number.isInteger(node));
}

/** Whether a node is an integer that 64 bits with a sign hold, as arithmetic and replies have it. */
export function isInt64(node: JsonNode): node is Int64 {
  return isInteger(node) && node <= INT64_MAX;
}

/** Whether a node is an integer or a double. */
export function isNumber(node: JsonNode): node is Int64 | IntegralDouble {
  return typeof node === "number" || typeof node === "bigint" || node instanceof IntegralDouble;
}

/** The value of a number; undefined for anything else. */
export function numericValue(node: JsonNode): Int64 | undefined {
  if (typeof node === "number" || typeof node === "bigint") return node;
  return node instanceof IntegralDouble ? node.value : undefined;
}

/** The type of a node, as JSON.TYPE names it. */
export function typeName(node: JsonNode): string {
  switch (typeof node) {
    case "string":
    case "boolean":
      return typeof node;
    case "bigint":
      return "integer";
    case "number":
      return Number.isInteger(node) ? "integer" : "number";
    default:
      if (node === null) return "null";
      if (Array.isArray(node)) return "array";
      return node instanceof Map ? "object" : "number";
  }
}

/** Nesting of arrays and objects, the node itself included; 0 for a scalar. */
export function heightOf(node: JsonNode): number {
  if (!isContainer(node)) return 0;
  let height = 0;
  for (const child of node.values()) height = Math.max(height, heightOf(child));
  return height + 1;
}

/**
 * The number of nodes in a tree. `charge` is told the size of each array and object before its elements are counted.
 */
export function countNodes(node: JsonNode, charge?: Charge): number {
  if (!isContainer(node)) return 1;
  charge?.(Array.isArray(node) ? node.length : node.size);
  let count = 1;
  for (const child of node.values()) count += countNodes(child, charge);
  return count;
}

/** A deep copy. Scalars, which never change, are shared. */
export function copyNode(node: JsonNode): JsonNode {
  if (Array.isArray(node)) return node.map(copyNode);
  if (!(node instanceof Map)) return node;
  const copy: JsonObject = new Map();
  for (const [key, child] of node) copy.set(key, copyNode(child));
  return copy;
}

/** Counts nodes before they are visited. It throws when they are too many. */
type Charge = (nodes: number) => void;

/** Whether two trees are equal: numbers by value, objects in any order of members. */
export function equalNodes(a: JsonNode, b: JsonNode, charge: Charge): boolean {
  return areEqual(a, b, charge, equalNumbers);
}

/** As {@link equalNodes}, where an integer and a double are never equal: `3` is not `3.0`. */
export function identicalNodes(a: JsonNode, b: JsonNode, charge: Charge): boolean {
  return areEqual(a, b, charge, (x, y) => isInteger(x) === isInteger(y) && equalNumbers(x, y));
}

type Compare = (a: JsonNode, b: JsonNode) => boolean;

/** Whether both are numbers of one value. `==` compares a bigint and a number by that, without rounding. */
function equalNumbers(a: JsonNode, b: JsonNode): boolean {
  const [x, y] = [numericValue(a), numericValue(b)];
  // oxlint-disable-next-line eqeqeq
  return x !== undefined && y !== undefined && x == y;
}

function areEqual(a: JsonNode, b: JsonNode, charge: Charge, compareNumbers: Compare): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    charge(a.length);
    return a.every((child, i) => areEqual(child, b[i]!, charge, compareNumbers));
  }
  if (a instanceof Map) {
    if (!(b instanceof Map) || a.size !== b.size) return false;
    charge(a.size);
    for (const [key, child] of a) {
      const other = b.get(key);
      if (other === undefined || !areEqual(child, other, charge, compareNumbers)) return false;
    }
    return true;
  }
  return compareNumbers(a, b);
}

/** Estimated heap bytes of a tree. */
export function nodeBytes(node: JsonNode): number {
  switch (typeof node) {
    case "string":
      return stringBytes(node);
    case "bigint":
      return 24;
    case "number":
      return Number.isInteger(node) && Math.abs(node) < 2 ** 30 ? 0 : 16;
    case "boolean":
      return 0;
    default:
      return node === null ? 0 : objectBytes(node);
  }
}

/** In V8 an array is a header and slots of 8 bytes each. A Map costs 32 bytes for each entry, buckets included. */
function objectBytes(node: IntegralDouble | JsonArray | JsonObject): number {
  if (node instanceof IntegralDouble) return 24;
  let bytes = 32;
  if (Array.isArray(node)) {
    for (const child of node) bytes += 8 + nodeBytes(child);
    return bytes;
  }
  for (const [key, child] of node) bytes += 32 + stringBytes(key) + nodeBytes(child);
  return bytes + 64;
}

/**
 * Applies a merge patch (RFC 7396) to a tree, in place where possible; answers the tree to store. `beforeEdit` is told of
 * each object before it changes.
 */
export function mergePatch(
  target: JsonNode | undefined,
  patch: JsonNode,
  beforeEdit?: (object: JsonObject) => void,
): JsonNode {
  if (!(patch instanceof Map)) return copyNode(patch);
  const merged: JsonObject = target instanceof Map ? target : new Map();
  if (merged === target) beforeEdit?.(merged);
  for (const [key, value] of patch) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value, beforeEdit));
  }
  return merged;
}

/** The document as it was at an instant. `frozen-tree.ts` has one. */
interface FrozenDocument {
  beforeEdit(container: JsonArray | JsonObject): void;
}

/** A JSON document as the value of a key. */
export class JsonValue implements DataValue {
  readonly type = "json";
  /** A document is never empty: when its root is deleted, its key is. */
  readonly size = 1;
  root: JsonNode;
  /** Undefined while there are none. */
  private frozen: readonly FrozenDocument[] | undefined;

  constructor(root: JsonNode) {
    this.root = root;
  }

  /** Informs a frozen copy of edits until {@link thaw}. */
  freeze(frozen: FrozenDocument): void {
    this.frozen = withWatcher(this.frozen, frozen);
  }

  thaw(frozen: FrozenDocument): void {
    this.frozen = withoutWatcher(this.frozen, frozen);
  }

  /** To be called before the elements or members of an array or object in this document change. */
  beforeEdit(container: JsonArray | JsonObject): void {
    if (this.frozen !== undefined) for (const frozen of this.frozen) frozen.beforeEdit(container);
  }

  copy(): JsonValue {
    return new JsonValue(copyNode(this.root));
  }

  memoryBytes(): number {
    return 24 + nodeBytes(this.root);
  }
}
