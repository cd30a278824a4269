/** What a start costs, and what a server that does nothing holds. */
import { readFileSync } from "node:fs";
import { startStashd } from "./peers.ts";
import { median } from "./table.ts";

/** Time in which what the start has left behind settles, in milliseconds. */
const SETTLE_MS = 1000;

export interface StartFigures {
  /** CPU time from the start of the process until it is ready, in milliseconds. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Resident memory when idle, in megabytes. */
  readonly residentMb: number;
}

export async function benchStart(rounds: number): Promise<StartFigures> {
  const runs: StartFigures[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const { children, stop } = await startStashd();
    const wallMs = performance.now() - start;
    const cpuMs = children[0]!.cpuUs() / 1000;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const status = readFileSync(`/proc/${children[0]!.process.pid}/status`, "utf8");
    runs.push({ cpuMs, wallMs, residentMb: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024 });
    await stop();
  }
  const of = (figure: keyof StartFigures): number => median(runs.map((run) => run[figure]));
  return { cpuMs: of("cpuMs"), wallMs: of("wallMs"), residentMb: of("residentMb") };
}
