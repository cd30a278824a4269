/** What GitHub reads of `.github/`: that it parses, and that the commands and scripts which it names exist. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseDocument } from "yaml";
import { ROOT } from "../support/packed.ts";

const FOLDER = join(ROOT, ".github");
const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yml"));

function parse(file: string): unknown {
  const document = parseDocument(readFileSync(join(FOLDER, file), "utf8"), { strict: true, uniqueKeys: true });
  assert.deepEqual([...document.errors, ...document.warnings], [], file);
  return document.toJS();
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix: { readonly node: readonly number[] } };
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

const workflows = files
  .filter((file) => file.startsWith("workflows/"))
  .map((file) => ({ file, ...(parse(file) as Workflow) }));
const jobs = workflows.flatMap(({ jobs }) => Object.values(jobs));
const commands = jobs.flatMap(({ steps }) => steps.flatMap(({ run }) => run?.trim().split("\n") ?? []));

const { scripts, engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Readonly<Record<string, string>>;
  engines: { node: string };
};
const ci = readFileSync(join(ROOT, ".ci/run"), "utf8");
const contributing = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");

describe(".github", () => {
  test("every file parses", () => {
    assert.ok(files.length >= 5);
    for (const file of files) assert.equal(typeof parse(file), "object", file);
  });

  test("workflows read only, but for what a job asks for, and end", () => {
    for (const { file, permissions } of workflows) assert.deepEqual(permissions, { contents: "read" }, file);
    for (const job of jobs) assert.ok(job["timeout-minutes"]! <= 90);
  });

  test("the scripts that they and .ci/run name exist", () => {
    const named = [...`${commands.join("\n")}\n${ci}`.matchAll(/\bnpm (?:run (\S+)|(test)\b)/g)];
    assert.ok(named.length >= 4);
    for (const [line, script, isTest] of named) assert.ok((script ?? isTest!) in scripts, line);
    const others = commands.filter((line) => !/^(?:npm|git|apt-get|test) /.test(line));
    assert.deepEqual(others, [".ci/run"]);
    accessSync(join(ROOT, ".ci/run"), constants.X_OK);
  });

  test("the versions of Node are those that the release check uses, from the oldest that is supported", () => {
    const versions = jobs.flatMap(({ strategy }) => strategy?.matrix.node ?? []);
    const checked = [...ci.matchAll(/node@(\d+)/g)].map(([, version]) => Number(version));
    assert.deepEqual(versions, checked);
    assert.equal(engines.node, `>=${versions[0]}`);
  });

  test("the issue form asks for what the executable prints", () => {
    const { body } = parse("ISSUE_TEMPLATE/bug.yml") as { body: readonly { id?: string; attributes: object }[] };
    const ids = body.flatMap(({ id }) => id ?? []);
    assert.equal(new Set(ids).size, ids.length);
    const named = [...JSON.stringify(body).matchAll(/`stashd ([^`]+)`/g)].map(([, words]) => words!);
    assert.deepEqual(named, ["config", "--version"]);
    const program = join(import.meta.dirname, "../../src/cli/main.js");
    for (const words of named) assert.notEqual(execFileSync(process.execPath, [program, words]).toString(), "");
  });

  test("the release procedure names the workflow", () => {
    assert.match(contributing, /\.github\/workflows\/release\.yml/);
    assert.ok(workflows.some(({ file, on }) => file === "workflows/release.yml" && "push" in on));
  });
});
