/** Bytes that are not what the format says, or a value that the format cannot hold. `reason` says what is wrong. */
export class RdbError {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** A sound value that only a module of Redis's could make something of; its `reason` is fit for a client. */
export class UnsupportedModule extends RdbError {}
