/** INFO persistence, with Redis's fields. Those about a forked child are left out, since there is none. */
import type { Persistence, WorkFacts } from "./persistence.ts";

/** The lines of the section, `field:value` each. */
export function persistenceInfo(persistence: Persistence): readonly string[] {
  const { aof, engine, lastRewrite, lastSave, work } = persistence;
  const isSaving = work === "save";
  const isRewriting = work === "rewrite";
  const sinceMs = engine.environment.now() - persistence.workStartedMs;
  return [
    `loading:${Number(work === "loading")}`,
    "async_loading:0",
    ...(work === "loading" ? loadingLines(persistence) : []),
    `rdb_changes_since_last_save:${engine.journal.writes - persistence.savedWrites}`,
    `rdb_bgsave_in_progress:${Number(isSaving)}`,
    `rdb_last_save_time:${persistence.lastSaveSeconds}`,
    `rdb_last_bgsave_status:${status(lastSave)}`,
    `rdb_last_bgsave_time_sec:${lastSave.seconds}`,
    `rdb_current_bgsave_time_sec:${isSaving ? Math.floor(sinceMs / 1000) : -1}`,
    `rdb_saves:${persistence.saves}`,
    `rdb_last_load_keys_expired:${persistence.recovery?.expired ?? 0}`,
    `rdb_last_load_keys_loaded:${persistence.recovery?.keys ?? 0}`,
    `aof_enabled:${Number(aof !== undefined)}`,
    `aof_rewrite_in_progress:${Number(isRewriting)}`,
    `aof_rewrite_scheduled:${Number(persistence.isRewriteScheduled)}`,
    `aof_last_rewrite_time_sec:${lastRewrite.seconds}`,
    `aof_current_rewrite_time_sec:${isRewriting ? Math.floor(sinceMs / 1000) : -1}`,
    `aof_last_bgrewrite_status:${status(lastRewrite)}`,
    `aof_rewrites:${persistence.rewrites}`,
    `aof_last_write_status:${aof?.problem === undefined ? "ok" : "err"}`,
    ...(aof === undefined
      ? []
      : [
          `aof_current_size:${persistence.aofBytes}`,
          `aof_base_size:${persistence.rewrittenBytes}`,
          `aof_pending_rewrite:${Number(persistence.isRewriteScheduled)}`,
          `aof_buffer_length:${persistence.bufferedBytes}`,
          `aof_pending_bio_fsync:${Number(aof.synced < aof.written)}`,
          "aof_delayed_fsync:0",
        ]),
  ];
}

function loadingLines({ loading, workStartedMs }: Persistence): readonly string[] {
  const { loadedBytes, totalBytes } = loading;
  return [
    `loading_start_time:${Math.floor(workStartedMs / 1000)}`,
    `loading_total_bytes:${totalBytes}`,
    `loading_loaded_bytes:${loadedBytes}`,
    `loading_loaded_perc:${((loadedBytes / Math.max(1, totalBytes)) * 100).toFixed(2)}`,
  ];
}

function status({ isOk }: WorkFacts): "ok" | "err" {
  return isOk ? "ok" : "err";
}
