/** Messages of channels and keyspace events, out of the replies of a subscription. */
import { fromText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, stringOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";

export interface Message {
  readonly atMs: number;
  /** The pattern that brought it; undefined for a subscription of its channel. */
  readonly pattern: ByteString | undefined;
  readonly channel: ByteString;
  /** Its beginning, where it is long. */
  readonly payload: ByteString;
  readonly payloadBytes: number;
}

/** Bytes of a message that are kept. */
export const PAYLOAD_BYTES_MAX = 256 * 1024;

/** The message of a reply; undefined for a confirmation, and for what only keeps the stream alive. */
export function messageOf(reply: Reply, atMs: number): Message | undefined {
  if (reply.kind !== "array") return undefined;
  const items = itemsOf(reply);
  const kind = items[0] === undefined ? "" : stringOf(items[0]);
  const at = kind === "message" ? 1 : kind === "pmessage" ? 2 : 0;
  if (at === 0) return undefined;
  const payload = items[at + 1]!;
  const payloadBytes = payload.kind === "bulk" ? payload.bytes.length : 0;
  const kept = payload.kind === "bulk" ? { ...payload, bytes: payload.bytes.subarray(0, PAYLOAD_BYTES_MAX) } : payload;
  return {
    atMs,
    pattern: at === 2 ? stringOf(items[1]!) : undefined,
    channel: stringOf(items[at]!),
    payload: stringOf(kept),
    payloadBytes,
  };
}

export interface KeyEvent {
  readonly atMs: number;
  readonly database: string;
  readonly event: string;
  readonly key: ByteString;
}

/** The event that a message tells of; undefined for one of another channel. */
export function keyEventOf({ atMs, channel, payload }: Message): KeyEvent | undefined {
  const [, kind, database, name] = /^__key(event|space)@(\d+)__:([^]*)$/.exec(channel) ?? [];
  if (kind === undefined) return undefined;
  return kind === "event"
    ? { atMs, database: database!, event: name!, key: payload }
    : { atMs, database: database!, event: payload, key: name! };
}

/**
 * The path of a stream. A URL takes `.` and `..` for folders, also escaped, so channels of these names are listened to as the
 * patterns that match nothing else.
 */
export function streamPath(kind: "subscribe" | "psubscribe", name: ByteString): string {
  if (kind === "subscribe" && /^\.{1,2}$/.test(name)) return streamPath("psubscribe", name.replaceAll(".", "\\."));
  const escaped = name.replace(/[^A-Za-z0-9_~-]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `${kind}/${escaped}`;
}

const CLASSES = "g$lshzxetdmn";

/** Which keyspace events are published, by the parameter notify-keyspace-events. */
export function publishedEvents(flags: string): { readonly byEvent: boolean; readonly byKey: boolean } {
  const hasClass = flags.includes("A") || [...CLASSES].some((one) => flags.includes(one));
  return { byEvent: hasClass && flags.includes("E"), byKey: hasClass && flags.includes("K") };
}

/** The parameter with all events published by event, besides what it had. */
export const withEvents = (flags: string): string => [...new Set(`${flags}EA`)].join("");

/** The pattern of the channels that tell of each event once. */
export const eventPattern = (flags: string): ByteString =>
  fromText(publishedEvents(flags).byEvent ? "__keyevent@*__:*" : "__keyspace@*__:*");
