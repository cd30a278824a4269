/**
 * `npm run bench -- --against REV`: another revision beside this one, to see what a change costs. It is built in a
 * worktree of its own. The two take turns in pairs, servers on one core and the load on
 * the other, each first in every second pair; what is compared is CPU time, which other work on the machine disturbs
 * least. The ratio of a case is the median over the pairs: above 1, this revision is slower.
 */
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { CLIENT_CORE, pinned, SERVER_CORE } from "./child.ts";
import { runLoad } from "./load.ts";
import { cpuUs, startStashd, TOKEN } from "./peers.ts";
import type { Peer } from "./peers.ts";
import { hasBenchmark } from "./resp.ts";
import { fill, OURS } from "./rest.ts";
import { CASES as SCRIPTS, callsPerCpuSecond } from "./scripting.ts";
import { formatCells, median } from "./table.ts";

/** Microseconds of CPU time for one command, by the name of the case. */
type Costs = ReadonlyMap<string, number>;

export interface AgainstOptions {
  /** What git calls the other revision. */
  readonly revision: string;
  readonly rounds: number;
  /** How long REST is loaded in each round. */
  readonly seconds: number;
  /** Of `rest`, `resp`, `scripts` and `engine`. */
  readonly parts: ReadonlySet<string>;
}

/** Measures, and prints a table. */
export async function benchAgainst({ revision, rounds, seconds, parts }: AgainstOptions): Promise<void> {
  const here = new URL("../..", import.meta.url).pathname;
  const there = mkdtempSync(join(tmpdir(), "stashd-against-"));
  try {
    git(here, "worktree", "add", "--detach", "--force", there, revision);
    bringDependencies(here, there);
    execFileSync("npm", ["run", "build"], { cwd: there, stdio: "ignore" });
    const pairs: { readonly theirs: Costs; readonly ours: Costs }[] = [];
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? [there, here] : [here, there];
      const costs = new Map<string, Costs>();
      for (const root of order) costs.set(root, await measure(root, seconds, parts));
      pairs.push({ theirs: costs.get(there)!, ours: costs.get(here)! });
      console.log(`round ${round + 1} of ${rounds}`);
    }
    print(git(here, "rev-parse", "--short", revision).trim(), pairs);
  } finally {
    git(here, "worktree", "remove", "--force", there);
    rmSync(there, { recursive: true, force: true });
  }
}

/** A revision with other dependencies than this one's needs an installation of its own. */
function bringDependencies(here: string, there: string): void {
  const [ours, theirs] = [here, there].map((folder) => readFileSync(join(folder, "package-lock.json"), "utf8"));
  if (ours === theirs) symlinkSync(join(here, "node_modules"), join(there, "node_modules"));
  else execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: there, stdio: "ignore" });
}

function git(folder: string, ...args: readonly string[]): string {
  return execFileSync("git", ["-C", folder, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function print(revision: string, pairs: readonly { readonly theirs: Costs; readonly ours: Costs }[]): void {
  const names = [...pairs[0]!.ours.keys()].filter((name) => pairs[0]!.theirs.has(name));
  const cells = names.map((name) => {
    const [theirs, ours] = [pairs.map((pair) => pair.theirs.get(name)!), pairs.map((pair) => pair.ours.get(name)!)];
    const ratios = pairs.map((pair) => pair.ours.get(name)! / pair.theirs.get(name)!);
    const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    return [name, median(theirs).toFixed(3), median(ours).toFixed(3), `${median(ratios).toFixed(3)}`, spread];
  });
  console.log(
    `\n${formatCells(["CPU µs per command", revision, "this revision", "ratio", "from pair to pair"], cells)}`,
  );
}

async function measure(root: string, seconds: number, parts: ReadonlySet<string>): Promise<Costs> {
  const costs = new Map<string, number>();
  if (parts.has("engine")) for (const [name, cost] of Object.entries(engineCosts(root))) costs.set(name, cost);
  if (!["rest", "resp", "scripts"].some((part) => parts.has(part))) return costs;
  const server = await startStashd({ program: join(root, "dist/src/cli/main.js") });
  try {
    if (parts.has("rest")) await measureRest(server, seconds, costs);
    if (parts.has("resp") && hasBenchmark) await measureResp(server, costs);
    if (parts.has("scripts") && hasBenchmark) await measureScripts(server, costs);
    return costs;
  } finally {
    await server.stop();
  }
}

function engineCosts(root: string): Readonly<Record<string, number>> {
  const program = new URL("in-process.js", import.meta.url).pathname;
  const [command = "", ...args] = pinned(SERVER_CORE, [process.execPath, program, root]);
  return JSON.parse(execFileSync(command, args, { encoding: "utf8" })) as Record<string, number>;
}

async function measureRest(server: Peer, seconds: number, costs: Map<string, number>): Promise<void> {
  await fill(server);
  for (const { name, commands, load } of OURS) {
    const run = () => runLoad({ ...load, port: server.port }, 64, seconds);
    await run();
    const before = cpuUs(server);
    const { requests } = await run();
    costs.set(name, (cpuUs(server) - before) / requests / commands);
  }
}

/** Commands of one run: enough for the clock of CPU time, which ticks every 10 ms. */
const RESP_RUNS = [
  { test: "GET", pipeline: 1, requests: 100_000 },
  { test: "SET", pipeline: 1, requests: 100_000 },
  { test: "GET", pipeline: 16, requests: 500_000 },
  { test: "SET", pipeline: 16, requests: 500_000 },
  { test: "HSET", pipeline: 16, requests: 500_000 },
  { test: "ZADD", pipeline: 16, requests: 500_000 },
];

async function measureResp(server: Peer, costs: Map<string, number>): Promise<void> {
  const port = String(server.respPort);
  const login = ["-a", TOKEN];
  await promisify(execFile)("redis-cli", ["-p", port, ...login, "SET", "key:__rand_int__", "xxxxxxxxxxxxxxxx"]);
  for (const { test, pipeline, requests } of RESP_RUNS) {
    const load = ["-c", "64", "-d", "16", "-P", String(pipeline), "-t", test.toLowerCase(), "-q"];
    const run = (count: number) => {
      const benchmark = ["redis-benchmark", "-p", port, ...login, "-n", String(count), ...load];
      const [program = "", ...args] = pinned(CLIENT_CORE, benchmark);
      return promisify(execFile)(program, args);
    };
    await run(requests / 5);
    const before = cpuUs(server);
    await run(requests);
    costs.set(pipeline === 1 ? `RESP ${test}` : `RESP ${test} -P ${pipeline}`, (cpuUs(server) - before) / requests);
  }
}

async function measureScripts(server: Peer, costs: Map<string, number>): Promise<void> {
  for (const one of SCRIPTS) {
    if (one.calls < 1000) continue;
    const short = { ...one, calls: one.calls / 5 };
    await callsPerCpuSecond(short, server, ["-a", TOKEN]);
    costs.set(`script, ${one.name}`, 1e6 / (await callsPerCpuSecond(short, server, ["-a", TOKEN])));
  }
}
