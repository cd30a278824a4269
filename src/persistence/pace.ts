/**
 * Long work in slices: it goes on until its slice is over, and then lets the event loop do what else there is. The clock
 * is a parameter, so that a test decides where a slice ends.
 */
import type { Environment } from "../core/environment.ts";

export class Pace {
  private readonly clock: Pick<Environment, "elapsedUs">;
  private readonly sliceUs: number;
  private endUs: number;

  constructor(clock: Pick<Environment, "elapsedUs">, sliceMs: number) {
    this.clock = clock;
    this.sliceUs = sliceMs * 1000;
    this.endUs = clock.elapsedUs() + this.sliceUs;
  }

  /** Whether the slice is over. It asks the clock, so it is not for every element. */
  get isOver(): boolean {
    return this.clock.elapsedUs() >= this.endUs;
  }

  /** Lets the loop turn, and begins the next slice. */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    this.endUs = this.clock.elapsedUs() + this.sliceUs;
  }
}
