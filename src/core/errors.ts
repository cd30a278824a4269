/**
 * The errors that a client can get for its command, in Redis's words. Handlers throw them. A text that one file alone
 * states, such as what a command says of its own options, stands there, made by {@link failure}.
 *
 * A fixed text is a constant, made once; a text that varies is a function. Faults of the server are not here: they are
 * other exceptions, which are logged and answered with {@link INTERNAL} and status 500.
 */
import { INT64_MAX } from "./numbers.ts";
import { CommandError } from "./reply.ts";

export { CommandError };

const err = (text: string): CommandError => new CommandError(`ERR ${text}`);

export const WRONG_TYPE = new CommandError("WRONGTYPE Operation against a key holding the wrong kind of value");
export const SYNTAX = err("syntax error");
export const LOADING = new CommandError("LOADING Redis is loading the dataset in memory");
export const REWRITE_IN_PROGRESS = err("Background append only file rewriting already in progress");
export const SAVE_IN_PROGRESS = err("Background save already in progress");
export const REWRITE_BEFORE_SAVE = err(
  "Another child process is active (AOF?): can't BGSAVE right now. " +
    "Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
);
export const SAVE_FAILED = err("the data could not be saved; the log of the server says why");
export const NO_DATA_DIRECTORY = err("this server keeps its data in memory only; start it with --data to save it");
export const NO_APPEND_ONLY_FILE = err("WAITAOF cannot be used when numlocal is set but appendonly is disabled.");
export const SHUTDOWN_NOT_ALLOWED = err("SHUTDOWN is not allowed: this server belongs to the program that started it");
export const NO_SHUTDOWN_UNDER_WAY = err("No shutdown in progress.");

/** The disk refuses what was to be appended; `reason` is the system's. */
export function aofWriteFailed(reason: string): CommandError {
  return new CommandError(`MISCONF Errors writing to the AOF file: ${reason}`);
}

export const NOT_INTEGER = err("value is not an integer or out of range");
export const NOT_INT32 = err("value is out of range, value must between -2147483648 and 2147483647");
export const OUT_OF_RANGE = err("value is out of range");
export const NO_OPPOSITE = err(`value is out of range, value must between -${INT64_MAX} and ${INT64_MAX}`);
export const NOT_POSITIVE = err("value is out of range, must be positive");
export const NOT_FLOAT = err("value is not a valid float");
export const NO_SUCH_KEY = err("no such key");
export const INDEX_OUT_OF_RANGE = err("index out of range");
export const OFFSET_OUT_OF_RANGE = err("offset is out of range");
export const STRING_TOO_LONG = err("string exceeds maximum allowed size (proto-max-bulk-len)");
export const BIT_OFFSET_OUT_OF_RANGE = err("bit offset is not an integer or out of range");
export const BIT_OUT_OF_RANGE = err("bit is not an integer or out of range");
export const NOT_A_BIT = err("The bit argument must be 1 or 0.");
export const BITOP_NOT_SOURCES = err("BITOP NOT must be called with a single source key.");
export const BITFIELD_TYPE = err(
  "Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
);
export const BITFIELD_OVERFLOW = err("Invalid OVERFLOW type specified");
export const BITFIELD_READ_ONLY = err("BITFIELD_RO only supports the GET subcommand");
export const NOT_HYPERLOGLOG = new CommandError("WRONGTYPE Key is not a valid HyperLogLog string value.");
export const CORRUPT_HYPERLOGLOG = new CommandError("INVALIDOBJ Corrupted HLL object detected");
export const HYPERLOGLOG_NOT_SPARSE = err("HLL encoding is not sparse");
export const INCREMENT_OVERFLOW = err("increment or decrement would overflow");
export const DECREMENT_OVERFLOW = err("decrement would overflow");
export const INCREMENT_NAN = err("increment would produce NaN or Infinity");
export const HASH_NOT_INTEGER = err("hash value is not an integer");
export const HASH_NOT_FLOAT = err("hash value is not a float");
export const SCORE_NAN = err("resulting score is not a number (NaN)");
export const MIN_MAX_NOT_FLOAT = err("min or max is not a float");
export const MIN_MAX_NOT_LEX = err("min or max not valid string range item");
export const WEIGHT_NOT_FLOAT = err("weight value is not a float");
export const COUNT_NEGATIVE = err("COUNT can't be negative");
export const COUNT_NOT_POSITIVE = err("count should be greater than 0");
export const NUMKEYS_NOT_POSITIVE = err("numkeys should be greater than 0");
export const NUMKEYS_TOO_LARGE = err("Number of keys can't be greater than number of args");
export const LIMIT_NEGATIVE = err("LIMIT can't be negative");
export const INVALID_CURSOR = err("invalid cursor");
export const DB_INDEX_OUT_OF_RANGE = err("DB index is out of range");
export const SAME_OBJECT = err("source and destination objects are the same");
export const FIRST_DB_INVALID = err("invalid first DB index");
export const SECOND_DB_INVALID = err("invalid second DB index");
export const NO_CONFIG_FILE = err("The server is running without a config file");
export const GETKEYS_INVALID_COMMAND = err("Invalid command specified");
export const GETKEYS_NO_KEYS = err("The command has no key arguments");
export const GETKEYS_ARITY = err("Invalid number of arguments specified for command");
export const GETKEYS_INVALID_ARGUMENTS = err("Invalid arguments specified for command");
export const NOT_OVER_MULTI = err("Command not allowed inside a transaction");
export const MULTI_NESTED = err("MULTI calls can not be nested");
export const tooManyWatchedKeys = (max: number): CommandError =>
  failure(`a connection may watch ${max} keys, the limit of watchedKeysMax`);
export const transactionStopped = (ms: number): CommandError =>
  new CommandError(`EXECABORT Transaction discarded because it ran for ${ms} ms, the limit of readTransactionMsMax`);
export const WATCH_INSIDE_MULTI = err("WATCH inside MULTI is not allowed");
export const EXEC_WITHOUT_MULTI = err("EXEC without MULTI");
export const DISCARD_WITHOUT_MULTI = err("DISCARD without MULTI");
export const EXEC_ABORT = new CommandError("EXECABORT Transaction discarded because of previous errors.");
export const MAX_CLIENTS = err("max number of clients reached");
/** For a blocked client that CLIENT UNBLOCK … ERROR ended. */
export const UNBLOCKED = new CommandError("UNBLOCKED client unblocked via CLIENT UNBLOCK");
/** For a client blocked in XREADGROUP. */
export const TIMEOUT_NOT_FLOAT = err("timeout is not a float or out of range");
export const TIMEOUT_NOT_INTEGER = err("timeout is not an integer or out of range");
export const TIMEOUT_NEGATIVE = err("timeout is negative");
export const TIMEOUT_OUT_OF_RANGE = err("timeout is out of range");
export const INTERNAL = err("internal error");
/** The write has happened, and something behind the journal could not take it for a reason that is not the client's. */
export const NOT_JOURNALLED = new CommandError("MISCONF The write was done in memory and could not be journalled");
export const NO_SUCH_CLIENT = err("No such client");
export const BUSY_KEY = new CommandError("BUSYKEY Target key name already exists.");
export const NO_AUTH = new CommandError("NOAUTH Authentication required.");
export const NO_AUTH_HELLO = new CommandError(
  "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option " +
    "can be used to authenticate the client and select the RESP protocol version at the same time",
);
export const AUTH_WITHOUT_PASSWORD = err(
  "AUTH <password> called without any password configured for the default user. " +
    "Are you sure your configuration is correct?",
);
export const WRONG_PASS = new CommandError("WRONGPASS invalid username-password pair or user is disabled.");
export const NO_PROTO = new CommandError("NOPROTO unsupported protocol version");

export const NO_SCRIPT = new CommandError("NOSCRIPT No matching script. Please use EVAL.");
export const NOT_BUSY = new CommandError("NOTBUSY No scripts in execution right now.");
export const SCRIPT_NO_ARGUMENTS = err("Please specify at least one argument for this redis lib call");
export const SCRIPT_BAD_ARGUMENTS = err("Lua redis lib command arguments must be strings or integers");
export const SCRIPT_UNKNOWN_COMMAND = err("Unknown Redis command called from script");
export const SCRIPT_WRONG_ARITY = err("Wrong number of args calling Redis command from script");
export const SCRIPT_COMMAND_NOT_ALLOWED = err("This Redis command is not allowed from script");
/** By the reason of the refusal. */
export const SCRIPT_NO_PERMISSION = {
  command: err("The user executing the script can't run this command or subcommand"),
  key: err("The user executing the script can't access at least one of the keys mentioned in the command arguments"),
  channel: err("The user executing the script can't publish to the channel mentioned in the command"),
} as const;
export const SCRIPT_READ_ONLY = err("Write commands are not allowed from read-only scripts.");
export const SCRIPT_NOT_READ_ONLY = err("Can not execute a script with write flag using *_ro command.");
export const SCRIPT_REPLY_TOO_DEEP = err("reached lua stack limit");
export const SCRIPT_REPLY_TOO_LARGE = err("the script's reply has too many elements");
export const SCRIPT_OUT_OF_MEMORY = err("the script ran out of memory");
export const SCRIPT_CRASHED = err("the script exceeded a limit of the Lua engine");
export const SCRIPTS_NOT_AVAILABLE = err("this engine was started without Lua");
export const NUMKEYS_NEGATIVE = err("Number of keys can't be negative");
export const FUNCTION_NOT_FOUND = err("Function not found");
export const LIBRARY_NOT_FOUND = err("Library not found");
export const BAD_NUMKEYS = err("Bad number of keys provided");
export const BAD_LIBRARY_NAME = err(
  "Library names can only contain letters, numbers, or underscores(_) and must be at least one character long",
);
export const BAD_DUMP_PAYLOAD = err("DUMP payload version or checksum are wrong");
export const BAD_RESTORE_POLICY = err("Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.");

export const JSON_NO_DOCUMENT = err("could not perform this operation on a key that doesn't exist");
export const JSON_NEW_AT_ROOT = err("new objects must be created at the root");
export const JSON_NO_PATH = err("Path does not exist");
export const JSON_NOT_STATIC = err("wrong static path");
export const JSON_NO_INDEX = err("array index out of range");
export const JSON_NOT_STRING = err("Path does not exist or not a string");
export const JSON_NOT_ARRAY = err("Path does not exist or not an array");
export const JSON_NOT_OBJECT = err("Path does not exist or not an object");
export const JSON_NOT_BOOLEAN = err("Path does not exist or not a bool");
export const JSON_NOT_NUMBER = err("Path does not exist or does not contains a number");
export const JSON_EXPECTED_STRING = new CommandError("WRONGTYPE wrong type of path value - expected string");
export const JSON_EXPECTED_OBJECT = new CommandError("WRONGTYPE wrong type of path value - expected object");
export const JSON_INDEX_OUT_OF_BOUNDS = err("index out of bounds");
export const JSON_TOO_DEEP = err("recursion limit exceeded");
export const JSON_OVERFLOW = err("numeric overflow");
export const JSON_NOT_FINITE = err("result is not a number");
export const JSON_BAD_NUMBER = err("bad input number");
export const JSON_TOO_MANY_MATCHES = err("the path selects too many values");
export const JSON_TOO_MANY_STEPS = err("the path visits too many values");
export const JSON_TOO_LONG = err("the JSON text of the reply is too long");
export const JSON_TOO_MANY_COPIES = err("the value is too large for so many matches");
export const JSON_FORMAT_IN_RESP2 = err("FORMAT argument is not supported on RESP2");
export const JSON_BAD_FORMAT = err("wrong reply format");
export const JSON_UNKNOWN_SUBCOMMAND = err("unknown subcommand - try `JSON.DEBUG HELP`");

/** `name` as the row spells it; Redis prints it in lower case with `|` before a subcommand. */
export const wrongArity = (name: string): CommandError =>
  err(`wrong number of arguments for '${name.toLowerCase().replace(" ", "|")}' command`);

export const invalidExpire = (name: string): CommandError =>
  err(`invalid expire time in '${name.toLowerCase()}' command`);

/** `operation` in upper case. */
export const bitopSources = (operation: string): CommandError =>
  err(`BITOP ${operation} must be called with at least two source keys.`);

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

export const BUSY_GROUP = new CommandError("BUSYGROUP Consumer Group name already exists");

/** `where` is what Redis adds for some commands, with a space before. */
export const noGroup = (key: string, group: string, where = ""): CommandError =>
  new CommandError(`NOGROUP No such key '${key}' or consumer group '${group}'${where}`);

/** For commands that have checked that the key exists. */
export const noGroupInKey = (key: string, group: string): CommandError =>
  new CommandError(`NOGROUP No such consumer group '${group}' for key name '${key}'`);

const noPermissionText = (name: string): string =>
  `NOPERM this user has no permissions to run the '${name.toLowerCase().replace(" ", "|")}' command`;

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

const NO_LONGER = {
  command: "no permission to execute the command or subcommand",
  key: "no permission to touch the specified keys",
  channel: "no permission to access one of the channels used as arguments to the command",
} as const;

/** EXEC's error for a command that the user was allowed to run when it was queued. */
export const noLongerPermitted = (reason: keyof typeof NO_LONGER): CommandError =>
  new CommandError(
    "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. " +
      `This command is no longer allowed for the following reason: ${NO_LONGER[reason]}`,
  );

export const UNAUTHORIZED = new CommandError("WRONGPASS invalid or missing auth token");
/** `option` is `BY` or `GET`, whose patterns make key names out of elements. */
export const sortPatternDenied = (option: string): CommandError =>
  err(`${option} option of SORT denied due to insufficient ACL permissions.`);

export const USER_NAME = err("Usernames can't contain spaces or null characters");
export const DEFAULT_USER_STAYS = err("The 'default' user cannot be removed");
export const NO_USERS = err("this engine was started without users");
export const NO_ACL_FILE = err(
  "This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER " +
    "command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store " +
    "users in the Redis configuration.",
);
export const ACL_NOT_SAVED = err(
  "There was an error trying to save the ACLs. Please check the server logs for more information",
);
export const WEAK_PASSWORD = err("The password is too easy to guess: it takes 12 characters or more, of some variety");

export const badRule = (rule: string, reason: string): CommandError =>
  err(`Error in ACL SETUSER modifier '${rule}': ${reason}`);

export const unmatchedSelector = (start: string): CommandError =>
  err(`Unmatched parenthesis in acl selector starting at '${start}'.`);

export const aclFileProblem = (problem: string): CommandError =>
  err(`${problem} WARNING: ACL errors detected, no change to the previously active ACL rules was performed`);

export const METHOD_NOT_ALLOWED = err("method not allowed");
/** EXEC was refused, and its transaction discarded. */
export const execAborted = (cause: CommandError): CommandError =>
  new CommandError(`EXECABORT Transaction discarded because of: ${cause.text.replace(/^ERR /, "")}`);

/** A transaction that queues more than its limit. */
export const transactionTooLarge = (unit: "commands" | "bytes", limit: number): CommandError =>
  err(`too many ${unit} in transaction. Limit: ${limit}`);

/** Malformed bytes on the Redis port. The connection is closed after the error is sent. */
export const protocolError = (text: string): CommandError => err(`Protocol error: ${text}`);

/** For a session that is subscribed over RESP2. */
export const whileSubscribed = (name: string): CommandError =>
  err(
    `Can't execute '${name.toLowerCase().replace(" ", "|")}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / ` +
      "RESET are allowed in this context",
  );

/** For a command such as SUBSCRIBE in a session without a connection to deliver messages to. */
export const needsConnection = (name: string): CommandError =>
  err(`${name.toUpperCase()} isn't allowed for a DENY BLOCKING client`);

/** Redis says it a little differently of this one. */
export const MONITOR_NEEDS_CONNECTION = err("MONITOR isn't allowed for DENY BLOCKING client");

export const TOO_MANY_FAILED_LOGINS = err("too many failed logins from this address, try again later");
export const HOST_NOT_ALLOWED = err(
  "this server does not answer to the name in the Host header; name it with --allow-host or allowedHosts",
);
export const ORIGIN_NOT_ALLOWED = err("web pages of this origin may not call; name it with --cors or cors");

/** Too many event streams of one user, or too many connections over the Redis protocol. */
export const TOO_MANY_CONNECTIONS = err("max concurrent connections exceeded");

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

/** `pending` counts the consumer's pending entries, `requested` the entries that this read would add. */
export const tooManyPending = (
  limit: number,
  pending: number,
  requested: number,
  [key, group, consumer]: readonly [key: string, group: string, consumer: string],
): CommandError =>
  err(
    "XReadGroup is cancelled. Pending Entries List limit per consumer is about to be reached. " +
      `Limit: ${limit}, Current PEL size: ${pending}, Requested Read: ${requested}, ` +
      `Key: ${key}, Group: ${group}, Consumer: ${consumer}.`,
  );

export const unknownParameter = (name: string): CommandError =>
  err(`Unknown option or number of arguments for CONFIG SET - '${name}'`);

export const configSetFailed = (name: string, reason: string): CommandError =>
  err(`CONFIG SET failed (possibly related to argument '${name}') - ${reason}`);

/** An error that a script returns, code included. */
export const scriptError = (text: string): CommandError => new CommandError(text);

export const scriptTimedOut = (limitMs: number): CommandError =>
  err(`the script was stopped after ${limitMs} ms, the limit of scriptMsMax`);

/** For a key that a script with the `allow-key-locking` flag has not declared, in the hosted service's words. */
export const dynamicKey = (key: string): CommandError =>
  err(
    "Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. " +
      `Key was: ${key.slice(0, 128)}`,
  );

export const notWithKeyLocking = (name: string): CommandError =>
  err(`Command '${name.toLowerCase()}' is not allowed in Lua scripts when 'allow-key-locking' flag is set.`);

/** An error that only one command has; `text` comes without the leading `ERR`. */
export const failure = err;
