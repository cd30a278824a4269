/**
 * `npm run bench -- --against REV`: another revision beside this one, to see what a change costs. It is built in a
 * worktree of its own. Both servers run on one core, the load on the other. Each case alternates between them in slices
 * of a second and less; what is compared is CPU time, which other work on the machine disturbs least. A round is four
 * slices: theirs, ours, ours, theirs. So a machine that gets slower meanwhile disturbs both alike. The ratio of a case is
 * the median over the rounds: above 1, this revision is slower.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
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

export interface AgainstOptions {
  /** What git calls the other revision. */
  readonly revision: string;
  readonly rounds: number;
  /** How long REST is loaded in a slice. */
  readonly seconds: number;
  /** Of `rest`, `resp`, `scripts` and `engine`. */
  readonly parts: ReadonlySet<string>;
}

/** Something to measure on a revision's server: answers microseconds of CPU time for one command. */
interface Case {
  readonly name: string;
  measure(server: Peer): Promise<number>;
}

/** What a round has measured of both revisions, in microseconds of CPU time for one command. */
interface Pair {
  readonly theirs: number;
  readonly ours: number;
}

/** By the name of the case, its rounds. */
type Rounds = Map<string, Pair[]>;

/** Measures, and prints a table. */
export async function benchAgainst({ revision, rounds, seconds, parts }: AgainstOptions): Promise<void> {
  const here = new URL("../..", import.meta.url).pathname;
  const there = mkdtempSync(join(tmpdir(), "stashd-against-"));
  try {
    git(here, "worktree", "add", "--detach", "--force", there, revision);
    bringDependencies(here, there);
    execFileSync("npm", ["run", "build"], { cwd: there, stdio: "ignore" });
    const results: Rounds = new Map();
    if (parts.has("engine")) compareEngines(here, there, rounds, results);
    await compareServers(here, there, rounds, casesOf(parts, seconds), results);
    print(git(here, "rev-parse", "--short", revision).trim(), results);
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

function print(revision: string, results: Rounds): void {
  const cells = [...results].map(([name, pairs]) => {
    const ratios = pairs.map(({ ours, theirs }) => ours / theirs);
    const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    const [theirs, ours] = [median(pairs.map((pair) => pair.theirs)), median(pairs.map((pair) => pair.ours))];
    return [name, theirs.toFixed(3), ours.toFixed(3), median(ratios).toFixed(3), spread];
  });
  console.log(
    `\n${formatCells(["CPU µs per command", revision, "this revision", "ratio", "from round to round"], cells)}`,
  );
}

function add(results: Rounds, name: string, pair: Pair): void {
  results.set(name, [...(results.get(name) ?? []), pair]);
}

const mean = (a: number, b: number): number => (a + b) / 2;

/** Each slice is a process of its own, because what the compiler makes of the engine differs from process to process. */
function compareEngines(here: string, there: string, rounds: number, results: Rounds): void {
  for (let round = 0; round < rounds; round++) {
    const [before, first, second, after] = [there, here, here, there].map(engineCosts);
    for (const name of Object.keys(first!)) {
      const pair = { theirs: mean(before![name]!, after![name]!), ours: mean(first![name]!, second![name]!) };
      add(results, name, pair);
    }
  }
}

function engineCosts(root: string): Readonly<Record<string, number>> {
  const program = new URL("in-process.js", import.meta.url).pathname;
  const [command = "", ...args] = pinned(SERVER_CORE, [process.execPath, program, root]);
  return JSON.parse(execFileSync(command, args, { encoding: "utf8" })) as Record<string, number>;
}

async function compareServers(
  here: string,
  there: string,
  rounds: number,
  cases: readonly Case[],
  results: Rounds,
): Promise<void> {
  if (cases.length === 0) return;
  const [theirs, ours] = [await startRevision(there), await startRevision(here)];
  try {
    for (const { measure, name } of cases) {
      for (const server of [theirs, ours]) await measure(server);
      for (let round = 0; round < rounds; round++) {
        const before = await measure(theirs);
        const own = mean(await measure(ours), await measure(ours));
        add(results, name, { theirs: mean(before, await measure(theirs)), ours: own });
      }
    }
  } finally {
    await theirs.stop();
    await ours.stop();
  }
}

async function startRevision(root: string): Promise<Peer> {
  // Where the executable of a revision is: the latest place first.
  const places = ["dist/package/stashd.cjs", "dist/bin/stashd.js", "dist/src/cli/main.js"];
  const program = places.map((place) => join(root, place)).find((path) => existsSync(path));
  const server = await startStashd(program === undefined ? {} : { program });
  await fill(server);
  // The only key that redis-benchmark gets.
  const key = ["-p", String(server.respPort), "-a", TOKEN, "SET", "key:__rand_int__", "xxxxxxxxxxxxxxxx"];
  if (hasBenchmark) await promisify(execFile)("redis-cli", key);
  return server;
}

function casesOf(parts: ReadonlySet<string>, seconds: number): Case[] {
  const cases: Case[] = [];
  if (parts.has("rest")) cases.push(...restCases(seconds));
  if (parts.has("resp") && hasBenchmark) cases.push(...RESP_RUNS.map(respCase));
  if (parts.has("scripts") && hasBenchmark) cases.push(...scriptCases());
  return cases;
}

function restCases(seconds: number): Case[] {
  return OURS.map(({ name, commands, load }) => ({
    name,
    measure: async (server) => {
      const before = cpuUs(server);
      const { requests } = await runLoad({ ...load, port: server.port }, 64, seconds);
      return (cpuUs(server) - before) / requests / commands;
    },
  }));
}

const RESP_RUNS = [
  { test: "GET", pipeline: 1, requests: 30_000 },
  { test: "SET", pipeline: 1, requests: 30_000 },
  { test: "GET", pipeline: 16, requests: 200_000 },
  { test: "SET", pipeline: 16, requests: 200_000 },
  { test: "HSET", pipeline: 16, requests: 200_000 },
  { test: "ZADD", pipeline: 16, requests: 200_000 },
];

function respCase({ test, pipeline, requests }: (typeof RESP_RUNS)[number]): Case {
  const load = ["-c", "64", "-d", "16", "-P", String(pipeline), "-t", test.toLowerCase(), "-q", "-n", String(requests)];
  return {
    name: pipeline === 1 ? `RESP ${test}` : `RESP ${test} -P ${pipeline}`,
    measure: async (server) => {
      const benchmark = ["redis-benchmark", "-p", String(server.respPort), "-a", TOKEN, ...load];
      const [program = "", ...args] = pinned(CLIENT_CORE, benchmark);
      const before = cpuUs(server);
      await promisify(execFile)(program, args);
      return (cpuUs(server) - before) / requests;
    },
  };
}

function scriptCases(): Case[] {
  return SCRIPTS.filter(({ calls }) => calls >= 1000).map((one) => ({
    name: `script, ${one.name}`,
    measure: async (server) => 1e6 / (await callsPerCpuSecond({ ...one, calls: one.calls / 5 }, server, ["-a", TOKEN])),
  }));
}
