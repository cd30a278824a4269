/**
 * A running Redis, Valkey or stashd as a source and as a target. SCAN and DUMP read, RESTORE writes. The client is a
 * parameter, so this file knows no sockets.
 */
import { integerText } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import { DEFAULT_ENCODING_BOUNDS } from "../data/encoding.ts";
import { checkedPayload, dumpPayload, payloadValue } from "../data/rdb/dump-payload.ts";
import { RdbError } from "../data/rdb/rdb-error.ts";
import type { Value } from "../data/value.ts";
import type { Entry, Filter } from "./entry.ts";
import { Failures } from "./failures.ts";
import { entryCommands } from "../data/rdb/value-commands.ts";

/** A reply of a server: text is a byte string. */
export type RemoteReply = string | Int64 | null | RemoteError | readonly RemoteReply[];

/** An error reply. */
export class RemoteError {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A connection to a server. Words are byte strings; replies come in the order of the commands. */
export interface RemoteClient {
  /** Runs a command. An error reply is a {@link RemoteError}. Rejects when the connection is lost. */
  call(...words: readonly string[]): Promise<RemoteReply>;
}

/** COUNT of each SCAN. */
const PAGE_KEYS = 256;

/** Bytes of values that are asked for at once, about. */
const ASKED_BYTES = 8 * 1024 * 1024;

/** Values that are asked for first, before it is known how large they are. */
const FIRST_ASKED = 4;

/** Bytes that one value may have after decompression. */
const VALUE_BYTES_MAX = 2 ** 32;

/** A key of a running server. Its value is decoded when it is first read. */
class RemoteEntry implements Entry {
  readonly database: number;
  readonly key: string;
  readonly deadlineMs: Int64;
  readonly payload: string;

  constructor(database: number, key: string, deadlineMs: Int64, payload: string) {
    this.database = database;
    this.key = key;
    this.deadlineMs = deadlineMs;
    this.payload = payload;
  }

  /** The decoded value. Throws an Error for a payload of an unknown type or version. */
  get value(): Value {
    const bytes = checkedPayload(this.payload);
    if (bytes === undefined) throw new Error("its serialization is of a version that is not known here");
    try {
      return payloadValue(bytes, VALUE_BYTES_MAX);
    } catch (error) {
      throw error instanceof RdbError ? new Error(error.reason) : error;
    }
  }
}

/**
 * The databases that have keys, by INFO. For a server without that section, the one that the connection has selected.
 */
export async function remoteDatabases(client: RemoteClient, selected: number): Promise<number[]> {
  const info = await client.call("INFO", "keyspace");
  if (typeof info !== "string") return [selected];
  const numbers = [...info.matchAll(/^db(\d+):/gm)].map(([, number]) => Number(number));
  return numbers.length === 0 ? [selected] : numbers;
}

/** The number of keys in some databases. */
export async function countRemoteKeys(client: RemoteClient, databases: readonly number[]): Promise<number> {
  let keys = 0;
  for (const database of databases) {
    await expectOk(client, "SELECT", String(database));
    const size = await client.call("DBSIZE");
    if (typeof size === "number") keys += size;
  }
  return keys;
}

/** The keys of some databases, in the order of SCAN. A key that exists all the while is among them. */
export async function* remoteEntries(
  client: RemoteClient,
  databases: readonly number[],
  filter: Filter,
): AsyncGenerator<Entry, void> {
  const pattern = filter.match === undefined ? [] : ["MATCH", filter.match];
  for (const database of databases) {
    if (!filter.hasDatabase(database)) continue;
    await expectOk(client, "SELECT", String(database));
    let cursor = "0";
    const seen = new SeenKeys();
    const asking = { keys: FIRST_ASKED };
    do {
      const page = await client.call("SCAN", cursor, ...pattern, "COUNT", String(PAGE_KEYS));
      if (page instanceof RemoteError || !Array.isArray(page)) throw new Error(`SCAN failed: ${shown(page)}`);
      cursor = String(page[0]);
      yield* pageEntries(client, database, seen.fresh(page[1] as readonly string[]), asking);
    } while (cursor !== "0");
  }
}

/** Decodes the values of entries. Those that cannot be decoded are left out and added to `failures`. */
export async function* decodedEntries(entries: AsyncIterable<Entry>, failures: Failures): AsyncGenerator<Entry, void> {
  for await (const entry of entries) {
    const { database, deadlineMs, key } = entry;
    let value: Value;
    try {
      ({ value } = entry);
    } catch (error) {
      failures.add(key, (error as Error).message);
      continue;
    }
    yield { database, deadlineMs, key, value };
  }
}

/** The texts of the libraries of functions; none for a server that has no functions, or does not show them. */
export async function remoteFunctions(client: RemoteClient): Promise<readonly string[]> {
  const libraries = await client.call("FUNCTION", "LIST", "WITHCODE");
  if (libraries instanceof RemoteError || !Array.isArray(libraries)) return [];
  return libraries.flatMap((library: RemoteReply) => {
    if (!Array.isArray(library)) return [];
    const text: RemoteReply | undefined = library[library.indexOf("library_code") + 1];
    return typeof text === "string" ? [text] : [];
  });
}

/**
 * The entries of a page of keys. `asking.keys` is how many values are asked for at once: it doubles while they are small
 * and shrinks when they are large, so that a page of large values does not fill the memory.
 */
async function* pageEntries(
  client: RemoteClient,
  database: number,
  keys: string[],
  asking: { keys: number },
): AsyncGenerator<Entry, void> {
  for (let at = 0; at < keys.length;) {
    const asked = keys.slice(at, at + asking.keys);
    at += asked.length;
    let bytes = 0;
    for await (const entry of askedEntries(client, database, asked)) {
      bytes += entry.payload!.length;
      yield entry;
    }
    const most = Math.floor((asked.length * ASKED_BYTES) / Math.max(1, bytes));
    asking.keys = Math.max(1, Math.min(PAGE_KEYS, asking.keys * 2, most));
  }
}

async function* askedEntries(client: RemoteClient, database: number, keys: string[]): AsyncGenerator<Entry, void> {
  const replies = await Promise.all(
    keys.map((key) => Promise.all([client.call("DUMP", key), client.call("PEXPIRETIME", key)])),
  );
  for (const [i, [payload, deadline]] of replies.entries()) {
    const key = keys[i]!;
    // The key was removed since SCAN named it.
    if (payload === null || deadline === -2) continue;
    if (typeof payload !== "string") throw new Error(`DUMP failed: ${shown(payload)}`);
    yield new RemoteEntry(database, key, await deadlineOf(client, key, deadline), payload);
  }
}

/**
 * The deadline of a key, in milliseconds since the epoch, from the reply of PEXPIRETIME. Redis before 7.0 has only
 * PTTL.
 */
async function deadlineOf(client: RemoteClient, key: string, reply: RemoteReply): Promise<Int64> {
  if (typeof reply === "number" || typeof reply === "bigint") return reply > 0 ? reply : 0;
  const left = await client.call("PTTL", key);
  const now = await client.call("TIME");
  if (typeof left !== "number" || left < 0 || !Array.isArray(now)) return 0;
  return Number(now[0]) * 1000 + left;
}

/** Finds keys that SCAN names twice. Remembers the keys of the last pages, where a repetition is likely. */
class SeenKeys {
  private recent = new Set<string>();

  fresh(keys: readonly string[]): string[] {
    const fresh = [...new Set(keys)].filter((key) => !this.recent.has(key));
    if (this.recent.size > 100 * PAGE_KEYS) this.recent = new Set();
    for (const key of fresh) this.recent.add(key);
    return fresh;
  }
}

/** Limits on unanswered RESTOREs, in keys and bytes, so that a slow target does not fill the memory. */
const IN_FLIGHT_KEYS_MAX = 256;
const IN_FLIGHT_BYTES_MAX = 32 * 1024 * 1024;

/** Writes entries to a server over one connection, several at a time. */
export class RemoteTarget {
  written = 0;
  /** Existing keys that were not overwritten. */
  skipped = 0;
  readonly failures = new Failures();
  private readonly client: RemoteClient;
  private readonly replaces: boolean;
  private database = -1;
  private inFlight: Promise<void>[] = [];
  private inFlightBytes = 0;

  /** `replaces`: whether existing keys are overwritten. */
  constructor(client: RemoteClient, replaces: boolean) {
    this.client = client;
    this.replaces = replaces;
  }

  async add(entry: Entry): Promise<void> {
    if (entry.database !== this.database) {
      await this.flush();
      await expectOk(this.client, "SELECT", String(entry.database));
      this.database = entry.database;
    }
    let payload: string;
    try {
      payload = entry.payload ?? dumpPayload(entry.value, DEFAULT_ENCODING_BOUNDS);
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      // The value is too large for one payload.
      return await this.rebuild(entry);
    }
    this.inFlight.push(this.restore(entry, payload));
    this.inFlightBytes += payload.length;
    if (this.inFlight.length >= IN_FLIGHT_KEYS_MAX || this.inFlightBytes >= IN_FLIGHT_BYTES_MAX) await this.flush();
  }

  /** Waits for all unanswered commands. */
  async flush(): Promise<void> {
    const { inFlight } = this;
    this.inFlight = [];
    this.inFlightBytes = 0;
    await Promise.all(inFlight);
  }

  async loadFunctions(texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      const reply = await this.client.call("FUNCTION", "LOAD", ...(this.replaces ? ["REPLACE"] : []), text);
      if (reply instanceof RemoteError) this.failures.add("a library of functions", reply.text);
    }
  }

  private async restore(entry: Entry, payload: string): Promise<void> {
    const replace = this.replaces ? ["REPLACE"] : [];
    const reply = await this.client.call(
      "RESTORE",
      entry.key,
      integerText(entry.deadlineMs),
      payload,
      ...replace,
      "ABSTTL",
    );
    if (!(reply instanceof RemoteError)) this.written++;
    else if (reply.text.startsWith("BUSYKEY")) this.skipped++;
    else if (REBUILT.test(reply.text)) await this.rebuild(entry);
    else this.failures.add(entry.key, reply.text);
  }

  /** Writes a value by commands, for a target that does not know its serialization. */
  private async rebuild(entry: Entry): Promise<void> {
    const exists = await this.client.call("EXISTS", entry.key);
    if (exists !== 0 && !this.replaces) return void this.skipped++;
    try {
      await expectNoError(this.client, "DEL", entry.key);
      for (const words of entryCommands(entry)) await expectNoError(this.client, ...words);
      this.written++;
    } catch (error) {
      this.failures.add(entry.key, (error as Error).message);
    }
  }
}

/** The replies of RESTORE to a serialization of an unknown version or type. */
const REBUILT = /^ERR (?:DUMP payload version|Bad data format|Command is not available|unknown command)/;

async function expectOk(client: RemoteClient, ...words: readonly string[]): Promise<void> {
  const reply = await client.call(...words);
  if (reply instanceof RemoteError) throw new Error(`${words[0]!} ${words[1]!} failed: ${reply.text}`);
}

async function expectNoError(client: RemoteClient, ...words: readonly string[]): Promise<void> {
  const reply = await client.call(...words);
  if (reply instanceof RemoteError) throw new Error(`${words[0]!} failed: ${reply.text}`);
}

function shown(reply: RemoteReply): string {
  if (reply instanceof RemoteError) return reply.text;
  return "the answer is of another form";
}
