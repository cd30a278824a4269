/**
 * One database: keys with values and deadlines, in the slots of a {@link SlotIndex}. It has no clock but the instant
 * that it shares with the engine, and does not look inside values.
 *
 * Deadlines are in a column beside the values, so reading a key without one costs no second look-up. The slots that
 * have one are also listed densely, for active expiry and sampling.
 *
 * A hash may have fields with deadlines. Each look-up of a key first removes the expired fields of its value, so no
 * command sees one. The keyspace keeps the time at which each such value is due next, so look-ups cost nothing while
 * none is.
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

/** What the databases of an engine share: the time as the running command sees it, and counts of look-ups. */
export interface Instant {
  /** The current time in milliseconds since the epoch. It does not change while a command runs. */
  nowMs: number;
  /** The current time in whole seconds since the epoch, in which uses of keys are recorded. */
  seconds: number;
  /**
   * Until this time, in milliseconds since the epoch, nothing expired is removed: CLIENT PAUSE keeps the data as they are.
   * An expired key is not found meanwhile; an expired field of a hash is.
   */
  keepsExpiredUntilMs: number;
  /** Look-ups by readers that found a key. */
  hits: number;
  /** Look-ups by readers that found no key. */
  misses: number;
  /** CLIENT NO-TOUCH: look-ups of the running command do not count as uses. */
  noTouch: boolean;
  /** Informed before every change; undefined while no snapshot is under way. */
  barrier: WriteBarrier | undefined;
  /** Records uses in place of their time, under an LFU policy; undefined under any other. */
  frequency: UseFrequency | undefined;
}

/** The instant of new databases at a time in milliseconds since the epoch. */
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

/** Moves the present, which is in microseconds since the epoch. Within a millisecond, it stays where it is. */
export function setTime(instant: Instant, nowUs: number): void {
  const sinceUs = nowUs - instant.nowMs * 1000;
  if (sinceUs >= 0 && sinceUs < 1000) return;
  instant.nowMs = Math.floor(nowUs / 1000);
  instant.seconds = Math.floor(nowUs / 1e6);
}

/** The class of a kind of value, such as `HashValue`. Strings have two forms, and methods of their own. */
type Kind<T extends DataValue> = abstract new (...args: never[]) => T;

/** Informed of what happens to keys, apart from what commands declare themselves. */
export interface KeyspaceListener {
  /** A key was added. */
  keyAdded(keyspace: Keyspace, key: string): void;
  /** A look-up found no key. */
  keyMissed(keyspace: Keyspace, key: string): void;
  /** A key was removed because its deadline had passed. */
  keyExpired(keyspace: Keyspace, key: string): void;
  /** A key was evicted. */
  keyEvicted(keyspace: Keyspace, key: string): void;
  /**
   * Fields of a hash were removed because their deadline had passed. `emptied`: none is left, so the key was removed
   * too.
   */
  fieldsExpired(keyspace: Keyspace, key: string, fields: readonly string[], emptied: boolean): void;
}

/** A key as it is: what it holds, and until when. */
export interface KeyState {
  readonly value: Value;
  /** Milliseconds since the epoch; {@link NO_DEADLINE} for none. */
  readonly deadlineMs: Int64;
}

/** The deadline of a key that has none. */
export const NO_DEADLINE = 0;

/** Keys that {@link Keyspace.randomKey} draws at most while expired keys are kept. */
const RANDOM_TRIES_MAX = 100;

/** Fields that are removed, and journalled, together. */
const EXPIRED_FIELDS_MAX = 1024;

/**
 * One database. It owns its values: a value that is answered may be read until the next command, and changed only after
 * `edit`.
 */
export class Keyspace {
  /** The number that SELECT takes. */
  readonly number: number;
  private readonly instant: Instant;
  private readonly listener: KeyspaceListener;
  private index = new SlotIndex();
  private values = new Column<Value>();
  /**
   * For each slot, when its value was last used, in seconds since the epoch, or how often: see {@link
   * Instant.frequency}.
   */
  private uses = new Uint32Column();
  /** For each slot, its deadline in milliseconds since the epoch; 0 for none. */
  private deadlines = new SparseInt64Column();
  /** The slots that have a deadline, in no order. */
  private volatileSlots = new Column<number>();
  /** For each slot, its place in `volatileSlots` plus one; 0 for none. */
  private volatilePlaces = new SparseNumberColumn();
  /** Places of `volatileSlots` that active expiry has still to visit in this round. */
  private expiryCursor = 0;
  /**
   * For each key whose value has elements that expire, the time at which the first one is due. It may be too early,
   * since a value can lose a deadline, but is never too late.
   */
  private fieldDeadlines = new DeadlineQueue();
  /** The memory that keys take; undefined while there is no limit on memory. */
  private account: MemoryAccount | undefined;

  constructor(number: number, instant: Instant, listener: KeyspaceListener) {
    this.number = number;
    this.instant = instant;
    this.listener = listener;
  }

  /** The number of keys, including expired ones that have not been removed yet. */
  get size(): number {
    return this.index.size;
  }

  /** The number of keys with a deadline. */
  get volatileSize(): number {
    return this.volatileSlots.length;
  }

  /**
   * Looks a value of one kind up for a reader, which must not edit it. Counts a hit or a miss, reports a miss, and
   * records a use. Undefined when there is no such key or it has expired, in which case it is removed. Throws WRONGTYPE
   * for another kind.
   */
  read<T extends DataValue>(key: string, kind: Kind<T>): T | undefined {
    const value = this.readValue(key);
    if (value === undefined || value instanceof kind) return value;
    throw WRONG_TYPE;
  }

  /** The value at a key for a reader, of any kind. Otherwise as {@link read}. */
  readValue(key: string): Value | undefined {
    const slot = this.lookUp(key);
    if (slot === undefined) return undefined;
    this.touch(slot);
    return this.values.get(slot);
  }

  /** The value at a key for a reader, without recording a use (EXISTS, TTL, TYPE). Otherwise as {@link readValue}. */
  readUntouched(key: string): Value | undefined {
    const slot = this.lookUp(key);
    return slot === undefined ? undefined : this.values.get(slot);
  }

  /** The value at a key for OBJECT: counts a hit or a miss, and neither reports a miss nor records a use. */
  inspect(key: string): Value | undefined {
    const slot = this.find(key);
    if (slot === undefined) this.instant.misses++;
    else this.instant.hits++;
    return slot === undefined ? undefined : this.values.get(slot);
  }

  /** The string at a key for a reader, as a byte string. Otherwise as {@link read}. */
  readString(key: string): string | undefined {
    const value = this.readValue(key);
    if (value === undefined || typeof value === "string") return value;
    if (value instanceof ByteBuffer) return value.toString();
    throw WRONG_TYPE;
  }

  /** The string at a key for a reader, in the form that is stored, to take parts of it. Otherwise as {@link read}. */
  readStringValue(key: string): StringValue | undefined {
    const value = this.readValue(key);
    if (value === undefined || typeof value === "string" || value instanceof ByteBuffer) return value;
    throw WRONG_TYPE;
  }

  /**
   * The string at a key for a reader, as a buffer to process by words. A large string is stored in this form from now
   * on; a small one is copied. Otherwise as {@link read}.
   */
  readBuffer(key: string): ByteBuffer | undefined {
    const slot = this.lookUp(key);
    if (slot === undefined) return undefined;
    this.touch(slot);
    return this.bufferAt(slot);
  }

  /**
   * Looks a value of one kind up for a writer, which may edit it until its command ends; informs the {@link
   * WriteBarrier} first. Records a use, and counts no hit or miss. Undefined when there is no such key or it has
   * expired, in which case it is removed. Throws WRONGTYPE for another kind.
   */
  edit<T extends DataValue>(key: string, kind: Kind<T>): T | undefined {
    const slot = this.find(key);
    return slot === undefined ? undefined : this.openAt(slot, key, kind);
  }

  /** Looks a value up for a writer as {@link edit} does, and counts a hit or a miss, where Redis does. */
  readToEdit<T extends DataValue>(key: string, kind: Kind<T>): T | undefined {
    const slot = this.lookUp(key);
    return slot === undefined ? undefined : this.openAt(slot, key, kind);
  }

  /** The value at a key for a writer that moves or removes it, of any kind. It must not be edited in place. */
  editValue(key: string): Value | undefined {
    const slot = this.find(key);
    if (slot === undefined) return undefined;
    this.touch(slot);
    return this.values.get(slot);
  }

  /**
   * The string at a key for a writer, as a byte string; store a changed one with {@link replace}. Otherwise as {@link
   * edit}.
   */
  editString(key: string): string | undefined {
    const value = this.editValue(key);
    if (value === undefined || typeof value === "string") return value;
    if (value instanceof ByteBuffer) return value.toString();
    throw WRONG_TYPE;
  }

  /**
   * The string at a key for a writer, in the form that is stored. A buffer may be edited in place; store a changed byte
   * string with {@link replace}. Otherwise as {@link edit}.
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
   * The string at a key for a writer, as a buffer to edit. A large string is stored in this form from now on; a small
   * one is copied, so end the edit with `replace(key, buffer.toValue())`. Otherwise as {@link edit}.
   */
  editBuffer(key: string): ByteBuffer | undefined {
    const slot = this.find(key);
    if (slot === undefined) return undefined;
    this.touch(slot);
    const buffer = this.bufferAt(slot);
    if (this.instant.barrier !== undefined) this.instant.barrier.beforeChange(this, key, slot);
    return buffer;
  }

  /** The value at a key, without a trace: no look-up is counted, no miss reported, no use recorded. */
  peek(key: string): Value | undefined {
    const slot = this.find(key);
    return slot === undefined ? undefined : this.values.get(slot);
  }

  /** Whether a key exists, without a trace, as {@link peek}. */
  has(key: string): boolean {
    return this.find(key) !== undefined;
  }

  /** Looks a key up for a reader and records a use, whatever CLIENT NO-TOUCH says. Answers whether the key exists. */
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

  /** Stores a value with a deadline, or none. The key's old value and deadline are dropped. */
  set(key: string, value: Value, deadlineMs: Int64 = NO_DEADLINE): void {
    const slot = this.put(key, value);
    if (deadlineMs !== NO_DEADLINE || this.volatileSlots.length > 0) this.setDeadlineAt(slot, deadlineMs);
  }

  /** Stores a value and keeps the key's deadline. */
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
    const added = this.append(key, value);
    this.listener.keyAdded(this, key);
    return added;
  }

  /** Adds a key that is not there; answers its slot. */
  private append(key: string, value: Value): number {
    this.values.push(value);
    const { frequency, seconds } = this.instant;
    this.uses.push(frequency === undefined ? seconds : frequency.first(seconds));
    const added = this.index.add(key);
    if (this.account !== undefined) this.account.push(added, key, value);
    return added;
  }

  /** Records a use of the value in a slot, unless the running command's session has CLIENT NO-TOUCH on. */
  private touch(slot: number): void {
    if (!this.instant.noTouch) this.noteUse(slot);
  }

  /** Gives a new value the current time as its last use, or, under an LFU policy, the use count of the old value. */
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

  /** Removes all keys. Takes no time, as the garbage collector frees the old contents. */
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

  /** A database with the keys that this one holds and is about to lose. Until then it is only to be read, slot by slot. */
  twin(): Keyspace {
    const twin = this.vacant();
    twin.index = this.index;
    twin.values = this.values;
    twin.uses = this.uses;
    twin.deadlines = this.deadlines;
    twin.volatileSlots = this.volatileSlots;
    twin.volatilePlaces = this.volatilePlaces;
    twin.fieldDeadlines = this.fieldDeadlines;
    return twin;
  }

  /** A database of this number without keys. */
  vacant(): Keyspace {
    return new Keyspace(this.number, this.instant, this.listener);
  }

  /**
   * Puts another state in the place of a key, undefined for none, and answers the one that was there, expired or not.
   * Nobody is informed, no barrier either.
   */
  exchange(key: string, state: KeyState | undefined): KeyState | undefined {
    const slot = this.index.find(key);
    const before =
      slot === undefined ? undefined : { value: this.values.get(slot), deadlineMs: this.deadlines.exact(slot) };
    if (state === undefined) {
      if (slot !== undefined) this.dropAt(slot);
      return before;
    }
    this.trackFields(key, state.value);
    const place = slot ?? this.append(key, state.value);
    if (slot !== undefined) {
      this.values.set(slot, state.value);
      this.account?.measure(slot, key, state.value);
    }
    if (state.deadlineMs !== NO_DEADLINE || this.volatileSlots.length > 0) this.setDeadlineAt(place, state.deadlineMs);
    return before;
  }

  /**
   * Exchanges all keys with another database. Each database keeps its number, and the sessions that have selected it.
   */
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

  /**
   * The deadline of a key in milliseconds since the epoch: {@link NO_DEADLINE} if it has none, undefined if there is no
   * such key.
   */
  deadline(key: string): Int64 | undefined {
    const slot = this.find(key);
    return slot === undefined ? undefined : this.deadlines.exact(slot);
  }

  /** Sets the deadline of an existing key, or removes it with {@link NO_DEADLINE}. */
  setDeadline(key: string, deadlineMs: Int64): void {
    const slot = this.find(key);
    if (slot === undefined) return;
    if (this.instant.barrier !== undefined) this.instant.barrier.beforeChange(this, key, slot);
    this.setDeadlineAt(slot, deadlineMs);
  }

  /** Seconds since a key was last used; undefined when there is no such key. */
  idleSeconds(key: string): number | undefined {
    const slot = this.find(key);
    if (slot === undefined) return undefined;
    const { frequency, seconds } = this.instant;
    const use = this.uses.get(slot);
    return frequency === undefined ? Math.max(0, seconds - use) : frequency.idleSeconds(use, seconds);
  }

  /**
   * Sets the last use of an existing key to so many seconds ago, unless an LFU policy records how often keys are used.
   */
  setIdle(key: string, seconds: number): void {
    const slot = this.find(key);
    if (slot === undefined || this.instant.frequency !== undefined) return;
    this.uses.set(slot, Math.max(0, this.instant.seconds - seconds));
  }

  /** How often a key is used, from 0 to 255; undefined when there is no such key, or no LFU policy is set. */
  useCount(key: string): number | undefined {
    const { frequency, seconds } = this.instant;
    const slot = this.find(key);
    return slot === undefined ? undefined : frequency?.count(this.uses.get(slot), seconds);
  }

  /** Sets how often an existing key is used, if an LFU policy records that. */
  setUseCount(key: string, count: number): void {
    const { frequency, seconds } = this.instant;
    const slot = this.find(key);
    if (slot !== undefined && frequency !== undefined) this.uses.set(slot, frequency.of(count, seconds));
  }

  /** Records how often keys are used from now on, or when. Converts what is recorded so far. */
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

  /** What {@link Instant.frequency} has recorded of the slot's key, or the second of its last use. */
  useAt(slot: number): number {
    return this.uses.get(slot);
  }

  /** The deadline of the key in a slot; the nearest double to one beyond 2^53. */
  deadlineAt(slot: number): number {
    return this.deadlines.get(slot);
  }

  /** The deadline of the key at a slot to the last digit. */
  exactDeadlineAt(slot: number): Int64 {
    return this.deadlines.exact(slot);
  }

  /** When the first elements of values may expire, in milliseconds since the epoch; Infinity for never. */
  get earliestFieldMs(): number {
    return this.fieldDeadlines.earliest;
  }

  /** Whether any value may have elements that expire. */
  get mayHaveFieldDeadlines(): boolean {
    return this.fieldDeadlines.size > 0;
  }

  /** The slot of a key with a deadline, by place from 0 to {@link volatileSize} - 1. */
  volatileSlotAt(place: number): number {
    return this.volatileSlots.get(place);
  }

  /** Evicts the key in a slot. An expired key is removed as such. */
  evictAt(slot: number): void {
    if (this.isExpiredAt(slot)) return this.expireAt(slot);
    const key = this.index.keyAt(slot);
    this.removeAt(slot);
    this.listener.keyEvicted(this, key);
  }

  /** Adds the memory of the keys to a tally from now on, those that are there by {@link fillAccount}; stops with undefined. */
  keepAccount(tally: MemoryTally | undefined): void {
    this.account?.close();
    this.account = tally === undefined ? undefined : new MemoryAccount(tally);
  }

  /** Adds so many keys to the memory account that are not in it yet. Answers whether all are. */
  fillAccount(count: number): boolean {
    const { account } = this;
    if (account === undefined) return true;
    const end = Math.min(this.index.size, account.covered + count);
    for (let slot = account.covered; slot < end; slot++)
      account.push(slot, this.index.keyAt(slot), this.values.get(slot));
    return end === this.index.size;
  }

  get isAccounted(): boolean {
    return this.account !== undefined;
  }

  /** Updates the memory account after a value was edited in place by a command with so many bytes of arguments. */
  noteChange(key: string, broughtBytes: number): void {
    const slot = this.index.find(key);
    if (slot !== undefined) this.account?.changed(slot, key, this.values.get(slot), broughtBytes);
  }

  /** Measures one value that has changed since it was measured. Answers false when there was none. */
  measureMarked(): boolean {
    const key = this.account?.takeMarked();
    if (key === undefined) return false;
    const slot = this.index.find(key);
    if (slot !== undefined) this.account!.measure(slot, key, this.values.get(slot));
    return true;
  }

  /**
   * Call it after fields of the value at a key were given deadlines. A value that is stored brings its deadlines along.
   */
  trackFields(key: string, value: Value): void {
    const earliest = typeof value === "string" ? undefined : value.earliestDeadline;
    if (earliest !== undefined) this.fieldDeadlines.set(key, earliest);
    else if (this.fieldDeadlines.size > 0) this.fieldDeadlines.delete(key);
  }

  /** Whether the key in a slot has expired. */
  isExpiredAt(slot: number): boolean {
    const deadline = this.deadlines.get(slot);
    return deadline !== NO_DEADLINE && deadline <= this.instant.nowMs;
  }

  /** Visits slots from a cursor on until `visit` answers false; see {@link SlotIndex.scan}. */
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
   * A random key, each with the same chance; undefined when there is none. `random` answers numbers in [0, 1). Removes
   * expired keys that it draws, so it ends even if all keys have expired.
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

  /** Mean time to live of keys with a deadline, in milliseconds, from at most `samples` of them. */
  averageTtlMs(samples: number): number {
    const count = Math.min(samples, this.volatileSlots.length);
    let sum = 0;
    for (let place = 0; place < count; place++) {
      sum += Math.max(0, this.deadlines.get(this.volatileSlots.get(place)) - this.instant.nowMs);
    }
    return count === 0 ? 0 : Math.floor(sum / count);
  }

  /**
   * Visits up to `count` keys with a deadline, continuing after the last call, and removes the expired ones. Answers
   * how many it removed. A full round visits every key that was there when it began.
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

  /** Removes up to `count` expired fields of hashes, the earliest first. Answers whether there are more. */
  expireSomeFields(count: number): boolean {
    if (!this.areFieldsDue()) return false;
    const key = this.fieldDeadlines.first!;
    this.expireFields(key, this.index.find(key)!, count);
    return this.areFieldsDue();
  }

  /** Looks a key up for a reader, and counts a hit or a miss. */
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
    const { nowMs } = this.instant;
    const deadline = this.deadlines.get(slot);
    if (this.fieldDeadlines.earliest > nowMs && (deadline === NO_DEADLINE || deadline > nowMs)) return slot;
    return this.findUnlessExpired(key, slot);
  }

  /** The slot of a key if it has not expired. Removes the key or fields of its value if they have. */
  private findUnlessExpired(key: string, slot: number): number | undefined {
    if (!this.isExpiredAt(slot)) return this.areFieldsDue() ? this.findWithoutExpired(key, slot) : slot;
    if (!this.keepsExpired) this.expireAt(slot);
    return undefined;
  }

  /** The slot of a key that gets another value. Removes the key if it has expired, even while expired keys are kept. */
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

  /** Whether any value has expired fields that may be removed now. */
  private areFieldsDue(): boolean {
    return this.fieldDeadlines.earliest <= this.instant.nowMs && !this.keepsExpired;
  }

  /**
   * The slot of a key after removing the expired fields of its value. Undefined when the key was removed with the last
   * one.
   */
  private findWithoutExpired(key: string, slot: number): number | undefined {
    for (;;) {
      const due = this.fieldDeadlines.get(key);
      if (due === undefined || due > this.instant.nowMs) return this.index.find(key);
      this.expireFields(key, slot, EXPIRED_FIELDS_MAX);
    }
  }

  /** Removes expired fields of the value in a slot, and its key when none is left. */
  private expireFields(key: string, slot: number, count: number): void {
    // Only values with elements that expire are tracked.
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
    const { barrier } = this.instant;
    if (barrier !== undefined) {
      barrier.beforeChange(this, this.index.keyAt(slot), slot);
      barrier.beforeRemove(this, slot);
    }
    this.dropAt(slot);
  }

  private dropAt(slot: number): void {
    this.setDeadlineAt(slot, NO_DEADLINE);
    if (this.fieldDeadlines.size > 0) this.fieldDeadlines.delete(this.index.keyAt(slot));
    this.index.removeAt(slot);
    this.values.removeAt(slot);
    this.uses.removeAt(slot);
    const last = this.index.size;
    if (this.account !== undefined && !this.account.removeAt(slot, last))
      this.account.measure(slot, this.index.keyAt(slot), this.values.get(slot));
    if (slot === last) return;
    this.deadlines.move(last, slot);
    this.volatilePlaces.move(last, slot);
    const place = this.volatilePlaces.get(slot) - 1;
    if (place >= 0) this.volatileSlots.set(place, slot);
  }
}
