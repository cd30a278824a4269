/** The entries that import and export move: a key, its value and its deadline, from any source. */
import { Glob } from "../core/glob.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Value } from "../data/value.ts";
import type { Engine } from "../engine/engine.ts";

/** A key to move. */
export interface Entry {
  readonly database: number;
  readonly key: string;
  readonly value: Value;
  /** Milliseconds since the epoch; 0 for none. */
  readonly deadlineMs: Int64;
  /** The serialization that the source's DUMP answered; undefined for a key from a file. */
  readonly payload?: string;
}

/** The keys to move. */
interface Selection {
  /** A glob pattern that keys must match; undefined for all keys. */
  readonly match: string | undefined;
  /** The databases to read; undefined for all. */
  readonly databases: readonly number[] | undefined;
}

/** Selects keys by database and pattern. */
export class Filter {
  /** The pattern for a server that matches keys itself; undefined for all keys. */
  readonly match: string | undefined;
  private readonly glob: Glob | undefined;
  private readonly databases: ReadonlySet<number> | undefined;

  constructor({ match, databases }: Selection) {
    this.match = match;
    this.glob = match === undefined ? undefined : new Glob(match);
    this.databases = databases === undefined ? undefined : new Set(databases);
  }

  hasDatabase(database: number): boolean {
    return this.databases?.has(database) ?? true;
  }

  hasKey(key: string): boolean {
    return this.glob?.matches(key) ?? true;
  }
}

/**
 * Makes deadlines absolute. One below half of the present time is a time to live, in milliseconds from the export on:
 * hosted backups have such, and commands with a relative deadline are run with the clock at 0.
 */
export class Deadlines {
  /** The number of relative deadlines so far. */
  relative = 0;
  private readonly nowMs: number;
  private readonly originMs: number;

  /** `originMs` is the start of relative deadlines. Both are in milliseconds since the epoch. */
  constructor(nowMs: number, originMs: number) {
    this.nowMs = nowMs;
    this.originMs = originMs;
  }

  /** A deadline in milliseconds since the epoch, 0 for none; undefined when it has passed. */
  absolute(deadlineMs: Int64): Int64 | undefined {
    if (deadlineMs === 0) return 0;
    if (deadlineMs >= this.nowMs / 2) return deadlineMs > this.nowMs ? deadlineMs : undefined;
    this.relative++;
    const absoluteMs = Number(deadlineMs) + this.originMs;
    return absoluteMs > this.nowMs ? absoluteMs : undefined;
  }
}

/** The keys of an engine that have not expired. It must run no commands meanwhile; no key is removed. */
export function* engineEntries(engine: Engine, filter: Filter, deadlines: Deadlines): Generator<Entry, void> {
  for (const keyspace of engine.dataset.databases) {
    if (!filter.hasDatabase(keyspace.number)) continue;
    for (let slot = 0; slot < keyspace.size; slot++) {
      const key = keyspace.keyAt(slot);
      if (!filter.hasKey(key)) continue;
      const deadlineMs = deadlines.absolute(keyspace.exactDeadlineAt(slot));
      if (deadlineMs === undefined) continue;
      yield { database: keyspace.number, key, value: keyspace.valueAt(slot), deadlineMs };
    }
  }
}
