/** The commands and categories that ACL rules name. */
import type { CommandSpec } from "../core/command-spec.ts";

/** Redis's categories in its order, then those of Upstash. */
const CATEGORIES = [
  "keyspace",
  "read",
  "write",
  "set",
  "sortedset",
  "list",
  "hash",
  "string",
  "bitmap",
  "hyperloglog",
  "geo",
  "stream",
  "pubsub",
  "admin",
  "fast",
  "slow",
  "blocking",
  "dangerous",
  "connection",
  "transaction",
  "scripting",
];

/** The index of the same rows, which all users of a process share. */
const indexOf = new WeakMap<readonly CommandSpec[], CommandIndex>();

/** Looks commands up by the names and categories that rules use. */
export class CommandIndex {
  /** The index of these rows. */
  static of(specs: readonly CommandSpec[]): CommandIndex {
    const index = indexOf.get(specs) ?? new CommandIndex(specs);
    indexOf.set(specs, index);
    return index;
  }

  /** Names of all commands, as in their rows. */
  readonly names: ReadonlySet<string>;
  /** Names of categories, without the `@`. */
  readonly categories: readonly string[];
  private readonly byName: ReadonlyMap<string, CommandSpec>;
  /** Names of subcommands, by their container's name. */
  private readonly children = new Map<string, string[]>();

  private constructor(specs: readonly CommandSpec[]) {
    this.byName = new Map(specs.map((spec) => [spec.name, spec]));
    this.names = new Set(this.byName.keys());
    const others = new Set(specs.flatMap(({ categories }) => [...categories]));
    this.categories = [...new Set([...CATEGORIES, ...others])];
    for (const name of this.names) {
      const space = name.indexOf(" ");
      if (space < 0) continue;
      const container = name.slice(0, space);
      const siblings = this.children.get(container);
      if (siblings === undefined) this.children.set(container, [name]);
      else siblings.push(name);
    }
  }

  /** A command by its name in ACL rules, such as `get` or `config|get`, in any case; undefined for an unknown one. */
  find(name: string): CommandSpec | undefined {
    return name.includes(" ") ? undefined : this.byName.get(name.toUpperCase().replace("|", " "));
  }

  /** The names of a command and its subcommands. */
  family(spec: CommandSpec): readonly string[] {
    return [spec.name, ...(this.children.get(spec.name) ?? [])];
  }

  /** The commands of a category; undefined for an unknown one. */
  inCategory(category: string): readonly CommandSpec[] | undefined {
    if (!this.categories.includes(category)) return undefined;
    return [...this.byName.values()].filter(({ categories }) => categories.has(category));
  }
}
