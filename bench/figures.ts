/** The figures that a run has saved. The tables and plots of the documents are made from them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { formatFindings } from "./pairs.ts";
import type { Finding } from "./pairs.ts";
import { formatCells, formatTable } from "./table.ts";
import type { Row } from "./table.ts";

const ROOT = join(import.meta.dirname, "../..");
const FIGURES = "docs/figures.json";
const PAGE = "docs/performance.md";

/** How the figures of one part came about. */
interface Origin {
  /** Such as `2 × Intel(R) Xeon(R) Processor`. */
  readonly machine: string;
  /** Such as `v20.20.2`. */
  readonly node: string;
  readonly rounds: number;
  readonly seconds: number;
}

/** Parts by the names that `npm run bench -- --only` takes. */
export interface Figures {
  readonly rest?: Origin & { readonly rows: readonly Row[] };
  readonly resp?: Origin & { readonly rows: readonly Row[] };
  readonly gateway?: Origin & { readonly findings: readonly Finding[] };
  readonly persistence?: Origin & { readonly findings: readonly Finding[] };
}

/** This machine and this run. */
export function originOf(rounds: number, seconds: number): Origin {
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "unknown CPU"}`;
  return { machine, node: process.version, rounds, seconds };
}

export function readFigures(): Figures {
  const path = join(ROOT, FIGURES);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Figures) : {};
}

/** Replaces the parts that are given. */
export function saveFigures(parts: Figures): Figures {
  const figures = { ...readFigures(), ...parts };
  writeFileSync(join(ROOT, FIGURES), `${JSON.stringify(figures, rounded, 2)}\n`);
  return figures;
}

/** Digits beyond the fourth after the point are noise. */
const rounded = (_: string, value: unknown): unknown => (typeof value === "number" ? Number(value.toFixed(4)) : value);

export const readPage = (): string => readFileSync(join(ROOT, PAGE), "utf8");

export const writePage = (text: string): void => writeFileSync(join(ROOT, PAGE), text);

/** The page with its tables made from the figures: each stands between `<!-- rest -->` and `<!-- /rest -->`. */
export function withTables(page: string, figures: Figures): string {
  const { rest, resp, gateway, persistence } = figures;
  const tables = {
    ...(rest && { rest: formatTable(rest.rows) }),
    ...(resp && { resp: respTable(resp.rows) }),
    ...(gateway && { gateway: formatFindings("in front of redis-server", gateway.findings) }),
    ...(persistence && { persistence: formatFindings("keeping data", persistence.findings) }),
  };
  let text = page;
  for (const [part, table] of Object.entries(tables)) {
    const { machine, node, rounds, seconds } = figures[part as keyof Figures]!;
    const told = `\`npm run bench -- --only ${part}\`, Node ${node} on ${machine}, medians of ${rounds} rounds of ${seconds} s.`;
    const place = new RegExp(`(<!-- ${part} -->\n)[^]*?(<!-- /${part} -->)`);
    text = text.replace(place, (_, begin: string, end: string) => `${begin}\n${told}\n\n${table}\n\n${end}`);
  }
  return text;
}

/** The two servers of a case side by side. */
function respTable(rows: readonly Row[]): string {
  const cells = rows
    .filter(({ server }) => server === "stashd")
    .map((ours) => {
      const theirs = rows.find(({ name, server }) => name === ours.name && server !== "stashd");
      const [rate, other] = [ours, theirs].map((row) => Math.round(row?.perSecond ?? Number.NaN).toLocaleString("en"));
      const [cpu, otherCpu] = [ours, theirs].map((row) => (row?.cpuUs ?? Number.NaN).toFixed(1));
      const ratio = ours.perSecond / (theirs?.perSecond ?? Number.NaN);
      return [ours.name.replace(/^RESP /, ""), rate!, other!, cpu!, otherCpu!, `${ratio.toFixed(2)}×`];
    });
  return formatCells(["what", "stashd", "redis-server", "CPU µs", "redis-server's", "ratio"], cells);
}
