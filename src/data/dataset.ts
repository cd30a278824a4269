/**
 * The data: all databases, and what they share. It knows no sessions and no commands; what happens to keys by themselves
 * (they expire, they are evicted) is told to one {@link KeyspaceListener}, and what is about to change to a write barrier.
 *
 * Time stands still in it: the {@link Instant} that it shares is moved between commands.
 */
import { Keyspace } from "./keyspace.ts";
import type { Instant, KeyspaceListener } from "./keyspace.ts";
import type { MemoryTally } from "./memory-account.ts";
import type { UseFrequency } from "./use-frequency.ts";

/** Keys measured between two looks at the clock. */
const FILL_BATCH = 256;

/** Keys or fields active expiry visits before it looks at the clock again. */
const EXPIRY_BATCH = 64;

/** Answers microseconds of a clock that runs evenly. */
type Clock = () => number;

/** The databases of one engine. */
export class Dataset {
  /** By number. SWAPDB exchanges their contents. */
  readonly databases: readonly Keyspace[];
  readonly instant: Instant;
  /** Whether {@link expire} removes expired keys. Otherwise they are removed when they are next looked up. */
  activeExpiry = true;
  /** Whether a JSON document was stored since the start, which Redis cannot read without a module. */
  hasHadDocuments = false;

  constructor(databases: number, instant: Instant, listener: KeyspaceListener) {
    this.instant = instant;
    this.databases = Array.from({ length: databases }, (_, number) => new Keyspace(number, instant, listener));
  }

  /** Keys in all databases, expired ones that were not removed yet included. */
  get size(): number {
    return this.databases.reduce((sum, { size }) => sum + size, 0);
  }

  /** Removes expired keys and fields, for about `sliceUs` microseconds at most. */
  expire(elapsedUs: Clock, sliceUs: number): void {
    if (!this.activeExpiry) return;
    const endUs = elapsedUs() + sliceUs;
    for (const database of this.databases) {
      expireKeys(database, elapsedUs, endUs);
      expireFields(database, elapsedUs, endUs);
    }
  }

  /** Removes all expired keys, however long that takes. */
  removeExpired(): void {
    for (const database of this.databases) {
      for (let slot = database.size - 1; slot >= 0; slot--) {
        // A look-up removes the key.
        if (database.isExpiredAt(slot)) database.peek(database.keyAt(slot));
      }
    }
  }

  /** Keeps the memory of all keys in a tally from now on, once {@link fillAccount} is done; undefined ends that. */
  keepAccount(tally: MemoryTally | undefined): void {
    for (const database of this.databases) database.keepAccount(tally);
  }

  /**
   * Measures keys that are not in the tally yet, for about `sliceUs` microseconds at most; two million take about a second.
   * Answers whether all are.
   */
  fillAccount(elapsedUs: Clock, sliceUs: number): boolean {
    const endUs = elapsedUs() + sliceUs;
    for (const database of this.databases)
      while (!database.fillAccount(FILL_BATCH)) if (elapsedUs() > endUs) return false;
    return true;
  }

  /** Measures values that have changed since they were measured, for about `sliceUs` microseconds at most. */
  measureMarked(elapsedUs: Clock, sliceUs: number): void {
    const endUs = elapsedUs() + sliceUs;
    for (const database of this.databases) while (database.measureMarked()) if (elapsedUs() > endUs) return;
  }

  /** Records from now on how often keys are used, or else when; see {@link Instant.frequency}. */
  noteUses(frequency: UseFrequency, byFrequency: boolean): void {
    if ((this.instant.frequency !== undefined) === byFrequency) return;
    for (const database of this.databases) database.convertUses(frequency, byFrequency);
    this.instant.frequency = byFrequency ? frequency : undefined;
  }
}

/** Expires keys while at least a tenth of those it visits has expired. */
function expireKeys(database: Keyspace, elapsedUs: Clock, endUs: number): void {
  while (database.volatileSize > 0) {
    const removed = database.expireSome(EXPIRY_BATCH);
    if (removed < EXPIRY_BATCH / 10 || elapsedUs() > endUs) return;
  }
}

/** Expires fields of hashes while any is due. They come in the order of their deadlines, unlike keys. */
function expireFields(database: Keyspace, elapsedUs: Clock, endUs: number): void {
  while (database.expireSomeFields(EXPIRY_BATCH)) if (elapsedUs() > endUs) return;
}
