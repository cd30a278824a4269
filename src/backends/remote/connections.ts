/**
 * The connections to one server. A **shared** one for each database and protocol carries the commands of all sessions,
 * one after the other. A transaction, a watched key and a command that waits change a connection for a while, so each
 * has a **dedicated** one. That is released when its state is as before, and closed otherwise.
 */
import { BACKEND_BUSY } from "../../core/errors/backend.ts";
import type { CommandError } from "../../core/reply.ts";
import { Link } from "./link.ts";
import type { LinkOwner, LinkWorld } from "./link.ts";
import type { HostAddress } from "./target.ts";

/** Dedicated connections that are kept for reuse, and how long, in milliseconds. */
const IDLE_MAX = 16;
const IDLE_MS_MAX = 30_000;

interface Idle {
  readonly link: Link;
  readonly sinceMs: number;
}

/** The connections of one backend. */
export class Connections {
  private readonly world: LinkWorld;
  private readonly owner: LinkOwner;
  private readonly sharedLinks = new Map<string, Link>();
  private readonly dedicated = new Set<Link>();
  /** Unused dedicated connections, the longest idle first. */
  private idle: Idle[] = [];

  /** `owner` is the owner of the shared connections. */
  constructor(world: LinkWorld, owner: LinkOwner) {
    this.world = world;
    this.owner = owner;
  }

  /** The connection for a database and a protocol that all sessions share. */
  shared(database: number, protocol: 2 | 3): Link {
    const key = protocol === 2 ? `${database}` : `${database}/3`;
    let link = this.sharedLinks.get(key);
    if (link === undefined) {
      link = new Link(this.world, { kind: "shared", owner: this.owner, database, protocol });
      this.sharedLinks.set(key, link);
    }
    return link;
  }

  /** A connection for one user until {@link release}. */
  acquire(database: number, protocol: 2 | 3): Link | CommandError {
    const index = this.idle.findLastIndex(
      ({ link }) => link.isIdle && link.database === database && link.protocol === protocol,
    );
    if (index >= 0) return this.idle.splice(index, 1)[0]!.link;
    if (this.dedicated.size - this.idle.length >= this.world.limits.backendConnectionsMax) return BACKEND_BUSY;
    const owner: LinkOwner = { linkDown: (lost) => this.dedicated.delete(lost) };
    const link = new Link(this.world, { kind: "dedicated", owner, database, protocol });
    this.dedicated.add(link);
    return link;
  }

  /** Takes a dedicated connection back. One with a reply under way is closed, since its state is unknown. */
  release(link: Link): void {
    if (!link.isIdle || this.idle.length >= IDLE_MAX) return this.discard(link);
    link.patienceUntilMs = 0;
    this.idle.push({ link, sinceMs: this.nowMs });
  }

  /** Closes a dedicated connection. */
  discard(link: Link): void {
    this.dedicated.delete(link);
    link.close();
  }

  /** Cuts connections that do not answer, and closes those that were not used for a while. */
  check(): void {
    const { nowMs } = this;
    for (const link of this.links) link.check(nowMs);
    this.idle = this.idle.filter(({ link, sinceMs }) => {
      const isKept = !link.isClosed && nowMs - sinceMs < IDLE_MS_MAX;
      if (!isKept) this.discard(link);
      return isKept;
    });
  }

  /** Another server has become the primary. */
  moved(address: HostAddress): void {
    for (const link of this.links) link.moved(address);
  }

  close(): void {
    for (const link of this.links) link.close();
  }

  /** The shared connections that there are. */
  get allShared(): readonly Link[] {
    return [...this.sharedLinks.values()];
  }

  private get links(): readonly Link[] {
    return [...this.sharedLinks.values(), ...this.dedicated];
  }

  private get nowMs(): number {
    return this.world.environment.elapsedUs() / 1000;
  }
}
