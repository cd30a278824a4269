/** What server commands refuse: saving, CONFIG, COMMAND, DEBUG, SLOWLOG, LATENCY, SWAPDB. */
import { err } from "../errors.ts";
import { CommandError } from "../reply.ts";

/** A command that removes everything, where that is forbidden. */
export const flushForbidden = (name: string): CommandError =>
  err(
    `${name} is forbidden here by --no-flush (STASHD_FLUSH=off, flush: false), so that nothing empties this database by ` +
      "mistake; let tests have one of their own, or start the server without it",
  );

export const REWRITE_IN_PROGRESS = err("Background append only file rewriting already in progress");
export const SAVE_IN_PROGRESS = err("Background save already in progress");
export const REWRITE_BEFORE_SAVE = err(
  "Another child process is active (AOF?): can't BGSAVE right now. " +
    "Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
);
export const SAVE_FAILED = err("the data could not be saved; the log of the server says why");
export const NO_DATA_DIRECTORY = err("this server keeps its data in memory only; start it with --data to save it");
export const SHUTDOWN_NOT_ALLOWED = err("SHUTDOWN is not allowed: this server belongs to the program that started it");
export const NO_SHUTDOWN_UNDER_WAY = err("No shutdown in progress.");

export const SHUTDOWN_FAILED = err("Errors trying to SHUTDOWN. Check logs.");

export const SAVES_FAIL = new CommandError(
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may " +
    "modify the data set are disabled, because this instance is configured to report errors during writes if RDB " +
    "snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.",
);

/** The disk refuses what was to be appended; `reason` is the system's. */
export const aofWriteFailed = (reason: string): CommandError =>
  new CommandError(`MISCONF Errors writing to the AOF file: ${reason}`);

export const NO_CONFIG_FILE = err("The server is running without a config file");

export const unknownParameter = (name: string): CommandError =>
  err(`Unknown option or number of arguments for CONFIG SET - '${name}'`);

/** `reason` is the parameter's own. */
export const configSetFailed = (name: string, reason: string): CommandError =>
  err(`CONFIG SET failed (possibly related to argument '${name}') - ${reason}`);

export const FIRST_DB_INVALID = err("invalid first DB index");
export const SECOND_DB_INVALID = err("invalid second DB index");

export const GETKEYS_INVALID_COMMAND = err("Invalid command specified");
export const GETKEYS_NO_KEYS = err("The command has no key arguments");
export const GETKEYS_ARITY = err("Invalid number of arguments specified for command");
export const GETKEYS_INVALID_ARGUMENTS = err("Invalid arguments specified for command");

export const SLOWLOG_COUNT_OUT_OF_RANGE = err("count should be greater than or equal to -1");

/** For LATENCY GRAPH. */
export const noSamples = (event: string): CommandError => err(`No samples available for event '${event}'`);

export const DEBUG_NOT_ALLOWED = err(
  "DEBUG command not allowed. Start the server with --enable-debug, or with the option enableDebug, to allow it.",
);

/** The error that DEBUG ERROR is to answer, code included. */
export const ofDebug = (text: string): CommandError => new CommandError(text);

/** For DEBUG RELOAD and DEBUG LOADAOF. */
export const RELOAD_OPTIONS = err("DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
export const RELOAD_FAILED = err("Error trying to load the RDB dump");
export const AOF_NOT_LOADED = err("the append-only file could not be loaded; the log of the server says why");
export const RELOAD_NEEDS_CONNECTION = err(
  "files are loaded for a connection of the Redis protocol only, outside of transactions and scripts",
);

/** For DEBUG PROTOCOL. */
export const unknownReplyType = (types: readonly string[]): CommandError =>
  err(`Wrong protocol type name. Please use one of the following: ${types.join("|")}`);

/** For DEBUG SLEEP. */
export const sleepTooLong = (secondsMax: number): CommandError =>
  err(`DEBUG SLEEP takes at most ${secondsMax} seconds`);
