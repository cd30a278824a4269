// Commands from https://redis.io/docs/latest/commands/?group=connection; CLIENT has its file. Over REST a token has no
// connection of its own, so only PING and ECHO are served there.
import { owned } from "../core/bytes.ts";
import * as errors from "../core/errors.ts";
import * as connectionErrors from "../core/errors/connection.ts";
import * as doorErrors from "../core/errors/doors.ts";
import { FlatMap, OK, PONG, SimpleString } from "../core/reply.ts";
import type { CommandError, Reply } from "../core/reply.ts";
import { isTestToken, misplacedToken } from "../core/test-token.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { UNAUTHENTICATED } from "../core/authority.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../engine/session.ts";
import { discard } from "../engine/transaction.ts";
import { databaseNumber, exactInteger, isOption } from "./args.ts";
import { clientName } from "./client.ts";

const NO_REST = { rest: "no" } as const;
/** Flags of commands that a connection may send before it has authenticated, and while a script runs. */
const ALWAYS = "noscript loading stale fast no_auth allow_busy uncounted local";
const ENDS = `${ALWAYS} while_subscribed multi_ends`;
const AUTH = { ...NO_REST, secrets: { from: 1 } };
const HELLO = { ...NO_REST, secrets: { behind: "AUTH" } };

const PING_FLAGS = "fast uncounted while_subscribed @shards:all";

export const connectionCommands = commandTable("connection", [
  row("AUTH", -2, ALWAYS, undefined, "1.0.0", auth, "Authenticates the connection.", AUTH),
  row("ECHO", 2, "loading stale fast", undefined, "1.0.0", echo, "Returns the message."),
  row("HELLO", -1, ALWAYS, undefined, "6.0.0", hello, "Chooses the protocol and authenticates.", HELLO),
  row("PING", -1, PING_FLAGS, undefined, "1.0.0", ping, "Returns PONG or the message."),
  row("QUIT", -1, ENDS, undefined, "1.0.0", quit, "Closes the connection.", NO_REST),
  row("RESET", 1, ENDS, undefined, "6.2.0", reset, "Makes the connection as it was at first.", NO_REST),
  row("SELECT", 2, "loading stale fast uncounted local", undefined, "1.0.0", select, "Chooses a database.", NO_REST),
]);

/** PING [message] */
function ping({ session }: Context, words: Words): Reply {
  if (words.length > 2) throw errors.wrongArity("ping");
  // A RESP2 session that is subscribed reads messages only, so the reply has their form.
  if (session.subscriptions !== undefined && session.protocol === 2) return ["pong", words[1] ?? ""];
  return words.length === 1 ? PONG : words[1];
}

/** ECHO message */
function echo(_context: Context, words: Words): Reply {
  return words[1];
}

/** SELECT index */
function select(context: Context, words: Words): Reply {
  context.session.databaseNumber = databaseNumber(words[1], context.engine.dataset.databases.length);
  return OK;
}

/** QUIT */
function quit(context: Context): Reply {
  context.session.isClosing = true;
  return OK;
}

/** RESET */
function reset(context: Context): Reply {
  const { engine, session } = context;
  discard(engine, session);
  engine.stopListening(session);
  session.reset();
  // `default` may have been given a password since the connection began.
  if (session.door === "resp" && engine.authority !== undefined)
    session.user = engine.authority.initialUser ?? UNAUTHENTICATED;
  return new SimpleString("RESET");
}

/** AUTH [username] password */
function auth(context: Context, words: Words): Reply {
  if (words.length > 3) throw errors.SYNTAX;
  const [name, secret] = words.length === 2 ? ["", words[1]] : [words[1], words[2]];
  const { authority } = context.engine;
  if (words.length === 2 && (authority === undefined || authority.initialUser !== undefined)) {
    throw connectionErrors.AUTH_WITHOUT_PASSWORD;
  }
  authenticate(context, name, secret);
  return OK;
}

/** Sets the session's user. Throws WRONGPASS for a wrong password, and counts the failure. */
function authenticate(context: Context, name: string, secret: string): void {
  const { engine, session } = context;
  // Checked here for each AUTH of a transaction, which the door does not see.
  if (session.guesses?.mayTry() === false) throw doorErrors.TOO_MANY_FAILED_LOGINS;
  const user = engine.authority?.authenticate(name, secret);
  if (user === undefined) {
    const username = name === "" ? "default" : owned(name);
    engine.logRefusal(session, "auth", "toplevel", owned(context.words[0]!), username);
    if (session.guesses?.failed() !== true)
      throw misplacedAs(name, secret, engine.isForTests) ?? connectionErrors.WRONG_PASS;
    session.isClosing = true;
    throw doorErrors.TOO_MANY_FAILED_LOGINS;
  }
  session.user = user;
}

/** Why a password opens nothing, if it is a token in the wrong place. Those of users that clients have made are none. */
function misplacedAs(name: string, secret: string, isForTests: boolean): CommandError | undefined {
  return name === "" || name === "default" || isTestToken(secret) ? misplacedToken(secret, isForTests) : undefined;
}

/** HELLO [protover [AUTH username password] [SETNAME clientname]] */
function hello(context: Context, words: Words): Reply {
  const { session } = context;
  const protocol = words.length === 1 ? session.protocol : protocolVersion(words[1]);
  let credentials: readonly [name: string, secret: string] | undefined;
  let name: string | undefined;
  for (let i = 2; i < words.length; i++) {
    const option = words[i]!;
    if (isOption(option, "AUTH") && i + 2 < words.length) credentials = [words[++i]!, words[++i]!];
    else if (isOption(option, "SETNAME") && i + 1 < words.length) name = clientName(words[++i]!);
    else throw connectionErrors.badHelloOption(option);
  }
  if (credentials !== undefined) authenticate(context, ...credentials);
  if (!session.isAuthenticated) throw connectionErrors.HELLO_WITHOUT_AUTH;
  if (name !== undefined) session.name = name;
  session.protocol = protocol;
  return new FlatMap(greeting(session, context.engine));
}

function protocolVersion(word: string): 2 | 3 {
  const version = exactInteger(word, connectionErrors.PROTOCOL_NOT_INTEGER);
  if (version !== 2 && version !== 3) throw connectionErrors.UNKNOWN_PROTOCOL;
  return version;
}

function greeting(session: Session, { redisVersion, target }: Engine): Reply[] {
  const valkey = target?.valkeyVersion;
  const product = { server: valkey === undefined ? "redis" : "valkey", version: valkey ?? redisVersion };
  const facts = { ...product, proto: session.protocol, id: session.id };
  return Object.entries({ ...facts, mode: "standalone", role: "master", modules: [] }).flat();
}
