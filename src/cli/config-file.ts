/** The configuration file: JSON with the names of the options, for what neither a flag nor a variable says. */
import type { Command, Option } from "commander";
import { knownNamesHint } from "../server/nearest-name.ts";
import { UsageError } from "./usage-error.ts";
import { readUserFile } from "./user-file.ts";

const BYTES_MAX = 1024 * 1024;

/** A key that editors read, and nobody else. */
const SCHEMA_KEY = "$schema";

/** Sets the options that a file names and that have no value yet. Throws a {@link UsageError}. */
export function applyConfigFile(program: Command, path: string): void {
  const options = optionsOf(program);
  for (const [name, value] of Object.entries(readObject(path))) {
    if (name === SCHEMA_KEY) continue;
    const option = options.get(name);
    if (option === undefined) {
      throw new UsageError(`${path}: ${name} is not an option${knownNamesHint(name, [...options.keys()])}`);
    }
    const source = program.getOptionValueSource(name);
    if (source !== undefined && source !== "default") continue;
    program.setOptionValueWithSource(name, valueOf(option, value, `${path}: ${name}`), "config");
  }
}

/** The options that a file may hold, by name. Of one that two flags turn on and off it is the first flag. */
function optionsOf(program: Command): Map<string, Option> {
  const options = new Map<string, Option>();
  for (const option of program.options) {
    const name = option.attributeName();
    if (name !== "config" && name !== "version" && !options.has(name)) options.set(name, option);
  }
  return options;
}

function readObject(path: string): object {
  let value: unknown;
  const text = readUserFile("--config", path, BYTES_MAX).toString("utf8");
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The rest of the message may quote the text, and so a token.
    const [place = ""] = / at position \d+(?: \(line \d+ column \d+\))?/.exec((error as Error).message) ?? [];
    throw new UsageError(`--config: ${path} is not JSON${place}; correct it, or leave --config out`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`--config: ${path} must hold an object, as {"port": 8079}`);
  }
  return value;
}

/** A value of the file in the form that the option's flag gives it. `where` begins the error. */
function valueOf(option: Option, value: unknown, where: string): unknown {
  if (option.isBoolean() || option.negate) {
    if (typeof value !== "boolean") throw new UsageError(`${where} must be true or false`);
    return value;
  }
  if (option.variadic && Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  const text = textOf(value);
  if (text === undefined) throw new UsageError(`${where} must be a text, a number, a list or an object of numbers`);
  try {
    return option.parseArg === undefined ? text : option.parseArg(text, undefined);
  } catch (error) {
    throw new UsageError(`${where} is ${JSON.stringify(value)}. ${(error as Error).message}`);
  }
}

/** A value as it would stand on the command line; undefined for one that could not. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.every((item) => typeof item === "string") ? value.join(",") : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value);
  if (!entries.every(([, number]) => typeof number === "number")) return undefined;
  return entries.map(([name, number]) => `${name}=${number}`).join(",");
}

/** The JSON schema of the file. */
export function configSchema(program: Command): object {
  const properties: Record<string, object> = { [SCHEMA_KEY]: { type: "string" } };
  for (const [name, option] of optionsOf(program)) {
    const type = option.isBoolean() || option.negate ? "boolean" : ["string", "number", "array", "object"];
    properties[name] = { type, description: option.description };
  }
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "stashd.json",
    type: "object",
    additionalProperties: false,
    properties,
  };
}
