/** The `bit` library, BitOp 1.0.2: operations on 32 bits. Source: https://bitop.luajit.org/api.html */
import type { Library } from "./lua-sandbox.ts";
import type { HostFunction, LuaState } from "./lua-state.ts";

/** Adding this to a double shifts its integer's low 32 bits to where they can be read, rounded to the nearest even. */
const MAGIC = 2 ** 52 + 2 ** 51;
const view = new DataView(new ArrayBuffer(8));

function bits(state: LuaState, L: number, index: number): number {
  view.setFloat64(0, state.lua.lua_tonumber(L, index) + MAGIC);
  const value = view.getInt32(4);
  if (value === 0 && state.lua.lua_isnumber(L, index) === 0) state.raiseType(L, index, "number");
  return value;
}

function push(state: LuaState, L: number, value: number): number {
  state.lua.lua_pushnumber(L, value | 0);
  return 1;
}

/** A function of one number. */
const unary =
  (f: (a: number) => number): HostFunction =>
  (state, L) =>
    push(state, L, f(bits(state, L, 1)));

/** A function of any number of numbers, folded from the last to the first as in the original. */
const folded =
  (f: (a: number, b: number) => number): HostFunction =>
  (state, L) => {
    let value = bits(state, L, 1);
    for (let i = state.lua.lua_gettop(L); i > 1; i--) value = f(value, bits(state, L, i));
    return push(state, L, value);
  };

/** A function of a number and a count of 0 to 31. */
const shift =
  (f: (a: number, n: number) => number): HostFunction =>
  (state, L) => {
    const value = bits(state, L, 1);
    return push(state, L, f(value, bits(state, L, 2) & 31));
  };

/** bit.tohex(number, digits) */
function toHex(state: LuaState, L: number): number {
  const value = bits(state, L, 1);
  const count = state.lua.lua_type(L, 2) === -1 ? 8 : bits(state, L, 2);
  const digits = Math.min(8, Math.abs(count));
  const hex = (value >>> 0)
    .toString(16)
    .padStart(8, "0")
    .slice(8 - digits);
  state.pushString(L, count < 0 ? hex.toUpperCase() : hex);
  return 1;
}

/** The library, for the sandbox. */
export const bitLibrary: Library = {
  functions: {
    tobit: unary((a) => a),
    bnot: unary((a) => ~a),
    bswap: unary((a) => (a >>> 24) | ((a >>> 8) & 0xff00) | ((a & 0xff00) << 8) | (a << 24)),
    band: folded((a, b) => a & b),
    bor: folded((a, b) => a | b),
    bxor: folded((a, b) => a ^ b),
    lshift: shift((a, n) => a << n),
    rshift: shift((a, n) => a >>> n),
    arshift: shift((a, n) => a >> n),
    rol: shift((a, n) => (a << n) | (a >>> (32 - n))),
    ror: shift((a, n) => (a << (32 - n)) | (a >>> n)),
    tohex: toHex,
  },
};
