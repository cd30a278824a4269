/**
 * MULTI and EXEC: queues a session's commands and runs them as one, unless a key that the session watches has changed.
 * Source: https://redis.io/docs/latest/develop/using-commands/transactions/
 */
import * as transactionErrors from "../core/errors/transactions.ts";
import { CommandError, InResp2, NoReply, NULL_ARRAY, OK, QUEUED } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { runPart } from "./dispatch.ts";
import type { Engine } from "./engine.ts";
import type { CommandEntry } from "./command-registry.ts";
import type { Session } from "./session.ts";
import { heldByWords } from "./sizes.ts";

/** A command that was admitted. */
export interface Admitted {
  readonly entry: CommandEntry;
  readonly words: readonly string[];
  /** The database to select first, for a replayed effect; undefined for the selected one. */
  readonly databaseNumber?: number;
}

/** What a queued command takes beside its words, in bytes: its record, and the list of its words. */
const QUEUED_BYTES = 64;

/** The queue of a session between MULTI and EXEC. */
export class Transaction {
  readonly commands: Admitted[] = [];
  /** What the queue takes in memory, in bytes. */
  heldBytes = 0;
  /** Whether a command was refused, so that EXEC refuses all. */
  hasFailed = false;

  /** Whether any queued command may change data. */
  get writes(): boolean {
    return this.commands.some(({ entry }) => entry.command.isWrite);
  }

  /** Drops the queue; EXEC will run nothing. */
  fail(): void {
    this.hasFailed = true;
    this.commands.length = this.heldBytes = 0;
  }
}

/** Admits all commands, or answers, and counts, the error of the first that is refused. */
export function admitAll(
  engine: Engine,
  session: Session,
  commands: readonly (readonly string[])[],
): readonly Admitted[] | CommandError {
  const admitted: Admitted[] = [];
  for (const words of commands) {
    const entry = engine.admission.admit(session, words);
    if (entry instanceof CommandError) {
      engine.stats.countError(entry);
      return entry;
    }
    admitted.push({ entry, words });
  }
  return admitted;
}

/** Runs or queues an admitted command of a session in a transaction. */
export function proceed(engine: Engine, session: Session, entry: CommandEntry, words: readonly string[]): Reply {
  const transaction = session.transaction!;
  const { inMulti } = entry.command;
  if (inMulti !== "queued" && inMulti !== "refused") return engine.runTimed(session, entry, words);
  if (inMulti === "refused") return refused(engine, session, words, transactionErrors.NOT_IN_MULTI);
  // EXEC will run nothing, so the command is not kept.
  if (transaction.hasFailed || session.watch?.hasChanged === true) return QUEUED;
  const { pipelineCommandsMax, queryBytesMax } = engine.limits;
  transaction.heldBytes += QUEUED_BYTES + heldByWords(words);
  const tooMany = transaction.commands.length >= pipelineCommandsMax;
  if (tooMany) return refused(engine, session, words, transactionErrors.tooLarge("commands", pipelineCommandsMax));
  if (transaction.heldBytes > queryBytesMax) {
    return refused(engine, session, words, transactionErrors.tooLarge("bytes", queryBytesMax));
  }
  transaction.commands.push({ entry, words });
  return QUEUED;
}

/** Answers the error of a refused command, after which the transaction cannot succeed. */
export function refused(engine: Engine, session: Session, words: readonly string[], error: CommandError): CommandError {
  const isExec = session.door !== "rest" && engine.registry.get(words[0]!)?.command.inMulti === "runs";
  const answer = isExec ? transactionErrors.execAborted(error) : error;
  engine.stats.countError(answer);
  if (isExec) discard(engine, session);
  else if (session.door !== "rest") session.transaction?.fail();
  return answer;
}

/** Ends a session's transaction and its watches. */
export function discard(engine: Engine, session: Session): void {
  session.transaction = undefined;
  unwatch(engine, session);
}

/** Ends all watches of a session. */
export function unwatch(engine: Engine, session: Session): void {
  if (session.watch === undefined) return;
  engine.watches.remove(session.watch);
  session.watch = undefined;
}

/** EXEC: an array of replies, or why nothing ran. */
export function execute(engine: Engine, session: Session): Reply {
  const { transaction } = session;
  if (transaction === undefined) throw transactionErrors.EXEC_WITHOUT_MULTI;
  const changed = hasChanged(session);
  discard(engine, session);
  if (transaction.hasFailed) throw transactionErrors.EXEC_ABORT;
  return changed ? NULL_ARRAY : runAll(engine, session, transaction.commands);
}

/** Whether a watched key has changed. Expired ones are removed here, which is a change. */
function hasChanged({ watch }: Session): boolean {
  for (const { keyspace, key } of watch?.keys ?? []) keyspace.deadline(key);
  return watch?.hasChanged === true;
}

/** Commands that run between two looks at the clock. */
const TIMED_BATCH = 16;

/** Whether no command has an effect, so that stopping between two of them leaves nothing half done. */
function onlyReads(commands: readonly Admitted[]): boolean {
  return commands.every(
    ({ entry: { command } }) => !command.isWrite && !command.mayReplicate && !command.flags.has("admin"),
  );
}

/** Runs admitted commands in order. Their effects are journalled as one group. */
export function runAll(engine: Engine, session: Session, commands: readonly Admitted[]): readonly Reply[] {
  const { environment, limits } = engine;
  const endUs = onlyReads(commands) ? environment.elapsedUs() + limits.readTransactionMsMax * 1000 : Infinity;
  engine.journal.beginGroup();
  try {
    const replies: Reply[] = [];
    /** Where HELLO has chosen another protocol than before. */
    const switches: number[] = [];
    for (const [i, { entry, words, databaseNumber }] of commands.entries()) {
      if (i % TIMED_BATCH === 0 && environment.elapsedUs() > endUs) {
        throw transactionErrors.stopped(limits.readTransactionMsMax);
      }
      if (databaseNumber !== undefined) session.databaseNumber = databaseNumber;
      const revoked = engine.admission.revoked(session, entry, words);
      const { protocol } = session;
      const reply = revoked ?? runPart(engine, session, entry, words);
      if (session.protocol !== protocol) switches.push(i);
      // Each command has a reply.
      replies.push(reply instanceof NoReply ? OK : reply);
    }
    return switches.length > 0 && session.protocol === 3 ? keepingResp2(replies, switches) : replies;
  } finally {
    engine.journal.endGroup();
  }
}

/** Marks the replies that were made while the session spoke RESP2. In the end it speaks RESP3. */
function keepingResp2(replies: readonly Reply[], switches: readonly number[]): readonly Reply[] {
  let left = switches.length;
  let at = 0;
  return replies.map((reply, i) => {
    if (i === switches[at]) {
      at++;
      left--;
    }
    // An odd number of switches lies ahead of what was made under the other protocol.
    return left % 2 === 1 ? new InResp2(reply) : reply;
  });
}
