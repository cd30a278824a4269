/**
 * What HELP, COMMAND DOCS and docs/commands.md say of a command beyond its row: the words it takes, its complexity and
 * its history. One text a group, parsed on demand. The texts are in few files, because each file that is loaded costs a
 * start its share:
 *
 * ```text
 * LPOP key [count@6.2.0]
 *   O(N), N elements returned
 *   6.2.0: a count
 * ```
 *
 * First the name and the words, in the notation of `syntax.ts`; lines that are indented by four go on with it. Then, by
 * two, how the time grows, if that is known; `replaced 6.2.0: …` for a command that should not be used from that
 * version on, with what takes its place; `syscmd` for one that is not for clients; and what later versions have added.
 */
import {
  bitmapManual,
  genericManual,
  hashManual,
  hyperloglogManual,
  jsonManual,
  listManual,
  setManual,
  stringManual,
} from "./data.ts";
import { geoManual, sortedSetManual, streamManual } from "./ordered.ts";
import {
  clusterManual,
  connectionManual,
  pubsubManual,
  scriptingManual,
  serverManual,
  transactionsManual,
} from "./service.ts";
import { parseSyntax } from "./syntax.ts";
import type { Argument } from "./syntax.ts";

const TEXTS = [
  bitmapManual,
  clusterManual,
  connectionManual,
  genericManual,
  geoManual,
  hashManual,
  hyperloglogManual,
  jsonManual,
  listManual,
  pubsubManual,
  scriptingManual,
  serverManual,
  setManual,
  sortedSetManual,
  streamManual,
  stringManual,
  transactionsManual,
];

/** A version and what it changed. */
interface Change {
  readonly version: string;
  readonly change: string;
}

/** An entry of the manual. */
export interface Manual {
  /** What the command takes after its name. */
  readonly syntax: readonly Argument[];
  /** How the time grows with the sizes that it names; undefined if that is not stated. */
  readonly complexity: string | undefined;
  /** It is for replicas, for Redis's own tests and the like. */
  readonly isSystem: boolean;
  /** What takes its place, from which version on. */
  readonly replacement: Change | undefined;
  readonly history: readonly Change[];
}

let parsed: ReadonlyMap<string, string> | undefined;

/** The entries' texts by command, made at the first look-up. */
function entries(): ReadonlyMap<string, string> {
  return (parsed ??= new Map(TEXTS.flatMap(entriesOf)));
}

/** What the manual says of a command. Each call parses the entry again: few ask, and trees would take memory. */
export function manualOf({ name }: { readonly name: string }): Manual {
  const text = entries().get(name);
  if (text === undefined) throw new Error(`no entry in the manual for ${name}`);
  const [, syntax, facts] = /^(.*(?:\n {4}.*)*)((?:\n {2}\S.*)*)$/.exec(text)!;
  return { syntax: parseSyntax(syntax!.slice(name.length)), ...parseFacts(facts!.split("\n").slice(1)) };
}

/** Whether a command takes anything that came after Redis 7.0, or that Redis does not have. Asks the text, which is quick. */
export function hasLateArguments(name: string): boolean {
  return /@(?:7\.[1-9]|[89u])/.test(entries().get(name) ?? "");
}

/** Names of the commands that have an entry. */
export function manualNames(): Iterable<string> {
  return entries().keys();
}

/** Entries with their names. A name has two words if the first one alone has an entry without words, as containers do. */
function entriesOf(text: string): [string, string][] {
  const found = text.trim().split("\n\n");
  const containers = new Set(found.filter((entry) => /^\S+(?:\n|$)/.test(entry)).map((entry) => entry.split("\n")[0]));
  return found.map((entry) => {
    const [first = "", second] = entry.split("\n")[0]!.split(" ");
    return [second !== undefined && containers.has(first) ? `${first} ${second}` : first, entry];
  });
}

function parseFacts(lines: readonly string[]): Omit<Manual, "syntax"> {
  let complexity: string | undefined;
  let isSystem = false;
  let replacement: Change | undefined;
  const history: Change[] = [];
  for (const line of lines) {
    const fact = line.slice(2);
    const change = /^(replaced )?(\d+\.\d+\.\d+): (.*)$/.exec(fact);
    if (fact === "syscmd") isSystem = true;
    else if (change === null) complexity = fact;
    else if (change[1] === undefined) history.push({ version: change[2]!, change: change[3]! });
    else replacement = { version: change[2]!, change: change[3]! };
  }
  return { complexity, isSystem, replacement, history };
}
