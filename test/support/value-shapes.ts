/** Values of every type in many sizes and forms, as the commands that make them, for tests of DUMP and RESTORE. */

export interface Shape {
  readonly name: string;
  readonly type: string;
  /** Makes the value at the key `k`. Nothing in it depends on the clock. */
  readonly commands: readonly (readonly string[])[];
}

const BINARY = "\x00\xff\r\n\x80binary\x00";

/** Every length at which some encoding of lengths changes, and the ones beside it. */
const LENGTHS = [0, 1, 11, 12, 20, 21, 44, 45, 63, 64, 65, 4095, 4096, 16_383, 16_384, 100_000];

const INTEGERS = [
  "0",
  "12",
  "13",
  "-1",
  "127",
  "128",
  "-128",
  "-129",
  "4095",
  "4096",
  "-4096",
  "-4097",
  "32767",
  "32768",
  "-32768",
  "-32769",
  "8388607",
  "8388608",
  "-8388608",
  "2147483647",
  "2147483648",
  "-2147483648",
  "-2147483649",
  "9007199254740993",
  "9223372036854775807",
  "-9223372036854775808",
];
/** What looks like an integer and is none. */
const NO_INTEGERS = ["-0", "01", "+1", " 1", "1.0", "9223372036854775808", "-", ""];

/** A text that does not compress. */
function noise(length: number, seed = 1): string {
  let state = seed;
  let text = "";
  while (text.length < length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += String.fromCharCode((state >>> 16) & 0xff);
  }
  return text;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function one(type: string, name: string, ...commands: readonly (readonly string[])[]): Shape {
  return { type, name: `${type}: ${name}`, commands };
}

function strings(): Shape[] {
  return [
    ...INTEGERS.concat(NO_INTEGERS).map((text) => one("string", JSON.stringify(text), ["SET", "k", text])),
    ...LENGTHS.map((length) => one("string", `${length} equal bytes`, ["SET", "k", "a".repeat(length)])),
    ...LENGTHS.map((length) => one("string", `${length} bytes of noise`, ["SET", "k", noise(length)])),
    one("string", "a text that repeats itself", ["SET", "k", "hello, world; ".repeat(5000) + noise(50)]),
    one("string", "a period beyond what LZF reaches", ["SET", "k", noise(9000).repeat(3)]),
    one("string", "long zeros", ["SETRANGE", "k", "300000", "x"]),
    one("string", "a bitmap", ["SETBIT", "k", "100000", "1"], ["SETBIT", "k", "3", "1"]),
    one("string", "a HyperLogLog", ["PFADD", "k", ...range(500).map(String)]),
  ];
}

/** Elements that listpacks and ziplists write differently. */
const ELEMENTS = [...INTEGERS, ...NO_INTEGERS, BINARY, "a".repeat(63), "b".repeat(64), "c".repeat(65)];

function lists(): Shape[] {
  const push = (name: string, elements: readonly string[]) => one("list", name, ["RPUSH", "k", ...elements]);
  return [
    push("one", ["a"]),
    push("every kind of element", ELEMENTS),
    push("lengths", LENGTHS.map(noise)),
    push("300 short", range(300).map(String)),
    push(
      "5000 short",
      range(5000).map((i) => `element ${i}`),
    ),
    push("large between small", ["a", noise(9000), "b", "c", "d".repeat(20_000), noise(8180), "e"]),
    push("only large", [noise(9000, 2), noise(9000, 3)]),
    push("70000", range(70_000).map(String)),
  ];
}

function sets(): Shape[] {
  const add = (name: string, members: readonly string[]) => one("set", name, ["SADD", "k", ...members]);
  return [
    add("one integer", ["1"]),
    add("integers of 16 bits", ["3", "-1", "32767", "-32768"]),
    add("integers of 32 bits", ["1", "32768", "-2147483648"]),
    add("integers of 64 bits", INTEGERS),
    add("512 integers", range(512).map(String)),
    add("513 integers", range(513).map(String)),
    add("every kind of member", ELEMENTS),
    add("lengths", LENGTHS.map(noise)),
    add(
      "128 short",
      range(128).map((i) => `m${i}`),
    ),
    add(
      "2000 short",
      range(2000).map((i) => `m${i}`),
    ),
  ];
}

function hashes(): Shape[] {
  const set = (name: string, items: readonly string[]) => one("hash", name, ["HSET", "k", ...items]);
  const fields = (count: number): string[] => range(count).flatMap((i) => [`field${i}`, String(i * 1000)]);
  return [
    set("one", ["f", "v"]),
    set("an empty field and an empty value", ["", "", "f", ""]),
    set("every kind of item", ELEMENTS.concat(ELEMENTS.toReversed())),
    set(
      "long values",
      LENGTHS.flatMap((length) => [`f${length}`, noise(length)]),
    ),
    set("128", fields(128)),
    set("512", fields(512)),
    set("513", fields(513)),
    set("3000", fields(3000)),
  ];
}

function sortedSets(): Shape[] {
  const add = (name: string, items: readonly string[]) => one("zset", name, ["ZADD", "k", ...items]);
  const scores = ["0", "1", "-1", "0.1", "-2.5", "1e20", "1e-20", "3.0", "inf", "-inf", "12345678901234567", "5e-324"];
  return [
    add("one", ["1", "a"]),
    add(
      "every kind of score",
      scores.flatMap((score, i) => [score, `m${i}`]),
    ),
    add(
      "equal scores",
      ELEMENTS.flatMap((member) => ["7", member]),
    ),
    add(
      "long members",
      LENGTHS.flatMap((length, i) => [String(i), noise(length)]),
    ),
    add("every kind of score, large", ["1", "x".repeat(100), ...scores.flatMap((score, i) => [score, `m${i}`])]),
    add("negative zero, large", ["-0", "x".repeat(100), "-0", "a", "0", "b"]),
    add(
      "128",
      range(128).flatMap((i) => [String(i / 8), `m${i}`]),
    ),
    add(
      "129",
      range(129).flatMap((i) => [String(i / 8), `m${i}`]),
    ),
    add(
      "3000",
      range(3000).flatMap((i) => [String((i * 7919) % 3000), `m${i}`]),
    ),
  ];
}

function streams(): Shape[] {
  const entry = (id: string, ...fields: string[]): string[] => ["XADD", "k", id, ...fields];
  const same = (count: number): string[][] =>
    range(count).map((i) => entry(`${1000 + i}-${i % 3}`, "name", `n${i}`, "size", String(i)));
  // The readers ask for a group g, so that there is to be one, if only at the end.
  const stream = (name: string, ...commands: readonly (readonly string[])[]): Shape =>
    one("stream", name, ...commands, ["XGROUP", "CREATE", "k", "g", "0"]);
  const huge = "18446744073709551615";
  return [
    stream("one entry", entry("1-1", "a", "b")),
    stream("empty, with a group", ["XGROUP", "CREATE", "k", "g", "0", "MKSTREAM"]),
    stream("emptied", entry("1-1", "a", "b"), ["XDEL", "k", "1-1"]),
    stream("the same fields", ...same(350)),
    stream("other fields", entry("1-0", "a", "1"), entry("1-1", "b", "2", "c", "3"), entry("5-0", "a", "x")),
    stream("every kind of value", ...ELEMENTS.map((element, i) => entry(`${i + 1}-0`, element, element))),
    stream("large values", ...LENGTHS.map((length, i) => entry(`${i + 1}-0`, "f", noise(length)))),
    stream("deleted entries", ...same(150), ["XDEL", "k", "1000-0", "1010-1", "1149-2", "1100-2"]),
    stream("trimmed", ...same(150), ["XTRIM", "k", "MAXLEN", "=", "33"]),
    stream(
      "huge IDs",
      entry("0-1", "a", "b"),
      entry(`0-${huge}`, "a", "b"),
      entry("9007199254740993-5", "a", "b"),
      entry(`${huge}-0`, "a", "b"),
      entry(`${huge}-${huge}`, "a", "b"),
    ),
    stream("set aside", ...same(3), ["XSETID", "k", "2000-5", "ENTRIESADDED", "77", "MAXDELETEDID", "1500-0"]),
    stream(
      "groups with pending entries",
      ...same(150),
      ["XGROUP", "CREATE", "k", "idle", "$"],
      ["XGROUP", "CREATE", "k", "other", "1003-0", "ENTRIESREAD", "3"],
      ["XGROUP", "CREATE", "k", "g", "0"],
      ["XGROUP", "CREATECONSUMER", "k", "g", "lazy"],
      ["XREADGROUP", "GROUP", "g", "alice", "COUNT", "120", "STREAMS", "k", ">"],
      ["XREADGROUP", "GROUP", "g", "bob", "COUNT", "10", "STREAMS", "k", ">"],
      ["XACK", "k", "g", "1000-0", "1001-1"],
      ["XCLAIM", "k", "g", "bob", "0", "1002-2", "TIME", "1700000000000", "RETRYCOUNT", "7"],
      ["XDEL", "k", "1005-2", "1149-2"],
    ),
  ];
}

export const SHAPES: readonly Shape[] = [
  ...strings(),
  ...lists(),
  ...sets(),
  ...hashes(),
  ...sortedSets(),
  ...streams(),
];

/** What reads the whole value at `k`, and how replies compare: times differ by what passes between two questions. */
export const READERS: Readonly<
  Record<string, readonly (readonly [mode: "exact" | "unordered" | "near", ...string[]])[]>
> = {
  string: [["exact", "GET", "k"]],
  list: [["exact", "LRANGE", "k", "0", "-1"]],
  set: [["unordered", "SMEMBERS", "k"]],
  hash: [
    ["unordered", "HKEYS", "k"],
    ["unordered", "HVALS", "k"],
    ["unordered", "HGETALL", "k"],
  ],
  zset: [["exact", "ZRANGE", "k", "0", "-1", "WITHSCORES"]],
  stream: [
    ["exact", "XRANGE", "k", "-", "+"],
    ["exact", "XREVRANGE", "k", "+", "-", "COUNT", "7"],
    ["exact", "XINFO", "GROUPS", "k"],
    ["exact", "XPENDING", "k", "g"],
    ["near", "XPENDING", "k", "g", "-", "+", "1000"],
  ],
};
