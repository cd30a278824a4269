/** Sources of import and export: a data directory, a file, or a running server, loaded into memory. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CommandError } from "../core/reply.ts";
import type { Engine } from "../engine/engine.ts";
import { nodeDisk } from "../persistence/node-disk.ts";
import { Deadlines } from "../transfer/entry.ts";
import type { Filter } from "../transfer/entry.ts";
import { loadSource } from "../transfer/load-source.ts";
import { Failures } from "../transfer/failures.ts";
import { decodedEntries, remoteDatabases, remoteEntries, remoteFunctions } from "../transfer/remote.ts";
import { UsageError } from "./usage-error.ts";
import { connect, isServerUrl } from "./redis-client.ts";

/** Length of a slice, in milliseconds. Only the progress bar waits meanwhile. */
export const SLICE_MS = 50;

interface Source {
  readonly engine: Engine;
  readonly deadlines: Deadlines;
  /** Keys of a running server whose values are not known here. */
  readonly failures: Failures;
  /** Notes for the user, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Loads a source into an empty engine: of a running server the keys that the filter selects, of files all. Rejects with
 * an Error in one line.
 */
export async function loadInto(engine: Engine, from: string, filter: Filter): Promise<Source> {
  engine.dataset.activeExpiry = false;
  const nowMs = engine.environment.now();
  if (isServerUrl(from)) {
    const failures = await loadRemote(engine, from, filter);
    return { engine, deadlines: new Deadlines(nowMs, nowMs), failures, notes: [] };
  }
  if (/^[a-z+]+:\/\//.test(from)) {
    throw new UsageError("only redis:// and rediss:// URLs can be read from; use the REDIS_URL that the server prints");
  }
  const path = resolve(from);
  if (!existsSync(path)) throw new UsageError(`there is no file or directory ${from}`);
  const { notes, writtenMs } = await loadSource(path, { disk: nodeDisk, engine, sliceMs: SLICE_MS });
  return { engine, deadlines: new Deadlines(nowMs, writtenMs ?? nowMs), failures: new Failures(), notes };
}

async function loadRemote(engine: Engine, url: string, filter: Filter): Promise<Failures> {
  const failures = new Failures();
  const client = await connect(url);
  try {
    for (const text of await remoteFunctions(client)) loadLibrary(engine, text, failures);
    const databases = await remoteDatabases(client, client.database);
    const entries = decodedEntries(remoteEntries(client, databases, filter), failures);
    for await (const { database, deadlineMs, key, value } of entries) {
      engine.dataset.databases[database]?.set(key, value, deadlineMs);
    }
  } finally {
    client.close();
  }
  return failures;
}

function loadLibrary(engine: Engine, text: string, failures: Failures): void {
  try {
    engine.scripting.libraries.load(text, true);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    failures.add("a library of functions", error.text);
  }
}
