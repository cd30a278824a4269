/** Jest from npm runs tests with `stashd/jest`, in a project that has installed the package. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { blocksOf } from "../../support/documents.ts";
import { ROOT } from "../../support/packed.ts";
import { processGroups } from "../../support/process-groups.ts";
import { isThere, listens, RunnerProject } from "../../support/runner-project.ts";
import type { EndedRun } from "../../support/runner-project.ts";
import { until } from "../../support/until.ts";

const groups = processGroups();
const TYPES = ["@types/jest", "@types/node", "undici-types", "expect", "@jest/globals"];
const project = new RunnerProject(groups, ["jest/bin/jest.js"], "jest", ...TYPES);
after(() => project.remove());

/** Jest loads CommonJS; TypeScript reads it as modules. */
const REQUIRED = `const { Redis } = require("@upstash/redis");
const { useTestDatabase } = require("stashd/jest");
`;
const TYPED = `import { Redis } from "@upstash/redis";
import { useTestDatabase } from "stashd/jest";
`;

/** Tests that pass only in a database of their own: each file of them uses the same keys. */
const ISOLATED = `
describe("each test has a database", () => {
  const db = useTestDatabase();
  for (const i of [1, 2, 3]) {
    test("test " + i, async () => {
      const redis = new Redis(db);
      expect(await redis.incr("n")).toBe(1);
      expect(await new Redis(db.requester).incr("n")).toBe(2);
      expect(await redis.eval("return redis.call('GET', KEYS[1])", ["n"], [])).toBe(2);
      expect(db).toHaveCommand("INCR", "n");
      expect(db).not.toHaveCommand("GET", expect.anything());
    });
  }
  test("has its time, by the clock of the database and by Jest's", async () => {
    const redis = new Redis(db.requester);
    await redis.set("session", "ada", { ex: 60 });
    await db.clock.advance("61s");
    expect(await redis.get("session")).toBeNull();
    jest.useFakeTimers({ now: db.clock.now() });
    await redis.set("session", "ada", { ex: 60 });
    jest.setSystemTime(Date.now() + 200_000);
    expect(await redis.get("session")).toBeNull();
    jest.useRealTimers();
  });
  test("keeps snapshots and files", async () => {
    await new Redis(db.requester).set("k", "v");
    const snapshot = await db.snapshot();
    await db.flush();
    await db.restore(snapshot);
    expect(await new Redis(db.requester).get("k")).toBe("v");
    expect(Object.keys(db)).toContain("token");
  });
});

describe("a file has a database", () => {
  const db = useTestDatabase({ isolate: "file", env: { CACHE_URL: "redis" } });
  beforeAll(() => new Redis(db.requester).set("seed", "s"));
  test("that a test changes", async () => {
    expect(await new Redis(db.requester).incr("n")).toBe(1);
    expect(process.env["CACHE_URL"]).toBe(db.redisUrl);
  });
  test("that the next finds so, also by the variables", async () => {
    expect(await Redis.fromEnv().incr("n")).toBe(2);
    expect(await Redis.fromEnv().get("seed")).toBe("s");
  });
});

test("the run has a database, which the variables of the process name", async () => {
  expect(await Redis.fromEnv().sadd("files", String(expect.getState().testPath))).toBe(1);
});
`;

const FAILING = `${REQUIRED}
const { readFileSync, writeFileSync } = require("node:fs");
const fault = { match: { command: "GET" }, action: { status: 500 } };
const db = useTestDatabase();
test("fails", async () => {
  writeFileSync("closed.json", JSON.stringify({ url: db.url, token: db.token }));
  await new Redis(db.requester).set("k", "v");
  expect(db).toHaveCommand("GET", "k");
});
test("has a fault that meets nothing", () => void db.faults.add(fault));
test("fails and has such a fault", () => {
  db.faults.add(fault);
  expect("the test's own").toBe("reason");
});
test("finds the others closed", async () => {
  await expect(new Redis(JSON.parse(readFileSync("closed.json"))).ping()).rejects.toThrow(/this test database was closed/);
});
describe("a wrong option", () => {
  useTestDatabase({ tokn: "x" });
  test("is said", () => {});
});
describe("a block", () => {
  const db = useTestDatabase({ isolate: "file" });
  test("has a fault for all of its tests", () => void db.faults.add(fault));
});
test("a scope that there is not", () => expect(() => useTestDatabase({ isolate: "worker" })).toThrow(/"test" or "file"/));
`;

const FAULT =
  '1 fault met no request; correct what it matches, or remove it:\n      {"match":{"command":"GET"},"action":{"status":500}}';

const EARLY = `${REQUIRED}useTestDatabase().token;\ntest("is never reached", () => {});\n`;

const KILLED = `${REQUIRED}
const { writeFileSync } = require("node:fs");
const db = useTestDatabase();
test("waits", async () => {
  const run = process.env["UPSTASH_REDIS_REST_URL"];
  writeFileSync("killed.json", JSON.stringify({ pid: process.pid, own: db.url, run }));
  await new Redis(db.requester).set("k", "v");
  await new Promise(() => {});
}, 100_000);
`;

const FAKED = `${REQUIRED}
const db = useTestDatabase();
test("answers, and follows both clocks", async () => {
  const redis = new Redis(db.requester);
  await redis.set("k", "v", { ex: 60 });
  await db.clock.advance("1m");
  expect(await redis.get("k")).toBeNull();
  await redis.set("k", "v", { ex: 60 });
  jest.advanceTimersByTime(60_000);
  expect(await redis.get("k")).toBeNull();
});
`;

const WATCHED = `${REQUIRED}
const { writeFileSync } = require("node:fs");
const db = useTestDatabase();
test("has an empty database, and so has the run", async () => {
  expect(await new Redis(db.requester).incr("n")).toBe(1);
  expect(await Redis.fromEnv().incr("n")).toBe(1);
  writeFileSync("watched.json", JSON.stringify([db.url, process.env["UPSTASH_REDIS_REST_URL"]]));
});
`;

const nothingLeft = ({ files, hasProcesses }: EndedRun): void =>
  assert.deepEqual({ files, hasProcesses }, { files: [], hasProcesses: false });

const CONFIG = {
  globalSetup: "stashd/jest/setup",
  testMatch: ["**/*.cjs"],
  cacheDirectory: "cache",
  transform: {},
  watchman: false,
};

const run = (...args: readonly string[]): Promise<EndedRun> => project.run(args);

describe("Jest", () => {
  project.write({
    "package.json": JSON.stringify({ jest: CONFIG }),
    ...Object.fromEntries([1, 2, 3].map((i) => [`isolated/${i}.cjs`, REQUIRED + ISOLATED])),
    "failing.cjs": FAILING,
    "early.cjs": EARLY,
    "watched.cjs": WATCHED,
    "faked.cjs": FAKED,
    ...Object.fromEntries([1, 2].map((i) => [`killed/${i}.cjs`, i === 1 ? KILLED : REQUIRED + ISOLATED])),
  });

  for (const kind of [["--maxWorkers=2"], ["--runInBand", "--detectOpenHandles"]]) {
    test(`gives tests and files databases of their own: ${kind.join(" ")}`, async () => {
      const ended = await run(...kind, "isolated");
      assert.equal(ended.status, 0, ended.output);
      assert.match(ended.output, /24 passed/);
      assert.doesNotMatch(ended.output, /open handle|did not exit|failed to exit/);
      nothingLeft(ended);
    });
  }

  test("shows failures of tests beside faults that met no request, and closes the databases", async () => {
    const ended = await run("failing", "early");
    assert.equal(ended.status, 1, ended.output);
    assert.match(ended.output, /4 failed, 3 passed/);
    const reasons = [
      'fails\n\n    expected a command "GET" "k", but sent was 1 command\n      "set" "k" "v"\n',
      `has a fault that meets nothing\n\n    ${FAULT}\n`,
      "fails and has such a fault\n\n    expect(received).toBe(expected)",
      `fails and has such a fault\n\n    ${FAULT}\n`,
      "at Object.<anonymous> (failing.cjs:14:",
      "OptionError: tokn is not an option (did you mean token?)",
      `Test suite failed to run\n\n    ${FAULT}\n`,
      "no test database is open: useTestDatabase() creates it before each test, so use it in tests and in hooks",
    ];
    for (const reason of reasons) assert.equal(ended.output.split(reason).length, 2, `${reason}\n${ended.output}`);
    nothingLeft(ended);
  });

  test("ends when a worker is killed, and leaves no process, port or file", async () => {
    const started = project.start(["--maxWorkers=2", "killed"]);
    const note = join(project.packed.folder, "killed.json");
    await until(() => existsSync(note) && readFileSync(note, "utf8").endsWith("}"));
    const {
      own,
      pid,
      run: ofRun,
    } = JSON.parse(readFileSync(note, "utf8")) as Record<"own" | "run", string> & {
      pid: number;
    };
    assert.notEqual(pid, started.child.pid);
    assert.deepEqual([await listens(own), await listens(ofRun)], [true, true]);
    process.kill(pid, "SIGKILL");
    const ended = await started.ended();
    assert.equal(ended.status, 1, ended.output);
    assert.match(ended.output, /SIGKILL/);
    assert.deepEqual([await listens(own), await listens(ofRun), isThere(pid)], [false, false, false]);
    nothingLeft(ended);
  });

  test("serves tests whose timers are fake from the start", async () => {
    const config = { ...CONFIG, fakeTimers: { enableGlobally: true } };
    const ended = await run("--config", JSON.stringify(config), "faked");
    assert.equal(ended.status, 0, ended.output);
    nothingLeft(ended);
  });

  test("watches: a file that changes runs again with empty databases", async () => {
    const started = project.start(["--watchAll", "watched"]);
    await started.printed(/Ran all test suites/);
    const seen = started.output.length;
    project.write({ "watched.cjs": `${WATCHED}test("is new", () => {});\n` });
    await started.printed(/Ran all test suites/, seen);
    assert.match(started.output.slice(seen), /2 passed/);
    const urls = JSON.parse(readFileSync(join(project.packed.folder, "watched.json"), "utf8")) as [string, string];
    assert.equal(await listens(urls[1]), true);
    started.child.kill("SIGINT");
    await started.ended();
    await until(() => !isThere(-started.child.pid!));
    assert.deepEqual(await Promise.all(urls.map(listens)), [false, false]);
  });

  test("runs what the documentation shows", async () => {
    const shown = blocksOf("docs/testing.md").filter(({ code }) => code.includes("stashd/jest"));
    const [first, config] = shown.map(({ code }) => code) as [string, string];
    project.write({ "shown/first.test.js": first, "shown/jest.config.js": config });
    const ended = await run("--config", "shown/jest.config.js");
    assert.equal(ended.status, 0, ended.output);
    assert.match(ended.output, /1 passed/);
  });

  test("tests with its types compile, with the globals' types or those of @jest/globals", () => {
    const wrong = `
// @ts-expect-error a scope that there is not
useTestDatabase({ isolate: "worker" });
// @ts-expect-error a matcher that there is not
expect(useTestDatabase()).toHaveCommands("SET");
`;
    const globals = 'import { beforeAll, describe, expect, jest, test } from "@jest/globals";\n';
    project.write({ "globals.mts": globals + TYPED + ISOLATED + wrong, "ambient.mts": TYPED + ISOLATED + wrong });
    const flags = ["--noEmit", "--strict", "--target", "es2022", "--skipLibCheck", "--module", "node16", "--types"];
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    project.packed.node(tsc, ...flags, "node", "globals.mts");
    project.packed.node(tsc, ...flags, "node,jest", "ambient.mts");
  });
});
