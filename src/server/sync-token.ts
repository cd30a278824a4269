/** The Upstash-Sync-Token header of good answers. */
import type { Engine } from "../engine/engine.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";

/** The token differs after every write; the part before the point names this run of the engine. */
export class SyncToken {
  private readonly engine: Engine;
  private readonly prefix: string;
  /** The header after so many writes. */
  private lastLine = "";
  private lastWrites = -1;

  constructor(engine: Engine) {
    this.engine = engine;
    this.prefix = `${engine.runId.slice(0, 12)}.`;
  }

  /** The header with the present token. The same string as before unless something was written. */
  get line(): HeaderLines {
    const { writes } = this.engine.journal;
    if (writes !== this.lastWrites) {
      this.lastLine = `Upstash-Sync-Token: ${this.prefix}${writes.toString(36)}\r\n`;
      this.lastWrites = writes;
    }
    return this.lastLine;
  }
}
