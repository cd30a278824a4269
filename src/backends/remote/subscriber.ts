/**
 * The one connection that listens at the backend for all sessions. It is subscribed to the names that any session listens
 * to, as the engine's {@link PubSub} has them, and hands what it hears to that, which knows the sessions. After an outage it
 * subscribes again; what was published meanwhile is lost, as it is for any client.
 */
import { BACKEND_UNREACHABLE } from "../../core/errors/backend.ts";
import { CommandError } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Topic } from "../../engine/pub-sub.ts";
import { Later } from "../later.ts";
import { Link } from "./link.ts";
import type { LinkOwner, LinkWorld } from "./link.ts";
import type { HostAddress } from "./target.ts";

const SUBSCRIBE = { channels: "SUBSCRIBE", patterns: "PSUBSCRIBE", shardChannels: "SSUBSCRIBE" } as const;
const UNSUBSCRIBE = { channels: "UNSUBSCRIBE", patterns: "PUNSUBSCRIBE", shardChannels: "SUNSUBSCRIBE" } as const;

/** What messages of a topic are called, and the kind of their confirmations. */
const MESSAGES: Readonly<Record<string, Topic>> = {
  message: "channels",
  pmessage: "patterns",
  smessage: "shardChannels",
};

const CONFIRMATIONS = /^[ps]?(?:un)?subscribe$/;

/** Names that were asked for in one command, until each is confirmed. */
interface Batch {
  left: number;
  /** Settled when the names are confirmed, or with why they were refused. */
  readonly done: Later<CommandError | undefined> | undefined;
  readonly topic: Topic;
  readonly names: readonly string[];
}

/** The subscriptions of one server. */
export class Subscriber implements LinkOwner {
  private readonly world: LinkWorld;
  private readonly engine: Engine;
  private readonly names: (topic: Topic) => Iterable<string>;
  private readonly slotMoved: () => void;
  private link: Link | undefined;
  /** Names that the backend was asked for on the current connection. */
  private readonly asked: Readonly<Record<Topic, Set<string>>> = {
    channels: new Set(),
    patterns: new Set(),
    shardChannels: new Set(),
  };
  /** Commands that are not confirmed, in order. */
  private batches: Batch[] = [];
  /** What waits for a connection. */
  private waiting: Batch[] = [];

  /**
   * `names` answers the names with sessions that this connection is to be subscribed to; `slotMoved` is called when the server
   * ends a subscription itself, since the slot of a shard channel has moved.
   */
  constructor(
    world: LinkWorld,
    engine: Engine,
    names: (topic: Topic) => Iterable<string>,
    slotMoved: () => void = () => {},
  ) {
    this.world = world;
    this.engine = engine;
    this.names = names;
    this.slotMoved = slotMoved;
  }

  /** Listens to names; undefined when it does already. Answers why the backend refuses, if it does. */
  listen(topic: Topic, names: readonly string[]): Later<CommandError | undefined> | undefined {
    const missing = names.filter((name) => !this.asked[topic].has(name));
    // Of names that were asked for and are not confirmed, the confirmation comes before that of any later command.
    if (missing.length === 0 && this.batches.length === 0) return undefined;
    const done = new Later<CommandError | undefined>("exclusive");
    const batch: Batch = { topic, names: missing.length > 0 ? missing : names, left: 0, done };
    this.link ??= this.open();
    if (this.link.isReady) this.ask(batch);
    else this.waiting.push(batch);
    return done;
  }

  /** Subscribes to a name with sessions, unless it is subscribed or will be when it is connected. */
  follow(topic: Topic, name: string): void {
    this.link ??= this.open();
    if (this.link.isReady && !this.asked[topic].has(name)) {
      this.ask({ topic, names: [name], left: 0, done: undefined });
    }
  }

  /** Ends subscriptions to names without a session that is subscribed. */
  forgetUnheard(topic: Topic, names: readonly string[]): void {
    for (const name of names) {
      if (this.engine.pubSub.listenersOf(topic, name) === 0) this.unsubscribe(topic, name);
    }
  }

  linkReady(): void {
    for (const topic of ["channels", "patterns", "shardChannels"] as const) {
      const names = [...this.names(topic)];
      if (names.length > 0) this.ask({ topic, names, left: 0, done: undefined });
    }
    for (const batch of this.waiting.splice(0)) this.ask(batch);
  }

  linkDown(): void {
    for (const names of Object.values(this.asked)) names.clear();
    const unconfirmed = [...this.batches, ...this.waiting];
    this.batches = [];
    this.waiting = [];
    // New subscriptions are refused at once. Sessions that are subscribed already wait for the next connection.
    for (const { done } of unconfirmed) done?.settle(BACKEND_UNREACHABLE);
  }

  linkMessage(_link: Link, reply: Reply): void {
    if (reply instanceof CommandError) return this.refused(reply);
    if (!Array.isArray(reply)) return;
    const [kind, name] = reply as readonly Reply[];
    if (typeof kind !== "string" || typeof name !== "string") return;
    const topic = MESSAGES[kind];
    if (topic !== undefined) this.hear(topic, name, reply as readonly string[]);
    else if (kind === "sunsubscribe" && this.asked.shardChannels.delete(name)) this.slotMoved();
    else if (CONFIRMATIONS.test(kind)) this.confirmed();
  }

  /** Another server has become the primary. */
  moved(address: HostAddress): void {
    this.link?.moved(address);
  }

  close(): void {
    this.link?.close();
    this.linkDown();
  }

  private open(): Link {
    return new Link(this.world, { kind: "listening", owner: this, database: 0, protocol: 2 });
  }

  private ask(batch: Batch): void {
    const { names, topic } = batch;
    for (const name of names) this.asked[topic].add(name);
    batch.left = names.length;
    this.batches.push(batch);
    this.link!.say([SUBSCRIBE[topic], ...names]);
  }

  private unsubscribe(topic: Topic, name: string): void {
    if (!this.asked[topic].delete(name) || this.link?.isReady !== true) return;
    this.batches.push({ topic, names: [name], left: 1, done: undefined });
    this.link.say([UNSUBSCRIBE[topic], name]);
  }

  private confirmed(): void {
    const [batch] = this.batches;
    if (batch === undefined || --batch.left > 0) return;
    this.batches.shift();
    batch.done?.settle(undefined);
  }

  /** The backend refuses a command as a whole, such as a user of its own may not listen to a channel. */
  private refused(error: CommandError): void {
    const batch = this.batches.shift();
    if (batch === undefined) return;
    for (const name of batch.names) this.asked[batch.topic].delete(name);
    batch.done?.settle(error);
  }

  private hear(topic: Topic, name: string, items: readonly string[]): void {
    const { pubSub, turn } = this.engine;
    // No session's command is running, so each session gets the message at once.
    turn.enter(undefined);
    try {
      pubSub.relay(topic, name, items);
    } finally {
      turn.leave();
    }
  }
}
