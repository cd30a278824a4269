/**
 * Asks Sentinels where the primary of their group is. One connection to one of them is kept, which also hears that another
 * server has become the primary. When it is lost, or that Sentinel does not know, the next one is asked; when none of them
 * knows, whoever asked gets the reason.
 */
import { CommandError, isReplyArray, Push } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import { Link } from "./link.ts";
import type { LinkFailure, LinkOwner, LinkWorld, PrimaryFinder } from "./link.ts";
import type { HostAddress, SentinelGroup } from "./target.ts";

/** A Sentinel that does not answer for so long is passed over, in milliseconds: another one may know. */
const SENTINEL_MS_MAX = 1000;

type Done = (found: HostAddress | LinkFailure) => void;

/** What a server that is no Sentinel answers. */
const UNKNOWN = /^ERR unknown command/;

/** The Sentinels of one group. */
export class Sentinels implements PrimaryFinder, LinkOwner {
  private readonly world: LinkWorld;
  private readonly group: SentinelGroup;
  /** Called with the address of a new primary. */
  private readonly moved: (address: HostAddress) => void;
  private link: Link | undefined;
  /** Which of the Sentinels is asked. */
  private index = 0;
  /** Those who wait for the address. */
  private waiting: Done[] = [];
  /** Sentinels that did not know during the present search, and why the last of them did not. */
  private failed = 0;
  private failure: LinkFailure | undefined;

  constructor(world: LinkWorld, group: SentinelGroup, moved: (address: HostAddress) => void) {
    this.world = world;
    this.group = group;
    this.moved = moved;
  }

  find(done: Done): void {
    this.waiting.push(done);
    if (this.waiting.length === 1) this.ask();
  }

  /** The server that was found last is no primary: another Sentinel may know better. */
  distrust(): void {
    if (this.waiting.length === 0) this.leave();
  }

  /** Passes over a Sentinel that does not answer, and listens to another one when a connection was lost. */
  check(nowMs: number): void {
    if (this.link === undefined && this.waiting.length === 0) this.link = this.open();
    this.link?.check(nowMs);
  }

  close(): void {
    this.waiting = [];
    this.link?.close();
  }

  linkReady(link: Link): void {
    // In RESP3 the confirmation is a message too.
    link.say(["SUBSCRIBE", "+switch-master"]);
  }

  linkDown(link: Link, failure: LinkFailure): void {
    if (this.link !== link) return;
    this.leave();
    if (this.waiting.length > 0) this.passOver({ ...failure, reason: `the Sentinel ${link}: ${failure.reason}` });
  }

  linkMessage(_link: Link, message: Reply): void {
    if (!(message instanceof Push)) return;
    const [, channel, text] = message.items;
    if (channel !== "+switch-master" || typeof text !== "string") return;
    // The name of the group, the address before, the address now.
    const [name, , , host, port] = text.split(" ");
    if (name === this.group.name) this.moved({ host: host!, port: Number(port) });
  }

  private ask(): void {
    const link = (this.link ??= this.open());
    const receive = (reply: Reply): void => {
      // Where the connection was lost, linkDown goes on.
      if (this.link !== link || link.isClosed) return;
      const [host, port] = isReplyArray(reply) ? reply : [];
      if (typeof host === "string") return this.answer({ host, port: Number(port) });
      this.leave();
      this.passOver({ reason: `the Sentinel ${link}: ${this.reasonOf(reply)}`, isRefusal: true });
    };
    link.send(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", this.group.name], { receive });
  }

  private reasonOf(reply: Reply): string {
    if (!(reply instanceof CommandError)) return `it knows no group ${this.group.name}; check the name in the URL`;
    return UNKNOWN.test(reply.text) ? "it is no Sentinel; name one, or a Redis by redis://" : reply.text;
  }

  /** Goes on with the next Sentinel, unless each was asked. */
  private passOver(failure: LinkFailure): void {
    // A Sentinel that has answered says more than one that has not.
    if (this.failure?.isRefusal !== true) this.failure = failure;
    this.failed++;
    if (this.failed < this.group.sentinels.length) return this.ask();
    const { isRefusal, reason } = this.failure;
    this.answer({ isRefusal, reason: isRefusal ? reason : `no Sentinel can be reached: ${reason}` });
  }

  private answer(found: HostAddress | LinkFailure): void {
    this.failed = 0;
    this.failure = undefined;
    for (const done of this.waiting.splice(0)) done(found);
  }

  /** Ends the connection to the present Sentinel; the next search begins with the one after it. */
  private leave(): void {
    const { link } = this;
    this.link = undefined;
    this.index = (this.index + 1) % this.group.sentinels.length;
    link?.close();
  }

  private open(): Link {
    const { limits, target } = this.world;
    const { password, sentinels, username } = this.group;
    const address = sentinels[this.index]!;
    const ofSentinels = {
      ...this.world,
      target: { ...target, address, username, password, database: 0 },
      limits: {
        ...limits,
        backendConnectMsMax: Math.min(limits.backendConnectMsMax, SENTINEL_MS_MAX),
        backendReplyMsMax: Math.min(limits.backendReplyMsMax, SENTINEL_MS_MAX),
      },
    };
    return new Link(ofSentinels, { kind: "dedicated", owner: this, database: 0, protocol: 3 });
  }
}
