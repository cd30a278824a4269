/** The JSON commands on numbers, strings, booleans and objects; their rows are in `json.ts`. */
import * as errors from "../core/errors.ts";
import * as jsonErrors from "../core/errors/json.ts";
import { addInt64, multiplyInt64, raiseInt64 } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { doubleNode, isInt64, numericValue } from "../data/types/json-document.ts";
import type { JsonNode } from "../data/types/json-document.ts";
import type { Match } from "../data/types/json-path-compiler.ts";
import {
  atMost,
  currentValue,
  documentChanged,
  editPerMatch,
  targetToRead,
  jsonText,
  LEGACY_ROOT,
  existingTarget,
  targetToEdit,
  readJson,
  readPath,
  replaceMatch,
  replyPerMatch,
} from "./json-args.ts";
import type { Target } from "./json-args.ts";
import { numberReply } from "./json-format.ts";

/** An operation on exact integers (undefined on overflow) and on doubles. */
interface Arithmetic {
  readonly exact: (a: Int64, b: Int64) => Int64 | undefined;
  readonly double: (a: number, b: number) => number;
}

const ADD: Arithmetic = { exact: addInt64, double: (a, b) => a + b };
const MULTIPLY: Arithmetic = { exact: multiplyInt64, double: (a, b) => a * b };

const POWER: Arithmetic = { exact: raiseInt64, double: (a, b) => a ** b };

/** JSON.NUMINCRBY key path value */
export function jsonNumincrby(context: Context, words: Words): Reply {
  return reckon(context, words, ADD, "json.numincrby");
}

/** JSON.NUMMULTBY key path value */
export function jsonNummultby(context: Context, words: Words): Reply {
  return reckon(context, words, MULTIPLY, "json.nummultby");
}

/** JSON.NUMPOWBY key path value */
export function jsonNumpowby(context: Context, words: Words): Reply {
  return reckon(context, words, POWER, "json.numpowby");
}

/**
 * Changes the numbers at a path. The reply is JSON text: an array of the new numbers, with null for other values, or
 * the one number of a legacy path. In RESP3 it is an array of numbers, also for a legacy path.
 */
function reckon(context: Context, words: Words, arithmetic: Arithmetic, event: string): Reply {
  const path = readPath(words[2]);
  const operand = readJson(context, words[3]);
  if (numericValue(operand) === undefined) throw jsonErrors.BAD_NUMBER;
  const target = targetToEdit(context, words[1], path);
  const results = reckonAll(target, operand, arithmetic);
  if (target.isLegacy && results[0] === null) throw jsonErrors.NOT_NUMBER;
  if (results.some((result) => result !== null)) documentChanged(context, words[1], event);
  if (context.session.protocol === 3) return results.map((result) => (result === null ? null : numberReply(result)));
  return jsonText(target.isLegacy ? results[0]! : results);
}

/** Changes all numbers or none: when one result is out of range, the earlier ones are restored. */
function reckonAll(target: Target, operand: JsonNode, arithmetic: Arithmetic): JsonNode[] {
  const done: { match: Match; old: JsonNode }[] = [];
  try {
    return target.matches.map((match) => {
      // A place may match twice, so its current value is read.
      const old = currentValue(target.document, match);
      if (numericValue(old) === undefined) return null;
      const result = reckonOne(old, operand, arithmetic);
      replaceMatch(target.document, match, result);
      done.push({ match, old });
      return result;
    });
  } catch (error) {
    for (const { match, old } of done.reverse()) replaceMatch(target.document, match, old);
    throw error;
  }
}

function reckonOne(value: JsonNode, operand: JsonNode, arithmetic: Arithmetic): JsonNode {
  if (isInt64(value) && isInt64(operand)) {
    const result = arithmetic.exact(value, operand);
    if (result === undefined) throw jsonErrors.OVERFLOW;
    return result;
  }
  const result = arithmetic.double(Number(numericValue(value)), Number(numericValue(operand)));
  if (!Number.isFinite(result)) throw jsonErrors.NOT_FINITE;
  return doubleNode(result);
}

/** JSON.STRAPPEND key [path] value */
export function jsonStrappend(context: Context, words: Words): Reply {
  atMost(words, 4);
  const path = readPath(words.length === 3 ? LEGACY_ROOT : words[2]);
  const tail = readJson(context, words.at(-1)!);
  if (typeof tail !== "string") throw jsonErrors.EXPECTED_STRING;
  const target = targetToEdit(context, words[1], path);
  const { jsonTextBytesMax, stringBytesMax } = context.engine.limits;
  // A string may match several times.
  const added = tail.length * target.matches.length;
  if (target.matches.length > 1 && added > jsonTextBytesMax) throw jsonErrors.TOO_MANY_COPIES;
  for (const { value } of target.matches) {
    if (typeof value === "string" && value.length + added > stringBytesMax) throw errors.STRING_TOO_LONG;
  }
  return editPerMatch(context, target, "json.strappend", jsonErrors.NOT_STRING, (match) => {
    const old = currentValue(target.document, match);
    if (typeof old !== "string") return undefined;
    replaceMatch(target.document, match, old + tail);
    return old.length + tail.length;
  });
}

/** JSON.STRLEN key [path] */
export function jsonStrlen(context: Context, words: Words): Reply {
  atMost(words, 3);
  const path = readPath(words[2] ?? LEGACY_ROOT);
  const target = path.isLegacy ? targetToRead(context, words[1], path) : existingTarget(context, words[1], path);
  if (target === undefined) return null;
  return replyPerMatch(target, jsonErrors.EXPECTED_STRING, ({ value }) =>
    typeof value === "string" ? value.length : undefined,
  );
}

/** JSON.TOGGLE key path */
export function jsonToggle(context: Context, words: Words): Reply {
  const path = readPath(words[2]);
  const target = targetToEdit(context, words[1], path);
  return editPerMatch(context, target, "json.toggle", jsonErrors.NOT_BOOLEAN, (match) => {
    const old = currentValue(target.document, match);
    if (typeof old !== "boolean") return undefined;
    replaceMatch(target.document, match, !old);
    return path.isLegacy ? String(!old) : Number(!old);
  });
}

/** JSON.OBJKEYS key [path] */
export function jsonObjkeys(context: Context, words: Words): Reply {
  atMost(words, 3);
  const target = targetToRead(context, words[1], readPath(words[2] ?? LEGACY_ROOT));
  if (target === undefined) return null;
  return replyPerMatch(target, jsonErrors.NOT_OBJECT, ({ value }) => {
    if (!(value instanceof Map)) return undefined;
    if (target.matches.length > 1) target.budget.keep(value.size);
    return [...value.keys()];
  });
}

/** JSON.OBJLEN key [path] */
export function jsonObjlen(context: Context, words: Words): Reply {
  atMost(words, 3);
  const target = targetToRead(context, words[1], readPath(words[2] ?? LEGACY_ROOT));
  if (target === undefined) return null;
  return replyPerMatch(target, jsonErrors.EXPECTED_OBJECT, ({ value }) =>
    value instanceof Map ? value.size : undefined,
  );
}
