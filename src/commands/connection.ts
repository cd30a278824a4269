// Commands from https://redis.io/docs/latest/commands/?group=connection. Over REST a token has no connection of its own,
// so only PING and ECHO are served there. The rows without a handler need what only a connection has: its protocol, its
// output, its right to speak.
import * as errors from "../core/errors.ts";
import { OK, PONG, SimpleString, Verbatim } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { Session } from "../engine/session.ts";
import { databaseNumber, integerWithin, isOption } from "./args.ts";
import { help } from "./help.ts";

const NO_REST = { rest: "no" } as const;
/** Commands that a connection may send before it has authenticated, and while a script runs. */
const ALWAYS = "noscript loading stale fast no_auth allow_busy";
const PLAIN = "noscript loading stale";
const ADMIN = "admin noscript loading stale";

export const connectionCommands = commandTable("connection", [
  row("AUTH", -2, ALWAYS, undefined, "1.0.0", undefined, "Authenticates the connection.", NO_REST),
  row("ECHO", 2, "loading stale fast", undefined, "1.0.0", echo, "Returns the message."),
  row("HELLO", -1, ALWAYS, undefined, "6.0.0", undefined, "Chooses the protocol and authenticates.", NO_REST),
  row("PING", -1, "fast", undefined, "1.0.0", ping, "Returns PONG or the message."),
  row("QUIT", -1, ALWAYS, undefined, "1.0.0", quit, "Closes the connection.", NO_REST),
  row("RESET", 1, ALWAYS, undefined, "6.2.0", reset, "Makes the connection as it was at first.", NO_REST),
  row("SELECT", 2, "loading stale fast", undefined, "1.0.0", select, "Chooses a database.", NO_REST),

  containerRow("CLIENT", "2.4.0", "Commands about connections.", { acl: "", rest: "no" }),
  row("CLIENT CACHING", 3, PLAIN, undefined, "6.0.0", undefined, "Tracks the next command's keys.", NO_REST),
  row("CLIENT GETNAME", 2, PLAIN, undefined, "2.6.9", clientGetname, "Returns the connection's name.", NO_REST),
  row("CLIENT GETREDIR", 2, PLAIN, undefined, "6.0.0", undefined, "Returns where tracking goes.", NO_REST),
  row("CLIENT HELP", 2, "loading stale", undefined, "5.0.0", help, "Lists the subcommands.", NO_REST),
  row("CLIENT ID", 2, PLAIN, undefined, "5.0.0", clientId, "Returns the connection's id.", NO_REST),
  row("CLIENT INFO", 2, PLAIN, undefined, "6.2.0", clientInfo, "Describes the connection.", NO_REST),
  row("CLIENT KILL", -3, ADMIN, undefined, "2.4.0", undefined, "Closes connections.", NO_REST),
  row("CLIENT LIST", -2, ADMIN, undefined, "2.4.0", clientList, "Describes open connections.", NO_REST),
  row("CLIENT NO-EVICT", 3, ADMIN, undefined, "7.0.0", clientNoEvict, "Spares the connection from eviction.", NO_REST),
  row("CLIENT NO-TOUCH", 3, PLAIN, undefined, "7.2.0", clientNoTouch, "Reads without a trace of access.", NO_REST),
  row("CLIENT PAUSE", -3, ADMIN, undefined, "3.0.0", undefined, "Holds commands back for a while.", NO_REST),
  row("CLIENT REPLY", 3, PLAIN, undefined, "3.2.0", undefined, "Turns replies off and on.", NO_REST),
  row("CLIENT SETINFO", 4, PLAIN, undefined, "7.2.0", clientSetinfo, "Names the client library.", NO_REST),
  row("CLIENT SETNAME", 3, PLAIN, undefined, "2.6.9", clientSetname, "Names the connection.", NO_REST),
  row("CLIENT TRACKING", -3, PLAIN, undefined, "6.0.0", undefined, "Turns client-side caching on.", NO_REST),
  row("CLIENT TRACKINGINFO", 2, PLAIN, undefined, "6.2.0", undefined, "Describes client-side caching.", NO_REST),
  row("CLIENT UNBLOCK", -3, ADMIN, undefined, "5.0.0", undefined, "Ends another connection's wait.", NO_REST),
  row("CLIENT UNPAUSE", 2, ADMIN, undefined, "6.2.0", undefined, "Ends CLIENT PAUSE.", NO_REST),
]);

/** PING [message] */
function ping(_context: Context, words: Words): Reply {
  if (words.length > 2) throw errors.wrongArity("ping");
  return words.length === 1 ? PONG : words[1];
}

/** ECHO message */
function echo(_context: Context, words: Words): Reply {
  return words[1];
}

/** SELECT index */
function select(context: Context, words: Words): Reply {
  context.session.databaseNumber = databaseNumber(words[1], context.engine.databases.length);
  return OK;
}

/** QUIT */
function quit(context: Context): Reply {
  context.session.closing = true;
  return OK;
}

/** RESET; the library's name and version stay, as they are still true */
function reset(context: Context): Reply {
  const { session } = context;
  session.databaseNumber = 0;
  session.name = "";
  session.protocol = 2;
  session.noEvict = false;
  session.noTouch = false;
  return new SimpleString("RESET");
}

/** CLIENT ID */
function clientId(context: Context): Reply {
  return context.session.id;
}

/** CLIENT GETNAME */
function clientGetname(context: Context): Reply {
  return context.session.name === "" ? null : context.session.name;
}

/** CLIENT SETNAME name; the empty name removes it */
function clientSetname(context: Context, words: Words): Reply {
  context.session.name = spaceless(words[2], "Client names");
  return OK;
}

/** CLIENT SETINFO LIB-NAME name | LIB-VER version */
function clientSetinfo(context: Context, words: Words): Reply {
  const [, , attribute, value] = words;
  if (isOption(attribute, "LIB-NAME")) context.session.libName = spaceless(value, attribute);
  else if (isOption(attribute, "LIB-VER")) context.session.libVersion = spaceless(value, attribute);
  else throw errors.failure(`Unrecognized option '${attribute}'`);
  return OK;
}

/** CLIENT LIST separates its fields by spaces, so none of them may have one. */
function spaceless(value: string, what: string): string {
  if (/[^!-~]/.test(value)) {
    throw errors.failure(`${what} cannot contain spaces, newlines or special characters.`);
  }
  return value;
}

/** CLIENT NO-EVICT ON | OFF */
function clientNoEvict(context: Context, words: Words): Reply {
  context.session.noEvict = isOn(words[2]);
  return OK;
}

/** CLIENT NO-TOUCH ON | OFF */
function clientNoTouch(context: Context, words: Words): Reply {
  context.session.noTouch = isOn(words[2]);
  return OK;
}

function isOn(word: string): boolean {
  if (isOption(word, "ON")) return true;
  if (isOption(word, "OFF")) return false;
  throw errors.SYNTAX;
}

/** CLIENT INFO */
function clientInfo(context: Context): Reply {
  return new Verbatim(`${describe(context.session, context.nowMs)}\n`);
}

/** CLIENT LIST [TYPE NORMAL | MASTER | REPLICA | PUBSUB] [ID id [id …]] */
function clientList(context: Context, words: Words): Reply {
  const lines = listed(context, words).map((session) => `${describe(session, context.nowMs)}\n`);
  return new Verbatim(lines.join(""));
}

function listed(context: Context, words: Words): Session[] {
  const { sessions } = context.engine;
  if (words.length === 2) return [...sessions.values()];
  if (isOption(words[2], "TYPE") && words.length === 4) {
    const type = words[3].toLowerCase();
    if (!/^(?:normal|master|primary|slave|replica|pubsub)$/.test(type)) {
      throw errors.failure(`Unknown client type '${words[3]}'`);
    }
    return type === "normal" ? [...sessions.values()] : [];
  }
  if (!isOption(words[2], "ID") || words.length === 3) throw errors.SYNTAX;
  const invalid = errors.failure("Invalid client ID");
  const ids = words.slice(3).map((word) => integerWithin(word, -Infinity, Infinity, invalid));
  return ids.map((id) => sessions.get(id)).filter((session) => session !== undefined);
}

/** A line of CLIENT LIST: those of Redis's fields that a session knows, in Redis's order. */
function describe(session: Session, nowMs: number): string {
  const flags = `${session.closing ? "c" : ""}${session.noEvict ? "e" : ""}${session.noTouch ? "T" : ""}`;
  return [
    `id=${session.id}`,
    `name=${session.name}`,
    `age=${Math.floor((nowMs - session.startedMs) / 1000)}`,
    `idle=${Math.floor((nowMs - session.lastActiveMs) / 1000)}`,
    `flags=${flags === "" ? "N" : flags}`,
    `db=${session.databaseNumber}`,
    `cmd=${session.lastCommand === "" ? "NULL" : session.lastCommand.toLowerCase().replace(" ", "|")}`,
    `user=${session.user.name}`,
    `resp=${session.protocol}`,
    `lib-name=${session.libName}`,
    `lib-ver=${session.libVersion}`,
  ].join(" ");
}
