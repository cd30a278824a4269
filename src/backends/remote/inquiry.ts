/**
 * Asks one of several servers a question, over a connection that is kept. When that is lost, or the server has no answer,
 * the next one is asked; when none of them has one, those who asked get the reason.
 */
import { BACKEND_UNREACHABLE } from "../../core/errors/backend.ts";
import type { Reply } from "../../core/reply.ts";
import { Link } from "./link.ts";
import type { LinkFailure, LinkOwner, LinkWorld } from "./link.ts";
import type { Address, Target } from "./target.ts";

/** A server that does not answer for so long is passed over, in milliseconds: another one may. */
const SILENT_MS_MAX = 1000;

interface Question<T> {
  readonly words: readonly string[];
  readonly protocol: 2 | 3;
  /** What the servers are, for people, such as `the Sentinel`. */
  readonly role: string;
  /** The servers that may be asked. */
  servers(): readonly Address[];
  /** Reads a server's reply, or answers for people why that is no answer. */
  read(reply: Reply, server: Address): { readonly value: T } | string;
  /** Called with each connection, before the question. */
  connected?(link: Link): void;
  /** Called with what a server sends without being asked. */
  heard?(message: Reply): void;
}

/** The value, or why there is none. */
type Answer<T> = { readonly value: T } | LinkFailure;

/** One question to some servers. */
export class Inquiry<T> implements LinkOwner {
  private readonly world: LinkWorld;
  private readonly question: Question<T>;
  private link: Link | undefined;
  private server: Address | undefined;
  /** Which of the servers is asked next. */
  private index = 0;
  private waiting: ((answer: Answer<T>) => void)[] = [];
  /** Servers without an answer during the present search, and the reason of one of them. */
  private failedCount = 0;
  private failure: LinkFailure | undefined;

  /** The target of `world` has the credentials for the servers. */
  constructor(world: LinkWorld, question: Question<T>) {
    const { limits } = world;
    this.world = {
      ...world,
      limits: {
        ...limits,
        backendConnectMsMax: Math.min(limits.backendConnectMsMax, SILENT_MS_MAX),
        backendReplyMsMax: Math.min(limits.backendReplyMsMax, SILENT_MS_MAX),
      },
    };
    this.question = question;
  }

  /** Calls back once. */
  ask(done: (answer: Answer<T>) => void): void {
    this.waiting.push(done);
    if (this.waiting.length === 1) this.send();
  }

  /** The server that was asked last may be wrong: the next question goes to another one. */
  distrust(): void {
    if (this.waiting.length === 0) this.leave();
  }

  /** Passes over a server that does not answer, and connects again when a connection was lost. */
  check(nowMs: number): void {
    if (this.link === undefined && this.waiting.length === 0) this.link = this.open();
    this.link?.check(nowMs);
  }

  close(): void {
    this.waiting = [];
    this.link?.close();
  }

  linkReady(link: Link): void {
    this.question.connected?.(link);
  }

  linkDown(link: Link, failure: LinkFailure): void {
    if (this.link !== link) return;
    this.leave();
    if (this.waiting.length > 0) this.passOver(failure, link);
  }

  linkMessage(_link: Link, message: Reply): void {
    this.question.heard?.(message);
  }

  private send(): void {
    const link = (this.link ??= this.open());
    const server = this.server!;
    const receive = (reply: Reply): void => {
      // Where the connection was lost, linkDown goes on.
      if (this.link !== link || link.isClosed) return;
      if (reply === BACKEND_UNREACHABLE) {
        this.leave();
        return this.passOver({ reason: "no answer", isRefusal: false }, link);
      }
      const read = this.question.read(reply, server);
      if (typeof read === "object") return this.answer(read);
      this.leave();
      this.passOver({ reason: read, isRefusal: true }, link);
    };
    link.send(this.question.words, { receive });
  }

  /** Goes on with the next server, unless each was asked. */
  private passOver({ isRefusal, reason }: LinkFailure, link: Link): void {
    const failure = { isRefusal, reason: `${this.question.role} ${link}: ${reason}` };
    // A server that has answered says more than one that has not.
    if (this.failure?.isRefusal !== true) this.failure = failure;
    this.failedCount++;
    if (this.failedCount < this.question.servers().length) this.send();
    else this.answer(this.failure);
  }

  private answer(answer: Answer<T>): void {
    this.failedCount = 0;
    this.failure = undefined;
    for (const done of this.waiting.splice(0)) done(answer);
  }

  /** Ends the present connection; the next question goes to the next server. */
  private leave(): void {
    const { link } = this;
    this.link = undefined;
    this.index++;
    link?.close();
  }

  private open(): Link {
    const servers = this.question.servers();
    const address = servers[this.index % servers.length]!;
    this.server = address;
    const target: Target = { ...this.world.target, address, database: 0 };
    const { protocol } = this.question;
    return new Link({ ...this.world, target }, { kind: "dedicated", owner: this, database: 0, protocol });
  }
}
