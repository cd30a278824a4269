/**
 * All databases as they were at one instant, written while commands go on: a walk over the slots of each ({@link
 * SlotWalk}), and a copy before every write. A key that is about to change and is still to be visited is written first. A
 * database that is emptied is walked on as the twin that it leaves, and two that are swapped exchange their walks.
 *
 * **A large value takes several slices**, and may change meanwhile: it is written from an image ({@link imageOf}). One
 * that is about to change before its turn is imaged then, and written as soon as the value before it is whole. Small keys
 * that change while a value is being written stand aside until it is whole, because an RDB file has one key after another.
 *
 * **Memory.** What is held beside the data is bounded by `snapshotBytesMax`: above half of it the slices grow until the disk
 * sets the pace, and above all of it the engine's gate lets writers wait. What one command adds may exceed it.
 *
 * **Cost.** A bit for each key. Without a snapshot, one test for each change. The snapshot holds references to
 * keyspaces and to one value, and none after its end.
 */
import type { Engine } from "../engine/engine.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Keyspace } from "../data/keyspace.ts";
import { imageOf } from "../data/rdb/value-image.ts";
import type { ValueImage } from "../data/rdb/value-image.ts";
import { SlotWalk } from "../data/slot-walk.ts";
import { attachBarrier, detachBarrier } from "../data/write-barrier.ts";
import type { WriteBarrier } from "../data/write-barrier.ts";
import type { Pacing } from "./pace.ts";
import { RdbFileWriter } from "./rdb-writer.ts";

/** The walk over one database. */
interface Walk {
  /** The database's number at the instant. */
  readonly number: number;
  /** The keyspace that has its keys now. */
  keyspace: Keyspace;
  readonly slots: SlotWalk;
}

/** A value that is written in pieces. */
interface Unfinished {
  readonly walk: Walk;
  readonly key: string;
  readonly rest: Iterator<undefined>;
  /** Undefined for a value that turned out to be larger than estimated: it must not change before it is whole. */
  readonly image: ValueImage | undefined;
}

/** A large value that has changed before its turn. */
interface Waiting {
  readonly walk: Walk;
  readonly key: string;
  readonly deadlineMs: Int64;
  readonly image: ValueImage;
  /** Bytes of a value that is replaced by every change, since strings cannot be edited. */
  readonly replacedBytes: number;
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

/** Steps of a value between two looks at the clock. A step writes some hundred elements, or counts them. */
const STEPS_AT_ONCE = 16;

/** How much longer slices are in haste. */
const HASTE = 8;

/** Changes between two sums of what is held. */
const CHANGES_AT_ONCE = 16;

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
  private readonly waiting: Waiting[] = [];
  private readonly heldBytesMax: number;
  /** Bytes that are being written to the disk. */
  private flushedBytes = 0;
  /** Whether writers wait for it. */
  private isBehind = false;
  private changes = 0;

  /** The instant of the snapshot is now. Several may be under way. */
  constructor(options: SnapshotOptions) {
    const { engine, isAofBase } = options;
    this.engine = engine;
    this.options = options;
    this.heldBytesMax = engine.limits.snapshotBytesMax;
    this.writer = new RdbFileWriter(engine.parameters.encodingBounds);
    this.aside = new RdbFileWriter(engine.parameters.encodingBounds);
    this.walks = engine.dataset.databases.map((keyspace) => ({
      number: keyspace.number,
      keyspace,
      slots: new SlotWalk(keyspace.size),
    }));
    this.writer.header({
      hasFieldDeadlines: engine.dataset.databases.some((database) => database.mayHaveFieldDeadlines),
      nowMs: engine.environment.now(),
      usedBytes: engine.environment.process().heapUsedBytes,
      isAofBase,
      program: engine.version,
    });
    for (const { text } of engine.scripting.libraries.all()) this.writer.functions(text);
    attachBarrier(engine.dataset.instant, this);
  }

  /** Writes all keys. Rejects with the rejection of `write`. */
  async run(): Promise<void> {
    const { pace } = this.options;
    let overdue = 0;
    try {
      for (const walk of this.walks) {
        const { keyspace, number, slots } = walk;
        if (!slots.isOver) this.writer.size(number, keyspace.size, keyspace.volatileSize);
        while (!slots.isOver || this.unfinished !== undefined || this.waiting.length > 0) {
          this.visit(walk);
          if (this.writer.pendingBytes >= PIECE_BYTES) await this.flush();
          if (this.isBehind) this.measure();
          if (!pace.isOver || (++overdue < HASTE && this.heldBytes > this.heldBytesMax / 2)) continue;
          overdue = 0;
          await pace.rest();
        }
      }
    } finally {
      detachBarrier(this.engine.dataset.instant, this);
      if (this.isBehind) this.engine.gate.endBehind();
      this.unfinished?.image?.release();
      for (const { image } of this.waiting) image.release();
    }
    this.writer.end();
    await this.flush();
  }

  /** Estimated bytes that it holds beside the data, on their way to the disk included. */
  get heldBytes(): number {
    let bytes = this.flushedBytes + this.writer.pendingBytes + this.aside.pendingBytes;
    bytes += this.unfinished?.image?.heldBytes ?? 0;
    for (const { image, replacedBytes } of this.waiting) bytes += image.heldBytes + replacedBytes;
    return bytes;
  }

  /** Finds out whether writers have to wait, or need not any more. */
  private measure(): void {
    const { engine, heldBytes, heldBytesMax } = this;
    if (!this.isBehind && heldBytes > heldBytesMax) {
      this.isBehind = true;
      engine.gate.beginBehind();
    } else if (this.isBehind && heldBytes <= heldBytesMax / 2) {
      this.isBehind = false;
      engine.gate.endBehind();
    }
  }

  private async flush(): Promise<void> {
    if (this.writer.pendingBytes === 0) return;
    const bytes = this.writer.take();
    this.flushedBytes = bytes.length;
    await this.options.write(bytes);
    this.flushedBytes = 0;
  }

  /** Writes some keys, or a part of the unfinished value. */
  private visit(walk: Walk): void {
    if (this.unfinished !== undefined) return this.goOn();
    const waiting = this.waiting.shift();
    if (waiting !== undefined) return this.beginImage(waiting);
    for (let left = KEYS_AT_ONCE; left > 0; left--) {
      const slot = walk.slots.take();
      if (slot === undefined) return;
      this.write(walk, slot);
      if (this.unfinished !== undefined || this.writer.pendingBytes >= PIECE_BYTES) return;
    }
  }

  private write(walk: Walk, slot: number): void {
    const { keyspace, number } = walk;
    const [key, value] = [keyspace.keyAt(slot), keyspace.valueAt(slot)];
    const deadlineMs = keyspace.exactDeadlineAt(slot);
    this.keys++;
    const image = imageOf(value);
    if (image !== undefined) return this.beginImage({ walk, key, deadlineMs, image, replacedBytes: 0 });
    const rest = this.writer.entry(number, key, value, deadlineMs);
    if (rest !== undefined) this.unfinished = { walk, key, rest, image };
  }

  private beginImage({ deadlineMs, image, key, walk }: Waiting): void {
    this.unfinished = { walk, key, rest: this.writer.imageEntry(walk.number, key, image, deadlineMs), image };
  }

  /** Continues the unfinished value, to its end or until there are enough bytes to hand on. */
  private goOn(): void {
    const { rest } = this.unfinished!;
    const endBytes = this.writer.pendingBytes + PIECE_BYTES / 4;
    for (let steps = 0; steps < STEPS_AT_ONCE && this.writer.pendingBytes < endBytes; steps++) {
      if (rest.next().done === true) return this.endValue();
    }
  }

  private finish(): void {
    const { rest } = this.unfinished!;
    while (rest.next().done !== true);
    this.endValue();
  }

  private endValue(): void {
    this.unfinished!.image?.release();
    this.unfinished = undefined;
    if (this.aside.pendingBytes > 0) this.writer.adopt(this.aside.take());
    this.aside.forgetDatabase();
  }

  beforeChange(keyspace: Keyspace, key: string, slot: number): void {
    const walk = this.walkOf(keyspace);
    if (walk === undefined) return;
    if (!this.isBehind && ++this.changes % CHANGES_AT_ONCE === 0) this.measure();
    const { unfinished } = this;
    if (unfinished?.key === key && unfinished.walk === walk && unfinished.image === undefined) return this.finish();
    if (!walk.slots.claim(slot)) return;
    const value = keyspace.valueAt(slot);
    const deadlineMs = keyspace.exactDeadlineAt(slot);
    this.keys++;
    const image = imageOf(value);
    if (image !== undefined) {
      const replacedBytes = typeof value === "string" ? value.length : 0;
      this.waiting.push({ walk, key, deadlineMs, image, replacedBytes });
      return;
    }
    const writer = unfinished === undefined ? this.writer : this.aside;
    const rest = writer.entry(walk.number, key, value, deadlineMs);
    // What changes now cannot wait for the next slice.
    if (rest !== undefined) while (rest.next().done !== true);
  }

  beforeRemove(keyspace: Keyspace, slot: number): void {
    this.walkOf(keyspace)?.slots.beforeRemove(slot, keyspace.size - 1);
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
