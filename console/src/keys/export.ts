/** Writes keys as JSON lines into a file of the browser. */
import type { ByteString } from "../client/bytes.ts";
import type { RestClient } from "../client/rest-client.ts";
import { TEXTS } from "../texts.ts";
import { saveFile } from "../ui/save.ts";
import { complain, say } from "../ui/toasts.tsx";
import { visibleText } from "../ui/visible.ts";
import { linesOf } from "../transfer/export-lines.ts";
import { runJob } from "./jobs.ts";

/** Keys whose first parts are read together. */
const PART_KEYS = 100;

/** Exports keys; those that are gone or may not be read are left out, and told. Rejects when the server is away. */
export async function exportNow(client: RestClient, names: readonly ByteString[]): Promise<void> {
  const lines: string[] = [];
  const left = new Map<string, number>();
  const part = async (some: readonly ByteString[]): Promise<void> => {
    for (const line of await linesOf(client, some)) {
      if (typeof line === "string") lines.push(`${line}\n`);
      else left.set(line.reason, (left.get(line.reason) ?? 0) + 1);
    }
  };
  await runJob(TEXTS.keys.exporting, names, part, PART_KEYS);
  for (const [reason, count] of left) complain(TEXTS.keys.jobLeftOut(count, visibleText(reason)));
  if (lines.length === 0) return;
  const day = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  saveFile(`keys-${day}.jsonl`, lines, "application/jsonl");
  say(TEXTS.keys.exported(lines.length));
}
