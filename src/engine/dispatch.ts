/**
 * Runs a command that {@link Admission} has admitted: its handler, then its effects. A CommandError becomes a reply;
 * any other exception is a fault of the server and passes on to the door.
 */
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "./command.ts";
import type { Context } from "./context.ts";
import type { Engine } from "./engine.ts";
import type { CommandEntry } from "./command-registry.ts";
import type { Session } from "./session.ts";

/**
 * Runs an admitted command and journals its effects. Commands of a script have their own context beside the script's.
 */
export function run(
  engine: Engine,
  session: Session,
  entry: CommandEntry,
  words: readonly string[],
  context: Context = engine.contextFor(session),
): Reply {
  context.command = entry.command;
  context.words = words;
  let reply: Reply;
  try {
    reply = entry.command.run!(context, words as Words);
  } catch (error) {
    if (!(error instanceof CommandError)) {
      ran(engine, session, entry, words, context);
      throw error;
    }
    reply = error;
  }
  ran(engine, session, entry, words, context);
  if (engine.journal.isOn) reply = engine.journal.takeFailure() ?? reply;
  return reply instanceof CommandError ? fail(engine, session, entry, reply) : reply;
}

/**
 * Completes a command, whether its handler returned or threw: a change made before an error stays, and is journalled.
 */
function ran(engine: Engine, session: Session, entry: CommandEntry, words: readonly string[], context: Context): void {
  // A blocking command is counted when it is served.
  if (session.wait === undefined) entry.calls++;
  engine.stats.commandsProcessed++;
  if (context.changes > 0) commit(engine, context, words);
  if (!engine.monitors.isEmpty) engine.monitors.tell(session, entry.command, words, engine.dataset.instant.nowMs);
  if (engine.tracking.isOn) engine.tracking.remember(engine.turn.caller!, entry.command, words);
}

/** Runs a blocking command that is being served. It was counted when it began. Undefined when it waits on. */
export function runLater(
  engine: Engine,
  session: Session,
  entry: CommandEntry,
  words: readonly string[],
  body: (context: Context) => Reply | undefined,
): Reply | undefined {
  const context = engine.contextFor(session);
  engine.turn.caller = session;
  context.command = entry.command;
  context.words = words;
  let reply: Reply | undefined;
  try {
    reply = body(context);
  } catch (error) {
    if (!(error instanceof CommandError)) {
      if (context.changes > 0) commit(engine, context, words);
      throw error;
    }
    reply = error;
  }
  if (context.changes > 0) commit(engine, context, words);
  if (engine.journal.isOn) reply = engine.journal.takeFailure() ?? reply;
  return reply instanceof CommandError ? fail(engine, session, entry, reply) : reply;
}

/** Times and runs a command of a transaction or script. */
export function runPart(
  engine: Engine,
  session: Session,
  entry: CommandEntry,
  words: readonly string[],
  context?: Context,
): Reply {
  const { environment, timer } = engine;
  const startUs = environment.nowUs();
  const reply = run(engine, session, entry, words, context);
  const nowUs = environment.nowUs();
  timer.record(entry, session, words, nowUs - startUs, nowUs);
  return reply;
}

/** Counts a command that answers an error. The errors of a script's commands are counted by its `ScriptCaller`. */
function fail(engine: Engine, session: Session, entry: CommandEntry, error: CommandError): CommandError {
  entry.failed++;
  if (session.id !== 0) engine.stats.countError(error);
  return error;
}

/** Journals the changes of a command. */
function commit(engine: Engine, context: Context, words: readonly string[]): void {
  const { journal } = engine;
  journal.writes++;
  if (!journal.isOn) return;
  if (context.effects === undefined) journal.appendOne(context.startedOn.number, words, context.session.sent);
  else journal.append(context.startedOn.number, context.effects);
}
