/**
 * The errors that a client can get for its command, in Redis's words. This file has those of several groups of
 * commands, `errors/` those of one group, in a file of its name. Handlers throw them. No reply of an error is worded
 * elsewhere, except that ACL rules and parameters of CONFIG state why they refuse a value, and parsers where they
 * stopped.
 *
 * A fixed text is a constant, made once; a text that varies is a function. Faults of the server are not here: they are
 * other exceptions, which are logged and answered with {@link INTERNAL} and status 500.
 */
import { redisName } from "./command-spec.ts";
import { INT64_MAX } from "./numbers.ts";
import { CommandError } from "./reply.ts";

/** An error of the code `ERR`, which most have. `text` comes without it. */
export const err = (text: string): CommandError => new CommandError(`ERR ${text}`);

/** For an integer outside of its bounds, which are given as text; `must between` is Redis's. */
export function notBetween(least: string, most: string): CommandError {
  return err(`value is out of range, value must between ${least} and ${most}`);
}

export const WRONG_TYPE = new CommandError("WRONGTYPE Operation against a key holding the wrong kind of value");
export const SYNTAX = err("syntax error");
export const LOADING = new CommandError("LOADING Redis is loading the dataset in memory");

export const NOT_INTEGER = err("value is not an integer or out of range");
export const NOT_INT32 = notBetween("-2147483648", "2147483647");
export const OUT_OF_RANGE = err("value is out of range");
export const NO_OPPOSITE = notBetween(`-${INT64_MAX}`, `${INT64_MAX}`);
export const NOT_POSITIVE = err("value is out of range, must be positive");
export const NOT_FLOAT = err("value is not a valid float");
export const NO_SUCH_KEY = err("no such key");
export const BAD_PAYLOAD = err("DUMP payload version or checksum are wrong");
export const STRING_TOO_LONG = err("string exceeds maximum allowed size (proto-max-bulk-len)");
export const INCREMENT_OVERFLOW = err("increment or decrement would overflow");
export const INCREMENT_NAN = err("increment would produce NaN or Infinity");
export const COUNT_OPTION_NOT_POSITIVE = err("COUNT must be > 0");
export const COUNT_NOT_POSITIVE = err("count should be greater than 0");
export const NUMKEYS_NOT_POSITIVE = err("numkeys should be greater than 0");
export const NUMKEYS_TOO_LARGE = err("Number of keys can't be greater than number of args");
export const LIMIT_NEGATIVE = err("LIMIT can't be negative");
export const DB_INDEX_OUT_OF_RANGE = err("DB index is out of range");
export const TIMEOUT_NOT_FLOAT = err("timeout is not a float or out of range");
export const TIMEOUT_NOT_INTEGER = err("timeout is not an integer or out of range");
export const TIMEOUT_NEGATIVE = err("timeout is negative");
export const TIMEOUT_OUT_OF_RANGE = err("timeout is out of range");
export const INTERNAL = err("internal error");
/** The write has happened, and something behind the journal could not take it for a reason that is not the client's. */
export const NOT_JOURNALLED = new CommandError("MISCONF The write was done in memory and could not be journalled");
export const NO_AUTH = new CommandError("NOAUTH Authentication required.");

/** `name` as the row spells it. */
export const wrongArity = (name: string): CommandError =>
  err(`wrong number of arguments for '${redisName(name)}' command`);

export const invalidExpire = (name: string): CommandError =>
  err(`invalid expire time in '${name.toLowerCase()}' command`);

/** Redis's answer on the RESP port: the name as sent and the beginning of the arguments, cut to 128 bytes. */
export function unknownCommand(words: readonly string[]): CommandError {
  let listed = "";
  for (let i = 1; i < words.length && listed.length < 128; i++)
    listed += `'${words[i]!.slice(0, 128 - listed.length)}' `;
  return err(`unknown command '${words[0]!.slice(0, 128)}', with args beginning with: ${listed}`);
}

/** The hosted service's answer over REST to a name it does not serve. */
export const commandNotAvailable = (name: string): CommandError =>
  err(
    `Command is not available: '${name.slice(0, 128)}'. ` +
      "See https://upstash.com/docs/redis/overall/rediscompatibility for details",
  );

/** The hosted service's answer to a command that exists, but needs a connection or a path of its own. */
export const notOverRest = (name: string): CommandError =>
  err(`Command "${name}" is not allowed in REST or it has a special context path`);

export const unknownSubcommand = (container: string, subcommand: string): CommandError =>
  err(`unknown subcommand '${subcommand.slice(0, 128)}'. Try ${container.toUpperCase()} HELP.`);

/** A subcommand that exists, with words after it that it does not take. */
export const badSubcommand = (container: string, subcommand: string): CommandError =>
  err(
    `unknown subcommand or wrong number of arguments for '${subcommand.slice(0, 128)}'. ` +
      `Try ${container.toUpperCase()} HELP.`,
  );

const noPermissionText = (name: string): string =>
  `NOPERM this user has no permissions to run the '${redisName(name)}' command`;

export const noPermission = (name: string): CommandError => new CommandError(noPermissionText(name));

/** The hosted service adds the last words. */
export const noPermissionOverRest = (name: string): CommandError =>
  new CommandError(`${noPermissionText(name)} or its subcommand`);

export const NO_KEY_PERMISSION = new CommandError(
  "NOPERM this user has no permissions to access one of the keys used as arguments",
);
export const NO_CHANNEL_PERMISSION = new CommandError(
  "NOPERM this user has no permissions to access one of the channels used as arguments",
);

/** For a session that is subscribed over RESP2. */
export const whileSubscribed = (name: string): CommandError =>
  err(
    `Can't execute '${redisName(name)}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / ` +
      "RESET are allowed in this context",
  );

/** A class of its own, because REST answers it with its own status. */
export class RequestTooLarge extends CommandError {}

/** For a command, a reply, or the body of an HTTP request. */
export const requestTooLarge = (limitBytes: number, actualBytes: number): RequestTooLarge =>
  new RequestTooLarge(`ERR max request size exceeded. Limit: ${limitBytes} bytes, Actual: ${actualBytes} bytes`);

export const replyTooLarge = (limitBytes: number, actualBytes: number): CommandError =>
  err(
    `the reply holds more than clients may (maxmemory-clients). Limit: ${limitBytes} bytes, Actual: ${actualBytes} bytes`,
  );

export const keyTooLarge = (limitBytes: number, actualBytes: number): CommandError =>
  err(`max key size exceeded. Limit: ${limitBytes} bytes, Actual: ${actualBytes} bytes`);

export const OUT_OF_MEMORY = new CommandError("OOM command not allowed when used memory > 'maxmemory'.");
/** OUT_OF_MEMORY over REST, in the hosted service's words. */
export const DATABASE_FULL = err("DB capacity quota exceeded");
export const VALUE_TOO_LARGE = err("max single record size exceeded");

export const dailyQuotaExceeded = (limit: number, usage: number): CommandError =>
  err(`max daily request limit exceeded. Limit: ${limit}, Usage: ${usage}.`);

export const monthlyQuotaExceeded = (limit: number, usage: number): CommandError =>
  err(`max requests limit exceeded. Limit: ${limit}, Usage: ${usage}`);
