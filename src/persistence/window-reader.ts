/**
 * Reads a source of any length through a window. What is parsed is parsed from bytes in memory, without waiting; when they
 * end in the middle of a part, an {@link EndOfBytes} says so, and {@link WindowReader.refill} goes back to the beginning of
 * that part and fetches more. The window is as large as the largest part, and no larger than it has to be.
 */
import { crc64 } from "../data/rdb/crc64.ts";
import { RdbReader } from "../data/rdb/rdb-string.ts";
import type { ByteSource } from "./byte-source.ts";
import { FileError } from "./file-error.ts";

const WINDOW_BYTES = 1024 * 1024;
const WINDOW_BYTES_MIN = 4096;

/** A window that has grown beyond this for one part is given back after it. */
const KEPT_BYTES_MAX = 16 * WINDOW_BYTES;

/** What a part takes beside the string in it, at most. */
const SLACK_BYTES = 1024;

export class WindowReader extends RdbReader {
  readonly source: ByteSource;
  /** Offset in the source of the first byte of the window. */
  private origin = 0;
  /** The checksum of all bytes before `checkedTo`, which is a place in the window; undefined when none is asked for. */
  private checksum: bigint | undefined;
  private checkedTo = 0;

  /** No string in the source may take more than `stringBytesMax` bytes. */
  constructor(source: ByteSource, stringBytesMax: number) {
    super(Buffer.allocUnsafe(Math.max(WINDOW_BYTES_MIN, Math.min(WINDOW_BYTES, source.left))), 0, 0, stringBytesMax);
    this.source = source;
  }

  /** Offset of the next byte to be read. */
  get offset(): number {
    return this.origin + this.at;
  }

  /** Offset of the part that is being read. */
  get markOffset(): number {
    return this.origin + this.mark;
  }

  protected override get beyond(): number {
    return this.source.left;
  }

  /** The checksum is kept from the mark on. */
  beginChecksum(): void {
    this.checksum = 0n;
    this.checkedTo = this.mark;
  }

  /** The checksum of all bytes since {@link beginChecksum} that have been read. It is kept no longer. */
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

  /** The bytes from the mark on that are at hand. To be used at once. */
  get held(): Buffer {
    return this.buffer.subarray(this.mark, this.end);
  }

  /**
   * Goes back to the mark and fetches at least so many bytes beyond those at hand. Answers false when the source ends
   * before; what there is can be read all the same.
   */
  async refill(missing: number): Promise<boolean> {
    const held = this.end - this.mark;
    const needed = held + missing;
    if (needed > this.inflatedBytesMax + SLACK_BYTES) {
      throw new FileError(this.source.name, this.markOffset, "a string is longer than a string may be");
    }
    // Nothing that is not there is made room for.
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

  /** Puts the bytes from the mark on at the beginning of a window with room for so many. */
  private moveToFront(needed: number): void {
    const { buffer, mark, end } = this;
    this.check(mark);
    if (needed > buffer.length) {
      // A part of many strings asks for a little more again and again, and is read anew each time.
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
