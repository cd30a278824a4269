/**
 * Writes RDB files that redis-server 7.0 loads. Only hashes whose fields expire need version 7.4, which the header then
 * states, so that an older server refuses the file instead of losing deadlines.
 *
 * Bytes gather in a buffer. Its owner takes them from time to time, so the file is never in memory as a whole.
 */
import type { Int64 } from "../core/numbers.ts";
import type { EncodingBounds } from "../data/encoding.ts";
import { NO_DEADLINE } from "../data/keyspace.ts";
import { ByteWriter } from "../data/rdb/byte-writer.ts";
import { crc64 } from "../data/rdb/crc64.ts";
import { writeLength, writeString } from "../data/rdb/rdb-string.ts";
import type { ValueImage } from "../data/rdb/value-image.ts";
import { valueParts, writeType } from "../data/rdb/value-writer.ts";
import { RdbType } from "../data/rdb/rdb-types.ts";
import type { Value } from "../data/value.ts";
import { RdbOpcode, REDIS_MAGIC } from "./rdb-opcodes.ts";

/** The formats of Redis 7.0 and, for fields that expire, of 7.4. */
const FORMAT = { version: 10, redis: "7.0.0" };
const FORMAT_WITH_FIELD_DEADLINES = { version: 12, redis: "7.4.0" };

interface RdbHeader {
  /** Whether any hash has fields that expire. */
  readonly hasFieldDeadlines: boolean;
  readonly nowMs: number;
  readonly usedBytes: number;
  /** Whether the file is the base of an append-only file. */
  readonly isAofBase: boolean;
  /** Version of the writing program. */
  readonly program: string;
}

/** The bytes above which a value is written in pieces. */
const PIECE_BYTES = 64 * 1024;

/** Writes one file. */
export class RdbFileWriter {
  private readonly out: ByteWriter;
  private readonly bounds: Readonly<EncodingBounds>;
  private database = -1;
  private checksum = 0n;

  constructor(bounds: Readonly<EncodingBounds>) {
    this.bounds = bounds;
    this.out = new ByteWriter(bounds.compresses, true);
  }

  /** Bytes that were not taken yet. */
  get pendingBytes(): number {
    return this.out.length;
  }

  /** The bytes written since the last call. The caller owns them. */
  take(): Buffer {
    const bytes = Buffer.from(this.out.view());
    this.out.clear();
    this.checksum = crc64(bytes, this.checksum);
    return bytes;
  }

  header({ hasFieldDeadlines, nowMs, usedBytes, isAofBase, program }: RdbHeader): void {
    const { version, redis } = hasFieldDeadlines ? FORMAT_WITH_FIELD_DEADLINES : FORMAT;
    this.out.bytes(REDIS_MAGIC + String(version).padStart(4, "0"));
    this.field("redis-ver", redis);
    this.field("stashd-ver", program);
    this.field("redis-bits", "64");
    this.field("ctime", String(Math.floor(nowMs / 1000)));
    this.field("used-mem", String(usedBytes));
    this.field("aof-base", isAofBase ? "1" : "0");
  }

  private field(name: string, value: string): void {
    this.out.byte(RdbOpcode.AUX);
    writeString(this.out, name);
    writeString(this.out, value);
  }

  /** Adds the bytes of another writer: whole keys, each with its database. */
  adopt(bytes: Uint8Array): void {
    this.out.buffered(bytes);
    this.database = -1;
  }

  /** Lets the next key select its database. */
  forgetDatabase(): void {
    this.database = -1;
  }

  functions(text: string): void {
    this.out.byte(RdbOpcode.FUNCTION2);
    writeString(this.out, text);
  }

  /** Selects the database of the next keys. */
  private select(database: number): void {
    this.out.byte(RdbOpcode.SELECTDB);
    writeLength(this.out, database);
    this.database = database;
  }

  /** Writes a hint: the number of keys of a database, and of those with a deadline. */
  size(database: number, keys: number, withDeadline: number): void {
    if (database !== this.database) this.select(database);
    this.out.byte(RdbOpcode.RESIZEDB);
    writeLength(this.out, keys);
    writeLength(this.out, withDeadline);
  }

  /**
   * Writes a key. Answers undefined when it is complete, else an iterator of the remaining work. Drive that to its end
   * before the next call, and take the bytes in between. The value must not change meanwhile.
   */
  entry(database: number, key: string, value: Value, deadlineMs: Int64): Iterator<undefined> | undefined {
    const { out } = this;
    this.beginEntry(database, deadlineMs);
    if (typeof value === "string" && value.length <= PIECE_BYTES) {
      // Most values are strings, which need no generator.
      writeType(out, RdbType.STRING, key);
      writeString(out, value);
      return undefined;
    }
    const parts = valueParts(out, value, this.bounds, key);
    const endBytes = out.length + PIECE_BYTES;
    while (out.length < endBytes) if (parts.next().done === true) return undefined;
    return parts;
  }

  /** Begins a key whose value may change meanwhile. Answers the work, of which nothing is done; see {@link entry}. */
  imageEntry(database: number, key: string, image: ValueImage, deadlineMs: Int64): Iterator<undefined> {
    this.beginEntry(database, deadlineMs);
    return image.parts(this.out, key, this.bounds);
  }

  private beginEntry(database: number, deadlineMs: Int64): void {
    if (database !== this.database) this.select(database);
    if (deadlineMs === NO_DEADLINE) return;
    this.out.byte(RdbOpcode.EXPIRETIME_MS);
    this.out.int64le(deadlineMs);
  }

  end(): void {
    this.out.byte(RdbOpcode.EOF);
    const body = crc64(this.out.view(), this.checksum);
    this.out.uint64le(body);
  }
}
