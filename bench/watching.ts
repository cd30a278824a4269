/** What it costs REST GETs to be watched: by metrics, by who scrapes them each second, by a log of requests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuUs, startStashd } from "./peers.ts";
import type { Peer } from "./peers.ts";
import { fill, measure, OURS, overHttp } from "./rest.ts";
import { median } from "./table.ts";
import type { Row } from "./table.ts";

const METRICS_TOKEN = "watcher";

const SCRAPE_MS = 1000;

/** Scrapes of an idle server in one measurement of their CPU time. */
const SCRAPES = 20;

/** The rows of GETs, and the CPU time of a scrape in milliseconds. */
export async function benchWatching(
  rounds: number,
  seconds: number,
): Promise<{ readonly rows: readonly Row[]; readonly scrapeCpuMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), "stashd-bench-"));
  const metrics = ["--metrics-token", METRICS_TOKEN];
  const peers = [
    await startStashd(),
    await startStashd({ more: metrics }),
    await startStashd({ more: metrics }),
    await startStashd({ more: ["--access-log", join(folder, "access.log")] }),
  ] as const;
  try {
    for (const peer of peers) await fill(peer);
    const [plain, measured, scraped, logged] = peers;
    const get = OURS[0]!;
    const beside = overHttp("with metrics, scraped each second", scraped, get);
    const contestants = [
      overHttp("stashd", plain, get),
      overHttp("with metrics", measured, get),
      { ...beside, run: (time: number) => whileScraped(scraped, () => beside.run(time)) },
      overHttp("with an access log", logged, get),
    ];
    const rows = await measure(get.name, contestants, rounds, seconds);
    return { rows, scrapeCpuMs: await scrapeCpuMs(scraped, rounds) };
  } finally {
    for (const peer of peers) await peer.stop();
    rmSync(folder, { recursive: true });
  }
}

async function scrape({ port }: Peer): Promise<void> {
  const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers });
  if (!(await answer.text()).includes("redis_up 1")) throw new Error(`a scrape was answered with ${answer.status}`);
}

async function whileScraped<T>(peer: Peer, run: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => void scrape(peer), SCRAPE_MS);
  void scrape(peer);
  try {
    return await run();
  } finally {
    clearInterval(timer);
  }
}

async function scrapeCpuMs(peer: Peer, rounds: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = cpuUs(peer);
    for (let i = 0; i < SCRAPES; i++) await scrape(peer);
    times.push((cpuUs(peer) - before) / SCRAPES / 1000);
  }
  return median(times);
}
