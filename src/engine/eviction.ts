/**
 * The limit on the memory of the data, and eviction. As in Redis, a victim is the best of a few random keys of all
 * databases, so evicting takes the same time for any number of keys.
 */
import type { Environment } from "../core/environment.ts";
import type { Limits } from "../core/limits.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Keyspace } from "../data/keyspace.ts";
import type { MemoryTally } from "../data/memory-account.ts";
import type { ChangeOrigin, KeyChangeListener, KeyChanges, SetListening } from "./key-changes.ts";
import { wordsBytes } from "./sizes.ts";
import { UseFrequency } from "../data/use-frequency.ts";
import type { EvictionPolicy } from "../core/policies.ts";

/** Keys evicted between two looks at the clock. */
const BATCH = 16;

/**
 * The least memory of a key. As in Redis, a lower limit refuses every command that takes memory; tests and
 * administrators set 1 for that.
 */
const KEY_BYTES_MIN = 48;

/** A key that may be evicted. */
interface Candidate {
  readonly db: Keyspace;
  readonly slot: number;
}

/** Shares of the heap in use: the data is counted from the first on, at once from the second on, and no more below the third. */
const NEAR_SHARE = 1 / 3;
const URGENT_SHARE = 1 / 2;
const FAR_SHARE = 1 / 6;

/** Time between two looks at the heap while a script runs, in microseconds. */
const LOOK_US = 20_000;

/** A script that has begun to write goes on beyond the limit, but not beyond so many times what the heap may hold. */
const EXCESS = 1.2;

/** The heap that the data is in. */
export interface HeapGauge {
  /** Estimated bytes of keys and values that it may hold. */
  readonly dataBytesMax: number;
  /** How much of it is in use, garbage and buffers outside of it included: 0 to 1, and more. Takes a few microseconds. */
  usedShare(): number;
}

/** Upper bound of the heap bytes of an element, besides its own. */
const ELEMENT_BYTES = 72;

interface EvictionOptions {
  readonly dataset: Dataset;
  readonly environment: Environment;
  readonly limits: Readonly<Limits>;
  readonly changes: KeyChanges;
  /** Called when the limit is set or removed. */
  readonly onLimit: () => void;
  /** Undefined when another limit holds the data within the heap. */
  readonly heap: HeapGauge | undefined;
}

/** The limit of one engine, the sum of its memory, and the choice of victims. */
export class Eviction implements KeyChangeListener {
  /**
   * Keys compared to choose a victim (maxmemory-samples). Redis compares 5 and remembers good candidates; here nothing
   * is remembered, and 10 keys choose as well.
   */
  samples = 10;
  readonly frequency: UseFrequency;
  private readonly of: EvictionOptions;
  private readonly setListening: SetListening;
  private readonly tally: MemoryTally = { bytes: 0 };
  private max = 0;
  /** Whether the heap is so full that the data is counted for it. */
  private isNear = false;
  private isCounting = false;
  /** Whether the sum is of all keys. */
  private isFilled = false;
  private lookedUs = 0;
  private chosen: EvictionPolicy = "noeviction";

  constructor(of: EvictionOptions) {
    this.of = of;
    this.setListening = of.changes.add(this);
    this.frequency = new UseFrequency(() => of.environment.random());
  }

  /** Marks a value whose memory may have grown by what the command brought. */
  keyChanged(keyspace: Keyspace, key: string, { words }: ChangeOrigin): void {
    keyspace.noteChange(key, wordsBytes(words) + words.length * ELEMENT_BYTES);
  }

  /** The limit that was set (maxmemory), in bytes; 0 for none. */
  get maxBytes(): number {
    return this.max;
  }

  /** Setting a limit where there was none measures all keys, which takes about a second for two million. */
  set maxBytes(bytes: number) {
    this.max = bytes;
    this.update();
    if (bytes > 0) this.fill(Infinity);
  }

  /** What the heap may hold of keys and values, in bytes; 0 when nobody told. */
  get heapBytes(): number {
    return this.of.heap?.dataBytesMax ?? 0;
  }

  /** The limit that holds, in bytes: the one that was set or, if that is less, the heap's. 0 for none, or while the heap has room. */
  limitBytes = 0;

  /** Begins to count the data when the heap fills up, and ends when it has become empty. Call it every now and then. */
  watchHeap(): void {
    const { heap } = this.of;
    if (heap === undefined) return;
    this.lookedUs = this.of.environment.elapsedUs();
    const share = heap.usedShare();
    const isNear = share > (this.isNear ? FAR_SHARE : NEAR_SHARE);
    if (isNear !== this.isNear) {
      this.isNear = isNear;
      this.update();
    }
    if (!this.isFilled && this.isCounting)
      this.fill(share < URGENT_SHARE ? this.of.limits.evictionSliceMsMax * 1000 : Infinity);
  }

  /** {@link watchHeap} for a script, within which nothing else is done for seconds. `nowUs` is by the monotonic clock. */
  watchHeapWithin(nowUs: number): void {
    if (nowUs - this.lookedUs > LOOK_US) this.watchHeap();
  }

  /** Whether the data is so far beyond what the heap may hold that a script has to be stopped, though it has written. */
  get isHeapExceeded(): boolean {
    return this.limitBytes > 0 && this.heapBytes > 0 && this.tally.bytes > this.heapBytes * EXCESS;
  }

  /** Counts the data if there is a limit on it. */
  private update(): void {
    const isCounting = this.max > 0 || this.isNear;
    if (isCounting !== this.isCounting) {
      this.isCounting = isCounting;
      this.isFilled = false;
      this.of.dataset.keepAccount(isCounting ? this.tally : undefined);
      this.setListening(isCounting);
    }
    this.limitBytes = isCounting ? Math.min(this.max || Infinity, this.heapBytes || Infinity) : 0;
    this.of.onLimit();
  }

  private fill(sliceUs: number): void {
    const { dataset, environment } = this.of;
    this.isFilled ||= dataset.fillAccount(() => environment.elapsedUs(), sliceUs);
  }

  get policy(): EvictionPolicy {
    return this.chosen;
  }

  set policy(policy: EvictionPolicy) {
    this.chosen = policy;
    this.of.dataset.noteUses(this.frequency, policy.endsWith("lfu"));
  }

  /** Estimated bytes of all keys and values; less while they are not all counted, and 0 without a limit. */
  get usedBytes(): number {
    return this.tally.bytes;
  }

  /** Whether {@link usedBytes} is of all keys. */
  get isCounted(): boolean {
    return this.isCounting && this.isFilled;
  }

  /**
   * Measures values that have changed, for at most the time that eviction may take. The others count as last measured,
   * plus what commands have brought since.
   */
  measureMarked(): void {
    const { dataset, environment, limits } = this.of;
    dataset.measureMarked(() => environment.elapsedUs(), limits.evictionSliceMsMax * 1000);
  }

  /**
   * Evicts keys until the data are within the limit, for at most the time in the limits. The next command or tick
   * continues. Answers whether the data exceed the limit and no key may be evicted.
   */
  makeRoom(): boolean {
    const isTooSmall = this.limitBytes < KEY_BYTES_MIN;
    if (this.tally.bytes <= this.limitBytes && !isTooSmall) return false;
    this.measureMarked();
    const { environment, limits } = this.of;
    const endUs = environment.elapsedUs() + limits.evictionSliceMsMax * 1000;
    for (let evicted = 1; this.tally.bytes > this.limitBytes; evicted++) {
      const victim = this.victim();
      if (victim === undefined) return true;
      victim.db.evictAt(victim.slot);
      if (evicted % BATCH === 0 && environment.elapsedUs() > endUs) return isTooSmall;
    }
    return isTooSmall;
  }

  private victim(): Candidate | undefined {
    const { policy } = this;
    if (policy === "noeviction") return undefined;
    if (policy === "optimistic-volatile") return this.draw(true) ?? this.draw(false);
    const isVolatile = policy.startsWith("volatile");
    if (policy.endsWith("random")) return this.draw(isVolatile);
    return this.best(isVolatile);
  }

  /** The candidate of a sample to evict. */
  private best(isVolatile: boolean): Candidate | undefined {
    let best: Candidate | undefined;
    let bestRank = Infinity;
    for (let sample = 0; sample < this.samples; sample++) {
      const candidate = this.draw(isVolatile);
      if (candidate === undefined) return undefined;
      const rank = this.rank(candidate);
      if (rank < bestRank) [best, bestRank] = [candidate, rank];
    }
    return best;
  }

  /** The rank of a key: the smallest is evicted. */
  private rank({ db, slot }: Candidate): number {
    if (db.isExpiredAt(slot)) return -1;
    if (this.chosen === "volatile-ttl") return db.deadlineAt(slot);
    const use = db.useAt(slot);
    const { frequency, seconds } = this.of.dataset.instant;
    return frequency === undefined ? use : frequency.count(use, seconds);
  }

  /** A random key of all, or of those with a deadline; undefined when there is none. */
  private draw(isVolatile: boolean): Candidate | undefined {
    const {
      dataset: { databases },
      environment,
    } = this.of;
    let total = 0;
    for (const db of databases) total += isVolatile ? db.volatileSize : db.size;
    let at = Math.floor(environment.random() * total);
    for (const db of databases) {
      const size = isVolatile ? db.volatileSize : db.size;
      if (at < size) return { db, slot: isVolatile ? db.volatileSlotAt(at) : at };
      at -= size;
    }
    return undefined;
  }
}
