/**
 * Runs the tests: every `*.test.js` under the folders named on the command line, or all of them. A full run also fails
 * when some command has a handler and no test has called it.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { commandTables } from "../src/commands/registry.ts";

const root = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const named = process.argv.slice(2);
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.js"))
  .filter((file) => named.length === 0 || named.some((name) => file.startsWith(name)))
  .map((file) => join(root, file))
  .sort();

const exercisedFolder = mkdtempSync(join(tmpdir(), "stashd-exercised-"));
process.env["EXERCISED_DIR"] = exercisedFolder;

const FILE_MS_MAX = 480_000;
const counts = { passed: 0, failed: 0, skipped: 0 };
// A client that reconnects for ever after a failed test must end in a failure, not in a run that never ends.
const results = run({ files, concurrency: availableParallelism(), timeout: FILE_MS_MAX });
results.on("test:pass", ({ details, skip }) => {
  if (details.type === "suite") return;
  if (skip !== undefined && skip !== false) counts.skipped++;
  else counts.passed++;
});
results.on("test:fail", ({ details }) => {
  if (details.type !== "suite") counts.failed++;
});
const report = results.compose(new spec());
report.pipe(process.stdout, { end: false });
report.on("end", finish);

function finish(): void {
  const untried = named.length === 0 ? unexercised() : [];
  rmSync(exercisedFolder, { recursive: true });
  if (untried.length > 0) {
    counts.failed++;
    console.log(`commands that no test has run: ${untried.join(", ")}`);
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

/** Names of the rows with a handler that are in no process's list. */
function unexercised(): string[] {
  const exercised = new Set<string>();
  for (const file of readdirSync(exercisedFolder)) {
    for (const name of readFileSync(join(exercisedFolder, file), "utf8").split("\n")) exercised.add(name);
  }
  const commands = commandTables.flat().filter(({ run }) => run !== undefined);
  return commands.map(({ name }) => name).filter((name) => !exercised.has(name));
}
