// Commands from https://redis.io/docs/latest/commands/?group=pubsub. A subscription needs a session with a connection;
// over REST that is an event stream, which has its own path.
import { allKeys, key } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as connectionErrors from "../core/errors/connection.ts";
import { Glob } from "../core/glob.ts";
import { NO_REPLY, Push } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { Topic } from "../engine/pub-sub.ts";
import type { Session } from "../engine/session.ts";
import { help } from "./help.ts";

const NO_REST = { rest: "no" } as const;
const STREAM = { rest: "stream" } as const;
const PLAIN = "pubsub loading stale";
const SENDS = "pubsub loading stale fast may_replicate";
const LISTENS = "pubsub noscript loading stale while_subscribed local";
const SUBSCRIBE = { ...STREAM, channels: "all" } as const;
const PATTERNS = { ...STREAM, channels: "patterns" } as const;
const SSUBSCRIBE = { ...NO_REST, channels: "all" } as const;
const TO = { channels: "first" } as const;
/** A shard channel is assigned to a node of a cluster as a key is, but is no key. */
const CHANNEL = key("not_key");
const CHANNELS = allKeys("not_key");

export const pubsubCommands = commandTable("pubsub", [
  row("PSUBSCRIBE", -2, LISTENS, undefined, "2.0.0", psubscribe, "Listens to channels that match patterns.", PATTERNS),
  row("PUBLISH", 3, SENDS, undefined, "2.0.0", publish, "Sends a message to a channel.", TO),
  row("PUNSUBSCRIBE", -1, LISTENS, undefined, "2.0.0", punsubscribe, "Stops listening to patterns.", NO_REST),
  row("SPUBLISH", 3, SENDS, CHANNEL, "7.0.0", spublish, "Sends a message to a shard channel.", TO),
  row("SSUBSCRIBE", -2, LISTENS, CHANNELS, "7.0.0", ssubscribe, "Listens to shard channels.", SSUBSCRIBE),
  row("SUBSCRIBE", -2, LISTENS, undefined, "2.0.0", subscribe, "Listens to channels.", SUBSCRIBE),
  row("SUNSUBSCRIBE", -1, LISTENS, CHANNELS, "7.0.0", sunsubscribe, "Stops listening to shard channels.", NO_REST),
  row("UNSUBSCRIBE", -1, LISTENS, undefined, "2.0.0", unsubscribe, "Stops listening to channels.", NO_REST),

  containerRow("PUBSUB", "2.8.0", "Commands about channels and their subscribers."),
  row("PUBSUB CHANNELS", -2, PLAIN, undefined, "2.8.0", pubsubChannels, "Returns the channels that have listeners."),
  row("PUBSUB HELP", 2, "loading stale", undefined, "6.2.0", help, "Returns the subcommands.", { acl: "" }),
  row("PUBSUB NUMPAT", 2, PLAIN, undefined, "2.8.0", pubsubNumpat, "Returns the number of patterns."),
  row("PUBSUB NUMSUB", -2, PLAIN, undefined, "2.8.0", pubsubNumsub, "Returns the number of listeners of channels."),
  row("PUBSUB SHARDCHANNELS", -2, PLAIN, undefined, "7.0.0", pubsubShardchannels, "Returns the shard channels."),
  row("PUBSUB SHARDNUMSUB", -2, PLAIN, undefined, "7.0.0", pubsubShardnumsub, "Counts listeners of shard channels."),
]);

/** PUBLISH channel message */
function publish(context: Context, words: Words): Reply {
  context.forward();
  return context.engine.pubSub.publish(words[1], words[2]);
}

/** SPUBLISH shardchannel message */
function spublish(context: Context, words: Words): Reply {
  context.forward();
  return context.engine.pubSub.publishToShard(words[1], words[2]);
}

/** SUBSCRIBE channel [channel …] */
function subscribe(context: Context, words: Words): Reply {
  return listen(context, "channels", "subscribe", words);
}

/** PSUBSCRIBE pattern [pattern …] */
function psubscribe(context: Context, words: Words): Reply {
  return listen(context, "patterns", "psubscribe", words);
}

/** SSUBSCRIBE shardchannel [shardchannel …] */
function ssubscribe(context: Context, words: Words): Reply {
  return listen(context, "shardChannels", "ssubscribe", words);
}

/** UNSUBSCRIBE [channel …]; all of them when none is named */
function unsubscribe(context: Context, words: Words): Reply {
  return stopListening(context, "channels", "unsubscribe", words);
}

/** PUNSUBSCRIBE [pattern …]; all of them when none is named */
function punsubscribe(context: Context, words: Words): Reply {
  return stopListening(context, "patterns", "punsubscribe", words);
}

/** SUNSUBSCRIBE [shardchannel …]; all of them when none is named */
function sunsubscribe(context: Context, words: Words): Reply {
  return stopListening(context, "shardChannels", "sunsubscribe", words);
}

function listen(context: Context, topic: Topic, kind: string, words: Words): Reply {
  const { engine, session } = context;
  // In a transaction Redis allows SUBSCRIBE and PSUBSCRIBE, and not SSUBSCRIBE.
  const isAllowed = session.deliver !== undefined && !(topic === "shardChannels" && engine.isAtomic);
  if (!isAllowed) throw connectionErrors.needsConnection(words[0]);
  return confirmed(context, words.slice(1), (name) => {
    engine.pubSub.subscribe(session, topic, name!);
    return confirmation(session, topic, kind, name);
  });
}

function stopListening(context: Context, topic: Topic, kind: string, words: Words): Reply {
  const { engine, session } = context;
  if (session.deliver === undefined) throw connectionErrors.needsConnection(words[0]);
  const names = words.length > 1 ? words.slice(1) : [...(session.subscriptions?.[topic] ?? [])];
  return confirmed(context, names.length > 0 ? names : [null], (name) => {
    if (name !== null) engine.pubSub.unsubscribe(session, topic, name);
    return confirmation(session, topic, kind, name);
  });
}

/**
 * Confirms each name by a message; the command has no other reply. In a transaction the first confirmation is the
 * command's element of EXEC's array, and the others follow as messages. Redis puts all of them into the array, which is
 * then longer than it states.
 */
function confirmed(
  { engine, session }: Context,
  names: readonly (string | null)[],
  confirm: (name: string | null) => Push,
): Reply {
  let reply: Reply = NO_REPLY;
  for (const [i, name] of names.entries()) {
    const message = confirm(name);
    if (!engine.isAtomic) session.deliver?.(message);
    else if (i === 0) reply = message;
    else engine.afterReply.deliver(session, message);
  }
  return reply;
}

/** The confirmation of a name, with the number of the session's subscriptions. Shard channels are counted apart. */
function confirmation(session: Session, topic: Topic, kind: string, name: string | null): Push {
  const { subscriptions } = session;
  let count = 0;
  if (subscriptions !== undefined) {
    const { channels, patterns, shardChannels } = subscriptions;
    count = topic === "shardChannels" ? shardChannels.size : channels.size + patterns.size;
  }
  return new Push([kind, name, count]);
}

/** PUBSUB CHANNELS [pattern] */
function pubsubChannels(context: Context, words: Words): Reply {
  return activeNames(context, "channels", words);
}

/** PUBSUB SHARDCHANNELS [pattern] */
function pubsubShardchannels(context: Context, words: Words): Reply {
  return activeNames(context, "shardChannels", words);
}

function activeNames(context: Context, topic: Topic, words: Words): Reply {
  if (words.length > 3) throw errors.badSubcommand("PUBSUB", words[1]);
  const glob = new Glob(words.length === 3 ? words[2] : "*");
  return [...context.engine.pubSub.names(topic)].filter((name) => glob.matches(name));
}

/** PUBSUB NUMSUB [channel …] */
function pubsubNumsub(context: Context, words: Words): Reply {
  return numbersOfListeners(context, "channels", words);
}

/** PUBSUB SHARDNUMSUB [shardchannel …] */
function pubsubShardnumsub(context: Context, words: Words): Reply {
  return numbersOfListeners(context, "shardChannels", words);
}

function numbersOfListeners(context: Context, topic: Topic, words: Words): Reply {
  return words.slice(2).flatMap((name) => [name, context.engine.pubSub.listenersOf(topic, name)]);
}

/** PUBSUB NUMPAT */
function pubsubNumpat(context: Context): Reply {
  return context.engine.pubSub.count("patterns");
}
