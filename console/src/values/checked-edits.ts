/**
 * Edits that are made only while the value is still what the person saw. The server compares and writes at one instant, by a
 * small script that gets the SHA-1 of the old value, or by `SET … IFEQ`. A user without EVAL gets the next best: the old value
 * is read again just before the write, and the outcome says so.
 */
import { sha1 } from "@noble/hashes/legacy.js";
import { asText, fromText, toBytes } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { bytesOf, itemsOf, numberOf, ReplyError } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { areEqual } from "./hex.ts";

/** The client, as far as edits need it. */
export interface Sender {
  ask(words: readonly Word[]): Promise<Reply>;
}

export type Outcome =
  /** It was written. `isChecked` is false where the comparison was not made at the same instant. */
  | { readonly kind: "saved"; readonly isChecked: boolean }
  /** Somebody else has changed it: what is there now; undefined where nothing is. Nothing was written. */
  | { readonly kind: "conflict"; readonly theirs: Uint8Array | undefined };

/** One kind of place that a value stands in. */
export interface Place {
  /** Words that read the value of the place. */
  readonly read: readonly Word[];
  /** Lua that gives `now`, the value or false, by KEYS[1] and ARGV[3] and on. */
  readonly readScript: string;
  /** Lua that writes; ARGV[1] is the digest of the old value, ARGV[#ARGV] the new value. */
  readonly writeScript: string;
  /** Words of the script between the digest and the new value. */
  readonly words: readonly Word[];
  /** The commands that write without a script; undefined where there are none that do the same. */
  readonly plain: ((next: Uint8Array) => readonly (readonly Word[])[]) | undefined;
}

const HEX = "0123456789abcdef";

/** The SHA-1 of bytes as hexadecimal digits; empty for no value. */
export function digestOf(bytes: Uint8Array | undefined): ByteString {
  if (bytes === undefined) return "";
  let text = "";
  for (const byte of sha1(bytes)) text += HEX[byte >> 4]! + HEX[byte & 15]!;
  return text;
}

/** Bytes up to which a text is compared by IFEQ, which sends the old value as well. */
const IFEQ_BYTES_MAX = 256 * 1024;

export class CheckedEdits {
  private readonly sender: Sender;
  private readonly key: ByteString;
  /** Until a server says that it does not know it. */
  private hasIfeq = true;

  constructor(sender: Sender, key: ByteString) {
    this.sender = sender;
    this.key = key;
  }

  /** Replaces a string. Its deadline stays. */
  async saveString(old: Uint8Array, next: Uint8Array): Promise<Outcome> {
    if (this.hasIfeq && old.length <= IFEQ_BYTES_MAX && [old, next].every((word) => asText(word) !== undefined)) {
      const words = [...split("SET"), this.key, next, ...split("IFEQ"), old, ...split("KEEPTTL")];
      const reply = await this.sender.ask(words);
      if (reply.kind === "status") return { kind: "saved", isChecked: true };
      if (reply.kind === "null") return { kind: "conflict", theirs: await this.now(["GET", this.key]) };
      if (reply.kind === "error" && !/syntax/i.test(reply.text)) throw new ReplyError(reply.text);
      this.hasIfeq = false;
    }
    return this.save(stringPlace(this.key), old, next);
  }

  /** Writes `next` to a place if `old`, undefined for nothing, is still there. */
  async save(place: Place, old: Uint8Array | undefined, next: Uint8Array): Promise<Outcome> {
    const script = `${place.readScript}\n${COMPARE}\n${place.writeScript}\nreturn {1}`;
    const words = [...split("EVAL"), fromText(script), "1", this.key, digestOf(old), ...place.words, next];
    const reply = await this.sender.ask(words);
    if (reply.kind === "error") {
      if (!isScriptRefused(reply.text) || place.plain === undefined) throw new ReplyError(reply.text);
      return this.saveByReading(place, old, next);
    }
    const [wasSaved, theirs] = itemsOf(reply);
    if (numberOf(wasSaved!) === 1) return { kind: "saved", isChecked: true };
    return { kind: "conflict", theirs: theirs === undefined ? undefined : bytesOf(theirs)?.slice() };
  }

  private async saveByReading(place: Place, old: Uint8Array | undefined, next: Uint8Array): Promise<Outcome> {
    const now = await this.now(place.read);
    const isSame = old === undefined || now === undefined ? old === now : areEqual(old, now);
    if (!isSame) return { kind: "conflict", theirs: now };
    for (const words of place.plain!(next)) {
      const reply = await this.sender.ask(words);
      if (reply.kind === "error") throw new ReplyError(reply.text);
    }
    return { kind: "saved", isChecked: false };
  }

  private async now(words: readonly Word[]): Promise<Uint8Array | undefined> {
    const reply = await this.sender.ask(words);
    if (reply.kind === "error") throw new ReplyError(reply.text);
    return reply.kind === "integer" ? toBytes(reply.digits) : bytesOf(reply)?.slice();
  }
}

const split = (text: string): Word[] => text.split(" ");

/** Whether scripts are not to be had: no right to them, or no such command. */
const isScriptRefused = (text: string): boolean => /^NOPERM .*\beval\b|unknown command/i.test(text);

const COMPARE = "if (now and redis.sha1hex(now) or '') ~= ARGV[1] then return {0, now} end";

const stringPlace = (key: ByteString): Place => ({
  read: ["GET", key],
  readScript: "local now = redis.call('GET', KEYS[1])",
  writeScript: "redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')",
  words: [],
  plain: (next) => [["SET", key, next, "KEEPTTL"]],
});

/** Bytes `from` to `to`, both included, of a string; the new part may be longer or shorter, and then what follows moves. */
export const rangePlace = (key: ByteString, from: number, to: number, isSameLength: boolean): Place => ({
  read: ["GETRANGE", key, `${from}`, `${to}`],
  readScript: "local now = redis.call('GETRANGE', KEYS[1], ARGV[2], ARGV[3])",
  writeScript: `local from, to, part = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
if #part == #now or redis.call('STRLEN', KEYS[1]) <= to + 1 and #part > #now then
  redis.call('SETRANGE', KEYS[1], from, part)
else
  local before = from > 0 and redis.call('GETRANGE', KEYS[1], 0, from - 1) or ''
  redis.call('SET', KEYS[1], before .. part .. redis.call('GETRANGE', KEYS[1], to + 1, -1), 'KEEPTTL')
end`,
  words: [`${from}`, `${to}`],
  plain: isSameLength ? (next) => [["SETRANGE", key, `${from}`, next]] : undefined,
});

/** The value of a field. The field's deadline stays. */
export const fieldPlace = (key: ByteString, field: ByteString): Place => ({
  read: ["HGET", key, field],
  readScript: "local now = redis.call('HGET', KEYS[1], ARGV[2])",
  // HSET takes the deadline away. A server that does not know deadlines of fields answers an error here.
  writeScript: `local at = redis.pcall('HPEXPIRETIME', KEYS[1], 'FIELDS', 1, ARGV[2])
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
if type(at) == 'table' and not at.err and at[1] and at[1] > 0 then
  redis.call('HPEXPIREAT', KEYS[1], string.format('%.0f', at[1]), 'FIELDS', 1, ARGV[2])
end`,
  words: [field],
  plain: (next) => [["HSET", key, field, next]],
});

/** Gives a field another name, which nobody may have. The value that is compared is the field's. */
export const fieldNamePlace = (key: ByteString, field: ByteString): Place => ({
  ...fieldPlace(key, field),
  writeScript: `if redis.call('HEXISTS', KEYS[1], ARGV[3]) == 1 then return redis.error_reply('ERR a field of this name exists already') end
local at = redis.pcall('HPEXPIRETIME', KEYS[1], 'FIELDS', 1, ARGV[2])
redis.call('HSET', KEYS[1], ARGV[3], now)
redis.call('HDEL', KEYS[1], ARGV[2])
if type(at) == 'table' and not at.err and at[1] and at[1] > 0 then
  redis.call('HPEXPIREAT', KEYS[1], string.format('%.0f', at[1]), 'FIELDS', 1, ARGV[3])
end`,
  plain: undefined,
});

/** A mark that no element is: an element is replaced by it for the length of a script. */
const MARK = "local mark = 'stashd:console:' .. redis.sha1hex(now .. ARGV[#ARGV] .. tostring(redis.call('TIME')[2]))";

const indexPlace = (key: ByteString, index: number): Pick<Place, "read" | "readScript" | "words"> => ({
  read: ["LINDEX", key, `${index}`],
  readScript: "local now = redis.call('LINDEX', KEYS[1], ARGV[2])",
  words: [`${index}`],
});

/** The element of a list at an index. */
export const elementPlace = (key: ByteString, index: number): Place => ({
  ...indexPlace(key, index),
  writeScript: "redis.call('LSET', KEYS[1], ARGV[2], ARGV[3])",
  plain: (next) => [["LSET", key, `${index}`, next]],
});

/** Inserts a new element before or after the one at an index, which is compared. */
export const insertPlace = (key: ByteString, index: number, where: "BEFORE" | "AFTER"): Place => ({
  ...indexPlace(key, index),
  writeScript: `${MARK}
redis.call('LSET', KEYS[1], ARGV[2], mark)
redis.call('LINSERT', KEYS[1], '${where}', mark, ARGV[3])
redis.call('LSET', KEYS[1], tonumber(ARGV[2]) + ${where === "BEFORE" ? 1 : 0}, now)`,
  plain: undefined,
});

/** Removes the element at an index, which is compared. */
export const removalPlace = (key: ByteString, index: number): Place => ({
  ...indexPlace(key, index),
  writeScript: `${MARK}
redis.call('LSET', KEYS[1], ARGV[2], mark)
redis.call('LREM', KEYS[1], 1, mark)`,
  plain: undefined,
});

/** Moves the element at an index, which is compared, to the index that is the new value. */
export const movePlace = (key: ByteString, index: number): Place => ({
  ...indexPlace(key, index),
  writeScript: `${MARK}
local last, to = redis.call('LLEN', KEYS[1]) - 1, tonumber(ARGV[3])
if to > last then to = last end
redis.call('LSET', KEYS[1], ARGV[2], mark)
redis.call('LREM', KEYS[1], 1, mark)
if to == 0 then redis.call('LPUSH', KEYS[1], now)
elseif to == last then redis.call('RPUSH', KEYS[1], now)
else
  local after = redis.call('LINDEX', KEYS[1], to)
  redis.call('LSET', KEYS[1], to, mark)
  redis.call('LINSERT', KEYS[1], 'BEFORE', mark, now)
  redis.call('LSET', KEYS[1], to + 1, after)
end`,
  plain: undefined,
});

/** The score of a member. The new value is a number as text. */
export const scorePlace = (key: ByteString, member: ByteString): Place => ({
  read: ["ZSCORE", key, member],
  readScript: "local now = redis.call('ZSCORE', KEYS[1], ARGV[2])",
  writeScript: "redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2])",
  words: [member],
  plain: (next) => [["ZADD", key, fromText(asText(next)!), member]],
});

/** A value of a JSON document at a path. */
export const jsonPlace = (key: ByteString, path: ByteString): Place => ({
  read: ["JSON.GET", key, path],
  readScript: "local now = redis.call('JSON.GET', KEYS[1], ARGV[2])",
  writeScript: "redis.call('JSON.SET', KEYS[1], ARGV[2], ARGV[3])",
  words: [path],
  plain: (next) => [["JSON.SET", key, path, next]],
});
