import type { CommandError } from "../core/reply.ts";
import type { Instant } from "../data/keyspace.ts";

/** What a connection has brought and taken; a socket is one. */
interface Traffic {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** What INFO counts over the life of an engine. CONFIG RESETSTAT starts the counters anew. */
export class Stats {
  /** When the engine began, in milliseconds since the epoch. */
  readonly startedMs: number;
  commandsProcessed = 0;
  expiredKeys = 0;
  expiredFields = 0;
  evictedKeys = 0;
  errorReplies = 0;
  connectionsReceived = 0;
  connectionsRefused = 0;
  /** Open HTTP connections. Those of the Redis protocol have sessions, which are counted. */
  httpConnections = 0;
  /** The most memory that was seen in use, in bytes. */
  peakMemoryBytes = 0;
  /** Errors answered, by their code. */
  readonly errors = new Map<string, number>();
  /** Open connections. What they have brought is asked of them when somebody wants to know. */
  private readonly open = new Set<Traffic>();
  /** What connections that are closed brought and took, less what there was at the last reset. */
  private closedInBytes = 0;
  private closedOutBytes = 0;
  private readonly samples: Sample[] = [];

  /** The databases count look-ups themselves. */
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

  /** Counts an error that is answered. Clients can make up codes, so there is an end to what is told apart. */
  countError(error: CommandError): void {
    this.errorReplies++;
    const code = error.text.split(" ", 1)[0]!.slice(0, CODE_BYTES);
    const name = this.errors.has(code) || this.errors.size < CODES ? code : "ERRORSTATS_OVERFLOW";
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
  }

  /** A connection was accepted. */
  opened(connection: Traffic): void {
    this.connectionsReceived++;
    this.open.add(connection);
  }

  /** An accepted connection is gone. */
  closed(connection: Traffic): void {
    if (!this.open.delete(connection)) return;
    this.closedInBytes += connection.bytesRead;
    this.closedOutBytes += connection.bytesWritten;
  }

  /** Bytes that connections brought and took. */
  traffic(): { readonly inBytes: number; readonly outBytes: number } {
    let [inBytes, outBytes] = [this.closedInBytes, this.closedOutBytes];
    for (const { bytesRead, bytesWritten } of this.open) {
      inBytes += bytesRead;
      outBytes += bytesWritten;
    }
    return { inBytes, outBytes };
  }

  /** Looks at the counters, for {@link rates}. To be called a few times a second. */
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

/** Codes of errors that are told apart, and bytes of a code that are kept. */
const CODES = 128;
const CODE_BYTES = 64;
