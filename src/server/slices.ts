/**
 * Shares the event loop between connections. Work that goes on for longer than a slice (a chunk of pipelined commands, a
 * REST pipeline) stops after the command that used the slice up, and goes on in a later iteration of the event loop, in
 * turn with the work of other connections. Between two iterations the sockets are read, so a client with little to ask
 * waits for one slice, not for all that others have sent.
 *
 * A single command is never interrupted. The order within a connection is the connection's own matter: it must not run
 * later commands while its work is queued here.
 */

/** Slices that one iteration of the event loop runs. */
const SLICES_AN_ITERATION = 2;

/** Held here because a test that fakes the timers of its process fakes this too, and the server is in that process. */
const { setImmediate } = globalThis;

export class SliceQueue {
  /** Length of a slice, in microseconds. */
  readonly sliceUs: number;
  /** Work to go on with, the longest waiting first. */
  private readonly queue: (() => void)[] = [];
  private immediate: NodeJS.Immediate | undefined;

  constructor(sliceMsMax: number) {
    this.sliceUs = sliceMsMax * 1000;
  }

  /** Goes on with some work once others have had their turn. `work` must not throw. */
  add(work: () => void): void {
    this.queue.push(work);
    this.immediate ??= setImmediate(() => this.run());
  }

  private run(): void {
    this.immediate = undefined;
    // What the work adds is for the next iteration.
    const count = Math.min(this.queue.length, SLICES_AN_ITERATION);
    for (let i = 0; i < count; i++) this.queue.shift()!();
    if (this.queue.length > 0) this.immediate ??= setImmediate(() => this.run());
  }
}
