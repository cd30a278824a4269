/** Replies of RESP2, which the console asks for in place of JSON: they tell apart what JSON does not, and lose no byte. */
import { fromBytes, toText } from "./bytes.ts";
import type { ByteString } from "./bytes.ts";

export type Reply =
  | { readonly kind: "status"; readonly text: string }
  | { readonly kind: "error"; readonly text: string }
  /** An integer of 64 bits, as its digits. */
  | { readonly kind: "integer"; readonly digits: string }
  /** A view of the answer's bytes. It keeps the whole answer in memory: copy what is kept. */
  | { readonly kind: "bulk"; readonly bytes: Uint8Array }
  | { readonly kind: "null" }
  | { readonly kind: "array"; readonly items: readonly Reply[] };

/** The server refused a command, with this text. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
  /** The first word of the text, such as `WRONGTYPE` or `NOPERM`. */
  get code(): string {
    return this.message.split(" ", 1)[0]!;
  }
}

/** An answer that is not what its command answers. */
class UnexpectedReply extends Error {
  override readonly name = "UnexpectedReply";
  constructor(wanted: string, reply: Reply) {
    super(`expected ${wanted}, got ${reply.kind}`);
  }
}

/** The items of an array; none of a null array. Throws for another reply. */
export function itemsOf(reply: Reply): readonly Reply[] {
  if (reply.kind === "array") return reply.items;
  if (reply.kind === "null") return [];
  throw new UnexpectedReply("an array", reply);
}

/** The bytes of a bulk or status reply; undefined for null. Throws for another reply. */
export function bytesOf(reply: Reply): Uint8Array | undefined {
  if (reply.kind === "bulk") return reply.bytes;
  if (reply.kind === "null") return undefined;
  if (reply.kind === "status") return new TextEncoder().encode(reply.text);
  throw new UnexpectedReply("a string", reply);
}

/** The byte string of a bulk, status or integer reply; empty for null. Throws for another reply. */
export function stringOf(reply: Reply): ByteString {
  if (reply.kind === "integer") return reply.digits;
  if (reply.kind === "status") return reply.text;
  const bytes = bytesOf(reply);
  return bytes === undefined ? "" : fromBytes(bytes);
}

/** The text of a bulk, status or integer reply; empty for null. Throws for another reply. */
export const textOf = (reply: Reply): string => toText(stringOf(reply));

/** An integer as a number, exact up to 2^53. Throws for another reply. */
export function numberOf(reply: Reply): number {
  if (reply.kind === "integer") return Number(reply.digits);
  if (reply.kind === "bulk") return Number(textOf(reply));
  throw new UnexpectedReply("a number", reply);
}

/** A flat list of names and values as pairs. */
export function pairsOf(reply: Reply): (readonly [Reply, Reply])[] {
  const items = itemsOf(reply);
  return Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i]!, items[2 * i + 1]!] as const);
}
