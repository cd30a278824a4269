/** Which servers a backend is made of, and which of them a command goes to. */
import type { CommandSpec } from "../../core/command-spec.ts";
import type { CommandError } from "../../core/reply.ts";
import type { Topic } from "../../engine/pub-sub.ts";
import type { Session } from "../../engine/session.ts";
import type { Later } from "../later.ts";
import type { Link, ReplySink } from "./link.ts";

/** What a connection has to be like for a session. */
export type Purpose = Pick<Session, "databaseNumber" | "protocol">;

/** A command and its words. */
export interface Part {
  readonly entry: { readonly command: CommandSpec };
  readonly words: readonly string[];
}

/** Which server a dedicated connection goes to. */
export interface Place {
  /** The slot of the keys in a Cluster; undefined where any server will do. */
  readonly slot: number | undefined;
  /** The node that has been named instead of the slot's own, as `host:port`, and whether it wants to be told ASKING. */
  readonly node?: string;
  readonly isAsking?: boolean;
  /** How often it was tried without a pause, and since when, by the monotonic clock, in milliseconds. */
  readonly triedCount?: number;
  readonly sinceMs?: number;
}

/** The servers of one backend. */
export interface Topology {
  /** Connects. The owner is told of connections. */
  start(): void;
  /** Sends a command over shared connections. Those of a session with a key in common run in the order of the calls. */
  send(purpose: Purpose, command: CommandSpec, words: readonly string[], sink: ReplySink): void;
  /** Where commands that need one connection go, or why there is no such place. */
  placeOf(parts: readonly Part[]): Place | CommandError;
  /** Where a command that blocks goes, and the sink of the reply from there; or why there is no such place. */
  blockingPlaces(part: Part, sink: ReplySink): readonly (readonly [Place, ReplySink])[] | CommandError;
  /** Whether a connection goes to a place. */
  isAt(link: Link, place: Place): boolean;
  /** A dedicated connection until {@link release} or {@link discard}. */
  acquire(purpose: Purpose, place: Place): Link | CommandError;
  /** Takes a dedicated connection back. One with a reply under way is closed, since its state is unknown. */
  release(link: Link): void;
  /** Closes a dedicated connection. */
  discard(link: Link): void;
  /** The shared connection to the same server. */
  beside(link: Link): Link;
  /**
   * Whether an error over a dedicated connection says that the command has not run and is to be tried elsewhere, or later.
   * If so, calls back with the place for that.
   */
  redirects(place: Place, link: Link, error: CommandError, again: (place: Place) => void): boolean;
  /** Subscribes to names; undefined when it is subscribed. Answers why the backend refuses, if it does. */
  listen(topic: Topic, names: readonly string[]): Later<CommandError | undefined> | undefined;
  /** Ends subscriptions to names without a session that is subscribed. */
  forgetUnheard(topic: Topic, names: readonly string[]): void;
  /** Listens to what every server runs; undefined when it does already. Answers why a server refuses, if one does. */
  monitor(): Later<CommandError | undefined> | undefined;
  /** Ends that when no session needs it. */
  endUnheardMonitor(): void;
  /** Cuts connections that do not answer. Called a few times a second. */
  check(): void;
  close(): void;
}
