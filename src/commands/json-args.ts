/** Helpers of the JSON commands: reading paths and documents, and replies for each match of a path. */
import { isWellFormed } from "../core/bytes.ts";
import * as errors from "../core/errors.ts";
import * as jsonErrors from "../core/errors/json.ts";
import { EventClass } from "../core/keyspace-events.ts";
import type { CommandError, Reply } from "../core/reply.ts";
import type { Context } from "../engine/context.ts";
import { copyNode, countNodes, heightOf, JSON_DEPTH_MAX, JsonError, JsonValue } from "../data/types/json-document.ts";
import type { JsonNode } from "../data/types/json-document.ts";
import { parseJson } from "../data/types/json-parser.ts";
import { jsonPath } from "../data/types/json-path.ts";
import type { JsonPath } from "../data/types/json-path.ts";
import { PathBudget } from "../data/types/json-path-compiler.ts";
import type { Match } from "../data/types/json-path-compiler.ts";
import { serialize } from "../data/types/json-serializer.ts";
import type { JsonLayout } from "../data/types/json-serializer.ts";

/** The path of a command without one: the root, as a legacy path. */
export const LEGACY_ROOT = ".";

/** Runs a parser, and turns its JsonError into a CommandError. */
function orFail<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof JsonError ? jsonErrors.doesNotParse(error.message) : error;
  }
}

/** A path, JSONPath or legacy. Throws a CommandError when it does not parse. */
export function readPath(word: string): JsonPath {
  return orFail(() => jsonPath(word));
}

/**
 * A document in JSON. Throws a CommandError when it does not parse. One that is not UTF-8 is taken from a file, since it
 * may have been stored before such documents were refused.
 */
export function readJson({ engine }: Context, word: string): JsonNode {
  if (!isWellFormed(word) && !engine.isReplaying) throw jsonErrors.NOT_UTF8;
  return orFail(() => parseJson(word));
}

/** The documents in the words from `from` on. Throws a CommandError when one does not parse. */
export function readJsons(context: Context, words: readonly string[], from: number): JsonNode[] {
  return words.slice(from).map((word) => readJson(context, word));
}

/** The JSON text of a value, for a reply. Throws when it is longer than a string can be, or than `bytesMax`. */
export function jsonText(node: JsonNode, layout?: JsonLayout, bytesMax?: number): string {
  try {
    return serialize(node, layout, bytesMax);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw bytesMax === undefined ? errors.STRING_TOO_LONG : jsonErrors.TOO_LONG;
  }
}

/** Whether a path has at most one match, so that its result is no longer than the document. */
export function isSingular(path: JsonPath): boolean {
  return path.isLegacy || path.steps !== undefined;
}

/** All matches of a path in order, also of a legacy path, for commands that act on each. */
export function allMatches(path: JsonPath, root: JsonNode, budget = new PathBudget()): readonly Match[] {
  return path.find(root, budget);
}

/** The first match. Throws when there is none. */
export function firstMatch(path: JsonPath, root: JsonNode, budget = new PathBudget()): Match {
  const match = path.first(root, budget);
  if (match === undefined) throw jsonErrors.NO_PATH;
  return match;
}

/** The document at a key to read; undefined when there is none. Throws WRONGTYPE when the key holds something else. */
export function documentToRead(context: Context, key: string): JsonValue | undefined {
  return context.db.read(key, JsonValue);
}

/** The document at a key to edit; undefined when there is none. Throws WRONGTYPE when the key holds something else. */
export function documentToEdit(context: Context, key: string): JsonValue | undefined {
  return context.db.edit(key, JsonValue);
}

/** A document and the places in it that a command acts on: all matches of a JSONPath, the first of a legacy path. */
export interface Target {
  readonly key: string;
  readonly root: JsonNode;
  readonly document: JsonValue;
  readonly isLegacy: boolean;
  readonly matches: readonly Match[];
  /** The work that the command may still do. */
  readonly budget: PathBudget;
}

/**
 * The places to read in the document at a key; undefined when there is no document. Throws when a legacy path has no
 * match.
 */
export function targetToRead(context: Context, key: string, path: JsonPath): Target | undefined {
  const document = documentToRead(context, key);
  return document === undefined ? undefined : targetIn(document, key, path);
}

/** The places to read in the document at a key. Throws when there is no document, or a legacy path has no match. */
export function existingTarget(context: Context, key: string, path: JsonPath): Target {
  const target = targetToRead(context, key, path);
  if (target === undefined) throw jsonErrors.NO_DOCUMENT;
  return target;
}

/** The places to edit in the document at a key. Throws when there is no document, or a legacy path has no match. */
export function targetToEdit(context: Context, key: string, path: JsonPath): Target {
  const document = documentToEdit(context, key);
  if (document === undefined) throw jsonErrors.NO_DOCUMENT;
  return targetIn(document, key, path);
}

function targetIn(document: JsonValue, key: string, path: JsonPath): Target {
  const { root } = document;
  const { isLegacy } = path;
  const budget = new PathBudget();
  const matches = isLegacy ? [firstMatch(path, root, budget)] : allMatches(path, root, budget);
  // Several matches may be the same large array, which commands then walk once for each.
  if (matches.length > 1) for (const { value } of matches) budget.charge(lengthOf(value));
  return { key, root, document, isLegacy, matches, budget };
}

/** The number of elements or members; 0 for a scalar. */
function lengthOf(value: JsonNode): number {
  if (Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : 0;
}

/** Acts on one match and answers its reply; undefined when the value has the wrong type. */
type PerMatch = (match: Match) => Reply | undefined;

/**
 * For a JSONPath, an array with a reply for each match, null for a wrong type. For a legacy path, the reply alone;
 * throws `wrongType` for a wrong type.
 */
export function replyPerMatch(target: Target, wrongType: CommandError, perMatch: PerMatch): Reply {
  if (!target.isLegacy) return target.matches.map((match) => perMatch(match) ?? null);
  const reply = perMatch(target.matches[0]!);
  if (reply === undefined) throw wrongType;
  return reply;
}

/**
 * Edits each match, with the replies of {@link replyPerMatch}. Declares the change, with the event `event`, if any
 * match was edited: `perMatch` answers null for one that has the right type and nothing to edit.
 */
export function editPerMatch(
  context: Context,
  target: Target,
  event: string,
  wrongType: CommandError,
  perMatch: PerMatch,
): Reply {
  let edited = false;
  const reply = replyPerMatch(target, wrongType, (match) => {
    const answer = perMatch(match);
    if (answer !== undefined && answer !== null) edited = true;
    return answer;
  });
  if (edited) documentChanged(context, target.key, event);
  return reply;
}

/** Declares a change of a document. */
export function documentChanged(context: Context, key: string, event: string): void {
  context.engine.dataset.hasHadDocuments = true;
  context.changed(EventClass.MODULE, event, key);
}

/** The value at the place of a match now, after edits since the match; null when the place no longer exists. */
export function currentValue(document: JsonValue, match: Match): JsonNode {
  const { container, key } = match;
  if (container === undefined) return document.root;
  return (container instanceof Map ? container.get(key as string) : container[key as number]) ?? null;
}

/** Replaces the value at the place of a match. */
export function replaceMatch(document: JsonValue, match: Match, value: JsonNode): void {
  const { container, key } = match;
  if (container !== undefined) document.beforeEdit(container);
  if (container === undefined) document.root = value;
  else if (container instanceof Map) container.set(key as string, value);
  else container[key as number] = value;
}

/** Throws when a value below `depth` arrays and objects would nest too deep. */
export function checkDepth(depth: number, value: JsonNode): void {
  if (depth + heightOf(value) > JSON_DEPTH_MAX) throw jsonErrors.TOO_DEEP;
}

/** Throws when values, stored `count` times, would take too much memory. */
export function checkCopies(values: readonly JsonNode[], count: number, budget: PathBudget): void {
  if (count < 2) return;
  budget.copy(count * values.reduce((sum: number, value) => sum + countNodes(value), 0));
}

/**
 * Answers a function to call `count` times for the values: it answers copies, and the values themselves at the last
 * call.
 */
export function copiesOf(values: readonly JsonNode[], count: number, budget: PathBudget): () => readonly JsonNode[] {
  checkCopies(values, count, budget);
  let left = count;
  return () => (--left > 0 ? values.map(copyNode) : values);
}

/** Throws when there are more than `count` words. */
export function atMost(words: readonly string[], count: number): void {
  if (words.length > count) throw errors.wrongArity(words[0]!);
}
