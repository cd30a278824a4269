/** The `redis` library of scripts. Source: Redis's "Lua API reference". */
import { createHash } from "node:crypto";
import * as scriptErrors from "../core/errors/scripting.ts";
import { formatDouble } from "../core/numbers.ts";
import { CommandError } from "../core/reply.ts";
import { LuaType } from "./lua-binary.ts";
import { pushCountedError, pushError, pushReply } from "./lua-replies.ts";
import type { Library } from "./lua-sandbox.ts";
import type { HostFunction, LuaState } from "./lua-state.ts";
import type { ScriptDialect, ScriptHost } from "./script-engine.ts";

/** The current run, which these functions read and change. */
export interface ScriptRun {
  readonly host: ScriptHost;
  /** The protocol that the script has set with `setresp`. */
  resp: 2 | 3;
}

/** Work charged for a command, in elements. */
const COMMAND_WORK = 1000;

const LOG_LEVELS = { LOG_DEBUG: 0, LOG_VERBOSE: 1, LOG_NOTICE: 2, LOG_WARNING: 3 } as const;

const REPLICATION = { REPL_NONE: 0, REPL_AOF: 1, REPL_SLAVE: 2, REPL_REPLICA: 2, REPL_ALL: 3 } as const;

const versionOf = ({ redisVersion }: ScriptDialect): Library["constants"] => ({
  REDIS_VERSION: redisVersion,
  REDIS_VERSION_NUM: redisVersion.split(".").reduce((number, part) => number * 256 + Number(part), 0),
});

/** The library by its names: Valkey's, which its scripts use, beside Redis's. */
export const namesOf = (redis: Library, { hasServer }: ScriptDialect): Record<string, Library> =>
  hasServer ? { redis, server: redis } : { redis };

/** The SHA1 of bytes, as lower-case hexadecimal. */
export function sha1Hex(bytes: string): string {
  return createHash("sha1").update(bytes, "latin1").digest("hex");
}

/** `current` answers the current run. Scripts have a few functions that libraries of functions do not have. */
export function redisLibrary(
  current: () => ScriptRun | undefined,
  user: "scripts" | "functions",
  dialect: ScriptDialect,
): Library {
  const running = (state: LuaState, L: number): ScriptRun => {
    // The time of a command is not known in advance, so a few commands are charged enough to look at the clock.
    state.budget.work(COMMAND_WORK);
    return current() ?? raiseTable(state, L, scriptErrors.NOT_WHILE_LOADING);
  };
  return {
    constants: { ...LOG_LEVELS, ...REPLICATION, ...versionOf(dialect) },
    functions: {
      call: (state, L) => call(state, L, running(state, L), true),
      pcall: (state, L) => call(state, L, running(state, L), false),
      log,
      setresp: (state, L) => setResp(state, L, running(state, L)),
      sha1hex: sha1hexFunction,
      error_reply: errorReply,
      status_reply: statusReply,
      set_repl: setRepl,
      acl_check_cmd: (state, L) => aclCheckCmd(state, L, running(state, L)),
      ...(user === "scripts" ? SCRIPTS_ONLY : {}),
    },
  };
}

const SCRIPTS_ONLY: Readonly<Record<string, HostFunction>> = {
  // Effects are always journalled, so there is nothing to switch on.
  replicate_commands: (state, L) => pushBoolean(state, L, true),
  // There is no debugger, which Redis answers in this way too.
  breakpoint: (state, L) => pushBoolean(state, L, false),
  debug: () => 0,
};

/** The `redis` library while a library is loaded: it can register functions and log. */
export function loadTimeLibrary(register: HostFunction, dialect: ScriptDialect): Library {
  return { constants: { ...LOG_LEVELS, ...versionOf(dialect) }, functions: { register_function: register, log } };
}

/** Raises an error of the library as a table, which a script can catch. */
export function raiseTable(state: LuaState, L: number, error: CommandError): never {
  pushError(state, L, error);
  return state.raiseTop(L);
}

/** redis.call(command, …) and redis.pcall(command, …) */
function call(state: LuaState, L: number, run: ScriptRun, raises: boolean): number {
  const words = wordsOf(state, L);
  if (words instanceof CommandError) {
    pushError(state, L, words);
    return raises ? state.raiseTop(L) : 1;
  }
  const reply = run.host.call(words, run.resp);
  if (reply instanceof CommandError) {
    pushCountedError(state, L, reply);
    return raises ? state.raiseTop(L) : 1;
  }
  pushReply(state, L, reply, run.resp);
  return 1;
}

/** The arguments as words, or the error for one that cannot be a word. */
function wordsOf(state: LuaState, L: number): string[] | CommandError {
  const count = state.argumentCount(L);
  if (count === 0) return scriptErrors.NO_ARGUMENTS;
  const words: string[] = [];
  for (let i = 1; i <= count; i++) {
    const type = state.argumentType(L, i);
    if (type === LuaType.STRING) words.push(state.argumentText(L, i));
    // Lua itself prints fourteen digits.
    else if (type === LuaType.NUMBER) words.push(formatDouble(state.argumentNumber(L, i)));
    else return scriptErrors.BAD_ARGUMENTS;
  }
  return words;
}

/** redis.log(level, message, …): checks its arguments. Scripts do not write to the server's log. */
function log(state: LuaState, L: number): number {
  const { lua } = state;
  if (lua.lua_gettop(L) < 2) raiseTable(state, L, scriptErrors.LOG_ARITY);
  if (lua.lua_isnumber(L, 1) === 0) {
    raiseTable(state, L, scriptErrors.LOG_LEVEL_NOT_NUMBER);
  }
  const level = Math.trunc(lua.lua_tonumber(L, 1));
  if (!(level >= LOG_LEVELS.LOG_DEBUG && level <= LOG_LEVELS.LOG_WARNING)) {
    raiseTable(state, L, scriptErrors.BAD_LOG_LEVEL);
  }
  return 0;
}

/** redis.setresp(version) */
function setResp(state: LuaState, L: number, run: ScriptRun): number {
  const { lua } = state;
  if (lua.lua_gettop(L) !== 1) raiseTable(state, L, scriptErrors.SETRESP_ARITY);
  const version = Math.trunc(lua.lua_tonumber(L, 1));
  if (version !== 2 && version !== 3) raiseTable(state, L, scriptErrors.BAD_RESP_VERSION);
  run.resp = version;
  return 0;
}

/** redis.sha1hex(string) */
function sha1hexFunction(state: LuaState, L: number): number {
  if (state.lua.lua_gettop(L) !== 1) raiseTable(state, L, scriptErrors.SHA1HEX_ARITY);
  state.pushString(L, sha1Hex(state.toString(L, 1) ?? ""));
  return 1;
}

/** The single string argument; undefined when it is another, in which case an error is pushed. */
function onlyString(state: LuaState, L: number): string | undefined {
  if (state.lua.lua_gettop(L) === 1 && state.lua.lua_type(L, 1) === LuaType.STRING) return state.toString(L, 1);
  state.lua.lua_createtable(L, 0, 1);
  state.pushString(L, scriptErrors.NOT_A_SINGLE_STRING.text);
  state.setField(L, -2, "err");
  return undefined;
}

/** redis.error_reply(text): adds a code to a text without one. */
function errorReply(state: LuaState, L: number): number {
  const given = onlyString(state, L);
  if (given === undefined) return 1;
  const zero = given.indexOf("\0");
  const text = (zero < 0 ? given : given.slice(0, zero)).replace(/^-/, "");
  const space = text.indexOf(" ");
  const code = space < 0 ? "ERR" : text.slice(0, space);
  const message = trimLineEnds(text.slice(space + 1));
  state.lua.lua_createtable(L, 0, 1);
  state.pushString(L, `${code} ${message}`);
  state.setField(L, -2, "err");
  return 1;
}

/** The text without line breaks around it. A regular expression would take quadratic time. */
function trimLineEnds(text: string): string {
  const isLineEnd = (char: string | undefined): boolean => char === "\r" || char === "\n";
  let [from, to] = [0, text.length];
  while (from < to && isLineEnd(text[from])) from++;
  while (to > from && isLineEnd(text[to - 1])) to--;
  return text.slice(from, to);
}

/** redis.status_reply(text) */
function statusReply(state: LuaState, L: number): number {
  const text = onlyString(state, L);
  if (text === undefined) return 1;
  state.lua.lua_createtable(L, 0, 1);
  state.pushString(L, text);
  state.setField(L, -2, "ok");
  return 1;
}

/** redis.set_repl(flags): checks its argument. Effects are journalled regardless. */
function setRepl(state: LuaState, L: number): number {
  const { lua } = state;
  if (lua.lua_gettop(L) !== 1) raiseTable(state, L, scriptErrors.SET_REPL_ARITY);
  const flags = Math.trunc(lua.lua_tonumber(L, 1));
  if ((flags & ~REPLICATION.REPL_ALL) !== 0) raiseTable(state, L, scriptErrors.BAD_REPLICATION_FLAGS);
  return 0;
}

/** redis.acl_check_cmd(command, …) */
function aclCheckCmd(state: LuaState, L: number, run: ScriptRun): number {
  const words = wordsOf(state, L);
  if (words instanceof CommandError) return raiseTable(state, L, words);
  const may = run.host.mayRun(words);
  if (may === undefined) raiseTable(state, L, scriptErrors.BAD_ACL_CHECK);
  return pushBoolean(state, L, may === true);
}

function pushBoolean(state: LuaState, L: number, value: boolean): number {
  state.lua.lua_pushboolean(L, value ? 1 : 0);
  return 1;
}
