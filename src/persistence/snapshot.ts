/**
 * Writes all databases as they were at one instant, while commands run: it walks the slots of each database from the
 * last one down, and writes a key before the key changes.
 *
 * **Invariant.** In a database, the slots below `next` are still to be visited, except those marked as done. Keys at or
 * above it were written, or added since. A key that is about to change and is still to be visited is written first and
 * marked. When a key is removed, the key of the last slot moves into its slot and takes its mark along; one from above
 * the walk is marked. New keys are added above the walk, because it begins at the end and is never above the size. When
 * a database is emptied, the walk continues on the object that takes its former keys; when two are swapped, their walks
 * are.
 *
 * **A value that takes several slices** must not change meanwhile. A command that is about to change it finishes it
 * first. Other keys that are written meanwhile are kept aside until it is complete, because an RDB file has one key
 * after another.
 *
 * **Cost.** A bit for each key. Without a snapshot, one test for each change. The snapshot holds references to
 * keyspaces and to one value, and none after its end.
 */
import type { Engine } from "../engine/engine.ts";
import type { Keyspace } from "../data/keyspace.ts";
import type { WriteBarrier } from "../data/write-barrier.ts";
import type { Pacing } from "./pace.ts";
import { RdbFileWriter } from "./rdb-writer.ts";

/** The walk over one database. */
interface Walk {
  /** The database's number at the instant. */
  readonly number: number;
  /** The keyspace that has its keys now. */
  keyspace: Keyspace;
  /** Slots below this one are still to be visited. */
  next: number;
  /** A bit for each slot below `next` that is done. */
  readonly done: Uint32Array;
}

/** A value that is written in pieces. */
interface Unfinished {
  readonly walk: Walk;
  readonly key: string;
  readonly rest: Iterator<undefined>;
}

interface SnapshotOptions {
  readonly engine: Engine;
  readonly pace: Pacing;
  /** Whether the file is the base of an append-only file. */
  readonly isAofBase: boolean;
  /** Takes the bytes, one call after the other. */
  readonly write: (bytes: Buffer) => Promise<void>;
}

/** Bytes that are gathered before they are handed on. */
const PIECE_BYTES = 256 * 1024;

/** Keys between two readings of the clock. */
const KEYS_AT_ONCE = 16;

/** Bytes that are kept aside while a value is written. Beyond them the value is finished at once. */
const ASIDE_BYTES_MAX = 16 * 1024 * 1024;

/** One snapshot, attached as the barrier of all databases from its construction to its end. */
export class Snapshot implements WriteBarrier {
  /** Keys written so far. */
  keys = 0;
  private readonly engine: Engine;
  private readonly options: SnapshotOptions;
  private readonly writer: RdbFileWriter;
  /** Keys that changed while a value was being written. */
  private readonly aside: RdbFileWriter;
  private readonly walks: Walk[];
  private unfinished: Unfinished | undefined;

  /** The instant of the snapshot is now. At most one may be under way. */
  constructor(options: SnapshotOptions) {
    const { engine, isAofBase } = options;
    this.engine = engine;
    this.options = options;
    this.writer = new RdbFileWriter(engine.parameters.encodingBounds);
    this.aside = new RdbFileWriter(engine.parameters.encodingBounds);
    this.walks = engine.databases.map((keyspace) => ({
      number: keyspace.number,
      keyspace,
      next: keyspace.size,
      done: new Uint32Array(Math.ceil(keyspace.size / 32)),
    }));
    this.writer.header({
      hasFieldDeadlines: engine.databases.some((database) => database.mayHaveFieldDeadlines),
      nowMs: engine.environment.now(),
      usedBytes: engine.environment.process().heapUsedBytes,
      isAofBase,
      program: engine.version,
    });
    for (const { text } of engine.scripting.libraries.all()) this.writer.functions(text);
    if (engine.instant.barrier !== undefined) throw new Error("a snapshot is under way already");
    engine.instant.barrier = this;
  }

  /** Writes all keys. Rejects with the rejection of `write`. */
  async run(): Promise<void> {
    const { pace } = this.options;
    try {
      for (const walk of this.walks) {
        if (walk.next > 0) this.writer.size(walk.number, walk.keyspace.size, walk.keyspace.volatileSize);
        while (walk.next > 0 || this.unfinished !== undefined) {
          this.visit(walk);
          if (this.writer.pendingBytes >= PIECE_BYTES) await this.flush();
          if (pace.isOver) await pace.rest();
        }
      }
    } finally {
      this.engine.instant.barrier = undefined;
    }
    this.writer.end();
    await this.flush();
  }

  private async flush(): Promise<void> {
    if (this.writer.pendingBytes > 0) await this.options.write(this.writer.take());
  }

  /** Writes some keys, or a part of the unfinished value. */
  private visit(walk: Walk): void {
    if (this.unfinished !== undefined) return this.goOn();
    for (let left = KEYS_AT_ONCE; left > 0 && walk.next > 0; left--) {
      const slot = --walk.next;
      if (isDone(walk, slot)) continue;
      this.write(walk, slot);
      if (this.unfinished !== undefined || this.writer.pendingBytes >= PIECE_BYTES) return;
    }
  }

  private write(walk: Walk, slot: number): void {
    const { keyspace, number } = walk;
    const key = keyspace.keyAt(slot);
    this.keys++;
    const rest = this.writer.entry(number, key, keyspace.valueAt(slot), keyspace.exactDeadlineAt(slot));
    if (rest !== undefined) this.unfinished = { walk, key, rest };
  }

  /** Continues the unfinished value, to its end or until there are enough bytes to hand on. */
  private goOn(): void {
    const { rest } = this.unfinished!;
    const endBytes = this.writer.pendingBytes + PIECE_BYTES / 4;
    while (this.writer.pendingBytes < endBytes) if (rest.next().done === true) return this.endValue();
  }

  private finish(): void {
    const { rest } = this.unfinished!;
    while (rest.next().done !== true);
    this.endValue();
  }

  private endValue(): void {
    this.unfinished = undefined;
    if (this.aside.pendingBytes > 0) this.writer.adopt(this.aside.take());
    this.aside.forgetDatabase();
  }

  beforeChange(keyspace: Keyspace, key: string, slot: number): void {
    const walk = this.walkOf(keyspace);
    if (walk === undefined) return;
    if (this.unfinished?.walk === walk && this.unfinished.key === key) return this.finish();
    if (slot >= walk.next || isDone(walk, slot)) return;
    markDone(walk, slot);
    if (this.unfinished === undefined) {
      this.write(walk, slot);
      // The key changes now, so it cannot wait for the next slice.
      if (this.unfinished !== undefined) this.finish();
      return;
    }
    this.keys++;
    const rest = this.aside.entry(walk.number, key, keyspace.valueAt(slot), keyspace.exactDeadlineAt(slot));
    if (rest !== undefined) while (rest.next().done !== true);
    if (this.aside.pendingBytes > ASIDE_BYTES_MAX) this.finish();
  }

  beforeRemove(keyspace: Keyspace, slot: number): void {
    const walk = this.walkOf(keyspace);
    if (walk === undefined) return;
    const last = keyspace.size - 1;
    if (slot < walk.next) {
      if (last >= walk.next || isDone(walk, last)) markDone(walk, slot);
      else unmark(walk, slot);
    }
    if (walk.next > last) walk.next = last;
  }

  beforeClear(keyspace: Keyspace): void {
    const walk = this.walkOf(keyspace);
    if (walk !== undefined) walk.keyspace = keyspace.twin();
  }

  beforeSwap(keyspace: Keyspace, other: Keyspace): void {
    const [first, second] = [this.walkOf(keyspace), this.walkOf(other)];
    if (first !== undefined) first.keyspace = other;
    if (second !== undefined) second.keyspace = keyspace;
  }

  private walkOf(keyspace: Keyspace): Walk | undefined {
    const { walks } = this;
    // Without a SWAPDB, the walk of a database has its number.
    const own = walks[keyspace.number];
    return own?.keyspace === keyspace ? own : walks.find((walk) => walk.keyspace === keyspace);
  }
}

function isDone({ done }: Walk, slot: number): boolean {
  return (done[slot >>> 5]! & (1 << (slot & 31))) !== 0;
}

function markDone({ done }: Walk, slot: number): void {
  done[slot >>> 5]! |= 1 << (slot & 31);
}

function unmark({ done }: Walk, slot: number): void {
  done[slot >>> 5]! &= ~(1 << (slot & 31));
}
