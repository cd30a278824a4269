/** What string commands refuse. */
import { err } from "../errors.ts";

export const OFFSET_OUT_OF_RANGE = err("offset is out of range");
export const DECREMENT_OVERFLOW = err("decrement would overflow");
export const DELEX_NOT_STRING = err("Key should be of string type if conditions are specified");
export const DELEX_BAD_CONDITION = err("Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE");
export const MSETEX_BAD_COUNT = err("invalid numkeys value");
export const MSETEX_BAD_PAIRS = err("wrong number of key-value pairs");
export const LCS_NOT_STRINGS = err("The specified keys must contain string values");
export const LCS_LEN_AND_IDX = err("If you want both the length and indexes, please just use IDX.");
export const LCS_TOO_LARGE = err("Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
