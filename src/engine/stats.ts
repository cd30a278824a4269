import { CountedError } from "../core/reply.ts";
import type { CommandError } from "../core/reply.ts";
import type { Instant } from "../data/keyspace.ts";

/** Byte counters of a connection, such as a socket's. */
interface Traffic {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Counters of INFO. CONFIG RESETSTAT resets them. */
export class Stats {
  /** When the engine started, in milliseconds since the epoch. */
  readonly startedMs: number;
  commandsProcessed = 0;
  expiredKeys = 0;
  expiredFields = 0;
  evictedKeys = 0;
  errorReplies = 0;
  connectionsReceived = 0;
  connectionsRefused = 0;
  /** Open HTTP connections. Those of the Redis protocol are counted as sessions. */
  httpConnections = 0;
  /** The highest memory use seen, in bytes. */
  peakMemoryBytes = 0;
  /** Errors answered, by code. */
  readonly errors = new Map<string, number>();
  /** Open connections, whose counters are read when INFO asks. */
  private readonly open = new Set<Traffic>();
  /** Bytes of closed connections, less those before the last reset. */
  private closedInBytes = 0;
  private closedOutBytes = 0;
  private readonly samples: Sample[] = [];

  /** Look-ups, which the databases count. */
  private readonly lookUps: Pick<Instant, "hits" | "misses">;

  constructor(instant: Instant) {
    this.startedMs = instant.nowMs;
    this.lookUps = instant;
  }

  get keyspaceHits(): number {
    return this.lookUps.hits;
  }

  get keyspaceMisses(): number {
    return this.lookUps.misses;
  }

  /**
   * Counts an error by its code, once: not again where a script passes it on. Scripts can invent codes, so the number of
   * distinct ones is limited.
   */
  countError(error: CommandError): void {
    if (error instanceof CountedError) return;
    this.errorReplies++;
    const code = error.text.split(" ", 1)[0]!.slice(0, CODE_BYTES);
    const name = this.errors.has(code) || this.errors.size < CODES ? code : "ERRORSTATS_OVERFLOW";
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
  }

  /** A connection was opened. */
  opened(connection: Traffic): void {
    this.connectionsReceived++;
    this.open.add(connection);
  }

  /** A connection was closed. */
  closed(connection: Traffic): void {
    if (!this.open.delete(connection)) return;
    this.closedInBytes += connection.bytesRead;
    this.closedOutBytes += connection.bytesWritten;
  }

  /** Bytes read from and written to all connections. */
  traffic(): { readonly inBytes: number; readonly outBytes: number } {
    let [inBytes, outBytes] = [this.closedInBytes, this.closedOutBytes];
    for (const { bytesRead, bytesWritten } of this.open) {
      inBytes += bytesRead;
      outBytes += bytesWritten;
    }
    return { inBytes, outBytes };
  }

  /** Samples the counters for {@link rates}. Call it a few times a second. */
  sample(nowUs: number): void {
    const last = this.samples.at(-1);
    if (last !== undefined && nowUs - last.nowUs < SAMPLE_US) return;
    this.samples.push({ nowUs, commands: this.commandsProcessed, ...this.traffic() });
    if (this.samples.length > SAMPLES) this.samples.shift();
  }

  /** Commands and bytes per second, over the last two seconds. */
  rates(): { readonly commands: number; readonly inBytes: number; readonly outBytes: number } {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (first === undefined || last === undefined || first === last) return { commands: 0, inBytes: 0, outBytes: 0 };
    const perSecond = (a: number, b: number): number => Math.max(0, ((b - a) / (last.nowUs - first.nowUs)) * 1e6);
    return {
      commands: perSecond(first.commands, last.commands),
      inBytes: perSecond(first.inBytes, last.inBytes),
      outBytes: perSecond(first.outBytes, last.outBytes),
    };
  }

  reset(): void {
    this.commandsProcessed = 0;
    this.expiredKeys = 0;
    this.expiredFields = 0;
    this.evictedKeys = 0;
    this.lookUps.hits = this.lookUps.misses = 0;
    this.errorReplies = 0;
    this.connectionsReceived = 0;
    this.connectionsRefused = 0;
    this.peakMemoryBytes = 0;
    this.errors.clear();
    this.samples.length = 0;
    const { inBytes, outBytes } = this.traffic();
    this.closedInBytes -= inBytes;
    this.closedOutBytes -= outBytes;
  }
}

interface Sample {
  readonly nowUs: number;
  readonly commands: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

/** Microseconds between two samples, and how many of them are kept. */
const SAMPLE_US = 400_000;
const SAMPLES = 6;

/** Distinct codes of errors that are counted, and bytes of a code that are kept. */
const CODES = 128;
const CODE_BYTES = 64;
