/** The Upstash-Sync-Token header of answers of status 200. */
import type { Engine } from "../engine/engine.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";

/** A token that changes with every write. The part before the point identifies this run of the engine. */
export class SyncToken {
  private readonly engine: Engine;
  private readonly prefix: string;
  /** The header, and the number of writes that it was made for. */
  private lastLine = "";
  private lastWrites = -1;

  constructor(engine: Engine) {
    this.engine = engine;
    this.prefix = `${engine.runId.slice(0, 12)}.`;
  }

  /** The header with the current token. The same string object until the next write. */
  get line(): HeaderLines {
    const { writes } = this.engine.journal;
    if (writes !== this.lastWrites) {
      this.lastLine = `Upstash-Sync-Token: ${this.prefix}${writes.toString(36)}\r\n`;
      this.lastWrites = writes;
    }
    return this.lastLine;
  }
}
