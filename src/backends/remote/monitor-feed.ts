/** The one connection that runs MONITOR at the backend, for all sessions that do, as long as there are any. */
import { BACKEND_UNREACHABLE } from "../../core/errors/backend.ts";
import { CommandError, SimpleString } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import type { Engine } from "../../engine/engine.ts";
import { Later } from "../later.ts";
import { Link } from "./link.ts";
import type { LinkOwner, LinkWorld } from "./link.ts";
import type { HostAddress } from "./target.ts";

/** The monitor of one backend. */
export class MonitorFeed implements LinkOwner {
  private readonly world: LinkWorld;
  private readonly engine: Engine;
  private readonly isAwaited: () => boolean;
  private link: Link | undefined;
  /** Whether the backend has confirmed on the current connection. */
  private isOn = false;
  private waiting: Later<CommandError | undefined>[] = [];

  /** `isAwaited` tells whether a session will need it soon. */
  constructor(world: LinkWorld, engine: Engine, isAwaited: () => boolean = () => false) {
    this.world = world;
    this.engine = engine;
    this.isAwaited = isAwaited;
  }

  /** Begins to listen; undefined when it does already. Answers why the backend refuses, if it does. */
  begin(): Later<CommandError | undefined> | undefined {
    if (this.isOn) return undefined;
    const done = new Later<CommandError | undefined>("exclusive");
    this.waiting.push(done);
    this.link ??= new Link(this.world, { kind: "listening", owner: this, database: 0, protocol: 2 });
    return done;
  }

  /** Ends the connection when no session needs it. */
  endIfUnheard(): void {
    const isNeeded = this.waiting.length > 0 || !this.engine.monitors.isEmpty || this.isAwaited();
    if (this.link !== undefined && !isNeeded) this.close();
  }

  linkReady(link: Link): void {
    link.say(["MONITOR"]);
  }

  linkDown(): void {
    this.isOn = false;
    this.tell(BACKEND_UNREACHABLE);
  }

  linkMessage(_link: Link, reply: Reply): void {
    if (reply instanceof CommandError) return this.tell(reply);
    if (!(reply instanceof SimpleString)) return;
    if (this.isOn) {
      this.engine.monitors.relay(reply);
    } else {
      this.isOn = true;
      this.tell(undefined);
    }
  }

  /** Another server has become the primary. */
  moved(address: HostAddress): void {
    this.link?.moved(address);
  }

  close(): void {
    const { link } = this;
    this.link = undefined;
    this.isOn = false;
    link?.close();
    this.tell(BACKEND_UNREACHABLE);
  }

  private tell(error: CommandError | undefined): void {
    for (const done of this.waiting.splice(0)) done.settle(error);
    this.endIfUnheard();
  }
}
