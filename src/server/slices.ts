/**
 * Shares the event loop between connections. Work that takes longer than a slice (a chunk of pipelined commands, a REST
 * pipeline, a body that is parsed) stops after the command that used the slice up, and continues in a later iteration of
 * the event loop, in turn with the work of other connections. Between two iterations the sockets are read, so a client
 * with one command waits for one slice, not for all input of other clients.
 *
 * Many connections are read in one iteration, and each may bring a slice of work or nearly so. **Heavy** work (a tenth
 * of a slice or more) is summed up in `usedUs`. Once it has used up a slice, connections whose last work was heavy are
 * not served as they are read in this iteration: they queue here. Others are served at once.
 *
 * A single command is never interrupted. A connection keeps its own order: it runs no later command while its work is
 * queued here.
 */

import { setImmediate } from "../core/timers.ts";

/** Pieces of work that one iteration of the event loop runs from the queue, unless they use up a slice before. */
const WORKS_AN_ITERATION = 2;

/** The share of a slice from which on work is heavy. */
const HEAVY_SHARE = 0.1;

/** The work that waits for its next slice, first in, first out. */
export class SliceQueue {
  /** Length of a slice, in microseconds. */
  readonly sliceUs: number;
  /** Work is heavy from this time on, in microseconds. */
  readonly heavyUs: number;
  /** The time of all heavy work since the start, in microseconds. It grows when a piece of work was heavy. */
  usedUs = 0;
  /** Whether heavy work has used up a slice since the queue was run. */
  isUsedUp = false;
  /** `usedUs` when the queue was run. */
  private ranAtUs = 0;
  /** Work that continues later, the longest waiting first. */
  private readonly queue: (() => void)[] = [];
  private immediate: NodeJS.Immediate | undefined;

  constructor(sliceMsMax: number) {
    this.sliceUs = sliceMsMax * 1000;
    this.heavyUs = this.sliceUs * HEAVY_SHARE;
  }

  /**
   * Runs `work` after the work that is queued already, in a later iteration of the event loop. `work` must not throw.
   */
  add(work: () => void): void {
    this.queue.push(work);
    this.schedule();
  }

  /**
   * Notes work that took `tookUs` microseconds and began when `usedUs` was `sinceUs`. What was noted of it meanwhile, as
   * the time of its commands, is not counted twice.
   */
  use(tookUs: number, sinceUs = this.usedUs): void {
    const moreUs = sinceUs + tookUs - this.usedUs;
    if (tookUs < this.heavyUs || moreUs <= 0) return;
    this.usedUs += moreUs;
    this.isUsedUp = this.usedUs - this.ranAtUs >= this.sliceUs;
    this.schedule();
  }

  private schedule(): void {
    this.immediate ??= setImmediate(() => this.run());
  }

  private run(): void {
    this.immediate = undefined;
    this.isUsedUp = false;
    this.ranAtUs = this.usedUs;
    // Work that is added meanwhile runs in the next iteration.
    const count = Math.min(this.queue.length, WORKS_AN_ITERATION);
    for (let i = 0; i < count && !this.isUsedUp; i++) this.queue.shift()!();
    if (this.queue.length > 0) this.schedule();
  }
}
