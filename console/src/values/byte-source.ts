/**
 * The bytes of a string, read in parts: a view asks for what is in sight, and is drawn again when it has come. A few megabytes
 * are kept at a time, those that were asked for last.
 */

/** Bytes that are read at once. */
export const PART_BYTES = 64 * 1024;

/** Parts that are kept. */
const PARTS_MAX = 64;

/** Reads bytes `from` to `to`, both included, as GETRANGE does. */
type ReadRange = (from: number, to: number) => Promise<Uint8Array>;

export class ByteSource {
  length: number;
  /** Why the last part could not be read. */
  problem: unknown;
  private readonly readRange: ReadRange;
  private readonly onPart: () => void;
  private readonly parts = new Map<number, Uint8Array>();
  private readonly asked = new Set<number>();

  /** `onPart` is called when a part has come, or could not be read. */
  constructor(length: number, readRange: ReadRange, onPart: () => void) {
    this.length = length;
    this.readRange = readRange;
    this.onPart = onPart;
  }

  /** Keeps a part that was read before. */
  keep(part: number, bytes: Uint8Array): void {
    this.parts.set(part, bytes);
  }

  /** Bytes `from` to before `to`; undefined while a part of them is read, which begins here. */
  read(from: number, to: number): Uint8Array | undefined {
    const end = Math.min(to, this.length);
    const first = Math.floor(from / PART_BYTES);
    const last = Math.floor(Math.max(from, end - 1) / PART_BYTES);
    const parts: Uint8Array[] = [];
    for (let part = first; part <= last; part++) {
      const bytes = this.part(part);
      if (bytes !== undefined) parts.push(bytes);
    }
    if (parts.length <= last - first) return undefined;
    const start = first * PART_BYTES;
    return concatenate(parts).subarray(from - start, end - start);
  }

  /** Overwrites bytes as they were written to the server, where they are kept. */
  patch(at: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      const part = this.parts.get(Math.floor((at + i) / PART_BYTES));
      if (part !== undefined) part[(at + i) % PART_BYTES] = bytes[i]!;
    }
    this.onPart();
  }

  /** Reads again what failed. */
  retry(): void {
    this.problem = undefined;
    this.asked.clear();
    this.onPart();
  }

  private part(part: number): Uint8Array | undefined {
    const kept = this.parts.get(part);
    if (kept !== undefined) {
      // The last one used is the last one dropped.
      this.parts.delete(part);
      this.parts.set(part, kept);
    } else if (!this.asked.has(part) && this.problem === undefined) {
      this.asked.add(part);
      void this.load(part);
    }
    return kept;
  }

  private async load(part: number): Promise<void> {
    const from = part * PART_BYTES;
    try {
      this.parts.set(part, await this.readRange(from, from + PART_BYTES - 1));
      for (const [oldest] of this.parts) {
        if (this.parts.size <= PARTS_MAX) break;
        this.parts.delete(oldest);
      }
      this.asked.delete(part);
    } catch (error) {
      this.problem = error;
      this.asked.delete(part);
    }
    this.onPart();
  }
}

/** Parts as one. A single part is not copied. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
