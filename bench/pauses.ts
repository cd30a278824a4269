/** The longest stop of the event loop while large values are freed, and while the keyspace grows past 2^24 keys. */
import { UNRESTRICTED_USER } from "../src/core/authority.ts";
import { commandTables } from "../src/commands/registry.ts";
import { systemEnvironment } from "../src/core/environment.ts";
import type { Environment } from "../src/core/environment.ts";
import { Engine } from "../src/engine/engine.ts";

const MILLION = 1_000_000;

export interface PauseRow {
  readonly name: string;
  readonly longestMs: number;
  /** The time of all steps. */
  readonly totalMs: number;
}

/** The clock of the machine, moved by the bench. */
class MovedClock implements Environment {
  offsetMs = 0;
  now = (): number => systemEnvironment.now() + this.offsetMs;
  nowUs = (): number => systemEnvironment.nowUs() + this.offsetMs * 1000;
  syncedUs = (): number => systemEnvironment.syncedUs() + this.offsetMs * 1000;
  elapsedUs = (): number => systemEnvironment.elapsedUs();
  random = (): number => systemEnvironment.random();
  secretHex = (bytes: number): string => systemEnvironment.secretHex(bytes);
  sleep = (ms: number): void => systemEnvironment.sleep(ms);
  process = (): ReturnType<Environment["process"]> => systemEnvironment.process();
}

class Stopwatch {
  private longestUs = 0;
  private totalUs = 0;

  time(step: () => void): void {
    const startUs = systemEnvironment.elapsedUs();
    step();
    const tookUs = systemEnvironment.elapsedUs() - startUs;
    this.longestUs = Math.max(this.longestUs, tookUs);
    this.totalUs += tookUs;
  }

  row(name: string): PauseRow {
    return { name, longestMs: this.longestUs / 1000, totalMs: this.totalUs / 1000 };
  }
}

export function benchPauses(keys: number): PauseRow[] {
  const clock = new MovedClock();
  const engine = new Engine({ environment: clock, commands: commandTables });
  const session = engine.openSession("internal", UNRESTRICTED_USER);
  const run = (...words: string[]): void => void engine.execute(session, words);
  const rows: PauseRow[] = [];

  const expiry = new Stopwatch();
  for (let i = 0; i < MILLION; i++) run("SET", `ttl:${i}`, "value", "PX", "60000");
  clock.offsetMs += 60_001;
  while (engine.dataset.databases[0]!.size > 0) expiry.time(() => engine.tick());
  rows.push(expiry.row("expiry of 1M keys at once, in ticks"));

  for (const [type, add] of [
    ["SADD", "set"],
    ["RPUSH", "list"],
  ] as const) {
    for (let i = 0; i < MILLION; i += 1000)
      run(type, add, ...Array.from({ length: 1000 }, (_, j) => `member:${i + j}`));
    const removal = new Stopwatch();
    removal.time(() => run("DEL", add));
    rows.push(removal.row(`DEL of a ${add} of 1M`));
  }

  const growth = new Stopwatch();
  for (let i = 0; i < keys; i++) {
    const words = ["SET", `key:${i}`, "value"];
    growth.time(() => run(...words));
  }
  if (engine.dataset.databases[0]!.size !== keys) throw new Error("keys are missing");
  rows.push(growth.row(`one SET while growing to ${(keys / MILLION).toFixed(0)}M keys, garbage collection included`));

  const flush = new Stopwatch();
  flush.time(() => run("FLUSHALL"));
  rows.push(flush.row(`FLUSHALL of ${(keys / MILLION).toFixed(0)}M keys`));
  return rows;
}
