/** The JSON commands on arrays; their rows are in `json.ts`. */
import * as jsonErrors from "../core/errors/json.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { identicalNodes } from "../data/types/json-document.ts";
import type { JsonArray, JsonNode } from "../data/types/json-document.ts";
import { clampRange, integer, isOption } from "./args.ts";
import {
  atMost,
  checkDepth,
  copiesOf,
  editPerMatch,
  targetToRead,
  jsonText,
  LEGACY_ROOT,
  existingTarget,
  targetToEdit,
  readJson,
  readJsons,
  readPath,
  replyPerMatch,
} from "./json-args.ts";
import type { Target } from "./json-args.ts";
import { ARRPOP_FORMATS, formatted, needResp3, readFormat } from "./json-format.ts";
import type { PathBudget } from "../data/types/json-path-compiler.ts";

/** JSON.ARRAPPEND key path value [value …] */
export function jsonArrappend(context: Context, words: Words): Reply {
  const path = readPath(words[2]);
  const values = readJsons(context, words, 3);
  const target = targetToEdit(context, words[1], path);
  const copies = copiesFor(target, values);
  return editPerMatch(context, target, "json.arrappend", jsonErrors.NOT_ARRAY, ({ value: array }) =>
    Array.isArray(array) ? insert(target, array, array.length, copies()) : undefined,
  );
}

/** JSON.ARRINSERT key path index value [value …] */
export function jsonArrinsert(context: Context, words: Words): Reply {
  const path = readPath(words[2]);
  const index = integer(words[3]);
  const values = readJsons(context, words, 4);
  const target = targetToEdit(context, words[1], path);
  for (const { value: array } of target.matches) {
    if (!Array.isArray(array)) continue;
    if (index > array.length || index < -array.length) throw jsonErrors.INDEX_OUT_OF_BOUNDS;
  }
  const copies = copiesFor(target, values);
  return editPerMatch(context, target, "json.arrinsert", jsonErrors.NOT_ARRAY, ({ value: array }) =>
    Array.isArray(array) ? insert(target, array, index < 0 ? array.length + index : index, copies()) : undefined,
  );
}

/**
 * Throws when one of the arrays cannot take the values. Otherwise answers a function that supplies them to one array
 * after the other.
 */
function copiesFor(target: Target, values: readonly JsonNode[]): () => readonly JsonNode[] {
  const arrays = target.matches.filter((match) => Array.isArray(match.value));
  for (const { depth } of arrays) for (const value of values) checkDepth(depth + 1, value);
  return copiesOf(values, arrays.length, target.budget);
}

/** Inserts values; answers the new length. Long lists do not fit into the arguments of one `splice`. */
function insert({ document }: Target, array: JsonArray, index: number, values: readonly JsonNode[]): number {
  document.beforeEdit(array);
  const tail = array.splice(index);
  for (const value of values) array.push(value);
  for (const value of tail) array.push(value);
  return array.length;
}

/** JSON.ARRINDEX key path value [start [stop]] */
export function jsonArrindex(context: Context, words: Words): Reply {
  atMost(words, 6);
  const path = readPath(words[2]);
  const value = readJson(context, words[3]);
  const start = integer(words[4] ?? "0");
  const stop = integer(words[5] ?? "0");
  const target = existingTarget(context, words[1], path);
  return replyPerMatch(target, jsonErrors.NOT_ARRAY, ({ value: array }) =>
    Array.isArray(array) ? indexOf(array, value, start, stop, target.budget) : undefined,
  );
}

/** `stop` is excluded, and 0 means the end; both are rounded to the array's bounds. */
function indexOf(array: JsonArray, value: JsonNode, start: number, stop: number, { charge }: PathBudget): number {
  const { length } = array;
  const first = start < 0 ? Math.max(0, length + start) : Math.min(start, length - 1);
  const end = stop === 0 ? length : stop < 0 ? Math.max(0, length + stop) : Math.min(stop, length);
  for (let i = Math.max(0, first); i < end; i++) if (identicalNodes(array[i]!, value, charge)) return i;
  return -1;
}

/** JSON.ARRLEN key [path] */
export function jsonArrlen(context: Context, words: Words): Reply {
  atMost(words, 3);
  const path = readPath(words[2] ?? LEGACY_ROOT);
  const target = path.isLegacy ? targetToRead(context, words[1], path) : existingTarget(context, words[1], path);
  if (target === undefined) return null;
  return replyPerMatch(target, jsonErrors.NOT_ARRAY, ({ value: array }) =>
    Array.isArray(array) ? array.length : undefined,
  );
}

/** JSON.ARRPOP key [FORMAT <STRINGS | EXPAND1 | EXPAND>] [path [index]] */
export function jsonArrpop(context: Context, words: Words): Reply {
  // Without a format behind it, FORMAT is a path.
  const hasFormat = isOption(words[2], "FORMAT") && words.length > 3;
  const format = hasFormat ? readFormat(ARRPOP_FORMATS, words[3]!) : "text";
  if (hasFormat) needResp3(context);
  const at = hasFormat ? 4 : 2;
  atMost(words, at + 2);
  const path = readPath(words[at] ?? LEGACY_ROOT);
  if (path.isLegacy && format !== "text") throw jsonErrors.FORMAT_OF_LEGACY_PATH;
  const index = integer(words[at + 1] ?? "-1");
  const target = targetToEdit(context, words[1], path);
  return editPerMatch(context, target, "json.arrpop", jsonErrors.NOT_ARRAY, ({ value: array }) => {
    if (!Array.isArray(array)) return undefined;
    if (array.length === 0) return null;
    const popped = index < 0 ? Math.max(0, array.length + index) : Math.min(index, array.length - 1);
    const node = array[popped]!;
    const answer = format === "text" ? jsonText(node) : formatted(node, format, jsonText);
    target.document.beforeEdit(array);
    array.splice(popped, 1);
    return answer;
  });
}

/** JSON.ARRTRIM key path start stop */
export function jsonArrtrim(context: Context, words: Words): Reply {
  const path = readPath(words[2]);
  const start = integer(words[3]);
  const stop = integer(words[4]);
  const target = targetToEdit(context, words[1], path);
  return editPerMatch(context, target, "json.arrtrim", jsonErrors.NOT_ARRAY, ({ value: array }) => {
    if (!Array.isArray(array)) return undefined;
    // A stop before the first element counts as the first.
    const range = clampRange(start, Math.max(stop, -array.length), array.length);
    target.document.beforeEdit(array);
    array.splice(range.end);
    array.splice(0, range.start);
    return array.length;
  });
}
