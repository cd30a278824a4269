/**
 * Reads the commands of an append-only file: RESP arrays, groups between MULTI and EXEC, and annotations (`#TS:…`). A
 * torn tail, which a crash leaves, is no damage: half a command, half a group, or zeros that the file system wrote. The
 * reader says where the last whole command or group ends.
 */
import { EndOfBytes, RdbError } from "../data/rdb/rdb-error.ts";
import { FileError } from "./file-error.ts";
import type { Pace } from "./pace.ts";
import type { WindowReader } from "./window-reader.ts";

/** Takes the commands of a file. An exception ends the reading. */
export interface AofSink {
  /** Repeats a command on a database. `offset` is the byte at which it begins. */
  command(database: number, words: readonly string[], offset: number): void;
}

/** What a file holds. */
export interface AofFacts {
  readonly commands: number;
  /** Bytes up to the end of the last whole command or group. */
  readonly wholeBytes: number;
  /** Bytes of the torn tail after them. */
  readonly tornBytes: number;
}

/** Words that a command may have, far more than any server allows. */
const WORDS_MAX = 64 * 1024 * 1024;

/** Digits that a count of words or bytes may have. */
const NUMBER_CHARS_MAX = 20;

/** Chars that an annotation may have. */
const ANNOTATION_CHARS_MAX = 1024;

/** Commands between two looks at the clock. */
const COMMANDS_AT_ONCE = 64;

const [ARRAY, BULK, COMMENT, CR, LF, ZERO, NINE] = [0x2a, 0x24, 0x23, 0x0d, 0x0a, 0x30, 0x39];

/** Reads one source of commands. */
export class AofReader {
  private readonly reader: WindowReader;
  private readonly sink: AofSink;
  private readonly pace: Pace;
  private database = 0;
  private commands = 0;
  /** The commands of the group so far; undefined outside of a group. */
  private group: { database: number; words: string[]; offset: number }[] | undefined;
  private wholeBytes: number;

  constructor(reader: WindowReader, sink: AofSink, pace: Pace) {
    this.reader = reader;
    this.sink = sink;
    this.pace = pace;
    this.wholeBytes = reader.markOffset;
  }

  /** Reads to the end. Rejects with a {@link FileError} for bytes that are no commands. */
  async read(): Promise<AofFacts> {
    for (;;) {
      try {
        this.readCommands();
        if (this.pace.isOver) await this.pace.rest();
      } catch (error) {
        if (!(error instanceof EndOfBytes)) throw this.located(error);
        if (!(await this.reader.refill(error.missing))) break;
      }
    }
    const tornBytes = this.reader.markOffset + this.reader.held.length + this.reader.source.left - this.wholeBytes;
    return { commands: this.commands, wholeBytes: this.wholeBytes, tornBytes };
  }

  private located(error: unknown): unknown {
    if (!(error instanceof RdbError)) return error;
    return new FileError(this.reader.source.name, this.reader.markOffset, error.reason, {
      wholeBytes: this.wholeBytes,
    });
  }

  private readCommands(): void {
    const { reader } = this;
    for (let left = COMMANDS_AT_ONCE; left > 0; left--) {
      const first = reader.peek();
      if (first === ARRAY) {
        const offset = reader.offset;
        const words = this.readWords();
        reader.markPart();
        this.take(words, offset);
      } else if (first === COMMENT) {
        this.skipAnnotation();
        reader.markPart();
        if (this.group === undefined) this.wholeBytes = reader.offset;
      } else if (first === 0) {
        this.skipZeros();
      } else {
        throw new RdbError("a command should begin here, with *");
      }
    }
  }

  private take(words: string[], offset: number): void {
    const name = words[0]!.length <= 6 ? words[0]!.toUpperCase() : "";
    if (name === "SELECT" && words.length === 2) {
      this.database = databaseOf(words[1]!);
    } else if (name === "MULTI" && words.length === 1) {
      if (this.group !== undefined) throw new RdbError("a group begins inside another");
      this.group = [];
      return;
    } else if (name === "EXEC" && words.length === 1) {
      if (this.group === undefined) throw new RdbError("a group ends that has not begun");
      const { group } = this;
      this.group = undefined;
      for (const command of group) this.run(command.database, command.words, command.offset);
    } else if (this.group !== undefined) {
      this.group.push({ database: this.database, words, offset });
      return;
    } else {
      this.run(this.database, words, offset);
    }
    if (this.group === undefined) this.wholeBytes = this.reader.offset;
  }

  private run(database: number, words: readonly string[], offset: number): void {
    this.commands++;
    this.sink.command(database, words, offset);
  }

  private readWords(): string[] {
    const { reader } = this;
    reader.byte();
    const count = this.number();
    if (count < 1 || count > WORDS_MAX) throw new RdbError("a command cannot have that many words");
    const words: string[] = [];
    for (let left = count; left > 0; left--) {
      if (reader.byte() !== BULK) throw new RdbError("a word should begin here, with $");
      words.push(reader.bytes(this.number()));
      if (reader.byte() !== CR || reader.byte() !== LF) throw new RdbError("a word does not end where it should");
    }
    return words;
  }

  /** Reads a number and the end of its line. */
  private number(): number {
    const { reader } = this;
    let value = 0;
    for (let digits = 0; digits <= NUMBER_CHARS_MAX; digits++) {
      const byte = reader.byte();
      if (byte === CR && digits > 0) {
        if (reader.byte() !== LF) break;
        return value;
      }
      if (byte < ZERO || byte > NINE) break;
      value = value * 10 + byte - ZERO;
      if (!Number.isSafeInteger(value)) break;
    }
    throw new RdbError("a number should stand here");
  }

  private skipAnnotation(): void {
    for (let chars = 0; chars < ANNOTATION_CHARS_MAX; chars++) if (this.reader.byte() === LF) return;
    throw new RdbError("an annotation does not end");
  }

  /** Accepts zeros up to the end: a file system leaves them when it has stored a file's length and not its bytes. */
  private skipZeros(): never {
    const { reader } = this;
    while (reader.peek() === 0) reader.byte();
    throw new RdbError("a command should begin here, with *");
  }
}

function databaseOf(text: string): number {
  const database = Number(text);
  if (!/^\d{1,5}$/.test(text)) throw new RdbError("a database is selected that there cannot be");
  return database;
}
