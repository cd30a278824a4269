/** Why an ACL rule is refused, in Redis's words. */
export const SYNTAX = "Syntax error";
export const UNKNOWN = "Unknown command or category name in ACL";
export const FIRST_OF_SUBCOMMAND = "Allowing first-arg of a subcommand is not supported";
export const BAD_HASH =
  "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters";
export const NO_SUCH_PASSWORD = "The password you are trying to remove from the user does not exist";
export const AFTER_ALL_KEYS =
  "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. " +
  "Try 'resetkeys' to start with an empty list of patterns";
export const AFTER_ALL_CHANNELS =
  "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. " +
  "Try 'resetchannels' to start with an empty list of channels";
/** Not of Redis: the token would log in as another user. */
export const FOREIGN_TOKEN = "The token was made for another user";
/** Not of Redis: for rules that strict mode refuses. */
export const NOT_IN_STRICT_MODE = "Not allowed while ACL rules are strict";
/** Ours: each of them is tried for every key. */
export const TOO_MANY_PATTERNS = "Too many patterns that have a wildcard elsewhere than at their end";
/** Ours. */
export const TOO_MANY_RULES = "Too many selectors or first arguments";
