/** The executable's log: lines of JSON on standard error. */
import { createRequire } from "node:module";
import type { Logger, pino as createLogger, DestinationStream } from "pino";
import type { Log } from "../server/log.ts";

interface Pino {
  readonly pino: typeof createLogger & { destination(options: { dest: number; sync: boolean }): DestinationStream };
}

/** A log that loads its library with the first line: most servers never write one, and it is a tenth of the start. */
export class LateLog implements Log {
  private logger: Logger | undefined;

  info(fields: object, message: string): void {
    this.load().info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.load().warn(fields, message);
  }

  error(fields: object, message: string): void {
    this.load().error(fields, message);
  }

  private load(): Logger {
    if (this.logger !== undefined) return this.logger;
    const { pino } = createRequire(import.meta.url)("pino") as Pino;
    return (this.logger = pino({ name: "stashd" }, pino.destination({ dest: 2, sync: true })));
  }
}
