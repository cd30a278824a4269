/** Commands that destroy or hold others up, and what to ask the server to say what they will do. */
import type { ByteString } from "../client/bytes.ts";
import type { CommandFacts } from "./manual.ts";

/** Why a command is asked about before it runs: a text of its own for each. */
type DangerKind =
  | "acl-change"
  | "acl-delete"
  | "client-kill"
  | "config"
  | "debug"
  | "delete-many"
  | "delete-stream-group"
  | "flush-all"
  | "flush-database"
  | "functions"
  | "keys"
  | "migrate"
  | "other"
  | "pause"
  | "replication"
  | "scripts"
  | "shutdown"
  | "swap";

export interface Danger {
  readonly kind: DangerKind;
  /** A command whose reply counts what is affected. Undefined where there is nothing to count. */
  readonly count?: readonly ByteString[];
}

/** Keys from which on a delete is asked about. */
const KEYS_MANY = 5;

const DBSIZE: readonly ByteString[] = ["DBSIZE"];

/** By the command's name, or its name and subcommand. */
const KINDS: Readonly<Record<string, Danger>> = {
  FLUSHALL: { kind: "flush-all", count: ["INFO", "keyspace"] },
  FLUSHDB: { kind: "flush-database", count: DBSIZE },
  KEYS: { kind: "keys", count: DBSIZE },
  SWAPDB: { kind: "swap" },
  SHUTDOWN: { kind: "shutdown" },
  FAILOVER: { kind: "replication" },
  REPLICAOF: { kind: "replication" },
  SLAVEOF: { kind: "replication" },
  "CLUSTER RESET": { kind: "replication" },
  MIGRATE: { kind: "migrate" },
  DEBUG: { kind: "debug" },
  "CONFIG SET": { kind: "config" },
  "CONFIG REWRITE": { kind: "config" },
  "ACL DELUSER": { kind: "acl-delete" },
  "ACL SETUSER": { kind: "acl-change" },
  "ACL LOAD": { kind: "acl-change" },
  "SCRIPT FLUSH": { kind: "scripts" },
  "FUNCTION FLUSH": { kind: "functions" },
  "FUNCTION DELETE": { kind: "functions" },
  "CLIENT KILL": { kind: "client-kill" },
  "CLIENT PAUSE": { kind: "pause" },
  "XGROUP DESTROY": { kind: "delete-stream-group" },
};

/** Of the category `@dangerous`, and nothing to ask about: they look, or do what is meant. */
const HARMLESS =
  /^(?:ACL (?:CAT|DRYRUN|GENPASS|GETUSER|HELP|LIST|LOG|SAVE|USERS|WHOAMI|RESTTOKEN|GENTOKEN)|BGREWRITEAOF|BGSAVE|CLIENT .*|CLUSTER .*|CONFIG (?:GET|HELP|RESETSTAT)|FUNCTION (?:DUMP|HELP|LIST|STATS|KILL|LOAD)|INFO|LASTSAVE|LATENCY .*|LOLWUT|MEMORY .*|MODULE LIST|MONITOR|PFDEBUG|PFSELFTEST|RESTORE|ROLE|SAVE|SCRIPT (?:EXISTS|HELP|LOAD)|SLOWLOG .*|SORT|SORT_RO)$/;

/** Why to ask before a command runs; undefined where there is no reason. `facts` are what the server says of it. */
export function dangerOf(words: readonly ByteString[], facts: CommandFacts | undefined): Danger | undefined {
  const [first = "", second = ""] = words.map((word) => word.toUpperCase());
  const name = KINDS[`${first} ${second}`] === undefined ? first : `${first} ${second}`;
  const known = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (known !== undefined)
    return name === "DEBUG" && /^(?:OBJECT|HELP|DIGEST.*|JMAP|LISTPACK)$/.test(second) ? undefined : known;
  const keys = words.slice(1);
  if (/^(?:DEL|UNLINK)$/.test(first) && keys.length >= KEYS_MANY)
    return { kind: "delete-many", count: ["EXISTS", ...keys] };
  if (facts === undefined || !facts.categories.has("dangerous") || HARMLESS.test(facts.name)) return undefined;
  return facts.flags.has("readonly") ? undefined : { kind: "other" };
}

/** How many keys all databases have, from INFO's section about the keyspace. */
export function keysOfInfo(text: string): number {
  return [...text.matchAll(/^db\d+:keys=(\d+)/gm)].reduce((sum, [, keys]) => sum + Number(keys), 0);
}
