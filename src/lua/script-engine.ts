/**
 * What runs scripts, apart from how: the interface between the server and an engine for Lua. One implementation stands
 * behind it ({@link LuaEngine}); another, such as a compiler to JavaScript, could take its place.
 */
import type { CommandError, Reply } from "../core/reply.ts";

/** What a script may ask of the server while it runs. */
export interface ScriptHost {
  /** Runs one command. What is refused or fails comes back as a CommandError. `resp` is the script's own choice. */
  call(words: readonly string[], resp: 2 | 3): Reply;
  /** Whether the caller may run a command; undefined when there is no such command. */
  mayRun(words: readonly string[]): boolean | undefined;
}

/** A script or a function as the caller names it in error texts: a digest, a function's name. */
export interface Callable {
  readonly name: string;
  /** What identifies the code; the engine keeps what it has compiled by it. */
  readonly source: string;
}

/** What a library registers when it is loaded. */
export interface RegisteredFunction {
  readonly name: string;
  readonly description: string | undefined;
  readonly flags: readonly string[];
}

/** Flags of scripts and functions that are known; the order is that of FUNCTION LIST. */
export const SCRIPT_FLAGS = [
  "no-writes",
  "allow-oom",
  "allow-stale",
  "no-cluster",
  "allow-cross-slot-keys",
  "allow-key-locking",
] as const;

export type ScriptFlag = (typeof SCRIPT_FLAGS)[number];

/** A library of functions. */
export interface LibrarySource {
  readonly name: string;
  /** Without its first line, which is kept as an empty one. */
  readonly code: string;
}

/**
 * An engine. It compiles what it has not compiled yet, so it may forget what it has at any time. It never throws for
 * what a script does; it throws for a fault of our own.
 */
export interface ScriptEngine {
  /** Whether a script compiles: undefined, or why not. */
  load(script: Callable): CommandError | undefined;
  /** Runs a script to its end. */
  run(script: Callable, keys: readonly string[], args: readonly string[], host: ScriptHost): Reply;
  /** A script will not be run again. */
  forget(script: Callable): void;
  /** Runs a library's code. Answers what it registers, or why it cannot be loaded. */
  loadLibrary(library: LibrarySource): readonly RegisteredFunction[] | CommandError;
  /** Runs a function of a library that was loaded before. */
  callFunction(
    library: LibrarySource,
    name: string,
    keys: readonly string[],
    args: readonly string[],
    host: ScriptHost,
  ): Reply;
  forgetLibrary(library: LibrarySource): void;
  /** Bytes of memory its machines hold. */
  readonly memoryBytes: number;
}
