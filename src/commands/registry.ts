/** Every command there is: the list of tables. */
import type { Command } from "../engine/command.ts";
import { hashCommands } from "./hash.ts";
import { setCommands } from "./set.ts";
import { stringCommands } from "./string.ts";

export const commandTables: readonly (readonly Command[])[] = [stringCommands, hashCommands, setCommands];
