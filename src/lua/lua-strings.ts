/**
 * Functions of Lua's string library and `tonumber`, where the binary's own will not do: its `long` has 32 bits, and its
 * pattern matcher cannot be interrupted. Each reads its arguments and words its errors as the original.
 */
import { LuaType, REGISTRY_INDEX } from "./lua-binary.ts";
import { formatInteger, parseUnsigned } from "./lua-numbers.ts";
import type { IntegerFormat } from "./lua-numbers.ts";
import { Matcher, PatternError, isPlain } from "./lua-pattern.ts";
import type { Capture } from "./lua-pattern.ts";
import { toInt32, upvalue } from "./lua-state.ts";
import type { HostFunction, LuaState } from "./lua-state.ts";
import type { WasmFunction } from "./web-assembly.ts";

/** What these functions need of the machine's owner. */
export interface StringLimits {
  /** Throws when the script has run for too long. */
  readonly checkTime: () => void;
  /** Adds to the work done outside of the machine (elements or blocks of bytes); calls `checkTime` once in a while. */
  readonly work: (amount: number) => void;
  /** Longest string that a function may build, in bytes. */
  readonly stringBytesMax: number;
}

const INT32_MAX = 2 ** 31 - 1;

/** Bytes that are copied in the time of one element. */
const BYTES_PER_WORK = 64;

/** Redis's posrelat: a position from 1, or from the end when negative, as an offset that may lie outside. */
function offsetOf(position: number, length: number): number {
  const from = position < 0 ? Math.max(0, position + length + 1) : position;
  return from - 1;
}

/** Runs what may find fault with a pattern, and raises that. */
function matching<T>(state: LuaState, L: number, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof PatternError) return state.raise(L, error.text);
    throw error;
  }
}

function pushCapture(state: LuaState, L: number, capture: Capture): void {
  if (typeof capture === "number") state.lua.lua_pushnumber(L, capture);
  else state.pushString(L, capture);
}

function pushCaptures(state: LuaState, L: number, captures: readonly Capture[]): number {
  state.lua.luaL_checkstack(L, captures.length, state.constant("too many captures"));
  for (const capture of captures) pushCapture(state, L, capture);
  return captures.length;
}

/** string.find and string.match */
export function finder(limits: StringLimits, find: boolean): HostFunction {
  return (state, L) => {
    const { lua } = state;
    const subject = state.checkString(L, 1);
    const pattern = state.checkString(L, 2);
    const init = Math.min(Math.max(0, offsetOf(state.optInteger(L, 3, 1), subject.length)), subject.length);
    if (find && (lua.lua_toboolean(L, 4) !== 0 || isPlain(pattern))) return plainFind(state, L, subject, pattern, init);
    const anchored = pattern.startsWith("^");
    const matcher = new Matcher(subject, pattern, limits.checkTime);
    const found = matching(state, L, () => {
      for (let start = init; start <= subject.length; start++) {
        const end = matcher.matchAt(start, anchored ? 1 : 0);
        if (end !== -1) {
          const captures = find && matcher.captureCount === 0 ? [] : matcher.captures(start, end);
          return { start, end, captures };
        }
        if (anchored) break;
      }
      return undefined;
    });
    if (found === undefined) {
      lua.lua_pushnil(L);
      return 1;
    }
    if (!find) return pushCaptures(state, L, found.captures);
    lua.lua_pushnumber(L, found.start + 1);
    lua.lua_pushnumber(L, found.end);
    return pushCaptures(state, L, found.captures) + 2;
  };
}

function plainFind(state: LuaState, L: number, subject: string, text: string, init: number): number {
  const at = subject.indexOf(text, init);
  if (at < 0) {
    state.lua.lua_pushnil(L);
    return 1;
  }
  state.lua.lua_pushnumber(L, at + 1);
  state.lua.lua_pushnumber(L, at + text.length);
  return 2;
}

/**
 * string.gmatch: the iterator's state lies in its upvalues, as in the original. The last subject is kept, since a loop
 * comes back with the same one; a reference keeps its address from being used again.
 */
export function gmatch(limits: StringLimits): HostFunction {
  let last: { readonly address: number; readonly ref: number; readonly subject: string } | undefined;
  const subjectOf = (state: LuaState, L: number): string => {
    const { lua } = state;
    const address = lua.lua_tolstring(L, upvalue(1), 0);
    if (last?.address === address) return last.subject;
    if (last !== undefined) state.forget(last.ref);
    lua.lua_pushvalue(L, upvalue(1));
    last = { address, ref: lua.luaL_ref(L, REGISTRY_INDEX), subject: state.stringAt(address) };
    return last.subject;
  };
  const next: HostFunction = (state, L) => {
    const { lua } = state;
    const subject = subjectOf(state, L);
    const matcher = new Matcher(subject, state.toString(L, upvalue(2))!, limits.checkTime);
    const found = matching(state, L, () => {
      for (let start = lua.lua_tonumber(L, upvalue(3)); start <= subject.length; start++) {
        const end = matcher.matchAt(start, 0);
        if (end !== -1) return { next: end === start ? end + 1 : end, captures: matcher.captures(start, end) };
      }
      return undefined;
    });
    if (found === undefined) return 0;
    lua.lua_pushnumber(L, found.next);
    lua.lua_replace(L, upvalue(3));
    return pushCaptures(state, L, found.captures);
  };
  let nextPointer = 0;
  return (state, L) => {
    state.checkString(L, 1);
    state.checkString(L, 2);
    state.lua.lua_settop(L, 2);
    state.lua.lua_pushnumber(L, 0);
    nextPointer ||= state.functionPointers([next])[0]!;
    state.pushFunction(L, nextPointer, 3);
    return 1;
  };
}

/** string.gsub */
export function gsub(limits: StringLimits): HostFunction {
  return (state, L) => {
    const { lua } = state;
    const subject = state.checkString(L, 1);
    const pattern = state.checkString(L, 2);
    const kind = lua.lua_type(L, 3);
    const most = toInt32(state.optInteger(L, 4, subject.length + 1));
    const allowed: readonly number[] = [LuaType.NUMBER, LuaType.STRING, LuaType.FUNCTION, LuaType.TABLE];
    if (!allowed.includes(kind)) state.raiseArgument(L, 3, "string/function/table expected");
    const template = kind === LuaType.NUMBER || kind === LuaType.STRING ? state.toString(L, 3)! : undefined;
    const anchored = pattern.startsWith("^");
    const matcher = new Matcher(subject, pattern, limits.checkTime);
    let [out, copied, at, count] = ["", 0, 0, 0];
    while (count < most) {
      const end = matching(state, L, () => matcher.matchAt(at, anchored ? 1 : 0));
      if (end !== -1) {
        count++;
        const [start, from] = [at, copied];
        const replacement =
          template === undefined
            ? replacementFor(state, L, matcher, start, end)
            : matching(state, L, () => expand(template, matcher, start, end));
        out += subject.slice(from, start) + (replacement ?? subject.slice(start, end));
        copied = end;
        if (out.length > limits.stringBytesMax) state.raise(L, "not enough memory");
      }
      if (end > at) at = end;
      else if (at < subject.length) at++;
      else break;
      if (anchored) break;
    }
    state.pushString(L, out + subject.slice(copied));
    lua.lua_pushnumber(L, count);
    return 2;
  };
}

/** A replacement text with its `%0` to `%9` filled in. */
function expand(template: string, matcher: Matcher, start: number, end: number): string {
  if (!template.includes("%")) return template;
  let out = "";
  for (let i = 0; i < template.length; i++) {
    const char = template[i]!;
    if (char !== "%") {
      out += char;
      continue;
    }
    // Behind the last char C finds a zero.
    const next = template[++i] ?? "\0";
    if (next === "0") out += matcher.whole(start, end);
    else out += next >= "1" && next <= "9" ? String(matcher.capture(Number(next) - 1, start, end)) : next;
  }
  return out;
}

/** What the function or table at 3 has for the match; undefined to keep the text as it is. */
function replacementFor(state: LuaState, L: number, matcher: Matcher, start: number, end: number): string | undefined {
  const { lua } = state;
  if (lua.lua_type(L, 3) === LuaType.FUNCTION) {
    lua.lua_pushvalue(L, 3);
    const captures = matching(state, L, () => matcher.captures(start, end));
    lua.lua_call(L, pushCaptures(state, L, captures), 1);
  } else {
    pushCapture(
      state,
      L,
      matching(state, L, () => matcher.capture(0, start, end)),
    );
    lua.lua_gettable(L, 3);
  }
  let text: string | undefined;
  if (lua.lua_toboolean(L, -1) !== 0) {
    text = state.toString(L, -1);
    if (text === undefined) state.raise(L, `invalid replacement value (a ${state.typeName(L, -1)})`);
  }
  state.pop(L, 1);
  return text;
}

const CONVERSION = /%(?:%|([-+ #0]{0,5})([0-9]{0,2})(?:\.([0-9]{0,2}))?([diouxX]?))/g;

/** string.format: integers beyond the binary's 32 bits are printed here, the rest is the original's. */
export function formatter(original: WasmFunction): HostFunction {
  return (state, L) => {
    const { lua } = state;
    const format = state.checkString(L, 1);
    let [argument, copied, out] = [1, 0, ""];
    for (const match of format.matchAll(CONVERSION)) {
      if (match[0] === "%%") continue;
      argument++;
      const [, flags = "", width = "", precision, conversion] = match;
      if (conversion === "" || lua.lua_isnumber(L, argument) === 0) continue;
      const value = lua.lua_tonumber(L, argument);
      const isSigned = conversion === "d" || conversion === "i";
      if (value < 2 ** 31 && value >= (isSigned ? -(2 ** 31) : 0)) continue;
      const options = {
        flags,
        width: Number(width),
        precision: precision === undefined ? undefined : Number(precision),
      };
      state.pushString(L, formatInteger(value, { ...options, conversion: conversion as IntegerFormat["conversion"] }));
      lua.lua_replace(L, argument);
      out += `${format.slice(copied, match.index)}%s`;
      copied = match.index + match[0].length;
    }
    if (copied > 0) {
      state.pushString(L, out + format.slice(copied));
      lua.lua_replace(L, 1);
    }
    return original(L);
  };
}

/**
 * tonumber: numbers in another base have 64 bits. The usual argument, a few digits, is read here, as the binary takes
 * three times as long for it: its doubles pass through numbers of 128 bits that no machine has.
 */
export function toNumber(original: WasmFunction): HostFunction {
  return (state, L) => {
    const { lua } = state;
    if (state.argumentCount(L) === 1 && state.argumentType(L, 1) === LuaType.STRING) {
      const value = state.argumentDigits(L, 1);
      if (value < 0) return original(L);
      lua.lua_pushnumber(L, value);
      return 1;
    }
    if (state.argumentCount(L) < 2 || lua.lua_type(L, 2) === LuaType.NIL) return original(L);
    const base = toInt32(state.checkInteger(L, 2));
    if (base === 10) return original(L);
    const text = state.checkString(L, 1);
    if (base < 2 || base > 36) state.raiseArgument(L, 2, "base out of range");
    const zero = text.indexOf("\0");
    const value = parseUnsigned(zero < 0 ? text : text.slice(0, zero), base);
    if (value === undefined) lua.lua_pushnil(L);
    else lua.lua_pushnumber(L, value);
    return 1;
  };
}

/** A function whose numbers at these arguments are positions: what is beyond 32 bits is as good as the end. */
export function withPositions(original: WasmFunction, positions: readonly number[]): HostFunction {
  return (state, L) => {
    const { lua } = state;
    for (const index of positions) {
      if (lua.lua_isnumber(L, index) === 0) continue;
      const value = lua.lua_tonumber(L, index);
      if (value >= -INT32_MAX && value <= INT32_MAX) continue;
      lua.lua_pushnumber(L, Math.max(-INT32_MAX, Math.min(INT32_MAX, value)));
      lua.lua_replace(L, index);
    }
    return original(L);
  };
}

/** string.rep: the count is cut to 32 bits as C cuts it. */
export function repeater(original: WasmFunction, limits: StringLimits): HostFunction {
  return (state, L) => {
    const { lua } = state;
    if (lua.lua_isnumber(L, 2) !== 0) {
      const count = state.checkInteger(L, 2);
      limits.work((lua.lua_objlen(L, 1) * Math.max(0, count)) / BYTES_PER_WORK);
      if (count !== toInt32(count)) {
        lua.lua_pushnumber(L, toInt32(count));
        lua.lua_replace(L, 2);
      }
    }
    return original(L);
  };
}
