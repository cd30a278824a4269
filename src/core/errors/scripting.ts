/** What EVAL, FUNCTION and the `redis` library of scripts refuse. */
import { err } from "../errors.ts";
import { CommandError, CountedError } from "../reply.ts";

export const NO_SCRIPT = new CommandError("NOSCRIPT No matching script. Please use EVAL.");
export const NOT_BUSY = new CommandError("NOTBUSY No scripts in execution right now.");
export const NUMKEYS_NEGATIVE = err("Number of keys can't be negative");
export const NOT_AVAILABLE = err("this engine was started without Lua");
export const BAD_FLUSH_MODE = err("SCRIPT FLUSH only support SYNC|ASYNC option");

// What a script may call.

export const UNKNOWN_COMMAND = err("Unknown Redis command called from script");
export const WRONG_ARITY = err("Wrong number of args calling Redis command from script");
export const COMMAND_NOT_ALLOWED = err("This Redis command is not allowed from script");
/** By the reason of the refusal. */
export const NO_PERMISSION = {
  command: err("The user executing the script can't run this command or subcommand"),
  key: err("The user executing the script can't access at least one of the keys mentioned in the command arguments"),
  channel: err("The user executing the script can't publish to the channel mentioned in the command"),
} as const;
export const READ_ONLY = err("Write commands are not allowed from read-only scripts.");
export const NOT_READ_ONLY = err("Can not execute a script with write flag using *_ro command.");

/** For a key that a script with the `allow-key-locking` flag has not declared, in the hosted service's words. */
export const dynamicKey = (key: string): CommandError =>
  err(
    "Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. " +
      `Key was: ${key.slice(0, 128)}`,
  );

export const notWithKeyLocking = (command: string): CommandError =>
  err(`Command '${command.toLowerCase()}' is not allowed in Lua scripts when 'allow-key-locking' flag is set.`);

// What ends a script.

export const REPLY_TOO_DEEP = err("reached lua stack limit");
export const REPLY_TOO_LARGE = err("the script's reply has too many elements");
export const OUT_OF_MEMORY = err("the script ran out of memory");
export const CRASHED = err("the script exceeded a limit of the Lua engine");

export const timedOut = (limitMs: number): CommandError =>
  err(`the script was stopped after ${limitMs} ms, the limit of scriptMsMax`);

export const doesNotCompile = (problem: string): CommandError =>
  err(`Error compiling script (new function): ${problem}`);

/** A script or a library is too long to be kept beside the others. */
export const tooMuchText = (limitBytes: number): CommandError =>
  err(`the text of scripts is beyond ${limitBytes} bytes, the limit of scriptTextBytesMax`);

/** An error that a script returns, code included. */
export const returned = (text: string, isCounted: boolean): CommandError =>
  isCounted ? new CountedError(text) : new CommandError(text);

/** An error of Lua itself, which has no code. Answers its text with the code. */
export const raisedText = (text = "execution failure"): string => `ERR ${text}`;

/** For a table that a script raises and that has no text. */
export const UNKNOWN_ERROR = err("unknown error");

// The first line of a script.

export const BAD_SHEBANG = err("Invalid script shebang");
export const BAD_SHEBANG_ENGINE = err("Invalid engine in script shebang");

export const unexpectedEngine = (engine: string | undefined): CommandError =>
  err(`Unexpected engine in script shebang: ${engine}`);

export const unknownShebangOption = (option: string): CommandError => err(`Unknown lua shebang option: ${option}`);

export const unknownFlag = (flag: string): CommandError => err(`Unexpected flag in script shebang: ${flag}`);

// The `redis` library.

export const NO_ARGUMENTS = err("Please specify at least one argument for this redis lib call");
export const BAD_ARGUMENTS = err("Lua redis lib command arguments must be strings or integers");
export const NOT_WHILE_LOADING = err("this function is not available while a library is loaded");
export const NOT_A_SINGLE_STRING = err("wrong number or type of arguments");
export const LOG_ARITY = err("redis.log() requires two arguments or more.");
export const LOG_LEVEL_NOT_NUMBER = err("First argument must be a number (log level).");
export const BAD_LOG_LEVEL = err("Invalid debug level.");
export const SETRESP_ARITY = err("redis.setresp() requires one argument.");
export const BAD_RESP_VERSION = err("RESP version must be 2 or 3.");
export const SHA1HEX_ARITY = err("wrong number of arguments");
export const SET_REPL_ARITY = err("redis.set_repl() requires two arguments.");
export const BAD_REPLICATION_FLAGS = err(
  "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.",
);
export const BAD_ACL_CHECK = err("Invalid command passed to redis.acl_check_cmd()");
