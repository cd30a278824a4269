/** `stashd export`: writes the keys of a data directory, of files or of a running server to a file. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { amount } from "../core/amount.ts";
import type { Engine } from "../engine/engine.ts";
import { nodeDisk } from "../persistence/node-disk.ts";
import { Pace } from "../persistence/pace.ts";
import { offlineEngine } from "../server/offline-engine.ts";
import { VERSION } from "../server/version.ts";
import { engineEntries } from "../transfer/entry.ts";
import type { Entry, Filter } from "../transfer/entry.ts";
import { createFileWriter, FILE_FORMATS, fileHeadOf, formatByEnding } from "../transfer/file-writers.ts";
import type { FileFormat, FileWriter } from "../transfer/file-writers.ts";
import { Failures } from "../transfer/failures.ts";
import {
  countRemoteKeys,
  decodedEntries,
  remoteDatabases,
  remoteEntries,
  remoteFunctions,
} from "../transfer/remote.ts";
import { writeEntries, writeFile } from "../transfer/write-file.ts";
import { UsageError } from "./usage-error.ts";
import { progressBar } from "./progress-bar.ts";
import { connect, isServerUrl } from "./redis-client.ts";
import { loadInto, SLICE_MS } from "./source.ts";
import { addSelection, filterOf, Subcommand } from "./subcommand.ts";
import type { Outcome, SelectionOptions } from "./subcommand.ts";

const EXAMPLES = `
Formats (--format, or the file's ending):
  rdb     Redis's own file; redis-server loads it as dump.rdb
  resp    commands in the Redis protocol, for redis-cli --pipe
  jsonl   one key a line as JSON, for people and fixtures

Examples:
  stashd export backup.rdb                                   the data in .stashd, of a server that does not run
  stashd export backup.rdb --from redis://default:…@host:6379   of one that does
  stashd export users.jsonl --match 'user:*'
  stashd export - --format jsonl | head                      to standard output`;

interface Options extends SelectionOptions {
  readonly from?: string;
  readonly data: string;
  readonly format?: string;
  readonly replace?: boolean;
}

/** Exports, with the words after `export`; answers the outcome. Throws a {@link UsageError}. */
export async function exportData(argv: readonly string[]): Promise<Outcome> {
  const subcommand = new Subcommand("export", "Writes keys to a file.", EXAMPLES);
  addSelection(subcommand.program)
    .argument("<file>", "the file to write, or - for standard output")
    .option("--from <source>", "a redis:// URL, a data directory or a file")
    .option("--data <dir>", "the data directory to read", ".stashd")
    .option("--format <format>", `${FILE_FORMATS.join(", ")} (default: by the file's ending)`)
    .option("--replace", "overwrite a file that is there");
  const help = subcommand.parse(argv);
  if (help !== undefined) return { text: help, isSound: true };
  return await run(subcommand.program.args[0]!, subcommand.program.opts<Options>());
}

async function run(file: string, options: Options): Promise<Outcome> {
  const format = formatOf(file, options.format);
  if (file !== "-" && options.replace !== true && existsSync(file)) {
    throw new UsageError(`${file} is there already; --replace overwrites it`);
  }
  const filter = filterOf(options);
  const from = options.from ?? options.data;
  // The head of an RDB file states whether fields expire. A running server does not tell that before its values are
  // read, and a file can be given another head then.
  const isStreamed = isServerUrl(from) && (format !== "rdb" || file !== "-");
  const { failures, keys, notes } = isStreamed
    ? await exportRemote(from, file, format, filter)
    : await exportLoaded(from, file, format, filter);
  const lines = [...notes, `${amount(keys, "key")} written to ${file}`, ...failures.lines("read"), ""].join("\n");
  const isSound = failures.count === 0;
  // Standard output has the keys, so failures go to standard error.
  if (file !== "-") return { text: lines, isSound };
  process.stderr.write(isSound ? "" : lines);
  return { text: "", isSound };
}

function formatOf(file: string, named: string | undefined): FileFormat {
  const format = named ?? formatByEnding(file);
  const found = FILE_FORMATS.find((known) => known === format);
  if (found !== undefined) return found;
  const reason = named === undefined ? `the ending of ${file} names no format` : `there is no format ${named}`;
  throw new UsageError(`${reason}; give --format ${FILE_FORMATS.join(", ")}`);
}

interface Exported {
  readonly keys: number;
  readonly failures: Failures;
  readonly notes: readonly string[];
}

async function exportLoaded(from: string, file: string, format: FileFormat, filter: Filter): Promise<Exported> {
  const { deadlines, engine, failures, notes } = await loadInto(offlineEngine(), from, filter);
  const entriesOf = (): Iterable<Entry> => engineEntries(engine, filter, deadlines);
  const head = fileHeadOf(engine, VERSION, entriesOf);
  const keys = await write(file, entriesOf(), createFileWriter(format, head), engine, engine.dataset.size);
  return { keys, failures, notes };
}

async function exportRemote(url: string, file: string, format: FileFormat, filter: Filter): Promise<Exported> {
  const client = await connect(url);
  try {
    const engine = offlineEngine();
    const databases = await remoteDatabases(client, client.database);
    const functions = await remoteFunctions(client);
    const head = { nowMs: engine.environment.now(), program: VERSION, hasFieldDeadlines: false, functions };
    const failures = new Failures();
    const entries = decodedEntries(remoteEntries(client, databases, filter), failures);
    const total = filter.match === undefined ? await countRemoteKeys(client, databases) : undefined;
    const keys = await write(file, entries, createFileWriter(format, head), engine, total);
    return { keys, failures, notes: [] };
  } finally {
    client.close();
  }
}

async function write(
  file: string,
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  writer: FileWriter,
  { environment }: Engine,
  total: number | undefined,
): Promise<number> {
  const progress = progressBar("exporting", total);
  const options = { writer, progress, pace: new Pace(environment, SLICE_MS) };
  try {
    if (file !== "-") return await writeFile(nodeDisk, resolve(file), entries, options);
    return await writeEntries(entries, { append: toStandardOutput }, options);
  } finally {
    progress.stop();
  }
}

/** Writes to standard output. Resolves when the reader has taken the bytes. */
function toStandardOutput(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}
