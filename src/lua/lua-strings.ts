/**
 * Functions of Lua's string library, and `tonumber`, in place of the binary's own: its `long` has 32 bits, and its
 * pattern matcher cannot be interrupted. Each reads its arguments and words its errors as the original does.
 */
import { BYTES_PER_WORK } from "./host-budget.ts";
import { LuaType, REGISTRY_INDEX } from "./lua-binary.ts";
import { formatInteger, parseUnsigned } from "./lua-numbers.ts";
import type { IntegerFormat } from "./lua-numbers.ts";
import { Matcher, PatternError, isPlain } from "./lua-pattern.ts";
import type { Capture } from "./lua-pattern.ts";
import { toInt32, upvalue } from "./lua-state.ts";
import type { HostFunction, LuaState } from "./lua-state.ts";
import { TextBuilder } from "./text-builder.ts";
import type { WasmFunction } from "./web-assembly.ts";

const INT32_MAX = 2 ** 31 - 1;

/**
 * Comparisons of a plain search up to which JavaScript's own, which may compare each char with each, is fast enough.
 */
const PLAIN_COMPARISONS_MAX = 2 ** 26;

/** The offset of a position, which counts from 1, or from the end if negative. It may be out of range. */
function offsetOf(position: number, length: number): number {
  const from = position < 0 ? Math.max(0, position + length + 1) : position;
  return from - 1;
}

/** Runs a body, and raises its PatternError as a Lua error. */
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
export function finder(find: boolean): HostFunction {
  return (state, L) => {
    const { lua } = state;
    const subject = state.checkString(L, 1);
    const pattern = state.checkString(L, 2);
    const init = Math.min(Math.max(0, offsetOf(state.optInteger(L, 3, 1), subject.length)), subject.length);
    if (find && (lua.lua_toboolean(L, 4) !== 0 || isPlain(pattern))) return plainFind(state, L, subject, pattern, init);
    const anchored = pattern.startsWith("^");
    const matcher = new Matcher(subject, pattern, state.budget);
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
  const at = indexOf(state, subject, text, init);
  if (at < 0) {
    state.lua.lua_pushnil(L);
    return 1;
  }
  state.lua.lua_pushnumber(L, at + 1);
  state.lua.lua_pushnumber(L, at + text.length);
  return 2;
}

/** What `indexOf` answers, in linear time and interruptible; JavaScript's own may take the product of both lengths. */
function indexOf({ budget }: LuaState, subject: string, text: string, from: number): number {
  if ((subject.length - from) * text.length <= PLAIN_COMPARISONS_MAX) return subject.indexOf(text, from);
  // Knuth, Morris and Pratt: for each prefix of the text, the longest proper prefix that also ends it.
  budget.hold(4 * text.length);
  const borders = new Int32Array(text.length);
  let border = 0;
  const advance = (char: number): void => {
    budget.work(1);
    while (border > 0 && text.charCodeAt(border) !== char) border = borders[border - 1]!;
    if (text.charCodeAt(border) === char) border++;
  };
  for (let i = 1; i < text.length; i++) {
    advance(text.charCodeAt(i));
    borders[i] = border;
  }
  border = 0;
  for (let i = from; i < subject.length; i++) {
    advance(subject.charCodeAt(i));
    if (border === text.length) return i + 1 - border;
  }
  return -1;
}

/**
 * string.gmatch. As in the original, the iterator's state is in its upvalues. The last subject is kept for the loop's
 * next call; a reference keeps its address from being reused.
 */
export function gmatch(): HostFunction {
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
    const matcher = new Matcher(subject, state.toString(L, upvalue(2))!, state.budget);
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
export function gsub(): HostFunction {
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
    const matcher = new Matcher(subject, pattern, state.budget);
    const out = new TextBuilder(state.budget);
    let [copied, at, count] = [0, 0, 0];
    while (count < most) {
      const end = matching(state, L, () => matcher.matchAt(at, anchored ? 1 : 0));
      if (end !== -1) {
        count++;
        const [start, from] = [at, copied];
        out.append(subject.slice(from, start));
        if (template === undefined) {
          const replacement = replacementFor(state, L, matcher, start, end);
          out.append(replacement ?? subject.slice(start, end));
          if (replacement !== undefined) state.release(replacement);
        } else matching(state, L, () => expand(out, template, matcher, start, end));
        copied = end;
      }
      if (end > at) at = end;
      else if (at < subject.length) at++;
      else break;
      if (anchored) break;
    }
    out.append(subject.slice(copied));
    state.pushBuilt(L, out);
    lua.lua_pushnumber(L, count);
    return 2;
  };
}

/** Appends a replacement, with its `%0` to `%9` filled in. */
function expand(out: TextBuilder, template: string, matcher: Matcher, start: number, end: number): void {
  let at = 0;
  for (let percent = template.indexOf("%"); percent >= 0; percent = template.indexOf("%", at)) {
    out.append(template.slice(at, percent));
    // In C a zero follows the last char.
    const next = template[percent + 1] ?? "\0";
    if (next === "0") out.append(matcher.whole(start, end));
    else if (next >= "1" && next <= "9") out.append(String(matcher.capture(Number(next) - 1, start, end)));
    else out.append(next);
    at = percent + 2;
  }
  out.append(template.slice(at));
}

/** The replacement that the function or table at 3 gives for a match; undefined to keep the matched text. */
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

/** Charges the time that the binary takes for string arguments. */
function chargeArguments(state: LuaState, L: number): void {
  let bytes = 0;
  const count = state.argumentCount(L);
  for (let i = 1; i <= count; i++) {
    if (state.argumentType(L, i) === LuaType.STRING) bytes += state.lua.lua_objlen(L, i);
  }
  state.budget.work(bytes / BYTES_PER_WORK);
}

/** string.format: integers of more than 32 bits are printed here, the rest by the original. */
export function formatter(original: WasmFunction): HostFunction {
  return (state, L) => {
    const { lua } = state;
    const format = state.checkString(L, 1);
    let [argument, copied, out] = [1, 0, ""];
    chargeArguments(state, L);
    for (const match of format.matchAll(CONVERSION)) {
      state.budget.work(1);
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
 * tonumber: numbers in another base have 64 bits. A few digits, the most common argument, are read here: the binary
 * takes three times as long, since its doubles pass through emulated numbers of 128 bits.
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

/** Wraps a function whose arguments at these indexes are positions: beyond 32 bits they are clamped to the end. */
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

/** string.rep: the count is cut to 32 bits as in C. The length is charged before any copying. */
export function repeat(state: LuaState, L: number): number {
  const address = state.lua.luaL_checklstring(L, 1, 0);
  const count = Math.max(0, toInt32(state.checkInteger(L, 2)));
  const bytes = state.lua.lua_objlen(L, 1);
  state.budget.hold(bytes * count);
  state.pushRepeated(L, address, bytes, count);
  return 1;
}
