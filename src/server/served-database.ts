import type { Backend } from "../backends/backend.ts";
import type { Engine } from "../engine/engine.ts";

/** A database that tokens open. */
export interface ServedDatabase {
  /** Its name where a process has several; else undefined. */
  readonly name: string | undefined;
  readonly engine: Engine;
  readonly backend: Backend;
}
