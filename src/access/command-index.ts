/** The commands that rules speak of, and the categories they belong to. */
import type { CommandSpec } from "../core/command-spec.ts";

/** In Redis's order, and then our own. */
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

export class CommandIndex {
  /** Names of all commands, as their rows spell them. */
  readonly names: ReadonlySet<string>;
  /** Category names without the `@`. */
  readonly categories: readonly string[];
  private readonly byName: ReadonlyMap<string, CommandSpec>;
  /** The names of a container's subcommands, by its own. */
  private readonly children = new Map<string, string[]>();

  constructor(specs: readonly CommandSpec[]) {
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

  /** A command by its name in rules, such as `get` or `config|get`, in any case. */
  find(name: string): CommandSpec | undefined {
    return name.includes(" ") ? undefined : this.byName.get(name.toUpperCase().replace("|", " "));
  }

  /** The names of a command and of its subcommands. */
  family(spec: CommandSpec): readonly string[] {
    return [spec.name, ...(this.children.get(spec.name) ?? [])];
  }

  /** The commands of a category; undefined when there is no such category. */
  inCategory(category: string): readonly CommandSpec[] | undefined {
    if (!this.categories.includes(category)) return undefined;
    return [...this.byName.values()].filter(({ categories }) => categories.has(category));
  }
}

/** A command's name as rules and error texts have it: lower case, with `|` before a subcommand. */
export function ruleName(spec: CommandSpec): string {
  return spec.name.toLowerCase().replace(" ", "|");
}
