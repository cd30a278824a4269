// DEBUG: https://redis.io/docs/latest/commands/debug/. Refused unless the option enableDebug allows it, as in Redis.
import * as errors from "../core/errors.ts";
import * as serverErrors from "../core/errors/server.ts";
import {
  Attributed,
  BigNumber,
  Double,
  FlatMap,
  OK,
  ReplyBoolean,
  ReplySet,
  SimpleString,
  Verbatim,
} from "../core/reply.ts";
import type { CommandError, Reply } from "../core/reply.ts";
import { answerWait } from "../engine/blocking.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { ReloadMode } from "../engine/durability.ts";
import { encodingOf } from "../data/encoding.ts";
import { checkedPayload, dumpPayload, payloadValue, serializedLength } from "../data/rdb/dump-payload.ts";
import { isOption } from "./args.ts";
import { helpReply } from "./help.ts";
import { waitForDisk } from "./persistence.ts";

const ADMIN = "admin noscript loading stale";

export const debugCommands = commandTable("server", [
  row("DEBUG", -2, ADMIN, undefined, "1.0.0", debug, "Commands for tests of servers; refused unless enabled."),
]);

interface Subcommand {
  readonly usage: string;
  readonly summary: string;
  /** Words of the whole command; the least of them, if negative. */
  readonly words: number;
  readonly run: (context: Context, words: Words) => Reply;
}

const HELP: Subcommand = { usage: "HELP", summary: "Print this help.", words: 2, run: debugHelp };

/** Subcommands by name. Those about Redis's internals are accepted and do nothing. */
const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  [
    "ERROR",
    { usage: "ERROR <string>", summary: "Reply with an error of this text, code included.", words: 3, run: debugError },
  ],
  ["JMAP", { usage: "JMAP", summary: "Does nothing.", words: 2, run: () => OK }],
  ["OBJECT", { usage: "OBJECT <key>", summary: "Show how a value is held.", words: 3, run: debugObject }],
  [
    "PROTOCOL",
    { usage: "PROTOCOL <type>", summary: "Reply with a value of a type of RESP.", words: 3, run: debugProtocol },
  ],
  [
    "QUICKLIST-PACKED-THRESHOLD",
    { usage: "QUICKLIST-PACKED-THRESHOLD <size>", summary: "Does nothing.", words: 3, run: () => OK },
  ],
  [
    "LOADAOF",
    { usage: "LOADAOF", summary: "Load the append-only file in place of the data.", words: -2, run: debugLoadAof },
  ],
  [
    "RELOAD",
    {
      usage: "RELOAD [MERGE] [NOFLUSH] [NOSAVE]",
      summary:
        "Save the data and load it again. NOSAVE loads the last save, NOFLUSH keeps what is in memory, " +
        "MERGE lets keys of the file replace it.",
      words: -2,
      run: debugReload,
    },
  ],
  [
    "SET-ACTIVE-EXPIRE",
    {
      usage: "SET-ACTIVE-EXPIRE <0|1>",
      summary: "Whether expired keys are removed before they are looked up.",
      words: 3,
      run: debugSetActiveExpire,
    },
  ],
  [
    "SET-DISABLE-DENY-SCRIPTS",
    {
      usage: "SET-DISABLE-DENY-SCRIPTS <0|1>",
      summary: "Whether scripts may run DEBUG.",
      words: 3,
      run: debugSetDisableDenyScripts,
    },
  ],
  ["SLEEP", { usage: "SLEEP <seconds>", summary: "Hold up everything for so long.", words: 3, run: debugSleep }],
  [
    "STRINGMATCH-LEN",
    { usage: "STRINGMATCH-LEN <length> <pattern>", summary: "Does nothing.", words: 4, run: () => OK },
  ],
  ["HELP", HELP],
]);

/** DEBUG subcommand [arg …] */
function debug(context: Context, words: Words): Reply {
  if (!context.engine.debugEnabled) throw serverErrors.DEBUG_NOT_ALLOWED;
  const subcommand = SUBCOMMANDS.get(words[1].toUpperCase());
  const { length } = words;
  const fits = subcommand !== undefined && (subcommand.words < 0 || subcommand.words === length);
  if (!fits || length < Math.abs(subcommand.words)) throw errors.badSubcommand("DEBUG", words[1]);
  return subcommand.run(context, words);
}

/** DEBUG HELP */
function debugHelp(): Reply {
  return helpReply("DEBUG", SUBCOMMANDS.values());
}

/** DEBUG ERROR string */
function debugError(_: Context, words: Words): Reply {
  return serverErrors.ofDebug(words[2]);
}

/** The bits of Redis's eviction clock. */
const CLOCK_MASK = 0xffffff;

/** DEBUG OBJECT key; values have no address here, so it is a constant */
function debugObject(context: Context, words: Words): Reply {
  const { db, engine } = context;
  const value = db.peek(words[2]);
  if (value === undefined) throw errors.NO_SUCH_KEY;
  const bounds = engine.parameters.encodingBounds;
  const idle = db.idleSeconds(words[2])!;
  return new SimpleString(
    `Value at:0x0 refcount:1 encoding:${encodingOf(value, bounds)} ` +
      `serializedlength:${serializedLength(value, bounds)} ` +
      `lru:${(engine.dataset.instant.seconds - idle) & CLOCK_MASK} lru_seconds_idle:${idle}`,
  );
}

/** DEBUG SET-ACTIVE-EXPIRE 0|1 */
function debugSetActiveExpire(context: Context, words: Words): Reply {
  context.engine.dataset.activeExpiry = leadingNumber(words[2]) !== 0;
  return OK;
}

/** DEBUG SET-DISABLE-DENY-SCRIPTS <0 | 1>; Redis lets scripts run every command then */
function debugSetDisableDenyScripts(context: Context, words: Words): Reply {
  context.engine.admission.scriptsMayDebug = leadingNumber(words[2]) !== 0;
  return OK;
}

/** A reply of each type of RESP, by Redis's name. Pushed messages are not among them. */
const PROTOCOL_REPLIES: ReadonlyMap<string, Reply> = new Map<string, Reply>([
  ["string", "Hello World"],
  ["integer", 12_345],
  ["double", new Double(3141 / 1000)],
  ["null", null],
  ["array", [0, 1, 2]],
  ["set", new ReplySet([0, 1, 2])],
  ["map", new FlatMap([0, new ReplyBoolean(false), 1, new ReplyBoolean(true), 2, new ReplyBoolean(false)])],
  ["attrib", new Attributed(["key-popularity", ["key:123", 90]], "Some real reply following the attribute")],
  ["verbatim", new Verbatim("This is a verbatim\nstring")],
  ["true", new ReplyBoolean(true)],
  ["false", new ReplyBoolean(false)],
  ["bignum", new BigNumber("1234567999999999999999999999999999999")],
]);

/** DEBUG PROTOCOL type */
function debugProtocol(_: Context, words: Words): Reply {
  const reply = PROTOCOL_REPLIES.get(words[2]!.toLowerCase());
  if (reply === undefined) throw serverErrors.unknownReplyType([...PROTOCOL_REPLIES.keys()]);
  return reply;
}

/** DEBUG LOADAOF */
function debugLoadAof(context: Context): Reply {
  if (context.engine.durability === undefined) throw serverErrors.NO_DATA_DIRECTORY;
  const mode = { from: "aof", saves: false, flushes: true, merges: false } as const;
  return loadFiles(context, mode, serverErrors.RELOAD_NEEDS_CONNECTION);
}

/** DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE] */
function debugReload(context: Context, words: Words): Reply {
  let [saves, flushes, merges] = [true, true, false];
  for (const word of words.slice(2)) {
    if (isOption(word, "MERGE")) merges = true;
    else if (isOption(word, "NOFLUSH")) flushes = false;
    else if (isOption(word, "NOSAVE")) saves = false;
    else throw serverErrors.RELOAD_OPTIONS;
  }
  const reply = loadFiles(context, { from: "rdb", saves, flushes, merges }, undefined);
  if (reply !== undefined) return reply;
  // Without a file, which would have the data of now.
  if (!saves) {
    throw context.engine.durability === undefined ? serverErrors.RELOAD_FAILED : serverErrors.RELOAD_NEEDS_CONNECTION;
  }
  if (!flushes && !merges && context.engine.dataset.size > 0) throw serverErrors.RELOAD_FAILED;
  return reloadInMemory(context);
}

/**
 * Blocks the client until the files are loaded. Answers `otherwise` where there are none, or a command cannot wait.
 */
function loadFiles<T extends CommandError | undefined>(context: Context, mode: ReloadMode, otherwise: T): Reply | T {
  const { engine, session } = context;
  const { durability } = engine;
  if (durability === undefined) return otherwise;
  if (durability.isRefusing) throw errors.LOADING;
  const reply = waitForDisk(context, serverErrors.RELOAD_NEEDS_CONNECTION);
  const { wait } = session;
  if (wait === undefined) return otherwise;
  durability.reload(mode, (error) => answerWait(engine, wait, error ?? OK));
  return reply;
}

/** Serializes and reads all values, as through a file. */
function reloadInMemory({ engine }: Context): Reply {
  const { encodingBounds } = engine.parameters;
  for (const db of engine.dataset.databases) {
    for (let slot = db.size - 1; slot >= 0; slot--) {
      if (db.isExpiredAt(slot)) continue;
      const payload = checkedPayload(dumpPayload(db.valueAt(slot), encodingBounds))!;
      db.replace(db.keyAt(slot), payloadValue(payload, engine.limits.stringBytesMax));
    }
  }
  return OK;
}

/** DEBUG SLEEP seconds; no client is served meanwhile, as in Redis, so the time is limited */
function debugSleep(context: Context, words: Words): Reply {
  const ms = leadingNumber(words[2]) * 1000;
  const { sleepMsMax } = context.engine.limits;
  if (ms > sleepMsMax) throw serverErrors.sleepTooLong(sleepMsMax / 1000);
  if (ms > 0) context.engine.environment.sleep(ms);
  return OK;
}

/** The number that a text begins with, 0 without one, like C's atof. */
function leadingNumber(text: string): number {
  const value = Number.parseFloat(text);
  return Number.isNaN(value) ? 0 : value;
}
