/** What XINFO and XPENDING say of a stream's groups. */
import type { ByteString, Word } from "../client/bytes.ts";
import { itemsOf, numberOf, pairsOf, ReplyError, stringOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import type { Sender } from "./checked-edits.ts";
import { isAfter } from "./stream-entries.ts";

export interface Group {
  readonly name: ByteString;
  readonly consumers: number;
  readonly pending: number;
  readonly lastId: string;
  /** Entries that the group has not read; undefined where the server does not know. */
  readonly lag: number | undefined;
}

export interface Consumer {
  readonly name: ByteString;
  readonly pending: number;
  readonly idleMs: number;
}

export interface Pending {
  readonly id: string;
  readonly consumer: ByteString;
  readonly idleMs: number;
  readonly deliveries: number;
}

/** Pending entries that are read at once. */
export const PENDING_PAGE = 100;

async function send(sender: Sender, words: readonly Word[]): Promise<Reply> {
  const reply = await sender.ask(words);
  if (reply.kind === "error") throw new ReplyError(reply.text);
  return reply;
}

/** The names and values of each item, such as XINFO answers. */
function tablesIn(reply: Reply): ReadonlyMap<string, Reply>[] {
  return itemsOf(reply).map((item) => new Map(pairsOf(item).map(([name, value]) => [stringOf(name), value])));
}

const numberAt = (table: ReadonlyMap<string, Reply>, name: string): number => {
  const reply = table.get(name);
  return reply === undefined || reply.kind === "null" ? 0 : numberOf(reply);
};

export async function readGroups(sender: Sender, key: ByteString): Promise<Group[]> {
  return tablesIn(await send(sender, ["XINFO", "GROUPS", key])).map((table) => {
    const lag = table.get("lag");
    return {
      name: stringOf(table.get("name")!),
      consumers: numberAt(table, "consumers"),
      pending: numberAt(table, "pending"),
      lastId: stringOf(table.get("last-delivered-id")!),
      lag: lag === undefined || lag.kind === "null" ? undefined : numberOf(lag),
    };
  });
}

export async function readConsumers(sender: Sender, key: ByteString, group: ByteString): Promise<Consumer[]> {
  return tablesIn(await send(sender, ["XINFO", "CONSUMERS", key, group])).map((table) => ({
    name: stringOf(table.get("name")!),
    pending: numberAt(table, "pending"),
    idleMs: numberAt(table, "idle"),
  }));
}

/** A page of pending entries from an id on, oldest first. */
export async function readPending(
  sender: Sender,
  key: ByteString,
  group: ByteString,
  after?: string,
): Promise<Pending[]> {
  const from = after === undefined ? "-" : nextId(after);
  const reply = await send(sender, ["XPENDING", key, group, from, "+", `${PENDING_PAGE}`]);
  const found = itemsOf(reply).map((item) => {
    const [id, consumer, idle, deliveries] = itemsOf(item);
    return {
      id: stringOf(id!),
      consumer: stringOf(consumer!),
      idleMs: numberOf(idle!),
      deliveries: numberOf(deliveries!),
    };
  });
  return found.filter(({ id }) => after === undefined || isAfter(id, after));
}

/** The id after another. */
function nextId(id: string): string {
  const [ms, seq] = id.split("-").map(BigInt) as [bigint, bigint];
  return seq === 18446744073709551615n ? `${ms + 1n}-0` : `${ms}-${seq + 1n}`;
}
