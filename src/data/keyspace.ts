/**
 * One database: keys, values and deadlines. It knows time only as the instant it shares with the engine, and keys only
 * as byte strings; what a value is made of is not its business.
 *
 * Deadlines lie in a column beside the values, so a read of a key without one costs no second look-up. The slots that
 * have one are also listed densely, for active expiry and for sampling.
 *
 * Elements of a value may have deadlines of their own: the fields of a hash. Every look-up of a key first removes those
 * of its value that have passed, so that whoever gets a value from here meets none. The keyspace remembers for each key
 * when that will next be due, which costs a look-up nothing while no field is due anywhere.
 */
import { WRONG_TYPE } from "../core/errors.ts";
import type { Int64 } from "../core/numbers.ts";
import { MemoryAccount } from "./memory-account.ts";
import type { MemoryTally } from "./memory-account.ts";
import { BUFFER_BYTES_MIN, ByteBuffer } from "./types/byte-buffer.ts";
import { Column, SparseInt64Column, SparseNumberColumn, Uint32Column } from "./types/column.ts";
import { DeadlineQueue } from "./types/deadline-queue.ts";
import { SlotIndex } from "./types/indexed-map.ts";
import type { UseFrequency } from "./use-frequency.ts";
import type { DataValue, StringValue, Value } from "./value.ts";
import type { WriteBarrier } from "./write-barrier.ts";

/** What the databases of an engine share: the present, as the running command sees it, and a tally of look-ups. */
export interface Instant {
  /** Milliseconds since the epoch; it does not move while a command runs. */
  nowMs: number;
  /** The present in whole seconds since the epoch, as the use of keys is noted. */
  seconds: number;
  /**
   * Until this moment, in milliseconds since the epoch, nothing is removed because it has expired: CLIENT PAUSE keeps the
   * data as they are. A key that has expired is not found all the same; a field of a hash is, until then.
   */
  keepsExpiredUntilMs: number;
  /** Look-ups by readers that found a key. */
  hits: number;
  /** Look-ups by readers that found none. */
  misses: number;
  /** CLIENT NO-TOUCH: the look-ups of the running command are no uses of values. */
  noTouch: boolean;
  /** Who is told before anything changes; undefined while nobody wants to know. */
  barrier: WriteBarrier | undefined;
  /** How uses are noted in place of their time, under a policy that asks how often keys are used. */
  frequency: UseFrequency | undefined;
}

/** The instant of databases that begin at this time, in milliseconds since the epoch. */
export function createInstant(nowMs: number): Instant {
  const seconds = Math.floor(nowMs / 1000);
  return {
    nowMs,
    seconds,
    keepsExpiredUntilMs: 0,
    hits: 0,
    misses: 0,
    noTouch: false,
    barrier: undefined,
    frequency: undefined,
  };
}

/** The class of a kind of value, such as `HashValue`. Strings have two forms and methods of their own. */
type Kind<T extends DataValue> = abstract new (...args: never[]) => T;

/** Who is told of what happens to keys besides what the running command says of itself. */
export interface KeyspaceListener {
  /** A key is there that was not. */
  keyAdded(keyspace: Keyspace, key: string): void;
  /** A look-up has found no key. */
  keyMissed(keyspace: Keyspace, key: string): void;
  /** Time has removed a key. */
  keyExpired(keyspace: Keyspace, key: string): void;
  /** A key was removed to make room. */
  keyEvicted(keyspace: Keyspace, key: string): void;
  /** Time has removed fields of the hash at a key; `emptied` when they were the last ones, and the key has gone with them. */
  fieldsExpired(keyspace: Keyspace, key: string, fields: readonly string[], emptied: boolean): void;
}

/** No deadline. */
export const NO_DEADLINE = 0;

/** Keys that {@link Keyspace.randomKey} draws while those that have expired are kept. */
const RANDOM_TRIES_MAX = 100;

/** Fields that are removed, and journalled, together. */
const EXPIRED_FIELDS_MAX = 1024;

export class Keyspace {
  /** The number that SELECT takes. */
  readonly number: number;
  private readonly instant: Instant;
  private readonly listener: KeyspaceListener;
  private index = new SlotIndex();
  private values = new Column<Value>();
  /** When each value was last read or changed, in seconds since the epoch, or how often: see {@link Instant.frequency}. */
  private uses = new Uint32Column();
  /** Deadline of each slot in milliseconds since the epoch, 0 for none. */
  private deadlines = new SparseInt64Column();
  /** The slots that have a deadline, in no order. */
  private volatileSlots = new Column<number>();
  /** For each slot its place in `volatileSlots` plus one, 0 for none. */
  private volatilePlaces = new SparseNumberColumn();
  /** Where active expiry goes on: places of `volatileSlots` still to visit in this round. */
  private expiryCursor = 0;
  /**
   * For each key whose value has elements that expire, when the first of them does. It may be too early, since values
   * lose deadlines without telling; it is never too late.
   */
  private fieldDeadlines = new DeadlineQueue();
  /** What the keys take in memory; undefined while nobody wants to know. */
  private account: MemoryAccount | undefined;

  constructor(number: number, instant: Instant, listener: KeyspaceListener) {
    this.number = number;
    this.instant = instant;
    this.listener = listener;
  }

  /** Keys held, including those whose deadline has passed and which nobody has met yet. */
  get size(): number {
    return this.index.size;
  }

  /** Keys that have a deadline. */
  get volatileSize(): number {
    return this.volatileSlots.length;
  }

  /**
   * A look-up by a reader: it counts as a hit or a miss, tells of a miss, and notes a use of the value. The value of one
   * kind; undefined when there is no key or its deadline has passed, which removes it. Throws WRONGTYPE when the key
   * holds something else. What it answers is not to be edited.
   */
  read<T extends DataValue>(key: string, kind: Kind<T>): T | undefined {
    const value = this.readValue(key);
    if (value === undefined || value instanceof kind) return value;
    throw WRONG_TYPE;
  }

  /** The value at a key for a reader, as {@link read}, of whatever kind. */
  readValue(key: string): Value | undefined {
    const slot = this.lookUp(key);
    if (slot === undefined) return undefined;
    this.touch(slot);
    return this.values.get(slot);
  }

  /** The value at a key for a reader, counted and told of as {@link read}, without noting a use: EXISTS, TTL, TYPE. */
  readUntouched(key: string): Value | undefined {
    const slot = this.lookUp(key);
    return slot === undefined ? undefined : this.values.get(slot);
  }

  /** The value at a key for OBJECT: a hit or a miss that no event tells of, and no use of the value. */
  inspect(key: string): Value | undefined {
    const slot = this.find(key);
    if (slot === undefined) this.instant.misses++;
    else this.instant.hits++;
    return slot === undefined ? undefined : this.values.get(slot);
  }

  /** The string at a key for a reader, all of it, as {@link read}. */
  readString(key: string): string | undefined {
    const value = this.readValue(key);
    if (value === undefined || typeof value === "string") return value;
    if (value instanceof ByteBuffer) return value.toString();
    throw WRONG_TYPE;
  }

  /** The string at a key for a reader in the form it is held in, as {@link read}, to take a part of it. */
  readStringValue(key: string): StringValue | undefined {
    const value = this.readValue(key);
    if (value === undefined || typeof value === "string" || value instanceof ByteBuffer) return value;
    throw WRONG_TYPE;
  }

  /**
   * The string at a key for a reader as bytes to work on by the word, as {@link read}. A large string is held in this
   * form from now on; a small one is copied.
   */
  readBuffer(key: string): ByteBuffer | undefined {
    const slot = this.lookUp(key);
    if (slot === undefined) return undefined;
    this.touch(slot);
    return this.bufferAt(slot);
  }

  /**
   * A look-up by a writer, which may edit what it gets until its command is over: the {@link WriteBarrier} is told
   * first. It counts as no hit or miss, and is a use of the value. The value of one kind; undefined when there is no key
   * or its deadline has passed, which removes it. Throws WRONGTYPE when the key holds something else.
   */
  edit<T extends DataValue>(key: string, kind: Kind<T>): T | undefined {
    const slot = this.find(key);
    return slot === undefined ? undefined : this.openAt(slot, key, kind);
  }

  /** The value at a key for a writer, as {@link edit}, where Redis looks up as a reader does: a hit or a miss. */
  readToEdit<T extends DataValue>(key: string, kind: Kind<T>): T | undefined {
    const slot = this.lookUp(key);
    return slot === undefined ? undefined : this.openAt(slot, key, kind);
  }

  /** The value at a key for a writer, of whatever kind; it may be moved or removed, and is not to be edited in place. */
  editValue(key: string): Value | undefined {
    const slot = this.find(key);
    if (slot === undefined) return undefined;
    this.touch(slot);
    return this.values.get(slot);
  }

  /** The string at a key for a writer, all of it. A change of it ends with {@link replace}. Throws WRONGTYPE as {@link edit}. */
  editString(key: string): string | undefined {
    const value = this.editValue(key);
    if (value === undefined || typeof value === "string") return value;
    if (value instanceof ByteBuffer) return value.toString();
    throw WRONG_TYPE;
  }

  /**
   * The string at a key for a writer in the form it is held in, as {@link edit}. A buffer may be edited in place; a
   * change of a bare string ends with {@link replace}.
   */
  editStringValue(key: string): StringValue | undefined {
    const slot = this.find(key);
    if (slot === undefined) return undefined;
    const value = this.values.get(slot);
    if (typeof value !== "string") return this.openAt(slot, key, ByteBuffer);
    this.touch(slot);
    return value;
  }

  /**
   * The string at a key for a writer as bytes to edit, as {@link edit}. A large string is held in this form from now on;
   * a small one is copied, so an edit ends with `replace(key, buffer.toValue())`.
   */
  editBuffer(key: string): ByteBuffer | undefined {
    const slot = this.find(key);
    if (slot === undefined) return undefined;
    this.touch(slot);
    const buffer = this.bufferAt(slot);
    if (this.instant.barrier !== undefined) this.instant.barrier.beforeChange(this, key, slot);
    return buffer;
  }

  /** The value at a key, for a look that leaves no trace: it counts as no look-up, tells nobody, and is no use of the value. */
  peek(key: string): Value | undefined {
    const slot = this.find(key);
    return slot === undefined ? undefined : this.values.get(slot);
  }

  /** Whether there is such a key, for a look that leaves no trace, as {@link peek}. */
  has(key: string): boolean {
    return this.find(key) !== undefined;
  }

  /** Notes a use of the value at a key, also for a session whose look-ups are none; a look-up by a reader otherwise. */
  use(key: string): boolean {
    const slot = this.lookUp(key);
    if (slot === undefined) return false;
    this.noteUse(slot);
    return true;
  }

  private openAt<T extends DataValue>(slot: number, key: string, kind: Kind<T>): T {
    this.touch(slot);
    const value = this.values.get(slot);
    if (!(value instanceof kind)) throw WRONG_TYPE;
    if (this.instant.barrier !== undefined) this.instant.barrier.beforeChange(this, key, slot);
    return value;
  }

  private bufferAt(slot: number): ByteBuffer {
    const value = this.values.get(slot);
    if (value instanceof ByteBuffer) return value;
    if (typeof value !== "string") throw WRONG_TYPE;
    const buffer = ByteBuffer.from(value);
    if (buffer.length >= BUFFER_BYTES_MIN) this.values.set(slot, buffer);
    return buffer;
  }

  /** Stores a value with a deadline or none; whatever the key held is gone, its deadline too. */
  set(key: string, value: Value, deadlineMs: Int64 = NO_DEADLINE): void {
    const slot = this.put(key, value);
    if (deadlineMs !== NO_DEADLINE || this.volatileSlots.length > 0) this.setDeadlineAt(slot, deadlineMs);
  }

  /** Stores a value and leaves the deadline as it is. */
  replace(key: string, value: Value): void {
    this.put(key, value);
  }

  private put(key: string, value: Value): number {
    const slot = this.findToReplace(key);
    this.trackFields(key, value);
    if (slot !== undefined) {
      if (this.instant.barrier !== undefined) this.instant.barrier.beforeChange(this, key, slot);
      this.values.set(slot, value);
      this.noteReplacement(slot);
      if (this.account !== undefined) this.account.measure(slot, key, value);
      return slot;
    }
    this.values.push(value);
    const { frequency, seconds } = this.instant;
    this.uses.push(frequency === undefined ? seconds : frequency.first(seconds));
    const added = this.index.add(key);
    if (this.account !== undefined) this.account.push(key, value);
    this.listener.keyAdded(this, key);
    return added;
  }

  /** Notes a use of the value in a slot, unless the running command's session asked that its look-ups be none. */
  private touch(slot: number): void {
    if (!this.instant.noTouch) this.noteUse(slot);
  }

  /** A new value is as old as the command that brought it; how often its key is used goes on from what it was. */
  private noteReplacement(slot: number): void {
    if (this.instant.frequency === undefined || !this.instant.noTouch) this.noteUse(slot);
  }

  private noteUse(slot: number): void {
    const { frequency, seconds } = this.instant;
    this.uses.set(slot, frequency === undefined ? seconds : frequency.next(this.uses.get(slot), seconds));
  }

  /** Removes a key; answers whether it was there. */
  delete(key: string): boolean {
    const slot = this.find(key);
    if (slot === undefined) return false;
    this.removeAt(slot);
    return true;
  }

  /** Removes everything. The old contents are left to the garbage collector, so this takes no time. */
  clear(): void {
    if (this.instant.barrier !== undefined) this.instant.barrier.beforeClear(this);
    this.index = new SlotIndex();
    this.values = new Column();
    this.uses = new Uint32Column();
    this.deadlines = new SparseInt64Column();
    this.volatileSlots = new Column();
    this.volatilePlaces = new SparseNumberColumn();
    this.expiryCursor = 0;
    this.fieldDeadlines = new DeadlineQueue();
    if (this.account !== undefined) this.account = this.account.successor();
  }

  /** Exchanges all keys with another database. Each keeps its number, and with it the sessions that selected it. */
  swapContents(other: Keyspace): void {
    if (this.instant.barrier !== undefined) this.instant.barrier.beforeSwap(this, other);
    [this.index, other.index] = [other.index, this.index];
    [this.values, other.values] = [other.values, this.values];
    [this.uses, other.uses] = [other.uses, this.uses];
    [this.deadlines, other.deadlines] = [other.deadlines, this.deadlines];
    [this.volatileSlots, other.volatileSlots] = [other.volatileSlots, this.volatileSlots];
    [this.volatilePlaces, other.volatilePlaces] = [other.volatilePlaces, this.volatilePlaces];
    [this.expiryCursor, other.expiryCursor] = [other.expiryCursor, this.expiryCursor];
    [this.fieldDeadlines, other.fieldDeadlines] = [other.fieldDeadlines, this.fieldDeadlines];
    [this.account, other.account] = [other.account, this.account];
  }

  /** The deadline of a key in milliseconds since the epoch; {@link NO_DEADLINE} when it has none, undefined when there is no key. */
  deadline(key: string): Int64 | undefined {
    const slot = this.find(key);
    return slot === undefined ? undefined : this.deadlines.exact(slot);
  }

  /** Sets or, with {@link NO_DEADLINE}, removes the deadline of a key that is there. */
  setDeadline(key: string, deadlineMs: Int64): void {
    const slot = this.find(key);
    if (slot === undefined) return;
    if (this.instant.barrier !== undefined) this.instant.barrier.beforeChange(this, key, slot);
    this.setDeadlineAt(slot, deadlineMs);
  }

  /** Seconds since the value of a key was last read or changed; undefined when there is no key. */
  idleSeconds(key: string): number | undefined {
    const slot = this.find(key);
    if (slot === undefined) return undefined;
    const { frequency, seconds } = this.instant;
    const use = this.uses.get(slot);
    return frequency === undefined ? Math.max(0, seconds - use) : frequency.idleSeconds(use, seconds);
  }

  /** Makes a key that is there one that has not been used for so many seconds, if that is what is noted of keys. */
  setIdle(key: string, seconds: number): void {
    const slot = this.find(key);
    if (slot === undefined || this.instant.frequency !== undefined) return;
    this.uses.set(slot, Math.max(0, this.instant.seconds - seconds));
  }

  /** How often a key is used, 0 to 255; undefined when there is no key or nobody counts. */
  useCount(key: string): number | undefined {
    const { frequency, seconds } = this.instant;
    const slot = this.find(key);
    return slot === undefined ? undefined : frequency?.count(this.uses.get(slot), seconds);
  }

  /** Makes a key that is there one that is used so often, if that is what is noted of keys. */
  setUseCount(key: string, count: number): void {
    const { frequency, seconds } = this.instant;
    const slot = this.find(key);
    if (slot !== undefined && frequency !== undefined) this.uses.set(slot, frequency.of(count, seconds));
  }

  /** Notes from now on how often keys are used, or else when. What can be carried over is. */
  convertUses(frequency: UseFrequency, toFrequency: boolean): void {
    const { seconds } = this.instant;
    for (let slot = 0; slot < this.index.size; slot++) {
      const use = this.uses.get(slot);
      this.uses.set(
        slot,
        toFrequency ? frequency.first(use) : Math.max(0, seconds - frequency.idleSeconds(use, seconds)),
      );
    }
  }

  /** What {@link Instant.frequency} makes of a use, or the second it was made in. */
  useAt(slot: number): number {
    return this.uses.get(slot);
  }

  /** The deadline of the key in a slot, or the nearest double to one beyond 2^53. */
  deadlineAt(slot: number): number {
    return this.deadlines.get(slot);
  }

  /** The slot of a key with a deadline, for each place from 0 to {@link volatileSize} - 1. */
  volatileSlotAt(place: number): number {
    return this.volatileSlots.get(place);
  }

  /** Removes the key in a slot to make room. One whose deadline has passed goes for that reason. */
  evictAt(slot: number): void {
    if (this.isExpiredAt(slot)) return this.expireAt(slot);
    const key = this.index.keyAt(slot);
    this.removeAt(slot);
    this.listener.keyEvicted(this, key);
  }

  /** Adds to a tally what the keys take in memory from now on; undefined for no longer. */
  keepAccount(tally: MemoryTally | undefined): void {
    this.account?.close();
    this.account = tally === undefined ? undefined : new MemoryAccount(tally);
    if (this.account === undefined) return;
    for (let slot = 0; slot < this.index.size; slot++) this.account.push(this.index.keyAt(slot), this.values.get(slot));
  }

  get isAccounted(): boolean {
    return this.account !== undefined;
  }

  /** The value at a key was edited in place by a command that brought so many bytes. */
  noteChange(key: string, broughtBytes: number): void {
    const slot = this.index.find(key);
    if (slot !== undefined) this.account?.changed(slot, key, this.values.get(slot), broughtBytes);
  }

  /** Measures one value that has changed since it was measured. Answers false when there was none. */
  settleAccount(): boolean {
    const key = this.account?.takeMarked();
    if (key === undefined) return false;
    const slot = this.index.find(key);
    if (slot !== undefined) this.account!.measure(slot, key, this.values.get(slot));
    return true;
  }

  /** To be called after fields of the value at a key were given deadlines; a value that is stored brings its own. */
  trackFields(key: string, value: Value): void {
    const earliest = typeof value === "string" ? undefined : value.earliestDeadline;
    if (earliest !== undefined) this.fieldDeadlines.set(key, earliest);
    else if (this.fieldDeadlines.size > 0) this.fieldDeadlines.delete(key);
  }

  /** A slot as {@link keyAt} and {@link valueAt} take it; it may hold a key whose deadline has passed. */
  isExpiredAt(slot: number): boolean {
    const deadline = this.deadlines.get(slot);
    return deadline !== NO_DEADLINE && deadline <= this.instant.nowMs;
  }

  /** Visits slots as {@link SlotIndex.scan} does. */
  scan(cursor: number, window: number, visit: (slot: number) => boolean): number {
    return this.index.scan(cursor, window, visit);
  }

  keyAt(slot: number): string {
    return this.index.keyAt(slot);
  }

  valueAt(slot: number): Value {
    return this.values.get(slot);
  }

  /**
   * A key chosen evenly; undefined when there is none. `random` answers numbers in [0, 1). A key met on the way whose
   * deadline has passed goes, so the search ends even where no key is left to live.
   */
  randomKey(random: () => number): string | undefined {
    for (let tries = 0; this.index.size > 0; tries++) {
      const slot = Math.floor(random() * this.index.size);
      if (!this.isExpiredAt(slot)) return this.index.keyAt(slot);
      if (!this.keepsExpired) this.expireAt(slot);
      else if (tries === RANDOM_TRIES_MAX) break;
    }
    return undefined;
  }

  /** Mean time to live of the keys with a deadline, in milliseconds, over a sample of at most `samples`. */
  averageTtlMs(samples: number): number {
    const count = Math.min(samples, this.volatileSlots.length);
    let sum = 0;
    for (let place = 0; place < count; place++) {
      sum += Math.max(0, this.deadlines.get(this.volatileSlots.get(place)) - this.instant.nowMs);
    }
    return count === 0 ? 0 : Math.floor(sum / count);
  }

  /**
   * Visits up to `count` keys with a deadline, going on where the last call ended, and removes those whose time has
   * come. Answers how many it removed. A full round over all of them meets every one that was there when it began.
   */
  expireSome(count: number): number {
    if (this.keepsExpired) return 0;
    let removed = 0;
    for (let i = 0; i < count && this.volatileSlots.length > 0; i++) {
      if (this.expiryCursor === 0 || this.expiryCursor > this.volatileSlots.length) {
        this.expiryCursor = this.volatileSlots.length;
      }
      const slot = this.volatileSlots.get(--this.expiryCursor);
      if (this.deadlines.get(slot) > this.instant.nowMs) continue;
      this.expireAt(slot);
      removed++;
    }
    return removed;
  }

  /** Removes up to `count` fields whose time has come, where it came first. Answers whether more are due. */
  expireSomeFields(count: number): boolean {
    if (!this.areFieldsDue()) return false;
    const key = this.fieldDeadlines.first!;
    this.expireFields(key, this.index.find(key)!, count);
    return this.areFieldsDue();
  }

  /** A look-up by a reader, which is counted. */
  private lookUp(key: string): number | undefined {
    const slot = this.find(key);
    if (slot !== undefined) {
      this.instant.hits++;
    } else {
      this.instant.misses++;
      this.listener.keyMissed(this, key);
    }
    return slot;
  }

  private find(key: string): number | undefined {
    const slot = this.index.find(key);
    if (slot === undefined) return undefined;
    const deadline = this.deadlines.get(slot);
    if (deadline === NO_DEADLINE || deadline > this.instant.nowMs) {
      return this.areFieldsDue() ? this.findWithoutExpired(key, slot) : slot;
    }
    if (!this.keepsExpired) this.expireAt(slot);
    return undefined;
  }

  /** The slot of a key that gets another value. What has expired makes room for it, whatever keeps it otherwise. */
  private findToReplace(key: string): number | undefined {
    const slot = this.find(key);
    if (slot !== undefined || !this.keepsExpired) return slot;
    const expired = this.index.find(key);
    if (expired !== undefined) this.expireAt(expired);
    return undefined;
  }

  private get keepsExpired(): boolean {
    return this.instant.nowMs < this.instant.keepsExpiredUntilMs;
  }

  /** Whether fields are due in any value, and may go. */
  private areFieldsDue(): boolean {
    return this.fieldDeadlines.earliest <= this.instant.nowMs && !this.keepsExpired;
  }

  /** The slot of a key after all expired fields of its value were removed; undefined when the key went with them. */
  private findWithoutExpired(key: string, slot: number): number | undefined {
    for (;;) {
      const due = this.fieldDeadlines.get(key);
      if (due === undefined || due > this.instant.nowMs) return this.index.find(key);
      this.expireFields(key, slot, EXPIRED_FIELDS_MAX);
    }
  }

  /** Removes expired fields of the value at a slot, and the key with the last one. */
  private expireFields(key: string, slot: number, count: number): void {
    // Only such values are tracked as have elements that expire.
    const value = this.values.get(slot) as Required<DataValue>;
    if (this.instant.barrier !== undefined) this.instant.barrier.beforeChange(this, key, slot);
    const fields = value.removeExpired(this.instant.nowMs, count);
    const emptied = value.size === 0;
    if (emptied) this.removeAt(slot);
    else this.trackFields(key, value);
    if (fields.length > 0) this.listener.fieldsExpired(this, key, fields, emptied);
  }

  private expireAt(slot: number): void {
    const key = this.index.keyAt(slot);
    this.removeAt(slot);
    this.listener.keyExpired(this, key);
  }

  private setDeadlineAt(slot: number, deadlineMs: Int64): void {
    const place = this.volatilePlaces.get(slot) - 1;
    if (deadlineMs !== NO_DEADLINE && place < 0) {
      this.volatileSlots.push(slot);
      this.volatilePlaces.set(slot, this.volatileSlots.length);
    } else if (deadlineMs === NO_DEADLINE && place >= 0) {
      this.volatileSlots.removeAt(place);
      if (place < this.volatileSlots.length) this.volatilePlaces.set(this.volatileSlots.get(place), place + 1);
      this.volatilePlaces.set(slot, 0);
    }
    this.deadlines.set(slot, deadlineMs);
  }

  private removeAt(slot: number): void {
    if (this.instant.barrier !== undefined) this.instant.barrier.beforeChange(this, this.index.keyAt(slot), slot);
    this.setDeadlineAt(slot, NO_DEADLINE);
    if (this.fieldDeadlines.size > 0) this.fieldDeadlines.delete(this.index.keyAt(slot));
    this.index.removeAt(slot);
    this.values.removeAt(slot);
    this.uses.removeAt(slot);
    if (this.account !== undefined) this.account.removeAt(slot);
    const last = this.index.size;
    if (slot === last) return;
    this.deadlines.move(last, slot);
    this.volatilePlaces.move(last, slot);
    const place = this.volatilePlaces.get(slot) - 1;
    if (place >= 0) this.volatileSlots.set(place, slot);
  }
}
