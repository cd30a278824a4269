/** Node's own runner runs tests with `stashd/testing`, in a project that has installed the package. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { processGroups } from "../../support/process-groups.ts";
import { isThere, listens, RunnerProject } from "../../support/runner-project.ts";
import type { EndedRun } from "../../support/runner-project.ts";
import { until } from "../../support/until.ts";

const groups = processGroups();
const project = new RunnerProject(groups, ["--test"]);
after(() => project.remove());

const IMPORTS = `import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Redis } from "@upstash/redis";
import { assertCommand, createTestDatabase } from "stashd/testing";
`;

/** Tests that pass only in a database of their own, and run side by side. */
const ISOLATED = `${IMPORTS}
describe("tests", { concurrency: true }, () => {
  for (const i of [1, 2, 3]) {
    test("test " + i, async (t) => {
      const db = await createTestDatabase({ closeAfter: t });
      const redis = new Redis(db);
      assert.equal(await redis.incr("n"), 1);
      assert.equal(await new Redis(db.requester).incr("n"), 2);
      assertCommand(db, "INCR", "n");
    });
  }
});
`;

const FAILING = `${IMPORTS}
const fault = { match: { command: "GET" }, action: { status: 500 } };
let closed;
test("fails", async (t) => {
  const db = await createTestDatabase({ closeAfter: t });
  closed = new Redis(db);
  await new Redis(db.requester).set("k", "v");
  assertCommand(db, "GET", "k");
});
test("has a fault that meets nothing", async (t) => {
  (await createTestDatabase({ closeAfter: t })).faults.add(fault);
});
test("fails and has such a fault", async (t) => {
  (await createTestDatabase({ closeAfter: t })).faults.add(fault);
  assert.equal("the test's own", "reason");
});
test("finds the others closed", () => assert.rejects(closed.ping(), /this test database was closed/));
`;

const KILLED = `${IMPORTS}
import { writeFileSync } from "node:fs";
test("waits", async (t) => {
  const db = await createTestDatabase({ closeAfter: t });
  writeFileSync("killed.json", JSON.stringify({ pid: process.pid, url: db.url }));
  // The server does not keep the process running.
  await new Promise((resolve) => setInterval(resolve, 100_000));
});
`;

const nothingLeft = ({ files, hasProcesses }: EndedRun): void =>
  assert.deepEqual({ files, hasProcesses }, { files: [], hasProcesses: false });

describe("node --test", () => {
  project.write({
    ...Object.fromEntries([1, 2, 3].map((i) => [`isolated-${i}.mjs`, ISOLATED])),
    "failing.mjs": FAILING,
    "killed.mjs": KILLED,
  });

  test("gives tests databases of their own", async () => {
    const ended = await project.run(["--test-concurrency=2", ...[1, 2, 3].map((i) => `isolated-${i}.mjs`)]);
    assert.equal(ended.status, 0, ended.output);
    assert.match(ended.output, /pass 9\n/);
    nothingLeft(ended);
  });

  test("shows a test's own failure, and faults that met no request where there is none", async () => {
    const ended = await project.run(["--test-reporter=tap", "failing.mjs"]);
    assert.equal(ended.status, 1, ended.output);
    const failures = [...ended.output.matchAll(/^not ok \d+ - (.*)\n[^]*?error: \|-\n +(.*)\n/gm)];
    assert.deepEqual(
      failures.map(([, name, reason]) => [name, reason]),
      [
        ["fails", 'expected a command "GET" "k", but sent was 1 command'],
        ["has a fault that meets nothing", "1 fault met no request; correct what it matches, or remove it:"],
        ["fails and has such a fault", "Expected values to be strictly equal:"],
      ],
    );
    assert.match(ended.output, /# pass 1\n/);
    nothingLeft(ended);
  });

  test("ends when the process of a file is killed, and leaves no process, port or file", async () => {
    const started = project.start(["killed.mjs"]);
    const note = join(project.packed.folder, "killed.json");
    await until(() => existsSync(note) && readFileSync(note, "utf8").endsWith("}"));
    const { pid, url } = JSON.parse(readFileSync(note, "utf8")) as { pid: number; url: string };
    assert.notEqual(pid, started.child.pid);
    assert.equal(await listens(url), true);
    process.kill(pid, "SIGKILL");
    const ended = await started.ended();
    assert.equal(ended.status, 1, ended.output);
    assert.deepEqual([await listens(url), isThere(pid)], [false, false]);
    nothingLeft(ended);
  });
});
