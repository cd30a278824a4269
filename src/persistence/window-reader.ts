/**
 * Reads a source of any length through a window of bytes in memory. Parsers read from the window without waiting. When
 * it ends in the middle of a part, they throw an {@link EndOfBytes}; {@link WindowReader.refill} goes back to the
 * beginning of that part and reads more bytes.
 *
 * **Invariant.** The window begins at or before the mark, the beginning of the current part. **Cost.** The window is as
 * large as the largest part so far, and shrinks after an unusually large one; a part that did not fit is parsed again.
 * Bytes of the window are valid until the next refill: a parser copies what it keeps.
 */
import { crc64 } from "../data/rdb/crc64.ts";
import { RdbReader } from "../data/rdb/rdb-string.ts";
import type { ByteSource } from "./byte-source.ts";
import { FileError } from "./file-error.ts";

const WINDOW_BYTES = 1024 * 1024;
const WINDOW_BYTES_MIN = 4096;

/** The bytes above which a window is freed after the part that needed it. */
const KEPT_BYTES_MAX = 16 * WINDOW_BYTES;

/** Bytes that a part takes beside its string, at most. */
const SLACK_BYTES = 1024;

/** The window over one source. */
export class WindowReader extends RdbReader {
  readonly source: ByteSource;
  /** Offset in the source of the first byte of the window. */
  private origin = 0;
  /** The checksum of all bytes up to `checkedTo`, an index in the window; undefined when none is computed. */
  private checksum: bigint | undefined;
  private checkedTo = 0;

  /** `stringBytesMax` bounds the length of each string in the source. */
  constructor(source: ByteSource, stringBytesMax: number) {
    super(Buffer.allocUnsafe(Math.max(WINDOW_BYTES_MIN, Math.min(WINDOW_BYTES, source.left))), 0, 0, stringBytesMax);
    this.source = source;
  }

  /** Offset in the source of the next byte. */
  get offset(): number {
    return this.origin + this.at;
  }

  /** Offset in the source of the current part. */
  get markOffset(): number {
    return this.origin + this.mark;
  }

  protected override get beyond(): number {
    return this.source.left;
  }

  /** Begins the checksum at the mark. */
  beginChecksum(): void {
    this.checksum = 0n;
    this.checkedTo = this.mark;
  }

  /** Ends the checksum; answers that of all bytes read since {@link beginChecksum}. */
  endChecksum(): bigint {
    this.check(this.at);
    const { checksum } = this;
    this.checksum = undefined;
    return checksum!;
  }

  private check(end: number): void {
    if (this.checksum === undefined || end <= this.checkedTo) return;
    this.checksum = crc64(this.buffer.subarray(this.checkedTo, end), this.checksum);
    this.checkedTo = end;
  }

  /** The bytes in the window from the mark on. Valid until the next refill. */
  get held(): Buffer {
    return this.buffer.subarray(this.mark, this.end);
  }

  /**
   * Goes back to the mark and reads at least `missing` further bytes. Answers false when the source ends before; the
   * bytes up to there can still be parsed.
   */
  async refill(missing: number): Promise<boolean> {
    const held = this.end - this.mark;
    const needed = held + missing;
    if (needed > this.inflatedBytesMax + SLACK_BYTES) {
      throw new FileError(this.source.name, this.markOffset, "a string is longer than a string may be");
    }
    // No more room than the source has bytes left.
    if (missing > this.source.left) {
      this.at = this.mark;
      return false;
    }
    this.moveToFront(needed);
    while (this.end < needed) {
      const count = await this.source.read(this.buffer.subarray(this.end));
      if (count === 0) return false;
      this.end += count;
    }
    return true;
  }

  /** Moves the bytes from the mark on to the front of a window with room for `needed` bytes. */
  private moveToFront(needed: number): void {
    const { buffer, mark, end } = this;
    this.check(mark);
    if (needed > buffer.length) {
      // Grows by its own length, since a part of many strings needs a little more each time, and is parsed again.
      this.buffer = Buffer.allocUnsafe(Math.max(needed, buffer.length + Math.min(buffer.length, KEPT_BYTES_MAX)));
    } else if (buffer.length > KEPT_BYTES_MAX && needed <= WINDOW_BYTES) {
      this.buffer = Buffer.allocUnsafe(WINDOW_BYTES);
    }
    buffer.copy(this.buffer, 0, mark, end);
    this.origin += mark;
    this.end = end - mark;
    this.at = this.mark = 0;
    this.checkedTo = 0;
  }
}
