/** Two servers measured in turns, and the lines that say how they compare. */
import { formatCells, median } from "./table.ts";

/** A line of the table: a figure, what it is compared with, and what is aimed at. */
export interface Finding {
  readonly what: string;
  readonly figure: string;
  readonly beside: string;
  readonly ratio: string;
  readonly aim: string;
}

/** Commands per second, the slowest hundredth of their latencies, and CPU time for one, in microseconds. */
export interface Run {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly cpuUs: number;
}

/** Runs a load on two servers in turns, each first in every second pair. Answers the runs by pair. */
export async function inPairs<T>(
  rounds: number,
  peers: readonly [T, T],
  run: (peer: T) => Promise<Run>,
): Promise<[Run, Run][]> {
  // They warm up.
  for (const peer of peers) await run(peer);
  const pairs: [Run, Run][] = [];
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    const pair: Run[] = [];
    for (const i of order) pair[i] = await run(peers[i]!);
    pairs.push(pair as [Run, Run]);
  }
  return pairs;
}

/** The first server's figure, the second's, and the median of the ratios of each pair. */
export function compared(what: string, pairs: readonly [Run, Run][], by: keyof Run, aim: string): Finding {
  const shown = (value: number): string => {
    if (by === "perSecond") return `${Math.round(value).toLocaleString("en")}/s`;
    return `${value.toFixed(2)} ${by === "cpuUs" ? "µs" : "ms"}`;
  };
  const [ours, other] = [0, 1].map((i) => median(pairs.map((pair) => pair[i]![by])));
  const ratio = median(pairs.map(([a, b]) => a[by] / b[by]));
  return { what, figure: shown(ours!), beside: shown(other!), ratio: `${ratio.toFixed(2)}×`, aim };
}

/** The table of some findings. */
export function formatFindings(title: string, findings: readonly Finding[]): string {
  const cells = findings.map(({ what, figure, beside, ratio, aim }) => [what, figure, beside, ratio, aim]);
  return formatCells([title, "figure", "beside it", "ratio", "aim"], cells);
}
