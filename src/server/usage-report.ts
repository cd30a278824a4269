/** Reads the counts of commands that processes have left in a folder, and says what of them a server lacks or does otherwise. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { manualOf } from "../commands/manual/manual.ts";
import type { Argument } from "../commands/manual/syntax.ts";
import { commandRows } from "../commands/registry.ts";
import { hasArgument, hasCommand } from "../commands/targets.ts";
import type { Target } from "../core/target.ts";
import { readBounded } from "./bounded-file.ts";
import { optionOf, USAGE_FILE } from "./command-usage.ts";
import type { UsageCount } from "./command-usage.ts";

/** Limits on what is read. A record of all commands with all options has some 20 KB. */
const FILES_MAX = 10_000;
const FILE_BYTES_MAX = 1024 * 1024;

/** The counts of all records of a folder. */
export interface Usage {
  readonly commands: ReadonlyMap<string, UsageCount>;
  /** Files that were read. */
  readonly files: number;
  /** Files that are no records, with what is wrong with each. */
  readonly faults: readonly string[];
}

/** Reads a folder. Throws the system's error when it cannot be read. */
export function readUsage(folder: string): Usage {
  const names = readdirSync(folder)
    .filter((name) => USAGE_FILE.test(name))
    .sort();
  const commands = new Map<string, UsageCount>();
  const faults: string[] = [];
  for (const name of names.slice(0, FILES_MAX)) {
    const problem = readRecord(join(folder, name), commands);
    if (problem !== undefined) faults.push(`${name}: ${problem}`);
  }
  if (names.length > FILES_MAX) faults.push(`only ${FILES_MAX} of ${names.length} records are read; remove old ones`);
  return { commands, files: Math.min(names.length, FILES_MAX) - faults.length, faults };
}

/** Adds a file's counts. Answers what is wrong with it, in which case nothing is added. */
function readRecord(path: string, commands: Map<string, UsageCount>): string | undefined {
  let record: unknown;
  try {
    record = JSON.parse(readBounded(path, FILE_BYTES_MAX).toString("utf8"));
  } catch (error) {
    return error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
  }
  const counts = Object.entries(objectIn(record, "commands") ?? {});
  const read = counts.map(([name, count]) => ({ name, ...countOf(name, count) }));
  if (counts.length === 0 || read.some(({ calls }) => calls === undefined)) return "it is no record of commands";
  for (const { calls, name, options } of read) {
    const sum = commands.get(name) ?? { calls: 0, options: {} };
    commands.set(name, sum);
    sum.calls += calls!;
    for (const [option, times] of options) sum.options[option] = (sum.options[option] ?? 0) + times;
  }
  return undefined;
}

/** The calls and options of one command; undefined calls for what is no count of a known command. */
function countOf(name: string, count: unknown): { calls: number | undefined; options: [string, number][] } {
  const row = rows.get(name);
  const calls: unknown = (count as { calls?: unknown } | null)?.calls;
  const options = Object.entries(objectIn(count, "options") ?? {});
  if (row === undefined || !isCount(calls)) return { calls: undefined, options: [] };
  const known = optionsOf(name);
  const isSound = options.every(([option, times]) => known.has(option) && isCount(times));
  return { calls: isSound ? calls : undefined, options: options as [string, number][] };
}

const rows = new Map(commandRows.map((row) => [row.name, row]));

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

function objectIn(value: unknown, name: string): object | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = (value as Record<string, unknown>)[name];
  return typeof found === "object" && found !== null && !Array.isArray(found) ? found : undefined;
}

/** The options of a command, and the arguments that stand behind the same word. */
function optionsOf(command: string): Map<string, Argument[]> {
  const options = new Map<string, Argument[]>();
  const gather = (syntax: readonly Argument[], around: readonly Argument[]): void => {
    for (const argument of syntax) {
      const option = optionOf(argument);
      if (option !== undefined) options.set(option, [...(options.get(option) ?? []), ...around, argument]);
      gather(argument.parts, [...around, argument]);
    }
  };
  gather(manualOf({ name: command }).syntax, []);
  return options;
}

/** A command in the report. */
export interface ReportedCommand {
  readonly command: string;
  readonly calls: number;
  readonly options: Readonly<Record<string, number>>;
  /** Whether the server lacks the command. */
  readonly isLacking: boolean;
  /** Options that the server lacks. */
  readonly lackingOptions: readonly string[];
  /** What the server does otherwise. */
  readonly differs: string | undefined;
}

/** What was used, in the order of the names; with a target, what of it that lacks or does otherwise. */
export function reportOf({ commands }: Usage, target: Target | undefined): readonly ReportedCommand[] {
  return [...commands]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([command, { calls, options }]) => {
      const isLacking = target !== undefined && !hasCommand(target, rows.get(command)!);
      const known = optionsOf(command);
      const lacks = (option: string): boolean =>
        target !== undefined && known.get(option)!.some((argument) => !hasArgument(target, command, argument));
      return {
        command,
        calls,
        options: Object.fromEntries(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))),
        isLacking,
        lackingOptions: isLacking ? [] : Object.keys(options).filter(lacks).sort(),
        differs: target === undefined || isLacking ? undefined : differenceOf(target, command),
      };
    });
}

function differenceOf(target: Target, command: string): string | undefined {
  const notes = target.isUpstash ? HOSTED_DIFFERENCES : REDIS_DIFFERENCES;
  return notes[command] ?? (target.isUpstash || !command.startsWith("JSON.") ? undefined : JSON_DIFFERENCE);
}

/** What the hosted service does otherwise, by its documentation and by what was seen of it. */
const HOSTED_DIFFERENCES: Readonly<Record<string, string>> = {
  "ACL LOG": "always empty",
  COMMAND: "always empty",
  "CONFIG GET": "has notify-keyspace-events only",
  EVAL: "what a failing script has written may be taken back",
  EVALSHA: "what a failing script has written may be taken back",
  INFO: "has fewer sections and fields",
  KEYS: "not for the read-only token",
  SCAN: "looks at some 1000 keys a call, whatever COUNT is; not for the read-only token",
  WAIT: "is about the writes of all connections",
  WAITAOF: "is about the writes of all connections",
  "XINFO CONSUMERS": "empty for a group that is not there",
  XREADGROUP: "has a limit on pending entries: --hosted-limits",
};

/** What Redis and Valkey do otherwise, and tests compare with redis-server; docs/compatibility.md says more. */
const REDIS_DIFFERENCES: Readonly<Record<string, string>> = {
  BITCOUNT: "may not look at the words for a key that is not there",
  BITPOS: "may not look at the words for a key that is not there",
  EVAL: "has no time limit; scripts wait for each other",
  EVAL_RO: "refuses a script without no-writes at once, over REST too",
  FCALL_RO: "refuses a function without no-writes at once, over REST too",
  HEXPIREAT: "has deadlines up to the year 4199",
  HPEXPIREAT: "has deadlines up to the year 4199",
  "OBJECT ENCODING": "tells of what the value was before, too",
  "SCRIPT KILL": "ends a script that runs",
  "FUNCTION KILL": "ends a function that runs",
  SCAN: "may return an element several times; names the type of JSON ReJSON-RL",
  TYPE: "names the type of JSON ReJSON-RL",
  WATCH: "does not see what changes in the groups of a stream",
  XADD: "trims whole nodes with ~",
  XTRIM: "trims whole nodes with ~",
};

const JSON_DIFFERENCE = "see docs/json.md";
