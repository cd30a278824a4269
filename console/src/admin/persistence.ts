/** INFO's section about persistence, in sentences. */
import { TEXTS } from "../texts.ts";

/** What is kept how, and whether something is wrong. `nowMs` is the time now. */
export function persistenceFacts(info: ReadonlyMap<string, string>, nowMs: number): string[] {
  const texts = TEXTS.admin.persistence;
  const lines: string[] = [];
  const number = (name: string): number => Number(info.get(name) ?? 0);
  const hasAof = info.get("aof_enabled") === "1";
  const savedAt = number("rdb_last_save_time");
  const hasSnapshots = info.has("rdb_last_bgsave_status");
  if (!hasAof && !hasSnapshots) lines.push(texts.memoryOnly);
  if (hasAof) lines.push(texts.aof(number("aof_current_size"), number("aof_base_size")));
  if (hasAof && info.get("aof_last_write_status") === "err") lines.push(texts.aofWriteFailed);
  if (hasAof && info.get("aof_last_bgrewrite_status") === "err") lines.push(texts.aofRewriteFailed);
  if (savedAt > 0 && hasSnapshots) lines.push(texts.lastSave(Math.max(0, Math.round(nowMs / 1000 - savedAt))));
  if (info.get("rdb_last_bgsave_status") === "err") lines.push(texts.saveFailed);
  if (hasSnapshots && info.has("rdb_changes_since_last_save"))
    lines.push(texts.changes(number("rdb_changes_since_last_save")));
  if (info.get("rdb_bgsave_in_progress") === "1") lines.push(texts.saving);
  if (info.get("aof_rewrite_in_progress") === "1") lines.push(texts.rewriting);
  if (info.get("loading") === "1") lines.push(texts.loading);
  return lines;
}
