/** What the server says of its commands: COMMAND and COMMAND DOCS, parsed. */
import { itemsOf, numberOf, pairsOf, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";

/** An argument, as COMMAND DOCS describes it. */
export interface Argument {
  readonly name: string;
  readonly type: string;
  /** The word that stands before the argument, or is all of it. */
  readonly token: string | undefined;
  readonly isOptional: boolean;
  readonly isMultiple: boolean;
  readonly isTokenMultiple: boolean;
  readonly since: string | undefined;
  readonly parts: readonly Argument[];
}

export interface CommandFacts {
  /** In upper case; `CONFIG GET` for a subcommand. */
  readonly name: string;
  readonly summary: string;
  readonly since: string;
  readonly complexity: string;
  readonly group: string;
  readonly syntax: readonly Argument[];
  /** As COMMAND counts words: negative for a minimum; undefined where it is not known. */
  readonly arity: number | undefined;
  readonly flags: ReadonlySet<string>;
  /** Without the `@`. */
  readonly categories: ReadonlySet<string>;
  readonly subcommands: readonly string[];
}

export class CommandManual {
  private readonly commands: ReadonlyMap<string, CommandFacts>;
  /** The names of commands, without subcommands, in order. */
  readonly names: readonly string[];

  constructor(commands: ReadonlyMap<string, CommandFacts>) {
    this.commands = commands;
    this.names = [...commands.keys()].filter((name) => !name.includes(" ")).sort();
  }

  /** The facts of a command, and how many words are its name; a container without a known subcommand is itself. */
  find(words: readonly string[]): { readonly facts: CommandFacts; readonly nameWords: number } | undefined {
    const [first = "", second] = words.map((word) => word.toUpperCase());
    const sub = second === undefined ? undefined : this.commands.get(`${first} ${second}`);
    if (sub !== undefined) return { facts: sub, nameWords: 2 };
    const facts = this.commands.get(first);
    return facts === undefined ? undefined : { facts, nameWords: 1 };
  }
}

/** Makes the manual of COMMAND's and COMMAND DOCS' replies. Either may be missing, as in an old Redis or without the right. */
export function parseManual(command: Reply | undefined, docs: Reply | undefined): CommandManual {
  const commands = new Map<string, CommandFacts>();
  if (docs?.kind === "array") for (const [name, reply] of pairsOf(docs)) addDocs(commands, textOf(name), reply);
  if (command?.kind === "array") for (const reply of command.items) addInfo(commands, reply);
  return new CommandManual(commands);
}

const EMPTY: Omit<CommandFacts, "name"> = {
  summary: "",
  since: "",
  complexity: "",
  group: "",
  syntax: [],
  arity: undefined,
  flags: new Set(),
  categories: new Set(),
  subcommands: [],
};

/** `config|get` as people write it. */
const nameOf = (text: string): string => text.replace("|", " ").toUpperCase();

function addDocs(commands: Map<string, CommandFacts>, text: string, reply: Reply): void {
  const name = nameOf(text);
  const fields = new Map(pairsOf(reply).map(([key, value]) => [textOf(key), value]));
  const field = (key: string): string => {
    const value = fields.get(key);
    return value === undefined ? "" : textOf(value);
  };
  const parts = fields.get("arguments");
  const subcommands = fields.get("subcommands");
  const subs = subcommands === undefined ? [] : pairsOf(subcommands);
  commands.set(name, {
    ...EMPTY,
    name,
    summary: field("summary"),
    since: field("since"),
    complexity: field("complexity"),
    group: field("group"),
    syntax: parts === undefined ? [] : itemsOf(parts).map(argumentOf),
    subcommands: subs.map(([sub]) => nameOf(textOf(sub)).split(" ").at(-1)!),
  });
  for (const [sub, value] of subs) addDocs(commands, textOf(sub), value);
}

function argumentOf(reply: Reply): Argument {
  const fields = new Map(pairsOf(reply).map(([key, value]) => [textOf(key), value]));
  const field = (key: string): string | undefined => {
    const value = fields.get(key);
    return value === undefined ? undefined : textOf(value);
  };
  const flags = fields.get("flags");
  const names = new Set(flags === undefined ? [] : itemsOf(flags).map(textOf));
  const parts = fields.get("arguments");
  return {
    name: field("display_text") ?? field("name") ?? "",
    type: field("type") ?? "string",
    // Redis has empty tokens, which stand for "".
    token: field("token"),
    isOptional: names.has("optional"),
    isMultiple: names.has("multiple"),
    isTokenMultiple: names.has("multiple_token"),
    since: field("since"),
    parts: parts === undefined ? [] : itemsOf(parts).map(argumentOf),
  };
}

function addInfo(commands: Map<string, CommandFacts>, reply: Reply): void {
  const items = reply.kind === "array" ? reply.items : [];
  const [text, arity, flags, , , , categories, , , subcommands] = items;
  if (text === undefined || arity === undefined) return;
  const name = nameOf(textOf(text));
  const known = commands.get(name) ?? { ...EMPTY, name };
  const subs = subcommands === undefined ? [] : itemsOf(subcommands);
  const subNames = subs.map((sub) =>
    nameOf(textOf(itemsOf(sub)[0]!))
      .split(" ")
      .at(-1)!,
  );
  commands.set(name, {
    ...known,
    arity: numberOf(arity),
    flags: new Set(flags === undefined ? [] : itemsOf(flags).map(textOf)),
    categories: new Set(categories === undefined ? [] : itemsOf(categories).map((one) => textOf(one).replace("@", ""))),
    subcommands: [...new Set([...known.subcommands, ...subNames])].sort(),
  });
  for (const sub of subs) addInfo(commands, sub);
}
