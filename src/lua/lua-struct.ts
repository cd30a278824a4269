/** The `struct` library, version 0.2 as in Redis. Source: http://www.inf.puc-rio.br/~roberto/struct/ */
import type { Library } from "./lua-sandbox.ts";
import { truncated } from "./lua-state.ts";
import type { LuaState } from "./lua-state.ts";
import { TextBuilder } from "./text-builder.ts";

/** Most bytes of an integer. */
const INTEGER_BYTES_MAX = 32;
/** The alignment of `!` without a number. */
const ALIGNMENT_MAX = 8;
const INT32_MAX = 2 ** 31 - 1;

const SIZES: Readonly<Record<string, number>> = { B: 1, b: 1, H: 2, h: 2, L: 8, l: 8, T: 8, f: 4, d: 8, x: 1 };

const INTEGERS = "bBhHlLTiI";

/** An option of a format, with its size in bytes. */
interface Item {
  readonly option: string;
  readonly size: number;
}

/** Reads a format option by option. Keeps the current byte order and alignment. */
class Format {
  littleEndian = true;
  private alignment = 1;
  private at = 0;
  private readonly text: string;
  private readonly state: LuaState;
  private readonly L: number;

  constructor(state: LuaState, L: number) {
    this.state = state;
    this.L = L;
    const text = state.checkString(L, 1);
    const zero = text.indexOf("\0");
    this.text = zero < 0 ? text : text.slice(0, zero);
  }

  /** The next option; undefined at the end. */
  next(): Item | undefined {
    const option = this.text[this.at];
    if (option === undefined) return undefined;
    this.state.budget.work(1);
    this.at++;
    return { option, size: this.sizeOf(option) };
  }

  private sizeOf(option: string): number {
    if (option === "c") return this.number(1);
    if (option !== "i" && option !== "I") return SIZES[option] ?? 0;
    const size = this.number(4);
    if (size <= INTEGER_BYTES_MAX) return size;
    return this.state.raise(this.L, `integral size ${size} is larger than limit of ${INTEGER_BYTES_MAX}`);
  }

  private number(otherwise: number): number {
    const digits = /^[0-9]*/.exec(this.text.slice(this.at))![0];
    if (digits === "") return otherwise;
    this.at += digits.length;
    const value = Number(digits);
    return value <= INT32_MAX ? value : this.state.raise(this.L, "integral size overflow");
  }

  /** Bytes of padding before an item at an offset. */
  padding(at: number, { option, size }: Item): number {
    if (size === 0 || option === "c") return 0;
    const to = Math.min(size, this.alignment);
    return (to - (at & (to - 1))) & (to - 1);
  }

  /** Applies an option that is no item: byte order, alignment, a space. */
  control(option: string): void {
    if (option === " ") return;
    if (option === ">") this.littleEndian = false;
    else if (option === "<") this.littleEndian = true;
    else if (option === "!") {
      const alignment = this.number(ALIGNMENT_MAX);
      const isPower = alignment > 0 && (alignment & (alignment - 1)) === 0;
      if (!isPower) this.state.raise(this.L, `alignment ${alignment} is not a power of 2`);
      this.alignment = alignment;
    } else this.state.raiseArgument(this.L, 1, `invalid format option '${option}'`);
  }
}

/** struct.pack(format, value, …) */
function pack(state: LuaState, L: number): number {
  const format = new Format(state, L);
  // The original pushes a mark after the arguments, which the error for a missing one shows.
  state.lua.lua_pushnil(L);
  let argument = 2;
  const out = new TextBuilder(state.budget);
  for (let item = format.next(); item !== undefined; item = format.next()) {
    const { option, size } = item;
    out.append("\0".repeat(format.padding(out.length, item)));
    if (INTEGERS.includes(option)) {
      out.append(integerBytes(state.checkNumber(L, argument++), size, format.littleEndian));
    } else if (option === "x") out.append("\0");
    else if (option === "f" || option === "d") {
      out.append(floatBytes(state.checkNumber(L, argument++), size, format.littleEndian));
    } else if (option === "c" || option === "s") {
      const text = state.checkString(L, argument++);
      const wanted = size === 0 ? text.length : size;
      if (text.length < wanted) state.raiseArgument(L, argument, "string too short");
      out.append(text.slice(0, wanted));
      if (option === "s") out.append("\0");
      state.release(text);
    } else format.control(option);
  }
  state.pushBuilt(L, out);
  return 1;
}

function integerBytes(value: number, size: number, littleEndian: boolean): string {
  // Beyond 64 bits the integer is what C's casts answer.
  const integer = value >= 2 ** 63 && value < 2 ** 64 ? BigInt(value) : BigInt(truncated(value));
  const hex = BigInt.asUintN(64, integer).toString(16).padStart(16, "0");
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size && i < 8; i++) {
    bytes[littleEndian ? i : size - 1 - i] = Number.parseInt(hex.slice(14 - 2 * i, 16 - 2 * i), 16);
  }
  return bytes.latin1Slice();
}

function floatBytes(value: number, size: number, littleEndian: boolean): string {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 4) view.setFloat32(0, value, littleEndian);
  else view.setFloat64(0, value, littleEndian);
  return Buffer.from(view.buffer).latin1Slice();
}

/** struct.unpack(format, data, position) */
function unpack(state: LuaState, L: number): number {
  const { lua } = state;
  const format = new Format(state, L);
  const data = state.checkString(L, 2);
  const position = state.optInteger(L, 3, 1);
  // The original counts positions as unsigned, so a negative one is beyond any end.
  if (position === 0) state.raiseArgument(L, 3, "offset must be 1 or greater");
  let at = position < 0 ? Infinity : position - 1;
  let count = 0;
  for (let item = format.next(); item !== undefined; item = format.next()) {
    const { option } = item;
    let { size } = item;
    at += format.padding(at, item);
    const checkRoom = (): void => {
      if (size > data.length || at > data.length - size) state.raiseArgument(L, 2, "data string too short");
    };
    checkRoom();
    lua.luaL_checkstack(L, 2, state.constant("too many results"));
    if (INTEGERS.includes(option)) {
      const isSigned = option >= "a";
      lua.lua_pushnumber(L, integerOf(data.slice(at, at + size), format.littleEndian, isSigned));
      count++;
    } else if (option === "f" || option === "d") {
      const view = new DataView(Uint8Array.from(Buffer.from(data.slice(at, at + size), "latin1")).buffer);
      const value = size === 4 ? view.getFloat32(0, format.littleEndian) : view.getFloat64(0, format.littleEndian);
      lua.lua_pushnumber(L, value);
      count++;
    } else if (option === "c") {
      if (size === 0) {
        if (count === 0 || lua.lua_isnumber(L, -1) === 0) state.raise(L, "format 'c0' needs a previous size");
        size = Math.trunc(lua.lua_tonumber(L, -1));
        if (size < 0) size = Infinity;
        state.pop(L, 1);
        count--;
        checkRoom();
      }
      state.pushString(L, data.slice(at, at + size));
      count++;
    } else if (option === "s") {
      const zero = data.indexOf("\0", at);
      if (zero < 0) state.raise(L, "unfinished string in data");
      state.pushString(L, data.slice(at, zero));
      size = zero - at + 1;
      count++;
    } else if (option !== "x") format.control(option);
    at += size;
  }
  lua.lua_pushnumber(L, at + 1);
  return count + 1;
}

function integerOf(bytes: string, littleEndian: boolean, isSigned: boolean): number {
  let value = 0n;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(littleEndian ? bytes.length - 1 - i : i);
    value = BigInt.asUintN(64, (value << 8n) | BigInt(byte));
  }
  if (!isSigned) return Number(value);
  return Number(BigInt.asIntN(Math.min(64, bytes.length * 8), value));
}

/** struct.size(format) */
function size(state: LuaState, L: number): number {
  const format = new Format(state, L);
  let at = 0;
  for (let item = format.next(); item !== undefined; item = format.next()) {
    const { option } = item;
    at += format.padding(at, item);
    if (option === "s") state.raiseArgument(L, 1, "option 's' has no fixed size");
    if (option === "c" && item.size === 0) state.raiseArgument(L, 1, "option 'c0' has no fixed size");
    if (!/[a-zA-Z0-9]/.test(option)) format.control(option);
    at += item.size;
  }
  state.lua.lua_pushnumber(L, at);
  return 1;
}

/** The library, for the sandbox. */
export const structLibrary: Library = { functions: { pack, unpack, size } };
