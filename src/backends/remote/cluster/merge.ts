/** What a client is answered for a command that every primary of a Cluster has run, as Redis's tips in the rows say. */
import type { CommandSpec } from "../../../core/command-spec.ts";
import { BACKEND_BUSY, BACKEND_LOST, BACKEND_UNREACHABLE } from "../../../core/errors/backend.ts";
import { CommandError, isReplyArray } from "../../../core/reply.ts";
import type { Reply } from "../../../core/reply.ts";
import type { ReplySink } from "../link.ts";

/** One reply of the replies of all primaries, of which there is at least one. */
export type Merge = (replies: readonly Reply[]) => Reply;

const first: Merge = (replies) => replies[0]!;

const fold =
  (combine: (a: number, b: number) => number): Merge =>
  (replies) =>
    replies.reduce((a, b) => {
      if (isReplyArray(a) && isReplyArray(b)) return a.map((item, i) => combine(Number(item), Number(b[i])));
      return combine(Number(a), Number(b));
    });

const sum = fold((a, b) => a + b);

const concatenation: Merge = (replies) => replies.flatMap((reply) => (isReplyArray(reply) ? reply : [reply]));

/** Names that several nodes may have. */
const union: Merge = (replies) => [...new Set(replies.flatMap((reply) => (isReplyArray(reply) ? reply : [])))];

/** Names and counts in turn, the same names from each node. */
const countsByName: Merge = (replies) =>
  replies.reduce((a, b) =>
    isReplyArray(a) && isReplyArray(b) ? a.map((item, i) => (i % 2 === 1 ? Number(item) + Number(b[i]) : item)) : a,
  );

const BY_POLICY: Readonly<Record<string, Merge>> = {
  all_succeeded: first,
  one_succeeded: first,
  agg_sum: sum,
  agg_min: fold(Math.min),
  agg_logical_and: fold((a, b) => (a !== 0 && b !== 0 ? 1 : 0)),
};

/** What Redis has no tips for: nodes know of their own subscribers only. */
const BY_NAME: Readonly<Record<string, Merge>> = {
  "PUBSUB CHANNELS": union,
  "PUBSUB NUMPAT": sum,
  "PUBSUB NUMSUB": countsByName,
  "PUBSUB SHARDCHANNELS": union,
  "PUBSUB SHARDNUMSUB": countsByName,
};

/** Commands with such tips that one node answers as well as all of them. */
const OF_ANY_NODE: ReadonlySet<string> = new Set(["PING"]);

function tip({ tips }: CommandSpec, name: string): string | undefined {
  return tips.find((one) => one.startsWith(`${name}:`))?.slice(name.length + 1);
}

/** How replies are merged; undefined for a command that one node runs. `random` is from 0 to below 1. */
export function mergeOf(command: CommandSpec, random: () => number): Merge | undefined {
  const request = tip(command, "request_policy");
  if (command.name in BY_NAME) return BY_NAME[command.name];
  if ((request !== "all_shards" && request !== "all_nodes") || OF_ANY_NODE.has(command.name)) return undefined;
  if (command.name === "RANDOMKEY") {
    return (replies) => {
      const keys = replies.filter((reply) => reply !== null);
      return keys[Math.floor(random() * keys.length)] ?? null;
    };
  }
  const response = tip(command, "response_policy");
  // What is special is said by one node for itself, such as INFO.
  return response === "special" ? undefined : response === undefined ? concatenation : BY_POLICY[response];
}

/** Takes the replies of all primaries and passes one on. */
export class Gathering {
  private readonly merge: Merge;
  private readonly isOneEnough: boolean;
  private readonly sink: ReplySink;
  private readonly replies: Reply[];
  private left: number;

  constructor(merge: Merge, command: CommandSpec, count: number, sink: ReplySink) {
    this.merge = merge;
    this.isOneEnough = tip(command, "response_policy") === "one_succeeded";
    this.sink = sink;
    this.left = count;
    this.replies = Array<Reply>(count).fill(null);
  }

  /** The sink of one primary. */
  part(index: number): ReplySink {
    return {
      receive: (reply) => {
        this.replies[index] = reply;
        if (--this.left === 0) this.sink.receive(this.merged());
      },
    };
  }

  private merged(): Reply {
    const good = this.replies.filter((reply) => !(reply instanceof CommandError));
    if (good.length === this.replies.length || (this.isOneEnough && good.length > 0)) return this.merge(good);
    const errors = this.replies.filter((reply) => reply instanceof CommandError);
    const error = errors.find((one) => one === BACKEND_LOST) ?? errors[0]!;
    // It has run on some of the nodes.
    const hasRun = good.length > 0 && (error === BACKEND_UNREACHABLE || error === BACKEND_BUSY);
    return hasRun ? BACKEND_LOST : error;
  }
}
