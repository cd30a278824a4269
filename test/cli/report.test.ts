/** Which commands were used, and what of them another server lacks: from the processes that count to the table. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { reportText } from "../../src/cli/report.ts";
import type { UsageRecord } from "../../src/server/command-usage.ts";
import { readUsage } from "../../src/server/usage-report.ts";
import { Dice } from "../oracle/random.ts";
import { oracleSkipReason } from "../support/redis.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { chooseSeed } from "../support/world.ts";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const TESTING = new URL("../../src/testing.js", import.meta.url).href;

const folder = mkdtempSync(join(tmpdir(), "stashd-report-"));
after(() => rmSync(folder, { recursive: true }));

/** What the only file of a folder holds. */
function onlyRecord(path: string): UsageRecord {
  const [file, ...others] = readdirSync(path);
  assert.deepEqual(others, []);
  return JSON.parse(readFileSync(join(path, file!), "utf8")) as UsageRecord;
}

const folderWith = (name: string, texts: readonly string[]): string => {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [i, text] of texts.entries()) writeFileSync(join(path, `usage-${i}.json`), text);
  return path;
};

const record = (commands: object): string => JSON.stringify({ stashd: "0.1.0", commands });

describe("counts of commands", () => {
  test("have names of commands and options, by every way, and no argument", async () => {
    const path = join(folder, "counted");
    const server = await TestServer.start({ report: path, redisPort: 0 });
    await server.command(["set", "secret-key", "secret-value", "ex", 100, "nx"]);
    await server.call("GET", "/get/secret-key");
    await server.command(["CONFIG", "GET", "max*"]);
    await server.command(["XADD", "s", "MAXLEN", "~", "10", "*", "NX", "secret-value"]);
    await server.command(["NOPE", "secret-value"]);
    const script = "redis.call('SET', KEYS[1], ARGV[1], 'XX'); return redis.call('GET', KEYS[1])";
    await server.command(["EVAL", script, 1, "secret-key", "secret-value"]);
    const body = JSON.stringify([
      ["GET", "a"],
      ["GET", "secret-key"],
    ]);
    await server.call("POST", "/pipeline", { body });
    await server.call("POST", "/multi-exec", { body });
    const connection = await server.connect();
    await connection.send("AUTH", TOKEN);
    await connection.send("MULTI");
    await connection.send("SET", "secret-key", "v", "EX", "5");
    await connection.send("EXEC");
    connection.close();
    await server.stop();
    const { commands } = onlyRecord(path);
    assert.deepEqual(commands, {
      SET: { calls: 3, options: { EX: 2, NX: 1, XX: 1 } },
      GET: { calls: 6, options: {} },
      "CONFIG GET": { calls: 1, options: {} },
      XADD: { calls: 1, options: { MAXLEN: 1 } },
      EVAL: { calls: 1, options: {} },
      AUTH: { calls: 1, options: {} },
      MULTI: { calls: 1, options: {} },
      EXEC: { calls: 1, options: {} },
    });
    const [file] = readdirSync(path);
    assert.doesNotMatch(readFileSync(join(path, file!), "utf8"), /secret|token/);
  });

  test("of test databases are a file for each process, and what a test flushes by hand is none", () => {
    const path = join(folder, "tests");
    const program = `
      import { createTestDatabase } from ${JSON.stringify(TESTING)};
      for (let i = 0; i < 3; i++) {
        const db = await createTestDatabase();
        await db.fetch("/set/k/v", { headers: { authorization: "Bearer " + db.token } });
        await db.flush();
        if (i < 2) await db.close();
      }`;
    const env = { ...process.env, STASHD_REPORT: path };
    for (let i = 0; i < 2; i++) {
      execFileSync(process.execPath, ["--input-type=module", "-e", program], { env });
    }
    assert.deepEqual(readUsage(path), {
      commands: new Map([["SET", { calls: 6, options: {} }]]),
      files: 2,
      faults: [],
    });
  });

  test("of stashd run are there when it ends, and its command may add to them", () => {
    const cwd = mkdtempSync(join(folder, "run-"));
    const program = `
      const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token, STASHD_REPORT } = process.env;
      const db = await (await import(${JSON.stringify(TESTING)})).createTestDatabase();
      const headers = { authorization: "Bearer " + token };
      await db.fetch("/hset/h/f/v", { headers: { authorization: "Bearer " + db.token } });
      await fetch(url + "/lpush/l/a", { headers });`;
    const words = ["run", "--report", "usage", "--", process.execPath, "--input-type=module", "-e", program];
    execFileSync(process.execPath, [PROGRAM, ...words], { cwd });
    const printed = execFileSync(process.execPath, [PROGRAM, "report", "usage"], { cwd }).toString();
    assert.match(printed, /^2 commands, 2 calls in 2 processes\n\ncommand +calls +options\nHSET +1\nLPUSH +1\n$/);
  });

  test(
    "are refused where another server has the data, or where no folder can be made",
    { skip: oracleSkipReason() },
    async () => {
      await assert.rejects(
        TestServer.start({ report: "usage", redis: "redis://127.0.0.1:1" }),
        /report is about data in this/,
      );
      await assert.rejects(
        TestServer.start({ report: join(PROGRAM, "usage") }),
        /report names no folder that can be made/,
      );
      assert.ok(!existsSync("usage"));
    },
  );
});

const USED = record({
  SET: { calls: 9, options: { EX: 3, IFEQ: 2 } },
  "OBJECT ENCODING": { calls: 2, options: {} },
  SCAN: { calls: 4, options: { MATCH: 4, WITHTYPE: 1 } },
  XTRIM: { calls: 1, options: { MAXLEN: 1, DELREF: 1 } },
  HSCAN: { calls: 1, options: { NOVALUES: 1 } },
  HTTL: { calls: 1, options: {} },
});

describe("stashd report", () => {
  const path = folderWith("used", [USED, record({ SET: { calls: 1, options: { EX: 1 } } })]);
  const run = async (...argv: readonly string[]): Promise<{ text: string; isSound: boolean }> => reportText(argv, {});

  test("adds the counts of all processes", async () => {
    const { isSound, text } = await run(path);
    assert.ok(isSound);
    assert.equal(
      text,
      `6 commands, 19 calls in 2 processes

command          calls  options
HSCAN                1  NOVALUES 1
HTTL                 1
OBJECT ENCODING      2
SCAN                 4  MATCH 4, WITHTYPE 1
SET                 10  EX 4, IFEQ 2
XTRIM                1  DELREF 1, MAXLEN 1
`,
    );
  });

  test("says what a target lacks, and does otherwise", async () => {
    const lines = async (target: string): Promise<string[]> => {
      const { text } = await run(path, "--target", target);
      return text.split("\n").map((line) => line.replace(/ {2,}/g, " | "));
    };
    assert.deepEqual(await lines("valkey-8"), [
      "6 commands, 19 calls in 2 processes; 4 of them valkey-8 lacks",
      "",
      "command | calls | options | valkey-8",
      "HSCAN | 1 | NOVALUES 1",
      "HTTL | 1 | LACKS IT",
      "OBJECT ENCODING | 2 | tells of what the value was before, too",
      "SCAN | 4 | MATCH 4, WITHTYPE 1 | LACKS WITHTYPE; may return an element several times; names the type of JSON ReJSON-RL",
      "SET | 10 | EX 4, IFEQ 2 | LACKS IFEQ",
      "XTRIM | 1 | DELREF 1, MAXLEN 1 | LACKS DELREF; trims whole nodes with ~",
      "",
    ]);
    assert.match(
      (await lines("upstash")).join("\n"),
      /; 1 of them upstash lacks[\s\S]*OBJECT ENCODING \| 2 \| LACKS IT/,
    );
  });

  test("exits with 1 by --strict alone, and prints JSON", async () => {
    assert.equal((await run(path, "--target", "redis-8.4")).isSound, true);
    assert.equal((await run(path, "--target", "redis-8.4", "--strict")).isSound, false);
    const fits = folderWith("fits", [record({ SET: { calls: 1, options: { EX: 1 } } })]);
    const strict = await run(fits, "--target", "redis-7.0", "--strict");
    assert.deepEqual(
      [strict.isSound, strict.text.split("\n")[0]],
      [true, "1 command, 1 call in 1 process; all of them are in redis-7.0"],
    );
    const { text } = await run(fits, "--target", "upstash", "--json");
    assert.deepEqual(JSON.parse(text), {
      target: "upstash",
      files: 1,
      faults: [],
      commands: [{ command: "SET", calls: 1, options: { EX: 1 }, isLacking: false, lackingOptions: [] }],
    });
    const shell = spawnSync(process.execPath, [PROGRAM, "report", path, "--target", "redis-7.0", "--strict"]);
    assert.equal(shell.status, 1);
    assert.match(shell.stdout.toString(), /LACKS IFEQ/);
  });

  test("says in one line what it cannot do", async () => {
    const says = (argv: readonly string[], text: RegExp): Promise<void> =>
      assert.rejects(run(...argv), { message: text });
    await says([], /^name the folder that --report was given$/);
    await says([join(folder, "none")], /none does not exist; give --report to what runs the tests$/);
    await says([folderWith("empty", [])], /empty has no counts of commands; run the tests$/);
    await says([path, "--target", "upstach"], /^--target upstach is not known \(did you mean upstash\?\)$/);
    await says([path, "--strict"], /^--strict needs a --target$/);
  });

  test("leaves out files that are no records, and says so", async () => {
    const wrong = [
      "",
      "{",
      "null",
      "[]",
      '"x"',
      record({}),
      record([]),
      record({ NOPE: { calls: 1, options: {} } }),
      record({ GET: { calls: -1, options: {} } }),
      record({ GET: { calls: 1.5, options: {} } }),
      record({ GET: { calls: "1", options: {} } }),
      record({ GET: null }),
      record({ SET: { calls: 1, options: { NOPE: 1 } } }),
      record({ SET: { calls: 1, options: { EX: "\u001b[31m" } } }),
      '{"commands":{"__proto__":{"calls":1,"options":{}}}}',
      '{"commands":{"SET":{"calls":1,"options":{"__proto__":1}}}}',
      `{"commands":${"[".repeat(100_000)}`,
    ];
    const mixed = folderWith("mixed", [record({ GET: { calls: 2 } }), ...wrong]);
    writeFileSync(join(mixed, "usage-large.json"), "");
    truncateSync(join(mixed, "usage-large.json"), 8 * 1024 ** 3);
    mkdirSync(join(mixed, "usage-folder.json"));
    writeFileSync(join(mixed, "other.json"), "{");
    const { commands, faults, files } = readUsage(mixed);
    assert.deepEqual([[...commands], files], [[["GET", { calls: 2, options: {} }]], 1]);
    assert.equal(faults.length, wrong.length + 2, faults.join("\n"));
    const { text } = await run(mixed);
    assert.match(text, /\nleft out: usage-1\.json: it is not JSON\n/);
    assert.doesNotMatch(text, /\u001b/);
  });

  test("reads records with bytes changed at random, or leaves them out", async () => {
    const seed = chooseSeed();
    const dice = new Dice(seed);
    const sound = Buffer.from(USED);
    const target = folderWith("fuzzed", []);
    for (let i = 0; i < 300; i++) {
      const bytes = Buffer.from(sound);
      for (let change = dice.between(1, 4); change > 0; change--)
        bytes[dice.between(0, bytes.length - 1)] = dice.between(0, 255);
      writeFileSync(
        join(target, "usage-x.json"),
        dice.chance(0.2) ? bytes.subarray(0, dice.between(0, bytes.length)) : bytes,
      );
      writeFileSync(join(target, "usage-y.json"), record({ GET: { calls: 1, options: {} } }));
      const { text } = await run(target, "--target", "redis-7.0");
      assert.ok(
        [...text].every((char) => char >= " " || char === "\n"),
        `SEED=${seed}`,
      );
    }
  });
});
