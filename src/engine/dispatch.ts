/**
 * The life of one command: a flat list of guards, then the handler, then its effects. Errors the client is meant to see
 * come back as replies; anything else that is thrown is our own fault and goes up to the edge.
 */
import type { Refusal } from "../core/authority.ts";
import { owned } from "../core/bytes.ts";
import { arityFits } from "../core/command-spec.ts";
import type { CommandSpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "./command.ts";
import type { Context } from "./context.ts";
import type { Engine } from "./engine.ts";
import type { CommandEntry } from "./registry.ts";
import type { Session } from "./session.ts";

/** The guards, in Redis's order. Answers the entry to run, or why not. */
export function admit(engine: Engine, session: Session, words: readonly string[]): CommandEntry | CommandError {
  const entry = engine.registry.find(words);
  if (entry === undefined) return unknown(session, words);
  if (entry instanceof CommandError) return entry;
  const { command } = entry;
  // A door that does not serve a command says so, whatever the command's arguments.
  if (session.door === "rest" && command.rest !== "yes") return reject(entry, errors.notOverRest(command.name));
  if (!arityFits(command, words)) return reject(entry, errors.wrongArity(command.name));
  if (command.run === undefined) return reject(entry, unknown(session, words));
  if (!session.user.isUnrestricted) {
    const refusal = session.user.refusal(command, words);
    if (refusal !== undefined) return reject(entry, whyNot(engine, session, command, words, refusal));
  }
  if (session.subscriptions !== undefined && session.protocol === 2 && !WHILE_SUBSCRIBED.has(command.name)) {
    return reject(entry, errors.whileSubscribed(command.name));
  }
  return engine.bounds.isActive ? bounded(engine, session, entry, words) : entry;
}

function bounded(
  engine: Engine,
  session: Session,
  entry: CommandEntry,
  words: readonly string[],
): CommandEntry | CommandError {
  const refusal = engine.bounds.refusal(session, entry.command, words);
  return refusal === undefined ? entry : reject(entry, refusal);
}

/** What a connection may send while it listens. In RESP2 it could not tell another command's reply from a message. */
const WHILE_SUBSCRIBED = new Set([
  "PING",
  "PSUBSCRIBE",
  "PUNSUBSCRIBE",
  "QUIT",
  "RESET",
  "SSUBSCRIBE",
  "SUBSCRIBE",
  "SUNSUBSCRIBE",
  "UNSUBSCRIBE",
]);

/** The error for a command that a user may not run; ACL LOG keeps it. */
export function whyNot(
  engine: Engine,
  session: Session,
  command: CommandSpec,
  words: readonly string[],
  refusal: Refusal,
): CommandError {
  if (!session.isAuthenticated) return errors.NO_AUTH;
  const context = session.transaction === undefined ? "toplevel" : "multi";
  engine.logRefusal(session, refusal.reason, context, refusedObject(command, words, refusal));
  if (refusal.reason === "key") return errors.NO_KEY_PERMISSION;
  if (refusal.reason === "channel") return errors.NO_CHANNEL_PERMISSION;
  const isRest = session.door === "rest" || session.door === "stream";
  return isRest ? errors.noPermissionOverRest(command.name) : errors.noPermission(command.name);
}

/** What ACL LOG says was refused: the command, the key or the channel. */
export function refusedObject(command: CommandSpec, words: readonly string[], { index }: Refusal): string {
  return index === 0 ? command.name.toLowerCase().replace(" ", "|") : owned(words[index]!);
}

function unknown(session: Session, words: readonly string[]): CommandError {
  return session.door === "rest" ? errors.commandNotAvailable(words[0]!) : errors.unknownCommand(words);
}

function reject(entry: CommandEntry, error: CommandError): CommandError {
  entry.rejected++;
  return error;
}

/** Runs an admitted command and journals what it did. A script's commands have a context beside the script's own. */
export function run(
  engine: Engine,
  session: Session,
  entry: CommandEntry,
  words: readonly string[],
  context: Context = engine.contextFor(session),
): Reply {
  context.command = entry.command;
  context.words = words;
  session.lastCommand = entry.command.name;
  session.lastActiveMs = engine.instant.nowMs;
  try {
    const reply = entry.command.run!(context, words as Words);
    return reply instanceof CommandError ? fail(engine, session, entry, reply) : reply;
  } catch (error) {
    if (error instanceof CommandError) return fail(engine, session, entry, error);
    throw error;
  } finally {
    entry.calls++;
    engine.stats.commandsProcessed++;
    if (context.changes > 0) commit(engine, context, words);
    if (!engine.monitors.isEmpty) engine.monitors.tell(session, entry.command, words, engine.instant.nowMs);
    if (engine.tracking.isOn) engine.tracking.remember(engine.caller, entry.command, words);
  }
}

/**
 * Runs what a command that has waited does in the end. It was counted when it began. Answers undefined when it goes on
 * waiting.
 */
export function runLater(
  engine: Engine,
  session: Session,
  entry: CommandEntry,
  words: readonly string[],
  body: (context: Context) => Reply | undefined,
): Reply | undefined {
  const context = engine.contextFor(session);
  context.command = entry.command;
  context.words = words;
  try {
    return body(context);
  } catch (error) {
    if (error instanceof CommandError) return fail(engine, session, entry, error);
    throw error;
  } finally {
    if (context.changes > 0) commit(engine, context, words);
  }
}

/** Times a command that is part of a transaction or of a script, and runs it. */
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

/** Counts a command that answers an error. Of what goes wrong in a script, the script's own error is counted. */
function fail(engine: Engine, session: Session, entry: CommandEntry, error: CommandError): CommandError {
  entry.failed++;
  if (session.id !== 0) engine.stats.countError(error);
  return error;
}

/** A command that failed after it had changed something has changed it all the same, so this runs in every case. */
function commit(engine: Engine, context: Context, words: readonly string[]): void {
  engine.writes++;
  const { journal } = engine;
  if (journal === undefined) return;
  const database = context.startedOn.number;
  if (context.effects === undefined) journal.append(database, words);
  else for (const effect of context.effects) journal.append(database, effect);
}
