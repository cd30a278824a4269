/**
 * Who listens to what. A message goes to the sessions that listen to its channel, then to those whose pattern matches;
 * nothing is kept for those who come later. https://redis.io/docs/latest/develop/pubsub/
 *
 * There is no I/O here: a session takes messages through its `deliver`, which encodes and buffers as its door does. All
 * sessions that listen to the same name are handed the same {@link Push}, so a door may encode it once for all of them.
 */
import { Glob } from "../core/glob.ts";
import { Push } from "../core/reply.ts";
import { deliverNow } from "./after-reply.ts";
import type { Deliver } from "./after-reply.ts";
import type { Session } from "./session.ts";

/** What a name can be. Shard channels have names of their own: a message to one is not one to the channel. */
export type Topic = "channels" | "patterns" | "shardChannels";

/** What one session listens to, in the order in which it asked. */
export type Subscriptions = Readonly<Record<Topic, Set<string>>>;

type Listeners = Map<string, Set<Session>>;

export class PubSub {
  private readonly deliver: Deliver;
  /** Sessions by name; only names that have some are in it. */
  private readonly listeners: Readonly<Record<Topic, Listeners>> = {
    channels: new Map(),
    patterns: new Map(),
    shardChannels: new Map(),
  };
  /** The patterns that somebody listens to, compiled. */
  private readonly globs = new Map<string, Glob>();

  constructor(deliver: Deliver = deliverNow) {
    this.deliver = deliver;
  }

  /** Nobody would hear a message, whatever its channel. */
  get isSilent(): boolean {
    return this.listeners.channels.size === 0 && this.globs.size === 0;
  }

  /** The names of a topic that somebody listens to. */
  names(topic: Topic): Iterable<string> {
    return this.listeners[topic].keys();
  }

  /** How many names of a topic somebody listens to. */
  count(topic: Topic): number {
    return this.listeners[topic].size;
  }

  /** How many sessions listen to a name. */
  listenersOf(topic: Topic, name: string): number {
    return this.listeners[topic].get(name)?.size ?? 0;
  }

  subscribe(session: Session, topic: Topic, name: string): void {
    session.subscriptions ??= { channels: new Set(), patterns: new Set(), shardChannels: new Set() };
    if (session.subscriptions[topic].has(name)) return;
    session.subscriptions[topic].add(name);
    const sessions = this.listeners[topic].get(name);
    if (sessions !== undefined) {
      sessions.add(session);
      return;
    }
    this.listeners[topic].set(name, new Set([session]));
    if (topic === "patterns") this.globs.set(name, new Glob(name));
  }

  unsubscribe(session: Session, topic: Topic, name: string): void {
    const { subscriptions } = session;
    if (subscriptions?.[topic].delete(name) !== true) return;
    this.forget(session, topic, name);
    const { channels, patterns, shardChannels } = subscriptions;
    if (channels.size + patterns.size + shardChannels.size === 0) session.subscriptions = undefined;
  }

  /** Ends all that a session listens to, without a word to it. */
  leave(session: Session): void {
    const { subscriptions } = session;
    if (subscriptions === undefined) return;
    session.subscriptions = undefined;
    for (const topic of ["channels", "patterns", "shardChannels"] as const) {
      for (const name of subscriptions[topic]) this.forget(session, topic, name);
    }
  }

  private forget(session: Session, topic: Topic, name: string): void {
    const sessions = this.listeners[topic].get(name)!;
    sessions.delete(session);
    if (sessions.size > 0) return;
    this.listeners[topic].delete(name);
    if (topic === "patterns") this.globs.delete(name);
  }

  /** Sends a message; answers how many times it was received. A session counts once for each of its matching names. */
  publish(channel: string, message: string): number {
    let received = this.send("channels", channel, "message", channel, message);
    for (const [pattern, glob] of this.globs) {
      if (glob.matches(channel)) received += this.send("patterns", pattern, "pmessage", pattern, channel, message);
    }
    return received;
  }

  /** Sends a message to a shard channel; answers how many received it. */
  publishToShard(channel: string, message: string): number {
    return this.send("shardChannels", channel, "smessage", channel, message);
  }

  /** A session that cannot take more may leave meanwhile. */
  private send(topic: Topic, name: string, ...items: readonly string[]): number {
    const sessions = this.listeners[topic].get(name);
    if (sessions === undefined) return 0;
    const received = sessions.size;
    const push = new Push(items);
    for (const session of sessions) this.deliver(session, push);
    return received;
  }
}
