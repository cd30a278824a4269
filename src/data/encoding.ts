/**
 * Names of Redis's encodings, and the bounds between them. The structures here are not Redis's, so the name is computed
 * from the content when OBJECT ENCODING asks. In Redis it also depends on the past: a hash that has shrunk, or a short
 * string made by APPEND, keeps its large form.
 */
import { parseInt64 } from "../core/numbers.ts";
import { ByteBuffer } from "./types/byte-buffer.ts";
import { EMPTY_LISTPACK_BYTES, packedBytes } from "./rdb/listpack.ts";
import { HashValue } from "./types/hash.ts";
import { ListValue } from "./types/list.ts";
import { SetValue } from "./types/set.ts";
import { SortedSetValue } from "./types/sorted-set.ts";
import { DEFAULT_STREAM_NODE_BOUNDS } from "./types/stream-node.ts";
import type { StreamNodeBounds } from "./types/stream-node.ts";
import { StreamValue } from "./types/stream.ts";
import type { Value } from "./value.ts";

/** How values are serialized: the sizes up to which they have Redis's small forms, or fit one node. */
export interface EncodingBounds extends StreamNodeBounds {
  /** Whether long strings are compressed where that makes them shorter. */
  compresses: boolean;
  hashEntriesMax: number;
  hashElementBytesMax: number;
  /** Positive: elements in a node. Negative, -1 to -5: 4, 8, 16, 32 or 64 KiB in a node. */
  listNodeSize: number;
  intsetEntriesMax: number;
  setEntriesMax: number;
  setElementBytesMax: number;
  sortedSetEntriesMax: number;
  sortedSetElementBytesMax: number;
  /** A HyperLogLog beyond this takes the dense form. */
  sparseSketchBytesMax: number;
}

/** Redis's defaults. */
export const DEFAULT_ENCODING_BOUNDS: Readonly<EncodingBounds> = {
  compresses: true,
  hashEntriesMax: 512,
  hashElementBytesMax: 64,
  listNodeSize: -2,
  intsetEntriesMax: 512,
  setEntriesMax: 128,
  setElementBytesMax: 64,
  sortedSetEntriesMax: 128,
  sortedSetElementBytesMax: 64,
  sparseSketchBytesMax: 3000,
  ...DEFAULT_STREAM_NODE_BOUNDS,
};

/** Longest string that Redis holds in one piece with its header. */
const EMBEDDED_BYTES_MAX = 44;
/** Longest text of a 64-bit integer. */
const INT64_CHARS_MAX = 20;
/** Bytes of a list's node when its bound is a number of elements. */
const LIST_NODE_BYTES_MAX = 8192;

/** What OBJECT ENCODING answers. `raw` for a value that Redis keeps in a module. */
export function encodingOf(value: Value, bounds: Readonly<EncodingBounds>): string {
  if (typeof value === "string") return stringEncoding(value);
  if (value instanceof ListValue) return isOneListNode(value, bounds.listNodeSize) ? "listpack" : "quicklist";
  if (value instanceof SetValue) return setEncoding(value, bounds);
  if (value instanceof HashValue) return hashEncoding(value, bounds);
  if (value instanceof SortedSetValue) return sortedSetEncoding(value, bounds);
  if (value instanceof StreamValue) return "stream";
  return value instanceof ByteBuffer && value.length <= EMBEDDED_BYTES_MAX ? stringEncoding(value.toString()) : "raw";
}

function stringEncoding(text: string): string {
  if (text.length <= INT64_CHARS_MAX && parseInt64(text) !== undefined) return "int";
  return text.length <= EMBEDDED_BYTES_MAX ? "embstr" : "raw";
}

function isOneListNode(list: ListValue, nodeSize: number): boolean {
  const { bytesMax, elementsMax } = listNodeBounds(nodeSize);
  if (list.size > elementsMax) return false;
  let bytes = EMPTY_LISTPACK_BYTES;
  for (const element of list.values()) {
    bytes += packedBytes(element);
    if (bytes > bytesMax) return false;
  }
  return true;
}

/** The bounds of a list's node. */
export function listNodeBounds(nodeSize: number): { bytesMax: number; elementsMax: number } {
  if (nodeSize > 0) return { bytesMax: LIST_NODE_BYTES_MAX, elementsMax: nodeSize };
  return { bytesMax: 2048 << Math.min(5, Math.max(1, -nodeSize)), elementsMax: Infinity };
}

function setEncoding(set: SetValue, bounds: Readonly<EncodingBounds>): string {
  if (set.size <= bounds.intsetEntriesMax && every(set.values(), isInteger)) return "intset";
  const small = set.size <= bounds.setEntriesMax && fit(set.values(), bounds.setElementBytesMax);
  return small ? "listpack" : "hashtable";
}

function isInteger(text: string): boolean {
  return text.length <= INT64_CHARS_MAX && parseInt64(text) !== undefined;
}

function hashEncoding(hash: HashValue, bounds: Readonly<EncodingBounds>): string {
  const small = hash.size <= bounds.hashEntriesMax && fit(hash.toArray(), bounds.hashElementBytesMax);
  if (!small) return "hashtable";
  return hash.earliestDeadline === undefined ? "listpack" : "listpackex";
}

function sortedSetEncoding(set: SortedSetValue, bounds: Readonly<EncodingBounds>): string {
  const small = set.size <= bounds.sortedSetEntriesMax && fit(set.members(), bounds.sortedSetElementBytesMax);
  return small ? "listpack" : "skiplist";
}

function fit(elements: Iterable<string>, bytesMax: number): boolean {
  return every(elements, (element) => element.length <= bytesMax);
}

function every(elements: Iterable<string>, holds: (element: string) => boolean): boolean {
  for (const element of elements) if (!holds(element)) return false;
  return true;
}
