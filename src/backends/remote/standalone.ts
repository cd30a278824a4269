/** One server, or the primary of a Sentinel group, as the whole backend. */
import type { CommandSpec } from "../../core/command-spec.ts";
import type { CommandError } from "../../core/reply.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Topic } from "../../engine/pub-sub.ts";
import type { Later } from "../later.ts";
import { Connections } from "./connections.ts";
import type { Link, LinkOwner, LinkWorld, ReplySink } from "./link.ts";
import { MonitorFeed } from "./monitor-feed.ts";
import { Sentinels } from "./sentinels.ts";
import { Subscriber } from "./subscriber.ts";
import type { HostAddress } from "./target.ts";
import type { Part, Place, Purpose, Topology } from "./topology.ts";

const ANYWHERE: Place = { slot: undefined };

export class Standalone implements Topology {
  private readonly world: LinkWorld;
  /** Those that know the primary; undefined where the target names one server. */
  private readonly sentinels: Sentinels | undefined;
  private readonly connections: Connections;
  private readonly subscriber: Subscriber;
  private readonly monitors: MonitorFeed;

  /** `owner` is the owner of the shared connections. */
  constructor(engine: Engine, settings: LinkWorld, owner: LinkOwner) {
    const { address } = settings.target;
    if ("sentinels" in address) this.sentinels = new Sentinels(settings, address, (primary) => this.moved(primary));
    const world = this.sentinels === undefined ? settings : { ...settings, primary: this.sentinels };
    this.world = world;
    this.connections = new Connections(world, owner);
    this.subscriber = new Subscriber(world, engine, (topic) => engine.pubSub.names(topic));
    this.monitors = new MonitorFeed(world, engine);
  }

  start(): void {
    this.connections.shared(this.world.target.database, 2);
  }

  send({ databaseNumber, protocol }: Purpose, _command: CommandSpec, words: readonly string[], sink: ReplySink): void {
    this.connections.shared(databaseNumber, protocol).send(words, sink);
  }

  placeOf(): Place {
    return ANYWHERE;
  }

  blockingPlaces(_part: Part, sink: ReplySink): readonly (readonly [Place, ReplySink])[] {
    return [[ANYWHERE, sink]];
  }

  isAt(): boolean {
    return true;
  }

  acquire({ databaseNumber, protocol }: Purpose): Link | CommandError {
    return this.connections.acquire(databaseNumber, protocol);
  }

  release(link: Link): void {
    this.connections.release(link);
  }

  discard(link: Link): void {
    this.connections.discard(link);
  }

  beside({ database, protocol }: Link): Link {
    return this.connections.shared(database, protocol);
  }

  redirects(): boolean {
    return false;
  }

  listen(topic: Topic, names: readonly string[]): Later<CommandError | undefined> | undefined {
    return this.subscriber.listen(topic, names);
  }

  forgetUnheard(topic: Topic, names: readonly string[]): void {
    this.subscriber.forgetUnheard(topic, names);
  }

  monitor(): Later<CommandError | undefined> | undefined {
    return this.monitors.begin();
  }

  endUnheardMonitor(): void {
    this.monitors.endIfUnheard();
  }

  check(): void {
    this.connections.check();
    this.sentinels?.check(this.world.environment.elapsedUs() / 1000);
  }

  close(): void {
    this.sentinels?.close();
    this.connections.close();
    this.subscriber.close();
    this.monitors.close();
  }

  /** The Sentinels say that another server has become the primary. */
  private moved(address: HostAddress): void {
    this.connections.moved(address);
    this.subscriber.moved(address);
    this.monitors.moved(address);
  }
}
