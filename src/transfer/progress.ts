/** Is told how far a transfer has come. */
export interface Progress {
  /** How many keys have been moved; called for each. */
  step(keys: number): void;
}
