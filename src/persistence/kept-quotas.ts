/**
 * Stores the counts of quotas in `stashd.json`, at intervals and when the server ends. So a request writes nothing, and
 * a crash loses the counts of {@link STORE_MS} at most.
 */
import type { Quotas } from "../engine/quotas.ts";
import type { DataDirectory } from "./data-directory.ts";

/** Interval at which counts are stored, if any command was counted meanwhile. */
const STORE_MS = 10_000;

/** The stored counts of one data directory. */
export class KeptQuotas {
  private readonly directory: DataDirectory;
  private readonly quotas: Quotas;
  /** `quotas.counted` when the counts were last stored. */
  private storedCount: number;
  private lastAttemptMs: number;
  /** Whether the last attempt failed, so that a refusing disk is logged once. */
  private hasFailed = false;
  private readonly complain: (error: unknown) => void;

  /** Restores what the directory has. */
  constructor(directory: DataDirectory, quotas: Quotas, nowMs: number, complain: (error: unknown) => void) {
    this.directory = directory;
    this.quotas = quotas;
    this.complain = complain;
    this.lastAttemptMs = nowMs;
    const { quotas: kept } = directory.state;
    if (kept !== undefined) quotas.restore(kept);
    this.storedCount = quotas.counted;
  }

  /** Stores the counts if the interval is over. Call it about every second. */
  async check(nowMs: number): Promise<void> {
    // A clock that was set back must not delay this.
    if (Math.abs(nowMs - this.lastAttemptMs) >= STORE_MS) await this.store(nowMs);
  }

  /** Stores the counts if any has changed. */
  async store(nowMs: number): Promise<void> {
    const { counted, counts } = this.quotas;
    this.lastAttemptMs = nowMs;
    if (counted === this.storedCount) return;
    try {
      await this.directory.update({ quotas: { day: counts.day, users: counts.users.map((user) => [...user]) } });
      this.storedCount = counted;
      this.hasFailed = false;
    } catch (error) {
      if (!this.hasFailed) this.complain(error);
      this.hasFailed = true;
    }
  }
}
