/** Reads keys in slices, for files: complete, with progress, and stopped at any time. */
import type { ByteString, Word } from "../client/bytes.ts";
import { itemsOf, numberOf, stringOf, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import type { Asker } from "../client/asker.ts";
import { linesOf } from "../transfer/export-lines.ts";
import { RdbWriter } from "./rdb.ts";

interface Progress {
  readonly done: number;
  /** Keys that the database had at the start. */
  readonly total: number;
}

export interface ExportResult {
  readonly file: Blob;
  readonly keys: number;
  /** Keys that the server did not give, with its reason. */
  readonly failed: readonly (readonly [key: ByteString, reason: string])[];
}

interface ExportOptions {
  /** A glob; undefined for all keys. */
  readonly pattern: ByteString | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Keys of a step of SCAN. */
const STEP_KEYS = "200";

/** Yields the names of keys in slices, each name once. */
async function* scanKeys(client: Asker, options: ExportOptions): AsyncGenerator<readonly ByteString[]> {
  const { pattern, signal } = options;
  const seen = new Set<ByteString>();
  let cursor = "0";
  do {
    const match = pattern === undefined ? [] : ["MATCH", pattern];
    const [next, names] = itemsOf(await client.send(["SCAN", cursor, ...match, "COUNT", STEP_KEYS], { signal }));
    const fresh = itemsOf(names!)
      .map(stringOf)
      .filter((name) => !seen.has(name));
    for (const name of fresh) seen.add(name);
    yield fresh;
    cursor = stringOf(next!);
  } while (cursor !== "0");
}

/** All keys, and the libraries of functions where the user may list them, as an RDB file. */
export async function exportRdb(client: Asker, options: ExportOptions): Promise<ExportResult> {
  const { signal, onProgress } = options;
  const writer = new RdbWriter();
  for (const code of await functionSources(client, signal)) writer.addFunction(code);
  const total = numberOf(await client.command("DBSIZE"));
  const failed: (readonly [ByteString, string])[] = [];
  let keys = 0;
  for await (const names of scanKeys(client, options)) {
    const replies = await client.many(
      names.flatMap((name) => [
        ["DUMP", name],
        ["PEXPIRETIME", name],
      ]),
      { signal },
    );
    names.forEach((key, i) => {
      const [dump, deadline] = [replies[2 * i]!, replies[2 * i + 1]!];
      const error = [dump, deadline].find(({ kind }) => kind === "error");
      if (error?.kind === "error") failed.push([key, error.text]);
      else if (dump.kind === "bulk") {
        const deadlineMs = deadlineOf(deadline);
        writer.addKey({ key, payload: dump.bytes, deadlineMs });
        keys++;
      }
    });
    onProgress({ done: keys + failed.length, total });
  }
  return { file: writer.finish(), keys, failed };
}

const deadlineOf = (reply: Reply): number | undefined =>
  reply.kind === "integer" && Number(reply.digits) >= 0 ? Number(reply.digits) : undefined;

/** All keys as JSON lines. */
export async function exportJsonLines(client: Asker, options: ExportOptions): Promise<ExportResult> {
  const { onProgress, signal } = options;
  const total = numberOf(await client.command("DBSIZE"));
  const failed: (readonly [ByteString, string])[] = [];
  const lines: string[] = [];
  // A request that is stopped ends the export, wherever it is in a value.
  const source = {
    many: (commands: readonly (readonly Word[])[]) => client.many(commands, { signal }),
    send: (words: readonly Word[]) => client.send(words, { signal }),
  };
  for await (const names of scanKeys(client, options)) {
    const made = await linesOf(source, names);
    for (const [i, line] of made.entries()) {
      if (typeof line === "string") lines.push(`${line}\n`);
      else if (!line.isGone) failed.push([names[i]!, line.reason]);
    }
    onProgress({ done: lines.length + failed.length, total });
  }
  return { file: new Blob(lines), keys: lines.length, failed };
}

/** None where the server has no functions or the user may not list them: the keys are what the file is for. */
async function functionSources(client: Asker, signal: AbortSignal): Promise<ByteString[]> {
  const reply = await client.ask(["FUNCTION", "LIST", "WITHCODE"], { signal });
  if (reply.kind !== "array") return [];
  return reply.items.flatMap((library) => {
    const items = itemsOf(library);
    const at = items.findIndex((item, i) => i % 2 === 0 && textOf(item) === "library_code");
    return at < 0 ? [] : [stringOf(items[at + 1]!)];
  });
}
