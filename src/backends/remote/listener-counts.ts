/**
 * Replies that count listeners: the backend sees one subscriber in this server, where there may be many sessions or none.
 * While the backend does not see it, after a connection was lost, no session hears and none is counted.
 */
import { isReplyArray } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import type { PubSub, Topic } from "../../engine/pub-sub.ts";
import type { Adjustment } from "./adjustment.ts";

/** By the command's name. */
export function listenerCounts(pubSub: PubSub): Iterable<readonly [string, Adjustment]> {
  const listeners = (topic: Topic, name: string, reply: Reply): Reply => {
    const ours = pubSub.listenersOf(topic, name);
    return typeof reply === "number" && reply > 0 && ours > 0 ? reply - 1 + ours : reply;
  };
  const perName =
    (topic: Topic): Adjustment =>
    (_words, reply) => {
      if (!isReplyArray(reply)) return reply;
      return reply.map((item, i) => (i % 2 === 1 ? listeners(topic, String(reply[i - 1]), item) : item));
    };
  const publish: Adjustment = (words, reply) => {
    const { names, received } = pubSub.reach(words[1]!);
    return typeof reply === "number" && reply >= names ? reply - names + received : reply;
  };
  return [
    ["PUBLISH", publish],
    ["PUBSUB NUMSUB", perName("channels")],
    ["PUBSUB SHARDNUMSUB", perName("shardChannels")],
    ["SPUBLISH", (words, reply) => listeners("shardChannels", words[1]!, reply)],
  ];
}
