// Commands from https://redis.io/docs/latest/commands/?group=transactions. They build a transaction from several
// commands of one connection; over REST a transaction is one request, `/multi-exec`.
import { allKeys } from "../core/command-spec.ts";
import * as transactionErrors from "../core/errors/transactions.ts";
import { OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import * as transactions from "../engine/transaction.ts";

const NO_REST = { rest: "no" } as const;
const FAST = "noscript loading stale fast allow_busy";
const AT_ONCE = `${FAST} multi_at_once`;
const ENDS = `${FAST} multi_ends`;
const EXEC = "noscript loading stale skip_slowlog multi_runs";

export const transactionCommands = commandTable({ group: "transactions", flags: "local" }, [
  row("DISCARD", 1, ENDS, undefined, "2.0.0", discard, "Gives a transaction up.", NO_REST),
  row("EXEC", 1, EXEC, undefined, "1.2.0", exec, "Runs a transaction.", NO_REST),
  row("MULTI", 1, AT_ONCE, undefined, "1.2.0", multi, "Begins a transaction.", NO_REST),
  row("UNWATCH", 1, FAST, undefined, "2.2.0", unwatch, "Forgets the watched keys.", NO_REST),
  row("WATCH", -2, AT_ONCE, allKeys("RO"), "2.2.0", watch, "Makes EXEC depend on keys staying as they are.", NO_REST),
]);

/** MULTI */
function multi({ session }: Context): Reply {
  if (session.transaction !== undefined) throw transactionErrors.MULTI_NESTED;
  session.transaction = new transactions.Transaction();
  return OK;
}

/** EXEC */
function exec(context: Context): Reply {
  const { engine, session } = context;
  const reply = transactions.execute(engine, session);
  // Resets the context: the commands have declared their effects, and EXEC has none of its own.
  engine.contextFor(session);
  return reply;
}

/** DISCARD */
function discard({ engine, session }: Context): Reply {
  if (session.transaction === undefined) throw transactionErrors.DISCARD_WITHOUT_MULTI;
  transactions.discard(engine, session);
  return OK;
}

/** WATCH key [key …] */
function watch(context: Context, words: Words): Reply {
  const { db, engine, session } = context;
  if (session.transaction !== undefined) throw transactionErrors.WATCH_INSIDE_MULTI;
  for (const key of words.slice(1)) {
    // Removes the key if it has expired, so that its removal does not count as a change later.
    db.deadline(key);
    session.watch ??= { keys: [], hasChanged: false, heldBytes: 0 };
    if (session.watch.keys.length >= engine.limits.watchedKeysMax) {
      throw transactionErrors.tooManyWatchedKeys(engine.limits.watchedKeysMax);
    }
    if (!session.watch.hasChanged) engine.watches.add(session.watch, db, key);
  }
  return OK;
}

/** UNWATCH */
function unwatch({ engine, session }: Context): Reply {
  transactions.unwatch(engine, session);
  return OK;
}
