/**
 * Reads keys out of JSON lines, in the form that `stashd export` writes and `stashd import` reads: one key a line, strings that
 * are not UTF-8 as `{"base64": "…"}`.
 */
import { fromText } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { isText } from "../client/request.ts";

type Command = readonly ByteString[];

/** A line is not in the form, or this way of importing cannot carry it. The text says why. */
export class LineError extends Error {
  override readonly name = "LineError";
}

/** Elements of one command. */
const ELEMENTS_MAX = 500;

/** A key of a line. */
export interface LineKey {
  readonly key: ByteString;
  /** Makes the value at a key, which is not there yet. */
  readonly make: (at: ByteString) => readonly (readonly Word[])[];
  /** Milliseconds since the epoch; undefined without a deadline. */
  readonly deadlineMs: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** The members of a line. One that is not known may mean something. */
const MEMBERS = new Set(["base64", "db", "expiresAt", "fieldExpiresAt", "fieldTtl", "key", "ttl", "type", "value"]);

/** Reads a line. `nowMs` is the time from which `ttl` counts. Throws a {@link LineError}. */
export function parseLine(line: string, nowMs: number): LineKey {
  const parsed = parseJson(line);
  const unknown = Object.keys(parsed).find((name) => !MEMBERS.has(name));
  if (unknown !== undefined) throw new LineError(`there is no member ${JSON.stringify(unknown)} in this format`);
  if (parsed["db"] !== undefined && parsed["db"] !== 0)
    throw new LineError("a token reaches one database, so db must be 0");
  const deadlineMs = deadlineOf(parsed["expiresAt"], parsed["ttl"], nowMs);
  const { type } = parsed;
  const maker = typeof type === "string" && Object.hasOwn(MAKERS, type) ? MAKERS[type] : undefined;
  if (maker === undefined) throw new LineError("type must be string, list, set, hash, zset, stream or json");
  if (type === "json" && /\d{16}/.test(line)) throw new LineError("numbers of so many digits need stashd import");
  return { key: stringIn(parsed["key"], "key"), deadlineMs, make: maker(parsed, nowMs) };
}

function parseJson(line: string): Json {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    throw new LineError(`this is no JSON: ${(error as Error).message}`);
  }
  if (!isObject(parsed)) throw new LineError("a line must be an object");
  return parsed;
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function deadlineOf(at: unknown, ttl: unknown, nowMs: number): number | undefined {
  if (at !== undefined && ttl !== undefined) throw new LineError("expiresAt and ttl exclude each other");
  const value = at ?? ttl;
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !(value > 0)) throw new LineError("expiresAt and ttl must be positive numbers");
  return at === undefined ? nowMs + Math.round(value * 1000) : value;
}

function stringIn(value: unknown, name: string): ByteString {
  if (typeof value === "string") return fromText(value);
  if (isObject(value) && typeof value["base64"] === "string") {
    try {
      return atob(value["base64"]);
    } catch {
      throw new LineError(`${name} is no base64`);
    }
  }
  throw new LineError(`${name} must be a string or {"base64": "…"}`);
}

function listIn(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new LineError(`${name} must be an array`);
  return value;
}

/** Pairs, or the members of an object. */
function pairsIn(value: unknown, name: string): (readonly [ByteString, unknown])[] {
  if (isObject(value)) return Object.entries(value).map(([field, one]) => [fromText(field), one]);
  return listIn(value, name).map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new LineError(`${name} must consist of pairs`);
    return [stringIn(pair[0], name), pair[1]];
  });
}

/** Commands that add elements, each with as many words as `per`. */
function inParts(
  head: (at: ByteString) => Command,
  words: readonly ByteString[],
  per = 1,
): (at: ByteString) => Command[] {
  if (words.length === 0) throw new LineError("the value has no elements");
  // A command has one long word that is not text at most.
  const elements = isText(words) ? ELEMENTS_MAX : 1;
  return (at) => {
    const commands: Command[] = [];
    for (let i = 0; i < words.length; i += elements * per) {
      commands.push([...head(at), ...words.slice(i, i + elements * per)]);
    }
    return commands;
  };
}

const MAKERS: Readonly<Record<string, (line: Json, nowMs: number) => (at: ByteString) => Command[]>> = {
  string({ value }) {
    const text = stringIn(value, "value");
    return (at) => [["SET", at, text]];
  },
  list: ({ value }) => inParts((at) => ["RPUSH", at], stringsIn(value)),
  set: ({ value }) => inParts((at) => ["SADD", at], stringsIn(value)),
  hash: hashMaker,
  zset: ({ value }) =>
    inParts(
      (at) => ["ZADD", at],
      listIn(value, "value").flatMap((pair) => {
        if (!Array.isArray(pair) || pair.length !== 2) throw new LineError("value must consist of pairs");
        return [scoreIn(pair[1]), stringIn(pair[0], "a member")];
      }),
      2,
    ),
  stream: streamMaker,
  json({ base64, value }) {
    if (value === undefined && base64 === undefined) throw new LineError("there is no value");
    const text = base64 === undefined ? fromText(JSON.stringify(value)) : stringIn({ base64 }, "value");
    return (at) => [["JSON.SET", at, "$", text]];
  },
};

const stringsIn = (value: unknown): ByteString[] => listIn(value, "value").map((item) => stringIn(item, "an element"));

function scoreIn(value: unknown): ByteString {
  if (typeof value === "number") return String(value);
  if (value === "inf" || value === "-inf" || value === "-0") return value;
  throw new LineError("a score must be a number, inf or -inf");
}

function hashMaker(line: Json, nowMs: number): (at: ByteString) => Command[] {
  const pairs = pairsIn(line["value"], "value");
  const make = inParts(
    (at) => ["HSET", at],
    pairs.flatMap(([field, value]) => [field, stringIn(value, "a value")]),
    2,
  );
  const isTtl = line["fieldTtl"] !== undefined;
  const times = isTtl ? line["fieldTtl"] : line["fieldExpiresAt"];
  const deadlines = times === undefined ? [] : pairsIn(times, "fieldExpiresAt");
  return (at) => [
    ...make(at),
    ...deadlines.map(([field, time]) => {
      const ms = isTtl ? deadlineOf(undefined, time, nowMs) : deadlineOf(time, undefined, nowMs);
      return ["HPEXPIREAT", at, String(ms), "FIELDS", "1", field];
    }),
  ];
}

function streamMaker({ value }: Json): (at: ByteString) => Command[] {
  if (!isObject(value)) throw new LineError("value must be an object");
  const entries = listIn(value["entries"], "entries").map((entry) => {
    const [id, words] = listIn(entry, "an entry");
    return [idIn(id), listIn(words, "an entry").map((word) => stringIn(word, "an entry"))] as const;
  });
  const lastId = value["lastId"] === undefined ? undefined : idIn(value["lastId"]);
  const groups = value["groups"] === undefined ? [] : listIn(value["groups"], "groups");
  return (at) => {
    const commands: Command[] = entries.map(([id, words]) => ["XADD", at, id, ...words]);
    // A stream without entries is made, and emptied.
    if (entries.length === 0)
      commands.push(["XADD", at, "MAXLEN", "0", lastId === "0-0" ? "0-1" : (lastId ?? "0-1"), "a", "b"]);
    if (lastId !== undefined) commands.push(["XSETID", at, lastId, ...counters(value)]);
    return [...commands, ...groups.flatMap((group) => groupCommands(at, group))];
  };
}

function counters({ entriesAdded, maxDeletedId }: Json): ByteString[] {
  if (entriesAdded === undefined || maxDeletedId === undefined) return [];
  return ["ENTRIESADDED", integerIn(entriesAdded), "MAXDELETEDID", idIn(maxDeletedId)];
}

function groupCommands(at: ByteString, group: unknown): Command[] {
  if (!isObject(group)) throw new LineError("a group must be an object");
  const name = stringIn(group["name"], "a group");
  const read = group["entriesRead"] === undefined ? [] : ["ENTRIESREAD", integerIn(group["entriesRead"])];
  const lastId = idIn(group["lastId"]);
  const commands: Command[] = [["XGROUP", "CREATE", at, name, lastId, ...read]];
  for (const consumer of group["consumers"] === undefined ? [] : listIn(group["consumers"], "consumers")) {
    if (!isObject(consumer)) throw new LineError("a consumer must be an object");
    const consumerName = stringIn(consumer["name"], "a consumer");
    commands.push(["XGROUP", "CREATECONSUMER", at, name, consumerName]);
    for (const one of consumer["pending"] === undefined ? [] : listIn(consumer["pending"], "pending")) {
      if (!isObject(one)) throw new LineError("a pending entry must be an object");
      const [time, count] = [integerIn(one["deliveredAt"]), integerIn(one["deliveries"])];
      const claim = ["XCLAIM", at, name, consumerName, "0", idIn(one["id"]), "TIME", time, "RETRYCOUNT", count];
      commands.push([...claim, "FORCE", "JUSTID", "LASTID", lastId]);
    }
  }
  return commands;
}

function idIn(value: unknown): ByteString {
  if (typeof value === "string" && /^\d+-\d+$/.test(value)) return value;
  throw new LineError('an ID must be a string such as "1700000000000-0"');
}

function integerIn(value: unknown): ByteString {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  throw new LineError("a count must be an integer");
}
