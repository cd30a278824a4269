/** `stashd check`: reads data files without a server, prints what they hold, and repairs them. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { amount } from "../core/amount.ts";
import { checkData } from "../persistence/check.ts";
import type { CheckedFile, CheckReport } from "../persistence/check.ts";
import { shownKey } from "../persistence/file-error.ts";
import { nodeDisk } from "../persistence/node-disk.ts";
import type { Tally } from "../persistence/tally.ts";
import { offlineEngine } from "../server/offline-engine.ts";
import { Subcommand } from "./subcommand.ts";
import { UsageError } from "./usage-error.ts";
import type { Outcome } from "./subcommand.ts";

const EXAMPLES = `
Examples:
  stashd check .stashd            what is in a data directory, and whether it is sound
  stashd check dump.rdb           the same for one file: RDB, or commands
  stashd check .stashd --repair   keeps what is whole, and a copy of what was damaged`;

/** Runs the subcommand with its words; answers the outcome. Throws a {@link UsageError}. */
export async function checkText(argv: readonly string[]): Promise<Outcome> {
  const subcommand = new Subcommand(
    "check",
    "Reads data files, says what is in them, and mends them. Not to be run on the data of a running server.",
    EXAMPLES,
  );
  subcommand.program.argument("<path>", "a data directory, or a file").option("--repair", "mend what can be mended");
  const help = subcommand.parse(argv);
  if (help !== undefined) return { text: help, isSound: true };
  const { program } = subcommand;
  const { repair = false } = program.opts<{ repair?: boolean }>();
  const [path] = program.args;
  if (!existsSync(path!)) throw new UsageError(`there is no file or directory ${path}`);
  const report = await checkData({ disk: nodeDisk, engine: offlineEngine(), path: resolve(path!), repair });
  const isSound = report.files.every(({ problem, repair: done }) => problem === undefined || done !== undefined);
  return { text: describe(report), isSound };
}

function describe({ failed, files, firstFailed, kind, tally }: CheckReport): string {
  if (kind === "none") return "There are no data files here.\n";
  const lines = files.map(fileLine);
  if (firstFailed !== undefined) {
    const { byte, command, file } = firstFailed;
    lines.push(`${failed} commands are answered with an error, first ${command} at ${file}, byte ${byte}`);
  }
  return [...lines, ...tallyLines(tally), ""].join("\n");
}

function fileLine({ path, facts, isMendable, problem, repair }: CheckedFile): string {
  const content = [];
  if (facts?.rdb !== undefined) {
    const { fields, isValkey, keys, version } = facts.rdb;
    const server = fields.get("valkey-ver") ?? fields.get("redis-ver");
    const writer = server === undefined ? "" : `, ${isValkey ? "Valkey" : "Redis"} ${server}`;
    content.push(`RDB version ${version}${writer}, ${amount(keys, "key")}`);
  }
  if (facts?.aof !== undefined) content.push(amount(facts.aof.commands, "command"));
  if (problem === undefined) return `${path}: sound (${content.join("; ")})`;
  // Most problems already name the file.
  const reason = problem.startsWith(path) ? problem : `${path}: ${problem}`;
  if (repair !== undefined) return `${reason}. Mended: ${repair}`;
  return isMendable ? `${reason}. To mend it: --repair` : reason;
}

function tallyLines(tally: Tally): string[] {
  const { bytes, functionLibraries, hashesWithFieldDeadlines, keys, keysExpired, keysWithDeadline } = tally;
  const lines = [
    "",
    `${amount(keys, "key")}, about ${size(bytes)} in memory; ${keysWithDeadline} with a deadline, ${keysExpired} of them expired`,
  ];
  if (hashesWithFieldDeadlines > 0)
    lines.push(amount(hashesWithFieldDeadlines, "hash with fields that expire", "hashes with fields that expire"));
  if (tally.types.has("json")) lines.push("JSON documents: Redis reads them only with the RedisJSON module");
  if (functionLibraries > 0) lines.push(amount(functionLibraries, "library of functions", "libraries of functions"));
  if (tally.databases.size > 1) {
    lines.push(`by database: ${[...tally.databases].map(([number, count]) => `${number}: ${count}`).join(", ")}`);
  }
  for (const [type, counted] of tally.types) {
    const held = [amount(counted.keys, "key"), amount(counted.elements, unitOf(type)), size(counted.bytes)];
    lines.push(`  ${type.padEnd(8)} ${held.join(", ")}`);
  }
  if (tally.largest.length > 0) lines.push("the largest keys:");
  for (const { database, key, type, elements, bytes: own } of tally.largest) {
    lines.push(
      `  ${size(own).padStart(9)}  ${type}, ${amount(elements, unitOf(type))}, database ${database}: ${shownKey(key)}`,
    );
  }
  return lines;
}

function unitOf(type: string): string {
  return type === "string" ? "byte" : "element";
}

function size(bytes: number): string {
  const power = Math.min(4, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return power === 0 ? `${bytes} B` : `${(bytes / 1024 ** power).toFixed(1)} ${"KMGT"[power - 1]}B`;
}
