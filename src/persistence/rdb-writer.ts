/**
 * Writes RDB files that redis-server 7.0 loads. Only hashes whose fields expire need a later version (7.4), which the
 * header then states: an older server refuses the file rather than to lose deadlines in silence.
 *
 * What is written gathers in a buffer. Its owner takes it out from time to time, so the file never stands in memory.
 */
import type { Int64 } from "../core/numbers.ts";
import type { EncodingBounds } from "../data/encoding.ts";
import { NO_DEADLINE } from "../data/keyspace.ts";
import { ByteWriter } from "../data/rdb/byte-writer.ts";
import { crc64 } from "../data/rdb/crc64.ts";
import { writeLength, writeString } from "../data/rdb/rdb-string.ts";
import { valueParts, writeType } from "../data/rdb/value-writer.ts";
import { RdbType } from "../data/rdb/rdb-types.ts";
import type { Value } from "../data/value.ts";
import { RdbOpcode, REDIS_MAGIC } from "./rdb-opcodes.ts";

/** The format of Redis 7.0, and that of 7.4, which brought fields that expire. */
const FORMAT = { version: 10, redis: "7.0.0" };
const FORMAT_WITH_FIELD_DEADLINES = { version: 12, redis: "7.4.0" };

interface RdbHeader {
  /** Whether any hash has fields that expire. */
  readonly hasFieldDeadlines: boolean;
  readonly nowMs: number;
  readonly usedBytes: number;
  /** The file is the beginning of an append-only file. */
  readonly isAofBase: boolean;
  /** Version of the program that writes. */
  readonly program: string;
}

/** A value of more bytes is written in pieces. */
const PIECE_BYTES = 64 * 1024;

export class RdbFileWriter {
  private readonly out = new ByteWriter(true);
  private readonly bounds: Readonly<EncodingBounds>;
  private database = -1;
  private checksum = 0n;

  constructor(bounds: Readonly<EncodingBounds>) {
    this.bounds = bounds;
  }

  /** Bytes that wait to be taken. */
  get pendingBytes(): number {
    return this.out.length;
  }

  /** The bytes written since the last call, which are the caller's. */
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

  /** Adds what another writer has written: whole keys, each with its database. */
  adopt(bytes: Uint8Array): void {
    this.out.buffered(bytes);
    this.database = -1;
  }

  /** What comes next names its database. */
  forgetDatabase(): void {
    this.database = -1;
  }

  functions(text: string): void {
    this.out.byte(RdbOpcode.FUNCTION2);
    writeString(this.out, text);
  }

  /** The keys from here on are in this database, which has so many of them. */
  private select(database: number): void {
    this.out.byte(RdbOpcode.SELECTDB);
    writeLength(this.out, database);
    this.database = database;
  }

  /** A hint at how many keys of a database will follow, and how many of them have a deadline. */
  size(database: number, keys: number, withDeadline: number): void {
    if (database !== this.database) this.select(database);
    this.out.byte(RdbOpcode.RESIZEDB);
    writeLength(this.out, keys);
    writeLength(this.out, withDeadline);
  }

  /**
   * Writes a key. Answers undefined when it is all written, else the rest of the work: it is to be driven to its end before
   * anything else is written, with the bytes taken in between, and the value must not change meanwhile.
   */
  entry(database: number, key: string, value: Value, deadlineMs: Int64): Iterator<undefined> | undefined {
    const { out } = this;
    if (database !== this.database) this.select(database);
    if (deadlineMs !== NO_DEADLINE) {
      out.byte(RdbOpcode.EXPIRETIME_MS);
      out.int64le(deadlineMs);
    }
    if (typeof value === "string" && value.length <= PIECE_BYTES) {
      // Most values: they need no generator.
      writeType(out, RdbType.STRING, key);
      writeString(out, value);
      return undefined;
    }
    const parts = valueParts(out, value, this.bounds, key);
    const endBytes = out.length + PIECE_BYTES;
    while (out.length < endBytes) if (parts.next().done === true) return undefined;
    return parts;
  }

  end(): void {
    this.out.byte(RdbOpcode.EOF);
    const body = crc64(this.out.view(), this.checksum);
    this.out.uint64le(body);
  }
}
