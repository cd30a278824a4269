import type { Instant } from "./keyspace.ts";

/** What INFO counts over the life of an engine. CONFIG RESETSTAT starts the counters anew. */
export class Stats {
  /** When the engine began, in milliseconds since the epoch. */
  readonly startedMs: number;
  commandsProcessed = 0;
  expiredKeys = 0;
  expiredFields = 0;
  evictedKeys = 0;
  keyspaceHits = 0;
  keyspaceMisses = 0;
  errorReplies = 0;
  connectionsReceived = 0;
  connectionsRejected = 0;

  constructor(startedMs: number) {
    this.startedMs = startedMs;
  }

  /** Adds the running command's look-ups and begins a new tally. As in Redis, those of writes do not count. */
  countLookUps(tally: Instant, isWrite: boolean): void {
    if (!isWrite) {
      this.keyspaceHits += tally.hits;
      this.keyspaceMisses += tally.misses;
    }
    tally.hits = tally.misses = 0;
  }

  reset(): void {
    this.commandsProcessed = 0;
    this.expiredKeys = 0;
    this.expiredFields = 0;
    this.evictedKeys = 0;
    this.keyspaceHits = 0;
    this.keyspaceMisses = 0;
    this.errorReplies = 0;
    this.connectionsReceived = 0;
    this.connectionsRejected = 0;
  }
}
