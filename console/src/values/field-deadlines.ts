/** When the fields of a hash expire, read for as many at once as a request can carry. */
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, numberOf } from "../client/reply.ts";
import type { Sender } from "./checked-edits.ts";

/** Fields and bytes of a request; binary fields are escaped, which makes three of each byte. */
const FIELDS_MAX = 200;
const BYTES_MAX = 8 * 1024;

/** Groups of fields that fit a request each. A field that is too long for one is left out. */
export function groupsOf(fields: readonly ByteString[]): ByteString[][] {
  const groups: ByteString[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const field of fields) {
    if (field.length > BYTES_MAX) continue;
    if (bytes + field.length > BYTES_MAX || groups.at(-1)!.length >= FIELDS_MAX) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(field);
    bytes += field.length;
  }
  return groups;
}

/**
 * The times, in milliseconds since 1970, at which fields expire; those that do not are left out. Undefined where the server
 * does not know deadlines of fields, or the user may not ask.
 */
export async function readDeadlines(
  sender: Sender,
  key: ByteString,
  fields: readonly ByteString[],
): Promise<Map<ByteString, number> | undefined> {
  const found = new Map<ByteString, number>();
  for (const group of groupsOf(fields)) {
    const reply = await sender.ask(["HPEXPIRETIME", key, "FIELDS", `${group.length}`, ...group]);
    if (reply.kind === "error") return undefined;
    itemsOf(reply).forEach((item, i) => {
      const at = numberOf(item);
      if (at > 0) found.set(group[i]!, at);
    });
  }
  return found;
}
