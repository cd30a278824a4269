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

/** Upper bound of the heap bytes of an element, besides its own. */
const ELEMENT_BYTES = 72;

interface EvictionOptions {
  readonly dataset: Dataset;
  readonly environment: Environment;
  readonly limits: Readonly<Limits>;
  readonly changes: KeyChanges;
  /** Called when the limit is set or removed. */
  readonly onLimit: () => void;
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

  /** The limit in bytes; 0 for none. */
  get maxBytes(): number {
    return this.max;
  }

  /** Setting a limit where there was none measures all keys, which takes about a second for two million. */
  set maxBytes(bytes: number) {
    const wasOn = this.max > 0;
    this.max = bytes;
    if (wasOn !== bytes > 0) {
      this.of.dataset.keepAccount(wasOn ? undefined : this.tally);
      this.setListening(!wasOn);
    }
    this.of.onLimit();
  }

  get policy(): EvictionPolicy {
    return this.chosen;
  }

  set policy(policy: EvictionPolicy) {
    this.chosen = policy;
    this.of.dataset.noteUses(this.frequency, policy.endsWith("lfu"));
  }

  /** Estimated bytes of all keys and values. 0 without a limit, since they are not counted then. */
  get usedBytes(): number {
    return this.tally.bytes;
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
    const isTooSmall = this.max < KEY_BYTES_MIN;
    if (this.tally.bytes <= this.max && !isTooSmall) return false;
    this.measureMarked();
    const { environment, limits } = this.of;
    const endUs = environment.elapsedUs() + limits.evictionSliceMsMax * 1000;
    for (let evicted = 1; this.tally.bytes > this.max; evicted++) {
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
