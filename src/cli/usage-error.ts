/** A wrong call of the program: one line that says what to do. */
export class UsageError extends Error {}

/** An error in one line, with an exit status of its own. */
export class ExitError extends Error {
  readonly code: number;

  constructor(line: string, code: number) {
    super(line);
    this.code = code;
  }
}
