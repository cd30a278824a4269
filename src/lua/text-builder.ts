/**
 * A string that a host function builds piece by piece. Every piece is charged before it is added, and what has been
 * gathered lies in buffers: a JavaScript string that grows by single chars takes 20 times its length.
 */
import type { HostBudget } from "./host-budget.ts";

/** Bytes gathered as a JavaScript string before they become a buffer. */
const CHUNK_BYTES = 64 * 1024;

export class TextBuilder {
  /** Bytes so far. */
  length = 0;
  private readonly budget: HostBudget;
  private readonly chunks: Buffer[] = [];
  private tail = "";

  constructor(budget: HostBudget) {
    this.budget = budget;
  }

  /** Adds bytes. Throws a HostMemoryError beyond what the script may hold. */
  append(text: string): void {
    this.budget.hold(text.length);
    this.budget.work(1);
    this.length += text.length;
    this.tail += text;
    if (this.tail.length < CHUNK_BYTES) return;
    this.chunks.push(Buffer.from(this.tail, "latin1"));
    this.tail = "";
  }

  /** What was built, if that is short enough to be one small string. */
  get short(): string | undefined {
    return this.chunks.length === 0 ? this.tail : undefined;
  }

  /** Copies what was built to where there is room for {@link length} bytes. */
  copyTo(target: Uint8Array, at: number): void {
    let place = at;
    for (const chunk of this.chunks) {
      target.set(chunk, place);
      place += chunk.length;
    }
    target.set(Buffer.from(this.tail, "latin1"), place);
  }

  /** What was built, as one string. */
  toString(): string {
    if (this.chunks.length === 0) return this.tail;
    return Buffer.concat([...this.chunks, Buffer.from(this.tail, "latin1")]).latin1Slice();
  }
}
