/**
 * A Redis Cluster as a backend: each command goes to the primary that has the slot of its keys, those without keys to one
 * of them, and those that concern all data to every primary.
 *
 * A node that does not have a slot refuses the command, so it has not run and may be sent again: after MOVED and ASK to the
 * node that these name, after TRYAGAIN and CLUSTERDOWN once more after a pause, for `backendWaitMsMax` at most. Commands that
 * may have run are never sent again.
 *
 * The slots are asked for at the start, after MOVED, every few seconds, and more often while a node does not answer.
 */
import { keyPositions } from "../../../core/command-spec.ts";
import type { CommandSpec } from "../../../core/command-spec.ts";
import { BACKEND_UNREACHABLE, CLUSTER_DOWN, CROSS_SLOT, crossNode, TRY_AGAIN } from "../../../core/errors/backend.ts";
import { CommandError } from "../../../core/reply.ts";
import type { Reply } from "../../../core/reply.ts";
import type { Engine } from "../../../engine/engine.ts";
import type { Topic } from "../../../engine/pub-sub.ts";
import type { Later } from "../../later.ts";
import { NO_SINK } from "../command-reply.ts";
import { Inquiry } from "../inquiry.ts";
import type { Link, LinkFailure, LinkOwner, LinkWorld, ReplySink } from "../link.ts";
import { describeTarget } from "../target.ts";
import type { Address, HostAddress } from "../target.ts";
import type { Part, Place, Purpose, Topology } from "../topology.ts";
import { ClusterListeners } from "./cluster-listeners.ts";
import { Holds } from "./holds.ts";
import { keySlot } from "./key-slot.ts";
import { Gathering, mergeOf } from "./merge.ts";
import type { Merge } from "./merge.ts";
import { Nodes } from "./nodes.ts";
import type { ClusterNode } from "./nodes.ts";
import { Asked, Request } from "./request.ts";
import { scanPosition, scanReply } from "./scan-cursor.ts";
import { missingSlots, readRedirect, readSlotRanges } from "./slot-ranges.ts";
import type { Redirect, SlotRange } from "./slot-ranges.ts";

/** The owner of a cluster, which receives its events. */
export interface ClusterOwner extends LinkOwner {
  /** The slots are known for the first time, or why they are not. */
  clusterKnown(failure: LinkFailure | undefined): void;
}

/** How often a command follows MOVED and ASK, whatever time that takes. */
const REDIRECTS_MAX = 16;

/** Pause before a command is tried again, in milliseconds. */
const AGAIN_MS = 50;

/** After a command was given up, others are not kept waiting for so long, in milliseconds. */
const GIVEN_UP_MS = 1000;

/** Time that the former node of a slot has to answer what it was sent, in milliseconds. */
const BARRIER_MS = 500;

/** Least time between two questions for the slots, and usual and greatest one, in milliseconds. */
const REFRESH_MS_MIN = 50;
const REFRESH_MS = 5000;

/** Silence of a node after which the slots are asked for, in milliseconds. */
const SILENT_MS = 500;

/** Where a node is that was reached by a Unix socket. */
const LOOPBACK = "127.0.0.1";

/**
 * What a node says that has not run a command and may do so later, the last to a client that blocks when the node becomes a
 * replica. Scripts can answer errors with these codes too, but have run.
 */
const NOT_NOW =
  /^(?:TRYAGAIN Multiple keys request during rehashing of slot|CLUSTERDOWN (?:Hash slot not served|The cluster is down.*)|UNBLOCKED force unblock.*)$/;

export class Cluster implements Topology, LinkOwner {
  private readonly world: LinkWorld;
  private readonly owner: ClusterOwner;
  private readonly nodes: Nodes;
  private readonly holds: Holds;
  private readonly listeners: ClusterListeners;
  private readonly inquiry: Inquiry<readonly SlotRange[]>;
  private readonly merges = new Map<CommandSpec, Merge | undefined>();
  private refreshTimer: NodeJS.Timeout | undefined;
  private isRefreshing = false;
  /** Called when the nodes have answered, or cannot. */
  private readonly whenRefreshed: (() => void)[] = [];
  private refreshedMs = -Infinity;
  /** What runs after a pause. */
  private readonly pauses = new Map<NodeJS.Timeout, () => void>();
  private gaveUpMs = -Infinity;
  private isKnown = false;
  private isClosed = false;

  /** `seeds` are nodes to ask for the others. */
  constructor(engine: Engine, world: LinkWorld, seeds: readonly Address[], owner: ClusterOwner) {
    this.world = world;
    this.owner = owner;
    this.nodes = new Nodes(world, this);
    this.holds = new Holds(world.limits);
    this.listeners = new ClusterListeners(engine, this.nodes, () => this.refresh());
    this.inquiry = new Inquiry<readonly SlotRange[]>(world, {
      words: ["CLUSTER", "SLOTS"],
      protocol: 2,
      role: "the node",
      servers: () => this.askable(seeds),
      read: readSlots,
    });
  }

  start(): void {
    this.refresh();
  }

  send({ protocol }: Purpose, command: CommandSpec, words: readonly string[], sink: ReplySink): void {
    const merge = this.mergeOf(command);
    if (merge !== undefined) return this.sendToAll(protocol, command, words, merge, sink);
    if (command.name === "SCAN") return this.scan(protocol, words, sink);
    const slot = slotOf(command, words);
    if (slot instanceof CommandError) return sink.receive(slot);
    const request = new Request(slot, protocol, words, sink, this.takeBack);
    request.isScript = command.group === "scripting";
    this.dispatch(request);
  }

  placeOf(parts: readonly Part[]): Place | CommandError {
    let slot: number | undefined;
    for (const { entry, words } of parts) {
      const next = slotOf(entry.command, words);
      if (next instanceof CommandError) return next;
      if (next === undefined) continue;
      if (slot !== undefined && next !== slot) return crossNode("the keys of a transaction");
      slot = next;
    }
    return { slot };
  }

  blockingPlaces(part: Part, sink: ReplySink): readonly (readonly [Place, ReplySink])[] | CommandError {
    const { command } = part.entry;
    const merge = this.mergeOf(command);
    const { primaries } = this.nodes;
    if (merge !== undefined && primaries.length > 0) {
      const gathering = new Gathering(merge, command, primaries.length, sink);
      return primaries.map(({ name }, i) => [{ slot: undefined, node: name }, gathering.part(i)]);
    }
    const place = this.placeOf([part]);
    return place instanceof CommandError ? place : [[place, sink]];
  }

  isAt(link: Link, { slot }: Place): boolean {
    return slot === undefined || this.nodes.ofSlot(slot)?.name === String(link);
  }

  acquire({ protocol }: Purpose, place: Place): Link | CommandError {
    if (this.isClosed) return BACKEND_UNREACHABLE;
    const node = this.nodeAt(place);
    if (node === undefined) return this.isKnown ? CLUSTER_DOWN : BACKEND_UNREACHABLE;
    const link = node.connections.acquire(0, protocol);
    if (place.isAsking === true && !(link instanceof CommandError)) link.send(["ASKING"], NO_SINK);
    return link;
  }

  release(link: Link): void {
    const node = this.nodes.ofLink(link);
    if (node === undefined) link.close();
    else node.connections.release(link);
  }

  discard(link: Link): void {
    const node = this.nodes.ofLink(link);
    if (node === undefined) link.close();
    else node.connections.discard(link);
  }

  beside(link: Link): Link {
    return this.nodes.ofLink(link)?.connections.shared(0, link.protocol) ?? link;
  }

  redirects(place: Place, link: Link, error: CommandError, again: (place: Place) => void): boolean {
    const redirect = readRedirect(error, hostOf(link));
    const triedCount = (place.triedCount ?? 0) + 1;
    const { nowMs } = this;
    const sinceMs = place.sinceMs ?? nowMs;
    if (redirect !== undefined) {
      if (this.hasGoneAround(triedCount, sinceMs)) return false;
      const node = this.redirected(redirect.slot, redirect.address, redirect.isOnce);
      again({ slot: place.slot, node: node.name, isAsking: redirect.isOnce, triedCount, sinceMs });
      return true;
    }
    if (this.isClosed || !isWorthAgain(error)) return false;
    if (nowMs - sinceMs >= this.world.limits.backendWaitMsMax) return false;
    this.refresh();
    this.later(() => again({ slot: place.slot, sinceMs }));
    return true;
  }

  listen(topic: Topic, names: readonly string[]): Later<CommandError | undefined> | undefined {
    return this.listeners.listen(topic, names);
  }

  forgetUnheard(topic: Topic, names: readonly string[]): void {
    this.listeners.forgetUnheard(topic, names);
  }

  monitor(): Later<CommandError | undefined> | undefined {
    return this.listeners.monitor();
  }

  endUnheardMonitor(): void {
    this.listeners.endUnheardMonitor();
  }

  check(): void {
    const { nowMs } = this;
    this.inquiry.check(nowMs);
    this.nodes.check();
    const isTroubled = this.nodes.primaries.some(({ connections }) =>
      connections.allShared.some((link) => !link.isReady || link.isSilentFor(SILENT_MS, nowMs)),
    );
    if (isTroubled || !this.isKnown || nowMs - this.refreshedMs > REFRESH_MS) this.refresh();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.refreshTimer);
    this.inquiry.close();
    this.nodes.close();
    this.listeners.close();
    // Commands that wait are answered with an error.
    for (const [timer, run] of this.pauses) {
      clearTimeout(timer);
      run();
    }
    for (const done of this.whenRefreshed.splice(0)) done();
  }

  linkReady(link: Link): void {
    this.owner.linkReady?.(link);
  }

  linkDown(link: Link, failure: LinkFailure): void {
    this.owner.linkDown?.(link, failure);
    this.refresh();
  }

  private get nowMs(): number {
    return this.world.environment.elapsedUs() / 1000;
  }

  /** Nodes to ask for the slots: those that are known, then the seeds. */
  private askable(seeds: readonly Address[]): readonly Address[] {
    return [...this.nodes.primaries.map(({ address }) => address), ...seeds];
  }

  private mergeOf(command: CommandSpec): Merge | undefined {
    const known = this.merges.get(command);
    if (known !== undefined || this.merges.has(command)) return known;
    const merge = mergeOf(command, () => this.world.environment.random());
    this.merges.set(command, merge);
    return merge;
  }

  private nodeAt({ node, slot }: Place): ClusterNode | undefined {
    if (node !== undefined) return this.nodes.named(node);
    return slot === undefined ? this.nodes.main : this.nodes.ofSlot(slot);
  }

  private sendToAll(
    protocol: 2 | 3,
    command: CommandSpec,
    words: readonly string[],
    merge: Merge,
    sink: ReplySink,
  ): void {
    const { primaries } = this.nodes;
    if (primaries.length === 0) return sink.receive(BACKEND_UNREACHABLE);
    const gathering = new Gathering(merge, command, primaries.length, sink);
    for (const [i, node] of primaries.entries()) this.sendOnlyTo(node, protocol, words, gathering.part(i));
  }

  private scan(protocol: 2 | 3, words: readonly string[], sink: ReplySink): void {
    const { cursor, node } = scanPosition(this.nodes, words[1]!);
    if (node === undefined) return sink.receive(this.isKnown ? CLUSTER_DOWN : BACKEND_UNREACHABLE);
    const receive = (reply: Reply): void => sink.receive(scanReply(this.nodes, node, reply));
    this.sendOnlyTo(node, protocol, words.with(1, cursor), { receive });
  }

  private sendOnlyTo(node: ClusterNode, protocol: 2 | 3, words: readonly string[], sink: ReplySink): void {
    this.sendTo(node, new Request(undefined, protocol, words, sink, this.takeBack, node));
  }

  /** Sends a command where it belongs, after those of its slot that wait. */
  private dispatch(request: Request): void {
    if (this.holds.has(request.slot)) this.holds.add(request);
    else this.route(request);
  }

  private route(request: Request): void {
    const node = this.nodeAt({ slot: request.slot });
    if (node === undefined) {
      const reply = this.tryLater(request, this.isKnown ? CLUSTER_DOWN : BACKEND_UNREACHABLE);
      if (reply !== undefined) request.finish(reply);
      return;
    }
    this.sendTo(node, request);
  }

  private sendTo(node: ClusterNode, request: Request): void {
    if (this.isClosed) return request.finish(BACKEND_UNREACHABLE);
    const link = node.connections.shared(0, request.protocol);
    request.link = link;
    link.send(request.words, request);
  }

  /** Sends a command again that has not run, or will; answers the client's reply otherwise. */
  private readonly takeBack = (request: Request, error: CommandError): Reply | undefined => {
    const redirect = readRedirect(error, hostOf(request.link!));
    if (redirect !== undefined) {
      request.redirectedSinceMs ??= this.nowMs;
      if (this.hasGoneAround(++request.redirectCount, request.redirectedSinceMs)) return TRY_AGAIN;
      if (request.isScript) return this.followScript(request, redirect, error);
      this.follow(request, redirect);
      return undefined;
    }
    if (request.node !== undefined) {
      // It has become a replica.
      const isDemoted = error.text.startsWith("READONLY ");
      if (isDemoted) this.refresh();
      return isDemoted ? BACKEND_UNREACHABLE : error;
    }
    if (!isWorthAgain(error) || error === BACKEND_UNREACHABLE) return error;
    if (error.text.startsWith("CLUSTERDOWN")) {
      this.inquiry.distrust();
      this.refresh();
    }
    return this.tryLater(request, error);
  };

  /**
   * A script has run if it has made up the redirection itself, and may name any server. So the nodes are asked whether the
   * slot has moved, and ASK is followed once, to a node that is known.
   */
  private followScript(request: Request, redirect: Redirect, error: CommandError): Reply | undefined {
    if (redirect.slot !== request.slot) return error;
    if (redirect.isOnce) {
      const isKnown = this.nodes.named(describeTarget(redirect)) !== undefined;
      if (!isKnown || request.redirectCount > 1) return error;
      this.follow(request, redirect);
      return undefined;
    }
    this.whenRefreshed.push(() => {
      const owner = this.nodes.ofSlot(redirect.slot);
      if (owner === undefined || owner.name === String(request.link)) request.finish(error);
      else this.sendTo(owner, request);
    });
    this.refresh();
    return undefined;
  }

  private follow(request: Request, { address, isOnce, slot }: Redirect): void {
    const node = this.redirected(slot, address, isOnce);
    if (!isOnce) return this.sendTo(node, request);
    request.link = node.connections.shared(0, request.protocol);
    request.link.sendAll([["ASKING"], request.words], new Asked(request));
  }

  /** The node that a redirection names. */
  private redirected(slot: number, address: HostAddress, isOnce: boolean): ClusterNode {
    const node = this.nodes.at(address);
    const before = this.nodes.ofSlot(slot);
    if (isOnce || before === node) return node;
    this.nodes.assign(slot, node);
    if (before !== undefined) this.waitFor(before, [slot]);
    this.refresh();
    return node;
  }

  /** Tries a command again after a pause; answers the client's reply when that would take too long, or others overtake. */
  private tryLater(request: Request, error: CommandError): Reply | undefined {
    const { nowMs } = this;
    const reply = error.text.startsWith("TRYAGAIN") ? TRY_AGAIN : error === BACKEND_UNREACHABLE ? error : CLUSTER_DOWN;
    if (this.isClosed) return reply;
    if (request.heldSinceMs === undefined) {
      const isSame = (sink: ReplySink): boolean => sink instanceof Request && sink.slot === request.slot;
      const wouldBeOvertaken = this.holds.has(request.slot) || request.link?.hasInFlight(isSame) === true;
      if (wouldBeOvertaken || nowMs - this.gaveUpMs < GIVEN_UP_MS) return reply;
      request.heldSinceMs = nowMs;
      const end = this.holds.open([request.slot]);
      request.whenDone = () => this.dispatchAll(end());
    } else if (nowMs - request.heldSinceMs >= this.world.limits.backendWaitMsMax) {
      this.gaveUpMs = nowMs;
      return reply;
    }
    request.redirectCount = 0;
    this.later(() => this.route(request));
    return undefined;
  }

  /** Holds slots until their former node has answered what it was sent for them. */
  private waitFor(node: ClusterNode, slots: readonly number[]): void {
    const busy = node.connections.allShared.filter((link) => link.isReady && link.inFlight > 0);
    if (busy.length === 0) return;
    const end = this.holds.open(slots);
    let left = busy.length;
    // A reply to this comes after those to all commands before it.
    const receive = (): void => {
      if (--left === 0) this.dispatchAll(end());
    };
    for (const link of busy) link.send(["PING"], { receive });
    const cut = (): void => {
      if (left > 0) for (const link of busy) link.cut("the node has lost its slots and does not answer");
    };
    this.later(cut, BARRIER_MS);
  }

  private dispatchAll(requests: readonly Request[]): void {
    for (const request of requests) this.dispatch(request);
  }

  private later(run: () => void, ms = AGAIN_MS): void {
    const timer = setTimeout(() => {
      this.pauses.delete(timer);
      run();
    }, ms).unref();
    this.pauses.set(timer, run);
  }

  /** Whether a command has been sent to and fro for too long, between nodes that do not agree on a slot. */
  private hasGoneAround(count: number, sinceMs: number): boolean {
    return count > REDIRECTS_MAX && this.nowMs - sinceMs >= this.world.limits.backendWaitMsMax;
  }

  /** Asks for the slots, soon. */
  private refresh(): void {
    if (this.isClosed || this.isRefreshing || this.refreshTimer !== undefined) return;
    const ms = Math.max(0, this.refreshedMs + REFRESH_MS_MIN - this.nowMs);
    this.refreshTimer = setTimeout(() => {
      this.refreshTimer = undefined;
      this.isRefreshing = true;
      this.inquiry.ask((answer) => {
        this.isRefreshing = false;
        this.refreshedMs = this.nowMs;
        if ("value" in answer) this.learn(answer.value);
        else if (!this.isKnown) this.owner.clusterKnown(answer);
        for (const done of this.whenRefreshed.splice(0)) done();
      });
    }, ms).unref();
  }

  private learn(ranges: readonly SlotRange[]): void {
    const missing = missingSlots(ranges);
    const reason = `the Cluster has no node for the slots ${missing}; give them to one with redis-cli --cluster fix`;
    if (missing !== "" && !this.isKnown) return this.owner.clusterKnown({ reason, isRefusal: true });
    const lost = this.nodes.apply(ranges);
    for (const [node, slots] of lost) this.waitFor(node, slots);
    this.sendElsewhere();
    if (lost.size > 0 || !this.isKnown) this.listeners.follow();
    if (this.isKnown) return;
    this.isKnown = true;
    this.owner.clusterKnown(undefined);
  }

  /** Commands that wait for a connection may belong to another node now. */
  private sendElsewhere(): void {
    const waiting = this.nodes.all
      .flatMap(({ connections }) => connections.allShared.filter((link) => !link.isReady))
      .flatMap((link) => link.withdraw());
    // One that is to follow ASKING has a sink for each of the two.
    const requests = new Set(waiting.map((sink) => (sink instanceof Asked ? sink.request : sink)));
    for (const sink of requests) {
      if (!(sink instanceof Request)) sink.receive(BACKEND_UNREACHABLE);
      else if (sink.node === undefined) this.dispatch(sink);
      else if (sink.node.isPrimary) this.sendTo(sink.node, sink);
      else sink.finish(BACKEND_UNREACHABLE);
    }
  }
}

/** The slot of a command's keys; undefined for one without keys, or whose words its node will refuse. */
function slotOf(command: CommandSpec, words: readonly string[]): number | undefined | CommandError {
  if (command.name === "SPUBLISH") return keySlot(words[1]!);
  const positions = keyPositions(command, words) ?? [];
  let slot: number | undefined;
  for (const { index } of positions) {
    const next = keySlot(words[index]!);
    if (slot !== undefined && next !== slot) return CROSS_SLOT;
    slot = next;
  }
  return slot;
}

/** Whether a command with this error has not run and may succeed after a while. */
function isWorthAgain(error: CommandError): boolean {
  return error === BACKEND_UNREACHABLE || NOT_NOW.test(error.text);
}

function hostOf({ address }: Link): string {
  return "host" in address ? address.host : "";
}

function readSlots(reply: Reply, node: Address): { value: readonly SlotRange[] } | string {
  const ranges = readSlotRanges(reply, "host" in node ? node.host : LOOPBACK);
  if (ranges !== undefined) return { value: ranges };
  if (!(reply instanceof CommandError)) return "it does not tell the slots of the Cluster";
  return reply.text.includes("cluster support disabled") ? "it is no node of a Cluster; name one server" : reply.text;
}
