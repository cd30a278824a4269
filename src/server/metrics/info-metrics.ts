/**
 * What INFO tells, as metrics: the fields, with the names that redis_exporter gives them, so that dashboards made for it
 * fit. A field that the server behind does not have has no metric.
 */

/** A metric made of one field. */
interface InfoMetric {
  /** Without the prefix `redis_`. */
  readonly name: string;
  readonly kind: "gauge" | "counter";
  readonly help: string;
}

/** A line for each field: its name, the metric's name or `=` when it is the same, and the help. */
type Table = string;

const GAUGES: Table = `
uptime_in_seconds = Seconds since the start.
process_id = Process ID.
connected_clients = Open connections of clients.
blocked_clients = Clients that wait in a blocking command.
maxclients max_clients Connections that are allowed.
tracking_clients = Clients with client-side caching.
clients_in_timeout_table = Blocked clients with a time-out.
pubsub_clients = Clients that are subscribed.
total_blocking_keys = Keys that clients wait for.
total_blocking_keys_on_nokey = Keys that clients wait for and that end their wait when they are deleted.
client_recent_max_input_buffer client_recent_max_input_buffer_bytes Largest input of a client.
client_recent_max_output_buffer client_recent_max_output_buffer_bytes Largest output that waits for a client.
used_memory memory_used_bytes Memory in use.
used_memory_rss memory_used_rss_bytes Resident memory.
used_memory_peak memory_used_peak_bytes Highest memory in use.
used_memory_overhead memory_used_overhead_bytes Memory beside keys and values.
used_memory_startup memory_used_startup_bytes Memory in use at the start.
used_memory_dataset memory_used_dataset_bytes Memory of keys and values.
used_memory_lua memory_used_lua_bytes Memory of the Lua machine.
used_memory_vm_total memory_used_vm_total Memory of all script machines, in bytes.
used_memory_scripts_eval memory_used_scripts_eval_bytes Memory of cached scripts.
used_memory_scripts memory_used_scripts_bytes Memory of cached scripts and functions.
used_memory_functions memory_used_functions_bytes Memory of functions.
number_of_cached_scripts = Scripts that EVALSHA finds.
number_of_functions = Functions.
number_of_libraries = Libraries of functions.
maxmemory memory_max_bytes Limit on the memory of the data; 0 for none.
total_system_memory total_system_memory_bytes Memory of the machine.
allocator_allocated allocator_allocated_bytes Memory allocated.
allocator_active allocator_active_bytes Memory taken by the allocator.
allocator_resident allocator_resident_bytes Memory resident for the allocator.
allocator_frag_ratio = Memory taken to memory allocated.
allocator_frag_bytes = Memory taken and not allocated.
allocator_rss_ratio = Resident memory to memory taken.
allocator_rss_bytes = Resident memory that is not taken.
mem_fragmentation_ratio = Resident memory to memory in use.
mem_fragmentation_bytes = Resident memory that is not in use.
mem_clients_normal = Memory held for clients, in bytes.
mem_clients_slaves = Memory held for replicas, in bytes.
mem_cluster_links mem_cluster_links_bytes Memory held for the links of a cluster.
mem_aof_buffer mem_aof_buffer_bytes Effects that wait for the append-only file.
mem_replication_backlog mem_replication_backlog_bytes Memory of the replication backlog.
mem_total_replication_buffers mem_total_replication_buffers_bytes Memory held for replication.
mem_not_counted_for_evict mem_not_counted_for_eviction_bytes Memory that the limit does not count.
lazyfree_pending_objects = Values that wait to be freed.
active_defrag_running = Whether memory is being defragmented.
loading loading_dump_file Whether data is being loaded.
async_loading = Whether data of a primary is being loaded.
rdb_changes_since_last_save = Changes since the last dump.
rdb_bgsave_in_progress = Whether a dump is being written.
rdb_last_save_time rdb_last_save_timestamp_seconds Time of the last dump.
rdb_last_bgsave_status = Whether the last dump was written.
rdb_last_bgsave_time_sec rdb_last_bgsave_duration_sec Time that the last dump took.
rdb_current_bgsave_time_sec rdb_current_bgsave_duration_sec Time that the present dump has taken.
rdb_last_cow_size rdb_last_cow_size_bytes Memory copied for the last dump.
rdb_last_load_keys_expired rdb_last_load_expired_keys Keys that had expired when they were loaded.
rdb_last_load_keys_loaded rdb_last_load_loaded_keys Keys that were loaded.
aof_enabled = Whether there is an append-only file.
aof_rewrite_in_progress = Whether it is being rewritten.
aof_rewrite_scheduled = Whether a rewrite waits.
aof_last_rewrite_time_sec aof_last_rewrite_duration_sec Time that the last rewrite took.
aof_current_rewrite_time_sec aof_current_rewrite_duration_sec Time that the present rewrite has taken.
aof_last_bgrewrite_status = Whether the last rewrite succeeded.
aof_last_write_status = Whether the last write to the file succeeded.
aof_last_cow_size aof_last_cow_size_bytes Memory copied for the last rewrite.
aof_current_size aof_current_size_bytes Size of the file.
aof_base_size aof_base_size_bytes Its size after the last rewrite.
aof_pending_rewrite = Whether a rewrite waits for a dump.
aof_buffer_length = Effects that wait to be written, in bytes.
aof_pending_bio_fsync = Syncs that wait.
aof_delayed_fsync = Writes that had to wait for a sync.
pubsub_channels = Channels with subscribers.
pubsub_patterns = Patterns with subscribers.
pubsubshard_channels = Shard channels with subscribers.
tracking_total_keys = Keys that clients have cached.
tracking_total_items = Keys that clients have cached, for each client.
tracking_total_prefixes = Prefixes that clients track.
instantaneous_ops_per_sec = Commands per second over the last two seconds.
connected_slaves = Replicas.
repl_backlog_size replication_backlog_bytes Size of the replication backlog.
repl_backlog_active repl_backlog_is_active Whether there is a replication backlog.
repl_backlog_first_byte_offset = Offset of its first byte.
repl_backlog_histlen repl_backlog_history_bytes Its content.
master_repl_offset = Offset of replication.
second_repl_offset = Offset up to which the former identity of replication counts.
sync_full replica_resyncs_full Full synchronizations of replicas.
sync_partial_ok replica_partial_resync_accepted Partial synchronizations of replicas.
sync_partial_err replica_partial_resync_denied Partial synchronizations that were denied.
cluster_enabled = Whether it is a node of a cluster.
`;

const COUNTERS: Table = `
total_connections_received connections_received_total Connections accepted.
total_commands_processed commands_processed_total Commands run.
rejected_connections rejected_connections_total Connections refused.
total_net_input_bytes net_input_bytes_total Bytes received.
total_net_output_bytes net_output_bytes_total Bytes sent.
expired_keys expired_keys_total Keys that expired.
expired_subkeys expired_subkeys_total Fields of hashes that expired.
evicted_keys evicted_keys_total Keys evicted.
evicted_clients evicted_clients_total Clients disconnected because of what they held.
keyspace_hits keyspace_hits_total Look-ups that found a key.
keyspace_misses keyspace_misses_total Look-ups that found none.
used_cpu_sys cpu_sys_seconds_total Processor time in the kernel.
used_cpu_user cpu_user_seconds_total Processor time outside of the kernel.
used_cpu_sys_children cpu_sys_children_seconds_total Processor time of child processes in the kernel.
used_cpu_user_children cpu_user_children_seconds_total Processor time of child processes outside of the kernel.
unexpected_error_replies = Replies with an error that nobody expected.
total_error_replies = Replies with an error.
rdb_saves rdb_saves_total Dumps written.
`;

function rowsOf(table: Table, kind: InfoMetric["kind"]): [field: string, metric: InfoMetric][] {
  return table
    .trim()
    .split("\n")
    .map((line) => {
      const [field, name, ...help] = line.split(" ") as [string, string, ...string[]];
      return [field, { name: name === "=" ? field : name, kind, help: help.join(" ") }];
    });
}

/** The metrics by the field of INFO. */
export const INFO_METRICS: ReadonlyMap<string, InfoMetric> = new Map([
  ...rowsOf(GAUGES, "gauge"),
  ...rowsOf(COUNTERS, "counter"),
]);
