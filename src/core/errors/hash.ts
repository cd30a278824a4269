/** What hash commands refuse. */
import { err } from "../errors.ts";
import type { CommandError } from "../reply.ts";

export const VALUE_NOT_INTEGER = err("hash value is not an integer");
export const VALUE_NOT_FLOAT = err("hash value is not a float");
export const INCREMENT_NOT_FINITE = err("value is NaN or Infinity");

export const FIELDS_MISSING = err("Mandatory argument FIELDS is missing or not at the right position");
export const FIELDS_MISMATCH = err("The `numfields` parameter must match the number of arguments");
export const NUMFIELDS_NOT_POSITIVE = err("Number of fields must be a positive integer");
/** For HEXPIRE and its family. */
export const EXPIRE_NUMFIELDS_NOT_POSITIVE = err("Parameter `numFields` should be greater than 0");
/** For HSETEX. */
export const SETEX_NUMFIELDS_INVALID = err("invalid number of fields");
export const SETEX_CONDITIONS = err("Only one of FXX or FNX arguments can be specified");
export const SETEX_EXPIRIES = err("Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified");
export const SETEX_TIME_MISSING = err("missing expire time");

/** For HSETEX. */
export const unknownArgument = (word: string): CommandError => err(`unknown argument: ${word}`);
