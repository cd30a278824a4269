/** Who may run what. A user is a name and a rule over the facts in a command's row. */
import type { CommandSpec } from "../core/command-spec.ts";

/** May run everything. */
export class FullUser {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  mayRun(): boolean {
    return true;
  }
}

/** Commands without data of their own that a read-only user may run all the same. */
const HARMLESS = new Set(["PING", "ECHO", "TIME"]);

/** May read: the hosted service's `+@read -@dangerous`, which refuses KEYS, SCAN and every script. */
export class ReadOnlyUser {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  mayRun({ name, categories }: CommandSpec): boolean {
    return (categories.has("read") && !categories.has("dangerous")) || HARMLESS.has(name);
  }
}
