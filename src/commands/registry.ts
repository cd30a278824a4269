/** Every command there is: the list of tables. */
import type { Command } from "../engine/command.ts";
import { commandCommands } from "./command-info.ts";
import { configCommands } from "./config.ts";
import { infoCommands } from "./info.ts";
import { memoryCommands } from "./memory.ts";
import { serverCommands } from "./server.ts";
import { stringCommands } from "./string.ts";

export const commandTables: readonly (readonly Command[])[] = [
  commandCommands,
  configCommands,
  infoCommands,
  memoryCommands,
  serverCommands,
  stringCommands,
];
