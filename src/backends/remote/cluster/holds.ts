/**
 * Slots whose commands wait: until those that were sent to the slot's former node are answered, so that none overtakes
 * another, or until a command is tried again.
 *
 * Invariant: commands of a slot leave in the order in which they came. What waits is bounded in bytes and in number.
 */
import { BACKEND_BUSY } from "../../../core/errors/backend.ts";
import type { Limits } from "../../../core/limits.ts";
import type { Request } from "./request.ts";

/** Some slots and the commands that wait for them. */
interface Hold {
  readonly slots: readonly number[];
  readonly requests: Request[];
}

/** The key of commands without a slot. */
const NO_SLOT = -1;

export class Holds {
  private readonly limits: Readonly<Limits>;
  private readonly bySlot = new Map<number, Hold>();
  private count = 0;
  private bytes = 0;

  constructor(limits: Readonly<Limits>) {
    this.limits = limits;
  }

  has(slot: number | undefined): boolean {
    return this.bySlot.size > 0 && this.bySlot.has(slot ?? NO_SLOT);
  }

  /** Lets a command of a slot that is held wait. */
  add(request: Request): void {
    const { backendCommandsMax, backendQueuedBytesMax } = this.limits;
    if (this.count >= backendCommandsMax || this.bytes > backendQueuedBytesMax) return request.finish(BACKEND_BUSY);
    this.count++;
    this.bytes += sizeOf(request);
    this.bySlot.get(request.slot ?? NO_SLOT)!.requests.push(request);
  }

  /** Holds slots that are not held yet. Answers a function that ends it, and gives those that have waited. */
  open(slots: readonly (number | undefined)[]): () => readonly Request[] {
    const free = slots.map((slot) => slot ?? NO_SLOT).filter((slot) => !this.bySlot.has(slot));
    const hold: Hold = { slots: free, requests: [] };
    for (const slot of free) this.bySlot.set(slot, hold);
    return () => this.end(hold);
  }

  private end(hold: Hold): readonly Request[] {
    for (const slot of hold.slots) {
      if (this.bySlot.get(slot) === hold) this.bySlot.delete(slot);
    }
    const requests = hold.requests.splice(0);
    this.count -= requests.length;
    for (const request of requests) this.bytes -= sizeOf(request);
    return requests;
  }
}

function sizeOf({ words }: Request): number {
  return words.reduce((sum, word) => sum + word.length, 0);
}
