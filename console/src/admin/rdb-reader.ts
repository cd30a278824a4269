/**
 * Reads an RDB file as keys with the payloads that RESTORE takes: the value's bytes stay as they are, so no type has to be
 * understood beyond where it ends.
 */
import { fromBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { crc64 } from "./crc64.ts";

interface RdbKey {
  readonly kind: "key";
  readonly database: number;
  readonly key: ByteString;
  readonly payload: Uint8Array;
  readonly deadlineMs: number | undefined;
  /** Bytes of the file up to the end of the key. */
  readonly bytesRead: number;
}

interface RdbFunction {
  readonly kind: "function";
  readonly code: ByteString;
  readonly bytesRead: number;
}

/** The file is none, or is cut off, or has what is not known here. */
class RdbError extends Error {
  override readonly name = "RdbError";
}

const HEAD_BYTES = 9;

/** Whether a file begins as RDB files do. */
export const isRdb = (bytes: Uint8Array): boolean => fromBytes(bytes.subarray(0, 5)) === "REDIS";

/** Yields what is in a file, in its order. Throws an {@link RdbError}. */
export function* readRdb(file: Uint8Array): Generator<RdbFunction | RdbKey> {
  const version = Number(fromBytes(file.subarray(5, HEAD_BYTES)));
  if (!isRdb(file) || !(version > 0)) throw new RdbError("this is no RDB file");
  const reader = new Reader(file);
  let database = 0;
  let deadlineMs: number | undefined;
  for (;;) {
    const opcode = reader.byte();
    if (opcode === 0xff) return;
    if (opcode === 0xfe) database = reader.length();
    else if (opcode === 0xfd) deadlineMs = reader.number(4) * 1000;
    else if (opcode === 0xfc) deadlineMs = reader.number(8);
    else if (opcode === 0xf5) yield { kind: "function", code: reader.string(), bytesRead: reader.at };
    else if (opcode >= 0xf0) reader.skipOpcode(opcode);
    else {
      const key = reader.string();
      const start = reader.at;
      reader.skipValue(opcode);
      const payload = payloadOf(opcode, file.subarray(start, reader.at), version);
      yield { kind: "key", database, key, payload, deadlineMs, bytesRead: reader.at };
      deadlineMs = undefined;
    }
  }
}

/** Type, value, version in two bytes, checksum in eight. */
function payloadOf(type: number, value: Uint8Array, version: number): Uint8Array {
  const payload = new Uint8Array(value.length + 11);
  payload[0] = type;
  payload.set(value, 1);
  payload[value.length + 1] = version & 255;
  payload[value.length + 2] = version >> 8;
  payload.set(crc64(payload.subarray(0, value.length + 3)), value.length + 3);
  return payload;
}

/** What follows the marks of streams and hashes, by the number of the type. */
const STREAMS = new Map([
  [15, 1],
  [19, 2],
  [21, 3],
]);

/** Types that are one string, as the encodings of small collections are. */
const ONE_STRING = new Set([0, 9, 10, 11, 12, 13, 16, 17, 20]);

class Reader {
  at = HEAD_BYTES;
  private readonly file: Uint8Array;
  private readonly view: DataView;

  constructor(file: Uint8Array) {
    this.file = file;
    this.view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  /** An unsigned integer in little-endian order, exact up to 2^53. */
  number(bytes: 4 | 8): number {
    const at = this.at;
    this.take(bytes);
    return bytes === 4 ? this.view.getUint32(at, true) : Number(this.view.getBigInt64(at, true));
  }

  length(): number {
    const { encoding, value } = this.lengthOrEncoding();
    if (encoding) throw new RdbError(`a length is missing at byte ${this.at}`);
    return value;
  }

  string(): ByteString {
    const { encoding, value } = this.lengthOrEncoding();
    if (!encoding) return fromBytes(this.take(value));
    if (value < 3) {
      const bytes = 1 << value;
      const at = this.at;
      this.take(bytes);
      if (bytes === 1) return String(this.view.getInt8(at));
      return String(bytes === 2 ? this.view.getInt16(at, true) : this.view.getInt32(at, true));
    }
    const packed = this.length();
    const length = this.length();
    return fromBytes(unpack(this.take(packed), length));
  }

  skipOpcode(opcode: number): void {
    if (opcode === 0xfa) this.skipStrings(2);
    else if (opcode === 0xfb) this.skipLengths(2);
    else if (opcode === 0xf9) this.take(1);
    else if (opcode === 0xf8) this.length();
    else if (opcode === 0xf4) this.skipLengths(3);
    else if (opcode === 0xf7) {
      this.skipLengths(3);
      this.skipModule();
    } else throw new RdbError(`byte ${this.at - 1} begins a part that the console does not know`);
  }

  skipValue(type: number): void {
    const stream = STREAMS.get(type);
    if (ONE_STRING.has(type)) this.skipString();
    else if (type === 1 || type === 2 || type === 14) this.skipStrings(this.length());
    else if (type === 4) this.skipStrings(2 * this.length());
    else if (type === 3 || type === 5) this.skipScores(type);
    else if (type === 18) {
      for (let n = this.length(); n > 0; n--) {
        this.length();
        this.skipString();
      }
    } else if (type === 7) {
      this.length();
      this.skipModule();
    } else if (stream !== undefined) this.skipStream(stream);
    else if (type === 24 || type === 25) this.skipHashWithDeadlines(type);
    else throw new RdbError(`the console does not know the type ${type} of RDB files`);
  }

  private take(count: number): Uint8Array {
    const end = this.at + count;
    if (!(end <= this.file.length)) throw new RdbError("the file is cut off");
    const bytes = this.file.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  private lengthOrEncoding(): { encoding: boolean; value: number } {
    const first = this.byte();
    const low = first & 0x3f;
    if (first >> 6 === 0) return { encoding: false, value: low };
    if (first >> 6 === 1) return { encoding: false, value: (low << 8) | this.byte() };
    if (first >> 6 === 3) return { encoding: true, value: low };
    const at = this.at;
    if (first === 0x80) {
      this.take(4);
      return { encoding: false, value: this.view.getUint32(at) };
    }
    this.take(8);
    return { encoding: false, value: Number(this.view.getBigUint64(at)) };
  }

  private skipString(): void {
    const { encoding, value } = this.lengthOrEncoding();
    if (!encoding) this.take(value);
    else if (value < 3) this.take(1 << value);
    else {
      const packed = this.length();
      this.length();
      this.take(packed);
    }
  }

  private skipStrings(count: number): void {
    for (let n = count; n > 0; n--) this.skipString();
  }

  private skipLengths(count: number): void {
    for (let n = count; n > 0; n--) this.length();
  }

  private skipScores(type: 3 | 5): void {
    for (let n = this.length(); n > 0; n--) {
      this.skipString();
      if (type === 5) this.take(8);
      else {
        // A text with its length before it; the three highest stand for what is not a finite number.
        const length = this.byte();
        if (length < 253) this.take(length);
      }
    }
  }

  /** Parts of a module's value, each with its kind before it, until the kind 0. */
  private skipModule(): void {
    for (let kind = this.length(); kind !== 0; kind = this.length()) {
      if (kind === 1 || kind === 2) this.length();
      else if (kind === 3 || kind === 4) this.take(kind === 3 ? 4 : 8);
      else if (kind === 5) this.skipString();
      else throw new RdbError(`byte ${this.at - 1} is in no value of a module`);
    }
  }

  private skipHashWithDeadlines(type: 24 | 25): void {
    this.take(8);
    if (type === 25) return this.skipString();
    for (let n = this.length(); n > 0; n--) {
      this.length();
      this.skipStrings(2);
    }
  }

  private skipStream(form: number): void {
    this.skipStrings(2 * this.length());
    // Entries and the last ID; from the second form on the first one, the last that was deleted, and how many were added.
    this.skipLengths(form === 1 ? 3 : 8);
    for (let groups = this.length(); groups > 0; groups--) {
      this.skipString();
      this.skipLengths(form === 1 ? 2 : 3);
      for (let pending = this.length(); pending > 0; pending--) {
        this.take(24);
        this.length();
      }
      for (let consumers = this.length(); consumers > 0; consumers--) {
        this.skipString();
        this.take(form === 3 ? 16 : 8);
        this.take(16 * this.length());
      }
    }
  }
}

/** Unpacks LZF: runs of literals, and references to what is behind. */
function unpack(packed: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let to = 0;
  for (let at = 0; at < packed.length;) {
    const control = packed[at++]!;
    if (control < 32) {
      bytes.set(packed.subarray(at, at + control + 1), to);
      at += control + 1;
      to += control + 1;
      continue;
    }
    let count = control >> 5;
    if (count === 7) count += packed[at++]!;
    let from = to - ((control & 31) << 8) - packed[at++]! - 1;
    if (from < 0) throw new RdbError("a packed string is damaged");
    for (count += 2; count > 0; count--) bytes[to++] = bytes[from++]!;
  }
  return bytes;
}
