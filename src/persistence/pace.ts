/**
 * Long work in slices: it goes on until its slice is over, and then lets the event loop do what else there is. The clock
 * is a parameter, so that a test decides where a slice ends.
 */
import type { Environment } from "../core/environment.ts";

/** When work is to pause, and the pause. */
export interface Pacing {
  /** Whether the slice is over. It asks the clock, so it is not for every element. */
  readonly isOver: boolean;
  /** Lets others have their turn, and begins the next slice. */
  rest(): Promise<void>;
}

export class Pace implements Pacing {
  private readonly clock: Pick<Environment, "elapsedUs">;
  private readonly sliceUs: number;
  private readonly onRest: (() => void) | undefined;
  private endUs: number;

  constructor(clock: Pick<Environment, "elapsedUs">, sliceMs: number, onRest?: () => void) {
    this.onRest = onRest;
    this.clock = clock;
    this.sliceUs = sliceMs * 1000;
    this.endUs = clock.elapsedUs() + this.sliceUs;
  }

  get isOver(): boolean {
    return this.clock.elapsedUs() >= this.endUs;
  }

  /** Lets the loop turn. */
  async rest(): Promise<void> {
    this.onRest?.();
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    this.endUs = this.clock.elapsedUs() + this.sliceUs;
  }
}
