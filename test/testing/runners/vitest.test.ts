/** vitest from npm runs tests with `stashd/vitest`, in a project that has installed the package. */
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
const project = new RunnerProject(groups, ["vitest/vitest.mjs"], "vitest", "@types/node", "undici-types");
after(() => project.remove());

const IMPORTS = `import { describe, expect, inject } from "vitest";
import { Redis } from "@upstash/redis";
import { test, testWithDatabase } from "stashd/vitest";
`;

/** Tests that pass only in a database of their own: each file of them uses the same keys. */
const ISOLATED = `${IMPORTS}
const fileTest = testWithDatabase({ isolate: "file", env: { CACHE_URL: "redis" } });

test("the run has a database, which the variables of the process name", async ({ db }) => {
  const { url, token, env } = inject("stashd");
  expect(process.env).toMatchObject(env);
  expect([url, token]).not.toEqual([db.url, db.token]);
  expect(await Redis.fromEnv().sadd("files", expect.getState().testPath!)).toBe(1);
});

for (const i of [1, 2, 3]) {
  test("test " + i, async ({ db }) => {
    const redis = new Redis(db);
    expect(await redis.incr("n")).toBe(1);
    expect(await new Redis(db.requester).incr("n")).toBe(2);
    expect(db).toHaveCommand("INCR", "n");
    expect(db).not.toHaveCommand("GET", expect.anything());
  });
  test.concurrent("test " + i + " beside others", async ({ db, expect }) => {
    const redis = new Redis(db.requester);
    expect(await redis.incrby("n", i)).toBe(i);
    expect(db).toHaveCommand("INCRBY", "n", i);
  });
}

describe("a file has a database", () => {
  const ofFile = fileTest.extend<{ redis: Redis }>({ redis: async ({ db }, use) => use(new Redis(db.requester)) });
  ofFile("that a test changes", async ({ db, redis }) => {
    expect(await redis.incr("n")).toBe(1);
    expect(process.env["CACHE_URL"]).toBe(db.redisUrl);
  });
  ofFile("that the next finds so, also by the variables", async () => expect(await Redis.fromEnv().incr("n")).toBe(2));
});
`;

const FAILING = `${IMPORTS}
import { appendFileSync } from "node:fs";
const fault = { match: { command: "GET" }, action: { status: 500 } };
const note = (db) => appendFileSync("closed.txt", db.url + " " + db.token + "\\n");
test("fails", async ({ db }) => {
  note(db);
  await new Redis(db.requester).set("k", "v");
  expect(db).toHaveCommand("GET", "k");
});
test("has a fault that meets nothing", async ({ db }) => void db.faults.add(fault));
test("fails and has such a fault", async ({ db }) => {
  db.faults.add(fault);
  expect("the test's own").toBe("reason");
});
test("finds the others closed", async ({ db }) => {
  note(db);
  const { readFileSync } = await import("node:fs");
  const [url, token] = readFileSync("closed.txt", "utf8").split("\\n")[0].split(" ");
  await expect(new Redis({ url, token }).ping()).rejects.toThrow(/this test database was closed/);
});
testWithDatabase({ tokn: "x" })("has a wrong option", ({ db }) => {});
describe.concurrent("variables", () => {
  const set = testWithDatabase({ env: true });
  set("are those of one test", async ({ db }) => {
    note(db);
    await new Promise((resolve) => setImmediate(resolve));
  });
  set("at a time", async ({ db }) => {});
});
`;

const FAULT =
  '1 fault met no request; correct what it matches, or remove it:\n  {"match":{"command":"GET"},"action":{"status":500}}';

const KILLED = `${IMPORTS}
import { writeFileSync } from "node:fs";
test("waits", { timeout: 100_000 }, async ({ db }) => {
  writeFileSync("killed.json", JSON.stringify({ pid: process.pid, own: db.url, run: inject("stashd").url }));
  await new Redis(db.requester).set("k", "v");
  await new Promise(() => {});
});
`;

const WATCHED = `${IMPORTS}
import { writeFileSync } from "node:fs";
test("has an empty database, and so has the run", async ({ db }) => {
  expect(await new Redis(db.requester).incr("n")).toBe(1);
  expect(await Redis.fromEnv().incr("n")).toBe(1);
  writeFileSync("watched.json", JSON.stringify([db.url, inject("stashd").url]));
});
`;

const run = (files: string, ...args: readonly string[]): Promise<EndedRun> =>
  project.run(["run", "--root", ".", ...args], { FILES: files });

const nothingLeft = ({ files, hasProcesses }: EndedRun): void =>
  assert.deepEqual({ files, hasProcesses }, { files: [], hasProcesses: false });

describe("vitest", () => {
  project.write({
    "package.json": '{ "type": "module" }',
    "vitest.config.js":
      'export default { test: { globalSetup: "stashd/vitest/setup", include: [process.env.FILES] } };',
    ...Object.fromEntries([1, 2, 3].map((i) => [`isolated/${i}.ts`, ISOLATED])),
    "failing.js": FAILING,
    "killed.js": KILLED,
    "watched.js": WATCHED,
  });

  for (const kind of [
    ["--pool=forks", "--maxWorkers=2"],
    ["--pool=threads", "--no-isolate", "--maxWorkers=1"],
  ]) {
    test(`gives tests and files databases of their own: ${kind.join(" ")}`, async () => {
      const ended = await run("isolated/*.ts", ...kind);
      assert.equal(ended.status, 0, ended.output);
      assert.match(ended.output, /27 passed/);
      nothingLeft(ended);
    });
  }

  test("shows failures of tests beside faults that met no request, each once, and closes the databases", async () => {
    const ended = await run("failing.js");
    assert.equal(ended.status, 1, ended.output);
    assert.match(ended.output, /5 failed \| 2 passed/);
    const reasons = [
      'Error: expected a command "GET" "k", but sent was 1 command\n  "set" "k" "v"\n ❯ failing.js:',
      `has a fault that meets nothing\nError: ${FAULT}\n ❯ failing.js:13:`,
      `fails and has such a fault\nError: ${FAULT}\n ❯ failing.js:15:`,
      "fails and has such a fault\nAssertionError: expected 'the test\\'s own' to be 'reason'",
      "OptionError: tokn is not an option (did you mean token?)",
      "OptionError: env sets variables of the process, and another test database that is open has set them: close it",
    ];
    for (const reason of reasons) assert.equal(ended.output.split(reason).length, 2, `${reason}\n${ended.output}`);
    nothingLeft(ended);
  });

  test("ends when a worker is killed, and leaves no process, port or file", async () => {
    const started = project.start(["run", "--root", "."], { FILES: "killed.js" });
    const note = join(project.packed.folder, "killed.json");
    await until(() => existsSync(note) && readFileSync(note, "utf8").endsWith("}"));
    const {
      own,
      pid,
      run: ofRun,
    } = JSON.parse(readFileSync(note, "utf8")) as { own: string; pid: number; run: string };
    assert.notEqual(pid, started.child.pid);
    assert.deepEqual([await listens(own), await listens(ofRun)], [true, true]);
    process.kill(pid, "SIGKILL");
    const ended = await started.ended();
    assert.equal(ended.status, 1, ended.output);
    assert.match(ended.output, /exited unexpectedly/);
    assert.deepEqual([await listens(own), await listens(ofRun), isThere(pid)], [false, false, false]);
    nothingLeft(ended);
  });

  test("watches: a file that changes runs again with empty databases", async () => {
    const started = project.start(["watch", "--root", "."], { FILES: "watched.js" });
    await started.printed(/PASS .*\n|FAIL .*\n/);
    const seen = started.output.length;
    project.write({ "watched.js": `${WATCHED}test("is new", () => {});\n` });
    const [line] = await started.printed(/(?:PASS|FAIL) .*\n/, seen);
    assert.match(line, /PASS/, started.output);
    assert.match(started.output.slice(seen), /2 passed/);
    const urls = JSON.parse(readFileSync(join(project.packed.folder, "watched.json"), "utf8")) as [string, string];
    assert.equal(await listens(urls[1]), true);
    started.child.kill("SIGINT");
    await started.ended();
    // vitest does not wait for its workers here, and leaves an empty folder of its own.
    await until(() => !isThere(-started.child.pid!));
    assert.deepEqual(await Promise.all(urls.map(listens)), [false, false]);
  });

  test("runs what the documentation shows", async () => {
    const shown = blocksOf("docs/testing.md").filter(({ code }) => /"vitest(?:\/config)?"|"stashd\/vitest"/.test(code));
    const [first, seeded, setup, config] = shown.map(({ code }) => code) as [string, string, string, string];
    const imports = 'import { Redis } from "@upstash/redis";\nimport { expect } from "vitest";\n';
    const finds = 'test("finds", async ({ db }) => expect(await new Redis(db.requester).get("user:1")).toBe("Ada"));\n';
    const early = "import { test } from 'vitest';\nimport { redis } from '../client.ts';\n";
    project.write({
      "users.jsonl": '{"key":"user:1","type":"string","value":"Ada"}\n',
      "docs.config.ts": config,
      "shown/first.test.ts": first,
      "shown/seeded.test.ts": `${imports}${seeded}${finds}`,
      "setup.ts": setup,
      "setup.config.ts": config.replace("globalSetup", 'setupFiles: ["./setup.ts"], globalSetup'),
      "client.ts": `${imports}export const redis = Redis.fromEnv();\n`,
      "early/first.test.ts": `${imports}${early}
for (const i of [1, 2]) test("test " + i, async () => expect(await redis.incr("n")).toBe(1));\n`,
    });
    for (const [name, tests] of [
      ["docs", "shown"],
      ["setup", "early"],
    ]) {
      const ended = await project.run(["run", "--root", ".", "--config", `${name}.config.ts`, "--dir", tests!]);
      assert.equal(ended.status, 0, ended.output);
      assert.match(ended.output, /Tests {2}2 passed/);
    }
  });

  test("tests with its types compile, for either kind of resolution", () => {
    const program = ISOLATED.replace(
      "\ntest(",
      `
// @ts-expect-error a scope that there is not
testWithDatabase({ isolate: "worker" });
test("types", async ({ db }) => {
  // @ts-expect-error a member that there is not
  db.tokn;
  // @ts-expect-error a matcher that there is not
  expect(db).toHaveCommands("SET");
  // @ts-expect-error what is provided has no such member
  inject("stashd").tokn;
});

test(`,
    );
    project.write({ "typed.mts": program, "without.mts": "import { inject } from 'vitest';\ninject('stashd').url;\n" });
    const flags = ["--noEmit", "--strict", "--target", "es2022", "--types", "node,stashd/vitest", "--skipLibCheck"];
    for (const kind of [
      ["--module", "node16"],
      ["--module", "preserve", "--moduleResolution", "bundler"],
    ]) {
      project.packed.node(join(ROOT, "node_modules/typescript/bin/tsc"), ...flags, ...kind, "typed.mts", "without.mts");
    }
  });
});
