/**
 * Which commands the tests have run. Each test process writes the names to a file of its own in the folder that
 * `EXERCISED_DIR` names; `test/run.ts` fails the run when a row with a handler is in none of them.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandRegistry } from "../../src/engine/command-registry.ts";

const registries: CommandRegistry[] = [];
const names = new Set<string>();

/** Names the commands of this registry that have been called when the process ends. */
export function recordExercised(registry: CommandRegistry): void {
  const folder = process.env["EXERCISED_DIR"];
  if (folder === undefined) return;
  if (registries.length === 0) process.on("exit", () => writeNames(folder));
  registries.push(registry);
  // CONFIG RESETSTAT forgets what was called; this must not.
  const reset = registry.resetCounts.bind(registry);
  registry.resetCounts = () => {
    noteCalled(registry);
    reset();
  };
}

function noteCalled(registry: CommandRegistry): void {
  for (const entry of registry.entries()) if (entry.calls > 0) names.add(entry.command.name);
}

function writeNames(folder: string): void {
  registries.forEach(noteCalled);
  writeFileSync(join(folder, `${process.pid}.txt`), [...names].join("\n"));
}
