/** What JSON commands refuse. */
import { err } from "../errors.ts";
import { CommandError } from "../reply.ts";

export const NO_DOCUMENT = err("could not perform this operation on a key that doesn't exist");
export const NEW_AT_ROOT = err("new objects must be created at the root");
export const NO_PATH = err("Path does not exist");
export const NOT_STATIC = err("wrong static path");
export const NO_INDEX = err("array index out of range");
export const NOT_STRING = err("Path does not exist or not a string");
export const NOT_ARRAY = err("Path does not exist or not an array");
export const NOT_OBJECT = err("Path does not exist or not an object");
export const NOT_BOOLEAN = err("Path does not exist or not a bool");
export const NOT_NUMBER = err("Path does not exist or does not contains a number");
export const EXPECTED_STRING = new CommandError("WRONGTYPE wrong type of path value - expected string");
export const EXPECTED_OBJECT = new CommandError("WRONGTYPE wrong type of path value - expected object");
export const INDEX_OUT_OF_BOUNDS = err("index out of bounds");
export const TOO_DEEP = err("recursion limit exceeded");
export const OVERFLOW = err("numeric overflow");
export const NOT_FINITE = err("result is not a number");
export const NOT_UTF8 = err("Couldn't parse as UTF-8 string");
export const BAD_NUMBER = err("bad input number");
export const TOO_MANY_MATCHES = err("the path selects too many values");
export const TOO_MANY_STEPS = err("the path visits too many values");
export const TOO_LONG = err("the JSON text of the reply is too long");
export const TOO_MANY_COPIES = err("the value is too large for so many matches");
export const FORMAT_IN_RESP2 = err("FORMAT argument is not supported on RESP2");
export const BAD_FORMAT = err("wrong reply format");
export const FORMAT_OF_LEGACY_PATH = err("Legacy paths are supported only with FORMAT STRINGS");
export const UNKNOWN_SUBCOMMAND = err("unknown subcommand - try `JSON.DEBUG HELP`");

/** For JSON or a path that does not parse. `problem` is the parser's text: what it expected, and where. */
export const doesNotParse = (problem: string): CommandError => err(problem);
