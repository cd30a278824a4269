// Commands from https://redis.io/docs/latest/commands/?group=json as the hosted service answers them: matches below `..`
// come deepest first, and a match of the wrong type is null under `$`.
import { allKeys, key, keyRange } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as jsonErrors from "../core/errors/json.ts";
import { SimpleString } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { countNodes, isInt64, isNumber, JsonValue, nodeBytes, typeName } from "../data/types/json-document.ts";
import type { JsonNode, JsonObject } from "../data/types/json-document.ts";
import { PathBudget } from "../data/types/json-path-compiler.ts";
import type { JsonPath } from "../data/types/json-path.ts";
import type { JsonLayout } from "../data/types/json-serializer.ts";
import {
  allMatches,
  atMost,
  documentToRead,
  targetToRead,
  firstMatch,
  isSingular,
  jsonText,
  LEGACY_ROOT,
  readPath,
  replyPerMatch,
} from "./json-args.ts";
import { jsonArrappend, jsonArrindex, jsonArrinsert, jsonArrlen, jsonArrpop, jsonArrtrim } from "./json-array.ts";
import { formatted, GET_FORMATS, needResp3, readFormat } from "./json-format.ts";
import type { ReplyFormat } from "./json-format.ts";
import { jsonNumincrby, jsonNummultby, jsonNumpowby, jsonObjkeys, jsonObjlen, jsonStrappend } from "./json-value.ts";
import { jsonStrlen, jsonToggle } from "./json-value.ts";
import { jsonClear, jsonDel, jsonMerge, jsonMset, jsonSet } from "./json-write.ts";

const V1 = "ReJSON 1.0";
const V2 = "ReJSON 2.0";
const V26 = "ReJSON 2.6";
const READ = key("RO access");
const READ_SUBCOMMAND = key("RO access", 2);
const READ_MANY = keyRange("RO access", 1, -2);
const WRITE_MANY = allKeys("RW access update", 3);
const UPDATE = key("RW access update");
const DELETE = key("RW access delete");

export const jsonCommands = commandTable("json", [
  row("JSON.ARRAPPEND", -4, "write denyoom", UPDATE, V1, jsonArrappend, "Appends values to an array."),
  row("JSON.ARRINDEX", -4, "readonly", READ, V1, jsonArrindex, "Finds the first occurrence of a value in an array."),
  row("JSON.ARRINSERT", -5, "write denyoom", UPDATE, V1, jsonArrinsert, "Inserts values before an index of an array."),
  row("JSON.ARRLEN", -2, "readonly", READ, V1, jsonArrlen, "Returns the length of an array."),
  row("JSON.ARRPOP", -2, "write", DELETE, V1, jsonArrpop, "Removes and returns an element of an array."),
  row("JSON.ARRTRIM", 5, "write", DELETE, V1, jsonArrtrim, "Trims an array to a range."),
  row("JSON.CLEAR", -2, "write", DELETE, V2, jsonClear, "Empties containers and sets numbers to 0."),
  row("JSON.DEBUG", -2, "readonly", READ_SUBCOMMAND, V1, jsonDebug, "Reports the memory of values."),
  row("JSON.DEL", -2, "write", DELETE, V1, jsonDel, "Deletes values."),
  row("JSON.FORGET", -2, "write", DELETE, V1, jsonDel, "Deletes values; another name of JSON.DEL."),
  row("JSON.GET", -2, "readonly", READ, V1, jsonGet, "Returns values as JSON text."),
  row("JSON.MERGE", 4, "write denyoom", UPDATE, V26, jsonMerge, "Merges a value into values."),
  row("JSON.MGET", -3, "readonly", READ_MANY, V1, jsonMget, "Returns values of several documents."),
  row("JSON.MSET", -4, "write denyoom", WRITE_MANY, V26, jsonMset, "Sets values of several documents."),
  row("JSON.NUMINCRBY", 4, "write denyoom", UPDATE, V1, jsonNumincrby, "Adds to numbers."),
  row("JSON.NUMMULTBY", 4, "write denyoom", UPDATE, V1, jsonNummultby, "Multiplies numbers."),
  row("JSON.NUMPOWBY", 4, "write denyoom", UPDATE, V1, jsonNumpowby, "Raises numbers to a power."),
  row("JSON.OBJKEYS", -2, "readonly", READ, V1, jsonObjkeys, "Returns the names of an object's members."),
  row("JSON.OBJLEN", -2, "readonly", READ, V1, jsonObjlen, "Returns the number of an object's members."),
  row("JSON.RESP", -2, "readonly", READ, V1, jsonResp, "Returns values as replies of the Redis protocol."),
  row("JSON.SET", -4, "write denyoom", UPDATE, V1, jsonSet, "Sets values."),
  row("JSON.STRAPPEND", -3, "write denyoom", UPDATE, V1, jsonStrappend, "Appends to strings."),
  row("JSON.STRLEN", -2, "readonly", READ, V1, jsonStrlen, "Returns the length of a string."),
  row("JSON.TOGGLE", 3, "write", UPDATE, V2, jsonToggle, "Flips booleans."),
  row("JSON.TYPE", -2, "readonly", READ, V1, jsonType, "Returns the types of values."),
]);

/**
 * JSON.GET key [FORMAT <STRING | EXPAND1 | EXPAND>] [INDENT indent] [NEWLINE newline] [SPACE space] [NOESCAPE] [path
 *   …]
 */
function jsonGet(context: Context, words: Words): Reply {
  const { paths, layout, format } = parseGet(context, words);
  const document = documentToRead(context, words[1]);
  if (document === undefined) return null;
  if (format !== "text") return formattedMatches(context, document.root, paths, format);
  const node = selected(document.root, paths);
  const isOnce = paths.length === 1 && isSingular(paths[0]!) && layout === undefined;
  return jsonText(node, layout, isOnce ? undefined : context.engine.limits.jsonTextBytesMax);
}

/** The reply in a format other than text: for each path an array of its matches, also for a legacy path. */
function formattedMatches(
  context: Context,
  root: JsonNode,
  paths: readonly JsonPath[],
  format: "expand1" | "expand",
): Reply {
  const budget = new PathBudget();
  let left = context.engine.limits.jsonTextBytesMax;
  const textOf = (node: JsonNode): string => {
    const text = jsonText(node, undefined, left);
    left -= text.length;
    return text;
  };
  return paths.map((path) =>
    allMatches(path, root, budget).map(({ value }) => {
      if (format === "expand") budget.keep(countNodes(value, budget.charge));
      return formatted(value, format, textOf);
    }),
  );
}

interface GetOptions {
  readonly paths: JsonPath[];
  readonly layout: JsonLayout | undefined;
  readonly format: ReplyFormat;
}

function parseGet(context: Context, words: Words): GetOptions {
  const paths: JsonPath[] = [];
  let format: ReplyFormat = "text";
  const layout = { indent: "", newline: "", space: "" };
  for (let i = 2; i < words.length; i++) {
    const word = words[i]!;
    const option = word.length <= 8 ? word.toLowerCase() : word;
    if (option === "noescape") continue;
    if (option === "format") {
      // After the first path RESP2 takes the option too, and answers text all the same.
      if (paths.length === 0) needResp3(context);
      if (++i === words.length) throw errors.SYNTAX;
      const named = readFormat(GET_FORMATS, words[i]!);
      if (context.session.protocol === 3) format = named;
    } else if (option === "indent" || option === "newline" || option === "space") {
      if (++i === words.length) throw errors.SYNTAX;
      layout[option] = words[i]!;
    } else {
      paths.push(readPath(word));
    }
  }
  if (paths.length === 0) paths.push(readPath(LEGACY_ROOT));
  const laidOut = layout.indent !== "" || layout.newline !== "" || layout.space !== "";
  return { paths, layout: laidOut ? layout : undefined, format };
}

/**
 * The value of a single path; of several, an object of their values by path. Values are arrays of matches if any path
 * is a JSONPath.
 */
function selected(root: JsonNode, paths: readonly JsonPath[]): JsonNode {
  const budget = new PathBudget();
  if (paths.length === 1) return valueOf(root, paths[0]!, paths[0]!.isLegacy, budget);
  const single = paths.every((path) => path.isLegacy);
  const byPath: JsonObject = new Map();
  for (const path of paths) byPath.set(path.text, valueOf(root, path, single, budget));
  return byPath;
}

function valueOf(root: JsonNode, path: JsonPath, single: boolean, budget: PathBudget): JsonNode {
  if (single) return firstMatch(path, root, budget).value;
  return allMatches(path, root, budget).map((match) => match.value);
}

/** JSON.MGET key [key …] path */
function jsonMget(context: Context, words: Words): Reply {
  const path = readPath(words.at(-1)!);
  const budget = new PathBudget();
  const isOnce = words.length === 3 && isSingular(path);
  let left = context.engine.limits.jsonTextBytesMax;
  const textOf = (node: JsonNode): string => {
    const text = jsonText(node, undefined, isOnce ? undefined : left);
    left -= text.length;
    return text;
  };
  return words.slice(1, -1).map((key) => {
    const document = context.db.readValue(key);
    if (!(document instanceof JsonValue)) return null;
    const matches = allMatches(path, document.root, budget);
    if (!path.isLegacy) return textOf(matches.map((match) => match.value));
    return matches.length === 0 ? null : textOf(matches[0]!.value);
  });
}

/** JSON.TYPE key [path] */
function jsonType(context: Context, words: Words): Reply {
  atMost(words, 3);
  const path = readPath(words[2] ?? LEGACY_ROOT);
  const document = documentToRead(context, words[1]);
  const types = document === undefined ? undefined : typesOf(path, document.root);
  // In RESP3, RedisJSON answers an array.
  return context.session.protocol === 3 ? [types ?? null] : (types ?? null);
}

function typesOf(path: JsonPath, root: JsonNode): Reply {
  const types = allMatches(path, root).map((match) => typeName(match.value));
  return path.isLegacy ? (types[0] ?? null) : types;
}

/** JSON.RESP key [path] */
function jsonResp(context: Context, words: Words): Reply {
  atMost(words, 3);
  const path = readPath(words[2] ?? LEGACY_ROOT);
  const target = targetToRead(context, words[1], path);
  if (target === undefined) return null;
  return replyPerMatch(target, jsonErrors.NO_PATH, (match) => {
    const nodes = countNodes(match.value, target.budget.charge);
    if (target.matches.length > 1) target.budget.keep(nodes);
    return respForm(match.value);
  });
}

const OBJECT = new SimpleString("{");
const ARRAY = new SimpleString("[");
const TRUE = new SimpleString("true");
const FALSE = new SimpleString("false");

function respForm(node: JsonNode): Reply {
  if (typeof node === "boolean") return node ? TRUE : FALSE;
  if (Array.isArray(node)) return [ARRAY, ...node.map(respForm)];
  if (node instanceof Map) {
    const items: Reply[] = [OBJECT];
    for (const [key, child] of node) items.push(key, respForm(child));
    return items;
  }
  if (!isNumber(node)) return node;
  return isInt64(node) ? node : jsonText(node);
}

const DEBUG_HELP = ["MEMORY <key> [path] - reports memory usage in bytes", "HELP                - prints this message"];

/** JSON.DEBUG <MEMORY key [path] | HELP> */
function jsonDebug(context: Context, words: Words): Reply {
  const subcommand = words[1].toUpperCase();
  if (subcommand === "HELP" && words.length === 2) return DEBUG_HELP;
  if (subcommand !== "MEMORY") throw jsonErrors.UNKNOWN_SUBCOMMAND;
  if (words.length < 3) throw errors.wrongArity(words[0]);
  atMost(words, 4);
  const path = readPath(words[3] ?? LEGACY_ROOT);
  const target = targetToRead(context, words[2], path);
  if (target === undefined) return path.isLegacy ? 0 : [];
  return replyPerMatch(target, jsonErrors.NO_PATH, ({ value }) => {
    countNodes(value, target.budget.charge);
    return nodeBytes(value);
  });
}
