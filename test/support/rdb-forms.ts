/** Values in the forms that servers have written from 2.8 on, put together by hand. */
import { be, intset, le, length, listpack, string, ZiplistElement, ziplist, zipmap } from "./rdb-bytes.ts";

const { small, int8, int16, int24, int32, int64, string6, string14, string32 } = ZiplistElement;

/** A string whose length takes two bytes in RDB. */
export const LONG = "long ".repeat(100);
const HUGE = "huge ".repeat(5000);

/** A ziplist with every encoding, and what it holds. */
const EVERY = ziplist([
  small(0),
  small(12),
  int8(13),
  int8(-128),
  int16(-129),
  int16(32_767),
  int24(-8_388_608),
  int24(32_768),
  int32(-2_147_483_648),
  int64(9_223_372_036_854_775_807n),
  int64(-9_007_199_254_740_993n),
  string6(""),
  string6("short"),
  string14(LONG),
  string6("after"),
  string32(HUGE),
  string32("after"),
]);
const EVERY_ELEMENT = [
  "0",
  "12",
  "13",
  "-128",
  "-129",
  "32767",
  "-8388608",
  "32768",
  "-2147483648",
  "9223372036854775807",
  "-9007199254740993",
  "",
  "short",
  LONG,
  "after",
  HUGE,
  "after",
];

/** A listpack of a stream's node: two entries of one field each, between them a deleted one. */
export function node(): string {
  const entries = [
    [2, 0, 0, "1", 4],
    [3, 0, 1, "2", 4],
    [0, 1, 0, 2, "g", "3", "h", "4", 8],
  ];
  return listpack([2, 1, 1, "f", 0, ...entries.flat()]);
}

/** An ID as it stands in a node's key. */
export const ID = (ms: number, seq: number): string => be(ms, 8) + be(seq, 8);

/** The node with its key. */
export const NODE = length(1) + string(ID(5, 0)) + string(node());

/** A group with one pending entry, in the forms 1, 2 and 3. */
export function group(form: number): string {
  return [
    length(1) + string("g") + length(5) + length(0) + (form >= 2 ? length(1) : ""),
    length(1) + ID(5, 0) + le(1_700_000_000_000, 8) + length(3),
    length(1) + string("alice") + le(1_700_000_000_001, 8) + (form >= 3 ? le(-1, 8) : ""),
    length(1) + ID(5, 0),
  ].join("");
}

/** A stream of one node, in the forms 1, 2 and 3. */
export function stream(form: number): string {
  const facts = form >= 2 ? length(5) + length(0) + length(5) + length(1) + length(3) : "";
  return NODE + length(2) + length(6) + length(0) + facts + group(form);
}

/** A document as RedisJSON 1 wrote it: each node's kind, then what it holds. */
const JSON_TREE = ((): string => {
  const unsigned = (value: number | bigint): string =>
    `\x02${value < 64 ? length(Number(value)) : `\x81${be(value, 8)}`}`;
  const text = (value: string): string => `\x05${string(value)}`;
  const double = (value: number): string => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return `\x04${bytes.latin1Slice()}`;
  };
  const member = (name: string, node: string): string => unsigned(0x80) + text(name) + node;
  const array = (nodes: readonly string[]): string => unsigned(0x40) + unsigned(nodes.length) + nodes.join("");
  const scalars = [
    unsigned(0x08) + unsigned(1),
    unsigned(0x08) + unsigned(2n ** 64n - 2n),
    unsigned(0x04) + double(2.5),
    unsigned(0x04) + double(3),
    unsigned(0x02) + text("x"),
    unsigned(0x10) + text("1"),
    unsigned(0x10) + text("0"),
    unsigned(0x01),
  ];
  const members = [
    member("a", array(scalars)),
    member("b", unsigned(0x20) + unsigned(0)),
    member("\xc3\xa9", array([])),
  ];
  return unsigned(0x20) + unsigned(members.length) + members.join("");
})();

/** Type and body, a command that reads, and what it answers. */
export const FORMS: Readonly<Record<string, [type: number, body: string, command: string, expected: unknown]>> = {
  "a string": [0, string("hello"), "GET k", "hello"],
  "a string with a long length": [0, `\x80${be(5, 4)}hello`, "GET k", "hello"],
  "a string with a length of 64 bits": [0, `\x81${be(5, 8)}hello`, "GET k", "hello"],
  "an integer of 8 bits": [0, `\xc0${le(-7, 1)}`, "GET k", "-7"],
  "an integer of 16 bits": [0, `\xc1${le(-700, 2)}`, "GET k", "-700"],
  "an integer of 32 bits": [0, `\xc2${le(-70_000, 4)}`, "GET k", "-70000"],
  "a compressed string": [
    0,
    `\xc3${length(6)}${length(12)}\x00a\xe0\x02\x00`.replace("\x06", "\x05"),
    "GET k",
    "a".repeat(12),
  ],
  "a list": [1, length(3) + string("a") + string("") + `\xc0${le(5, 1)}`, "LRANGE k 0 -1", ["a", "", "5"]],
  "a list in a ziplist": [10, string(EVERY), "LRANGE k 0 -1", EVERY_ELEMENT],
  "a list of ziplists": [
    14,
    length(3) + string(ziplist([string6("a"), small(1)])) + string(ziplist([])) + string(EVERY),
    "LRANGE k 0 -1",
    ["a", "1", ...EVERY_ELEMENT],
  ],
  "a list of listpacks and large elements": [
    18,
    length(3) + length(2) + string(listpack(["a", 1])) + length(1) + string(LONG) + length(2) + string(listpack(["b"])),
    "LRANGE k 0 -1",
    ["a", "1", LONG, "b"],
  ],
  "a set": [2, length(2) + string("a") + `\xc0${le(5, 1)}`, "SMEMBERS k", ["a", "5"]],
  "a set of 16 bits": [11, string(intset(2, [-5, 0, 32_767])), "SMEMBERS k", ["-5", "0", "32767"]],
  "a set of 32 bits": [11, string(intset(4, [-70_000, 5])), "SMEMBERS k", ["-70000", "5"]],
  "a set of 64 bits": [11, string(intset(8, [-(2n ** 63n), 5n])), "SMEMBERS k", ["-9223372036854775808", "5"]],
  "a set in a listpack": [20, string(listpack(["a", 5, ""])), "SMEMBERS k", ["a", "5", ""]],
  "a hash": [
    4,
    length(2) + string("f") + string("v") + string("") + `\xc0${le(5, 1)}`,
    "HGETALL k",
    ["f", "v", "", "5"],
  ],
  "a hash in a zipmap": [9, string(zipmap({ f: "v", g: LONG, "": "" })), "HGETALL k", ["f", "v", "g", LONG, "", ""]],
  "a hash in a zipmap with free bytes": [9, string(zipmap({ f: "v", g: "w" }, 3)), "HGETALL k", ["f", "v", "g", "w"]],
  "a hash in a ziplist": [
    13,
    string(ziplist([string6("f"), small(3), string14(LONG), string6("v")])),
    "HGETALL k",
    ["f", "3", LONG, "v"],
  ],
  "a hash in a listpack": [16, string(listpack(["f", "v", 1, 2])), "HGETALL k", ["f", "v", "1", "2"]],
  "a sorted set with decimal scores": [
    3,
    length(4) + string("a") + "\x031.5" + string("b") + "\xfe" + string("c") + "\xff" + string("d") + "\x05-1e10",
    "ZRANGE k 0 -1 WITHSCORES",
    ["c", -Infinity, "d", -1e10, "a", 1.5, "b", Infinity],
  ],
  "a sorted set with binary scores": [
    5,
    length(2) + string("b") + "\0\0\0\0\0\0\xf0\x3f" + string("a") + "\0\0\0\0\0\0\xf8\xbf",
    "ZRANGE k 0 -1 WITHSCORES",
    ["a", -1.5, "b", 1],
  ],
  "a sorted set in a ziplist": [
    12,
    string(ziplist([string6("z"), string6("-inf"), string6("a"), small(1), string6("b"), string6("1.5")])),
    "ZRANGE k 0 -1 WITHSCORES",
    ["z", -Infinity, "a", 1, "b", 1.5],
  ],
  "a sorted set in a listpack": [17, string(listpack(["b", 1, "a", 2])), "ZRANGE k 0 -1 WITHSCORES", ["b", 1, "a", 2]],
  "a stream of 5.0": [
    15,
    stream(1),
    "XRANGE k - +",
    [
      ["5-0", ["f", "1"]],
      ["6-0", ["g", "3", "h", "4"]],
    ],
  ],
  "a stream of 7.0": [19, stream(2), "XPENDING k g", [1, "5-0", "5-0", [["alice", "1"]]]],
  "a stream of 7.2": [
    21,
    stream(3),
    "XINFO GROUPS k",
    [["name", "g", "consumers", 1, "pending", 1, "last-delivered-id", "5-0", "entries-read", 1, "lag", null]],
  ],
  "a JSON document of RedisJSON 1": [
    7,
    `\x81${be(moduleNumber("ReJSON-RL", 0), 8)}${JSON_TREE}\0`,
    "JSON.GET k",
    '{"a":[1,-2,2.5,3.0,"x",true,false,null],"b":{},"\xc3\xa9":[]}',
  ],
};

/** The number that stands for a module and the form of its values. */
export function moduleNumber(name: string, form: number): bigint {
  const chars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return ([...name].reduce((number, char) => number * 64n + BigInt(chars.indexOf(char)), 0n) << 10n) + BigInt(form);
}
