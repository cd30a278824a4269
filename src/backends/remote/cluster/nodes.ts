/** The nodes of a Redis Cluster, and which of them has which slots, as far as it is known. */
import { Connections } from "../connections.ts";
import type { Link, LinkOwner, LinkWorld } from "../link.ts";
import { describeTarget } from "../target.ts";
import type { HostAddress } from "../target.ts";
import { SLOTS } from "./key-slot.ts";
import type { SlotRange } from "./slot-ranges.ts";

/** Time for which a node that has lost its slots may still answer, in milliseconds. */
const LEAVING_MS = 500;

/** A node that is asked without having slots, such as one that slots are moved to, is kept for so long, in milliseconds. */
const UNUSED_MS_MAX = 10_000;

export class ClusterNode {
  readonly address: HostAddress;
  /** `host:port`. */
  readonly name: string;
  readonly world: LinkWorld;
  readonly connections: Connections;
  /** The lowest of its slots; {@link SLOTS} for none. */
  firstSlot = SLOTS;
  /** When its connections are closed, by the monotonic clock, in milliseconds. */
  endsAtMs = Infinity;

  constructor(world: LinkWorld, address: HostAddress, owner: LinkOwner) {
    this.address = address;
    this.name = describeTarget({ address });
    this.world = { ...world, target: { ...world.target, address, database: 0 } };
    this.connections = new Connections(this.world, owner);
  }

  get isPrimary(): boolean {
    return this.firstSlot < SLOTS;
  }
}

/** All nodes with connections. */
export class Nodes {
  /** Nodes with slots, by their lowest one. */
  primaries: readonly ClusterNode[] = [];
  private readonly world: LinkWorld;
  private readonly owner: LinkOwner;
  private readonly byName = new Map<string, ClusterNode>();
  private chosen: ClusterNode | undefined;
  private owners: (ClusterNode | undefined)[] = Array<undefined>(SLOTS).fill(undefined);

  /** `owner` is the owner of the shared connections. */
  constructor(world: LinkWorld, owner: LinkOwner) {
    this.world = world;
    this.owner = owner;
  }

  /** The node for what any node can do. It stays the same while it has slots, so that messages come from one node. */
  get main(): ClusterNode | undefined {
    if (this.chosen?.isPrimary !== true) [this.chosen] = this.primaries;
    return this.chosen;
  }

  get all(): readonly ClusterNode[] {
    return [...this.byName.values()];
  }

  ofSlot(slot: number): ClusterNode | undefined {
    return this.owners[slot];
  }

  named(name: string): ClusterNode | undefined {
    return this.byName.get(name);
  }

  ofLink(link: Link): ClusterNode | undefined {
    return this.byName.get(String(link));
  }

  /** The node at an address, which is made when it is not there. */
  at(address: HostAddress): ClusterNode {
    const name = describeTarget({ address });
    let node = this.byName.get(name);
    if (node === undefined) {
      node = new ClusterNode(this.world, address, this.owner);
      node.endsAtMs = this.nowMs + UNUSED_MS_MAX;
      this.byName.set(name, node);
    }
    return node;
  }

  /** Gives one slot to a node. */
  assign(slot: number, node: ClusterNode): void {
    this.owners[slot] = node;
    node.endsAtMs = Infinity;
    node.firstSlot = Math.min(node.firstSlot, slot);
    if (!this.primaries.includes(node)) this.primaries = inOrder([...this.primaries, node]);
  }

  /** Gives all slots to the nodes that have them now. Answers the slots that nodes have lost. */
  apply(ranges: readonly SlotRange[]): ReadonlyMap<ClusterNode, readonly number[]> {
    const before = this.owners;
    const owners = Array<ClusterNode | undefined>(SLOTS).fill(undefined);
    for (const node of this.byName.values()) node.firstSlot = SLOTS;
    for (const { first, last, primary } of ranges) {
      const node = this.at(primary);
      node.firstSlot = Math.min(node.firstSlot, first);
      owners.fill(node, first, last + 1);
    }
    const lost = new Map<ClusterNode, number[]>();
    for (const [slot, node] of before.entries()) {
      if (node === undefined || node === owners[slot]) continue;
      const slots = lost.get(node);
      if (slots === undefined) lost.set(node, [slot]);
      else slots.push(slot);
    }
    this.owners = owners;
    this.primaries = inOrder(this.all.filter((node) => node.isPrimary));
    for (const node of this.byName.values()) {
      if (node.isPrimary) node.endsAtMs = Infinity;
      else if (node.endsAtMs === Infinity) node.endsAtMs = this.nowMs + LEAVING_MS;
    }
    return lost;
  }

  /** Closes the connections to nodes that have left. */
  check(): void {
    for (const node of this.byName.values()) {
      node.connections.check();
      if (this.nowMs < node.endsAtMs) continue;
      this.byName.delete(node.name);
      node.connections.close();
    }
  }

  close(): void {
    for (const node of this.byName.values()) node.connections.close();
  }

  private get nowMs(): number {
    return this.world.environment.elapsedUs() / 1000;
  }
}

function inOrder(nodes: readonly ClusterNode[]): readonly ClusterNode[] {
  return nodes.toSorted((a, b) => a.firstSlot - b.firstSlot);
}
