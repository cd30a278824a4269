/**
 * The engine of any revision in a process of its own: reads where that revision is built from the command line, and
 * writes the CPU time of each case, in microseconds per command, to standard output. Only the paths and names that are
 * imported here must be those of this revision.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as registryModule from "../src/commands/registry.ts";
import type * as environmentModule from "../src/core/environment.ts";
import type * as engineModule from "../src/engine/engine.ts";
import { CASES } from "./engine.ts";
import { median } from "./table.ts";

const [, , root = "."] = process.argv;
const load = (path: string): Promise<unknown> => import(pathToFileURL(join(root, "dist/src", path)).href);
const { Engine } = (await load("engine/engine.js")) as typeof engineModule;
const { commandTables } = (await load("commands/registry.js")) as typeof registryModule;
const { systemEnvironment } = (await load("core/environment.js")) as typeof environmentModule;

const COMMANDS = 300_000;
const ROUNDS = 5;

const engine = new Engine({ environment: systemEnvironment, commands: commandTables });
const everybody = { name: "default", isUnrestricted: true, refusal: () => undefined, readsAllKeys: () => true };
const session = engine.openSession("internal", everybody);
const costs: Record<string, number> = {};
for (const [name, words] of CASES) {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < COMMANDS; i++) engine.execute(session, words(i));
    const { user, system } = process.cpuUsage(before);
    // The first round warms up.
    if (round > 0) rounds.push((user + system) / COMMANDS);
  }
  if (name === "LPUSH") engine.execute(session, ["FLUSHALL"]);
  costs[`engine ${name}`] = median(rounds);
}
process.stdout.write(JSON.stringify(costs));
