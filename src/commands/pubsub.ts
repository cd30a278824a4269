// Commands from https://redis.io/docs/latest/commands/?group=pubsub. A subscription needs a connection that messages can
// be pushed to; over REST that is an event stream with a path of its own. The rows have no handler until there are both.
import { allKeys } from "../core/command-spec.ts";
import { commandTable, row } from "../engine/command.ts";

const NO_REST = { rest: "no" } as const;
const STREAM = { rest: "stream" } as const;
const FLAGS = "pubsub noscript loading stale";
/** A shard channel is placed like a key, and is none. */
const CHANNELS = allKeys("not_key");

export const pubsubCommands = commandTable("pubsub", [
  row("PSUBSCRIBE", -2, FLAGS, undefined, "2.0.0", undefined, "Listens to channels that match patterns.", STREAM),
  row("PUNSUBSCRIBE", -1, FLAGS, undefined, "2.0.0", undefined, "Stops listening to patterns.", NO_REST),
  row("SSUBSCRIBE", -2, FLAGS, CHANNELS, "7.0.0", undefined, "Listens to shard channels.", NO_REST),
  row("SUBSCRIBE", -2, FLAGS, undefined, "2.0.0", undefined, "Listens to channels.", STREAM),
  row("SUNSUBSCRIBE", -1, FLAGS, CHANNELS, "7.0.0", undefined, "Stops listening to shard channels.", NO_REST),
  row("UNSUBSCRIBE", -1, FLAGS, undefined, "2.0.0", undefined, "Stops listening to channels.", NO_REST),
]);
