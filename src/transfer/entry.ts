/** What import and export move: keys with their values and deadlines, apart from where they come from. */
import { Glob } from "../core/glob.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Value } from "../data/value.ts";
import type { Engine } from "../engine/engine.ts";

export interface Entry {
  readonly database: number;
  readonly key: string;
  readonly value: Value;
  /** Milliseconds since the epoch; 0 for none. */
  readonly deadlineMs: Int64;
  /** The value as the source's DUMP wrote it; undefined when it comes from files. */
  readonly payload?: string;
}

/** Which keys to move. */
interface Selection {
  /** A glob pattern that keys have to match; undefined for all. */
  readonly match: string | undefined;
  /** The databases to read; undefined for all. */
  readonly databases: readonly number[] | undefined;
}

export class Filter {
  /** The pattern that keys have to match, for servers that match themselves; undefined for all. */
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
 * Deadlines below half of the present are no times since the epoch but times to live: some exports have milliseconds from
 * the export on, and commands with a relative deadline are repeated with the clock at 0.
 */
export class Deadlines {
  /** How many were relative. */
  relative = 0;
  private readonly nowMs: number;
  private readonly originMs: number;

  /** `originMs`: what relative deadlines count from. Both are milliseconds since the epoch. */
  constructor(nowMs: number, originMs: number) {
    this.nowMs = nowMs;
    this.originMs = originMs;
  }

  /** A deadline since the epoch, 0 for none; undefined when it has passed. */
  absolute(deadlineMs: Int64): Int64 | undefined {
    if (deadlineMs === 0) return 0;
    if (deadlineMs >= this.nowMs / 2) return deadlineMs > this.nowMs ? deadlineMs : undefined;
    this.relative++;
    const absoluteMs = Number(deadlineMs) + this.originMs;
    return absoluteMs > this.nowMs ? absoluteMs : undefined;
  }
}

/** The live keys of an engine that runs no commands meanwhile. Removes nothing. */
export function* engineEntries(engine: Engine, filter: Filter, deadlines: Deadlines): Generator<Entry, void> {
  for (const keyspace of engine.databases) {
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
