/** FORMAT of JSON.GET and JSON.ARRPOP: values as RESP3 replies instead of JSON text. */
import * as jsonErrors from "../core/errors/json.ts";
import { Double, FlatMap, ReplyBoolean } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Context } from "../engine/context.ts";
import { isContainer, isInt64, isNumber, numericValue } from "../data/types/json-document.ts";
import type { JsonNode } from "../data/types/json-document.ts";

/**
 * How a match is answered. `text`: all matches as one JSON text. `expand1`: the match itself as a reply of RESP3, but an
 * array or object as JSON text. `expand`: arrays and objects as arrays and maps of RESP3 too, at every depth.
 */
export type ReplyFormat = "text" | "expand1" | "expand";

/** The words for the formats of JSON.GET; those of JSON.ARRPOP differ in the word for text. */
export const GET_FORMATS: ReadonlyMap<string, ReplyFormat> = new Map([
  ["STRING", "text"],
  ["EXPAND1", "expand1"],
  ["EXPAND", "expand"],
]);

export const ARRPOP_FORMATS: ReadonlyMap<string, ReplyFormat> = new Map([
  ["STRINGS", "text"],
  ["EXPAND1", "expand1"],
  ["EXPAND", "expand"],
]);

/** The format that a word names in a command's table. */
export function readFormat(formats: ReadonlyMap<string, ReplyFormat>, word: string): ReplyFormat {
  const format = formats.get(word.toUpperCase());
  if (format === undefined) throw jsonErrors.BAD_FORMAT;
  return format;
}

/** RESP2, and with it REST, has text only. */
export function needResp3(context: Context): void {
  if (context.session.protocol === 2) throw jsonErrors.FORMAT_IN_RESP2;
}

/** A value as a reply of RESP3. `textOf` makes the JSON text of an array or object that is not expanded. */
export function formatted(node: JsonNode, format: "expand1" | "expand", textOf: (node: JsonNode) => string): Reply {
  if (typeof node === "boolean") return new ReplyBoolean(node);
  if (node === null || typeof node === "string") return node;
  if (isNumber(node)) return numberReply(node);
  if (!isContainer(node) || format === "expand1") return textOf(node);
  if (Array.isArray(node)) return node.map((child) => formatted(child, format, textOf));
  const items: Reply[] = [];
  for (const [name, child] of node) items.push(name, formatted(child, format, textOf));
  return new FlatMap(items);
}

/** A number in RESP3: an integer if 64 bits hold it, a double otherwise. */
export function numberReply(node: JsonNode): Reply {
  const value = numericValue(node)!;
  return isInt64(node) ? value : new Double(Number(value));
}
