// ACL: https://redis.io/docs/latest/commands/acl/, commands about users. RESTTOKEN and GENTOKEN are Upstash's. access/
// applies the rules.
import { isUserName } from "../access/acl-file.ts";
import { encodeAclToken, isStrongPassword, unwrapPassword } from "../access/acl-token.ts";
import { mergeSelectors } from "../access/acl-user.ts";
import type { AclUser } from "../access/acl-user.ts";
import { strictProblem } from "../access/strict-rules.ts";
import { DEFAULT_USER, Users } from "../access/users.ts";
import { owned } from "../core/bytes.ts";
import { arityFits, redisName } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as aclErrors from "../core/errors/acl.ts";
import * as doorErrors from "../core/errors/doors.ts";
import { CommandError, Double, FlatMap, OK, ReplySet } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { AclLogEntry } from "../engine/acl-log.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { Session } from "../engine/session.ts";
import { integer, integerWithin, isOption } from "./args.ts";
import { help } from "./help.ts";

const PLAIN = "noscript loading stale";
const ADMIN = "admin noscript loading stale";
const TOKENS = "admin noscript";
const RULES = { secrets: { from: 3 } };
const PASSWORDS = { secrets: { from: 2 } };

export const aclCommands = commandTable({ group: "server", flags: "local" }, [
  containerRow("ACL", "6.0.0", "A container for commands on users."),
  row("ACL CAT", -2, PLAIN, undefined, "6.0.0", aclCat, "Returns categories, or the commands of one."),
  row("ACL DELUSER", -3, ADMIN, undefined, "6.0.0", aclDeluser, "Removes users and ends their connections."),
  row("ACL DRYRUN", -4, ADMIN, undefined, "7.0.0", aclDryrun, "Tells whether a user may run a command."),
  row("ACL GENPASS", -2, PLAIN, undefined, "6.0.0", aclGenpass, "Returns a random password."),
  row("ACL GENTOKEN", -3, TOKENS, undefined, "upstash", aclGentoken, "Makes a token for a user's password.", PASSWORDS),
  row("ACL GETUSER", 3, ADMIN, undefined, "6.0.0", aclGetuser, "Returns a user's rules."),
  row("ACL HELP", 2, "loading stale", undefined, "6.0.0", help, "Returns the subcommands."),
  row("ACL LIST", 2, ADMIN, undefined, "6.0.0", aclList, "Returns all users as lines of an ACL file."),
  row("ACL LOAD", 2, ADMIN, undefined, "6.0.0", aclLoad, "Reads the users from the ACL file."),
  row("ACL LOG", -2, ADMIN, undefined, "6.0.0", aclLog, "Returns what was refused, or forgets it."),
  row("ACL RESTTOKEN", 4, TOKENS, undefined, "upstash", aclResttoken, "Makes a token of a user's password.", PASSWORDS),
  row("ACL SAVE", 2, ADMIN, undefined, "6.0.0", aclSave, "Writes the users to the ACL file."),
  row("ACL SETUSER", -3, ADMIN, undefined, "6.0.0", aclSetuser, "Makes a user or changes its rules.", RULES),
  row("ACL USERS", 2, ADMIN, undefined, "6.0.0", aclUsers, "Returns the names of all users."),
  row("ACL WHOAMI", 2, PLAIN, undefined, "6.0.0", aclWhoami, "Returns the name of the connection's user."),
]);

/** The users, unless the engine runs without any. */
function usersOf({ engine }: Context): Users {
  const { authority } = engine;
  if (!(authority instanceof Users)) throw aclErrors.NO_USERS;
  return authority;
}

/** ACL WHOAMI */
function aclWhoami({ session }: Context): Reply {
  return session.user.name;
}

/** ACL USERS */
function aclUsers(context: Context): Reply {
  return usersOf(context)
    .all()
    .map(({ name }) => name);
}

/** ACL LIST */
function aclList(context: Context): Reply {
  return usersOf(context)
    .all()
    .map((user) => user.describe());
}

/** ACL GETUSER username */
function aclGetuser(context: Context, words: Words): Reply {
  const users = usersOf(context);
  const user = users.get(words[2]);
  if (user === undefined) return null;
  const [root, ...others] = user.permissions;
  const { commands, keys, channels } = root!.texts();
  const fields: Reply[] = ["flags", new ReplySet(user.flags), "passwords", user.listedPasswords];
  fields.push("commands", commands, "keys", keys, "channels", channels);
  if (!users.isStrict) {
    const selectors = others.map((selector) => new FlatMap(Object.entries(selector.texts()).flat()));
    fields.push("selectors", selectors);
  }
  return new FlatMap(fields);
}

/** ACL CAT [categoryname] */
function aclCat(context: Context, words: Words): Reply {
  const { commands } = usersOf(context);
  if (words.length > 3) throw errors.badSubcommand("ACL", words[1]);
  if (words.length === 2) return commands.categories;
  const specs = commands.inCategory(words[2].toLowerCase());
  if (specs === undefined) throw aclErrors.unknownCategory(words[2]);
  return specs.map(({ name }) => redisName(name));
}

/** ACL SETUSER username [rule …] */
function aclSetuser(context: Context, words: Words): Reply {
  const users = usersOf(context);
  const name = owned(words[2]);
  if (!isUserName(name)) throw aclErrors.BAD_USER_NAME;
  const merged = mergeSelectors(words.slice(3).map(owned));
  if ("unmatched" in merged) throw aclErrors.unmatchedSelector(merged.unmatched);
  const problem = (users.isStrict ? strictProblem(name, merged.rules) : undefined) ?? users.set(name, merged.rules);
  if (problem !== undefined) throw aclErrors.badRule(problem.rule, problem.reason);
  const user = users.get(name)!;
  cutSessions(context, (session) => session.user === user && listensToForbidden(context, session, user));
  return OK;
}

/** ACL DELUSER username [username …] */
function aclDeluser(context: Context, words: Words): Reply {
  const users = usersOf(context);
  const names = words.slice(2);
  if (names.includes(DEFAULT_USER)) throw aclErrors.DEFAULT_USER_STAYS;
  const deleted = new Set(names.map((name) => users.delete(name)).filter((user) => user !== undefined));
  cutSessions(context, (session) => deleted.has(session.user as AclUser));
  return deleted.size;
}

/** Whether a session is subscribed to a name, or monitors, and its user's new rules no longer allow that. */
function listensToForbidden({ engine }: Context, session: Session, user: AclUser): boolean {
  if (user.isUnrestricted) return false;
  const mayRun = (...words: [string, ...string[]]): boolean =>
    user.refusal(engine.registry.get(words[0])!.command, words) === undefined;
  if (engine.monitors.has(session) && !mayRun("MONITOR")) return true;
  const { channels = [], patterns = [], shardChannels = [] } = session.subscriptions ?? {};
  return (
    [...channels].some((channel) => !mayRun("SUBSCRIBE", channel)) ||
    [...patterns].some((pattern) => !mayRun("PSUBSCRIBE", pattern)) ||
    [...shardChannels].some((channel) => !mayRun("SSUBSCRIBE", channel))
  );
}

/** Disconnects sessions: the caller's own after the reply. */
function cutSessions(context: Context, isMeant: (session: Session) => boolean): void {
  for (const session of context.engine.sessions.values()) {
    if (!isMeant(session)) continue;
    if (session === context.session) session.isClosing = true;
    else session.disconnect?.();
  }
}

/** ACL GENPASS [bits] */
function aclGenpass(context: Context, words: Words): Reply {
  if (words.length > 3) throw errors.badSubcommand("ACL", words[1]);
  let bits = 256;
  if (words.length === 3) {
    bits = integer(words[2]);
    if (bits < 1 || bits > 4096) throw aclErrors.GENPASS_BITS_OUT_OF_RANGE;
  }
  const digits = Math.ceil(bits / 4);
  return context.engine.environment.secretHex(Math.ceil(digits / 2)).slice(0, digits);
}

/** ACL DRYRUN username command [arg …] */
function aclDryrun(context: Context, words: Words): Reply {
  const user = usersOf(context).get(words[2]);
  if (user === undefined) throw aclErrors.userNotFound(words[2]);
  const inner = words.slice(3);
  const entry = context.engine.registry.find(inner);
  if (entry === undefined || entry instanceof CommandError || inner[0]!.includes(" ")) {
    throw aclErrors.commandNotFound(words[3]!);
  }
  const { command } = entry;
  if (!arityFits(command, inner)) throw errors.wrongArity(command.name);
  const refusal = user.refusal(command, inner);
  if (refusal === undefined) return OK;
  if (refusal.reason === "command")
    return `This user has no permissions to run the '${redisName(command.name)}' command`;
  return `This user has no permissions to access the '${inner[refusal.index]}' ${refusal.reason}`;
}

/** ACL LOG [count | RESET] */
function aclLog(context: Context, words: Words): Reply {
  const log = context.engine.aclLog;
  if (words.length > 3) throw errors.badSubcommand("ACL", words[1]);
  if (isOption(words[2], "RESET")) {
    log.clear();
    return OK;
  }
  const count = words.length === 3 ? Math.max(0, integerWithin(words[2], -Infinity, Infinity, errors.NOT_INTEGER)) : 10;
  const entries = log.entries().slice(0, count);
  return entries.map((entry) => new FlatMap(Object.entries(told(context, entry)).flat()));
}

/** An entry as ACL LOG shows it. */
function told(
  context: Context,
  { atMs, clientInfo, count, object, reason, username, ...entry }: AclLogEntry,
): ReplyFields {
  const age = new Double((context.nowMs - atMs) / 1000);
  const facts = { count, reason, context: entry.context, object, username };
  return { ...facts, "age-seconds": age, "client-info": clientInfo };
}

type ReplyFields = Readonly<Record<string, Reply>>;

/** ACL LOAD */
function aclLoad(context: Context): Reply {
  const users = usersOf(context);
  if (users.store === undefined) return withoutFile(users);
  const before = new Set(users.all());
  const problem = users.load();
  if (problem !== undefined) throw aclErrors.badFile(problem);
  cutSessions(context, ({ user }) => before.has(user as AclUser) && users.get(user.name) !== user);
  for (const user of users.all()) {
    cutSessions(context, (session) => session.user === user && listensToForbidden(context, session, user));
  }
  return OK;
}

/** ACL SAVE */
function aclSave(context: Context): Reply {
  const users = usersOf(context);
  if (users.store === undefined) return withoutFile(users);
  try {
    users.save();
  } catch {
    throw aclErrors.NOT_SAVED;
  }
  return OK;
}

/**
 * The reply of ACL LOAD and SAVE without an ACL file: OK under strict rules, as the hosted service answers. Throws
 * otherwise.
 */
function withoutFile(users: Users): Reply {
  if (users.isStrict) return OK;
  throw aclErrors.NO_FILE;
}

/** ACL RESTTOKEN username password */
function aclResttoken(context: Context, words: Words): Reply {
  const [, , name, word] = words;
  const { guesses } = context.session;
  if (guesses?.mayTry() === false) throw doorErrors.TOO_MANY_FAILED_LOGINS;
  const user = usersOf(context).get(name);
  const password = unwrapPassword(name, word);
  const token = user?.accepts(password) === true ? encodeAclToken({ name, password }) : undefined;
  if (token === undefined) guesses?.failed();
  if (token === undefined) throw aclErrors.noTokenFor(name);
  return token;
}

/** Random bytes of a generated password. */
const PASSWORD_BYTES = 24;

/** ACL GENTOKEN username [password] */
function aclGentoken(context: Context, words: Words): Reply {
  if (words.length > 4) throw errors.badSubcommand("ACL", words[1]);
  const name = words[2];
  if (!isUserName(name)) throw aclErrors.BAD_USER_NAME;
  const password = words.length === 4 ? words[3] : context.engine.environment.secretHex(PASSWORD_BYTES);
  if (!isStrongPassword(password)) throw aclErrors.WEAK_PASSWORD;
  const token = encodeAclToken({ name, password });
  if (token === undefined) throw aclErrors.BAD_USER_NAME;
  return token;
}
