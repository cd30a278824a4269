/** Publishes keyspace events, of the classes that `notify-keyspace-events` asks for. */
import { EventClass } from "../core/keyspace-events.ts";
import type { Keyspace } from "../data/keyspace.ts";
import type { PubSub } from "./pub-sub.ts";

/** Publishes the events of all databases. */
export class KeyspaceEvents {
  /** Classes that are asked for, as bits of {@link EventClass}. */
  mask = 0;
  private readonly pubSub: PubSub;

  constructor(pubSub: PubSub) {
    this.pubSub = pubSub;
  }

  /** Whether a class of events is asked for. */
  asksFor(eventClass: number): boolean {
    return (this.mask & eventClass) !== 0;
  }

  /** `eventClass` is a bit of {@link EventClass}, `event` the name that Redis has for it. */
  notify(keyspace: Keyspace, eventClass: number, event: string, key: string): void {
    const { mask } = this;
    if ((mask & eventClass) === 0 || this.pubSub.isSilent) return;
    const { number } = keyspace;
    if ((mask & EventClass.KEYSPACE) !== 0) this.pubSub.publish(`__keyspace@${number}__:${key}`, event);
    if ((mask & EventClass.KEYEVENT) !== 0) this.pubSub.publish(`__keyevent@${number}__:${event}`, key);
  }
}
