/**
 * Takes keys in. Each is made under a name of its own and then renamed, so a line that fails leaves what was there before, and
 * nobody sees half a value.
 */
import type { Asker } from "../client/asker.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { encodeCommand, isText } from "../client/request.ts";
import type { Reply } from "../client/reply.ts";
import { LineError, parseLine } from "../transfer/json-lines-reader.ts";
import type { LineKey } from "../transfer/json-lines-reader.ts";
import { isRdb, readRdb } from "./rdb-reader.ts";

export interface ImportResult {
  readonly imported: number;
  /** Keys that were there already, and stay. */
  readonly skipped: number;
  /** Keys whose deadline has passed. */
  readonly expired: number;
  /** By the number of the line, or the name of the key or of what else an RDB file has. */
  readonly failed: readonly (readonly [place: number | ByteString, reason: string])[];
}

interface ImportOptions {
  readonly replaces: boolean;
  readonly signal: AbortSignal;
  /** Gets the bytes of the file that are read. */
  readonly onProgress: (bytes: number) => void;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Keys that are sent together. */
const BATCH_KEYS = 100;
const PART_BYTES = 1 << 20;

interface PlacedKey extends LineKey {
  readonly place: number | ByteString;
  /** Where the value is made. */
  readonly at: ByteString;
}

/** Imports an RDB file or JSON lines, by how the file begins. Rejects as the two do. */
export async function importFile(client: Asker, file: Blob, options: ImportOptions): Promise<ImportResult> {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  return isRdb(head) ? importRdb(client, file, options) : importJsonLines(client, file, options);
}

/** Imports database 0 of an RDB file, and its functions. Rejects with an {@link RdbError} where the file ends to be one. */
async function importRdb(client: Asker, file: Blob, options: ImportOptions): Promise<ImportResult> {
  const run = new Import(client, options);
  try {
    for (const part of readRdb(new Uint8Array(await file.arrayBuffer()))) {
      options.signal.throwIfAborted();
      if (part.kind === "function") await run.addFunction(part.code);
      else if (part.database !== 0) run.fail(part.key, "a token reaches database 0 only");
      else await run.add(part.key, { ...part, make: (at) => [["RESTORE", at, "0", part.payload]] });
      options.onProgress(part.bytesRead);
    }
  } finally {
    if (!options.signal.aborted) await run.flush();
  }
  return run.result;
}

/** Imports a file of JSON lines. Rejects without an answer, and for a file that is not UTF-8; what was imported stays. */
async function importJsonLines(client: Asker, file: Blob, options: ImportOptions): Promise<ImportResult> {
  const run = new Import(client, options);
  let line = 0;
  for await (const { bytes, text } of linesOf(file)) {
    options.signal.throwIfAborted();
    line++;
    if (text.trim() !== "") await run.addLine(line, text);
    options.onProgress(bytes);
  }
  await run.flush();
  return run.result;
}

/** The lines of a file, with the bytes that have been read. */
async function* linesOf(file: Blob): AsyncGenerator<{ readonly text: string; readonly bytes: number }> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  for (let at = 0; at < file.size; at += PART_BYTES) {
    const part = await file.slice(at, at + PART_BYTES).arrayBuffer();
    const bytes = Math.min(file.size, at + PART_BYTES);
    rest += decoder.decode(part, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop()!;
    for (const text of lines) yield { text, bytes };
  }
  rest += decoder.decode();
  if (rest !== "") yield { text: rest, bytes: file.size };
}

class Import {
  private readonly client: Asker;
  private readonly options: ImportOptions;
  private batch: PlacedKey[] = [];
  private readonly suffix = `:import-${crypto.randomUUID()}`;
  private number = 0;
  private imported = 0;
  private skipped = 0;
  private expired = 0;
  private readonly failed: (readonly [number | ByteString, string])[] = [];

  constructor(client: Asker, options: ImportOptions) {
    this.client = client;
    this.options = options;
  }

  get result(): ImportResult {
    const { expired, failed, imported, skipped } = this;
    return { imported, skipped, expired, failed };
  }

  /** Adds a line of JSON. */
  async addLine(line: number, text: string): Promise<void> {
    try {
      await this.add(line, parseLine(text, this.options.nowMs));
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.fail(line, error.message);
    }
  }

  async add(place: number | ByteString, key: LineKey): Promise<void> {
    const { nowMs } = this.options;
    if (key.deadlineMs !== undefined && key.deadlineMs <= nowMs) {
      this.expired++;
      return;
    }
    // The name begins with that of the key, which the user's rules allow.
    const placed = { ...key, place, at: `${key.key}${this.suffix}-${this.number++}` };
    try {
      this.batch.push(sendable(placed));
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof LineError)) throw error;
      this.fail(place, error.message);
    }
    if (this.batch.length >= BATCH_KEYS) await this.flush();
  }

  /** A library that is there already counts as a key does. */
  async addFunction(code: ByteString): Promise<void> {
    const options = this.options.replaces ? ["REPLACE"] : [];
    const reply = await this.client.ask(["FUNCTION", "LOAD", ...options, code], { signal: this.options.signal });
    if (reply.kind !== "error") return;
    if (reply.text.includes("already exists")) this.skipped++;
    else this.fail(code.split("\n", 1)[0]!, reply.text);
  }

  fail(place: number | ByteString, reason: string): void {
    this.failed.push([place, reason]);
  }

  async flush(): Promise<void> {
    const { batch, client, options } = this;
    this.batch = [];
    if (batch.length === 0) return;
    const left = new Set(batch.map(({ at }) => at));
    try {
      const made = await this.makeAll(batch);
      const final = options.replaces ? "RENAME" : "RENAMENX";
      const replies = await client.many(made.map(({ at, key }) => [final, at, key]));
      made.forEach((one, i) => {
        if (this.note(one, replies[i]!)) left.delete(one.at);
      });
    } finally {
      if (left.size > 0) await client.many([...left].map((at) => ["DEL", at]));
    }
  }

  /** Makes the values. Answers the keys whose commands have all succeeded. */
  private async makeAll(batch: readonly PlacedKey[]): Promise<PlacedKey[]> {
    const { client, options } = this;
    const commands = batch.map(commandsOf);
    const replies = await client.many(commands.flat(), { signal: options.signal });
    let at = 0;
    return batch.filter((one, i) => {
      const own = replies.slice(at, (at += commands[i]!.length));
      const error = own.find(({ kind }) => kind === "error");
      if (error?.kind === "error") this.fail(one.place, error.text);
      return error === undefined;
    });
  }

  /** Counts a key. Answers whether its value has moved to its name. */
  private note({ place }: PlacedKey, reply: Reply): boolean {
    if (reply.kind === "error") this.fail(place, reply.text);
    else if (reply.kind === "integer" && reply.digits === "0") this.skipped++;
    else {
      this.imported++;
      return true;
    }
    return false;
  }
}

/** The key, if each of its commands fits into a request. Throws a RangeError otherwise. */
function sendable(key: PlacedKey): PlacedKey {
  for (const words of commandsOf(key)) if (!isText(words)) encodeCommand(words);
  return key;
}

function commandsOf({ at, deadlineMs, make }: PlacedKey): (readonly Word[])[] {
  const deadline = deadlineMs === undefined ? [] : [["PEXPIREAT", at, String(deadlineMs)]];
  return [...make(at), ...deadline];
}
