/** Every command there is: the list of tables. */
import type { Command } from "../engine/command.ts";
import { commandCommands } from "./command-info.ts";
import { configCommands } from "./config.ts";
import { hashCommands } from "./hash.ts";
import { infoCommands } from "./info.ts";
import { memoryCommands } from "./memory.ts";
import { serverCommands } from "./server.ts";
import { setCommands } from "./set.ts";
import { streamCommands } from "./stream.ts";
import { stringCommands } from "./string.ts";

export const commandTables: readonly (readonly Command[])[] = [
  commandCommands,
  configCommands,
  hashCommands,
  infoCommands,
  memoryCommands,
  serverCommands,
  setCommands,
  streamCommands,
  stringCommands,
];
