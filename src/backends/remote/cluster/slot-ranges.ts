/** Which primary has which slots, as a node of a Redis Cluster tells. */
import { isReplyArray } from "../../../core/reply.ts";
import type { CommandError, Reply } from "../../../core/reply.ts";
import type { HostAddress } from "../target.ts";
import { SLOTS } from "./key-slot.ts";

/** Slots of one primary, both ends included. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly primary: HostAddress;
}

/** Reads the reply to CLUSTER SLOTS of the node at a host; undefined when it is none. */
export function readSlotRanges(reply: Reply, host: string): readonly SlotRange[] | undefined {
  if (!isReplyArray(reply)) return undefined;
  const ranges: SlotRange[] = [];
  for (const item of reply) {
    const [first, last, node] = isReplyArray(item) ? item : [];
    const [name, port, , metadata] = node !== undefined && isReplyArray(node) ? node : [];
    if (typeof first !== "number" || typeof last !== "number" || typeof port !== "number") return undefined;
    if (first < 0 || last >= SLOTS || first > last) return undefined;
    ranges.push({ first, last, primary: { host: hostOf(name, metadata, host), port } });
  }
  return ranges;
}

/** The host of a node: one that does not say where it is is where the node that was asked is. */
function hostOf(name: Reply | undefined, metadata: Reply | undefined, asked: string): string {
  if (typeof name === "string" && name !== "" && name !== UNKNOWN_HOST) return name;
  const facts = metadata !== undefined && isReplyArray(metadata) ? metadata : [];
  const ip = facts[facts.indexOf("ip") + 1];
  return name === UNKNOWN_HOST && facts.includes("ip") && typeof ip === "string" && ip !== "" ? ip : asked;
}

/** What a node without a name says where names are preferred. */
const UNKNOWN_HOST = "?";

/** Where a command belongs that was sent to another node. */
export interface Redirect {
  /** Whether the slot is still being moved, so that only this command goes there. */
  readonly isOnce: boolean;
  readonly slot: number;
  readonly address: HostAddress;
}

/** Reads `MOVED slot host:port` and `ASK slot host:port` of the node at a host; undefined for other errors. */
export function readRedirect({ text }: CommandError, asked: string): Redirect | undefined {
  if (!text.startsWith("MOVED ") && !text.startsWith("ASK ")) return undefined;
  const match = /^(MOVED|ASK) ([0-9]{1,5}) (.*):([0-9]{1,5})$/.exec(text);
  if (match === null || Number(match[2]) >= SLOTS) return undefined;
  const host = match[3] === "" || match[3] === UNKNOWN_HOST ? asked : match[3]!;
  return { isOnce: match[1] === "ASK", slot: Number(match[2]), address: { host, port: Number(match[4]) } };
}

/** Slots that no range has, as `0-5460, 7000`; empty when there is none. */
export function missingSlots(ranges: readonly SlotRange[]): string {
  const missing: string[] = [];
  let next = 0;
  for (const { first, last } of [...ranges, { first: SLOTS, last: SLOTS }].toSorted((a, b) => a.first - b.first)) {
    if (first > next) missing.push(first - 1 > next ? `${next}-${first - 1}` : String(next));
    next = Math.max(next, last + 1);
  }
  return missing.join(", ");
}
