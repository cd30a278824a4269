// The sections of INFO with counters, which CONFIG RESETSTAT resets.
import { redisName } from "../core/command-spec.ts";
import type { Engine } from "../engine/engine.ts";

/** The section with general counters. */
export function statsLines({ clientMemory, pubSub, stats, tracking }: Engine): readonly string[] {
  const { inBytes, outBytes } = stats.traffic();
  const rates = stats.rates();
  const tracked = tracking.counts();
  return [
    `total_connections_received:${stats.connectionsReceived}`,
    `total_commands_processed:${stats.commandsProcessed}`,
    `instantaneous_ops_per_sec:${Math.round(rates.commands)}`,
    `total_net_input_bytes:${inBytes}`,
    `total_net_output_bytes:${outBytes}`,
    "total_net_repl_input_bytes:0",
    "total_net_repl_output_bytes:0",
    `instantaneous_input_kbps:${(rates.inBytes / 1024).toFixed(2)}`,
    `instantaneous_output_kbps:${(rates.outBytes / 1024).toFixed(2)}`,
    "instantaneous_input_repl_kbps:0.00",
    "instantaneous_output_repl_kbps:0.00",
    `rejected_connections:${stats.connectionsRefused}`,
    "sync_full:0",
    "sync_partial_ok:0",
    "sync_partial_err:0",
    `expired_keys:${stats.expiredKeys}`,
    `expired_subkeys:${stats.expiredFields}`,
    `evicted_keys:${stats.evictedKeys}`,
    `evicted_clients:${clientMemory.evictedClients}`,
    `keyspace_hits:${stats.keyspaceHits}`,
    `keyspace_misses:${stats.keyspaceMisses}`,
    `pubsub_channels:${pubSub.count("channels")}`,
    `pubsub_patterns:${pubSub.count("patterns")}`,
    `pubsubshard_channels:${pubSub.count("shardChannels")}`,
    "latest_fork_usec:0",
    "total_forks:0",
    `tracking_total_keys:${tracked.keys}`,
    `tracking_total_items:${tracked.items}`,
    `tracking_total_prefixes:${tracked.prefixes}`,
    "unexpected_error_replies:0",
    `total_error_replies:${stats.errorReplies}`,
  ];
}

/** The section with calls and times, a line for each command that was called. */
export function commandstatsLines({ registry }: Engine): readonly string[] {
  const lines: string[] = [];
  for (const entry of registry.entries()) {
    const { calls, failed, refused } = entry;
    if (calls + refused + failed === 0) continue;
    const tookUs = Math.floor(entry.tookUs);
    const meanUs = (calls === 0 ? 0 : entry.tookUs / calls).toFixed(2);
    const times = `calls=${calls},usec=${tookUs},usec_per_call=${meanUs}`;
    lines.push(`cmdstat_${redisName(entry.command.name)}:${times},rejected_calls=${refused},failed_calls=${failed}`);
  }
  return lines;
}

/** The section with error replies, a line for each code. */
export function errorstatsLines({ stats }: Engine): readonly string[] {
  return [...stats.errors]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, count]) => `errorstat_${code}:count=${count}`);
}

/** The percentiles that Redis shows by default. */
const PERCENTILES = [50, 99, 99.9];

/**
 * The section with percentiles of times. Times are counted by powers of two, so each is rounded up to the next power.
 */
export function latencystatsLines({ registry }: Engine): readonly string[] {
  const lines: string[] = [];
  for (const entry of registry.entries()) {
    const { histogram } = entry;
    if (histogram === undefined) continue;
    const values = PERCENTILES.map((percent) => `p${percent}=${histogram.percentile(percent).toFixed(3)}`);
    lines.push(`latency_percentiles_usec_${redisName(entry.command.name)}:${values.join(",")}`);
  }
  return lines;
}
