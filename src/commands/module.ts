// MODULE: https://redis.io/docs/latest/commands/module/. No module can be loaded, but clients ask for the list.
import { EMPTY_ARRAY } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import { help } from "./help.ts";

const NO_REST = { rest: "no" } as const;

const LISTED = "admin noscript ~order";

export const moduleCommands = commandTable("server", [
  containerRow("MODULE", "4.0.0", "A container for commands on modules.", { acl: "", rest: "no" }),
  row("MODULE HELP", 2, "loading stale", undefined, "5.0.0", help, "Returns the subcommands.", NO_REST),
  row("MODULE LIST", 2, LISTED, undefined, "4.0.0", moduleList, "Lists modules: there is none.", NO_REST),
]);

/** MODULE LIST */
function moduleList(): Reply {
  return EMPTY_ARRAY;
}
