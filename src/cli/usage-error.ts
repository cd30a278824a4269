/** A wrong call of the program: one line that says what to do. */
export class UsageError extends Error {}
