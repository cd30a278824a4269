// INFO: https://redis.io/docs/latest/commands/info/. A field of Redis is left out when it has no meaning in this
// engine.
import { Verbatim } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { Engine } from "../engine/engine.ts";
import { commandstatsLines, errorstatsLines, latencystatsLines, statsLines } from "./info-stats.ts";
import { clientsLines, cpuLines, keyspaceLines, memoryLines } from "./info-state.ts";
import { persistenceLines, replicationLines, serverLines } from "./info-state.ts";

const FLAGS = "loading stale uncounted";
const DANGEROUS = { acl: "dangerous" };

const INFO_FLAGS = `${FLAGS} ~ @shards:own`;

export const infoCommands = commandTable("server", [
  row("INFO", -1, INFO_FLAGS, undefined, "1.0.0", info, "Returns facts and counters of the server.", DANGEROUS),
]);

/** Answers a section's lines, `field:value` each, without its heading. */
type Section = (engine: Engine) => readonly string[];

/** The sections in the order in which they are printed, which is Redis's. */
const SECTIONS: ReadonlyMap<string, Section> = new Map<string, Section>([
  ["server", serverLines],
  ["clients", clientsLines],
  ["memory", memoryLines],
  ["persistence", persistenceLines],
  ["stats", statsLines],
  ["replication", replicationLines],
  ["cpu", cpuLines],
  ["modules", () => []],
  ["commandstats", commandstatsLines],
  ["errorstats", errorstatsLines],
  ["latencystats", latencystatsLines],
  ["cluster", () => ["cluster_enabled:0"]],
  ["keyspace", keyspaceLines],
]);

/** Sections that are shown only by name, since they have a line for each command. */
const NOT_BY_DEFAULT = new Set(["commandstats", "latencystats"]);

const DEFAULT_SECTIONS = [...SECTIONS.keys()].filter((name) => !NOT_BY_DEFAULT.has(name));

/** INFO [section …] */
function info(context: Context, words: Words): Reply {
  const asked = words.length === 1 ? ["default"] : words.slice(1).map((word) => word.toLowerCase());
  const chosen = new Set(asked.flatMap(expand));
  const parts: string[] = [];
  for (const [name, lines] of SECTIONS) {
    if (!chosen.has(name)) continue;
    const heading = name === "cpu" ? "# CPU" : `# ${name[0]!.toUpperCase()}${name.slice(1)}`;
    parts.push([heading, ...lines(context.engine), ""].join("\r\n"));
  }
  return new Verbatim(parts.join("\r\n"));
}

function expand(section: string): readonly string[] {
  if (section === "default") return DEFAULT_SECTIONS;
  return section === "all" || section === "everything" ? [...SECTIONS.keys()] : [section];
}
