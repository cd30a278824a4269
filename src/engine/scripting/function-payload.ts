/**
 * What FUNCTION DUMP answers and FUNCTION RESTORE takes: for each library a marker byte and its text as RDB strings
 * have it, then the format's version and a CRC-64. Source: Redis's "RDB File Format".
 */
import * as errors from "../../core/errors.ts";

/** The marker before a library. */
const LIBRARY = 0xf5;
/** The version that is written, that of Redis 7.0, and the newest that is read. */
const VERSION_WRITTEN = 10;
const VERSION_MAX = 12;
/** Version and checksum. */
const TAIL_BYTES = 10;

/** Libraries as one value. */
export function writeFunctions(texts: readonly string[]): string {
  let out = "";
  for (const text of texts) out += String.fromCharCode(LIBRARY) + lengthPrefix(text.length) + text;
  out += String.fromCharCode(VERSION_WRITTEN & 0xff, VERSION_WRITTEN >> 8);
  return out + checksumBytes(out);
}

function lengthPrefix(length: number): string {
  if (length < 64) return String.fromCharCode(length);
  if (length < 16_384) return String.fromCharCode(0x40 | (length >> 8), length & 0xff);
  return `\x80${String.fromCharCode(length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff)}`;
}

/** The texts in such a value. Throws a CommandError for one that is damaged. */
export function readFunctions(payload: string): string[] {
  const end = payload.length - TAIL_BYTES;
  if (end < 0) throw errors.BAD_DUMP_PAYLOAD;
  const version = payload.charCodeAt(end) | (payload.charCodeAt(end + 1) << 8);
  const intact = checksumBytes(payload.slice(0, end + 2)) === payload.slice(end + 2);
  if (version > VERSION_MAX || !intact) throw errors.BAD_DUMP_PAYLOAD;
  const reader = new PayloadReader(payload.slice(0, end));
  const texts: string[] = [];
  while (!reader.atEnd) {
    if (reader.byte() !== LIBRARY) throw errors.failure("given type is not a function");
    texts.push(reader.string());
  }
  return texts;
}

const FAILED = errors.failure("failed loading the given functions payload");

class PayloadReader {
  private readonly bytes: string;
  private at = 0;

  constructor(bytes: string) {
    this.bytes = bytes;
  }

  get atEnd(): boolean {
    return this.at === this.bytes.length;
  }

  byte(): number {
    if (this.atEnd) throw FAILED;
    return this.bytes.charCodeAt(this.at++);
  }

  /** A text, which may be compressed. */
  string(): string {
    const first = this.byte();
    // The only special form that a text of code can have is the compressed one.
    if (first !== 0xc3) return this.take(this.length(first));
    const compressed = this.length(this.byte());
    const length = this.length(this.byte());
    return decompress(this.take(compressed), length);
  }

  private length(first: number): number {
    const kind = first >> 6;
    if (kind === 0) return first;
    if (kind === 1) return ((first & 0x3f) << 8) | this.byte();
    if (first === 0x80) return this.byte() * 2 ** 24 + this.byte() * 2 ** 16 + this.byte() * 2 ** 8 + this.byte();
    throw FAILED;
  }

  private take(length: number): string {
    if (length > this.bytes.length - this.at) throw FAILED;
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }
}

/** LZF: runs of bytes as they are, and references to what came before. */
function decompress(input: string, length: number): string {
  // A byte of input makes at most 264 / 3 of output.
  if (length > input.length * 100) throw FAILED;
  const out = Buffer.alloc(length);
  let [from, to] = [0, 0];
  while (from < input.length) {
    const control = input.charCodeAt(from++);
    if (control < 32) {
      to += out.latin1Write(input.slice(from, from + control + 1), to);
      from += control + 1;
      continue;
    }
    let count = control >> 5;
    if (count === 7) count += input.charCodeAt(from++);
    const distance = ((control & 0x1f) << 8) + input.charCodeAt(from++) + 1;
    if (!(distance <= to) || to + count + 2 > length) throw FAILED;
    // The two may overlap, so byte by byte.
    for (let i = 0; i < count + 2; i++, to++) out[to] = out[to - distance]!;
  }
  if (to !== length) throw FAILED;
  return out.latin1Slice();
}

/** The polynomial of Jones, its bits reversed. */
const POLYNOMIAL = 0x95ac9329ac4bc9b5n;

const TABLE = Array.from({ length: 256 }, (_, i) => {
  let value = BigInt(i);
  for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 1n ? (value >> 1n) ^ POLYNOMIAL : value >> 1n;
  return value;
});

/** Redis's CRC-64, the lowest byte first. */
function checksumBytes(text: string): string {
  let crc = 0n;
  for (let i = 0; i < text.length; i++) crc = TABLE[Number(crc & 0xffn) ^ text.charCodeAt(i)]! ^ (crc >> 8n);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(crc);
  return bytes.latin1Slice();
}
