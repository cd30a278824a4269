/**
 * An RDB file made of what DUMP answers: a payload is the type and the value as they stand in the file, the version and a
 * checksum. The checksum of the file is left out, which readers know as 0.
 */
import { encodeText, toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";

/** Bytes behind the value in a payload: version, checksum. */
const FOOTER_BYTES = 10;

const AUX = 0xfa;
const FUNCTION = 0xf5;
const SELECT_DATABASE = 0xfe;
const EXPIRE_MS = 0xfc;
const END = 0xff;

interface DumpedKey {
  readonly key: ByteString;
  readonly payload: Uint8Array;
  /** Milliseconds since the epoch; undefined without a deadline. */
  readonly deadlineMs: number | undefined;
}

export class RdbWriter {
  private readonly functions: Uint8Array<ArrayBuffer>[] = [];
  private readonly keys: Uint8Array<ArrayBuffer>[] = [];
  /** The version that readers must know: the newest of any payload. */
  private version = 9;

  /** Adds the source of a library of functions. Libraries stand before the keys. */
  addFunction(code: ByteString): void {
    const head = Uint8Array.from([FUNCTION, ...lengthOf(code.length)]);
    this.functions.push(head, toBytes(code) as Uint8Array<ArrayBuffer>);
    this.version = Math.max(this.version, 10);
  }

  /** Adds a key. Throws a RangeError for what is no payload. */
  addKey({ deadlineMs, key, payload }: DumpedKey): void {
    const end = payload.length - FOOTER_BYTES;
    if (end < 2) throw new RangeError("DUMP answered no payload");
    this.version = Math.max(this.version, payload[end]! + 256 * payload[end + 1]!);
    if (deadlineMs !== undefined) {
      const bytes = new Uint8Array(9);
      bytes[0] = EXPIRE_MS;
      new DataView(bytes.buffer).setBigUint64(1, BigInt(deadlineMs), true);
      this.keys.push(bytes);
    }
    const head = Uint8Array.from([payload[0]!, ...lengthOf(key.length)]);
    // A copy: the payload is a part of the whole answer.
    this.keys.push(head, toBytes(key) as Uint8Array<ArrayBuffer>, payload.slice(1, end));
  }

  /** The file. */
  finish(): Blob {
    const head = encodeText(`REDIS${String(this.version).padStart(4, "0")}`);
    const made = [..."\u0009redis-ver\u00057.0.0"].map((char) => char.charCodeAt(0));
    const start = Uint8Array.of(...head, AUX, ...made);
    const database = Uint8Array.of(SELECT_DATABASE, 0);
    // Eight zero bytes: no checksum.
    return new Blob([start, ...this.functions, database, ...this.keys, Uint8Array.of(END, 0, 0, 0, 0, 0, 0, 0, 0)]);
  }
}

/** A length as RDB writes it: 6, 14 or 32 bits. */
function lengthOf(length: number): number[] {
  if (length < 64) return [length];
  if (length < 16_384) return [0x40 | (length >> 8), length & 255];
  return [0x80, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255];
}
