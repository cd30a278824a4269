/**
 * A server with a data directory that measures itself: `DIRECTORY KEYS` on the command line. It tells its port, measures
 * from one message to the next, and meanwhile does what the first one says: nothing, rewrites of its files, or snapshots
 * such as a rewrite writes, each of whose slices is timed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PerformanceObserver } from "node:perf_hooks";
import type { PerformanceEntry } from "node:perf_hooks";
import { UNRESTRICTED_USER } from "../src/core/authority.ts";
import { nodeDisk } from "../src/persistence/node-disk.ts";
import { Pace } from "../src/persistence/pace.ts";
import { SNAPSHOT_SLICE_MS } from "../src/persistence/persistence.ts";
import { Snapshot } from "../src/persistence/snapshot.ts";
import { startServer } from "../src/server/server.ts";
import { TOKEN } from "./peers.ts";

/** What was measured between two messages. */
export interface Figures {
  /** The most CPU time of the loop's thread from one turn to the next, in milliseconds, and that of 99.9 % of turns. */
  readonly longestMs: number;
  readonly p999Ms: number;
  /** The same without the collections of garbage in each turn. */
  readonly ownLongestMs: number;
  /** The longest collection. */
  readonly collectionMs: number;
  /** Resident memory, and that of buffers, at their highest. */
  readonly residentBytes: number;
  readonly bufferBytes: number;
  readonly rewrites: number;
  /** The CPU time of slices of snapshots, in milliseconds. */
  readonly slicesMs: SliceFigures | undefined;
}

/** How long the work of snapshots kept the thread busy without a break. */
interface SliceFigures {
  readonly longest: number;
  readonly p99: number;
  readonly count: number;
}

/** What a server does while it is measured. */
export type Activity = "nothing" | "rewrites" | "snapshots";

const [, , directory = "", keys = "0"] = process.argv;

/** Keys between two looks at whether they are on the disk. */
const BATCH = 20_000;

const MEMORY_EVERY_MS = 20;

const server = await startServer({ port: 0, data: directory, token: TOKEN, fsync: "everysec" });
const { engine } = server;
const durability = engine.durability!;

async function fill(count: number): Promise<void> {
  const session = engine.openSession("internal", UNRESTRICTED_USER);
  for (let first = 0; first < count; first += BATCH) {
    for (let i = first; i < first + BATCH; i++) engine.execute(session, ["SET", `key:${i}`, "x".repeat(32)]);
    await new Promise<void>((resolve) => durability.whenSynced!(() => resolve()));
  }
  engine.closeSession(session);
}

/**
 * The CPU time of this thread so far, in milliseconds; Linux only. Pauses are measured in it: what else the machine does
 * counts for none, and the loop takes none while it waits. By itself the file is up to 4 ms behind, until the kernel's next
 * tick; asking for the time of the process brings it up to date.
 */
function threadMs(): number {
  process.cpuUsage();
  return Number(readFileSync("/proc/self/schedstat", "latin1").split(" ")[0]) / 1e6;
}

/** A turn of the loop: its CPU time, and its begin and end on the clock of collections. */
interface Turn {
  readonly cpuMs: number;
  readonly startMs: number;
  readonly endMs: number;
}

class Watch {
  private readonly turns: Turn[] = [];
  private readonly collections: PerformanceEntry[] = [];
  private readonly observer = new PerformanceObserver((list) => this.collections.push(...list.getEntries()));
  private residentBytes = 0;
  private bufferBytes = 0;
  private rewrites = 0;
  private isOver = false;
  private readonly slices: Slices | undefined;
  private readonly activity: Activity;
  /** Resolves when no snapshot is under way any more. */
  readonly snapshots: Promise<void> | undefined;

  constructor(activity: Activity) {
    this.activity = activity;
    if (activity === "snapshots") {
      this.slices = new Slices();
      this.snapshots = this.snapshot(this.slices);
    }
    this.observer.observe({ entryTypes: ["gc"] });
    this.watchLoop(threadMs(), performance.now());
    this.watchMemory();
  }

  /** What runs between two turns of the event loop is a pause for everything else. */
  private watchLoop(beforeMs: number, startMs: number): void {
    setTimeout(() => {
      const [nowMs, endMs] = [threadMs(), performance.now()];
      this.turns.push({ cpuMs: nowMs - beforeMs, startMs, endMs });
      if (!this.isOver) this.watchLoop(nowMs, endMs);
    }, 1);
  }

  private watchMemory(): void {
    const { arrayBuffers, rss } = process.memoryUsage();
    this.residentBytes = Math.max(this.residentBytes, rss);
    this.bufferBytes = Math.max(this.bufferBytes, arrayBuffers);
    if (this.activity === "rewrites" && durability.startRewrite() === "started") this.rewrites++;
    if (!this.isOver) setTimeout(() => this.watchMemory(), MEMORY_EVERY_MS);
  }

  end(): Figures {
    this.isOver = true;
    this.collections.push(...this.observer.takeRecords());
    this.observer.disconnect();
    const { bufferBytes, collections, residentBytes, rewrites, turns } = this;
    const pausesMs = turns.map(({ cpuMs }) => cpuMs).sort((a, b) => a - b);
    const p999Ms = pausesMs[Math.floor(pausesMs.length * 0.999)]!;
    const ownLongestMs = Math.max(...turns.map((turn) => this.ownMs(turn)));
    const collectionMs = Math.max(0, ...collections.map(({ duration }) => duration));
    const longestMs = pausesMs.at(-1)!;
    return {
      longestMs,
      p999Ms,
      ownLongestMs,
      collectionMs,
      residentBytes,
      bufferBytes,
      rewrites,
      slicesMs: this.slices?.figures(),
    };
  }

  /** Writes snapshots to a file, one after the other. */
  private async snapshot(slices: Slices): Promise<void> {
    while (!this.isOver) {
      const file = await nodeDisk.openToAppend(join(directory, "timed.rdb"));
      await file.truncate(0);
      slices.begin();
      const pace = new TimedPace(slices);
      const write = (bytes: Buffer): Promise<void> => slices.outside(() => file.append(bytes));
      await new Snapshot({ engine, pace, isAofBase: true, write }).run();
      slices.end();
      await file.close();
    }
  }

  /** The CPU time of a turn without its collections. */
  private ownMs({ cpuMs, endMs, startMs }: Turn): number {
    const within = this.collections.filter(({ startTime }) => startTime >= startMs && startTime < endMs);
    return within.reduce((ms, { duration }) => Math.max(0, ms - duration), cpuMs);
  }
}

/** The CPU time of pieces of work that nothing interrupts, collections included. */
class Slices {
  private readonly takenMs: number[] = [];
  private startMs = 0;

  begin(): void {
    this.startMs = threadMs();
  }

  end(): void {
    this.takenMs.push(threadMs() - this.startMs);
  }

  /** Waits for something, in which time other work runs. */
  async outside<T>(wait: () => Promise<T>): Promise<T> {
    const waited = wait();
    this.end();
    const result = await waited;
    this.begin();
    return result;
  }

  figures(): SliceFigures {
    const sorted = this.takenMs.sort((a, b) => a - b);
    return { longest: sorted.at(-1)!, p99: sorted[Math.floor(sorted.length * 0.99)]!, count: sorted.length };
  }
}

/** The pace of a rewrite. */
class TimedPace extends Pace {
  private readonly slices: Slices;

  constructor(slices: Slices) {
    super(engine.environment, SNAPSHOT_SLICE_MS);
    this.slices = slices;
  }

  override rest(): Promise<void> {
    return this.slices.outside(() => super.rest());
  }
}

/** Resolves when no rewrite is under way. */
async function rewritten(): Promise<void> {
  while (durability.infoLines.includes("aof_rewrite_in_progress:1")) {
    await new Promise((resolve) => setTimeout(resolve, MEMORY_EVERY_MS));
  }
}

await fill(Number(keys));
globalThis.gc!();
let watch: Watch | undefined;
process.on("message", (order: Activity | "end") => {
  if (order === "end") return process.send!(watch!.end());
  return void Promise.all([rewritten(), watch?.snapshots]).then(() => {
    watch = new Watch(order);
    process.send!("begun");
  });
});
process.send!({ port: server.port });
