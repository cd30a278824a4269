/** The RESP reader against bytes of every kind: cut anywhere, too long, or plainly hostile. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { CommandError } from "../../src/core/reply.ts";
import { RespReader } from "../../src/protocol/resp-reader.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { RawConnection } from "../support/resp-client.ts";
import { encodeCommand } from "../support/resp.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

/** What a reader makes of chunks: its commands, and the error that ended it. */
function read(chunks: readonly string[], trusted = true): { commands: string[][]; error: string | undefined } {
  const reader = new RespReader(DEFAULT_LIMITS, () => trusted);
  const commands: string[][] = [];
  try {
    for (const chunk of chunks) {
      reader.push(Buffer.from(chunk, "latin1"));
      for (let words = reader.next(); words !== undefined; words = reader.next()) commands.push(words);
    }
  } catch (error) {
    assert.ok(error instanceof CommandError, String(error));
    return { commands, error: error.text };
  }
  return { commands, error: undefined };
}

/** A stream with something of everything that is well formed. */
const STREAM = [
  "*1\r\n$4\r\nPING\r\n",
  "*-1\r\n*0\r\n\r\n  \r\n",
  'SET  k "a\\x41\\n\\"q" \r\n',
  "PING 'it\\'s'\n",
  encodeCommand(["SET", "k", "\r\n$3\r\n*1\r\n"]),
  encodeCommand(["SET", "", "\x00\xff".repeat(40)]),
  "*2\r\n$3\r\nGETxx$1\ryk..",
].join("");

const COMMANDS = [
  ["PING"],
  ["SET", "k", 'aA\n"q'],
  ["PING", "it's"],
  ["SET", "k", "\r\n$3\r\n*1\r\n"],
  ["SET", "", "\x00\xff".repeat(40)],
  ["GET", "k"],
];

/** Malformed input, each on a connection of its own. Redis's answer is asked for, not typed. */
const MALFORMED = [
  "*\r\n",
  "*x\r\n",
  "*+1\r\n",
  "* 1\r\n",
  "*1\n$4\r\nPING\r\n",
  "*01\r\n$4\r\nPING\r\n",
  "*-99999999999999999999\r\nPING\r\n",
  "*2147483648\r\n",
  "*9999999999999999999999\r\n",
  "*1\r\nPING\r\n",
  "*1\r\n\r\n",
  "*1\r\n*4\r\n",
  "*3\r\n$3\r\nSET\r\n*1\r\n",
  "*1\r\n$-1\r\n",
  "*1\r\n$x\r\n",
  "*1\r\n$\r\n",
  "*1\r\n$04\r\nPING\r\n",
  "*1\r\n$2147483648\r\n",
  "*1\r\n$536870913\r\n",
  "*1\r\n$99999999999999999999\r\n",
  'PING "abc\r\n',
  "PING 'abc\r\n",
  "PING 'a\\'\r\n",
  'PING "a\\"\r\n',
  'PING "a"b\r\n',
  "PING 'a'b\r\n",
  'PING "a\r\n"b"\r\n',
  "x".repeat(70_000),
  `*${"1".repeat(70_000)}`,
  `*1\r\n$${"1".repeat(70_000)}`,
  `*1\r\n${"x".repeat(70_000)}`,
];

/** Odd, but taken. A QUIT ends each. */
const ODD = [
  "*-2147483649\r\nPING\r\n",
  "*-1\r\nPING\r\n",
  "*0\r\nPING\r\n",
  "*1\r\n$0\r\n\r\n",
  "*1\r\n$4\r\nPINGxx",
  "*1\r\r$4\r\nPING\r\n",
  "*1\r\n$4\rxPINGab",
  'PING "\\x41\\n\\xzz\\q"\r\n',
  "PING 'a\\'b\\n'\r\n",
  "\r\n\r\nPING\r\n",
  "   \r\nPING\r\n",
  "PING\n",
  "  PING\t\x0b x  \r\n",
  "PING \r x\r\n",
  'PING ""\r\n',
  '"" x\r\n',
  'PING a"b c"\r\n',
  "+OK\r\n",
  "$4\r\nPING\r\n",
  "GET\xa0\xff\r\n",
  `ECHO ${"x".repeat(60_000)}\r\n`,
];

describe("the RESP reader", () => {
  test("reads a stream that is cut at any byte, or at every byte", () => {
    assert.deepEqual(read([STREAM]), { commands: COMMANDS, error: undefined });
    assert.deepEqual(read([...STREAM]), { commands: COMMANDS, error: undefined });
    for (let i = 1; i < STREAM.length; i++) {
      const cut = [STREAM.slice(0, i), STREAM.slice(i)];
      assert.deepEqual(read(cut), { commands: COMMANDS, error: undefined }, `cut at ${i}`);
      // What is truncated gives the commands before it, and nothing else.
      const { commands, error } = read([STREAM.slice(0, i)]);
      assert.deepEqual([commands, error], [COMMANDS.slice(0, commands.length), undefined], `truncated at ${i}`);
    }
  });

  test("malformed input is the same error wherever it is cut", () => {
    for (const text of MALFORMED.filter(({ length }) => length < 100)) {
      const whole = read([text]).error;
      assert.match(whole ?? "", /^ERR Protocol error: /, JSON.stringify(text));
      assert.deepEqual(read([...text]).error, whole, JSON.stringify(text));
    }
  });

  test("an unauthenticated client may send only a little", () => {
    const bulk = "ERR Protocol error: unauthenticated bulk length";
    assert.equal(read(["*11\r\n"], false).error, "ERR Protocol error: unauthenticated multibulk length");
    assert.equal(read(["*1\r\n$16385\r\n"], false).error, bulk);
    assert.equal(read(["*1\r\n$1638", "5\r\n"], false).error, bulk);
    assert.equal(read(["*10\r\n$16384\r\n"], false).error, undefined);
    assert.equal(read(["*1\r\n$99999999999\r\n"], false).error, "ERR Protocol error: invalid bulk length");
  });

  test("a large argument in many chunks is put together once", () => {
    const value = "0123456789abcdef".repeat(640 * 1024);
    const text = encodeCommand(["SET", "k", value]) + encodeCommand(["PING"]);
    const chunks = Array.from({ length: Math.ceil(text.length / 1000) }, (_, i) =>
      text.slice(i * 1000, i * 1000 + 1000),
    );
    const { commands } = read(chunks);
    assert.equal(commands[0]![2] === value, true);
    assert.deepEqual(commands[1], ["PING"]);
  });

  test("the words of one command are bounded", () => {
    const reader = new RespReader({ ...DEFAULT_LIMITS, queryBytesMax: 200, commandWordsMax: 5 }, () => true);
    const error = (text: string) => {
      reader.push(Buffer.from(text, "latin1"));
      assert.throws(
        () => reader.next(),
        (thrown: CommandError) => {
          assert.match(thrown.text, /^ERR Protocol error: (too big request|invalid multibulk length)$/);
          return true;
        },
      );
    };
    error("*6\r\n");
    error(`*3\r\n$60\r\n${"x".repeat(60)}\r\n$77\r\n`);
  });

  test("words of no bytes count towards the bound as well", () => {
    const reader = new RespReader({ ...DEFAULT_LIMITS, queryBytesMax: 10_000 }, () => true);
    const push = (text: string): string[] | undefined => {
      reader.push(Buffer.from(text, "latin1"));
      return reader.next();
    };
    // Redis takes the count as well; it is the words that take memory.
    assert.equal(push("*2147483647\r\n"), undefined);
    for (let i = 0; i < 312; i++) assert.equal(push("$0\r\n\r\n"), undefined);
    assert.throws(() => push("$0\r\n\r\n"), { text: "ERR Protocol error: too big request" });
    const other = new RespReader(DEFAULT_LIMITS, () => true);
    other.push(Buffer.from("*2147483648\r\n", "latin1"));
    assert.throws(() => other.next(), { text: "ERR Protocol error: invalid multibulk length" });
  });

  test("random bytes give commands or a protocol error, however they are cut", () => {
    const seed = chooseSeed();
    console.log(`random bytes: SEED=${seed}`);
    const random = seededRandom(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const tokens = [
      "*",
      "$",
      "\r\n",
      "\n",
      "\r",
      "1",
      "2",
      "0",
      "-1",
      '"',
      "'",
      "\\",
      " ",
      "GET",
      "\x00",
      "\xff",
      "*2\r\n$1\r\na\r\n",
    ];
    for (let run = 0; run < 3000; run++) {
      const text = Array.from({ length: below(30) }, () => tokens[below(tokens.length)]!).join("");
      const cuts = [0, below(text.length + 1), below(text.length + 1), text.length].sort((a, b) => a - b);
      const chunks = cuts.slice(1).map((end, i) => text.slice(cuts[i], end));
      assert.deepEqual(read(chunks), read([text]), `SEED=${seed} ${JSON.stringify(chunks)}`);
    }
  });
});

describe("malformed input is answered as redis-server answers it", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  let ours: TestServer;
  before(async () => {
    [redis, ours] = await Promise.all([RedisServer.start(), TestServer.start({ redisPort: 0 })]);
  });
  after(() => Promise.all([redis.stop(), ours.stop()]));

  /** All bytes that come back until the server closes the connection. */
  async function answers(text: string): Promise<{ ours: string; theirs: string }> {
    const mine = await RawConnection.open({ port: ours.server.redisPort!, host: "127.0.0.1" });
    await mine.send("AUTH", TOKEN);
    const other = await RawConnection.open({ path: redis.path });
    for (const connection of [mine, other]) connection.write(text);
    return { ours: await mine.closed, theirs: await other.closed };
  }

  for (const text of MALFORMED) {
    test(JSON.stringify(text.slice(0, 40)), async () => {
      const { ours, theirs } = await answers(text);
      assert.match(theirs, /^-ERR Protocol error: /);
      assert.equal(ours, theirs);
    });
  }
  for (const text of ODD) {
    test(`${JSON.stringify(text.slice(0, 40))} is taken`, async () => {
      const { ours, theirs } = await answers(`${text}*1\r\n$4\r\nQUIT\r\n`);
      assert.match(theirs, /\+OK\r\n$/);
      assert.equal(ours, theirs);
    });
  }
});
