// INFO: https://redis.io/docs/latest/commands/info/. A field is there only when it is true of this engine.
import { REDIS_VERSION } from "../core/redis-level.ts";
import { Verbatim } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Engine } from "../engine/engine.ts";
import type { Context } from "../engine/context.ts";

const DANGEROUS = { acl: "dangerous" };

export const infoCommands = commandTable("server", [
  row("INFO", -1, "loading stale", undefined, "1.0.0", info, "Returns facts and counters of the server.", DANGEROUS),
]);

/** A section's lines, `field:value` each, without its heading. */
type Section = (engine: Engine) => readonly string[];

/** The sections in the order in which they are printed. */
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
  ["cluster", () => ["cluster_enabled:0"]],
  ["keyspace", keyspaceLines],
]);

/** Left out unless asked for: one line per command. */
const NOT_BY_DEFAULT = new Set(["commandstats"]);

const DEFAULT_SECTIONS = [...SECTIONS.keys()].filter((name) => !NOT_BY_DEFAULT.has(name));

/** INFO [section …] */
function info(context: Context, words: Words): Reply {
  const asked = words.length === 1 ? ["default"] : words.slice(1).map((word) => word.toLowerCase());
  const chosen = new Set(asked.flatMap(expand));
  const parts: string[] = [];
  for (const [name, lines] of SECTIONS) {
    if (!chosen.has(name)) continue;
    const heading = `# ${name[0]!.toUpperCase()}${name.slice(1)}`;
    parts.push([heading, ...lines(context.engine), ""].join("\r\n"));
  }
  return new Verbatim(parts.join("\r\n"));
}

function expand(section: string): readonly string[] {
  if (section === "default") return DEFAULT_SECTIONS;
  return section === "all" || section === "everything" ? [...SECTIONS.keys()] : [section];
}

function serverLines(engine: Engine): readonly string[] {
  const { archBits, os, pid } = engine.environment.process();
  const { nowMs } = engine.instant;
  const uptimeS = Math.floor((nowMs - engine.stats.startedMs) / 1000);
  return [
    `redis_version:${REDIS_VERSION}`,
    "redis_mode:standalone",
    `stashd_version:${engine.version}`,
    `os:${os}`,
    `arch_bits:${archBits}`,
    `process_id:${pid}`,
    `run_id:${engine.runId}`,
    `tcp_port:${engine.respPort}`,
    `server_time_usec:${nowMs * 1000}`,
    `uptime_in_seconds:${uptimeS}`,
    `uptime_in_days:${Math.floor(uptimeS / 86_400)}`,
    "config_file:",
  ];
}

function clientsLines(engine: Engine): readonly string[] {
  const sessions = [...engine.sessions.values()];
  return [
    `connected_clients:${sessions.length}`,
    `maxclients:${engine.limits.connectionsMax}`,
    `blocked_clients:${engine.waitingRoom.size}`,
    `clients_in_timeout_table:${engine.waitingRoom.timedSize}`,
    `pubsub_clients:${sessions.filter(({ subscriptions }) => subscriptions !== undefined).length}`,
  ];
}

function memoryLines(engine: Engine): readonly string[] {
  const { heapUsedBytes, residentBytes, systemMemoryBytes } = engine.environment.process();
  const { maxBytes, policy, usedBytes } = engine.eviction;
  return [
    ...bytesLines("used_memory", heapUsedBytes),
    ...bytesLines("used_memory_rss", residentBytes),
    ...bytesLines("total_system_memory", systemMemoryBytes),
    // What `maxmemory` bounds; counted only while it is set.
    ...(maxBytes > 0 ? [`used_memory_dataset:${usedBytes}`] : []),
    ...bytesLines("maxmemory", maxBytes),
    `maxmemory_policy:${policy}`,
    `mem_fragmentation_ratio:${(residentBytes / heapUsedBytes).toFixed(2)}`,
    "mem_allocator:v8",
  ];
}

function bytesLines(field: string, bytes: number): readonly string[] {
  return [`${field}:${bytes}`, `${field}_human:${humanBytes(bytes)}`];
}

/** As Redis abbreviates sizes: `512B`, `1.50K`, `2.00G`. */
function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), 5);
  return `${(bytes / 1024 ** power).toFixed(2)}${"KMGTP"[power - 1]}`;
}

/** Clients wait until `loading` is 0 before they send anything else. */
function persistenceLines(): readonly string[] {
  return ["loading:0", "async_loading:0"];
}

function statsLines({ pubSub, stats }: Engine): readonly string[] {
  return [
    `total_connections_received:${stats.connectionsReceived}`,
    `total_commands_processed:${stats.commandsProcessed}`,
    `rejected_connections:${stats.connectionsRejected}`,
    `expired_keys:${stats.expiredKeys}`,
    `expired_subkeys:${stats.expiredFields}`,
    `evicted_keys:${stats.evictedKeys}`,
    `keyspace_hits:${stats.keyspaceHits}`,
    `keyspace_misses:${stats.keyspaceMisses}`,
    `pubsub_channels:${pubSub.count("channels")}`,
    `pubsub_patterns:${pubSub.count("patterns")}`,
    `pubsubshard_channels:${pubSub.count("shardChannels")}`,
    `total_error_replies:${stats.errorReplies}`,
  ];
}

function replicationLines(engine: Engine): readonly string[] {
  return [
    "role:master",
    "connected_slaves:0",
    "master_failover_state:no-failover",
    `master_replid:${engine.runId}`,
    "master_repl_offset:0",
  ];
}

function cpuLines(engine: Engine): readonly string[] {
  const { cpuSystemSeconds, cpuUserSeconds } = engine.environment.process();
  return [`used_cpu_sys:${cpuSystemSeconds.toFixed(6)}`, `used_cpu_user:${cpuUserSeconds.toFixed(6)}`];
}

function commandstatsLines({ registry }: Engine): readonly string[] {
  const lines: string[] = [];
  for (const { command, calls, failed, rejected } of registry.entries()) {
    if (calls + rejected === 0) continue;
    const name = command.name.toLowerCase().replace(" ", "|");
    lines.push(`cmdstat_${name}:calls=${calls},rejected_calls=${rejected},failed_calls=${failed}`);
  }
  return lines;
}

/** Keys whose time to live goes into the average of a database. */
const TTL_SAMPLES = 20;

function keyspaceLines({ databases }: Engine): readonly string[] {
  return databases
    .filter((database) => database.size > 0)
    .map((database) => {
      const averageTtlMs = database.averageTtlMs(TTL_SAMPLES);
      return `db${database.number}:keys=${database.size},expires=${database.volatileSize},avg_ttl=${averageTtlMs}`;
    });
}
