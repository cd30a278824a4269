/** The places that values stand in, as {@link CheckedEdits} compares and writes them. */
import { asText, fromText } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";

/** One kind of place that a value stands in. */
export interface Place {
  /** Words that read the value of the place. */
  readonly read: readonly Word[];
  /** Lua that gives `now`, the value or false, by KEYS[1] and `word(2)` and on, which are `words`. */
  readonly readScript: string;
  /** Lua that writes: `word(#ARGV)` is the new value. */
  readonly writeScript: string;
  /** Words of the script between the digest and the new value. */
  readonly words: readonly Word[];
  /** What the answer of `read` is compared as, where that is not itself. */
  readonly readAs?: (answer: Uint8Array) => Uint8Array | undefined;
  /** The commands that write without a script; undefined where there are none that do the same. */
  readonly plain: ((next: Uint8Array) => readonly (readonly Word[])[]) | undefined;
}

export const stringPlace = (key: ByteString): Place => ({
  read: ["GET", key],
  readScript: "local now = redis.call('GET', KEYS[1])",
  writeScript: "redis.call('SET', KEYS[1], word(2), 'KEEPTTL')",
  words: [],
  plain: (next) => [["SET", key, next, "KEEPTTL"]],
});

/** Bytes `from` to `to`, both included, of a string; the new part may be longer or shorter, and then what follows moves. */
export const rangePlace = (key: ByteString, from: number, to: number, isSameLength: boolean): Place => ({
  read: ["GETRANGE", key, `${from}`, `${to}`],
  readScript: "local now = redis.call('GETRANGE', KEYS[1], word(2), word(3))",
  writeScript: `local from, to, part = tonumber(word(2)), tonumber(word(3)), word(4)
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
  readScript: "local now = redis.call('HGET', KEYS[1], word(2))",
  // HSET takes the deadline away. A server that does not know deadlines of fields answers an error here.
  writeScript: `local at = redis.pcall('HPEXPIRETIME', KEYS[1], 'FIELDS', 1, word(2))
redis.call('HSET', KEYS[1], word(2), word(3))
if type(at) == 'table' and not at.err and at[1] and at[1] > 0 then
  redis.call('HPEXPIREAT', KEYS[1], string.format('%.0f', at[1]), 'FIELDS', 1, word(2))
end`,
  words: [field],
  plain: (next) => [["HSET", key, field, next]],
});

/** Gives a field another name, which nobody may have. The value that is compared is the field's. */
export const fieldNamePlace = (key: ByteString, field: ByteString): Place => ({
  ...fieldPlace(key, field),
  writeScript: `if redis.call('HEXISTS', KEYS[1], word(3)) == 1 then return redis.error_reply('ERR a field of this name exists already') end
local at = redis.pcall('HPEXPIRETIME', KEYS[1], 'FIELDS', 1, word(2))
redis.call('HSET', KEYS[1], word(3), now)
redis.call('HDEL', KEYS[1], word(2))
if type(at) == 'table' and not at.err and at[1] and at[1] > 0 then
  redis.call('HPEXPIREAT', KEYS[1], string.format('%.0f', at[1]), 'FIELDS', 1, word(3))
end`,
  plain: undefined,
});

/** A mark that no element is: an element is replaced by it for the length of a script. */
const MARK = "local mark = 'stashd:console:' .. redis.sha1hex(now .. word(#ARGV) .. tostring(redis.call('TIME')[2]))";

const indexPlace = (key: ByteString, index: number): Pick<Place, "read" | "readScript" | "words"> => ({
  read: ["LINDEX", key, `${index}`],
  readScript: "local now = redis.call('LINDEX', KEYS[1], word(2))",
  words: [`${index}`],
});

/** The element of a list at an index. */
export const elementPlace = (key: ByteString, index: number): Place => ({
  ...indexPlace(key, index),
  writeScript: "redis.call('LSET', KEYS[1], word(2), word(3))",
  plain: (next) => [["LSET", key, `${index}`, next]],
});

/** Inserts a new element before or after the one at an index, which is compared. */
export const insertPlace = (key: ByteString, index: number, where: "BEFORE" | "AFTER"): Place => ({
  ...indexPlace(key, index),
  writeScript: `${MARK}
redis.call('LSET', KEYS[1], word(2), mark)
redis.call('LINSERT', KEYS[1], '${where}', mark, word(3))
redis.call('LSET', KEYS[1], tonumber(word(2)) + ${where === "BEFORE" ? 1 : 0}, now)`,
  plain: undefined,
});

/** Removes the element at an index, which is compared. */
export const removalPlace = (key: ByteString, index: number): Place => ({
  ...indexPlace(key, index),
  writeScript: `${MARK}
redis.call('LSET', KEYS[1], word(2), mark)
redis.call('LREM', KEYS[1], 1, mark)`,
  plain: undefined,
});

/** Moves the element at an index, which is compared, to the index that is the new value. */
export const movePlace = (key: ByteString, index: number): Place => ({
  ...indexPlace(key, index),
  writeScript: `${MARK}
local last, to = redis.call('LLEN', KEYS[1]) - 1, tonumber(word(3))
if to > last then to = last end
redis.call('LSET', KEYS[1], word(2), mark)
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
  readScript: "local now = redis.call('ZSCORE', KEYS[1], word(2))",
  writeScript: "redis.call('ZADD', KEYS[1], word(3), word(2))",
  words: [member],
  plain: (next) => [["ZADD", key, fromText(asText(next)!), member]],
});

/** The one value of a list of matches, as JSON text; undefined for none. */
export function onlyMatch(list: Uint8Array): Uint8Array | undefined {
  return list.length <= 2 ? undefined : list.subarray(1, -1);
}

const JSON_NOW = `local now = redis.call('JSON.GET', KEYS[1], word(2))
now = now and now ~= '[]' and string.sub(now, 2, -2)`;

/** The value of a JSON document at a path that begins with `$` and has one match. */
export const jsonPlace = (key: ByteString, path: ByteString): Place => ({
  read: ["JSON.GET", key, path],
  readAs: onlyMatch,
  readScript: JSON_NOW,
  writeScript: "redis.call('JSON.SET', KEYS[1], word(2), word(3))",
  words: [path],
  plain: (next) => [["JSON.SET", key, path, next]],
});

/** Gives a member of a JSON object another name, which nobody may have: the new value is its path. */
export const jsonNamePlace = (key: ByteString, path: ByteString): Place => ({
  ...jsonPlace(key, path),
  writeScript: `if not redis.call('JSON.SET', KEYS[1], word(3), now, 'NX') then return redis.error_reply('ERR a member of this name exists already') end
redis.call('JSON.DEL', KEYS[1], word(2))`,
  plain: undefined,
});

/** A member of a set, which gets another name that nobody may have. It is compared with itself: it must be there. */
export const memberPlace = (key: ByteString, member: ByteString): Place => ({
  read: ["SISMEMBER", key, member],
  readScript: "local now = redis.call('SISMEMBER', KEYS[1], word(2)) == 1 and word(2)",
  writeScript: `if redis.call('SADD', KEYS[1], word(3)) == 0 then return redis.error_reply('ERR this member exists already') end
redis.call('SREM', KEYS[1], word(2))`,
  words: [member],
  plain: undefined,
});

/** A member of a sorted set, which gets another name. What is compared is its score. */
export const rankedNamePlace = (key: ByteString, member: ByteString): Place => ({
  ...scorePlace(key, member),
  writeScript: `if redis.call('ZADD', KEYS[1], 'NX', now, word(3)) == 0 then return redis.error_reply('ERR this member exists already') end
redis.call('ZREM', KEYS[1], word(2))`,
  plain: undefined,
});
