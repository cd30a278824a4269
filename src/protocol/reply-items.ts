/** The elements of a reply that is an array in RESP2, whatever it is in RESP3; undefined for one that is not. */
import { FlatMap, PairMap, Pairs, Push, ReplySet } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";

export function itemsOf(reply: Reply): readonly Reply[] | undefined {
  if (Array.isArray(reply)) return reply as readonly Reply[];
  if (reply instanceof FlatMap || reply instanceof Pairs || reply instanceof ReplySet) return reply.items;
  if (reply instanceof Push) return reply.items;
  if (reply instanceof PairMap) return reply.pairs();
  return undefined;
}
