// SLOWLOG: https://redis.io/docs/latest/commands/slowlog/. engine/slow-log.ts records the commands.
import * as errors from "../core/errors.ts";
import * as serverErrors from "../core/errors/server.ts";
import { OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { integerWithin } from "./args.ts";
import { help } from "./help.ts";

/** Looking at a server over REST is stashd's own. */
const HERE = { hostedRest: "no" } as const;
const ADMIN = "admin loading stale";

const TOLD = `${ADMIN} ~ @nodes`;
const COUNTED = `${ADMIN} ~ @nodes:sum`;

export const slowlogCommands = commandTable("server", [
  containerRow("SLOWLOG", "2.2.12", "A container for commands on the slow log.", { acl: "", hostedRest: "no" }),
  row("SLOWLOG GET", -2, TOLD, undefined, "2.2.12", slowlogGet, "Returns the commands that took long.", HERE),
  row("SLOWLOG HELP", 2, "loading stale", undefined, "6.2.0", help, "Returns the subcommands.", HERE),
  row("SLOWLOG LEN", 2, COUNTED, undefined, "2.2.12", slowlogLen, "Counts the commands in the slow log.", HERE),
  row("SLOWLOG RESET", 2, `${ADMIN} @nodes:all`, undefined, "2.2.12", slowlogReset, "Forgets the slow log.", HERE),
]);

/** SLOWLOG GET [count] */
function slowlogGet({ engine }: Context, words: Words): Reply {
  if (words.length > 3) throw errors.badSubcommand("SLOWLOG", words[1]);
  const count =
    words.length === 2 ? 10 : integerWithin(words[2], -1, Infinity, serverErrors.SLOWLOG_COUNT_OUT_OF_RANGE);
  const commands = engine.timer.slowLog.latest(count < 0 ? Infinity : count);
  return commands.map((slow) => [slow.id, slow.seconds, slow.tookUs, slow.words, slow.addr, slow.name]);
}

/** SLOWLOG LEN */
function slowlogLen({ engine }: Context): Reply {
  return engine.timer.slowLog.length;
}

/** SLOWLOG RESET */
function slowlogReset({ engine }: Context): Reply {
  engine.timer.slowLog.clear();
  return OK;
}
