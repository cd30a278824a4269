/**
 * Asks Sentinels where the primary of their group is. The connection to one of them is kept, which also hears that another
 * server has become the primary.
 */
import { CommandError, isReplyArray, Push } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import { Inquiry } from "./inquiry.ts";
import type { LinkFailure, LinkWorld, PrimaryFinder } from "./link.ts";
import type { HostAddress, SentinelGroup } from "./target.ts";

/** What a server that is no Sentinel answers. */
const UNKNOWN = /^ERR unknown command/;

/** The Sentinels of one group. */
export class Sentinels implements PrimaryFinder {
  private readonly inquiry: Inquiry<HostAddress>;

  /** `moved` is called with the address of a new primary. */
  constructor(world: LinkWorld, group: SentinelGroup, moved: (address: HostAddress) => void) {
    const { name, password, sentinels, username } = group;
    this.inquiry = new Inquiry<HostAddress>(
      { ...world, target: { ...world.target, username, password } },
      {
        words: ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name],
        // Messages are apart from replies there.
        protocol: 3,
        role: "the Sentinel",
        servers: () => sentinels,
        read: (reply) => addressIn(reply) ?? reasonOf(reply, name),
        connected: (link) => link.say(["SUBSCRIBE", "+switch-master"]),
        heard: (message) => {
          const address = newPrimary(message, name);
          if (address !== undefined) moved(address);
        },
      },
    );
  }

  find(done: (found: HostAddress | LinkFailure) => void): void {
    this.inquiry.ask((answer) => done("value" in answer ? answer.value : answer));
  }

  distrust(): void {
    this.inquiry.distrust();
  }

  check(nowMs: number): void {
    this.inquiry.check(nowMs);
  }

  close(): void {
    this.inquiry.close();
  }
}

function addressIn(reply: Reply): { value: HostAddress } | undefined {
  const [host, port] = isReplyArray(reply) ? reply : [];
  return typeof host === "string" ? { value: { host, port: Number(port) } } : undefined;
}

function reasonOf(reply: Reply, name: string): string {
  if (!(reply instanceof CommandError)) return `it knows no group ${name}; check the name in the URL`;
  return UNKNOWN.test(reply.text) ? "it is no Sentinel; name one, or a Redis by redis://" : reply.text;
}

/** The address in a message that tells of a new primary of the group. */
function newPrimary(message: Reply, group: string): HostAddress | undefined {
  if (!(message instanceof Push)) return undefined;
  const [, channel, text] = message.items;
  if (channel !== "+switch-master" || typeof text !== "string") return undefined;
  // The name of the group, the address before, the address now.
  const [name, , , host, port] = text.split(" ");
  return name === group ? { host: host!, port: Number(port) } : undefined;
}
