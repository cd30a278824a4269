/**
 * A server with a data directory that measures itself: `DIRECTORY KEYS` on the command line. It tells its port, measures
 * from one message to the next, and rewrites its files meanwhile where the first one says so.
 */
import { readFileSync } from "node:fs";
import { UNRESTRICTED_USER } from "../src/core/authority.ts";
import { startServer } from "../src/index.ts";
import { TOKEN } from "./peers.ts";

/** What was measured between two messages. */
export interface Figures {
  /** The longest time between two turns of the event loop, in milliseconds, and 99.9 % of them. */
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
    await new Promise<void>((resolve) => durability.whenSynced!(resolve));
  }
  engine.closeSession(session);
}

/**
 * The time that this thread has waited for a processor, in milliseconds. It is taken off pauses: they are to be ours, and
 * not those of whatever else the machine does.
 */
function waitedMs(): number {
  return Number(readFileSync("/proc/self/schedstat", "latin1").split(" ")[1]) / 1e6;
}

class Watch {
  private readonly pausesMs: number[] = [];
  private residentBytes = 0;
  private bufferBytes = 0;
  private rewrites = 0;
  private isOver = false;
  private rewritesOn = false;

  begin(rewrites: boolean): void {
    this.rewritesOn = rewrites;
    this.watchLoop(performance.now(), waitedMs());
    this.watchMemory();
  }

  /** A timer of 1 ms that comes later than that tells how long the loop did something else. */
  private watchLoop(setMs: number, setWaitedMs: number): void {
    setTimeout(() => {
      const [nowMs, nowWaitedMs] = [performance.now(), waitedMs()];
      this.pausesMs.push(Math.max(0, nowMs - setMs - 1 - (nowWaitedMs - setWaitedMs)));
      if (!this.isOver) this.watchLoop(performance.now(), waitedMs());
    }, 1);
  }

  private watchMemory(): void {
    const { arrayBuffers, external, rss } = process.memoryUsage();
    this.residentBytes = Math.max(this.residentBytes, rss);
    this.bufferBytes = Math.max(this.bufferBytes, Math.max(arrayBuffers, external));
    if (this.rewritesOn && durability.startRewrite() === "started") this.rewrites++;
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

await fill(Number(keys));
globalThis.gc!();
let watch: Watch | undefined;
process.on("message", (order: { rewrites: boolean } | "end") => {
  if (order === "end") return process.send!(watch!.end());
  watch = new Watch();
  watch.begin(order.rewrites);
  return process.send!("begun");
});
process.send!({ port: server.port });
