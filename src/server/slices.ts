/**
 * Shares the event loop between connections. Work that takes longer than a slice (a chunk of pipelined commands, a REST
 * pipeline) stops after the command that used the slice up, and continues in a later iteration of the event loop, in
 * turn with the work of other connections. Between two iterations the sockets are read, so a client with one command
 * waits for one slice, not for all input of other clients.
 *
 * A single command is never interrupted. A connection keeps its own order: it runs no later command while its work is
 * queued here.
 */

/** Slices that one iteration of the event loop runs. */
const SLICES_AN_ITERATION = 2;

/**
 * Read once at the start: a user's test may replace the timers of its process by fake ones, with the server in that
 * process.
 */
const { setImmediate } = globalThis;

/** The work that waits for its next slice, first in, first out. */
export class SliceQueue {
  /** Length of a slice, in microseconds. */
  readonly sliceUs: number;
  /** Work that continues later, the longest waiting first. */
  private readonly queue: (() => void)[] = [];
  private immediate: NodeJS.Immediate | undefined;

  constructor(sliceMsMax: number) {
    this.sliceUs = sliceMsMax * 1000;
  }

  /**
   * Runs `work` after the work that is queued already, in a later iteration of the event loop. `work` must not throw.
   */
  add(work: () => void): void {
    this.queue.push(work);
    this.immediate ??= setImmediate(() => this.run());
  }

  private run(): void {
    this.immediate = undefined;
    // Work that is added meanwhile runs in the next iteration.
    const count = Math.min(this.queue.length, SLICES_AN_ITERATION);
    for (let i = 0; i < count; i++) this.queue.shift()!();
    if (this.queue.length > 0) this.immediate ??= setImmediate(() => this.run());
  }
}
