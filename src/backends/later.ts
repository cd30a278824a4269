/**
 * A value that comes later, such as a reply of another server. Like a promise, but with one callback, which is called
 * in the same turn of the event loop as {@link Later.settle}.
 */
export class Later<T> {
  /**
   * Whether the session may run nothing else until the value is there: a transaction, a command that waits for a key. Of
   * others a session may have any number under way.
   */
  readonly isExclusive: boolean;
  /** Whether the command waits for something that may never come: a client that has left is not to be served. */
  readonly isBlocking: boolean;
  private isThere = false;
  private value: T | undefined;
  private callback: ((value: T) => void) | undefined;

  /** What blocks is exclusive. */
  constructor(kind: "overlapping" | "exclusive" | "blocking" = "overlapping") {
    this.isExclusive = kind !== "overlapping";
    this.isBlocking = kind === "blocking";
  }

  /** Calls back with the value, at once if it is there. Call it once. The callback must not throw. */
  whenThere(callback: (value: T) => void): void {
    if (this.isThere) callback(this.value as T);
    else this.callback = callback;
  }

  /** Gives the value; the first one counts. */
  settle(value: T): void {
    if (this.isThere) return;
    this.isThere = true;
    const { callback } = this;
    if (callback === undefined) this.value = value;
    else callback(value);
  }
}
