/**
 * One command, one row: its facts and its handler. A file in `commands/` opens with a table of rows:
 *
 * ```ts
 * export const stringCommands = commandTable("string", [
 *   row("GET", 2, "readonly fast", key("RO access"), "1.0.0", get, "Returns the string value of a key."),
 * ]);
 * ```
 *
 * The ACL categories follow from the group and the flags, as they do in Redis; a row states only what departs from that.
 *
 * Redis's tips stand among the flags: `~` for nondeterministic output, `~order` for output in no order, and `@nodes`,
 * `@shards`, `@keys` or `@cursor` for where a proxy sends the command, with what it makes of the replies (`@shards:sum`).
 *
 * The flags are Redis's, and a few of our own, which COMMAND INFO does not tell:
 *
 * | flag | the command |
 * | ---- | ----------- |
 * | `multi_at_once` | runs at once inside MULTI, where others are queued |
 * | `multi_runs`, `multi_ends` | does so, and runs the transaction or ends it otherwise |
 * | `while_subscribed` | may be sent over RESP2 by a connection that listens to channels |
 * | `uncounted` | costs none of the commands that a day and a month have |
 * | `overwrites` | replaces what is at its keys, although it may read it, too |
 * | `never_paused` | runs during CLIENT PAUSE |
 * | `runs_script` | runs commands that its words do not tell |
 * | `wipes` | removes data that its words do not name, so a server can forbid it |
 * | `local` | is about clients, users and this process, so a server in front of Redis runs it itself |
 * | `keeps_caching` | does not end what CLIENT CACHING has said of the next command |
 */
import type {
  ChannelWords,
  CommandSpec,
  InMulti,
  KeyPosition,
  KeySpec,
  RestDoor,
  SecretWords,
  TimeoutWord,
} from "../core/command-spec.ts";
import type { CommandError, Reply } from "../core/reply.ts";
import type { Context } from "./context.ts";

/**
 * The words of a command, as byte strings, its name first. The arity was checked, so as many words exist as it demands;
 * the type promises five.
 */
export type Words = readonly [string, string, string, string, string, ...string[]];

/**
 * Runs a command: parses all words, then acts. It runs to its end without waiting, which makes it atomic. Answers a
 * reply or throws a CommandError.
 */
type Handler = (context: Context, words: Words) => Reply;

/** A row without a handler is a command that is not served; ACL rules and scripts know its name. */
export interface Command extends CommandSpec {
  readonly run: Handler | undefined;
  /** It has a handler, or is a container with a subcommand that has one. */
  readonly isServed: boolean;
  /** Why the server does not run it with these words, whoever asks; undefined for a command that nothing forbids. */
  readonly prohibition?: ((words: readonly string[]) => CommandError | undefined) | undefined;
}

/** Further facts that a row may state. */
interface RowExtras {
  /** ACL categories that replace the group's own, separated by spaces: `keyspace dangerous`. */
  readonly acl?: string;
  /** Whether REST serves it; `yes` by default. */
  readonly rest?: RestDoor;
  /** Whether the hosted service's REST serves it, where that differs from `rest`. */
  readonly hostedRest?: RestDoor;
  /** Finds the keys where the column cannot name their place, or what the command does with them. */
  readonly findKeys?: (words: readonly string[]) => readonly KeyPosition[];
  /** Whether the command also reads keys that its words do not name. */
  readonly readsUnnamedKeys?: (words: readonly string[]) => boolean;
  readonly channels?: ChannelWords;
  readonly secrets?: SecretWords;
  readonly timeout?: TimeoutWord;
}

interface Row {
  readonly name: string;
  readonly arity: number;
  readonly flags: string;
  readonly keys: readonly KeySpec[];
  readonly since: string;
  readonly run: Handler | undefined;
  readonly summary: string;
  readonly extras: RowExtras;
}

/** The columns: name, arity, flags, keys, since, handler, summary, extras. */
export function row(
  name: string,
  arity: number,
  flags: string,
  keys: KeySpec | readonly KeySpec[] | undefined,
  since: string,
  run: Handler | undefined,
  summary: string,
  extras: RowExtras = {},
): Row {
  return { name, arity, flags, keys: asList(keys), since, run, summary, extras };
}

/** Where a proxy sends a command, and what it makes of the replies, as they stand in a row and in COMMAND INFO. */
const REQUEST_POLICIES = { nodes: "all_nodes", shards: "all_shards", keys: "multi_shard", cursor: "special" } as const;
const RESPONSE_POLICIES = {
  all: "all_succeeded",
  one: "one_succeeded",
  min: "agg_min",
  sum: "agg_sum",
  and: "agg_logical_and",
  own: "special",
} as const;

/** Whether a word among a row's flags is a tip: `~`, `~order`, or a policy such as `@shards` and `@nodes:all`. */
function isTip(word: string): boolean {
  return word.startsWith("~") || word.startsWith("@");
}

function tipsOf(word: string): string[] {
  if (word === "~") return ["nondeterministic_output"];
  if (word === "~order") return ["nondeterministic_output_order"];
  const [request = "", response] = word.slice(1).split(":");
  const tips = [`request_policy:${REQUEST_POLICIES[request as keyof typeof REQUEST_POLICIES]}`];
  if (response === undefined) return tips;
  return [...tips, `response_policy:${RESPONSE_POLICIES[response as keyof typeof RESPONSE_POLICIES]}`];
}

function asList(keys: KeySpec | readonly KeySpec[] | undefined): readonly KeySpec[] {
  if (keys === undefined) return [];
  return "begin" in keys ? [keys] : keys;
}

/** A command whose second word names the subcommand. Alone it is an arity error. */
export function containerRow(name: string, since: string, summary: string, extras: RowExtras = { acl: "" }): Row {
  return row(name, -2, "", undefined, since, undefined, summary, extras);
}

/** The ACL category of a group's commands, where it is not the group's name. */
const GROUP_CATEGORY: Readonly<Record<string, string>> = {
  generic: "keyspace",
  "sorted-set": "sortedset",
  transactions: "transaction",
  server: "",
};

/** What the rows of a table have in common: their group, and flags besides each row's own. */
interface TableFacts {
  readonly group: string;
  readonly flags: string;
}

/** The rows of one group as commands. `facts` is the group's name, or what all rows have in common. */
export function commandTable(facts: string | TableFacts, rows: readonly Row[]): readonly Command[] {
  const { group, flags: everyFlags } = typeof facts === "string" ? { group: facts, flags: "" } : facts;
  const containers = new Set(rows.filter((r) => r.name.includes(" ")).map((r) => r.name.split(" ")[0]!));
  return rows.map((r) => {
    const words = `${r.flags} ${everyFlags}`.split(" ").filter((word) => word !== "");
    const flags = new Set(words.filter((word) => !isTip(word)));
    const { acl, channels, findKeys, hostedRest, readsUnnamedKeys, rest = "yes", secrets, timeout } = r.extras;
    return {
      name: r.name,
      group,
      arity: r.arity,
      flags,
      tips: words.filter(isTip).flatMap(tipsOf),
      keys: r.keys,
      categories: categoriesOf(flags, acl ?? GROUP_CATEGORY[group] ?? group),
      since: r.since,
      summary: r.summary,
      rest,
      hostedRest: hostedRest ?? rest,
      isWrite: flags.has("write"),
      isContainer: containers.has(r.name),
      isServed: r.run !== undefined || rows.some((other) => other.run !== undefined && isSubcommand(other, r)),
      findKeys,
      readsUnnamedKeys,
      channels,
      secrets,
      timeout,
      inMulti: inMulti(flags),
      runsWhileSubscribed: flags.has("while_subscribed"),
      mayReplicate: flags.has("may_replicate"),
      isUncounted: flags.has("uncounted"),
      overwrites: flags.has("overwrites"),
      prohibition: undefined,
      run: r.run,
    };
  });
}

function isSubcommand(row: Row, container: Row): boolean {
  return row.name.startsWith(`${container.name} `);
}

function inMulti(flags: ReadonlySet<string>): InMulti {
  if (flags.has("multi_ends")) return "ends";
  if (flags.has("multi_runs")) return "runs";
  if (flags.has("multi_at_once")) return "at once";
  return flags.has("no_multi") ? "refused" : "queued";
}

/** Redis's rule: categories implied by flags are added to those named, and each command is either fast or slow. */
function categoriesOf(flags: ReadonlySet<string>, named: string): ReadonlySet<string> {
  const categories = new Set(named.split(" ").filter((name) => name !== ""));
  if (flags.has("write")) categories.add("write");
  if (flags.has("readonly") && !categories.has("scripting")) categories.add("read");
  if (flags.has("admin")) categories.add("admin").add("dangerous");
  if (flags.has("pubsub")) categories.add("pubsub");
  if (flags.has("blocking")) categories.add("blocking");
  categories.add(flags.has("fast") ? "fast" : "slow");
  return categories;
}
