/**
 * `stashd/testing` against what it must reach, and beside others on the same suite: 100 tests, each with an empty database
 * and ten commands. Others are measured where BENCH_PEERS names a folder in which npm has installed ioredis-mock (with
 * ioredis 5) or redis-memory-server.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { formatCells, median } from "./table.ts";
import { VitestProject } from "./vitest.ts";

const CHILD = join(import.meta.dirname, "testing-child.js");
const OURS = ["stashd, db.requester", "stashd, db.redisUrl by ioredis"];
const PEERS = ["ioredis-mock", "redis-memory-server"];

/** Figures, and what a kind can do. */
type Measured = Readonly<Record<string, number>> & Partial<Record<(typeof ABILITIES)[number], boolean>>;

const ABILITIES = ["isIsolated", "followsDate", "hasRest", "runsScripts"] as const;

function measure(kind: string): Measured {
  return JSON.parse(execFileSync(process.execPath, ["--expose-gc", CHILD, kind]).toString()) as Measured;
}

/** What databases add to a run of vitest: the medians of pairs of runs. */
function addedByDatabases(rounds: number): string {
  const project = new VitestProject();
  try {
    // The first run fills vitest's cache.
    project.run("with");
    const pairs = Array.from({ length: rounds }, () => [project.run("without"), project.run("with")] as const);
    const added = (of: "wallMs" | "cpuMs"): string => median(pairs.map(([a, b]) => b[of] - a[of])).toFixed(0);
    return `${added("wallMs")} ms, ${added("cpuMs")} ms of CPU time`;
  } finally {
    project.remove();
  }
}

/** The tables, as Markdown. The kinds are measured in turns; figures are medians. */
export function benchTesting(rounds: number): string {
  const folder = process.env["BENCH_PEERS"];
  const peers = PEERS.filter((name) => folder !== undefined && existsSync(join(folder, "node_modules", name)));
  const kinds = [...OURS, ...peers, "stashd"];
  const measured = new Map<string, Measured[]>(kinds.map((kind) => [kind, []]));
  for (let round = 0; round < rounds; round++) for (const kind of kinds) measured.get(kind)!.push(measure(kind));
  const of = (kind: string, figure: string): number => median(measured.get(kind)!.map((one) => one[figure]!));
  const suites = [...OURS, ...peers].map((kind) => {
    const [abilities] = measured.get(kind) as [Measured];
    const can = ABILITIES.map((name) => (abilities[name] === true ? "yes" : "no"));
    return [kind, `${of(kind, "firstMs").toFixed(0)} ms`, `${of(kind, "suiteMs").toFixed(0)} ms`, ...can];
  });
  const ms = (figure: string): string => `${of("stashd", figure).toFixed(1)} ms`;
  const figures = [
    ["databases in a vitest file of 100 tests add", addedByDatabases(rounds)],
    ["a further database", ms("furtherMs")],
    ["1,000 databases", `${of("stashd", "thousandMb").toFixed(0)} MB`],
    ["snapshot and restore of 100,000 keys that were removed", ms("flushedMs")],
    ["snapshot and restore of 100,000 keys that were replaced one by one", ms("replacedMs")],
    ["db.fetch, to requests over a socket", `${of("stashd", "ratio").toFixed(1)} ×`],
  ];
  const abilities = ["databases apart", "follows a fake date", "REST", "scripts"];
  const headings = ["database for tests", "import to first answer", "100 tests", ...abilities];
  return `${formatCells(headings, suites)}\n\n${formatCells(["stashd/testing", "measured"], figures)}`;
}
