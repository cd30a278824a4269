/**
 * A Redis or Valkey elsewhere as a backend. What concerns clients, users and messages of this server runs here, on an engine
 * without data; every other command is passed on, with the client's own words.
 *
 * Commands of all sessions share one connection for each database and protocol, in the protocol of the client, so that every
 * reply has the form that the backend itself gives it. What makes a connection different has one of its own; see {@link
 * Connections}. The order of a session's commands is kept by the door, which lets only commands of the shared connection
 * overlap; see {@link RemoteBackend.mayOverlap}.
 */
import { databaseNumber } from "../../commands/args.ts";
import { blockingMs, timeoutIndex } from "../../core/command-spec.ts";
import { INTERNAL } from "../../core/errors.ts";
import { notBehindGateway } from "../../core/errors/backend.ts";
import { needsConnection } from "../../core/errors/connection.ts";
import { logEvent } from "../../core/log-events.ts";
import type { Log } from "../../core/log.ts";
import { CommandError, NO_REPLY, OK, Verbatim } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import type { CommandEntry } from "../../engine/command-registry.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Topic } from "../../engine/pub-sub.ts";
import type { Session } from "../../engine/session.ts";
import { admitAll, proceed, refused } from "../../engine/transaction.ts";
import type { Admitted } from "../../engine/transaction.ts";
import type { Backend, TransactionReplies } from "../backend.ts";
import { Later } from "../later.ts";
import { CommandReply, ReplyLedger } from "./command-reply.ts";
import { Cluster } from "./cluster/cluster.ts";
import type { ClusterOwner } from "./cluster/cluster.ts";
import type { Link, LinkFailure, LinkWorld, ReplySink } from "./link.ts";
import { listenerCounts } from "./listener-counts.ts";
import { scanWithTypes, withoutTypes } from "./scan-types.ts";
import type { Send } from "./scan-types.ts";
import { ScriptWords } from "./script-words.ts";
import { Standalone } from "./standalone.ts";
import { describeTarget } from "./target.ts";
import type { Topology } from "./topology.ts";
import { asTransactionReplies, Transactions } from "./transactions.ts";
import { Waits } from "./waits.ts";

/** Runs a command in a way of its own. */
type Special = (session: Session, entry: CommandEntry, words: readonly string[]) => Reply | Later<Reply>;

/** Interval of the checks for connections that do not answer, in milliseconds. */
const CHECK_MS = 250;

const TOPICS: Readonly<Record<string, Topic>> = {
  SUBSCRIBE: "channels",
  PSUBSCRIBE: "patterns",
  SSUBSCRIBE: "shardChannels",
};

/** Commands of this server that need the data in this process: only there is it known that a key has changed, or was used. */
const NOT_HERE: ReadonlySet<string> = new Set(["CLIENT CACHING", "CLIENT NO-TOUCH", "CLIENT TRACKING"]);

/** One Redis or Valkey as a backend. */
export class RemoteBackend implements Backend, ClusterOwner {
  readonly isRemote = true;
  private readonly engine: Engine;
  private readonly world: LinkWorld;
  private readonly log: Log;
  private readonly ledger: ReplyLedger;
  private readonly scripts: ScriptWords;
  private topology: Topology;
  private readonly transactions: Transactions;
  private readonly waits: Waits;
  /** Commands that are not simply passed on, by name. */
  private readonly specials: ReadonlyMap<string, Special>;
  private readonly ticker: NodeJS.Timeout;
  /** The servers that were reached since the last time that they were not. */
  private readonly reached = new Set<string>();
  /** Called once with the first connection, or with why there is none. */
  private first: ((failure: LinkFailure | undefined) => void) | undefined;

  constructor(engine: Engine, world: LinkWorld, log: Log) {
    this.engine = engine;
    this.world = world;
    this.log = log;
    engine.admission.runsElsewhere = true;
    this.scripts = new ScriptWords(world.limits.cachedScriptsMax);
    const adjustments = new Map([...listenerCounts(engine.pubSub), ["SCRIPT LOAD", this.scripts.adjustment]]);
    this.ledger = new ReplyLedger(engine, adjustments);
    const { address } = world.target;
    this.topology =
      "nodes" in address
        ? new Cluster(engine, world, address.nodes, this)
        : new Standalone(engine, { ...world, asksForCluster: !("sentinels" in address) }, this);
    engine.pubSub.whenUnheard = (topic, name) => this.topology.forgetUnheard(topic, [name]);
    this.transactions = new Transactions(engine, () => this.topology, this.ledger, {
      isLocal: (part) => part.entry.command.flags.has("local") && part.entry.command.name !== "SELECT",
      runLocally: (session, part) => this.runInTransaction(session, part),
      fault: world.fault,
      wordsFor: ({ entry, words }) => this.scripts.outgoing(entry.command, words),
    });
    this.waits = new Waits(engine, world, () => this.topology, this.ledger);
    this.specials = this.specialCommands();
    this.ticker = setInterval(() => this.topology.check(), CHECK_MS).unref();
  }

  /**
   * Connects. Resolves with undefined on success, or with the failure; then it keeps trying. Sessions can be served in
   * either case.
   */
  start(): Promise<LinkFailure | undefined> {
    return new Promise((resolve) => {
      this.first = resolve;
      this.topology.start();
    });
  }

  execute(session: Session, words: readonly string[]): Reply | Later<Reply> {
    const { engine } = this;
    engine.turn.enter(session);
    try {
      session.lastActiveMs = engine.dataset.instant.nowMs;
      const entry = engine.admission.admit(session, words);
      if (entry instanceof CommandError) return this.refuse(session, words, entry);
      const { inMulti } = entry.command;
      if (session.transaction !== undefined && (inMulti === "queued" || inMulti === "refused")) {
        return proceed(engine, session, entry, words);
      }
      return this.run(session, entry, words);
    } finally {
      engine.turn.leave();
    }
  }

  mayOverlap(session: Session, words: readonly string[]): boolean {
    const entry = this.engine.registry.find(words);
    // A refusal is answered at once, beside any command under way.
    if (entry === undefined || entry instanceof CommandError) return true;
    const { command } = entry;
    return (
      session.transaction === undefined &&
      !this.isApart(command.name, entry) &&
      timeoutIndex(command, words) === undefined
    );
  }

  transaction(
    session: Session,
    commands: readonly (readonly string[])[],
  ): TransactionReplies | Later<TransactionReplies> {
    const { engine } = this;
    engine.turn.enter(session);
    try {
      const parts = admitAll(engine, session, commands);
      if (parts instanceof CommandError) return parts;
      const reply = this.transactions.run(session, parts);
      if (!(reply instanceof Later)) return asTransactionReplies(reply);
      const later = new Later<TransactionReplies>();
      reply.whenThere((there) => later.settle(asTransactionReplies(there)));
      return later;
    } finally {
      engine.turn.leave();
    }
  }

  /** Users have changed: a command that blocks and that its user may not run any more must not be served. */
  rightsChanged(): void {
    this.waits.rightsChanged();
  }

  closeSession(session: Session): void {
    this.engine.closeSession(session);
    this.transactions.release(session);
    this.waits.end(session);
    this.topology.endUnheardMonitor();
  }

  get problem(): string | undefined {
    return this.reached.size > 0 ? undefined : "the Redis behind this server cannot be reached";
  }

  async close(): Promise<void> {
    clearInterval(this.ticker);
    this.topology.close();
  }

  linkReady(link: Link): void {
    const { topology } = this;
    if (link.isOfCluster && topology instanceof Standalone) return this.becomeCluster(topology, link);
    this.scripts.connected();
    this.askVersion(link);
    if (topology instanceof Standalone) this.answerFirst(undefined);
    const backend = String(link);
    if (this.reached.has(backend)) return;
    this.reached.add(backend);
    logEvent(this.log, "backend-reached", { backend });
  }

  linkDown(link: Link, failure: LinkFailure): void {
    const backend = String(link);
    const isNews = this.first !== undefined;
    if (this.topology instanceof Standalone) this.answerFirst(failure);
    // A refusal at the start is reported by the caller of it.
    if (this.reached.delete(backend) || (isNews && !failure.isRefusal)) this.warn(backend, failure);
  }

  clusterKnown(failure: LinkFailure | undefined): void {
    const isNews = this.first !== undefined;
    this.answerFirst(failure);
    if (failure?.isRefusal === false && isNews) this.warn(describeTarget(this.world.target), failure);
  }

  private answerFirst(failure: LinkFailure | undefined): void {
    this.first?.(failure);
    this.first = undefined;
  }

  private warn(backend: string, { reason }: LinkFailure): void {
    logEvent(this.log, "backend-lost", { backend, reason });
  }

  /** The server is a node of a Cluster, as it has said. What waits for it is answered with an error. */
  private becomeCluster(before: Standalone, { address }: Link): void {
    if ("sentinels" in address || "nodes" in address) return;
    this.topology = new Cluster(this.engine, this.world, [address], this);
    this.topology.start();
    before.close();
  }

  /** Asks the backend for its version. A backend that refuses to tell is used too. */
  private askVersion(link: Link): void {
    const ask = (section: string, take: (text: string) => void): void => {
      const receive = (reply: Reply): void => {
        if (typeof reply === "string") take(reply);
        else if (reply instanceof Verbatim) take(reply.text);
      };
      link.send(["INFO", section], { receive });
    };
    ask("server", (text) => {
      const [, valkey] = /^valkey_version:(\S+)/m.exec(text) ?? [];
      const [, redis] = /^redis_version:(\S+)/m.exec(text) ?? [];
      // Clients take from it which commands there are.
      if (redis !== undefined) this.engine.redisVersion = redis;
      if (valkey !== undefined) this.ledger.product = `Valkey ${valkey}`;
      else if (redis !== undefined) this.ledger.product = `Redis ${redis}`;
      if (/^redis_mode:sentinel/m.test(text)) logEvent(this.log, "backend-is-sentinel", { backend: String(link) });
    });
    // A node of a Cluster that becomes a replica names the primary in its replies.
    if (this.topology instanceof Cluster) return;
    ask("replication", (text) => {
      if (/^role:slave/m.test(text)) logEvent(this.log, "backend-is-replica", { backend: String(link) });
    });
  }

  private refuse(session: Session, words: readonly string[], error: CommandError): CommandError {
    const answer = refused(this.engine, session, words, error);
    // An EXEC that is refused ends the transaction.
    if (session.transaction === undefined && session.door === "resp" && /^exec$/i.test(words[0]!)) {
      this.transactions.release(session);
    }
    return answer;
  }

  private run(session: Session, entry: CommandEntry, words: readonly string[]): Reply | Later<Reply> {
    const { command } = entry;
    const special = this.specials.get(command.name);
    if (special !== undefined) return special(session, entry, words);
    if (NOT_HERE.has(command.name)) return notBehindGateway(command.name);
    if (command.flags.has("local")) return this.waits.afterUnblocking(this.engine.runTimed(session, entry, words));
    const ms = blockingMs(command, words);
    return ms === undefined ? this.pass(session, entry, words) : this.wait(session, entry, words, ms);
  }

  /** Whether a command does not go over the shared connection. */
  private isApart(name: string, { command }: CommandEntry): boolean {
    return command.flags.has("local") || this.specials.has(name);
  }

  /** Passes a command on. */
  private pass(session: Session, entry: CommandEntry, words: readonly string[]): Later<Reply> {
    const reply = new CommandReply(this.ledger, session.door, entry, words);
    const sent = this.scripts.outgoing(entry.command, words);
    const sink = sent === words ? reply : this.orWithText(session, entry, words, reply);
    this.topology.send(session, entry.command, sent, sink);
    return reply;
  }

  /** Takes the reply to a script that is known here: one that the backend does not know goes there once more, with its text. */
  private orWithText(
    { databaseNumber, protocol }: Session,
    { command }: CommandEntry,
    words: readonly string[],
    reply: CommandReply,
  ): ReplySink {
    return {
      receive: (there) => {
        const isUnknown = there instanceof CommandError && there.text.startsWith("NOSCRIPT");
        const again = isUnknown ? this.scripts.afterNoScript(words) : undefined;
        if (again === undefined) reply.receive(there);
        else this.topology.send({ databaseNumber, protocol }, command, again, reply);
      },
    };
  }

  /** Passes a command on that may block, on a connection of its own. */
  private wait(session: Session, entry: CommandEntry, words: readonly string[], ms: number): Reply | Later<Reply> {
    const { backendReplyMsMax } = this.world.limits;
    const isConnection = session.door === "resp";
    // Nothing tells that a client of REST has left. What it may run here (WAIT) answers after a shorter time as well.
    if (!isConnection && ms > backendReplyMsMax) {
      const shorter = words.with(timeoutIndex(entry.command, words)!, String(backendReplyMsMax));
      return this.wait(session, entry, shorter, backendReplyMsMax);
    }
    return this.waits.begin(session, entry, words, ms);
  }

  /** Runs a command here once something else has succeeded; answers why it has not otherwise. */
  private afterwards(
    done: Later<CommandError | undefined> | undefined,
    session: Session,
    entry: CommandEntry,
    words: readonly string[],
  ): Reply | Later<Reply> {
    if (done === undefined) return this.engine.runTimed(session, entry, words);
    const later = new Later<Reply>("exclusive");
    done.whenThere((error) => later.settle(error ?? this.runLate(session, entry, words)));
    return later;
  }

  private runLate(session: Session, entry: CommandEntry, words: readonly string[]): Reply {
    const { sessions, turn } = this.engine;
    if (!sessions.has(session.id)) return NO_REPLY;
    turn.enter(session);
    try {
      return this.engine.runTimed(session, entry, words);
    } catch (error) {
      this.world.fault(error);
      return INTERNAL;
    } finally {
      turn.leave();
    }
  }

  /** Runs a queued command that concerns this server. */
  private runInTransaction(session: Session, { entry, words }: Admitted): Reply {
    const { name } = entry.command;
    if (NOT_HERE.has(name)) return notBehindGateway(name);
    const topic = TOPICS[name];
    // The array of replies cannot wait for the backend's confirmation.
    if (topic !== undefined) this.topology.listen(topic, words.slice(1));
    return this.runLate(session, entry, words);
  }

  private specialCommands(): ReadonlyMap<string, Special> {
    const { engine, transactions } = this;
    const listen: Special = (session, entry, words) => this.listen(session, entry, words);
    const ending: Special = (session, entry, words) => {
      const reply = engine.runTimed(session, entry, words);
      // A DISCARD without MULTI ends no watch.
      if (!(reply instanceof CommandError)) transactions.release(session);
      return reply;
    };
    const first = this.world.target.database;
    return new Map<string, Special>([
      ["CLIENT UNBLOCK", (session, entry, words) => this.unblock(session, entry, words)],
      ["DISCARD", ending],
      ["EXEC", (session) => transactions.exec(session)],
      ["MONITOR", (session, entry, words) => this.afterwards(this.topology.monitor(), session, entry, words)],
      ["PSUBSCRIBE", listen],
      [
        "RESET",
        (session, entry, words) => {
          const reply = ending(session, entry, words);
          session.databaseNumber = first;
          this.topology.endUnheardMonitor();
          return reply;
        },
      ],
      ["SCAN", (session, entry, words) => this.scan(session, entry, words)],
      ["SELECT", (session, entry, words) => this.select(session, entry, words)],
      ["SSUBSCRIBE", listen],
      ["SUBSCRIBE", listen],
      ["UNWATCH", (session) => transactions.unwatch(session)],
      ["WATCH", (session, entry, words) => transactions.watch(session, entry, words)],
    ]);
  }

  /** SUBSCRIBE and the like: the session listens once this server does. */
  private listen(session: Session, entry: CommandEntry, words: readonly string[]): Reply | Later<Reply> {
    if (session.deliver === undefined) return needsConnection(words[0]!);
    const topic = TOPICS[entry.command.name]!;
    const names = words.slice(1);
    const reply = this.afterwards(this.topology.listen(topic, names), session, entry, words);
    if (!(reply instanceof Later)) return reply;
    const later = new Later<Reply>("exclusive");
    reply.whenThere((there) => {
      this.topology.forgetUnheard(topic, names);
      later.settle(there);
    });
    return later;
  }

  /** SCAN … WITHTYPE is a SCAN and a TYPE for each key. Others are passed on. */
  private scan(session: Session, entry: CommandEntry, words: readonly string[]): Later<Reply> {
    const plain = withoutTypes(words);
    if (plain === undefined) return this.pass(session, entry, words);
    const reply = new CommandReply(this.ledger, session.door, entry, words, "exclusive");
    const send: Send = (sent, sink) => {
      const { command } = this.engine.registry.find(sent) as CommandEntry;
      this.topology.send(session, command, sent, sink);
    };
    scanWithTypes(send, plain, (there) => reply.receive(there));
    return reply;
  }

  /** SELECT index. The backend says whether there is such a database. */
  private select(session: Session, entry: CommandEntry, words: readonly string[]): Reply | Later<Reply> {
    let database: number;
    try {
      database = databaseNumber(words[1]!, this.engine.dataset.databases.length);
    } catch (error) {
      if (error instanceof CommandError) return error;
      throw error;
    }
    if (database === session.databaseNumber) return OK;
    const { topology } = this;
    const link = topology.acquire(session, { slot: undefined });
    if (link instanceof CommandError) return link;
    const reply = new CommandReply(this.ledger, session.door, entry, words, "exclusive");
    link.send(words, {
      receive: (there) => {
        if (there === OK) session.databaseNumber = link.database = database;
        topology.release(link);
        reply.receive(there);
      },
    });
    return reply;
  }

  /** CLIENT UNBLOCK id [TIMEOUT | ERROR], for a client of ours that waits at the backend. */
  private unblock(session: Session, entry: CommandEntry, words: readonly string[]): Reply | Later<Reply> {
    const local = this.engine.runTimed(session, entry, words);
    // The words are good, and no session waits in this process.
    if (local !== 0) return local;
    return this.waits.unblock(session, entry, words) ?? local;
  }
}
