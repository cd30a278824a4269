/** What bitmap commands refuse. */
import { err } from "../errors.ts";
import type { CommandError } from "../reply.ts";

export const OFFSET_OUT_OF_RANGE = err("bit offset is not an integer or out of range");
export const BIT_OUT_OF_RANGE = err("bit is not an integer or out of range");
export const NOT_A_BIT = err("The bit argument must be 1 or 0.");
export const NOT_TAKES_ONE_SOURCE = err("BITOP NOT must be called with a single source key.");
export const BAD_FIELD_TYPE = err(
  "Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
);
export const BAD_OVERFLOW = err("Invalid OVERFLOW type specified");
export const READ_ONLY_BITFIELD = err("BITFIELD_RO only supports the GET subcommand");

/** `operation` in upper case. */
export const takesTwoSources = (operation: string): CommandError =>
  err(`BITOP ${operation} must be called with at least two source keys.`);
