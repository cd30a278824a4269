/** Writes entries as a file: RDB, commands, or JSON lines. Each writer gathers bytes until its owner takes them. */
import { extname } from "node:path";
import { respCommand } from "../core/resp-command.ts";
import { DEFAULT_ENCODING_BOUNDS } from "../data/encoding.ts";
import { HashValue } from "../data/types/hash.ts";
import type { Engine } from "../engine/engine.ts";
import { RdbFileWriter } from "../persistence/rdb-writer.ts";
import type { Entry } from "./entry.ts";
import { entryLine } from "./json-lines.ts";
import { entryCommands } from "../data/rdb/value-commands.ts";

/** The formats of `--format`. */
export type FileFormat = "rdb" | "resp" | "jsonl";

/** All formats. */
export const FILE_FORMATS: readonly FileFormat[] = ["rdb", "resp", "jsonl"];

const FORMAT_BY_ENDING: Readonly<Record<string, FileFormat>> = {
  ".rdb": "rdb",
  ".resp": "resp",
  ".aof": "resp",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
};

/** The format that the ending of a file names; undefined for none. */
export function formatByEnding(file: string): FileFormat | undefined {
  return FORMAT_BY_ENDING[extname(file).toLowerCase()];
}

/** The contents of a file before its first key. */
interface FileHead {
  readonly nowMs: number;
  /** Version of the writing program. */
  readonly program: string;
  /**
   * Whether any hash has fields that expire. Redis before 7.4 refuses such an RDB file. False if that is not known yet.
   */
  readonly hasFieldDeadlines: boolean;
  /** The texts of the function libraries. */
  readonly functions: readonly string[];
  /** Whether JSON lines have times to live, from `nowMs` on, in place of times. False by default. */
  readonly hasTtls?: boolean;
}

/** The head of a file with the entries of an engine, which `entriesOf` answers. */
export function fileHeadOf(engine: Engine, program: string, entriesOf: () => Iterable<Entry>): FileHead {
  return {
    nowMs: engine.environment.now(),
    program,
    hasFieldDeadlines: hasFieldDeadlines(engine, entriesOf),
    functions: Array.from(engine.scripting.libraries.all(), ({ text }) => text),
  };
}

function hasFieldDeadlines(engine: Engine, entriesOf: () => Iterable<Entry>): boolean {
  if (!engine.dataset.databases.some(({ mayHaveFieldDeadlines }) => mayHaveFieldDeadlines)) return false;
  for (const { value } of entriesOf()) {
    if (value instanceof HashValue && value.earliestDeadline !== undefined) return true;
  }
  return false;
}

/** Writes one file. */
export interface FileWriter {
  /** Bytes that were not taken yet. */
  readonly pendingBytes: number;
  /** Writes an entry. Yields where the owner may take the bytes so far. The value must not change until the end. */
  entry(entry: Entry): Iterable<undefined>;
  end(): void;
  /** The bytes written since the last call. The caller owns them. */
  take(): Buffer;
  /**
   * The head that the file should have had, as long as the one that was written: of an RDB file in which fields expire
   * although its head does not say so. Undefined if the head is right. Ask after {@link end}.
   */
  readonly rightHead?: Buffer | undefined;
}

/** A writer of a format, which has written the head. */
export function createFileWriter(format: FileFormat, head: FileHead): FileWriter {
  if (format === "rdb") return new RdbEntryWriter(head);
  return format === "resp" ? new CommandWriter(head) : new LineWriter(head);
}

class RdbEntryWriter implements FileWriter {
  private readonly writer = new RdbFileWriter(DEFAULT_ENCODING_BOUNDS);
  private readonly head: FileHead;
  private hasMetFieldDeadlines = false;

  constructor(head: FileHead) {
    this.head = head;
    writeRdbHead(this.writer, head);
    for (const text of head.functions) this.writer.functions(text);
  }

  get pendingBytes(): number {
    return this.writer.pendingBytes;
  }

  *entry({ database, key, value, deadlineMs }: Entry): Generator<undefined, void> {
    if (value instanceof HashValue && value.earliestDeadline !== undefined) this.hasMetFieldDeadlines = true;
    const rest = this.writer.entry(database, key, value, deadlineMs);
    if (rest === undefined) return;
    while (rest.next().done !== true) yield;
  }

  end(): void {
    this.writer.end();
  }

  take(): Buffer {
    return this.writer.take();
  }

  get rightHead(): Buffer | undefined {
    if (this.head.hasFieldDeadlines || !this.hasMetFieldDeadlines) return undefined;
    const writer = new RdbFileWriter(DEFAULT_ENCODING_BOUNDS);
    writeRdbHead(writer, { ...this.head, hasFieldDeadlines: true });
    return writer.take();
  }
}

function writeRdbHead(writer: RdbFileWriter, { hasFieldDeadlines, nowMs, program }: FileHead): void {
  writer.header({ hasFieldDeadlines, nowMs, usedBytes: 0, isAofBase: false, program });
}

/** Gathers byte strings. */
abstract class TextWriter {
  pendingBytes = 0;
  private pieces: string[] = [];

  protected add(piece: string): void {
    this.pieces.push(piece);
    this.pendingBytes += piece.length;
  }

  take(): Buffer {
    const bytes = Buffer.concat(this.pieces.map((piece) => Buffer.from(piece, "latin1")));
    this.pieces = [];
    this.pendingBytes = 0;
    return bytes;
  }

  end(): void {}
}

/** Commands in the Redis protocol, as `redis-cli --pipe` and an append-only file take them. */
class CommandWriter extends TextWriter implements FileWriter {
  private database = 0;

  constructor({ functions }: FileHead) {
    super();
    for (const text of functions) this.command(["FUNCTION", "LOAD", "REPLACE", text]);
  }

  *entry(entry: Entry): Generator<undefined, void> {
    if (entry.database !== this.database) this.command(["SELECT", String(entry.database)]);
    this.database = entry.database;
    for (const words of entryCommands(entry)) {
      this.command(words);
      yield;
    }
  }

  private command(words: readonly string[]): void {
    for (const piece of respCommand(words)) this.add(piece);
  }
}

class LineWriter extends TextWriter implements FileWriter {
  readonly relativeToMs: number | undefined;

  constructor({ hasTtls, nowMs }: FileHead) {
    super();
    this.relativeToMs = hasTtls === true ? nowMs : undefined;
  }

  *entry(entry: Entry): Generator<undefined, void> {
    this.add(`${entryLine(entry, this)}\n`);
    yield;
  }
}
