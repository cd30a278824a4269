/**
 * Commands as a line for a shell or a program. A token never stands in it: it is read from the variables that `.env` files have.
 * Undefined where a target cannot carry the command's bytes.
 */
import { asText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { typeWord } from "../client/split.ts";

export const TARGETS = ["curl", "sdk", "redis-cli"] as const;

export type Target = (typeof TARGETS)[number];

type Command = readonly ByteString[];

/** One command, or several that are one transaction. */
export function copyAs(target: Target, commands: readonly Command[]): string | undefined {
  if (target === "curl") return curlOf(commands);
  return target === "sdk" ? sdkOf(commands) : redisCliOf(commands);
}

/** A word of a POSIX shell. */
const shellWord = (text: string): string =>
  /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

const URL_AND_TOKEN = {
  url: "$UPSTASH_REDIS_REST_URL",
  header: `-H "Authorization: Bearer $UPSTASH_REDIS_REST_TOKEN"`,
};

function curlOf(commands: readonly Command[]): string | undefined {
  const [only] = commands;
  const texts = commands.map(textsOf);
  const isText = texts.every((words) => words !== undefined);
  if (commands.length === 1 && only !== undefined && !isText) {
    // JSON has no bytes, so the words are the path. A slash that ends a path is not a word.
    const path = only.map(escapeWord).join("/") + (only.at(-1) === "" ? "/" : "");
    return `curl --path-as-is "${URL_AND_TOKEN.url}/${path}" ${URL_AND_TOKEN.header}`;
  }
  if (!isText) return undefined;
  const isTransaction = commands.length > 1;
  const url = isTransaction ? `${URL_AND_TOKEN.url}/multi-exec` : URL_AND_TOKEN.url;
  // A zero char cannot be an argument of a program, but JSON escapes it.
  return `curl "${url}" ${URL_AND_TOKEN.header} -d ${shellWord(JSON.stringify(isTransaction ? texts : texts[0]))}`;
}

function textsOf(words: Command): string[] | undefined {
  const texts = words.map(asText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

const escapeWord = (word: ByteString): string =>
  word.replace(/[^A-Za-z0-9_~-]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** By the shell's words where it can carry them, else as a line that redis-cli reads, which has escapes. */
function redisCliOf(commands: readonly Command[]): string {
  const [only] = commands;
  const texts = only === undefined ? undefined : textsOf(only);
  const isPlain = commands.length === 1 && texts !== undefined && texts.every((text) => !/[\p{Cc}\p{Cf}]/u.test(text));
  // What begins with a dash could be an option.
  if (isPlain && !texts[0]!.startsWith("-")) return `redis-cli -u "$REDIS_URL" ${texts.map(shellWord).join(" ")}`;
  const lines = commands.map((words) => words.map((word) => typeWord(word, asText(word))).join(" "));
  const all = commands.length === 1 ? lines : ["MULTI", ...lines, "EXEC"];
  return `printf '%s\\n' ${all.map(shellWord).join(" ")} | redis-cli -u "$REDIS_URL"`;
}

function sdkOf(commands: readonly Command[]): string | undefined {
  const texts = commands.map(textsOf);
  if (!texts.every((words) => words !== undefined)) return undefined;
  const [only] = texts;
  if (texts.length === 1 && only !== undefined) return `await redis.${typedCall(only) ?? genericCall(only)}`;
  const calls = texts.map(typedCall);
  if (!calls.every((call) => call !== undefined)) return undefined;
  return `await redis\n  .multi()\n${calls.map((call) => `  .${call}\n`).join("")}  .exec()`;
}

/** A text as JavaScript source. JSON leaves the line separators of Unicode, and what turns the direction of text, as they are. */
const literal = (text: string): string =>
  JSON.stringify(text).replace(/[\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
  );

const genericCall = (words: readonly string[]): string => `exec([${words.map(literal).join(", ")}])`;

/** Commands whose methods take the words in their order, and how many of them; the rest is `exec`. */
const SAME_WORDS: Readonly<Record<string, readonly [words: number, more: boolean]>> = {
  APPEND: [2, false],
  DBSIZE: [0, false],
  DECR: [1, false],
  DEL: [1, true],
  EXISTS: [1, true],
  GET: [1, false],
  GETDEL: [1, false],
  HDEL: [2, true],
  HEXISTS: [2, false],
  HGET: [2, false],
  HGETALL: [1, false],
  HKEYS: [1, false],
  HLEN: [1, false],
  HVALS: [1, false],
  INCR: [1, false],
  KEYS: [1, false],
  LLEN: [1, false],
  LPUSH: [2, true],
  MGET: [1, true],
  PERSIST: [1, false],
  PTTL: [1, false],
  PUBLISH: [2, false],
  RENAME: [2, false],
  RPUSH: [2, true],
  SADD: [2, true],
  SCARD: [1, false],
  SET: [2, false],
  SISMEMBER: [2, false],
  SMEMBERS: [1, false],
  SREM: [2, true],
  STRLEN: [1, false],
  TTL: [1, false],
  TYPE: [1, false],
  UNLINK: [1, true],
  ZCARD: [1, false],
  ZREM: [2, true],
  ZSCORE: [2, false],
};

/** Those that take a number behind them, in the order of the words. */
const THEN_NUMBERS: Readonly<Record<string, readonly [words: number, numbers: number]>> = {
  DECRBY: [1, 1],
  EXPIRE: [1, 1],
  EXPIREAT: [1, 1],
  HINCRBY: [2, 1],
  INCRBY: [1, 1],
  LINDEX: [1, 1],
  LRANGE: [1, 2],
  LTRIM: [1, 2],
  PEXPIRE: [1, 1],
};

/** A call of a method of its own; undefined where `exec` is the one that sends exactly these words. */
function typedCall(command: readonly string[]): string | undefined {
  const [name = "", ...words] = command;
  const upper = name.toUpperCase();
  const method = upper.toLowerCase();
  const same = Object.hasOwn(SAME_WORDS, upper) ? SAME_WORDS[upper] : undefined;
  if (same !== undefined && (words.length === same[0] || (same[1] && words.length > same[0]))) {
    return `${method}(${words.map(literal).join(", ")})`;
  }
  const mixed = Object.hasOwn(THEN_NUMBERS, upper) ? THEN_NUMBERS[upper] : undefined;
  if (mixed !== undefined && words.length === mixed[0] + mixed[1]) {
    const numbers = words.slice(mixed[0]);
    if (!numbers.every(isPlainNumber)) return undefined;
    return `${method}(${[...words.slice(0, mixed[0]).map(literal), ...numbers].join(", ")})`;
  }
  if (upper === "SET") return setCall(words);
  if (upper === "HSET") return hsetCall(words);
  return upper === "ZADD" ? zaddCall(words) : undefined;
}

/** Written the same way by JavaScript. */
const isPlainNumber = (text: string): boolean => /^-?\d{1,15}$/.test(text) && String(Number(text)) === text;

function setCall([key = "", value = "", ...options]: readonly string[]): string | undefined {
  const [name = "", amount = "", ...more] = options;
  if (more.length > 0 || !/^(?:EX|PX|EXAT|PXAT)$/i.test(name) || !isPlainNumber(amount)) return undefined;
  return `set(${literal(key)}, ${literal(value)}, { ${name.toLowerCase()}: ${amount} })`;
}

function hsetCall([key = "", ...pairs]: readonly string[]): string | undefined {
  const fields = pairs.filter((_, i) => i % 2 === 0);
  // An object has each name once, in an order of its own for those that are numbers, and none called __proto__.
  const isObject = new Set(fields).size === fields.length && !fields.some((field) => /^\d+$|^__proto__$/.test(field));
  if (pairs.length === 0 || pairs.length % 2 === 1 || !isObject) return undefined;
  const entries = fields.map((field, i) => `${literal(field)}: ${literal(pairs[2 * i + 1]!)}`);
  return `hset(${literal(key)}, { ${entries.join(", ")} })`;
}

function zaddCall([key = "", ...pairs]: readonly string[]): string | undefined {
  if (pairs.length === 0 || pairs.length % 2 === 1) return undefined;
  const scores = pairs.filter((_, i) => i % 2 === 0);
  if (!scores.every(isPlainNumber)) return undefined;
  const members = scores.map((score, i) => `{ score: ${score}, member: ${literal(pairs[2 * i + 1]!)} }`);
  return `zadd(${literal(key)}, ${members.join(", ")})`;
}

/** The words of a line that copies them, to be typed into the command line again. */
export const typedLine = (words: Command): string => words.map((word) => typeWord(word, asText(word))).join(" ");
