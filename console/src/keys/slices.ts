/** Long work in slices, so that the page answers in between. */

/** Time that work may take before others have their turn, in milliseconds. A frame has 16. */
const SLICE_MS = 8;

/** Steps between two looks at the clock. */
const STEPS = 1024;

/** Lets the page handle input and draw. */
function pause(): Promise<void> {
  const { scheduler } = globalThis as { readonly scheduler?: { readonly yield?: () => Promise<void> } };
  if (scheduler?.yield !== undefined) return scheduler.yield();
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}

/** The work was given up: what it was for is not wanted any more. */
export class Abandoned extends Error {
  override readonly name = "Abandoned";
}

/** Counts steps of work, and says when to let others in. */
export class Slices {
  private readonly isWanted: () => boolean;
  private steps = 0;
  private beganMs = performance.now();

  /** `isWanted` is asked after each pause. */
  constructor(isWanted: () => boolean = () => true) {
    this.isWanted = isWanted;
  }

  /** Counts a step. Answers whether {@link pause} is due. */
  get isOver(): boolean {
    return ++this.steps % STEPS === 0 && performance.now() - this.beganMs > SLICE_MS;
  }

  /** Lets others in. Rejects with {@link Abandoned} when the work is not wanted any more. */
  async pause(): Promise<void> {
    await pause();
    if (!this.isWanted()) throw new Abandoned();
    this.beganMs = performance.now();
  }
}
