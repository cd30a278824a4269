import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { LineFile } from "../../src/cli/line-file.ts";
import { until } from "../support/until.ts";

describe("a file of lines", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "stashd-lines-"))));
  after(() => rmSync(folder, { recursive: true }));

  test("is appended to, and goes on in another one when it was renamed", async () => {
    const path = join(folder, "access.log");
    const file = new LineFile(path, assert.ifError);
    for (let i = 0; i < 5; i++) assert.equal(file.sink(`${i}\n`), true);
    await until(() => readFileSync(path, "utf8") === "0\n1\n2\n3\n4\n");
    renameSync(path, `${path}.1`);
    file.sink("old\n");
    await until(() => readFileSync(`${path}.1`, "utf8").endsWith("old\n"));
    file.reopen();
    file.sink("new\n");
    await file.close();
    assert.equal(readFileSync(path, "utf8"), "new\n");
    assert.equal(readFileSync(`${path}.1`, "utf8"), "0\n1\n2\n3\n4\nold\n");
    const more = new LineFile(path, assert.ifError);
    more.sink("more\n");
    await more.close();
    assert.equal(readFileSync(path, "utf8"), "new\nmore\n");
  });

  test("keeps a bounded number of lines while the disk is full, and writes them when it is not", async () => {
    const path = join(folder, "full.log");
    symlinkSync("/dev/full", path);
    const problems: (string | undefined)[] = [];
    const file = new LineFile(path, (problem) => void problems.push(problem?.message));
    const line = `${"x".repeat(1023)}\n`;
    let taken = 0;
    while (file.sink(line)) taken++;
    assert.equal(taken, 1024);
    await until(() => problems.length === 1);
    assert.match(problems[0]!, /ENOSPC/);
    rmSync(path);
    file.reopen();
    await until(() => problems.length === 2);
    assert.equal(problems[1], undefined);
    await file.close();
    assert.equal(readFileSync(path, "utf8").length, 1024 * 1024);
  });

  test("ends also while nothing can be written", async () => {
    const file = new LineFile("/dev/full", () => {});
    file.sink("lost\n");
    await file.close();
  });
});
