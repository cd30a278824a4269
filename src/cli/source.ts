/** Where import and export read from: a data directory, a file, or a running server, loaded into memory. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { NO_DEADLINE } from "../data/keyspace.ts";
import type { Engine } from "../engine/engine.ts";
import { nodeDisk } from "../persistence/node-disk.ts";
import { Deadlines, Filter } from "../transfer/entry.ts";
import { loadSource } from "../transfer/load-source.ts";
import { remoteDatabases, remoteEntries } from "../transfer/remote.ts";
import { UsageError } from "./flags.ts";
import { connect, isServerUrl } from "./redis-client.ts";

/** How long the event loop may be held up at a time. Nothing else wants it but the progress bar. */
export const SLICE_MS = 50;

interface Source {
  readonly engine: Engine;
  readonly deadlines: Deadlines;
  /** What people should know of it, a sentence each. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** Loads a source into an empty engine. */
export async function openSource(from: string, engine: Engine): Promise<Source> {
  engine.dataset.activeExpiry = false;
  const nowMs = engine.environment.now();
  if (isServerUrl(from)) {
    await loadRemote(from, engine);
    return { engine, deadlines: new Deadlines(nowMs, nowMs), notes: [], close: async () => {} };
  }
  if (/^[a-z+]+:\/\//.test(from)) {
    throw new UsageError("only redis:// and rediss:// URLs can be read from; use the REDIS_URL that the server prints");
  }
  const path = resolve(from);
  if (!existsSync(path)) throw new UsageError(`there is no file or directory ${from}`);
  const { notes, writtenMs } = await loadSource(path, { disk: nodeDisk, engine, sliceMs: SLICE_MS });
  return { engine, deadlines: new Deadlines(nowMs, writtenMs ?? nowMs), notes, close: async () => {} };
}

async function loadRemote(url: string, engine: Engine): Promise<void> {
  const client = await connect(url);
  try {
    const databases = await remoteDatabases(client, client.database);
    const filter = new Filter({ match: undefined, databases: undefined });
    for await (const entry of remoteEntries(client, databases, filter, undefined)) {
      engine.databases[entry.database]?.set(entry.key, entry.value, entry.deadlineMs || NO_DEADLINE);
    }
  } finally {
    client.close();
  }
}
