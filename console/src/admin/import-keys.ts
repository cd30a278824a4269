/**
 * Takes keys in. Each is made under a name of its own and then renamed, so a line that fails leaves what was there before, and
 * nobody sees half a value.
 */
import type { Asker } from "../client/asker.ts";
import type { ByteString } from "../client/bytes.ts";
import { encodeCommand, isText } from "../client/request.ts";
import type { Reply } from "../client/reply.ts";
import { LineError, parseLine } from "./json-lines.ts";
import type { LineKey } from "./json-lines.ts";

export interface ImportResult {
  readonly imported: number;
  /** Keys that were there already, and stay. */
  readonly skipped: number;
  /** Keys whose deadline has passed. */
  readonly expired: number;
  readonly failed: readonly (readonly [line: number, reason: string])[];
}

export interface ImportOptions {
  readonly replaces: boolean;
  readonly signal: AbortSignal;
  /** Gets the bytes of the file that are read. */
  readonly onProgress: (bytes: number) => void;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Lines that are sent together. */
const BATCH_LINES = 100;
const PART_BYTES = 1 << 20;

interface NumberedKey extends LineKey {
  readonly line: number;
  /** Where the value is made. */
  readonly at: ByteString;
}

/** Imports a file of JSON lines. Rejects without an answer, and for a file that is not UTF-8; what was imported stays. */
export async function importJsonLines(client: Asker, file: Blob, options: ImportOptions): Promise<ImportResult> {
  const run = new Import(client, options);
  let line = 0;
  for await (const { bytes, text } of linesOf(file)) {
    options.signal.throwIfAborted();
    line++;
    if (text.trim() !== "") await run.add(line, text);
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
  private batch: NumberedKey[] = [];
  private readonly suffix = `:import-${crypto.randomUUID()}`;
  private imported = 0;
  private skipped = 0;
  private expired = 0;
  private readonly failed: (readonly [number, string])[] = [];

  constructor(client: Asker, options: ImportOptions) {
    this.client = client;
    this.options = options;
  }

  get result(): ImportResult {
    const { expired, failed, imported, skipped } = this;
    return { imported, skipped, expired, failed };
  }

  async add(line: number, text: string): Promise<void> {
    const { nowMs } = this.options;
    try {
      const parsed = parseLine(text, nowMs);
      if (parsed.deadlineMs !== undefined && parsed.deadlineMs <= nowMs) this.expired++;
      // The name begins with that of the key, which the user's rules allow.
      else this.batch.push(sendable({ ...parsed, line, at: `${parsed.key}${this.suffix}-${line}` }));
    } catch (error) {
      if (!(error instanceof LineError || error instanceof RangeError)) throw error;
      this.failed.push([line, error.message]);
    }
    if (this.batch.length >= BATCH_LINES) await this.flush();
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
  private async makeAll(batch: readonly NumberedKey[]): Promise<NumberedKey[]> {
    const { client, options } = this;
    const commands = batch.map(commandsOf);
    const replies = await client.many(commands.flat(), { signal: options.signal });
    let at = 0;
    return batch.filter((one, i) => {
      const own = replies.slice(at, (at += commands[i]!.length));
      const error = own.find(({ kind }) => kind === "error");
      if (error?.kind === "error") this.failed.push([one.line, error.text]);
      return error === undefined;
    });
  }

  /** Counts a key. Answers whether its value has moved to its name. */
  private note({ line }: NumberedKey, reply: Reply): boolean {
    if (reply.kind === "error") this.failed.push([line, reply.text]);
    else if (reply.kind === "integer" && reply.digits === "0") this.skipped++;
    else {
      this.imported++;
      return true;
    }
    return false;
  }
}

/** The key, if each of its commands fits into a request. Throws a RangeError otherwise. */
function sendable(key: NumberedKey): NumberedKey {
  for (const words of commandsOf(key)) if (!isText(words)) encodeCommand(words);
  return key;
}

function commandsOf({ at, deadlineMs, make }: NumberedKey): (readonly ByteString[])[] {
  const deadline = deadlineMs === undefined ? [] : [["PEXPIREAT", at, String(deadlineMs)]];
  return [...make(at), ...deadline];
}
