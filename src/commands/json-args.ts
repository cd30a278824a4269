/** What the JSON commands share: reading paths and documents, and answering for each match of a path. */
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

/** Where no path is given: the root, in the legacy language. */
export const LEGACY_ROOT = ".";

/** What a document or a path has to say against a word is the client's error. */
function orFail<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof JsonError ? jsonErrors.doesNotParse(error.message) : error;
  }
}

export function readPath(word: string): JsonPath {
  return orFail(() => jsonPath(word));
}

export function readJson(word: string): JsonNode {
  return orFail(() => parseJson(word));
}

export function readJsons(words: readonly string[], from: number): JsonNode[] {
  return words.slice(from).map(readJson);
}

/** The text of a tree for a reply. Throws when it is longer than any string, or than `bytesMax`. */
export function jsonText(node: JsonNode, layout?: JsonLayout, bytesMax?: number): string {
  try {
    return serialize(node, layout, bytesMax);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw bytesMax === undefined ? errors.STRING_TOO_LONG : jsonErrors.TOO_LONG;
  }
}

/** Whether a path has one match at most, so that what it selects is no longer than the document. */
export function isSingular(path: JsonPath): boolean {
  return path.isLegacy || path.steps !== undefined;
}

/** The matches of a path in order, of a legacy path too: for commands whose reply does not single one out. */
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

/** A document and the places in it that a command works on: each match of a JSONPath, the first of a legacy path. */
export interface Target {
  readonly key: string;
  readonly root: JsonNode;
  readonly document: JsonValue;
  readonly isLegacy: boolean;
  readonly matches: readonly Match[];
  /** What the command may still use on its way through the matches. */
  readonly budget: PathBudget;
}

/** What a reader finds in the document at a key; undefined when there is none. Throws when a legacy path finds nothing. */
export function targetToRead(context: Context, key: string, path: JsonPath): Target | undefined {
  const document = documentToRead(context, key);
  return document === undefined ? undefined : targetIn(document, key, path);
}

/** What a reader finds in the document at a key. Throws when there is none, or a legacy path finds nothing. */
export function existingTarget(context: Context, key: string, path: JsonPath): Target {
  const target = targetToRead(context, key, path);
  if (target === undefined) throw jsonErrors.NO_DOCUMENT;
  return target;
}

/** What a writer finds in the document at a key, to edit. Throws when there is none, or a legacy path finds nothing. */
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
  // A path may name a large array many times, and many a command goes through all of it each time.
  if (matches.length > 1) for (const { value } of matches) budget.charge(lengthOf(value));
  return { key, root, document, isLegacy, matches, budget };
}

/** Elements or members; 0 for what has none. */
function lengthOf(value: JsonNode): number {
  if (Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : 0;
}

/** What a command does with one match: undefined when the value there is not of its type. */
type PerMatch = (match: Match) => Reply | undefined;

/**
 * Under `$`, an array with a reply for each match, null where the type is wrong; for a legacy path the bare reply, or
 * `wrongType`.
 */
export function replyPerMatch(target: Target, wrongType: CommandError, perMatch: PerMatch): Reply {
  if (!target.isLegacy) return target.matches.map((match) => perMatch(match) ?? null);
  const reply = perMatch(target.matches[0]!);
  if (reply === undefined) throw wrongType;
  return reply;
}

/** Answers as {@link replyPerMatch} does, and reports the change under `event` if any match was of the right type. */
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
    if (answer !== undefined) edited = true;
    return answer;
  });
  if (edited) documentChanged(context, target.key, event);
  return reply;
}

export function documentChanged(context: Context, key: string, event: string): void {
  context.changed(EventClass.MODULE, event, key);
}

/** What stands in the place of a match now, when edits may have come between; null when that place is gone. */
export function currentValue(document: JsonValue, match: Match): JsonNode {
  const { container, key } = match;
  if (container === undefined) return document.root;
  return (container instanceof Map ? container.get(key as string) : container[key as number]) ?? null;
}

/** Puts a value in the place of a match. */
export function replaceMatch(document: JsonValue, match: Match, value: JsonNode): void {
  const { container, key } = match;
  if (container === undefined) document.root = value;
  else if (container instanceof Map) container.set(key as string, value);
  else container[key as number] = value;
}

/** Refuses a value that would stand too deep below `depth` arrays and objects. */
export function checkDepth(depth: number, value: JsonNode): void {
  if (depth + heightOf(value) > JSON_DEPTH_MAX) throw jsonErrors.TOO_DEEP;
}

/** Refuses to store values in more places than memory should have to bear. */
export function checkCopies(values: readonly JsonNode[], count: number, budget: PathBudget): void {
  if (count < 2) return;
  budget.copy(count * values.reduce((sum: number, value) => sum + countNodes(value), 0));
}

/** A source that hands out values `count` times: copies, and at last the values themselves. */
export function copiesOf(values: readonly JsonNode[], count: number, budget: PathBudget): () => readonly JsonNode[] {
  checkCopies(values, count, budget);
  let left = count;
  return () => (--left > 0 ? values.map(copyNode) : values);
}

/** Throws when the command has more words than it can take. */
export function atMost(words: readonly string[], count: number): void {
  if (words.length > count) throw errors.wrongArity(words[0]!);
}
