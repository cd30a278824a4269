/**
 * A server with a data directory that measures itself: `DIRECTORY KEYS` on the command line. It tells its port, measures
 * from one message to the next, and rewrites its files meanwhile where the first one says so.
 */
import { readFileSync } from "node:fs";
import { UNRESTRICTED_USER } from "../src/core/authority.ts";
import { startServer } from "../src/server/server.ts";
import { TOKEN } from "./peers.ts";

/** What was measured between two messages. */
export interface Figures {
  /** The most CPU time of the loop's thread from one turn to the next, in milliseconds, and that of 99.9 % of turns. */
  readonly longestMs: number;
  readonly p999Ms: number;
  /** Resident memory, and that of buffers, at their highest. */
  readonly residentBytes: number;
  readonly bufferBytes: number;
  readonly rewrites: number;
}

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
 * counts for none, and the loop takes none while it waits.
 */
function threadMs(): number {
  return Number(readFileSync("/proc/self/schedstat", "latin1").split(" ")[0]) / 1e6;
}

class Watch {
  private readonly pausesMs: number[] = [];
  private residentBytes = 0;
  private bufferBytes = 0;
  private rewrites = 0;
  private isOver = false;
  private readonly isRewriting: boolean;

  constructor(isRewriting: boolean) {
    this.isRewriting = isRewriting;
    this.watchLoop(threadMs());
    this.watchMemory();
  }

  /** What runs between two turns of the event loop is a pause for everything else. */
  private watchLoop(beforeMs: number): void {
    setTimeout(() => {
      const nowMs = threadMs();
      this.pausesMs.push(nowMs - beforeMs);
      if (!this.isOver) this.watchLoop(nowMs);
    }, 1);
  }

  private watchMemory(): void {
    const { arrayBuffers, rss } = process.memoryUsage();
    this.residentBytes = Math.max(this.residentBytes, rss);
    this.bufferBytes = Math.max(this.bufferBytes, arrayBuffers);
    if (this.isRewriting && durability.startRewrite() === "started") this.rewrites++;
    if (!this.isOver) setTimeout(() => this.watchMemory(), MEMORY_EVERY_MS);
  }

  end(): Figures {
    this.isOver = true;
    const { bufferBytes, pausesMs, residentBytes, rewrites } = this;
    pausesMs.sort((a, b) => a - b);
    const p999Ms = pausesMs[Math.floor(pausesMs.length * 0.999)]!;
    return { longestMs: pausesMs.at(-1)!, p999Ms, residentBytes, bufferBytes, rewrites };
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
process.on("message", (order: { rewrites: boolean } | "end") => {
  if (order === "end") return process.send!(watch!.end());
  return void rewritten().then(() => {
    watch = new Watch(order.rewrites);
    process.send!("begun");
  });
});
process.send!({ port: server.port });
