/** The JSON commands that store, merge and remove values; their rows are in `json.ts`. */
import * as errors from "../core/errors.ts";
import * as jsonErrors from "../core/errors/json.ts";
import { OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { isContainer, isNumber, JsonValue, mergePatch, numericValue } from "../data/types/json-document.ts";
import type { JsonArray, JsonNode, JsonObject } from "../data/types/json-document.ts";
import type { JsonPath } from "../data/types/json-path.ts";
import { PathBudget } from "../data/types/json-path-compiler.ts";
import type { Match } from "../data/types/json-path-compiler.ts";
import {
  allMatches,
  atMost,
  checkCopies,
  checkDepth,
  copiesOf,
  currentValue,
  documentToEdit,
  documentChanged,
  LEGACY_ROOT,
  readJson,
  readPath,
  replaceMatch,
} from "./json-args.ts";
import { isOption } from "./args.ts";

type Condition = "NX" | "XX" | undefined;

/** JSON.SET key path value [NX | XX] */
export function jsonSet(context: Context, words: Words): Reply {
  const key = words[1];
  const path = readPath(words[2]);
  const value = readJson(context, words[3]);
  const condition = parseCondition(words);
  const document = documentToEdit(context, key);
  if (document === undefined) {
    if (condition === "XX") return null;
    if (!path.isRoot) throw jsonErrors.NEW_AT_ROOT;
    context.db.set(key, new JsonValue(value));
  } else {
    const assign = planSet(document, path, value, condition);
    if (assign === undefined) return null;
    assign();
  }
  documentChanged(context, key, "json.set");
  return OK;
}

function parseCondition(words: Words): Condition {
  const word = words[4];
  if (words.length === 4) return undefined;
  if (words.length > 5) throw errors.SYNTAX;
  if (isOption(word, "NX")) return "NX";
  if (isOption(word, "XX")) return "XX";
  throw errors.SYNTAX;
}

/**
 * Plans where to store a value: at the place of each match or, without a match, as a new member of an object. Answers a
 * function that stores it; undefined when the condition does not hold. Throws when it cannot be stored. Changes nothing
 * itself.
 */
function planSet(
  document: JsonValue,
  path: JsonPath,
  value: JsonNode,
  condition: Condition,
  budget = new PathBudget(),
): (() => void) | undefined {
  const matches = topmost(allMatches(path, document.root, budget));
  if (condition === (matches.length === 0 ? "XX" : "NX")) return undefined;
  if (matches.length === 0) return planNewMember(document, path, value);
  for (const { depth } of matches) checkDepth(depth, value);
  const copies = copiesOf([value], matches.length, budget);
  return () => {
    for (const match of matches) replaceMatch(document, match, copies()[0]!);
  };
}

/** Plans a new member, for a path without a match whose parent is an object. */
function planNewMember(document: JsonValue, path: JsonPath, value: JsonNode): () => void {
  const { object, name, depth } = newMember(document, path);
  checkDepth(depth, value);
  return () => {
    document.beforeEdit(object);
    object.set(name, value);
  };
}

function newMember(document: JsonValue, path: JsonPath): { object: JsonObject; name: string; depth: number } {
  const name = path.steps?.at(-1);
  if (name === undefined) throw jsonErrors.NOT_STATIC;
  const parent = path.parent(document.root);
  if (parent === undefined) throw jsonErrors.NO_PATH;
  if (typeof name === "number") throw jsonErrors.NO_INDEX;
  if (!(parent.value instanceof Map)) throw jsonErrors.NOT_OBJECT;
  return { object: parent.value, name, depth: parent.depth + 1 };
}

/** The matches that lie within no other match. Only `..` has matches within matches. */
function topmost(matches: readonly Match[]): readonly Match[] {
  if (matches.every((match) => match.depth === matches[0]!.depth)) return matches;
  const covered = new Set<JsonNode>();
  const cover = (node: JsonNode): void => {
    if (!isContainer(node) || covered.has(node)) return;
    covered.add(node);
    for (const child of node.values()) cover(child);
  };
  const top: Match[] = [];
  for (const match of matches.toSorted((a, b) => a.depth - b.depth)) {
    if (match.container !== undefined && covered.has(match.container)) continue;
    top.push(match);
    cover(match.value);
  }
  return top;
}

interface Triple {
  readonly key: string;
  readonly path: JsonPath;
  readonly value: JsonNode;
}

/** JSON.MSET key path value [key path value …] */
export function jsonMset(context: Context, words: Words): Reply {
  if (words.length % 3 !== 1) throw errors.wrongArity("json.mset");
  const triples: Triple[] = [];
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (let i = 1; i < words.length; i += 3) {
    const key = words[i]!;
    if (seen.has(key)) repeated.add(key);
    seen.add(key);
    triples.push({ key, path: readPath(words[i + 1]!), value: readJson(context, words[i + 2]!) });
  }
  const staged = new Map<string, JsonValue>();
  const budget = new PathBudget();
  const assigns = triples.map((triple) =>
    repeated.has(triple.key) ? stageTriple(context, triple, staged, budget) : planTriple(context, triple, budget),
  );
  for (const assign of assigns) assign();
  for (const { key } of triples) documentChanged(context, key, "json.mset");
  return OK;
}

function planTriple(context: Context, { key, path, value }: Triple, budget: PathBudget): () => void {
  const document = documentToEdit(context, key);
  if (document !== undefined) return planSet(document, path, value, undefined, budget)!;
  if (!path.isRoot) throw jsonErrors.NEW_AT_ROOT;
  return () => context.db.set(key, new JsonValue(value));
}

/**
 * Stages one triple. A key that is named more than once is edited as a copy, so that each triple sees the one before
 * it.
 */
function stageTriple(
  context: Context,
  { key, path, value }: Triple,
  staged: Map<string, JsonValue>,
  budget: PathBudget,
): () => void {
  const document = staged.get(key) ?? documentToEdit(context, key)?.copy();
  if (document === undefined && !path.isRoot) throw jsonErrors.NEW_AT_ROOT;
  if (document !== undefined) planSet(document, path, value, undefined, budget)!();
  staged.set(key, document ?? new JsonValue(value));
  return () => context.db.replace(key, staged.get(key)!);
}

/** JSON.MERGE key path value */
export function jsonMerge(context: Context, words: Words): Reply {
  const key = words[1];
  const path = readPath(words[2]);
  const patch = readJson(context, words[3]);
  const document = documentToEdit(context, key);
  if (document === undefined) {
    if (!path.isRoot) throw jsonErrors.NEW_AT_ROOT;
    context.db.set(key, new JsonValue(mergePatch(undefined, patch)));
  } else {
    mergeInto(document, path, patch);
  }
  documentChanged(context, key, "json.merge");
  return OK;
}

function mergeInto(document: JsonValue, path: JsonPath, patch: JsonNode): void {
  const budget = new PathBudget();
  const matches = allMatches(path, document.root, budget);
  if (matches.length === 0) {
    planNewMember(document, path, mergePatch(undefined, patch))();
    return;
  }
  for (const { depth } of matches) checkDepth(depth, patch);
  checkCopies([patch], matches.length, budget);
  for (const match of matches) {
    const merged = mergePatch(currentValue(document, match), patch, (object) => document.beforeEdit(object));
    replaceMatch(document, match, merged);
  }
}

/** JSON.DEL key [path] */
export function jsonDel(context: Context, words: Words): Reply {
  atMost(words, 3);
  const key = words[1];
  const path = readPath(words[2] ?? LEGACY_ROOT);
  const document = documentToEdit(context, key);
  if (document === undefined) return 0;
  const deleted = path.isRoot ? Number(context.db.delete(key)) : deleteMatches(document, path);
  if (deleted > 0) documentChanged(context, key, "json.del");
  return deleted;
}

/**
 * Deletes all matches; answers how many. The elements of one array are removed together, so that no index shifts in
 * between.
 */
function deleteMatches(document: JsonValue, path: JsonPath): number {
  const elements = new Map<JsonArray, Set<number>>();
  let deleted = 0;
  for (const { container, key } of topmost(allMatches(path, document.root))) {
    if (container !== undefined) document.beforeEdit(container);
    if (container instanceof Map) {
      if (container.delete(key as string)) deleted++;
    } else if (container !== undefined) {
      const indexes = elements.get(container) ?? new Set();
      elements.set(container, indexes.add(key as number));
    }
  }
  for (const [array, indexes] of elements) {
    deleted += indexes.size;
    removeElements(array, indexes);
  }
  return deleted;
}

function removeElements(array: JsonArray, indexes: ReadonlySet<number>): void {
  if (indexes.size === 1) {
    for (const index of indexes) array.splice(index, 1);
    return;
  }
  let kept = 0;
  for (let i = 0; i < array.length; i++) if (!indexes.has(i)) array[kept++] = array[i]!;
  array.length = kept;
}

/** JSON.CLEAR key [path] */
export function jsonClear(context: Context, words: Words): Reply {
  atMost(words, 3);
  const path = readPath(words[2] ?? LEGACY_ROOT);
  const document = documentToEdit(context, words[1]);
  if (document === undefined) throw jsonErrors.NO_DOCUMENT;
  let cleared = 0;
  for (const match of allMatches(path, document.root)) if (clear(document, match)) cleared++;
  if (cleared > 0) documentChanged(context, words[1], "json.clear");
  return cleared;
}

/** Clears a match; answers whether it changed. */
function clear(document: JsonValue, match: Match): boolean {
  const value = currentValue(document, match);
  if (isNumber(value)) {
    if (Number(numericValue(value)) === 0) return false;
    replaceMatch(document, match, 0);
    return true;
  }
  if (value instanceof Map || Array.isArray(value)) document.beforeEdit(value);
  if (Array.isArray(value)) return value.splice(0).length > 0;
  if (!(value instanceof Map) || value.size === 0) return false;
  value.clear();
  return true;
}
