/** What sorted-set commands refuse. */
import { err } from "../errors.ts";
import type { CommandError } from "../reply.ts";

export const SCORE_NAN = err("resulting score is not a number (NaN)");
export const MIN_MAX_NOT_FLOAT = err("min or max is not a float");
export const MIN_MAX_NOT_LEX = err("min or max not valid string range item");
export const WEIGHT_NOT_FLOAT = err("weight value is not a float");
export const NX_AND_XX = err("XX and NX options at the same time are not compatible");
export const NX_WITH_GT_OR_LT = err("GT, LT, and/or NX options at the same time are not compatible");
export const INCREMENT_NOT_SINGLE = err("INCR option supports a single increment-element pair");
export const LIMIT_BY_RANK = err("syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
export const SCORES_BY_LEX = err("syntax error, WITHSCORES not supported in combination with BYLEX");

export const noInputKeys = (command: string): CommandError =>
  err(`at least 1 input key is needed for '${command.toLowerCase()}' command`);
