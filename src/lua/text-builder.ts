/**
 * Builds a string from pieces. Each piece is charged before it is added. The pieces are gathered in buffers, because a
 * JavaScript string that grows by single chars takes 20 times its length.
 */
import type { HostBudget } from "./host-budget.ts";

/** Bytes gathered as a JavaScript string before they become a buffer. */
const CHUNK_BYTES = 64 * 1024;

/** A string under construction, charged to a budget. */
export class TextBuilder {
  /** The number of bytes so far. */
  length = 0;
  private readonly budget: HostBudget;
  private readonly chunks: Buffer[] = [];
  private tail = "";

  constructor(budget: HostBudget) {
    this.budget = budget;
  }

  /** Adds bytes. Throws a HostMemoryError when the script holds too many. */
  append(text: string): void {
    this.budget.hold(text.length);
    this.budget.work(1);
    this.length += text.length;
    this.tail += text;
    if (this.tail.length < CHUNK_BYTES) return;
    this.chunks.push(Buffer.from(this.tail, "latin1"));
    this.tail = "";
  }

  /** The content, if it is one small string; undefined otherwise. */
  get short(): string | undefined {
    return this.chunks.length === 0 ? this.tail : undefined;
  }

  /** Copies the content to a place with room for {@link length} bytes. */
  copyTo(target: Uint8Array, at: number): void {
    let place = at;
    for (const chunk of this.chunks) {
      target.set(chunk, place);
      place += chunk.length;
    }
    target.set(Buffer.from(this.tail, "latin1"), place);
  }

  /** The content as one string. */
  toString(): string {
    if (this.chunks.length === 0) return this.tail;
    return Buffer.concat([...this.chunks, Buffer.from(this.tail, "latin1")]).latin1Slice();
  }
}
