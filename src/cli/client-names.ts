/** The option `--env` of subcommands that set or write variables for clients. */
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { CLIENT_NAMES, CLIENT_VALUES } from "../server/client-variables.ts";
import type { ClientNames } from "../server/client-variables.ts";

/**
 * Adds `--env`, which may be repeated: a name beside {@link CLIENT_NAMES}, or another value for one of them. The help has
 * this option and those of the server that are named.
 */
export function addClientNames(program: Command, ...shown: readonly string[]): Command {
  for (const option of program.options) option.hideHelp(!shown.includes(option.attributeName()));
  return program.option("--env <NAME=value>", `one variable more: ${CLIENT_VALUES.join(", ")}`, parseName);
}

function parseName(text: string, earlier: ClientNames = CLIENT_NAMES): ClientNames {
  const [, name, what] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  const value = CLIENT_VALUES.find((one) => one === what);
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError(`It must be a name and one of ${CLIENT_VALUES.join(", ")}, as CACHE_URL=redis.`);
  }
  return { ...earlier, [name]: value };
}
