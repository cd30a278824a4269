/**
 * All databases as they were at one instant, written while commands go on: a walk over the slots of each, from the last
 * one down, and a copy before every write.
 *
 * **Invariant.** Of a database, the slots below `next` are still to be visited, save those marked as done; what stands at
 * or above it has been written, or has come into being since. A key that is about to change and is still to be visited is
 * written first and marked. A key that goes leaves its slot to the key of the last slot, with that one's mark; a key above
 * the walk that moves below it is marked. New keys come in above the walk, because it begins at the end and never lies
 * above the size. A database that is emptied is walked on as the twin that it leaves, and two that are swapped exchange
 * their walks.
 *
 * **A value that takes several slices** must not change meanwhile. What is about to change it finishes it first; what else
 * is written meanwhile stands aside until it is whole, because an RDB file has one key after another.
 *
 * **Cost.** A bit for each key, and while nothing is being written, one test for each change.
 */
import type { Engine } from "../engine/engine.ts";
import type { Keyspace } from "../data/keyspace.ts";
import type { WriteBarrier } from "../data/write-barrier.ts";
import type { Pacing } from "./pace.ts";
import { RdbFileWriter } from "./rdb-writer.ts";

/** The walk over one database. */
interface Walk {
  /** The number that the database had at the instant. */
  readonly number: number;
  /** Where its keys are now. */
  keyspace: Keyspace;
  /** The slots below are still to be visited. */
  next: number;
  /** Bits of those below `next` that are done all the same. */
  readonly done: Uint32Array;
}

/** A value that is being written in pieces. */
interface Unfinished {
  readonly walk: Walk;
  readonly key: string;
  readonly rest: Iterator<undefined>;
}

interface SnapshotOptions {
  readonly engine: Engine;
  readonly pace: Pacing;
  /** The file is the beginning of an append-only file. */
  readonly isAofBase: boolean;
  /** Takes what is written, one call after the other. */
  readonly write: (bytes: Buffer) => Promise<void>;
}

/** What is written gathers to this before it is handed on. */
const PIECE_BYTES = 256 * 1024;

/** Keys between two looks at the clock. */
const KEYS_AT_ONCE = 16;

/** What may stand aside while a value is written; beyond that the value is finished at once. */
const ASIDE_BYTES_MAX = 16 * 1024 * 1024;

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

  /** The instant is now: from here on it sees changes. At most one snapshot may be under way. */
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

  /** Writes everything. Rejects with what `write` rejects with. */
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

  /** Writes some keys, or some of a value that is being written. */
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

  /** Goes on with the value that is being written, to its end or until there is enough to hand on. */
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
      // What changes now cannot wait for the next slice.
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
    // Nearly always its own.
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
