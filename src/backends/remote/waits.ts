/**
 * Commands that block at the backend, each on a connection of its own. In a Cluster WAIT blocks at every primary, so a command
 * may have several.
 */
import { hasKeys } from "../../core/command-spec.ts";
import { BACKEND_UNREACHABLE } from "../../core/errors/backend.ts";
import { CommandError, NullArray } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import type { CommandEntry } from "../../engine/command-registry.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Session } from "../../engine/session.ts";
import { Later } from "../later.ts";
import { CommandReply, NO_SINK } from "./command-reply.ts";
import type { ReplyLedger } from "./command-reply.ts";
import type { Link, LinkWorld, ReplySink } from "./link.ts";
import type { Place, Topology } from "./topology.ts";

/** A command that blocks. */
interface Wait {
  readonly session: Session;
  readonly entry: CommandEntry;
  readonly words: readonly string[];
  /** Its time-out, in milliseconds. */
  readonly ms: number;
  readonly links: Set<Link>;
  /** Why its user may not run it any more. */
  refusal: CommandError | undefined;
}

export class Waits {
  private readonly engine: Engine;
  private readonly world: LinkWorld;
  private readonly topologyNow: () => Topology;
  private readonly ledger: ReplyLedger;
  /** By the connection's session. */
  private readonly waits = new Map<Session, Wait>();
  /** Connections that are being unblocked because of lost rights, and replies that come after that. */
  private unblockingCount = 0;
  private readonly held: { readonly later: Later<Reply>; readonly reply: Reply }[] = [];

  /** The backend's topology may become another one. */
  constructor(engine: Engine, world: LinkWorld, topologyNow: () => Topology, ledger: ReplyLedger) {
    this.engine = engine;
    this.world = world;
    this.topologyNow = topologyNow;
    this.ledger = ledger;
  }

  /** Passes a command on that may block for a time in milliseconds. */
  begin(session: Session, entry: CommandEntry, words: readonly string[], ms: number): Reply | Later<Reply> {
    const reply = new CommandReply(this.ledger, session.door, entry, words, "blocking");
    const places = this.topologyNow().blockingPlaces({ entry, words }, reply);
    if (places instanceof CommandError) return places;
    const wait: Wait = { session, entry, words, ms, links: new Set(), refusal: undefined };
    if (session.door === "resp") this.waits.set(session, wait);
    for (const [place, sink] of places) this.block(wait, place, sink);
    return reply;
  }

  /** CLIENT UNBLOCK id [TIMEOUT | ERROR]; undefined when the client does not wait at the backend. */
  unblock(session: Session, entry: CommandEntry, words: readonly string[]): Later<Reply> | undefined {
    const target = this.engine.sessions.get(Number(words[2]));
    const links = [...((target && this.waits.get(target)?.links) ?? [])].filter((one) => one.clientId !== undefined);
    if (links.length === 0) return undefined;
    const reply = new CommandReply(this.ledger, session.door, entry, words);
    for (const [i, link] of links.entries()) this.unblockAt(link, words.slice(3), i === 0 ? reply : NO_SINK);
    return reply;
  }

  /** Users have changed: a command that its user may not run any more must not be served. */
  rightsChanged(): void {
    for (const wait of this.waits.values()) {
      const { entry, links, session, words } = wait;
      wait.refusal ??= this.engine.admission.rightsRefusal(session, entry.command, words);
      if (wait.refusal === undefined) continue;
      for (const link of links) {
        // If the backend serves it before it unblocks it, the element is the client's: it must not be lost.
        if (link.clientId === undefined) this.topologyNow().discard(link);
        else this.unblockRevoked(link);
      }
    }
  }

  private unblockRevoked(link: Link): void {
    this.unblockingCount++;
    const receive = (): void => {
      if (--this.unblockingCount > 0) return;
      for (const { later, reply } of this.held.splice(0)) later.settle(reply);
    };
    this.unblockAt(link, [], { receive });
  }

  /** The reply to a command that may have taken rights away: it comes when no client waits that has lost them. */
  afterUnblocking(reply: Reply): Reply | Later<Reply> {
    if (this.unblockingCount === 0) return reply;
    const later = new Later<Reply>("exclusive");
    this.held.push({ later, reply });
    return later;
  }

  /** The client has left: it must not be given an element. */
  end(session: Session): void {
    const links = this.waits.get(session)?.links ?? [];
    this.waits.delete(session);
    for (const link of links) this.topologyNow().discard(link);
  }

  private block(wait: Wait, place: Place, sink: ReplySink): void {
    const topology = this.topologyNow();
    const { entry, links, ms, session, words } = wait;
    const link = topology.acquire(session, place);
    if (link instanceof CommandError) return this.finish(wait, link, sink);
    const { environment, limits } = this.world;
    link.patienceUntilMs = environment.elapsedUs() / 1000 + ms + limits.backendReplyMsMax;
    links.add(link);
    // The backend's WAIT is about what the same connection has done: whatever that is, it comes after all that was answered.
    if (!hasKeys(entry.command)) link.send(["PING"], NO_SINK);
    link.send(words, {
      receive: (reply) => {
        links.delete(link);
        topology.release(link);
        const again = (next: Place): void => {
          const hasLeft = session.door === "resp" && this.waits.get(session) !== wait;
          if (wait.refusal !== undefined) this.finish(wait, wait.refusal, sink);
          else if (hasLeft) sink.receive(BACKEND_UNREACHABLE);
          else this.block(wait, next, sink);
        };
        const isElsewhere =
          wait.refusal === undefined && reply instanceof CommandError && topology.redirects(place, link, reply, again);
        if (!isElsewhere) this.finish(wait, reply, sink);
      },
    });
  }

  private finish(wait: Wait, reply: Reply, sink: ReplySink): void {
    if (wait.links.size === 0 && this.waits.get(wait.session) === wait) this.waits.delete(wait.session);
    const isUnserved = reply === null || reply instanceof NullArray || reply instanceof CommandError;
    sink.receive(isUnserved ? (wait.refusal ?? reply) : reply);
  }

  private unblockAt(link: Link, how: readonly string[], sink: ReplySink): void {
    this.topologyNow()
      .beside(link)
      .send(["CLIENT", "UNBLOCK", String(link.clientId), ...how], sink);
  }
}
