/** What INFO counts over the life of an engine. CONFIG RESETSTAT starts the counters anew. */
export class Stats {
  /** When the engine began, in milliseconds since the epoch. */
  readonly startedMs: number;
  commandsProcessed = 0;
  expiredKeys = 0;
  keyspaceHits = 0;
  keyspaceMisses = 0;
  errorReplies = 0;
  connectionsReceived = 0;
  connectionsRejected = 0;

  constructor(startedMs: number) {
    this.startedMs = startedMs;
  }

  reset(): void {
    this.commandsProcessed = 0;
    this.expiredKeys = 0;
    this.keyspaceHits = 0;
    this.keyspaceMisses = 0;
    this.errorReplies = 0;
    this.connectionsReceived = 0;
    this.connectionsRejected = 0;
  }
}
