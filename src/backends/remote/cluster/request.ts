/** A command on its way to the node that has its slot. */
import { CommandError } from "../../../core/reply.ts";
import type { Reply } from "../../../core/reply.ts";
import type { Link, ReplySink } from "../link.ts";
import type { ClusterNode } from "./nodes.ts";

/** Sends a command again that has not run, or will; answers what to pass on otherwise. */
type TakeBack = (request: Request, error: CommandError) => Reply | undefined;

export class Request implements ReplySink {
  /** Undefined for a command without keys. */
  readonly slot: number | undefined;
  readonly protocol: 2 | 3;
  readonly words: readonly string[];
  /** The only node that it may go to, where that is not the one of its slot. */
  readonly node: ClusterNode | undefined;
  /** The connection that it was last sent over. */
  link: Link | undefined;
  /** Whether a script or function answers, which can answer any error. */
  isScript = false;
  /** How often it was sent elsewhere. */
  redirectCount = 0;
  /** When that was first, by the monotonic clock, in milliseconds. */
  redirectedSinceMs: number | undefined;
  /** When it was first to wait, by the monotonic clock, in milliseconds. */
  heldSinceMs: number | undefined;
  /** Called when the reply is there, before it is passed on. */
  whenDone: (() => void) | undefined;
  private readonly sink: ReplySink;
  private readonly takeBack: TakeBack;

  constructor(
    slot: number | undefined,
    protocol: 2 | 3,
    words: readonly string[],
    sink: ReplySink,
    takeBack: TakeBack,
    node?: ClusterNode,
  ) {
    this.slot = slot;
    this.node = node;
    this.protocol = protocol;
    this.words = words;
    this.sink = sink;
    this.takeBack = takeBack;
  }

  receive(reply: Reply): void {
    const passed = reply instanceof CommandError ? this.takeBack(this, reply) : reply;
    if (passed !== undefined) this.finish(passed);
  }

  /** Passes the reply on. */
  finish(reply: Reply): void {
    const { whenDone } = this;
    this.whenDone = undefined;
    this.sink.receive(reply);
    whenDone?.();
  }
}

/** Takes the replies to ASKING and to the command after it. */
export class Asked implements ReplySink {
  readonly request: Request;
  private hasAsked = false;

  constructor(request: Request) {
    this.request = request;
  }

  receive(reply: Reply): void {
    if (this.hasAsked) this.request.receive(reply);
    this.hasAsked = true;
  }
}
