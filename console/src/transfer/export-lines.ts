/** The JSON lines of keys. Values are read in parts, most of them in the first one, which many keys share a request for. */
import type { Asker } from "../client/asker.ts";
import type { ByteString } from "../client/bytes.ts";
import { numberOf, ReplyError, stringOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { readerOf } from "./export-readers.ts";
import type { ReadValue } from "./export-readers.ts";
import { lineText } from "./json-lines.ts";

interface LeftOut {
  readonly reason: string;
  /** Whether the key is not there, or not any more. */
  readonly isGone: boolean;
}

/** The line of each key, or why it has none. `now` answers milliseconds since the epoch, by the server's clock or one like it. */
export async function linesOf(
  client: Pick<Asker, "send" | "many">,
  names: readonly ByteString[],
  now: () => number = Date.now,
): Promise<(string | LeftOut)[]> {
  const heads = await client.many(names.flatMap((name) => HEAD.map((command) => [command, name])));
  const atMs = now();
  const headOf = (i: number): readonly Reply[] => heads.slice(i * HEAD.length, (i + 1) * HEAD.length);
  const types = names.map((_, i) => headOf(i)[0]!);
  const readers = names.map((name, i) => readerOf(typeOf(types[i]!), client, name, now));
  const firsts = [...(await client.many(readers.flatMap((reader) => (reader === undefined ? [] : [reader.first]))))];
  const lines: (string | LeftOut)[] = [];
  for (const [i, key] of names.entries()) {
    const type = typeOf(types[i]!);
    const reader = readers[i];
    const expiresAtMs = deadlineOf(headOf(i), atMs);
    const first = reader === undefined ? undefined : firsts.shift()!;
    const isGone = first !== undefined && isEmpty(first) && numberOf(await client.send(["EXISTS", key])) === 0;
    const read = first === undefined || isGone ? undefined : await readRest(reader!.rest, first);
    if (read !== undefined && "value" in read)
      lines.push(lineText({ key, type: jsonType(type), expiresAtMs, ...read }));
    else lines.push(read ?? (isGone ? GONE : leftOut(types[i]!)));
  }
  return lines;
}

/** What is asked of each key first. Servers before Redis 7.0 do not know the second, and their times are off by the way here. */
const HEAD = ["TYPE", "PEXPIRETIME", "PTTL"] as const;

function deadlineOf([, time, ttl]: readonly Reply[], atMs: number): number | undefined {
  if (time!.kind === "integer") return numberOf(time!) < 0 ? undefined : numberOf(time!);
  return ttl!.kind === "integer" && numberOf(ttl!) >= 0 ? atMs + numberOf(ttl!) : undefined;
}

/** The rest of a value whose first part is there. A fault of one key is its own. */
async function readRest(rest: (first: Reply) => Promise<ReadValue>, first: Reply): Promise<ReadValue | LeftOut> {
  if (first.kind === "error") return { reason: first.text, isGone: false };
  try {
    return await rest(first);
  } catch (error) {
    if (error instanceof ReplyError) return { reason: error.message, isGone: false };
    throw error;
  }
}

const typeOf = (reply: Reply): string => (reply.kind === "error" ? "" : stringOf(reply));

const GONE: LeftOut = { reason: TEXTS.keys.notThere, isGone: true };

/** Whether a first part is empty, as that of a key is which has gone since its type was read. */
function isEmpty(first: Reply): boolean {
  if (first.kind === "bulk") return first.bytes.length === 0;
  return first.kind === "null" || (first.kind === "array" && first.items.length === 0);
}

function leftOut(type: Reply): LeftOut {
  if (type.kind === "error") return { reason: type.text, isGone: false };
  return stringOf(type) === "none" ? GONE : { reason: TEXTS.keys.noForm(stringOf(type)), isGone: false };
}

/** What the module calls its documents is `json` in a line. */
const jsonType = (type: string): string => (type === "ReJSON-RL" ? "json" : type);
