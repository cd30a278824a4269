// Commands from https://redis.io/docs/latest/commands/?group=server about files. Without a data directory they answer
// an error or that nothing was saved.
import * as errors from "../core/errors.ts";
import * as serverErrors from "../core/errors/server.ts";
import { CommandError, OK, SimpleString } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { answerWait } from "../engine/blocking.ts";
import type { Wait } from "../engine/blocking.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { Durability } from "../engine/durability.ts";
import { isOption } from "./args.ts";

const ADMIN = { acl: "admin dangerous" };
/** Extras of commands that reply later or end the server: not over REST, where a request cannot wait for them. */
const CONNECTED = { acl: "admin dangerous", rest: "no" } as const;
const ENDING = "admin noscript loading stale no_multi allow_busy local";
const WORK = "admin noscript no_async_loading";

export const persistenceCommands = commandTable("server", [
  row("BGREWRITEAOF", 1, WORK, undefined, "1.0.0", bgrewriteaof, "Begins to rewrite the append-only file.", ADMIN),
  row("BGSAVE", -1, WORK, undefined, "1.0.0", bgsave, "Begins to write an RDB file.", ADMIN),
  row("LASTSAVE", 1, "loading stale fast ~", undefined, "1.0.0", lastsave, "Returns when data was last saved.", ADMIN),
  row("SAVE", 1, `${WORK} no_multi`, undefined, "1.0.0", save, "Writes an RDB file and waits for it.", CONNECTED),
  row("SHUTDOWN", -1, ENDING, undefined, "1.0.0", shutdown, "Ends the server.", CONNECTED),
]);

function durabilityOf(context: Context): Durability {
  const { durability } = context.engine;
  if (durability === undefined) throw serverErrors.NO_DATA_DIRECTORY;
  return durability;
}

/** BGREWRITEAOF */
function bgrewriteaof(context: Context): Reply {
  const start = durabilityOf(context).startRewrite();
  if (start instanceof CommandError) throw start;
  return new SimpleString(`Background append only file rewriting ${start}`);
}

/** BGSAVE [SCHEDULE] */
function bgsave(context: Context, words: Words): Reply {
  if (words.length > 2 || (words.length === 2 && !isOption(words[1], "SCHEDULE"))) throw errors.SYNTAX;
  const start = durabilityOf(context).startSave(words.length === 2);
  if (start instanceof CommandError) throw start;
  return new SimpleString(start === "started" ? "Background saving started" : "Background saving scheduled");
}

/** LASTSAVE; without a data directory, the time when the server started */
function lastsave({ engine }: Context): Reply {
  return engine.durability?.lastSaveSeconds ?? Math.floor(engine.stats.startedMs / 1000);
}

/** Blocks the client until `answerWait` answers it. `otherwise` is the answer where a command cannot wait. */
export function waitForDisk(context: Context, otherwise: CommandError): Reply {
  return context.wait({ type: "stream", keys: [], timeoutMs: 0, otherwise, serve: () => undefined });
}

/** SAVE */
function save(context: Context): Reply {
  const durability = durabilityOf(context);
  const { engine, session } = context;
  const reply = waitForDisk(context, serverErrors.SAVE_FAILED);
  const { wait } = session;
  if (wait !== undefined) durability.save((error) => answerWait(engine, wait, error ?? OK));
  return reply;
}

/** SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT] */
function shutdown(context: Context, words: Words): Reply {
  let [force, abort]: boolean[] = [false, false];
  let saves: boolean | undefined;
  for (const word of words.slice(1)) {
    const option = word.toUpperCase();
    if (option === "SAVE" && saves !== false) saves = true;
    else if (option === "NOSAVE" && saves !== true) saves = false;
    else if (option === "FORCE") force = true;
    else if (option === "ABORT") abort = true;
    // There are no replicas to wait for.
    else if (option !== "NOW") throw errors.SYNTAX;
  }
  if (abort && words.length > 2) throw errors.SYNTAX;
  const { durability, shutdown: end } = context.engine;
  if (abort) {
    if (durability?.abortShutdown() === true) return OK;
    throw serverErrors.NO_SHUTDOWN_UNDER_WAY;
  }
  if (durability === undefined) {
    if (end === undefined) throw serverErrors.SHUTDOWN_NOT_ALLOWED;
    end();
    return OK;
  }
  const { engine } = context;
  const waiting: { wait?: Wait | undefined } = {};
  const answer = (error: CommandError | undefined): void => {
    if (waiting.wait !== undefined) answerWait(engine, waiting.wait, error ?? OK);
  };
  const start = durability.shutdown({ save: saves, force: force! }, answer);
  if (start instanceof CommandError) throw start;
  if (start === "ended") return OK;
  const reply = waitForDisk(context, serverErrors.SHUTDOWN_FAILED);
  waiting.wait = context.session.wait;
  return reply;
}
