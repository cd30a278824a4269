/**
 * The content of a buffer at an instant, while the buffer is edited on: what is about to change is copied first, line by
 * line, unless it has been read already. It is read once, from the beginning to the end.
 *
 * Cost: an entry of a map for each line that changes before it is read.
 */

/** What the content is read from. */
interface ByteText {
  readonly length: number;
  slice(start: number, end: number): string;
}

/** Bytes that are copied together. */
const LINE_BYTES = 128;

export class FrozenBytes {
  readonly length: number;
  private readonly live: ByteText;
  /** Bytes before this one have been read. */
  private readBytes = 0;
  /** Lines that have changed since, as they were, by number. */
  private readonly lines = new Map<number, string>();

  constructor(live: ByteText) {
    this.live = live;
    this.length = live.length;
  }

  /** Estimated bytes of the copies. */
  get copiedBytes(): number {
    return this.lines.size * (LINE_BYTES + 64);
  }

  /** Bytes from `start` to `end - 1` of the buffer are about to change. */
  beforeChange(start: number, end: number): void {
    const first = Math.floor(Math.max(start, this.readBytes) / LINE_BYTES);
    const stop = Math.min(end, this.length);
    for (let line = first; line * LINE_BYTES < stop; line++) {
      if (!this.lines.has(line)) this.lines.set(line, this.live.slice(line * LINE_BYTES, (line + 1) * LINE_BYTES));
    }
  }

  /** The next bytes, from `start`, up to which everything has been read, to `end - 1`. */
  slice(start: number, end: number): string {
    const stop = Math.min(end, this.length);
    this.readBytes = stop;
    if (this.lines.size === 0) return this.live.slice(start, stop);
    const pieces: string[] = [];
    let at = start;
    while (at < stop) {
      const line = Math.floor(at / LINE_BYTES);
      const kept = this.lines.get(line);
      const next = Math.min(stop, (line + 1) * LINE_BYTES);
      pieces.push(
        kept === undefined ? this.live.slice(at, next) : kept.slice(at - line * LINE_BYTES, next - line * LINE_BYTES),
      );
      if (next === (line + 1) * LINE_BYTES) this.lines.delete(line);
      at = next;
    }
    return pieces.join("");
  }

  toString(): string {
    return this.slice(0, this.length);
  }
}
