// The sections of INFO about the current state.
import type { Engine } from "../engine/engine.ts";
import { datasetPercentage, memoryFigures } from "./memory-figures.ts";

/** Rounds of housekeeping in a second. */
const TICKS_PER_SECOND = 10;

/** The section about the server and its process. */
export function serverLines(engine: Engine): readonly string[] {
  const { archBits, os, pid } = engine.environment.process();
  const { nowMs } = engine.dataset.instant;
  const valkey = engine.target?.valkeyVersion;
  const uptimeS = Math.floor(Math.max(0, nowMs - engine.stats.startedMs) / 1000);
  return [
    `redis_version:${engine.redisVersion}`,
    ...(valkey === undefined ? [] : ["server_name:valkey", `valkey_version:${valkey}`]),
    "redis_mode:standalone",
    `stashd_version:${engine.version}`,
    `stashd_test_database:${Number(engine.isForTests)}`,
    `os:${os}`,
    `arch_bits:${archBits}`,
    "monotonic_clock:performance.now",
    `process_id:${pid}`,
    "process_supervised:no",
    `run_id:${engine.runId}`,
    `tcp_port:${engine.respPort}`,
    `server_time_usec:${nowMs * 1000}`,
    `uptime_in_seconds:${uptimeS}`,
    `uptime_in_days:${Math.floor(uptimeS / 86_400)}`,
    `hz:${TICKS_PER_SECOND}`,
    `configured_hz:${TICKS_PER_SECOND}`,
    "executable:",
    "config_file:",
    "io_threads_active:0",
  ];
}

/** The section about connections. */
export function clientsLines(engine: Engine): readonly string[] {
  // Neither the session of a REST token nor an event stream counts as a client; its HTTP connection does.
  const sessions = [...engine.sessions.values()].filter(({ door }) => door === "resp" || door === "internal");
  const listeners = [...engine.sessions.values()].filter(({ subscriptions }) => subscriptions !== undefined);
  const buffers = sessions.flatMap(({ buffers: ask }) => (ask === undefined ? [] : [ask()]));
  const { awaited, awaitedGone } = engine.waitingRoom.keyCounts();
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
  return [
    `connected_clients:${sessions.length + engine.stats.httpConnections}`,
    "cluster_connections:0",
    `maxclients:${engine.limits.connectionsMax}`,
    `client_recent_max_input_buffer:${most(buffers.map(({ queryBytes }) => queryBytes))}`,
    `client_recent_max_output_buffer:${most(buffers.map(({ replyBytes }) => replyBytes))}`,
    `blocked_clients:${engine.waitingRoom.size + engine.pause.heldClients}`,
    `tracking_clients:${engine.tracking.counts().sessions}`,
    `pubsub_clients:${listeners.length}`,
    `clients_in_timeout_table:${engine.waitingRoom.timedSize}`,
    `total_blocking_keys:${awaited}`,
    `total_blocking_keys_on_nokey:${awaitedGone}`,
  ];
}

/** The section about memory, of the process and of the data. */
export function memoryLines(engine: Engine): readonly string[] {
  const figures = memoryFigures(engine);
  const { usedBytes, peakBytes, committedBytes, residentBytes } = figures;
  const { scripting, eviction } = engine;
  return [
    ...bytesLines("used_memory", usedBytes),
    ...bytesLines("used_memory_rss", residentBytes),
    ...bytesLines("used_memory_peak", peakBytes),
    `used_memory_peak_perc:${((usedBytes / peakBytes) * 100).toFixed(2)}%`,
    `used_memory_overhead:${figures.overheadBytes}`,
    `used_memory_startup:${figures.startBytes}`,
    `used_memory_dataset:${figures.datasetBytes}`,
    `used_memory_dataset_perc:${datasetPercentage(figures).toFixed(2)}%`,
    `allocator_allocated:${usedBytes}`,
    `allocator_active:${committedBytes}`,
    `allocator_resident:${residentBytes}`,
    ...bytesLines("total_system_memory", figures.systemBytes),
    ...bytesLines("used_memory_lua", scripting.memoryBytes),
    `number_of_cached_scripts:${scripting.cache.size}`,
    `number_of_functions:${scripting.libraries.functionCount}`,
    `number_of_libraries:${scripting.libraries.libraryCount}`,
    ...bytesLines("used_memory_vm_total", scripting.memoryBytes),
    `used_memory_scripts_eval:${figures.scriptsBytes}`,
    `used_memory_functions:${figures.functionsBytes}`,
    ...bytesLines("used_memory_scripts", figures.scriptsBytes + figures.functionsBytes),
    ...bytesLines("maxmemory", eviction.maxBytes),
    `maxmemory_policy:${eviction.policy}`,
    `maxmemory_of_heap:${eviction.heapBytes}`,
    `allocator_frag_ratio:${(committedBytes / usedBytes).toFixed(2)}`,
    `allocator_frag_bytes:${committedBytes - usedBytes}`,
    `allocator_rss_ratio:${(residentBytes / committedBytes).toFixed(2)}`,
    `allocator_rss_bytes:${residentBytes - committedBytes}`,
    `mem_fragmentation_ratio:${(residentBytes / usedBytes).toFixed(2)}`,
    `mem_fragmentation_bytes:${residentBytes - usedBytes}`,
    "mem_not_counted_for_evict:0",
    "mem_replication_backlog:0",
    "mem_total_replication_buffers:0",
    "mem_clients_slaves:0",
    `mem_clients_normal:${figures.clientsBytes}`,
    "mem_cluster_links:0",
    `mem_aof_buffer:${figures.aofBufferBytes}`,
    "mem_allocator:v8",
    "active_defrag_running:0",
    "lazyfree_pending_objects:0",
  ];
}

function bytesLines(field: string, bytes: number): readonly string[] {
  return [`${field}:${bytes}`, `${field}_human:${humanBytes(bytes)}`];
}

/** A size as Redis abbreviates it: `512B`, `1.50K`, `2.00G`. */
function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), 5);
  return `${(bytes / 1024 ** power).toFixed(2)}${"KMGTP"[power - 1]}`;
}

/**
 * The section about files. Clients wait until `loading` is 0 before they send commands. Without files, all writes count
 * as unsaved.
 */
export function persistenceLines({ durability, journal }: Engine): readonly string[] {
  if (durability !== undefined) return durability.infoLines;
  return [
    "loading:0",
    "async_loading:0",
    `rdb_changes_since_last_save:${journal.writes}`,
    "rdb_bgsave_in_progress:0",
    "aof_enabled:0",
    "aof_rewrite_in_progress:0",
    "aof_rewrite_scheduled:0",
  ];
}

/** The section about replication. The server is always a primary without replicas. */
export function replicationLines(engine: Engine): readonly string[] {
  return [
    "role:master",
    "connected_slaves:0",
    "master_failover_state:no-failover",
    `master_replid:${engine.runId}`,
    `master_replid2:${"0".repeat(40)}`,
    "master_repl_offset:0",
    "second_repl_offset:-1",
    "repl_backlog_active:0",
    "repl_backlog_size:0",
    "repl_backlog_first_byte_offset:0",
    "repl_backlog_histlen:0",
  ];
}

/** The section about CPU time. */
export function cpuLines(engine: Engine): readonly string[] {
  const { cpuSystemSeconds, cpuUserSeconds } = engine.environment.process();
  return [
    `used_cpu_sys:${cpuSystemSeconds.toFixed(6)}`,
    `used_cpu_user:${cpuUserSeconds.toFixed(6)}`,
    "used_cpu_sys_children:0.000000",
    "used_cpu_user_children:0.000000",
  ];
}

/** Keys of which the average time to live of a database is computed. */
const TTL_SAMPLES = 20;

/** The section about keys, a line for each database that has any. */
export function keyspaceLines({ dataset: { databases } }: Engine): readonly string[] {
  return databases
    .filter((database) => database.size > 0)
    .map((database) => {
      const averageTtlMs = database.averageTtlMs(TTL_SAMPLES);
      return `db${database.number}:keys=${database.size},expires=${database.volatileSize},avg_ttl=${averageTtlMs}`;
    });
}
