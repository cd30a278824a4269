/** Writes keys as JSON lines into a file of the browser. Values are read in parts, most of them in the first one. */
import type { ByteString } from "../client/bytes.ts";
import { numberOf, ReplyError, stringOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import type { RestClient } from "../client/rest-client.ts";
import { TEXTS } from "../texts.ts";
import { complain, say } from "../ui/toasts.tsx";
import { visibleText } from "../ui/visible.ts";
import { readerOf } from "./export-readers.ts";
import type { ReadValue } from "./export-readers.ts";
import { runJob } from "./jobs.ts";
import { lineText } from "./json-lines.ts";

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
  save(new Blob(lines, { type: "application/jsonl" }));
  say(TEXTS.keys.exported(lines.length));
}

interface LeftOut {
  readonly reason: string;
}

/** The line of each key, or why it has none. */
export async function linesOf(
  client: Pick<RestClient, "send" | "many">,
  names: readonly ByteString[],
): Promise<(string | LeftOut)[]> {
  const heads = await client.many(
    names.flatMap((name) => [
      ["TYPE", name],
      ["PTTL", name],
    ]),
  );
  const atMs = Date.now();
  const types = names.map((_, i) => heads[2 * i]!);
  const readers = names.map((name, i) => readerOf(typeOf(types[i]!), client, name));
  const firsts = await client.many(readers.flatMap((reader) => (reader === undefined ? [] : [reader.first])));
  const lines: (string | LeftOut)[] = [];
  for (const [i, key] of names.entries()) {
    const type = typeOf(types[i]!);
    const reader = readers[i];
    const ttl = heads[2 * i + 1]!;
    const expiresAtMs = ttl.kind === "integer" && numberOf(ttl) >= 0 ? atMs + numberOf(ttl) : undefined;
    const read = reader === undefined ? undefined : await readRest(reader.rest, firsts.shift()!);
    if (read !== undefined && "value" in read)
      lines.push(lineText({ key, type: jsonType(type), expiresAtMs, ...read }));
    else lines.push(read ?? { reason: reasonOf(types[i]!) });
  }
  return lines;
}

/** The rest of a value whose first part is there. A fault of one key is its own. */
async function readRest(rest: (first: Reply) => Promise<ReadValue>, first: Reply): Promise<ReadValue | LeftOut> {
  if (first.kind === "error") return { reason: first.text };
  try {
    return await rest(first);
  } catch (error) {
    if (error instanceof ReplyError) return { reason: error.message };
    throw error;
  }
}

const typeOf = (reply: Reply): string => (reply.kind === "error" ? "" : stringOf(reply));

function reasonOf(type: Reply): string {
  if (type.kind === "error") return type.text;
  return stringOf(type) === "none" ? TEXTS.keys.notThere : TEXTS.keys.noForm(stringOf(type));
}

/** What the module calls its documents is `json` in a line. */
const jsonType = (type: string): string => (type === "ReJSON-RL" ? "json" : type);

function save(file: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `keys-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.jsonl`;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
