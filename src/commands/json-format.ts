/** FORMAT of JSON.GET and JSON.ARRPOP: values as RESP3 replies instead of JSON text. */
import * as errors from "../core/errors.ts";
import * as jsonErrors from "../core/errors/json.ts";
import { Double, FlatMap, ReplyBoolean } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Context } from "../engine/context.ts";
import { isContainer, isInt64, isNumber, numericValue } from "../data/types/json-document.ts";
import type { JsonNode } from "../data/types/json-document.ts";

/**
 * Levels of arrays and objects that become arrays and maps of RESP3; what lies deeper is JSON text. Undefined for text
 * altogether.
 */
export type ReplyFormat = number | undefined;

const FORMATS: ReadonlyMap<string, ReplyFormat> = new Map([
  ["STRING", undefined],
  ["STRINGS", 0],
  ["EXPAND1", 1],
  ["EXPAND", Infinity],
]);

/** The format that a word names. Throws over RESP2, which has text only. */
export function replyFormat(context: Context, word: string | undefined): ReplyFormat {
  if (context.session.protocol === 2) throw jsonErrors.FORMAT_IN_RESP2;
  if (word === undefined) throw errors.SYNTAX;
  const name = word.toUpperCase();
  if (!FORMATS.has(name)) throw jsonErrors.BAD_FORMAT;
  return FORMATS.get(name);
}

/**
 * A value whose outer `levels` of arrays and objects are arrays and maps. `textOf` makes JSON text of what lies deeper.
 */
export function formatted(node: JsonNode, levels: number, textOf: (node: JsonNode) => string): Reply {
  if (typeof node === "boolean") return new ReplyBoolean(node);
  if (node === null || typeof node === "string") return node;
  if (isNumber(node)) return numberReply(node);
  if (!isContainer(node) || levels < 1) return textOf(node);
  if (Array.isArray(node)) return node.map((child) => formatted(child, levels - 1, textOf));
  const items: Reply[] = [];
  for (const [name, child] of node) items.push(name, formatted(child, levels - 1, textOf));
  return new FlatMap(items);
}

/** A number in RESP3: an integer if 64 bits hold it, a double otherwise. */
export function numberReply(node: JsonNode): Reply {
  const value = numericValue(node)!;
  return isInt64(node) ? value : new Double(Number(value));
}
