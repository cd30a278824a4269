/** What list commands refuse. */
import { err } from "../errors.ts";

export const INDEX_OUT_OF_RANGE = err("index out of range");
export const COUNT_NEGATIVE = err("COUNT can't be negative");
export const MAXLEN_NEGATIVE = err("MAXLEN can't be negative");
export const RANK_ZERO = err(
  "RANK can't be zero: use 1 to start from the first match, 2 from the second ... " +
    "or use negative to start from the end of the list",
);
