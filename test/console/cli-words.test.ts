/**
 * Words and replies of the console's command line beside redis-cli's: the same lines typed, the same replies printed; and
 * commands as lines to copy, run by the shell, redis-cli and the SDK.
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { Redis } from "@upstash/redis";
import * as fc from "fast-check";
import { copyAs } from "../../console/src/cli/copy-as.ts";
import { formatReply } from "../../console/src/cli/format.ts";
import { hasSecret } from "../../console/src/cli/secrets.ts";
import { asText, encodeText, fromBytes, fromText, toBytes } from "../../console/src/client/bytes.ts";
import type { Reply } from "../../console/src/client/reply.ts";
import { parseReplies } from "../../console/src/client/resp2-reader.ts";
import { splitCommands, typeWord } from "../../console/src/client/split.ts";
import { showHidden } from "../../console/src/app/show-hidden.ts";
import { commandTables } from "../../src/commands/registry.ts";
import { isSecret } from "../../src/core/command-spec.ts";
import { budget } from "../support/arbitraries.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { encodeCommand } from "../support/resp.ts";
import { TestServer, TOKEN } from "../support/server.ts";

const wordsOf = (text: string): string[] =>
  splitCommands(text).commands.flatMap(({ words }) => words.map(({ bytes }) => bytes));

describe("words of the command line", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  let server: TestServer;
  before(async () => {
    redis = await RedisServer.start();
    server = await TestServer.start({ redis: `unix:${redis.path}` });
  });
  after(async () => {
    await server.stop();
    await redis.stop();
  });

  /** What redis-cli prints for lines that are typed. */
  const redisCli = (lines: string): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const child = spawn("redis-cli", ["-s", redis.path, "--no-raw"], { stdio: ["pipe", "pipe", "inherit"] });
      const chunks: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
      child.on("error", reject);
      child.on("close", () => resolve(Buffer.concat(chunks)));
      child.stdin.end(lines);
    });

  test("a line becomes the words that redis-cli makes of it", async () => {
    const pieces = fc.constantFrom(
      "a",
      '"',
      "'",
      "\\",
      "x",
      "4",
      "f",
      "n",
      "t",
      " ",
      "\t",
      "\v",
      "é",
      "\\x",
      "\\'",
      '\\"',
      "🙂",
    );
    const lines = fc.sample(fc.string({ unit: pieces, maxLength: 14 }), { ...budget(4000) });
    const fixed = ['"a\\x00b"', "'it\\'s'", '"\\xZZ"', '"\\xffé"', "''", '""', '"a"b', 'a"b c"', '"\\a\\b\\q"'];
    const tried = [...fixed, ...lines];
    const printed = await redisCli(tried.map((line) => `EVAL "return ARGV" 0 ${line}\n`).join(""));
    const mine = tried.map((line) => {
      const { problem } = splitCommands(line);
      if (problem !== undefined) return "Invalid argument(s)\n";
      const items = wordsOf(line).map((word): Reply => ({ kind: "bulk", bytes: toBytes(word) }));
      return formatReply({ kind: "array", items }, "cli").text;
    });
    assert.equal(printed.toString("latin1"), mine.join(""));
  });

  test("a line break ends a command, and none inside quotes", () => {
    const { commands, problem } = splitCommands('SET a "one\ntwo"\n\n  GET a\r\n');
    assert.equal(problem, undefined);
    assert.deepEqual(
      commands.map(({ words }) => words.map(({ bytes }) => bytes)),
      [
        ["SET", "a", "one\ntwo"],
        ["GET", "a"],
      ],
    );
    const open = splitCommands('PING\nSET a "one\n');
    assert.equal(open.problem, "open-quote");
    assert.equal(open.at, 11);
    assert.equal(open.commands.length, 1);
  });

  test("any word can be typed again", () => {
    const word = fc.oneof(
      fc.uint8Array({ maxLength: 12 }).map(fromBytes),
      fc.string({ unit: "binary", maxLength: 8 }).map(fromText),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const line = words.map((one) => typeWord(one, asText(one))).join(" ");
        assert.deepEqual(wordsOf(line), words);
        assert.equal(showHidden(line), line, "nothing in it is hidden");
      }),
      budget(2000),
    );
  });

  test("replies are printed as redis-cli prints them", async () => {
    const setup = [
      ["SET", "bytes", '\u0000\u0007\b\t\n\r\u001b"\\ é \u007f\u00ff'],
      ["RPUSH", "list", ...Array.from({ length: 12 }, (_, i) => `item ${i}`)],
      ["HSET", "hash", "field", "1", "other", "two"],
      ["XADD", "stream", "1-1", "a", "b", "c", "d"],
      ["XADD", "stream", "1-2", "e", "f"],
    ];
    await redis.sendAll(setup);
    const commands = [
      ["GET", "bytes"],
      ["GET", "none"],
      ["PING"],
      ["LRANGE", "list", "0", "-1"],
      ["LRANGE", "none", "0", "-1"],
      ["XRANGE", "stream", "-", "+"],
      ["XREAD", "STREAMS", "stream", "none", "0", "0"],
      ["STRLEN", "bytes"],
      ["LPUSH", "hash", "x"],
      ["NOSUCH"],
      ["EVAL", "return {1, {2, {3, {}, false, 'x'}, redis.error_reply('bad')}, {}, redis.status_reply('fine')}", "0"],
      ["EVAL", "local t = {} for i = 1, 120 do t[i] = {i, {i}} end return t", "0"],
      ["COMMAND", "DOCS", "GET"],
    ];
    const printed = await redisCli(
      commands.map((words) => `${words.map((word) => typeWord(word, word)).join(" ")}\n`).join(""),
    );
    const mine = await Promise.all(
      commands.map(async (words) => {
        const headers = { "Upstash-Response-Format": "resp2" };
        // The names of commands and the errors of those that are unknown are stashd's own.
        if (words[0] === "NOSUCH") return "(error) ERR unknown command 'NOSUCH', with args beginning with: \n";
        const target = words[0] === "COMMAND" ? await redisRaw(words) : undefined;
        const body = target ?? (await server.call("POST", "/", { body: JSON.stringify(words), headers })).body;
        return formatReply(parseReplies(toBytes(body))[0]!, "cli").text;
      }),
    );
    assert.equal(printed.toString("latin1").trimEnd(), mine.join("").trimEnd());
  });

  /** The bytes of redis-server's reply, which its client here parses to frames. */
  function redisRaw(words: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(redis.path);
      let received = "";
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        received += chunk.toString("latin1");
        if (received.endsWith("+PONG\r\n")) {
          socket.destroy();
          resolve(received.slice(0, -"+PONG\r\n".length));
        }
      });
      socket.write(encodeCommand([...words]) + encodeCommand(["PING"]), "latin1");
    });
  }

  test("a part of a reply costs what is shown, and says that it goes on", () => {
    const items = Array.from({ length: 100_000 }, (): Reply => ({ kind: "bulk", bytes: new Uint8Array(100) }));
    for (const format of ["cli", "raw", "json"] as const) {
      const whole = formatReply({ kind: "array", items: items.slice(0, 50) }, format);
      assert.equal(whole.isCut, false);
      const { isCut, text } = formatReply({ kind: "array", items }, format, 1000);
      assert.deepEqual([isCut, text.length], [true, 1000], format);
      const one = formatReply({ kind: "bulk", bytes: new Uint8Array(5_000_000).fill(65) }, format, 1000);
      assert.deepEqual([one.isCut, one.text.length], [true, 1000], format);
      // Chars of several bytes: fewer are shown, and none is torn.
      const wide = formatReply({ kind: "bulk", bytes: encodeText("é€".repeat(100_000)) }, format, 1000);
      assert.equal(wide.isCut, true, format);
      assert.doesNotMatch(wide.text, /\ufffd/);
      const short = formatReply({ kind: "bulk", bytes: encodeText("é€".repeat(100)) }, format, 10_000);
      assert.equal(short.isCut, false, format);
    }
  });

  test("JSON keeps big integers, errors and bytes apart", () => {
    const reply = parseReplies(
      toBytes("*5\r\n:9007199254740993\r\n$2\r\n\u00ff\u0000\r\n$-1\r\n-ERR no\r\n*0\r\n"),
    )[0]!;
    assert.equal(
      formatReply(reply, "json").text,
      '[\n  9007199254740993,\n  {"base64":"/wA="},\n  null,\n  {"error":"ERR no"},\n  []\n]\n',
    );
  });

  const HOSTILE = [
    ["SET", "it's", `"$HOME" \`id\` $(id) \\ ! * ~ #`],
    ["SET", "-x", "--help"],
    ["SET", "@/etc/passwd", "@-"],
    ["SET", "lines\nand\ttabs", "\u202etxt\u0000\u001b[31m"],
    ["SET", "ü/../%2e%2e?a=b&c#d", "[1]{2}"],
    ["SET", "empty", ""],
    ["SET", fromBytes(Uint8Array.of(255, 0, 47, 46, 46, 47)), fromBytes(Uint8Array.of(254, 10, 0))],
    ["SET", fromBytes(Uint8Array.of(255)), ""],
    ["HSET", "__proto__", "__proto__", "1", "10", "2"],
    ["HSET", "h", "a", "1", "b", "é"],
    ["ZADD", "z", "1", "one", "2", "two words"],
    ["EXPIRE", "h", "100"],
    ["set", "quoted", "'", "EX", "100"],
    ["EVAL", "return redis.call('set', KEYS[1], ARGV[1])", "1", "by script", "a\nb"],
  ].map((words) => words.map((word) => ([...word].some((char) => char.charCodeAt(0) > 255) ? fromText(word) : word)));

  /** All keys with their values as bytes, and whether they expire. */
  const contents = async (): Promise<string> => {
    const script = `
      local found, keys = {}, redis.call('keys', '*')
      table.sort(keys)
      for _, key in ipairs(keys) do
        found[#found + 1] = {key, redis.call('dump', key), redis.call('ttl', key) > 0}
      end
      return found`;
    return JSON.stringify(await redis.send(["EVAL", script, "0"]));
  };

  const shell = (line: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const env = {
        ...process.env,
        UPSTASH_REDIS_REST_URL: server.server.url,
        UPSTASH_REDIS_REST_TOKEN: TOKEN,
        REDIS_URL: "unused",
      };
      // A Unix socket is what the test's server has; the rest of the line is as copied.
      const run = line.replaceAll('redis-cli -u "$REDIS_URL"', `redis-cli -s '${redis.path}'`);
      execFile("sh", ["-c", run], { env }, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(stderr)),
      );
    });

  for (const target of ["curl", "sdk", "redis-cli"] as const) {
    test(`a command that is copied as ${target} does what the command does`, async () => {
      for (const words of HOSTILE) {
        await redis.sendAll([["FLUSHALL"], ["HSET", "h", "x", "y"], words]);
        const expected = await contents();
        await redis.sendAll([["FLUSHALL"], ["HSET", "h", "x", "y"]]);
        const line = copyAs(target, [words]);
        if (line === undefined) {
          assert.ok(target === "sdk" && words.some((word) => asText(word) === undefined), "only the SDK has no bytes");
          continue;
        }
        assert.doesNotMatch(line, new RegExp(TOKEN));
        if (target === "sdk") await runSdk(line);
        else await shell(line);
        assert.equal(await contents(), expected, line);
      }
    });

    test(`several commands that are copied as ${target} are a transaction`, async () => {
      await redis.sendAll([["FLUSHALL"]]);
      const line = copyAs(target, [
        ["SET", "a", "it's"],
        ["INCR", "n"],
        ["INCRBY", "n", "5"],
      ])!;
      if (target === "sdk") await runSdk(line);
      else await shell(line);
      assert.match(line, /multi/i);
      const values = JSON.stringify(await redis.send(["MGET", "a", "n"]));
      assert.match(values, /it's/);
      assert.match(values, /6/);
    });
  }

  async function runSdk(line: string): Promise<void> {
    const redisSdk = new Redis({ url: server.server.url, token: TOKEN });
    const run = new Function("redis", `return (async () => { ${line} })()`) as (redis: Redis) => Promise<void>;
    await run(redisSdk);
  }
});

test("what is no reply is refused, and not read as one", () => {
  for (const bytes of ["$", "$5", "$5\r\nab", "*2\r\n:1\r\n", ":1"]) {
    assert.throws(() => parseReplies(toBytes(bytes)), /cut off/, bytes);
  }
  for (const bytes of ["$x\r\n", "*-\r\n", "$1x\r\na\r\n", "{}\r\n"]) {
    assert.throws(() => parseReplies(toBytes(bytes)), /not RESP2/, bytes);
  }
});

test("commands with secrets are those of the rows", () => {
  const wrong: string[] = [];
  for (const row of commandTables.flat()) {
    // Not served here; a Redis behind may know it.
    if (row.name === "MIGRATE") continue;
    const name = row.name.split(" ");
    const { secrets } = row;
    const length = secrets !== undefined && "from" in secrets ? secrets.from : name.length;
    const filled = [...name, ...Array.from({ length: Math.max(0, length - name.length) }, () => "x")];
    const words = [...filled, "AUTH", "requirepass", "AUTH", "requirepass", "AUTH", "x"];
    const isOne = words.some((_, i) => isSecret(row, words)(i));
    if (isOne !== hasSecret(words)) wrong.push(`${words.join(" ")}: the row says ${isOne}`);
  }
  assert.deepEqual(wrong, []);
  assert.equal(hasSecret(["config", "set", "maxmemory", "1"]), false);
  assert.equal(hasSecret(["config", "set", "maxmemory", "1", "requirepass", "x"]), true);
});
