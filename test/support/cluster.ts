/** A Redis Cluster: primaries with the same number of slots each, and replicas, on free loopback ports. */
import { keySlot, SLOTS } from "../../src/backends/remote/cluster/key-slot.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, RedisServer } from "./redis.ts";
import { RawConnection } from "./resp-client.ts";
import { until } from "./until.ts";

/** Time after which a planned failover is asked for again, in milliseconds. */
const FAILOVER_MS = 6000;

const HOST = "127.0.0.1";

/** Silence after which a node counts as gone, in milliseconds: on a busy machine one is silent for a second at times. */
const NODE_MS_MAX = 10_000;

/** One node. */
interface Node {
  readonly port: number;
  readonly busPort: number;
  /** Where its configuration is. */
  readonly folder: string;
  server: RedisServer;
}

interface ClusterOptions {
  readonly primaries?: number;
  /** For each primary. */
  readonly replicas?: number;
  /** Further options of each node. */
  readonly options?: readonly string[];
  /** Silence after which a node counts as gone, in milliseconds. */
  readonly nodeMsMax?: number;
  /** Whether the slots are given to the primaries. */
  readonly hasSlots?: boolean;
}

export class RedisCluster {
  /** Primaries first, in the order of their slots, then their replicas in turn. */
  readonly nodes: readonly Node[];
  private readonly options: readonly string[];

  private constructor(nodes: readonly Node[], options: readonly string[]) {
    this.nodes = nodes;
    this.options = options;
  }

  static async start(settings: ClusterOptions = {}): Promise<RedisCluster> {
    const { hasSlots = true, nodeMsMax = NODE_MS_MAX, options = [], primaries = 3, replicas = 0 } = settings;
    const count = primaries * (1 + replicas);
    const ports = await freePorts(2 * count);
    const timeouts = ["--cluster-node-timeout", String(nodeMsMax), "--repl-diskless-sync-delay", "0"];
    const common = ["--cluster-enabled", "yes", ...timeouts, ...options];
    const nodes = await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const [port, busPort] = [ports[2 * i]!, ports[2 * i + 1]!];
        const own = { port, busPort, folder: mkdtempSync(join(tmpdir(), "stashd-cluster-")) };
        return { ...own, server: await RedisServer.start([...common, ...optionsOf(own)]) };
      }),
    );
    const cluster = new RedisCluster(nodes, common);
    const [first] = nodes as [Node];
    for (const [i, node] of nodes.entries()) {
      await cluster.send(node, "CLUSTER", "SET-CONFIG-EPOCH", String(i + 1));
      if (i > 0) await cluster.send(node, "CLUSTER", "MEET", HOST, String(first.port), String(first.busPort));
      if (i >= primaries || !hasSlots) continue;
      const from = Math.round((i * SLOTS) / primaries);
      const to = Math.round(((i + 1) * SLOTS) / primaries) - 1;
      await cluster.send(node, "CLUSTER", "ADDSLOTSRANGE", String(from), String(to));
    }
    await cluster.agree(count);
    for (const [i, node] of nodes.entries()) {
      if (i < primaries) continue;
      const id = await cluster.idOf(nodes[i % primaries]!);
      await until(async () => (await cluster.send(node, "CLUSTER", "REPLICATE", id)) === "+OK\r\n");
    }
    if (hasSlots) await cluster.isWell();
    return cluster;
  }

  /** Waits until all nodes know as many. */
  private async agree(count: number): Promise<void> {
    for (const node of this.nodes) {
      await until(async () => (await this.send(node, "CLUSTER", "INFO")).includes(`cluster_known_nodes:${count}\r\n`));
    }
  }

  /** Waits until every node finds the cluster complete, and every replica follows its primary. */
  async isWell(): Promise<void> {
    for (const node of this.nodes) {
      await until(async () => (await this.send(node, "CLUSTER", "INFO")).includes("cluster_state:ok"));
      await until(async () => {
        const info = await this.send(node, "INFO", "replication");
        return info.includes("role:master") || info.includes("master_link_status:up");
      });
    }
  }

  /** The URL of one node. */
  get url(): string {
    return `redis://${HOST}:${this.nodes[0]!.port}`;
  }

  /** Sends a node a command on a connection of its own; the bytes of the reply. */
  async send(node: Node, ...words: string[]): Promise<string> {
    const connection = await RawConnection.open({ port: node.port, host: HOST });
    const reply = await connection.send(...words);
    connection.close();
    return reply;
  }

  async idOf(node: Node): Promise<string> {
    return (await this.send(node, "CLUSTER", "MYID")).split("\r\n")[1]!;
  }

  /** Whether a node has slots. */
  async isPrimary(node: Node): Promise<boolean> {
    return (await this.send(node, "ROLE")).includes("master");
  }

  /**
   * Makes a replica the primary of its slots. Redis gives a planned failover up after 5 s where primary and replica do not
   * come together, as they may not soon after another one, so it is asked for again then.
   */
  async failOver(replica: Node): Promise<void> {
    while (!(await this.isPrimary(replica))) {
      await this.send(replica, "CLUSTER", "FAILOVER");
      const endsMs = performance.now() + FAILOVER_MS;
      await until(async () => (await this.isPrimary(replica)) || performance.now() > endsMs);
    }
  }

  /** The node that has the slot of a key at the start. */
  ownerOf(key: string): Node {
    const primaries = this.nodes.filter((_, i) => i < 3);
    return primaries[Math.min(2, Math.floor((keySlot(key) * 3) / SLOTS))]!;
  }

  /** Moves a slot and its keys, those that come meanwhile too, as redis-cli does. */
  async move(slot: number, source: Node, target: Node): Promise<void> {
    const own = String(slot);
    const [from, to] = [await this.idOf(source), await this.idOf(target)];
    await this.send(target, "CLUSTER", "SETSLOT", own, "IMPORTING", from);
    await this.send(source, "CLUSTER", "SETSLOT", own, "MIGRATING", to);
    for (;;) {
      const keys = (await this.send(source, "CLUSTER", "GETKEYSINSLOT", own, "100")).split("\r\n").slice(2);
      const names = keys.filter((_, i) => i % 2 === 0 && keys[i] !== "");
      if (names.length === 0) break;
      await this.send(source, "MIGRATE", HOST, String(target.port), "", "0", "5000", "KEYS", ...names);
    }
    for (const node of [target, source]) await this.send(node, "CLUSTER", "SETSLOT", own, "NODE", to);
  }

  /** Starts a node that was ended, without its data. */
  async restart(node: Node): Promise<void> {
    node.server = await RedisServer.start([...this.options, ...optionsOf(node)]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ server }) => server.stop()));
    for (const { folder } of this.nodes) rmSync(folder, { recursive: true, force: true });
  }
}

function optionsOf({ busPort, folder, port }: Omit<Node, "server">): string[] {
  return ["--port", String(port), "--cluster-port", String(busPort), "--bind", HOST, "--dir", folder];
}
