/**
 * Stands before what runs the commands of a test database: keeps what is sent over the Redis protocol, and lets faults
 * happen to commands. Over HTTP it sees the commands whose request was let through.
 */
import type { Backend, TransactionReplies } from "../backends/backend.ts";
import { Later } from "../backends/later.ts";
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../engine/session.ts";
import type { AddedFault, FaultList } from "./faults.ts";
import type { Latency } from "./latency.ts";
import type { TestRoute } from "./public.ts";
import type { RequestLog } from "./request-log.ts";

interface WatchedBackendOptions {
  readonly inner: Backend;
  readonly engine: Engine;
  readonly log: RequestLog;
  readonly faults: FaultList;
  readonly latency: Latency;
  /** The route of the REST request whose command runs. */
  readonly currentRoute: () => TestRoute;
}

/** The backend of one test database. */
export class WatchedBackend implements Backend {
  readonly isRemote = false;
  private readonly of: WatchedBackendOptions;

  constructor(options: WatchedBackendOptions) {
    this.of = options;
  }

  execute(session: Session, words: readonly string[]): Reply | Later<Reply> {
    const { faults, inner, log } = this.of;
    const isRedis = session.door === "resp";
    if (isRedis) log.addCommand(words, session.user.name);
    if (faults.isEmpty) return inner.execute(session, words);
    if (isRedis) {
      const fault = faults.findAny({ route: "redis", commands: [words] });
      return fault === undefined ? inner.execute(session, words) : this.fail(session, words, fault);
    }
    return this.commandFault(session, words) ?? inner.execute(session, words);
  }

  /** The error of a fault of commands over HTTP. */
  private commandFault({ door }: Session, words: readonly string[]): CommandError | undefined {
    // A stream's command is the name of its route.
    const route = door === "stream" ? (words[0]!.toLowerCase() as TestRoute) : this.of.currentRoute();
    return this.of.faults.find(true, { route, commands: [words] })?.error;
  }

  private fail(session: Session, words: readonly string[], fault: AddedFault): Reply | Later<Reply> {
    const { engine, latency } = this.of;
    const { latencyMs = 0 } = fault.action;
    const entry = engine.registry.find(words);
    const isBlocking = entry !== undefined && !(entry instanceof CommandError) && entry.command.flags.has("blocking");
    // What blocks waits by itself, and its reply comes another way.
    if (latencyMs === 0 || isBlocking) return this.failNow(session, words, fault);
    const later = new Later<Reply>("exclusive");
    latency.wait(
      latencyMs,
      () => {
        const reply = this.failNow(session, words, fault);
        if (!(reply instanceof Later)) later.settle(reply);
      },
      () => session.disconnect?.(),
    );
    return later;
  }

  private failNow(session: Session, words: readonly string[], { action, error }: AddedFault): Reply | Later<Reply> {
    if (action.status !== undefined || action.error !== undefined) return error;
    const reply = action.disconnect === true ? error : this.of.inner.execute(session, words);
    // The reply of a command that has run is lost on the way.
    if (action.disconnect === true || action.truncate === true) session.disconnect?.();
    return reply;
  }

  mayOverlap(session: Session, words: readonly string[]): boolean {
    return this.of.inner.mayOverlap(session, words);
  }

  transaction(
    session: Session,
    commands: readonly (readonly string[])[],
  ): TransactionReplies | Later<TransactionReplies> {
    const { faults, inner } = this.of;
    const fault = faults.isEmpty ? undefined : faults.find(true, { route: "multi-exec", commands });
    return fault?.error ?? inner.transaction(session, commands);
  }

  get problem(): string | undefined {
    return this.of.inner.problem;
  }

  closeSession(session: Session): void {
    this.of.inner.closeSession(session);
  }

  close(): Promise<void> {
    return this.of.inner.close();
  }
}
