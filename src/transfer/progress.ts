/** Receives the progress of a transfer. */
export interface Progress {
  /** Called after each key with the number of keys so far. */
  step(keys: number): void;
}
