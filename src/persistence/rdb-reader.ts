/**
 * Reads RDB files of Redis 2.8 to 7.4, and of newer versions and Valkey if all types in them are known. It reads a
 * slice at a time, through a window, so neither the file nor the serialization of a large value is in memory as a
 * whole.
 */
import { RdbError, UnknownType, UnsupportedModule, EndOfBytes } from "../data/rdb/rdb-error.ts";
import { beginValkeyHash, beginValue } from "../data/rdb/value-reader.ts";
import type { ValueParts } from "../data/rdb/value-reader.ts";
import type { Int64 } from "../core/numbers.ts";
import { NO_DEADLINE } from "../data/keyspace.ts";
import type { Value } from "../data/value.ts";
import { FileError, shownKey } from "./file-error.ts";
import type { Pacing } from "./pace.ts";
import { HEADER_CHARS, ModulePiece, RdbOpcode, REDIS_MAGIC, VALKEY_MAGIC } from "./rdb-opcodes.ts";
import type { WindowReader } from "./window-reader.ts";

/** A key with its value and its metadata in the file. */
export interface RdbEntry {
  readonly database: number;
  readonly key: string;
  readonly value: Value;
  /** Milliseconds since the epoch; {@link NO_DEADLINE} for none. */
  readonly deadlineMs: Int64;
  /** Seconds since its last use; undefined if the file does not state them. */
  readonly idleSeconds: number | undefined;
  /** Its LFU counter, 0 to 255; undefined if the file does not state it. */
  readonly useCount: number | undefined;
}

/** Takes the contents of a file. An exception ends the reading. */
export interface RdbSink {
  entry(entry: RdbEntry): void;
  /** Takes the text of a function library. */
  functions(text: string): void;
  /** Takes an auxiliary field, such as `ctime`. Those of a file come before its keys. */
  field?(name: string, text: string): void;
}

/** The header and auxiliary fields of a file. */
export interface RdbFacts {
  /** The version of the format, which is not that of the server. */
  readonly version: number;
  readonly isValkey: boolean;
  /** Auxiliary fields by name: `redis-ver`, `ctime`, … */
  readonly fields: ReadonlyMap<string, string>;
  readonly keys: number;
}

/** Valkey's type of a hash with field deadlines. Redis used the number in unreleased versions. */
const VALKEY_HASH = 22;

/** The first type number that has different meanings in Redis's and Valkey's files. */
const FIRST_OWN_TYPE = 22;

/** The first version whose files end with a checksum. */
const CHECKSUM_VERSION = 5;

/** Elements and entries between two readings of the clock. */
const ELEMENTS_AT_ONCE = 512;
const ENTRIES_AT_ONCE = 64;

/** Whether a file that begins with these bytes is an RDB file. */
export function isRdb(start: string): boolean {
  return start.startsWith(REDIS_MAGIC) || start.startsWith(VALKEY_MAGIC);
}

/** Reads one source in the RDB format. */
export class RdbFileReader {
  private readonly reader: WindowReader;
  private readonly sink: RdbSink;
  private readonly pace: Pacing;
  private readonly fields = new Map<string, string>();
  private version = 0;
  private isValkey = false;
  private keys = 0;
  private isOver = false;
  /** The metadata of the next key, as read so far. */
  private database = 0;
  private deadlineMs: Int64 = NO_DEADLINE;
  private idleSeconds: number | undefined;
  private useCount: number | undefined;
  /** The value being read, and its key. */
  private parts: ValueParts | undefined;
  private key = "";
  private type = 0;

  constructor(reader: WindowReader, sink: RdbSink, pace: Pacing) {
    this.reader = reader;
    this.sink = sink;
    this.pace = pace;
  }

  /** Reads from the magic to the checksum. Rejects with a {@link FileError} for bytes that no server writes. */
  async read(): Promise<RdbFacts> {
    this.reader.beginChecksum();
    await this.readPart(() => this.readHeader());
    while (!this.isOver) {
      await this.readPart(() => this.readEntries());
      if (this.pace.isOver) await this.pace.rest();
    }
    await this.readEnd();
    return { version: this.version, isValkey: this.isValkey, fields: this.fields, keys: this.keys };
  }

  /** The facts so far, for the message of a failing sink. */
  get facts(): RdbFacts {
    return { version: this.version, isValkey: this.isValkey, fields: this.fields, keys: this.keys };
  }

  /** Calls `read` again, with more bytes, until it has read a whole part. */
  private async readPart(read: () => void): Promise<void> {
    for (;;) {
      try {
        read();
        return;
      } catch (error) {
        if (!(error instanceof EndOfBytes)) throw this.located(error);
        if (!(await this.reader.refill(error.missing))) throw this.located(new RdbError("the file ends too early"));
      }
    }
  }

  /** Adds the place to an error: the offset and the key being read. */
  private located(error: unknown): unknown {
    if (!(error instanceof RdbError)) return error;
    const { reader } = this;
    const where = this.parts === undefined ? "" : `, in the value of the key ${shownKey(this.key)} (type ${this.type})`;
    const isForeign = error instanceof UnknownType || error instanceof UnsupportedModule;
    const reason = `${error.reason}${where}${isForeign ? `; ${this.writer()}` : ""}`;
    // Without a header it is no RDB file, and what a later server has written is not damaged.
    return new FileError(reader.source.name, reader.markOffset, reason, { keepsKeys: !isForeign && this.version > 0 });
  }

  /** The server that wrote the file. */
  private writer(): string {
    const format = `${this.isValkey ? "Valkey's" : "Redis's"} RDB version ${this.version}`;
    const [valkey, redis] = ["valkey-ver", "redis-ver"].map((name) => shownVersion(this.fields.get(name)));
    if (valkey !== undefined) return `Valkey ${valkey} has written the file (${format})`;
    return redis === undefined ? `the file is in ${format}` : `Redis ${redis} has written the file (${format})`;
  }

  private readHeader(): void {
    const { reader } = this;
    const header = reader.bytes(HEADER_CHARS);
    const [, magic, digits] = /^(REDIS|VALKEY)(\d{3,4})$/.exec(header) ?? [];
    if (digits === undefined) throw new RdbError("this is not an RDB file: it begins otherwise");
    this.isValkey = magic === VALKEY_MAGIC;
    this.version = Number(digits);
    if (this.version < 1) throw new RdbError(`there is no version ${digits} of RDB`);
    reader.markPart();
  }

  private readEntries(): void {
    for (let left = ENTRIES_AT_ONCE; left > 0 && !this.isOver; left--) {
      this.reader.renew();
      if (this.parts === undefined) this.readItem();
      if (this.parts === undefined) continue;
      if (!this.parts.next(this.reader, ELEMENTS_AT_ONCE)) return;
      this.endEntry(this.parts.value);
    }
  }

  private endEntry(value: Value): void {
    const { database, key, deadlineMs, idleSeconds, useCount } = this;
    this.parts = undefined;
    this.keys++;
    this.deadlineMs = NO_DEADLINE;
    this.idleSeconds = this.useCount = undefined;
    this.sink.entry({ database, key, value, deadlineMs, idleSeconds, useCount });
  }

  /** Reads an opcode with its operands, or a value's type and key. */
  private readItem(): void {
    const { reader } = this;
    const type = reader.byte();
    if (type < RdbOpcode.SLOT_IMPORT) {
      const key = reader.string();
      const parts = this.partsOf(type, key);
      reader.markPart();
      this.key = key;
      this.type = type;
      this.parts = parts;
      return;
    }
    this.readOpcode(type);
    reader.markPart();
  }

  private partsOf(type: number, key: string): ValueParts {
    if (type === VALKEY_HASH && this.isValkey) return beginValkeyHash();
    if (type >= FIRST_OWN_TYPE && this.isValkey) throw this.unknown(type, key);
    try {
      return beginValue(type);
    } catch (error) {
      throw error instanceof UnknownType ? this.unknown(type, key) : error;
    }
  }

  private unknown(type: number, key: string): FileError {
    const { name } = this.reader.source;
    const reason = `the key ${shownKey(key)} has a value of type ${type}, which is not known here; ${this.writer()}`;
    return new FileError(name, this.reader.markOffset, reason);
  }

  private readOpcode(opcode: number): void {
    const { reader } = this;
    switch (opcode) {
      case RdbOpcode.EXPIRETIME:
        this.deadlineMs = reader.uint32le() * 1000;
        return;
      case RdbOpcode.EXPIRETIME_MS:
        this.deadlineMs = deadlineOf(reader.int64le());
        return;
      case RdbOpcode.FREQ:
        this.useCount = reader.byte();
        return;
      case RdbOpcode.IDLE:
        this.idleSeconds = Number(reader.length());
        return;
      case RdbOpcode.SELECTDB:
        this.database = Number(reader.length());
        return;
      case RdbOpcode.RESIZEDB:
        reader.length();
        reader.length();
        return;
      case RdbOpcode.SLOT_INFO:
        for (let field = 0; field < 3; field++) reader.length();
        return;
      case RdbOpcode.AUX:
        this.readField();
        return;
      case RdbOpcode.FUNCTION2:
        this.readFunctions();
        return;
      case RdbOpcode.MODULE_AUX:
        this.skipModule();
        return;
      case RdbOpcode.EOF:
        this.isOver = true;
        return;
      default:
        throw new RdbError(`the opcode ${opcode} is not known here; ${this.writer()}`);
    }
  }

  private readField(): void {
    const name = this.reader.string();
    const text = this.reader.string();
    this.fields.set(name, text);
    this.sink.field?.(name, text);
  }

  private readFunctions(): void {
    const text = this.reader.string();
    this.reader.markPart();
    this.sink.functions(text);
  }

  /** Skips the data that a module keeps beside the keys. */
  private skipModule(): void {
    const { reader } = this;
    reader.length();
    for (;;) {
      const piece = reader.length();
      if (piece === ModulePiece.END) return;
      if (piece === ModulePiece.SIGNED || piece === ModulePiece.UNSIGNED) reader.length();
      else if (piece === ModulePiece.FLOAT) reader.view(4);
      else if (piece === ModulePiece.DOUBLE) reader.view(8);
      else if (piece === ModulePiece.STRING) reader.string();
      else throw new RdbError("a module's data has a piece of an unknown kind");
    }
  }

  /** Reads and compares the checksum. Zero means that the writer made none. */
  private async readEnd(): Promise<void> {
    if (this.version < CHECKSUM_VERSION) {
      this.reader.endChecksum();
      return;
    }
    const computed = this.reader.endChecksum();
    let stated = 0n;
    await this.readPart(() => {
      stated = BigInt(this.reader.uint64le());
      this.reader.markPart();
    });
    if (stated !== 0n && stated !== computed) {
      const reason = "the checksum is another one: some bytes have changed";
      throw new FileError(this.reader.source.name, undefined, reason, { keepsKeys: true });
    }
  }
}

/** A deadline in milliseconds since the epoch. One before the epoch becomes 1, which has passed too. */
function deadlineOf(ms: Int64): Int64 {
  return ms < 1 ? 1 : ms;
}

/** A version as a line of text has it, whatever stands in the file. */
function shownVersion(version: string | undefined): string | undefined {
  return version === undefined || /^[\w.-]*$/.test(version) ? version : shownKey(version);
}
