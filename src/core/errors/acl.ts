/** What ACL commands and rules refuse. Why a rule is wrong stands in `access/reasons.ts`. */
import { err } from "../errors.ts";
import type { CommandError } from "../reply.ts";

export const BAD_USER_NAME = err("Usernames can't contain spaces or null characters");
export const DEFAULT_USER_STAYS = err("The 'default' user cannot be removed");
export const NO_USERS = err("this engine was started without users");
export const NO_FILE = err(
  "This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER " +
    "command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store " +
    "users in the Redis configuration.",
);
export const NOT_SAVED = err(
  "There was an error trying to save the ACLs. Please check the server logs for more information",
);
export const WEAK_PASSWORD = err("The password is too easy to guess: it takes 12 characters or more, of some variety");
export const GENPASS_BITS_OUT_OF_RANGE = err(
  "ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096",
);

export const badRule = (rule: string, reason: string): CommandError =>
  err(`Error in ACL SETUSER modifier '${rule}': ${reason}`);

export const unmatchedSelector = (start: string): CommandError =>
  err(`Unmatched parenthesis in acl selector starting at '${start}'.`);

export const badFile = (problem: string): CommandError =>
  err(`${problem} WARNING: ACL errors detected, no change to the previously active ACL rules was performed`);

export const unknownCategory = (name: string): CommandError => err(`Unknown category '${name}'`);

export const userNotFound = (name: string): CommandError => err(`User '${name}' not found`);

export const commandNotFound = (name: string): CommandError => err(`Command '${name}' not found`);

/** For ACL RESTTOKEN, in the hosted service's words. */
export const noTokenFor = (userName: string): CommandError =>
  err(`Wrong password or user "${userName}" does not exist`);
