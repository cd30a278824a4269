/**
 * Transactions and watched keys at a backend. Commands are queued here, as the engine does, and go out at EXEC in one piece
 * on a connection of their own, between a MULTI and an EXEC of ours: so none of them runs unless all were received, and
 * nothing of another client comes between. A session that watches keys keeps its connection from WATCH to EXEC.
 */
import { INTERNAL } from "../../core/errors.ts";
import { BACKEND_UNREACHABLE, crossNode } from "../../core/errors/backend.ts";
import * as errors from "../../core/errors/transactions.ts";
import { CommandError, InResp2, isReplyArray, NoReply, NullArray, OK } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import type { CommandEntry } from "../../engine/command-registry.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Session } from "../../engine/session.ts";
import { discard } from "../../engine/transaction.ts";
import type { Admitted } from "../../engine/transaction.ts";
import type { TransactionReplies } from "../backend.ts";
import { Later } from "../later.ts";
import { CommandReply, NO_SINK } from "./command-reply.ts";
import type { ReplyLedger } from "./command-reply.ts";
import type { Link, ReplySink } from "./link.ts";
import type { Place, Topology } from "./topology.ts";

/** What the backend does with commands inside of a transaction. */
interface PartRules {
  /** Whether this server runs the command itself, once the others have run. */
  isLocal(part: Admitted): boolean;
  runLocally(session: Session, part: Admitted): Reply;
  /** A fault of this server, to be logged. */
  fault(error: unknown): void;
  /** The words to send in place of the client's. */
  wordsFor(part: Admitted): readonly string[];
}

/** A connection that a session keeps because it watches keys. */
interface Watching {
  readonly link: Link;
  keyCount: number;
  /** The slots of the keys. */
  readonly slots: Set<number | undefined>;
  /** Whether a slot has left the server of the connection, so that what was watched may have changed. */
  hasMoved: boolean;
}

export class Transactions {
  private readonly engine: Engine;
  private readonly topologyNow: () => Topology;
  private readonly ledger: ReplyLedger;
  private readonly rules: PartRules;
  private readonly watching = new Map<Session, Watching>();

  /** The backend's topology may become another one. */
  constructor(engine: Engine, topologyNow: () => Topology, ledger: ReplyLedger, rules: PartRules) {
    this.engine = engine;
    this.topologyNow = topologyNow;
    this.ledger = ledger;
    this.rules = rules;
  }

  /** WATCH key [key …] */
  watch(session: Session, entry: CommandEntry, words: readonly string[]): Reply | Later<Reply> {
    if (session.transaction !== undefined) return errors.WATCH_INSIDE_MULTI;
    const { watchedKeysMax } = this.engine.limits;
    const keyCount = (this.watching.get(session)?.keyCount ?? 0) + words.length - 1;
    if (keyCount > watchedKeysMax) return errors.tooManyWatchedKeys(watchedKeysMax);
    const topology = this.topologyNow();
    const place = topology.placeOf([{ entry, words }]);
    if (place instanceof CommandError) return place;
    const kept = this.watching.get(session);
    const link = kept?.link ?? topology.acquire(session, place);
    if (link instanceof CommandError) return link;
    if (!topology.isAt(link, place)) {
      if (kept?.slots.has(place.slot) !== true) return crossNode("the keys that a connection watches");
      kept.hasMoved = true;
      return OK;
    }
    const reply = new CommandReply(this.ledger, session.door, entry, words, "exclusive");
    this.watchOver(link, place, session, words, reply);
    const watching = this.watching.get(session);
    if (watching !== undefined) {
      watching.keyCount = keyCount;
      watching.slots.add(place.slot);
    }
    return reply;
  }

  private watchOver(link: Link, place: Place, session: Session, words: readonly string[], reply: ReplySink): void {
    const topology = this.topologyNow();
    const isFirst = !this.watching.has(session);
    const keyCount = words.length - 1;
    if (isFirst) this.watching.set(session, { link, keyCount, slots: new Set([place.slot]), hasMoved: false });
    choose(link, session.databaseNumber);
    const again = (next: Place): void => {
      // A client that has left watches nothing.
      if (this.watching.get(session)?.link !== link) return reply.receive(BACKEND_UNREACHABLE);
      this.watching.delete(session);
      topology.release(link);
      const there = topology.acquire(session, next);
      if (there instanceof CommandError) reply.receive(there);
      else this.watchOver(there, next, session, words, reply);
    };
    const receive = (answer: Reply): void => {
      const isElsewhere = isFirst && answer instanceof CommandError && topology.redirects(place, link, answer, again);
      if (!isElsewhere) reply.receive(answer);
    };
    link.send(words, { receive });
  }

  /** UNWATCH */
  unwatch(session: Session): Reply {
    this.release(session);
    return OK;
  }

  /** EXEC */
  exec(session: Session): Reply | Later<Reply> {
    const { transaction } = session;
    if (transaction === undefined) return errors.EXEC_WITHOUT_MULTI;
    discard(this.engine, session);
    if (transaction.hasFailed) {
      this.release(session);
      return errors.EXEC_ABORT;
    }
    return this.run(session, transaction.commands);
  }

  /**
   * Runs admitted commands at one instant. Answers their replies, a {@link NullArray} when a watched key has changed, or why
   * none of them ran. The session may run nothing else until then.
   */
  run(session: Session, parts: readonly Admitted[]): Reply | Later<Reply> {
    const topology = this.topologyNow();
    const place = topology.placeOf(parts);
    const watched = this.watching.get(session);
    if (watched === undefined) return place instanceof CommandError ? place : this.runAt(place, session, parts);
    this.watching.delete(session);
    const { hasMoved, link, slots } = watched;
    // What was watched may have changed since.
    if (link.isClosed) return NO_TRANSACTION;
    const isTogether = !(place instanceof CommandError) && topology.isAt(link, place);
    if (!isTogether || hasMoved) {
      giveBack(topology, link);
      if (place instanceof CommandError) return place;
      return hasMoved || slots.has(place.slot)
        ? NO_TRANSACTION
        : crossNode("a transaction and the keys that it watches");
    }
    return this.runOver(link, place, session, parts, true);
  }

  private runAt(place: Place, session: Session, parts: readonly Admitted[]): Reply | Later<Reply> {
    const link = this.topologyNow().acquire(session, place);
    return link instanceof CommandError ? link : this.runOver(link, place, session, parts, false);
  }

  private runOver(
    link: Link,
    place: Place,
    session: Session,
    parts: readonly Admitted[],
    isWatching: boolean,
  ): Reply | Later<Reply> {
    const topology = this.topologyNow();
    choose(link, session.databaseNumber);
    const later = new Later<Reply>("exclusive");
    const run = new Run(this.engine, session, parts, this.rules, this.ledger, (reply, refusal) => {
      topology.release(link);
      const again = (next: Place): void => {
        if (isWatching) return later.settle(NO_TRANSACTION);
        const there = this.runAt(next, session, parts);
        if (there instanceof Later) there.whenThere((value) => later.settle(value));
        else later.settle(there);
      };
      const isElsewhere = refusal !== undefined && topology.redirects(place, link, refusal, again);
      if (!isElsewhere) later.settle(reply);
    });
    if (run.sent.length === 0 && !isWatching) {
      topology.release(link);
      return run.replies([]);
    }
    link.sendAll([["MULTI"], ...run.sent, ["EXEC"]], run);
    run.onSelect = (database) => (link.database = database);
    return later;
  }

  /** Gives the connection of a session that watches keys back. */
  release(session: Session): void {
    const watching = this.watching.get(session);
    if (watching === undefined) return;
    this.watching.delete(session);
    giveBack(this.topologyNow(), watching.link);
  }
}

/** Gives a connection back that has watched keys. */
function giveBack(topology: Topology, link: Link): void {
  link.send(["UNWATCH"], { receive: () => topology.release(link) });
}

const NO_TRANSACTION: Reply = new NullArray();

/** Lets the commands that follow on a connection see a database. */
function choose(link: Link, database: number): void {
  if (link.database === database) return;
  link.send(["SELECT", String(database)], NO_SINK);
  link.database = database;
}

/** A transaction under way: takes the replies to MULTI, to each command, and to EXEC. */
class Run implements ReplySink {
  /** The words of the commands that the backend runs. */
  readonly sent: readonly (readonly string[])[];
  /** Told of the database that a SELECT of the transaction has chosen. */
  onSelect: (database: number) => void = () => {};
  private readonly engine: Engine;
  private readonly session: Session;
  private readonly parts: readonly Admitted[];
  private readonly rules: PartRules;
  private readonly ledger: ReplyLedger;
  /** Gets the reply; of a transaction that was not run, also why. */
  private readonly done: (reply: Reply, refusal?: CommandError) => void;
  /** By command: why it may not run any more, where that is so. */
  private readonly revoked: readonly (CommandError | undefined)[];
  private received = 0;
  /** Why the backend did not queue a command. */
  private refusal: CommandError | undefined;
  private refusedAt = 0;

  constructor(
    engine: Engine,
    session: Session,
    parts: readonly Admitted[],
    rules: PartRules,
    ledger: ReplyLedger,
    done: (reply: Reply, refusal?: CommandError) => void,
  ) {
    this.engine = engine;
    this.session = session;
    this.parts = parts;
    this.rules = rules;
    this.ledger = ledger;
    this.done = done;
    this.revoked = parts.map(({ entry, words }) => engine.admission.revoked(session, entry, words));
    this.sent = parts.filter((part, i) => this.isSent(part, i)).map((part) => rules.wordsFor(part));
  }

  private isSent(part: Admitted, index: number): boolean {
    return this.revoked[index] === undefined && !this.rules.isLocal(part);
  }

  receive(reply: Reply): void {
    this.received++;
    const isLast = this.received === this.sent.length + 2;
    if (!isLast) {
      if (reply instanceof CommandError) this.refusal ??= reply;
      if (this.refusal === reply) this.refusedAt = this.received - 2;
      return;
    }
    if (!(reply instanceof CommandError))
      return this.done(isReplyArray(reply) ? this.repliesOrFault(reply) : NO_TRANSACTION);
    this.engine.stats.countError(reply);
    const isAborted = this.refusal !== undefined && reply.text.startsWith("EXECABORT");
    // The last error of a lost connection is the one that matters: it may have run.
    if (!isAborted) return this.done(reply, reply);
    this.done(this.aborted(this.named(this.refusal!, this.refusedAt)), this.refusal);
  }

  /** REST answers what was wrong with the command, a connection what became of its transaction. */
  private aborted(refusal: CommandError): CommandError {
    return this.session.door === "rest" ? refusal : errors.execAborted(refusal);
  }

  /** The error of a command that was not queued, in words that name it. */
  private named(error: CommandError, index: number): CommandError {
    const sent = this.parts.filter((part, i) => this.isSent(part, i));
    const entry = sent[index]?.entry;
    return entry === undefined ? error : this.ledger.reworded(entry, error);
  }

  /** The transaction has run, so a fault of this server must not leave its client without an answer. */
  private repliesOrFault(remote: readonly Reply[]): Reply {
    try {
      return this.replies(remote);
    } catch (error) {
      this.rules.fault(error);
      return INTERNAL;
    }
  }

  /** All replies in order, from those of the backend. What this server does itself it does now. */
  replies(remote: readonly Reply[]): readonly Reply[] {
    const { engine, ledger, parts, revoked, rules, session } = this;
    const { protocol } = session;
    let next = 0;
    engine.journal.beginGroup();
    try {
      const replies = parts.map((part, i): Reply => {
        const refusal = revoked[i];
        if (refusal !== undefined) return refusal;
        if (rules.isLocal(part)) {
          const reply = rules.runLocally(session, part);
          return reply instanceof NoReply ? OK : reply;
        }
        const reply = ledger.enter(part.entry, part.words, remote[next++] ?? null, session.door);
        if (part.entry.command.name === "SELECT" && reply === OK) this.selected(Number(part.words[1]));
        return reply;
      });
      // HELLO may have chosen RESP3: the others keep the form that they were made in.
      return protocol === 2 && session.protocol === 3 ? replies.map((reply) => new InResp2(reply)) : replies;
    } finally {
      engine.journal.endGroup();
    }
  }

  private selected(database: number): void {
    this.session.databaseNumber = database;
    this.onSelect(database);
  }
}

/** A transaction of REST: its replies, or why none of its commands ran. */
export function asTransactionReplies(reply: Reply): TransactionReplies {
  if (reply instanceof CommandError) return reply;
  return isReplyArray(reply) ? reply : errors.EXEC_ABORT;
}
