/**
 * What clients know of their writes: which they have sent, which were acknowledged, and in which order both have happened.
 * Writes belong to trails; those of a trail are numbered one after another, over all rounds.
 */
import assert from "node:assert/strict";

/** Writes that are there, by trail: those with lower numbers. */
export type Kept = Readonly<Record<string, number>>;

interface Write {
  /** Places in the order of what the clients have sent and been told. */
  readonly issued: number;
  acknowledged: number;
  acknowledgedMs: number;
}

/** What is lost under `everysec` is younger than this. */
const LOST_MS_MAX = 1000;

export class Ledger {
  /** Called after each acknowledgement with the number of those so far. */
  onAcknowledged: (total: number) => void = () => {};
  private readonly from: Kept;
  private readonly trails = new Map<string, Write[]>();
  private events = 0;
  private acknowledgements = 0;
  private firstMs = Infinity;
  private endMs = Infinity;
  private wake: { readonly isDue: () => boolean; readonly resolve: () => void } | undefined;

  /** `from` is what was there when the clients began. */
  constructor(from: Kept) {
    this.from = from;
  }

  /** A write is about to be sent; answers its number. */
  issue(trail: string): number {
    const writes = this.trails.get(trail) ?? [];
    this.trails.set(trail, writes);
    writes.push({ issued: this.events++, acknowledged: Infinity, acknowledgedMs: Infinity });
    return this.from[trail]! + writes.length - 1;
  }

  /** How much further one trail was than another when the clients began. */
  backlog(ahead: string, behind: string): number {
    return this.from[ahead]! - this.from[behind]!;
  }

  /** A write was acknowledged. */
  acknowledge(trail: string, number: number): void {
    const write = this.trails.get(trail)![number - this.from[trail]!]!;
    write.acknowledged = this.events++;
    write.acknowledgedMs = performance.now();
    this.firstMs = Math.min(this.firstMs, write.acknowledgedMs);
    this.onAcknowledged(++this.acknowledgements);
    if (this.wake?.isDue() === true) this.wake.resolve();
  }

  /** Resolves when so many writes were acknowledged. */
  reached(total: number): Promise<void> {
    return new Promise((resolve) => {
      this.wake = { isDue: () => this.acknowledgements >= total, resolve };
    });
  }

  /** Resolves when a write is acknowledged so long after the first one. */
  hasLasted(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.wake = { isDue: () => performance.now() - this.firstMs >= ms, resolve };
    });
  }

  /** The server is killed now. */
  end(): void {
    this.endMs = performance.now();
  }

  /** Compares with what a restart has found. `losesNothing` says that what was acknowledged has to be there. */
  compare(kept: Kept, losesNothing: boolean): void {
    let lastIssued = -1;
    for (const [trail, from] of Object.entries(this.from)) {
      const writes = this.trails.get(trail) ?? [];
      const count = kept[trail]! - from;
      assert.ok(count >= 0, `${trail}: ${kept[trail]} are kept, ${from} were there before`);
      assert.ok(count <= writes.length, `${trail}: ${count} are kept, ${writes.length} were sent`);
      if (count > 0) lastIssued = Math.max(lastIssued, writes[count - 1]!.issued);
    }
    for (const [trail, writes] of this.trails) {
      for (const [i, { acknowledged, acknowledgedMs }] of writes.entries()) {
        if (this.from[trail]! + i < kept[trail]! || acknowledged === Infinity) continue;
        const what = `${trail}: write ${i} of ${writes.length} was acknowledged and is lost`;
        assert.ok(!losesNothing, what);
        assert.ok(acknowledged > lastIssued, `${what}, and one that was sent afterwards is kept`);
        assert.ok(acknowledgedMs > this.endMs - LOST_MS_MAX, `${what}, after more than ${LOST_MS_MAX} ms`);
      }
    }
  }
}
