/** A key that is to be made: what its type needs, and the command that makes it. */
import { fromText } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";

export const NEW_TYPES = ["string", "hash", "list", "set", "zset", "stream", "json"] as const;

export type NewType = (typeof NEW_TYPES)[number];

export interface NewKey {
  readonly type: NewType;
  readonly name: ByteString;
  /** The field of a hash or of a stream's entry, the score in a sorted set. */
  readonly label: string;
  /** The value, element, member or document. */
  readonly value: string;
  /** Seconds; empty for never. */
  readonly ttl: string;
}

/** Why the key cannot be made so; undefined when it can. */
export function problemOf({ type, label, value, ttl }: NewKey): string | undefined {
  if (type === "zset" && !/^[+-]?(?:inf|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i.test(label)) return TEXTS.keys.noScore;
  if (ttl !== "" && !(Number(ttl) > 0)) return TEXTS.keys.noTtl;
  if (type !== "json") return undefined;
  try {
    JSON.parse(value);
    return undefined;
  } catch (error) {
    return TEXTS.keys.notJson((error as Error).message);
  }
}

/**
 * The commands that make the key, if there is none of its name. Only the first one makes it, and the others are for a key that
 * was not there, so the caller looks whether it is before.
 */
export function creation({ type, name, label, value, ttl }: NewKey): Word[][] {
  const [text, first] = [fromText(value), fromText(label)];
  const ttlMs = ttl === "" ? undefined : String(Math.round(Number(ttl) * 1000));
  if (type === "string") return [["SET", name, text, "NX", ...(ttlMs === undefined ? [] : ["PX", ttlMs])]];
  const made: Readonly<Record<Exclude<NewType, "string">, Word[]>> = {
    hash: ["HSET", name, first, text],
    list: ["RPUSH", name, text],
    set: ["SADD", name, text],
    zset: ["ZADD", name, first, text],
    stream: ["XADD", name, "*", first, text],
    json: ["JSON.SET", name, "$", text, "NX"],
  };
  return [made[type], ...(ttlMs === undefined ? [] : [["PEXPIRE", name, ttlMs]])];
}
