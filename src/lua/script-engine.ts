/**
 * The interface between the server and an engine for scripts. {@link LuaEngine} implements it; another engine, such as
 * a compiler to JavaScript, could.
 */
import { REDIS_VERSION } from "../core/redis-level.ts";
import type { CommandError, Reply } from "../core/reply.ts";

/** What a running script may ask of the server. */
export interface ScriptHost {
  /** Runs a command. A refused or failed one answers a CommandError. `resp` is the protocol that the script has set. */
  call(words: readonly string[], resp: 2 | 3): Reply;
  /** Whether the user may run a command; undefined when there is no such command. */
  mayRun(words: readonly string[]): boolean | undefined;
}

/** A script or a function, by the name that error texts use: a digest, or a function's name. */
export interface Callable {
  readonly name: string;
  /** Identifies the code. The engine keeps compiled code by it. */
  readonly source: string;
}

/** A function that a library registers when it is loaded. */
export interface RegisteredFunction {
  readonly name: string;
  readonly description: string | undefined;
  readonly flags: readonly string[];
}

/** Known flags of scripts and functions, in the order of FUNCTION LIST. */
const SCRIPT_FLAGS = [
  "no-writes",
  "allow-oom",
  "allow-stale",
  "no-cluster",
  "allow-cross-slot-keys",
  "allow-key-locking",
] as const;

/** A flag of a script or function. */
export type ScriptFlag = (typeof SCRIPT_FLAGS)[number];

/** What a script finds of the server. */
export interface ScriptDialect {
  /** The version in `redis.REDIS_VERSION`. */
  readonly redisVersion: string;
  /** Flags that scripts and functions may have. */
  readonly flags: readonly ScriptFlag[];
  /** Whether empty lines may come before the line of flags. */
  readonly skipsEmptyLines: boolean;
  /** Whether the library is there under Valkey's name, `server`, too. */
  readonly hasServer: boolean;
}

/** What scripts find by default: all that there is. */
export const FULL_DIALECT: ScriptDialect = {
  redisVersion: REDIS_VERSION,
  flags: SCRIPT_FLAGS,
  skipsEmptyLines: true,
  hasServer: true,
};

/** A library of functions. */
export interface LibrarySource {
  readonly name: string;
  /** The code. The first line is replaced by an empty one. */
  readonly code: string;
}

/**
 * An engine for scripts. It compiles what it has not compiled yet, so it may drop compiled code at any time. It does
 * not throw for what a script does, only for a fault of the server.
 */
export interface ScriptEngine {
  /** Compiles a script. Answers why it does not compile; undefined when it does. */
  load(script: Callable): CommandError | undefined;
  /** Runs a script to its end. Answers its reply, or the error that ended it. */
  run(script: Callable, keys: readonly string[], args: readonly string[], host: ScriptHost): Reply;
  /** Drops the compiled code of a script that will not run again. */
  forget(script: Callable): void;
  /** Runs a library's code. Answers the functions that it registers, or why it cannot be loaded. */
  loadLibrary(library: LibrarySource): readonly RegisteredFunction[] | CommandError;
  /** Runs a function of a loaded library. Answers its reply, or the error that ended it. */
  callFunction(
    library: LibrarySource,
    name: string,
    keys: readonly string[],
    args: readonly string[],
    host: ScriptHost,
  ): Reply;
  forgetLibrary(library: LibrarySource): void;
  /** Memory of its machines, and of what library functions hold outside of them, in bytes. */
  readonly memoryBytes: number;
}
