/**
 * Subscriptions and MONITOR in a Redis Cluster. Messages to channels reach every node, so one connection listens to all
 * channels and patterns; those to a shard channel reach the nodes of its slot. Each primary tells what it runs itself.
 */
import { BACKEND_UNREACHABLE, CROSS_SLOT } from "../../../core/errors/backend.ts";
import type { CommandError } from "../../../core/reply.ts";
import type { Engine } from "../../../engine/engine.ts";
import type { Topic } from "../../../engine/pub-sub.ts";
import { Later } from "../../later.ts";
import { MonitorFeed } from "../monitor-feed.ts";
import { Subscriber } from "../subscriber.ts";
import { keySlot } from "./key-slot.ts";
import type { ClusterNode, Nodes } from "./nodes.ts";

/** How often, and after which pause in milliseconds, a subscription is tried again whose slot has moved. */
const TRIES = 20;
const AGAIN_MS = 50;

type Done = Later<CommandError | undefined> | undefined;

/** Done when all are, with the first error. */
function all(parts: readonly Done[]): Done {
  const open = parts.filter((part) => part !== undefined);
  if (open.length === 0) return undefined;
  const done = new Later<CommandError | undefined>("exclusive");
  let left = open.length;
  let error: CommandError | undefined;
  for (const part of open) {
    part.whenThere((why) => {
      error ??= why;
      if (--left === 0) done.settle(error);
    });
  }
  return done;
}

export class ClusterListeners {
  private readonly engine: Engine;
  private readonly nodes: Nodes;
  /** Called when a node says that a slot is no longer there. */
  private readonly moved: () => void;
  private readonly subscribers = new Map<ClusterNode, Subscriber>();
  private readonly monitors = new Map<ClusterNode, MonitorFeed>();
  /** Sessions that wait for MONITOR of all primaries. */
  private awaitingCount = 0;

  constructor(engine: Engine, nodes: Nodes, moved: () => void) {
    this.engine = engine;
    this.nodes = nodes;
    this.moved = moved;
  }

  listen(topic: Topic, names: readonly string[], triesLeft = TRIES): Done {
    const [node, ...others] = new Set(names.map((name) => this.nodeOf(topic, name)));
    if (topic === "shardChannels" && new Set(names.map(keySlot)).size > 1) return failed(CROSS_SLOT);
    if (node === undefined || others.length > 0) return failed(BACKEND_UNREACHABLE);
    const done = this.subscriberOf(node).listen(topic, names);
    if (done === undefined || topic !== "shardChannels") return done;
    const later = new Later<CommandError | undefined>("exclusive");
    done.whenThere((error) => {
      if (error === undefined || triesLeft === 0 || !error.text.startsWith("MOVED ")) return later.settle(error);
      this.moved();
      const again = (): void => {
        const next = this.listen(topic, names, triesLeft - 1);
        if (next === undefined) later.settle(undefined);
        else next.whenThere((why) => later.settle(why));
      };
      setTimeout(again, AGAIN_MS).unref();
    });
    return later;
  }

  forgetUnheard(topic: Topic, names: readonly string[]): void {
    for (const subscriber of this.subscribers.values()) subscriber.forgetUnheard(topic, names);
  }

  monitor(): Done {
    const done = all(this.nodes.primaries.map((node) => this.monitorOf(node).begin()));
    if (done === undefined) return undefined;
    this.awaitingCount++;
    const later = new Later<CommandError | undefined>("exclusive");
    done.whenThere((error) => {
      later.settle(error);
      this.awaitingCount--;
      this.endUnheardMonitor();
    });
    return later;
  }

  endUnheardMonitor(): void {
    for (const feed of this.monitors.values()) feed.endIfUnheard();
  }

  /** The slots have other nodes: subscriptions follow them. */
  follow(): void {
    for (const [node, subscriber] of this.subscribers) {
      if (node.isPrimary) continue;
      this.subscribers.delete(node);
      subscriber.close();
    }
    for (const [node, feed] of this.monitors) {
      if (node.isPrimary) continue;
      this.monitors.delete(node);
      feed.close();
    }
    const { pubSub } = this.engine;
    for (const topic of ["channels", "patterns", "shardChannels"] as const) {
      for (const name of pubSub.names(topic)) {
        const node = this.nodeOf(topic, name);
        if (node !== undefined) this.subscriberOf(node).follow(topic, name);
      }
    }
    if (!this.engine.monitors.isEmpty) this.monitor();
  }

  close(): void {
    for (const listener of [...this.subscribers.values(), ...this.monitors.values()]) listener.close();
  }

  private nodeOf(topic: Topic, name: string): ClusterNode | undefined {
    return topic === "shardChannels" ? this.nodes.ofSlot(keySlot(name)) : this.nodes.main;
  }

  private subscriberOf(node: ClusterNode): Subscriber {
    let subscriber = this.subscribers.get(node);
    if (subscriber === undefined) {
      const names = (topic: Topic): readonly string[] =>
        [...this.engine.pubSub.names(topic)].filter((name) => this.nodeOf(topic, name) === node);
      subscriber = new Subscriber(node.world, this.engine, names, this.moved);
      this.subscribers.set(node, subscriber);
    }
    return subscriber;
  }

  private monitorOf(node: ClusterNode): MonitorFeed {
    let feed = this.monitors.get(node);
    if (feed === undefined) {
      feed = new MonitorFeed(node.world, this.engine, () => this.awaitingCount > 0);
      this.monitors.set(node, feed);
    }
    return feed;
  }
}

function failed(error: CommandError): Later<CommandError | undefined> {
  const later = new Later<CommandError | undefined>("exclusive");
  later.settle(error);
  return later;
}
