/**
 * How full the last node of a stream is, as Redis counts: entries, or bytes of the listpack that Redis would hold them
 * in. Nodes here are no listpacks; but approximate trimming removes whole nodes, so a stream is to have as many as in
 * Redis. https://github.com/redis/redis/blob/7.0/src/t_stream.c, streamAppendItem
 */
import { parseInt64 } from "../../core/numbers.ts";
import type { Int64 } from "../../core/numbers.ts";
import type { StreamId, Uint64 } from "./stream-id.ts";

/** Field, value, field, value … */
export type Fields = readonly string[];

/** When a stream begins another node; each is 0 for never. */
export interface StreamNodeBounds {
  streamNodeEntriesMax: number;
  streamNodeBytesMax: number;
}

/** Redis's defaults. */
export const DEFAULT_STREAM_NODE_BOUNDS: Readonly<StreamNodeBounds> = {
  streamNodeEntriesMax: 100,
  streamNodeBytesMax: 4096,
};

/** A listpack's own header and end, and the elements before and after a node's field names that are small integers. */
const NODE_HEADER_BYTES = 6 + 1 + 3 * 2;
/** Longest text of a 64-bit integer. */
const INT64_CHARS_MAX = 20;

/** How full the last node of a stream is, as Redis counts it. */
export class NodeFill {
  /** Entries ever put into the node, those that have been deleted included. */
  private entries = 0;
  private bytes = 0;
  private firstId: StreamId | undefined;
  private firstFields: Fields = [];

  /** Whether the node is to be followed by another, which begins with these fields. */
  isFullFor(fields: Fields, { streamNodeBytesMax, streamNodeEntriesMax }: StreamNodeBounds): boolean {
    if (this.entries === 0) return true;
    if (streamNodeEntriesMax > 0 && this.entries >= streamNodeEntriesMax) return true;
    if (streamNodeBytesMax === 0) return false;
    let chars = 0;
    for (const field of fields) chars += field.length;
    return this.bytes + chars >= streamNodeBytesMax;
  }

  /** Takes the node for full, whatever is in it. */
  close(): void {
    this.entries = 0;
  }

  /** Counts an entry; `opens` when it is the first of a new node. */
  add(id: StreamId, fields: Fields, opens: boolean): void {
    if (opens) {
      this.entries = 0;
      this.firstId = id;
      this.firstFields = fields;
      this.bytes = NODE_HEADER_BYTES + integerBytes(fields.length / 2) + textBytes(fields, 0, 2);
    }
    this.entries++;
    const isAlike = sameNames(fields, this.firstFields);
    const elements = isAlike ? fields.length / 2 + 3 : fields.length + 4;
    this.bytes += 2 + difference(id.ms, this.firstId!.ms) + difference(id.seq, this.firstId!.seq);
    this.bytes += isAlike ? textBytes(fields, 1, 2) : integerBytes(fields.length / 2) + textBytes(fields, 0, 1);
    this.bytes += integerBytes(elements);
  }

  copy(): NodeFill {
    return Object.assign(new NodeFill(), this);
  }
}

function sameNames(fields: Fields, others: Fields): boolean {
  if (fields.length !== others.length) return false;
  for (let i = 0; i < fields.length; i += 2) if (fields[i] !== others[i]) return false;
  return true;
}

/** Bytes of an element that holds `a - b`, as 64 bits. */
function difference(a: Uint64, b: Uint64): number {
  if (typeof a === "number" && typeof b === "number") return integerBytes(a - b);
  return integerBytes(BigInt.asIntN(64, BigInt(a) - BigInt(b)));
}

/** Bytes of the elements that hold every `step`th of some texts. */
function textBytes(texts: readonly string[], from: number, step: number): number {
  let bytes = 0;
  for (let i = from; i < texts.length; i += step) bytes += elementBytes(texts[i]!);
  return bytes;
}

/** Bytes of a listpack element that holds a text. */
function elementBytes(text: string): number {
  const { length } = text;
  const integer = length <= INT64_CHARS_MAX ? parseInt64(text) : undefined;
  if (integer !== undefined) return integerBytes(integer);
  return withBackLength(length + (length < 64 ? 1 : length < 4096 ? 2 : 5));
}

/** Bytes of a listpack element that holds an integer. */
function integerBytes(value: Int64): number {
  if (value >= 0 && value <= 127) return 2;
  if (value >= -4096 && value <= 4095) return 3;
  if (value >= -(2 ** 15) && value < 2 ** 15) return 4;
  if (value >= -(2 ** 23) && value < 2 ** 23) return 5;
  return value >= -(2 ** 31) && value < 2 ** 31 ? 6 : 10;
}

function withBackLength(bytes: number): number {
  return bytes + (bytes <= 127 ? 1 : bytes < 16_383 ? 2 : bytes < 2_097_151 ? 3 : bytes < 268_435_455 ? 4 : 5);
}
