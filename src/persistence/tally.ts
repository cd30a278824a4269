/** Counts a dataset: keys by type, deadlines, sizes, and the largest keys. */
import type { Int64 } from "../core/numbers.ts";
import { NO_DEADLINE } from "../data/keyspace.ts";
import { typeOf, valueBytes } from "../data/value.ts";
import type { Value } from "../data/value.ts";

/** The number of largest keys that are listed. */
const LARGEST_KEYS = 10;

interface SizedKey {
  readonly database: number;
  readonly key: string;
  readonly type: string;
  readonly elements: number;
  /** Estimated bytes in memory. */
  readonly bytes: number;
}

interface TypeTally {
  keys: number;
  elements: number;
  bytes: number;
}

/** The counts of one dataset. */
export class Tally {
  keys = 0;
  keysWithDeadline = 0;
  keysExpired = 0;
  hashesWithFieldDeadlines = 0;
  bytes = 0;
  functionLibraries = 0;
  readonly types = new Map<string, TypeTally>();
  /** Keys by database. */
  readonly databases = new Map<number, number>();
  /** The largest keys, the largest first. */
  largest: SizedKey[] = [];
  private readonly nowMs: number;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  add(database: number, key: string, value: Value, deadlineMs: Int64): void {
    const type = typeOf(value);
    const elements = typeof value === "string" ? value.length : value.size;
    const bytes = valueBytes(value);
    this.keys++;
    this.bytes += bytes;
    this.databases.set(database, (this.databases.get(database) ?? 0) + 1);
    if (deadlineMs !== NO_DEADLINE) this.keysWithDeadline++;
    if (deadlineMs !== NO_DEADLINE && deadlineMs <= this.nowMs) this.keysExpired++;
    if (typeof value !== "string" && value.earliestDeadline !== undefined) this.hashesWithFieldDeadlines++;
    const tally = this.types.get(type) ?? { keys: 0, elements: 0, bytes: 0 };
    tally.keys++;
    tally.elements += elements;
    tally.bytes += bytes;
    this.types.set(type, tally);
    if (this.largest.length === LARGEST_KEYS && bytes <= this.largest.at(-1)!.bytes) return;
    this.largest.push({ database, key, type, elements, bytes });
    this.largest.sort((a, b) => b.bytes - a.bytes);
    this.largest.length = Math.min(this.largest.length, LARGEST_KEYS);
  }
}
