/** Bytes that are malformed, or a value that the format cannot represent. `reason` describes the fault. */
export class RdbError {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** A valid value of a Redis module that is not supported. Its `reason` may be shown to a client. */
export class UnsupportedModule extends RdbError {}

/**
 * The bytes end in the middle of an element. A reader of a file in pieces fetches more and reads the element again;
 * `missing` is the number of further bytes that it takes at least.
 */
export class EndOfBytes extends RdbError {
  readonly missing: number;
  constructor(missing: number) {
    super("the bytes end too early");
    this.missing = missing;
  }
}

/** An unknown type of value, written by a newer server or a different one. */
export class UnknownType extends RdbError {
  readonly type: number;
  constructor(type: number) {
    super(`values of type ${type} are not known`);
    this.type = type;
  }
}
