/**
 * Which commands and arguments the servers have that a database can be held to. Mostly that follows from the versions in
 * rows and manual; this file has what does not.
 */
import type { Target } from "../core/target.ts";
import type { Command } from "../engine/command.ts";
import type { Argument } from "./manual/syntax.ts";

/**
 * What the hosted service lacks, by its documentation and by answers of it; a container is followed by its subcommands.
 * It has no HELP either.
 */
const NOT_HOSTED = new Set(
  (
    "ACL:DRYRUN CLIENT:CACHING,GETREDIR,KILL,NO-EVICT,NO-TOUCH,PAUSE,REPLY,TRACKING,TRACKINGINFO,UNBLOCK,UNPAUSE " +
    "COMMAND:COUNT,DOCS,GETKEYS,GETKEYSANDFLAGS,INFO,LIST CONFIG:RESETSTAT,REWRITE DEBUG FUNCTION:DUMP,RESTORE MOVE " +
    "LATENCY MEMORY:DOCTOR,MALLOC-STATS,PURGE,STATS MODULE OBJECT SPUBLISH SSUBSCRIBE SUNSUBSCRIBE " +
    "PUBSUB:SHARDCHANNELS,SHARDNUMSUB BGREWRITEAOF BGSAVE LASTSAVE SAVE SHUTDOWN LOLWUT ROLE SWAPDB SLOWLOG SORT SORT_RO " +
    "XSETID LCS PFDEBUG PFSELFTEST JSON.NUMPOWBY"
  )
    .split(" ")
    .flatMap((entry) => {
      const [name = "", parts] = entry.split(":");
      return parts === undefined ? [name] : parts.split(",").map((part) => `${name} ${part}`);
    }),
);

/** What Valkey 8 has of later versions of Redis, by its own documentation. */
const VALKEY_OPTIONS: ReadonlySet<string> = new Set(["HSCAN NOVALUES", "CLIENT KILL MAXAGE"]);

/** Whether a server has a command. */
export function hasCommand(target: Target, { name, since }: Pick<Command, "name" | "since">): boolean {
  if (!target.isUpstash) return target.has(since);
  return !NOT_HOSTED.has(name) && !NOT_HOSTED.has(name.split(" ")[0]!) && !name.endsWith(" HELP");
}

/** Whether a server has an argument of a command that it has. */
export function hasArgument(target: Target, command: string, { since, token }: Argument): boolean {
  return target.has(since) || (target.valkeyVersion !== undefined && VALKEY_OPTIONS.has(`${command} ${token}`));
}
