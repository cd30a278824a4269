/** Bytes that are not what the format says, or a value that the format cannot hold. `reason` says what is wrong. */
export class RdbError {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** A sound value that only a module of Redis's could make something of; its `reason` is fit for a client. */
export class UnsupportedModule extends RdbError {}

/**
 * The bytes end before what is read does. Who reads a file in pieces fetches more and reads the element again;
 * `missing` says how many bytes more it takes at least.
 */
export class EndOfBytes extends RdbError {
  readonly missing: number;
  constructor(missing: number) {
    super("the bytes end too early");
    this.missing = missing;
  }
}

/** A type of value that is not known: a newer server, or another one, has written it. */
export class UnknownType extends RdbError {
  readonly type: number;
  constructor(type: number) {
    super(`values of type ${type} are not known`);
    this.type = type;
  }
}
