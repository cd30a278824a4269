/**
 * Subscriptions and messages. A message goes to the sessions subscribed to its channel, then to those with a matching
 * pattern; it is not kept for later subscribers. Source: https://redis.io/docs/latest/develop/pubsub/
 *
 * There is no I/O here: a session's `deliver` encodes and buffers as its door does. All sessions subscribed to a name
 * get the same {@link Push}, so a door may encode it once for all.
 */
import { Glob } from "../core/glob.ts";
import { Push } from "../core/reply.ts";
import { deliverNow } from "./after-reply.ts";
import type { Deliver } from "./after-reply.ts";
import type { Session } from "./session.ts";

/** The kinds of names. Shard channels are apart from channels: a message to one does not reach the other. */
export type Topic = "channels" | "patterns" | "shardChannels";

/** The subscriptions of a session, in the order in which it subscribed. */
export interface Subscriptions extends Readonly<Record<Topic, Set<string>>> {
  /** What they take in memory, in bytes. */
  heldBytes: number;
}

/** What a subscription takes beside its name, in bytes: entries in the session's set and in the table, and a set there. */
const SUBSCRIPTION_BYTES = 400;

type Listeners = Map<string, Set<Session>>;

/** The subscriptions of one engine's sessions. */
export class PubSub {
  private readonly deliver: Deliver;
  /** Sessions by name. Only names with subscribers are in it. */
  private readonly listeners: Readonly<Record<Topic, Listeners>> = {
    channels: new Map(),
    patterns: new Map(),
    shardChannels: new Map(),
  };
  /** Called when a name has lost its last subscriber. Set by a backend that gets messages from another server. */
  whenUnheard: ((topic: Topic, name: string) => void) | undefined;
  /** Compiled patterns that have subscribers. */
  private readonly globs = new Map<string, Glob>();

  constructor(deliver: Deliver = deliverNow) {
    this.deliver = deliver;
  }

  /** Whether no session would receive a message, whatever its channel. */
  get isSilent(): boolean {
    return this.listeners.channels.size === 0 && this.globs.size === 0;
  }

  /** The names of a topic that have subscribers. */
  names(topic: Topic): Iterable<string> {
    return this.listeners[topic].keys();
  }

  /** The number of names of a topic that have subscribers. */
  count(topic: Topic): number {
    return this.listeners[topic].size;
  }

  /** The number of sessions subscribed to a name. */
  listenersOf(topic: Topic, name: string): number {
    return this.listeners[topic].get(name)?.size ?? 0;
  }

  subscribe(session: Session, topic: Topic, name: string): void {
    session.subscriptions ??= { channels: new Set(), patterns: new Set(), shardChannels: new Set(), heldBytes: 0 };
    const { subscriptions } = session;
    if (subscriptions[topic].has(name)) return;
    subscriptions[topic].add(name);
    subscriptions.heldBytes += SUBSCRIPTION_BYTES + name.length;
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
    subscriptions.heldBytes -= SUBSCRIPTION_BYTES + name.length;
    this.forget(session, topic, name);
    const { channels, patterns, shardChannels } = subscriptions;
    if (channels.size + patterns.size + shardChannels.size === 0) session.subscriptions = undefined;
  }

  /** Ends all subscriptions of a session, without a message to it. */
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
    this.whenUnheard?.(topic, name);
  }

  /** Sends a message; answers how often it was received. A session counts once for each matching name. */
  publish(channel: string, message: string): number {
    let received = this.send("channels", channel, "message", channel, message);
    for (const [pattern, glob] of this.globs) {
      if (glob.matches(channel)) received += this.send("patterns", pattern, "pmessage", pattern, channel, message);
    }
    return received;
  }

  /** Sends a message from elsewhere to the subscribers of one name. `items` is the message as they get it. */
  relay(topic: Topic, name: string, items: readonly string[]): void {
    this.send(topic, name, ...items);
  }

  /** The names through which a message to a channel would be received, and how often it would. */
  reach(channel: string): { readonly names: number; readonly received: number } {
    let received = this.listenersOf("channels", channel);
    let names = received > 0 ? 1 : 0;
    for (const [pattern, glob] of this.globs) {
      if (!glob.matches(channel)) continue;
      names++;
      received += this.listenersOf("patterns", pattern);
    }
    return { names, received };
  }

  /** Sends a message to a shard channel; answers the number of receivers. */
  publishToShard(channel: string, message: string): number {
    return this.send("shardChannels", channel, "smessage", channel, message);
  }

  /** A session that cannot take more may be disconnected meanwhile, which ends its subscriptions. */
  private send(topic: Topic, name: string, ...items: readonly string[]): number {
    const sessions = this.listeners[topic].get(name);
    if (sessions === undefined) return 0;
    const received = sessions.size;
    const push = new Push(items);
    for (const session of sessions) this.deliver(session, push);
    return received;
  }
}
