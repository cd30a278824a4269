/**
 * Divides long work into slices: after each, the event loop serves other work. The clock is a parameter, so that a test
 * decides when a slice ends.
 */
import type { Environment } from "../core/environment.ts";
import { setImmediate } from "../core/timers.ts";

/** Tells work when its slice is over, and pauses it. */
export interface Pacing {
  /** Whether the slice is over. It reads the clock, so do not ask for every element. */
  readonly isOver: boolean;
  /** Pauses for one iteration of the event loop, and begins the next slice. */
  rest(): Promise<void>;
}

/** Slices of a length, by the clock of an environment. */
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

  /** Resolves in a later iteration of the event loop. */
  async rest(): Promise<void> {
    this.onRest?.();
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    this.endUs = this.clock.elapsedUs() + this.sliceUs;
  }
}
