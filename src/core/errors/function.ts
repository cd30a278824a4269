/** What FUNCTION and FCALL refuse, and what the code of a library gets to hear while it registers its functions. */
import { err } from "../errors.ts";
import type { CommandError } from "../reply.ts";

export const NOT_FOUND = err("Function not found");
export const LIBRARY_NOT_FOUND = err("Library not found");
export const BAD_NUMKEYS = err("Bad number of keys provided");
export const BAD_NAME = err(
  "Library names can only contain letters, numbers, or underscores(_) and must be at least one character long",
);
export const BAD_FLUSH_MODE = err("FUNCTION FLUSH only supports SYNC|ASYNC option");
export const LIBRARY_NAME_MISSING = err("library name argument was not given");

/** For FUNCTION LOAD. */
export const unknownOption = (word: string): CommandError => err(`Unknown option given: ${word}`);

/** For FUNCTION LIST. */
export const unknownArgument = (word: string | undefined): CommandError => err(`Unknown argument ${word}`);

// FUNCTION RESTORE.

export const NOT_A_FUNCTION = err("given type is not a function");
export const PAYLOAD_NOT_LOADED = err("failed loading the given functions payload");
export const BAD_RESTORE_POLICY = err("Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.");

export const libraryRestoredTwice = (name: string): CommandError => err(`Library ${name} already exists`);

// The first line of a library.

export const METADATA_MISSING = err("Missing library metadata");
export const BAD_METADATA = err("Invalid library metadata");
export const NAME_TWICE = err("Invalid metadata value, name argument was given multiple times");
export const NAME_MISSING = err("Library name was not given");

export const badMetadataValue = (word: string): CommandError => err(`Invalid metadata value given: ${word}`);

export const engineNotFound = (name: string): CommandError => err(`Engine '${name}' not found`);

// Loading a library.

export const NONE_REGISTERED = err("No functions registered");

export const libraryExists = (name: string): CommandError => err(`Library '${name}' already exists`);

export const functionExists = (name: string): CommandError => err(`Function ${name} already exists`);

export const doesNotCompile = (problem: string): CommandError => err(`Error compiling function: ${problem}`);

export const notRegistered = (problem: string): CommandError => err(`Error registering functions: ${problem}`);

// redis.register_function, in the code of a library.

const REGISTER = "redis.register_function";

export const REGISTER_ONLY_IN_LOAD = err(`${REGISTER} can only be called on FUNCTION LOAD command`);
export const REGISTER_ARITY = err(`wrong number of arguments to ${REGISTER}`);
export const REGISTERED_TWICE = err("Function already exists in the library");
export const FIRST_NOT_STRING = err(`first argument to ${REGISTER} must be a string`);
export const SECOND_NOT_FUNCTION = err(`second argument to ${REGISTER} must be a function`);
export const SINGLE_NOT_TABLE = err(
  `calling ${REGISTER} with a single argument is only applicable to Lua table (representing named arguments).`,
);
export const ARGUMENT_KEY_NOT_STRING = err(`named argument key given to ${REGISTER} is not a string`);
export const NAME_NOT_STRING = err(`function_name argument given to ${REGISTER} must be a string`);
export const DESCRIPTION_NOT_STRING = err(`description argument given to ${REGISTER} must be a string`);
export const CALLBACK_NOT_FUNCTION = err(`callback argument given to ${REGISTER} must be a function`);
export const FLAGS_NOT_TABLE = err(`flags argument to ${REGISTER} must be a table representing function flags`);
export const UNKNOWN_FLAG = err("unknown flag given");
export const UNKNOWN_ARGUMENT = err(`unknown argument given to ${REGISTER}`);
export const FUNCTION_NAME_MISSING = err(`${REGISTER} must get a function name argument`);
export const CALLBACK_MISSING = err(`${REGISTER} must get a callback argument`);
