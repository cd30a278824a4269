/** `stashd import`: copies keys from a file or a running server to a running server or a data directory. */
import { resolve } from "node:path";
import { amount } from "../core/amount.ts";
import { offlineEngine } from "../server/offline-engine.ts";
import { startServer } from "../server/public-server.ts";
import { engineEntries } from "../transfer/entry.ts";
import type { Entry, Filter } from "../transfer/entry.ts";
import { countRemoteKeys, remoteDatabases, remoteEntries, remoteFunctions, RemoteTarget } from "../transfer/remote.ts";
import { progressBar } from "./progress-bar.ts";
import { connect, isServerUrl } from "./redis-client.ts";
import { loadInto } from "./source.ts";
import { addSelection, filterOf, Subcommand } from "./subcommand.ts";
import type { Outcome, SelectionOptions } from "./subcommand.ts";

const EXAMPLES = `
Sources: an RDB file (Redis, Valkey or a hosted backup), an append-only file or its directory, a file of commands (in the
Redis protocol or one a line), JSON lines as stashd export writes them, a redis:// or rediss:// URL.

Examples:
  stashd import dump.rdb                                 into .stashd, while no server runs on it
  stashd import dump.rdb --to redis://default:…@localhost:6379   into a server that runs
  stashd import rediss://default:…@host:6379 --match 'user:*'    from another server
  stashd import fixtures.jsonl --replace                 overwrites keys that are there`;

interface Options extends SelectionOptions {
  readonly to?: string;
  readonly data: string;
  readonly replace?: boolean;
}

/** Imports, with the words after `import`; answers the outcome. Throws a {@link UsageError}. */
export async function importData(argv: readonly string[]): Promise<Outcome> {
  const subcommand = new Subcommand("import", "Brings keys in from a file or another server.", EXAMPLES);
  addSelection(subcommand.program)
    .argument("<source>", "a file, a directory, or a redis:// URL")
    .option("--to <url>", "the redis:// URL of a running server to write to")
    .option("--data <dir>", "the data directory to write to", ".stashd")
    .option("--replace", "overwrite keys that are there; without it they are left as they are");
  const help = subcommand.parse(argv);
  if (help !== undefined) return { text: help, isSound: true };
  const options = subcommand.program.opts<Options>();
  const [source] = subcommand.program.args;
  return options.to === undefined
    ? await intoDirectory(source!, options)
    : await intoServer(source!, options.to, options);
}

/**
 * Starts a server for the directory, on a free port, and writes the keys to it, so that they are stored as every other
 * write is.
 */
async function intoDirectory(source: string, options: Options): Promise<Outcome> {
  const server = await startServer({ data: resolve(options.data), port: 0, redisPort: 0, host: "127.0.0.1" });
  try {
    return await intoServer(source, server.redisUrl!, options, options.data);
  } finally {
    await server.close();
  }
}

async function intoServer(source: string, url: string, options: Options, shownTarget?: string): Promise<Outcome> {
  const client = await connect(url);
  try {
    const target = new RemoteTarget(client, options.replace === true);
    const filter = filterOf(options);
    const notes = isServerUrl(source)
      ? await fromServer(source, target, filter)
      : await fromFiles(source, target, filter);
    return outcome(target, notes, shownTarget ?? "the server");
  } finally {
    client.close();
  }
}

async function fromFiles(source: string, target: RemoteTarget, filter: Filter): Promise<readonly string[]> {
  const { deadlines, engine, notes } = await loadInto(offlineEngine(), source, filter);
  await target.loadFunctions(Array.from(engine.scripting.libraries.all(), ({ text }) => text));
  await move(engineEntries(engine, filter, deadlines), target, engine.dataset.size);
  const { relative } = deadlines;
  return relative === 0 ? notes : [...notes, `${relative} deadlines were times to live; they count from the export on`];
}

async function fromServer(url: string, target: RemoteTarget, filter: Filter): Promise<readonly string[]> {
  const client = await connect(url);
  try {
    const databases = await remoteDatabases(client, client.database);
    const total = filter.match === undefined ? await countRemoteKeys(client, databases) : undefined;
    await target.loadFunctions(await remoteFunctions(client));
    await move(remoteEntries(client, databases, filter), target, total);
    return [];
  } finally {
    client.close();
  }
}

async function move(
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  target: RemoteTarget,
  total: number | undefined,
): Promise<void> {
  const progress = progressBar("importing", total);
  let count = 0;
  try {
    for await (const entry of entries) {
      await target.add(entry);
      progress.step(++count);
    }
    await target.flush();
  } finally {
    progress.stop();
  }
}

function outcome(target: RemoteTarget, notes: readonly string[], shownTarget: string): Outcome {
  const { failures, skipped, written } = target;
  const lines = [...notes, `${amount(written, "key")} written to ${shownTarget}`];
  if (skipped > 0)
    lines.push(`${amount(skipped, "key was", "keys were")} there already and left alone (--replace overwrites)`);
  lines.push(...failures.lines("written"));
  return { text: `${lines.join("\n")}\n`, isSound: failures.count === 0 };
}
