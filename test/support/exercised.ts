/**
 * Which commands the tests have run. Each test process writes the names to a file of its own in the folder that
 * `EXERCISED_DIR` names; `test/run.ts` fails the run when a row with a handler is in none of them.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandRegistry } from "../../src/engine/registry.ts";

const registries: CommandRegistry[] = [];

/** Names the commands of this registry that have been called when the process ends. */
export function recordExercised(registry: CommandRegistry): void {
  const folder = process.env["EXERCISED_DIR"];
  if (folder === undefined) return;
  if (registries.length === 0) process.on("exit", () => writeNames(folder));
  registries.push(registry);
}

function writeNames(folder: string): void {
  const names = new Set<string>();
  for (const registry of registries) {
    for (const entry of registry.entries()) if (entry.calls > 0) names.add(entry.command.name);
  }
  writeFileSync(join(folder, `${process.pid}.txt`), [...names].join("\n"));
}
