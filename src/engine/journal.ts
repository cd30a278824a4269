/**
 * Where effects go: the port that the append-only file and replicas will be attached to. Nothing is attached at first.
 */
export interface Journal {
  /**
   * One effect, as a command that repeats it: deterministic, with absolute times. `database` is the number it acted on.
   * Effects of a transaction or a script come between `begin` and `end`.
   */
  append(database: number, words: readonly string[]): void;
  begin?(): void;
  end?(): void;
}
