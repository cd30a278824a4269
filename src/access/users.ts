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

/** What a read-only user may run all the same: it has no data of its own, or is about their own connection. */
const HARMLESS = new Set(["TIME"]);
const HARMLESS_GROUPS = new Set(["connection", "transactions"]);

/** May read: the hosted service's `+@read -@dangerous`, which refuses KEYS, SCAN and every script. */
export class ReadOnlyUser {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  mayRun({ name, group, categories }: CommandSpec): boolean {
    if (categories.has("dangerous")) return false;
    return categories.has("read") || HARMLESS.has(name) || HARMLESS_GROUPS.has(group);
  }
}
