/** Converts replies to Lua values and back, by the rules of Redis's "Lua API" page for both protocols. */
import * as scriptErrors from "../core/errors/scripting.ts";
import {
  asResp2,
  Attributed,
  BigNumber,
  CommandError,
  Double,
  DoubleText,
  FlatMap,
  InResp2,
  isReplyArray,
  NoReply,
  NullArray,
  PairMap,
  Pairs,
  Push,
  ReplyBoolean,
  ReplySet,
  SimpleString,
  unknownReply,
  Verbatim,
} from "../core/reply.ts";
import type { Reply, Resp3Reply } from "../core/reply.ts";
import { LuaType } from "./lua-binary.ts";
import { truncated } from "./lua-state.ts";
import type { LuaState } from "./lua-state.ts";

/** The field of an error that was counted in the statistics. Its name is Redis's. */
export const COUNTED = "ignore_error_stats_update";

/** Pushes a reply as `redis.call` returns it, in the protocol that the script has set. */
export function pushReply(state: LuaState, L: number, reply: Reply, resp: 2 | 3): void {
  switch (typeof reply) {
    case "string":
      state.pushString(L, reply);
      return;
    case "number":
      state.lua.lua_pushnumber(L, reply);
      return;
    case "bigint":
      state.lua.lua_pushnumber(L, Number(reply));
      return;
    default:
      if (reply === null) pushNull(state, L, resp);
      else pushObject(state, L, reply, resp);
  }
}

function pushNull(state: LuaState, L: number, resp: 2 | 3): void {
  if (resp === 3) state.lua.lua_pushnil(L);
  else pushBoolean(state, L, false);
}

function pushObject(state: LuaState, L: number, reply: Exclude<Reply, string | number | bigint | null>, resp: 2 | 3) {
  if (isReplyArray(reply)) pushArray(state, L, reply, resp);
  else if (reply instanceof SimpleString) pushField(state, L, "ok", reply.text);
  else if (reply instanceof CommandError) pushCountedError(state, L, reply);
  else if (reply instanceof NullArray || reply instanceof NoReply) pushNull(state, L, resp);
  else if (reply instanceof InResp2) pushReply(state, L, reply.reply, resp);
  else if (resp === 3) pushResp3(state, L, reply, resp);
  else pushReply(state, L, asResp2(reply), resp);
}

function pushArray(state: LuaState, L: number, items: readonly Reply[], resp: 2 | 3): void {
  const { lua } = state;
  lua.luaL_checkstack(L, 4, state.constant("the reply is nested too deeply"));
  state.budget.work(items.length);
  lua.lua_createtable(L, items.length, 0);
  for (let i = 0; i < items.length; i++) {
    pushReply(state, L, items[i]!, resp);
    lua.lua_rawseti(L, -2, i + 1);
  }
}

/** Pushes a reply of RESP3's own types: a table with one field, which names the type. */
function pushResp3(state: LuaState, L: number, reply: Resp3Reply, resp: 3): void {
  const { lua } = state;
  lua.luaL_checkstack(L, 6, state.constant("the reply is nested too deeply"));
  if (reply instanceof ReplyBoolean) return pushBoolean(state, L, reply.value);
  if (reply instanceof Pairs) return pushArray(state, L, new PairMap(reply.items).pairs(), resp);
  if (reply instanceof Push) return pushArray(state, L, reply.items, resp);
  if (reply instanceof Attributed) return pushReply(state, L, reply.reply, resp);
  if (reply instanceof BigNumber) return pushField(state, L, "big_number", reply.text);
  lua.lua_createtable(L, 0, 1);
  if (reply instanceof Double || reply instanceof DoubleText) {
    lua.lua_pushnumber(L, reply instanceof Double ? reply.value : Number(reply.text));
    state.setField(L, -2, "double");
  } else if (reply instanceof Verbatim) {
    pushVerbatim(state, L, reply);
  } else if (reply instanceof ReplySet) {
    lua.lua_createtable(L, 0, reply.items.length);
    for (const item of reply.items) {
      pushReply(state, L, item, resp);
      pushBoolean(state, L, true);
      lua.lua_rawset(L, -3);
    }
    state.setField(L, -2, "set");
  } else if (reply instanceof FlatMap || reply instanceof PairMap) {
    const { items } = reply;
    lua.lua_createtable(L, 0, items.length / 2);
    for (const item of items.keys()) {
      pushReply(state, L, items[item]!, resp);
      if (item % 2 === 1) lua.lua_rawset(L, -3);
    }
    state.setField(L, -2, "map");
  } else {
    unknownReply(reply);
  }
}

function pushBoolean(state: LuaState, L: number, value: boolean): void {
  state.lua.lua_pushboolean(L, value ? 1 : 0);
}

function pushVerbatim(state: LuaState, L: number, { format, text }: Verbatim): void {
  state.lua.lua_createtable(L, 0, 2);
  state.pushString(L, text);
  state.setField(L, -2, "string");
  state.pushString(L, format);
  state.setField(L, -2, "format");
  state.setField(L, -2, "verbatim_string");
}

function pushField(state: LuaState, L: number, name: string, text: string): void {
  state.lua.lua_createtable(L, 0, 1);
  state.pushString(L, text);
  state.setField(L, -2, name);
}

/** Pushes an error that the library of scripts makes. */
export function pushError(state: LuaState, L: number, { text }: CommandError): void {
  state.lua.lua_createtable(L, 0, 2);
  state.pushString(L, text);
  state.setField(L, -2, "err");
}

/** Pushes the error of a command as `redis.pcall` returns it: marked, as in Redis, since it is counted already. */
export function pushCountedError(state: LuaState, L: number, error: CommandError): void {
  pushError(state, L, error);
  pushBoolean(state, L, true);
  state.setField(L, -2, COUNTED);
}

/** Limits of a reply that a script builds. */
interface ReplyLimits {
  readonly scriptReplyDepthMax: number;
  readonly scriptReplyElementsMax: number;
}

/** Converts the value that a script returns to a reply. */
export class ReplyReader {
  private readonly state: LuaState;
  private readonly limits: ReplyLimits;
  private elements = 0;
  private depth = 0;
  private resp: 2 | 3 = 2;

  constructor(state: LuaState, limits: ReplyLimits) {
    this.state = state;
    this.limits = limits;
  }

  /**
   * Converts and pops the value on top of the stack. Throws a CommandError for one that is too deep or too large.
   * `resp` is the protocol that the script has set.
   */
  read(L: number, resp: 2 | 3): Reply {
    this.elements = 0;
    this.depth = 0;
    this.resp = resp;
    return this.take(L);
  }

  private take(L: number): Reply {
    const { state } = this;
    const { lua } = state;
    if (++this.elements > this.limits.scriptReplyElementsMax) throw scriptErrors.REPLY_TOO_LARGE;
    state.budget.work(1);
    let reply: Reply;
    switch (lua.lua_type(L, -1)) {
      case LuaType.STRING:
        reply = state.toString(L, -1)!;
        break;
      case LuaType.NUMBER:
        reply = integerReply(lua.lua_tonumber(L, -1));
        break;
      case LuaType.BOOLEAN:
        reply = this.boolean(lua.lua_toboolean(L, -1) !== 0);
        break;
      case LuaType.TABLE:
        reply = this.table(L);
        break;
      default:
        reply = null;
    }
    state.pop(L, 1);
    return reply;
  }

  /** In RESP2, false is null and true is 1. */
  private boolean(value: boolean): Reply {
    if (this.resp === 3) return new ReplyBoolean(value);
    return value ? 1 : null;
  }

  /** Converts the table on top, and leaves it there. */
  private table(L: number): Reply {
    const { lua } = this.state;
    const tooDeep = this.depth >= this.limits.scriptReplyDepthMax;
    if (tooDeep || lua.lua_checkstack(L, 6) === 0) throw scriptErrors.REPLY_TOO_DEEP;
    this.depth++;
    const reply = (this.state.hasOnlyArray(L, -1) ? undefined : this.marked(L)) ?? this.array(L);
    this.depth--;
    return reply;
  }

  /** Converts a table with a field that names a type of reply; undefined for any other table. */
  private marked(L: number): Reply | undefined {
    const { lua } = this.state;
    const error = this.stringField(L, "err");
    if (error !== undefined) {
      this.pushField(L, COUNTED);
      const isCounted = lua.lua_toboolean(L, -1) !== 0;
      this.state.pop(L, 1);
      return scriptErrors.returned(oneLine(beforeZero(error)), isCounted);
    }
    const ok = this.stringField(L, "ok");
    if (ok !== undefined) return new SimpleString(oneLine(beforeZero(ok)));
    const double = this.numberField(L, "double");
    if (double !== undefined) return new Double(double);
    const big = this.stringField(L, "big_number");
    if (big !== undefined) return new BigNumber(oneLine(big));
    if (this.pushTable(L, "verbatim_string")) {
      const [format, text] = [this.stringField(L, "format"), this.stringField(L, "string")];
      this.state.pop(L, 1);
      if (format !== undefined && text !== undefined) return new Verbatim(text, format.slice(0, 3).padEnd(3));
    }
    if (this.pushTable(L, "map")) return new FlatMap(this.entries(L, true));
    if (this.pushTable(L, "set")) return new ReplySet(this.entries(L, false));
    return undefined;
  }

  /** The keys of the table on top, with their values if wanted. Pops the table. */
  private entries(L: number, withValues: boolean): Reply[] {
    const { state } = this;
    const { lua } = state;
    const items: Reply[] = [];
    lua.lua_pushnil(L);
    while (lua.lua_next(L, -2) !== 0) {
      // Reads a copy of the key: converting a key to a string would confuse the traversal.
      lua.lua_pushvalue(L, -2);
      items.push(this.take(L));
      if (withValues) items.push(this.take(L));
      else state.pop(L, 1);
    }
    state.pop(L, 1);
    return items;
  }

  private array(L: number): Reply[] {
    const { state } = this;
    const { lua } = state;
    const items: Reply[] = [];
    for (let i = 1; ; i++) {
      lua.lua_rawgeti(L, -1, i);
      if (lua.lua_type(L, -1) === LuaType.NIL) break;
      items.push(this.take(L));
    }
    state.pop(L, 1);
    return items;
  }

  /** Pushes a field of the table on top, without metamethods; answers its type. */
  private pushField(L: number, name: string): number {
    const { lua } = this.state;
    this.state.pushString(L, name);
    lua.lua_rawget(L, -2);
    return lua.lua_type(L, -1);
  }

  private stringField(L: number, name: string): string | undefined {
    const text = this.pushField(L, name) === LuaType.STRING ? this.state.toString(L, -1) : undefined;
    this.state.pop(L, 1);
    return text;
  }

  private numberField(L: number, name: string): number | undefined {
    const value = this.pushField(L, name) === LuaType.NUMBER ? this.state.lua.lua_tonumber(L, -1) : undefined;
    this.state.pop(L, 1);
    return value;
  }

  /** Pushes a field, without metamethods, if it is a table; answers whether it did. */
  private pushTable(L: number, name: string): boolean {
    if (this.pushField(L, name) === LuaType.TABLE) return true;
    this.state.pop(L, 1);
    return false;
  }
}

/** As in Redis, the integer part of a number in 64 bits. */
function integerReply(value: number): number | bigint {
  const integer = truncated(value);
  return Number.isSafeInteger(integer) ? integer + 0 : BigInt(integer);
}

const [LINE_FEED, CARRIAGE_RETURN, SPACE] = [10, 13, 32];

/** A status or an error as one line. Byte by byte, since a regular expression allocates an object for each match. */
export function oneLine(text: string): string {
  if (!/[\r\n]/.test(text)) return text;
  const bytes = Buffer.from(text, "latin1");
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === LINE_FEED || bytes[i] === CARRIAGE_RETURN) bytes[i] = SPACE;
  return bytes.latin1Slice();
}

/** The text before the first zero, which ends it in C. */
export function beforeZero(text: string): string {
  const zero = text.indexOf("\0");
  return zero < 0 ? text : text.slice(0, zero);
}
