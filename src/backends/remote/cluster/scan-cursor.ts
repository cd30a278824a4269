/**
 * SCAN over all primaries of a Cluster, one after the other. The cursor is that of the node, followed by fourteen bits with
 * the node's lowest slot: so it goes on at the replica that has taken the slots over.
 */
import { isReplyArray } from "../../../core/reply.ts";
import type { Reply } from "../../../core/reply.ts";
import type { ClusterNode, Nodes } from "./nodes.ts";

const SLOT_BITS = 14n;

/** Where a SCAN goes on. */
interface Position {
  readonly node: ClusterNode | undefined;
  /** The cursor of the node. */
  readonly cursor: string;
}

/** Reads a client's cursor. One that is none goes to a node, which refuses it. */
export function scanPosition(nodes: Nodes, cursor: string): Position {
  const [first] = nodes.primaries;
  if (!/^[0-9]{1,20}$/.test(cursor)) return { node: first, cursor };
  const number = BigInt(cursor);
  if (number === 0n) return { node: first, cursor: "0" };
  const slot = Number(number & ((1n << SLOT_BITS) - 1n));
  return { node: nodes.ofSlot(slot), cursor: String(number >> SLOT_BITS) };
}

/** A node's reply to SCAN as the client gets it. */
export function scanReply(nodes: Nodes, node: ClusterNode, reply: Reply): Reply {
  if (!isReplyArray(reply)) return reply;
  const [cursor, ...rest] = reply;
  if (cursor !== "0") return [encoded(BigInt(String(cursor)), node), ...rest];
  const next = nodes.primaries.find((one) => one.firstSlot > node.firstSlot);
  return next === undefined ? reply : [encoded(0n, next), ...rest];
}

function encoded(cursor: bigint, { firstSlot }: ClusterNode): string {
  return String((cursor << SLOT_BITS) | BigInt(firstSlot));
}
