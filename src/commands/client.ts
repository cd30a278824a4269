// CLIENT: commands about connections. https://redis.io/docs/latest/commands/client/
import * as errors from "../core/errors.ts";
import * as connectionErrors from "../core/errors/connection.ts";
import { NO_REPLY, OK, Verbatim } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { unblock } from "../engine/blocking.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import { describeClient } from "../engine/client-info.ts";
import type { Context } from "../engine/context.ts";
import type { Session } from "../engine/session.ts";
import { exactInteger, integer, integerWithin, isOption } from "./args.ts";
import { clientCaching, clientGetredir, clientTracking, clientTrackinginfo } from "./client-tracking.ts";
import { help } from "./help.ts";

/** What changes the state of a connection, which a REST token does not have, or holds up all of them. */
const NO_REST = { rest: "no" } as const;
/** Looking at connections over REST, and closing them, is stashd's own. */
const HERE = { hostedRest: "no" } as const;
const PLAIN = "noscript loading stale";
const ADMIN = "admin noscript loading stale";
const UNPAUSE = `${ADMIN} never_paused`;

export const clientCommands = commandTable({ group: "connection", flags: "uncounted keeps_caching local" }, [
  containerRow("CLIENT", "2.4.0", "Commands about connections.", { acl: "", hostedRest: "no" }),
  row("CLIENT CACHING", 3, PLAIN, undefined, "6.0.0", clientCaching, "Tracks the next command's keys.", NO_REST),
  row("CLIENT GETNAME", 2, PLAIN, undefined, "2.6.9", clientGetname, "Returns the connection's name.", NO_REST),
  row("CLIENT GETREDIR", 2, PLAIN, undefined, "6.0.0", clientGetredir, "Returns where tracking goes.", NO_REST),
  row("CLIENT HELP", 2, "loading stale", undefined, "5.0.0", help, "Lists the subcommands.", HERE),
  row("CLIENT ID", 2, PLAIN, undefined, "5.0.0", clientId, "Returns the connection's id.", HERE),
  row("CLIENT INFO", 2, `${PLAIN} ~`, undefined, "6.2.0", clientInfo, "Describes the connection.", HERE),
  row("CLIENT KILL", -3, ADMIN, undefined, "2.4.0", clientKill, "Closes connections.", HERE),
  row("CLIENT LIST", -2, `${ADMIN} ~`, undefined, "2.4.0", clientList, "Describes open connections.", HERE),
  row("CLIENT NO-EVICT", 3, ADMIN, undefined, "7.0.0", clientNoEvict, "Spares the connection from eviction.", NO_REST),
  row("CLIENT NO-TOUCH", 3, PLAIN, undefined, "7.2.0", clientNoTouch, "Lets look-ups be no uses of keys.", NO_REST),
  row("CLIENT PAUSE", -3, ADMIN, undefined, "2.9.50", clientPause, "Holds commands back for a while.", NO_REST),
  row("CLIENT REPLY", 3, PLAIN, undefined, "3.2.0", clientReply, "Turns replies off and on.", NO_REST),
  row("CLIENT SETINFO", 4, PLAIN, undefined, "7.2.0", clientSetinfo, "Names the client library.", NO_REST),
  row("CLIENT SETNAME", 3, PLAIN, undefined, "2.6.9", clientSetname, "Names the connection.", NO_REST),
  row("CLIENT TRACKING", -3, PLAIN, undefined, "6.0.0", clientTracking, "Turns client-side caching on.", NO_REST),
  row("CLIENT TRACKINGINFO", 2, PLAIN, undefined, "6.2.0", clientTrackinginfo, "Describes tracking.", NO_REST),
  row("CLIENT UNBLOCK", -3, ADMIN, undefined, "5.0.0", clientUnblock, "Ends another connection's wait.", HERE),
  row("CLIENT UNPAUSE", 2, UNPAUSE, undefined, "6.2.0", clientUnpause, "Ends CLIENT PAUSE.", NO_REST),
]);

/** CLIENT ID */
function clientId(context: Context): Reply {
  return context.session.id;
}

/** CLIENT GETNAME */
function clientGetname(context: Context): Reply {
  return context.session.name === "" ? null : context.session.name;
}

/** CLIENT SETNAME connection-name; the empty name removes it */
function clientSetname(context: Context, words: Words): Reply {
  context.session.name = clientName(words[2]);
  return OK;
}

/** CLIENT SETINFO <LIB-NAME libname | LIB-VER libver> */
function clientSetinfo(context: Context, words: Words): Reply {
  const [, , attribute, value] = words;
  if (isOption(attribute, "LIB-NAME")) context.session.libName = spaceless(value, attribute);
  else if (isOption(attribute, "LIB-VER")) context.session.libVersion = spaceless(value, attribute);
  else throw connectionErrors.unknownAttribute(attribute);
  return OK;
}

/** A name that CLIENT SETNAME or HELLO SETNAME gives. */
export function clientName(word: string): string {
  return spaceless(word, "Client names");
}

/** A value without spaces, which separate the fields of CLIENT LIST. Throws for another. */
function spaceless(value: string, what: string): string {
  if (/[^!-~]/.test(value)) {
    throw connectionErrors.notPrintable(what);
  }
  return value;
}

/** CLIENT NO-EVICT <ON | OFF> */
function clientNoEvict(context: Context, words: Words): Reply {
  context.session.noEvict = isOn(words[2]);
  return OK;
}

/** CLIENT NO-TOUCH <ON | OFF> */
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
  return new Verbatim(`${describeClient(context.engine, context.session, context.words)}\n`);
}

/** CLIENT LIST [TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [ID client-id [client-id …]] */
function clientList(context: Context, words: Words): Reply {
  const lines = listed(context, words).map((session) => {
    const running = session === context.session ? words : [];
    return `${describeClient(context.engine, session, running)}\n`;
  });
  return new Verbatim(lines.join(""));
}

function listed(context: Context, words: Words): Session[] {
  const { sessions } = context.engine;
  if (words.length === 2) return [...sessions.values()];
  if (isOption(words[2], "TYPE") && words.length === 4) {
    const type = clientType(words[3]);
    return [...sessions.values()].filter((session) => typeOf(session) === type);
  }
  if (!isOption(words[2], "ID") || words.length === 3) throw errors.SYNTAX;
  const ids = words.slice(3).map((word) => integerWithin(word, -Infinity, Infinity, connectionErrors.BAD_CLIENT_ID));
  return ids.map((id) => sessions.get(id)).filter((session) => session !== undefined);
}

function clientType(word: string): string {
  const type = word.toLowerCase();
  if (/^(?:normal|master|primary|slave|replica|pubsub)$/.test(type)) return type;
  throw connectionErrors.unknownClientType(word);
}

/** The type of a client in CLIENT LIST TYPE and CLIENT KILL TYPE. */
function typeOf({ subscriptions }: Session): string {
  return subscriptions === undefined ? "normal" : "pubsub";
}

/** CLIENT REPLY <ON | OFF | SKIP> */
function clientReply(context: Context, words: Words): Reply {
  const { session } = context;
  if (isOption(words[2], "ON")) {
    session.replyMode = "on";
    return OK;
  }
  if (isOption(words[2], "OFF")) session.replyMode = "off";
  else if (!isOption(words[2], "SKIP")) throw errors.SYNTAX;
  else if (session.replyMode !== "off") session.replyMode = "skip-next";
  return NO_REPLY;
}

/** CLIENT PAUSE timeout [WRITE | ALL] */
function clientPause(context: Context, words: Words): Reply {
  if (words.length > 4) throw errors.badSubcommand("CLIENT", words[1]);
  const writesOnly = isOption(words[3], "WRITE");
  if (words.length === 4 && !writesOnly && !isOption(words[3], "ALL")) throw connectionErrors.BAD_PAUSE_MODE;
  const timeoutMs = exactInteger(words[2], errors.TIMEOUT_NOT_INTEGER);
  if (timeoutMs < 0) throw errors.TIMEOUT_NEGATIVE;
  context.engine.pause.begin(context.nowMs + Number(timeoutMs), writesOnly);
  return OK;
}

/** CLIENT UNPAUSE */
function clientUnpause(context: Context): Reply {
  context.engine.pause.end();
  return OK;
}

/** CLIENT UNBLOCK client-id [TIMEOUT | ERROR] */
function clientUnblock({ engine }: Context, words: Words): Reply {
  if (words.length > 4) throw errors.badSubcommand("CLIENT", words[1]);
  const withError = isOption(words[3], "ERROR");
  if (words.length === 4 && !withError && !isOption(words[3], "TIMEOUT")) throw connectionErrors.BAD_UNBLOCK_REASON;
  const session = engine.sessions.get(integer(words[2]));
  return session !== undefined && unblock(engine, session, withError) ? 1 : 0;
}

/** Whether CLIENT KILL means a session. */
type Criterion = (session: Session) => boolean;

/**
 * CLIENT KILL <ip:port | <[ID client-id] | [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] | [USER username]
 *   | [ADDR ip:port] | [LADDR ip:port] | [SKIPME yes/no] | [MAXAGE maxage]> …>
 */
function clientKill(context: Context, words: Words): Reply {
  if (words.length === 3) {
    const killed = kill(context, [(session) => session.addr === words[2]], false);
    if (killed === 0) throw connectionErrors.NO_SUCH_CLIENT;
    return OK;
  }
  const criteria: Criterion[] = [];
  let skipMe = true;
  for (let i = 2; i < words.length; i += 2) {
    const [option, value] = [words[i]!, words[i + 1]];
    if (value === undefined) throw errors.SYNTAX;
    if (isOption(option, "SKIPME")) skipMe = yesOrNo(value);
    else criteria.push(criterion(context, option, value));
  }
  return kill(context, criteria, skipMe);
}

function yesOrNo(word: string): boolean {
  if (isOption(word, "YES")) return true;
  if (isOption(word, "NO")) return false;
  throw errors.SYNTAX;
}

function criterion(context: Context, option: string, value: string): Criterion {
  switch (option.toUpperCase()) {
    case "ID": {
      const id = integerWithin(value, 1, Infinity, connectionErrors.CLIENT_ID_NOT_POSITIVE);
      return (session) => session.id === id;
    }
    case "TYPE": {
      const type = clientType(value);
      return (session) => typeOf(session) === type;
    }
    case "USER":
      if (!isUser(context, value)) throw connectionErrors.noSuchUser(value);
      return (session) => session.isAuthenticated && session.user.name === value;
    case "ADDR":
      return (session) => session.addr === value;
    case "LADDR":
      return (session) => session.laddr === value;
    case "MAXAGE": {
      const seconds = exactInteger(value, connectionErrors.MAX_AGE_NOT_INTEGER);
      if (seconds <= 0) throw connectionErrors.MAX_AGE_NOT_POSITIVE;
      return (session) => context.nowMs - session.startedMs >= Number(seconds) * 1000;
    }
    default:
      throw errors.SYNTAX;
  }
}

function isUser({ engine }: Context, name: string): boolean {
  return (
    engine.authority?.hasUser(name) === true || [...engine.sessions.values()].some(({ user }) => user.name === name)
  );
}

/**
 * Disconnects the sessions that meet all criteria; answers how many. The caller's own is disconnected after the reply.
 */
function kill(context: Context, criteria: readonly Criterion[], skipMe: boolean): number {
  let killed = 0;
  for (const session of context.engine.sessions.values()) {
    const isMe = session === context.session;
    // A session without a connection, as of a REST token, cannot be disconnected.
    if (session.disconnect === undefined || (isMe && skipMe)) continue;
    if (!criteria.every((meets) => meets(session))) continue;
    if (isMe) session.isClosing = true;
    else session.disconnect();
    killed++;
  }
  return killed;
}
