/** Values as JSON lines, in the form that `stashd export` writes and `stashd import` reads. */
import { asText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";

/** A byte string as JSON: a string, or its base64 where it is not UTF-8. */
export function quoted(bytes: ByteString): string {
  const text = asText(bytes);
  return text === undefined ? `{"base64":"${base64(bytes)}"}` : JSON.stringify(text);
}

/** Chars of a piece, whose base64 ends without padding. */
const PIECE_CHARS = 3 * 8192;

function base64(bytes: ByteString): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE_CHARS) text += btoa(bytes.slice(at, at + PIECE_CHARS));
  return text;
}

export const listText = (items: readonly ByteString[]): string => `[${items.map(quoted).join(",")}]`;

/** Fields with the JSON of what belongs to them: an object, or pairs when one of `all` fields cannot be a member's name. */
export function fieldsText(
  pairs: readonly (readonly [field: ByteString, text: string])[],
  all: Iterable<ByteString>,
): string {
  for (const field of all) {
    if (asText(field) === undefined) return `[${pairs.map(([field, text]) => `[${quoted(field)},${text}]`).join(",")}]`;
  }
  return `{${pairs.map(([field, text]) => `${quoted(field)}:${text}`).join(",")}}`;
}

/** Members with their scores, as the server writes these. What is no number in JSON is a string. */
export function scoresText(pairs: readonly (readonly [member: ByteString, score: string])[]): string {
  const scoreText = (score: string): string => (/^-?\d/.test(score) && score !== "-0" ? score : `"${score}"`);
  return `[${pairs.map(([member, score]) => `[${quoted(member)},${scoreText(score)}]`).join(",")}]`;
}

interface StreamParts {
  readonly entries: readonly (readonly [id: string, words: readonly ByteString[]])[];
  readonly lastId: string;
  readonly entriesAdded: string;
  readonly maxDeletedId: string;
  readonly groups: readonly GroupParts[];
}

export interface GroupParts {
  readonly name: ByteString;
  readonly lastId: string;
  readonly entriesRead: string | undefined;
  readonly consumers: ReadonlyMap<ByteString, readonly Pending[]>;
}

export interface Pending {
  readonly id: string;
  readonly deliveredAtMs: number;
  readonly deliveries: string;
}

export function streamText({ entries, lastId, entriesAdded, maxDeletedId, groups }: StreamParts): string {
  const texts = entries.map(([id, words]) => `["${id}",${listText(words)}]`);
  const counts = `"lastId":"${lastId}","entriesAdded":${entriesAdded},"maxDeletedId":"${maxDeletedId}"`;
  return `{"entries":[${texts.join(",")}],${counts},"groups":[${groups.map(groupText).join(",")}]}`;
}

function groupText({ name, lastId, entriesRead, consumers }: GroupParts): string {
  const texts = [...consumers].map(([consumer, pending]) => {
    const entries = pending.map(
      ({ id, deliveredAtMs, deliveries }) => `{"id":"${id}","deliveredAt":${deliveredAtMs},"deliveries":${deliveries}}`,
    );
    return `{"name":${quoted(consumer)},"pending":[${entries.join(",")}]}`;
  });
  const read = entriesRead === undefined ? "" : `"entriesRead":${entriesRead},`;
  return `{"name":${quoted(name)},"lastId":"${lastId}",${read}"consumers":[${texts.join(",")}]}`;
}

interface LineParts {
  readonly key: ByteString;
  readonly type: string;
  /** Milliseconds since the epoch; undefined for never. */
  readonly expiresAtMs: number | undefined;
  /** Of the fields of a hash, as JSON. */
  readonly fieldExpiresAt?: string | undefined;
  /** As JSON; undefined for a document that is not UTF-8. */
  readonly value: string | undefined;
  /** The bytes of such a document. */
  readonly document?: ByteString | undefined;
}

/** A line, without its break. */
export function lineText({ document, expiresAtMs, fieldExpiresAt, key, type, value }: LineParts): string {
  const members = [`"key":${quoted(key)}`, `"type":"${type}"`];
  if (expiresAtMs !== undefined) members.push(`"expiresAt":${expiresAtMs}`);
  if (fieldExpiresAt !== undefined) members.push(`"fieldExpiresAt":${fieldExpiresAt}`);
  members.push(value === undefined ? `"base64":"${base64(document!)}"` : `"value":${value}`);
  return `{${members.join(",")}}`;
}
