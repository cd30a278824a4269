/** Reads the value of a key part by part, as the JSON of an exported line. */
import type { Asker } from "../client/asker.ts";
import { asText } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { itemsOf, numberOf, pairsOf, stringOf, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { fieldsText, listText, quoted, scoresText, streamText } from "./json-lines.ts";
import type { GroupParts, Pending } from "./json-lines.ts";

export type Sender = Pick<Asker, "send">;

export interface ReadValue {
  /** As JSON; undefined for a document that is not UTF-8, which is in `document`. */
  readonly value: string | undefined;
  readonly document?: ByteString;
  readonly fieldExpiresAt?: string;
}

interface ValueReader {
  /** Reads the first part, which is the whole of most values. */
  readonly first: readonly Word[];
  /** Reads the rest. Rejects as `send` does. */
  readonly rest: (first: Reply) => Promise<ReadValue>;
}

/** Bytes and elements of a part. */
const PART_BYTES = 256 * 1024;
const PART_ITEMS = 500;

/** The reader for a type; undefined for a type that has no form in JSON lines. */
export function readerOf(type: string, client: Sender, name: ByteString, now: () => number): ValueReader | undefined {
  return Object.hasOwn(READERS, type) ? READERS[type]!(client, name, now) : undefined;
}

const READERS: Readonly<Record<string, (client: Sender, name: ByteString, now: () => number) => ValueReader>> = {
  string: stringReader,
  list: listReader,
  set: (client, name) => scanReader(client, name, "SSCAN", async (items) => ({ value: listText([...new Set(items)]) })),
  hash: (client, name) => scanReader(client, name, "HSCAN", (items) => hashValue(client, name, items)),
  zset: sortedSetReader,
  stream: streamReader,
  json: jsonReader,
  "ReJSON-RL": jsonReader,
};

function stringReader(client: Sender, name: ByteString): ValueReader {
  const part = (at: number): Word[] => ["GETRANGE", name, String(at), String(at + PART_BYTES - 1)];
  return {
    first: part(0),
    async rest(first) {
      let text = stringOf(first);
      for (let length = text.length; length === PART_BYTES;) {
        const more = stringOf(await client.send(part(text.length)));
        text += more;
        length = more.length;
      }
      return { value: quoted(text) };
    },
  };
}

/** Reads by positions until a part is not full. */
async function readOn(
  client: Sender,
  first: Reply,
  part: (at: number) => Word[],
  wordsOfItem = 1,
): Promise<ByteString[]> {
  const items = itemsOf(first).map(stringOf);
  for (let count = items.length; count === PART_ITEMS * wordsOfItem;) {
    const more = itemsOf(await client.send(part(items.length / wordsOfItem))).map(stringOf);
    items.push(...more);
    count = more.length;
  }
  return items;
}

function listReader(client: Sender, name: ByteString): ValueReader {
  const part = (at: number): Word[] => ["LRANGE", name, String(at), String(at + PART_ITEMS - 1)];
  return {
    first: part(0),
    rest: async (first) => ({ value: listText(await readOn(client, first, part)) }),
  };
}

function sortedSetReader(client: Sender, name: ByteString): ValueReader {
  const part = (at: number): Word[] => ["ZRANGE", name, String(at), String(at + PART_ITEMS - 1), "WITHSCORES"];
  return {
    first: part(0),
    rest: async (first) => ({ value: scoresText(inPairs(await readOn(client, first, part, 2))) }),
  };
}

const inPairs = (items: readonly ByteString[]): (readonly [ByteString, ByteString])[] =>
  Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i]!, items[2 * i + 1]!] as const);

function scanReader(
  client: Sender,
  name: ByteString,
  command: "HSCAN" | "SSCAN",
  valueOf: (items: readonly ByteString[]) => Promise<ReadValue>,
): ValueReader {
  const part = (cursor: ByteString): Word[] => [command, name, cursor, "COUNT", String(PART_ITEMS)];
  return {
    first: part("0"),
    async rest(first) {
      const items: ByteString[] = [];
      for (let reply = first; ;) {
        const [cursor, page] = itemsOf(reply);
        items.push(...itemsOf(page!).map(stringOf));
        if (stringOf(cursor!) === "0") return await valueOf(items);
        reply = await client.send(part(stringOf(cursor!)));
      }
    },
  };
}

async function hashValue(client: Sender, name: ByteString, items: readonly ByteString[]): Promise<ReadValue> {
  const fields = new Map(inPairs(items));
  const value = fieldsText(
    [...fields].map(([field, text]) => [field, quoted(text)] as const),
    fields.keys(),
  );
  const deadlines = await deadlinesOf(client, name, [...fields.keys()]);
  return deadlines.length === 0 ? { value } : { value, fieldExpiresAt: fieldsText(deadlines, fields.keys()) };
}

async function deadlinesOf(
  client: Sender,
  name: ByteString,
  fields: readonly ByteString[],
): Promise<(readonly [ByteString, string])[]> {
  const deadlines: (readonly [ByteString, string])[] = [];
  for (let at = 0; at < fields.length; at += PART_ITEMS) {
    const some = fields.slice(at, at + PART_ITEMS);
    try {
      const words = ["HPEXPIRETIME", name, "FIELDS", String(some.length), ...some];
      itemsOf(await client.send(words)).forEach((reply, i) => {
        if (numberOf(reply) > 0) deadlines.push([some[i]!, textOf(reply)]);
      });
    } catch {
      // Servers before Redis 7.4 have no deadlines of fields.
      return [];
    }
  }
  return deadlines;
}

function jsonReader(_client: Sender, name: ByteString): ValueReader {
  return {
    first: ["JSON.GET", name],
    async rest(first) {
      const document = stringOf(first);
      // A document is JSON already.
      return { value: asText(document), document };
    },
  };
}

function streamReader(client: Sender, name: ByteString, now: () => number): ValueReader {
  const part = (start: string): Word[] => ["XRANGE", name, start, "+", "COUNT", String(PART_ITEMS)];
  return {
    first: part("-"),
    async rest(first) {
      const entries: (readonly [string, ByteString[]])[] = [];
      for (let reply = first; ;) {
        const some = itemsOf(reply).map((entry) => {
          const [id, words] = itemsOf(entry);
          return [stringOf(id!), itemsOf(words!).map(stringOf)] as const;
        });
        entries.push(...some);
        if (some.length < PART_ITEMS) break;
        reply = await client.send(part(`(${some.at(-1)![0]}`));
      }
      const info = await infoOf(client, ["XINFO", "STREAM", name]);
      const value = streamText({
        entries,
        lastId: info.get("last-generated-id") ?? "0-0",
        entriesAdded: info.get("entries-added") ?? String(entries.length),
        maxDeletedId: info.get("max-deleted-entry-id") ?? "0-0",
        groups: await groupsOf(client, name, now),
      });
      return { value };
    },
  };
}

/** Names and values of an answer of XINFO; those that are lists are left out. */
const tableOf = (reply: Reply): Map<string, ByteString> =>
  new Map(
    pairsOf(reply).flatMap(([name, value]) =>
      value.kind === "array" || value.kind === "null" ? [] : [[textOf(name), stringOf(value)] as const],
    ),
  );

const infoOf = async (client: Sender, words: readonly Word[]): Promise<Map<string, ByteString>> =>
  tableOf(await client.send(words));

async function groupsOf(client: Sender, name: ByteString, now: () => number): Promise<GroupParts[]> {
  const groups: GroupParts[] = [];
  for (const group of itemsOf(await client.send(["XINFO", "GROUPS", name])).map(tableOf)) {
    const groupName = group.get("name")!;
    const consumers = new Map<ByteString, Pending[]>();
    for (const consumer of itemsOf(await client.send(["XINFO", "CONSUMERS", name, groupName]))) {
      consumers.set(tableOf(consumer).get("name")!, []);
    }
    await readPending(client, [name, groupName], consumers, now);
    groups.push({
      name: groupName,
      lastId: group.get("last-delivered-id")!,
      entriesRead: group.get("entries-read"),
      consumers,
    });
  }
  return groups;
}

async function readPending(
  client: Sender,
  group: readonly [name: ByteString, group: ByteString],
  consumers: Map<ByteString, Pending[]>,
  now: () => number,
): Promise<void> {
  for (let start = "-"; ;) {
    const reply = await client.send(["XPENDING", ...group, start, "+", String(PART_ITEMS)]);
    const atMs = now();
    const entries = itemsOf(reply).map((entry) => itemsOf(entry).map(stringOf));
    for (const [id, consumer, idleMs, deliveries] of entries) {
      const pending = consumers.get(consumer!) ?? [];
      pending.push({ id: id!, deliveredAtMs: atMs - Number(idleMs), deliveries: deliveries! });
      consumers.set(consumer!, pending);
    }
    if (entries.length < PART_ITEMS) return;
    start = `(${entries.at(-1)![0]}`;
  }
}
