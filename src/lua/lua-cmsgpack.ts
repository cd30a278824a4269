/** The `cmsgpack` library, lua-cmsgpack 0.4.0 as in Redis. Source: https://github.com/antirez/lua-cmsgpack */
import { LuaType } from "./lua-binary.ts";
import type { Library } from "./lua-sandbox.ts";
import type { LuaState } from "./lua-state.ts";
import { TextBuilder } from "./text-builder.ts";

/** Nesting of tables. A deeper table is packed as nil. */
const NESTING_MAX = 16;

/** Nesting of tables in `unpack`, which bounds JavaScript's stack. */
const UNPACK_NESTING_MAX = 1000;

const INT32_MAX = 2 ** 31 - 1;

/** The library, for the sandbox. */
export const cmsgpackLibrary: Library = {
  constants: {
    _NAME: "cmsgpack",
    _VERSION: "lua-cmsgpack 0.4.0",
    _COPYRIGHT: "Copyright (C) 2012, Salvatore Sanfilippo",
    _DESCRIPTION: "MessagePack C implementation for Lua",
  },
  functions: {
    pack,
    unpack: (state, L) => unpack(state, L, 0, 0),
    unpack_one: (state, L) => {
      const offset = state.optInteger(L, 2, 0);
      state.lua.lua_settop(L, 1);
      return unpack(state, L, 1, offset);
    },
    unpack_limit: (state, L) => {
      const limit = state.checkInteger(L, 2);
      const offset = state.optInteger(L, 3, 0);
      state.lua.lua_settop(L, 1);
      return unpack(state, L, limit, offset);
    },
  },
};

/** cmsgpack.pack(value, …) */
function pack(state: LuaState, L: number): number {
  const { lua } = state;
  const count = lua.lua_gettop(L);
  if (count === 0) state.raiseArgument(L, 0, "MessagePack pack needs input.");
  const packer = new Packer(state, L);
  for (let i = 1; i <= count; i++) {
    lua.luaL_checkstack(L, 1, state.constant("in function mp_check"));
    lua.lua_pushvalue(L, i);
    packer.value(0);
  }
  state.pushBuilt(L, packer.out);
  return 1;
}

/** An integer in this many bytes, big-endian. */
function bigEndian(value: number | bigint, bytes: number): string {
  const bits = BigInt.asUintN(bytes * 8, BigInt(value));
  return Buffer.from(bits.toString(16).padStart(bytes * 2, "0"), "hex").latin1Slice();
}

class Packer {
  readonly out: TextBuilder;
  private readonly state: LuaState;
  private readonly L: number;

  constructor(state: LuaState, L: number) {
    this.out = new TextBuilder(state.budget);
    this.state = state;
    this.L = L;
  }

  /** Packs the value on top of the stack, and pops it. */
  value(level: number): void {
    const { state, L } = this;
    const { lua } = state;
    const type = lua.lua_type(L, -1);
    if (type === LuaType.STRING) this.string(state.toString(L, -1)!);
    else if (type === LuaType.BOOLEAN) this.out.append(lua.lua_toboolean(L, -1) === 0 ? "\xc2" : "\xc3");
    else if (type === LuaType.NUMBER) this.number(lua.lua_tonumber(L, -1));
    else if (type === LuaType.TABLE && level < NESTING_MAX) this.table(level);
    else this.out.append("\xc0");
    state.pop(L, 1);
  }

  /** Writes a length: in the marker up to `small`, else after one of three longer markers in 1, 2 or 4 bytes. */
  private head(length: number, small: number, fix: number, markers: readonly [string, string, string]): void {
    if (length < small) this.out.append(String.fromCharCode(fix | length));
    else if (length <= 0xff && markers[0] !== "") this.out.append(markers[0] + bigEndian(length, 1));
    else if (length <= 0xffff) this.out.append(markers[1] + bigEndian(length, 2));
    else this.out.append(markers[2] + bigEndian(length, 4));
  }

  private string(text: string): void {
    this.head(text.length, 32, 0xa0, ["\xd9", "\xda", "\xdb"]);
    this.out.append(text);
    this.state.release(text);
  }

  private number(value: number): void {
    if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) this.integer(value);
    else if (Math.fround(value) === value) {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatBE(value);
      this.out.append(`\xca${bytes.latin1Slice()}`);
    } else {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value);
      this.out.append(`\xcb${bytes.latin1Slice()}`);
    }
  }

  private integer(value: number): void {
    if (value >= 0) {
      if (value <= 127) this.out.append(String.fromCharCode(value));
      else if (value <= 0xff) this.out.append(`\xcc${bigEndian(value, 1)}`);
      else if (value <= 0xffff) this.out.append(`\xcd${bigEndian(value, 2)}`);
      else if (value <= 0xffffffff) this.out.append(`\xce${bigEndian(value, 4)}`);
      else this.out.append(`\xcf${bigEndian(value, 8)}`);
    } else if (value >= -32) this.out.append(String.fromCharCode(value & 0xff));
    else if (value >= -128) this.out.append(`\xd0${bigEndian(value, 1)}`);
    else if (value >= -32_768) this.out.append(`\xd1${bigEndian(value, 2)}`);
    else if (value >= -(2 ** 31)) this.out.append(`\xd2${bigEndian(value, 4)}`);
    else this.out.append(`\xd3${bigEndian(value, 8)}`);
  }

  private table(level: number): void {
    const { state, L } = this;
    const { lua } = state;
    lua.luaL_checkstack(L, 4, state.constant("in function mp_encode_lua_table_as_map"));
    const { isArray, keys } = this.shape();
    if (isArray) {
      const length = lua.lua_objlen(L, -1);
      this.head(length, 16, 0x90, ["", "\xdc", "\xdd"]);
      for (let i = 1; i <= length; i++) {
        lua.lua_pushnumber(L, i);
        lua.lua_gettable(L, -2);
        this.value(level + 1);
      }
      return;
    }
    this.head(keys, 16, 0x80, ["", "\xde", "\xdf"]);
    lua.lua_pushnil(L);
    while (lua.lua_next(L, -2) !== 0) {
      lua.lua_pushvalue(L, -2);
      this.value(level + 1);
      this.value(level + 1);
    }
  }

  /** The number of keys of the table on top, and whether they are 1 to n. */
  private shape(): { isArray: boolean; keys: number } {
    const { state, L } = this;
    const { lua } = state;
    let [keys, highest, isArray] = [0, 0, true];
    lua.lua_pushnil(L);
    while (lua.lua_next(L, -2) !== 0) {
      state.pop(L, 1);
      const key = lua.lua_type(L, -1) === LuaType.NUMBER ? lua.lua_tonumber(L, -1) : 0;
      if (!(key > 0) || !Number.isInteger(key) || key > INT32_MAX) isArray = false;
      highest = Math.max(highest, key);
      keys++;
      state.budget.work(1);
    }
    return { isArray: isArray && highest === keys, keys };
  }
}

/** cmsgpack.unpack(text) and its variants. Without limit and offset, all of the text is unpacked. */
function unpack(state: LuaState, L: number, limit: number, offset: number): number {
  const { lua } = state;
  const text = state.checkString(L, 1);
  if (offset < 0 || limit < 0) {
    state.raise(L, `Invalid request to unpack with offset of ${offset} and limit of ${text.length}.`);
  }
  if (offset > text.length) state.raise(L, `Start offset ${offset} greater than input length ${text.length}.`);
  const all = limit === 0 && offset === 0;
  const most = all ? INT32_MAX : limit;
  const unpacker = new Unpacker(state, L, text, offset);
  let count = 0;
  while (unpacker.at < text.length && count < most) {
    unpacker.value(0);
    count++;
  }
  if (all) return count;
  lua.luaL_checkstack(L, 1, state.constant("in function mp_unpack_full"));
  lua.lua_pushnumber(L, unpacker.at === text.length ? -1 : unpacker.at);
  lua.lua_insert(L, 2);
  return count + 1;
}

class Unpacker {
  at: number;
  private readonly state: LuaState;
  private readonly L: number;
  private readonly text: string;

  constructor(state: LuaState, L: number, text: string, at: number) {
    this.state = state;
    this.L = L;
    this.text = text;
    this.at = at;
  }

  /** Unpacks the next value, and pushes it. */
  value(depth: number): void {
    const { state, L } = this;
    const { lua } = state;
    state.budget.work(1);
    const tooMany = "too many return values at once; use unpack_one or unpack_limit instead.";
    lua.luaL_checkstack(L, 1, state.constant(tooMany));
    if (depth > UNPACK_NESTING_MAX) state.raise(L, "Bad data format in input.");
    const marker = this.take(1).charCodeAt(0);
    if (marker < 0x80) lua.lua_pushnumber(L, marker);
    else if (marker >= 0xe0) lua.lua_pushnumber(L, marker - 256);
    else if (marker >= 0xa0 && marker < 0xc0) state.pushString(L, this.take(marker & 0x1f));
    else if (marker >= 0x90 && marker < 0xa0) this.array(marker & 0xf, depth);
    else if (marker < 0x90) this.map(marker & 0xf, depth);
    else this.marked(marker, depth);
  }

  private marked(marker: number, depth: number): void {
    const { state, L } = this;
    const { lua } = state;
    if (marker === 0xc0) lua.lua_pushnil(L);
    else if (marker === 0xc2 || marker === 0xc3) lua.lua_pushboolean(L, marker & 1);
    else if (marker === 0xca) lua.lua_pushnumber(L, this.bytes(4).readFloatBE());
    else if (marker === 0xcb) lua.lua_pushnumber(L, this.bytes(8).readDoubleBE());
    else if (marker >= 0xcc && marker <= 0xce) lua.lua_pushnumber(L, this.length(1 << (marker - 0xcc)));
    // A lua_Integer has 64 bits and a sign, also for unsigned numbers.
    else if (marker === 0xcf || marker === 0xd3) lua.lua_pushnumber(L, Number(this.bytes(8).readBigInt64BE()));
    else if (marker >= 0xd0 && marker <= 0xd2) {
      const size = 1 << (marker - 0xd0);
      lua.lua_pushnumber(L, this.bytes(size).readIntBE(0, size));
    } else if (marker >= 0xd9 && marker <= 0xdb) state.pushString(L, this.take(this.length(1 << (marker - 0xd9))));
    else if (marker === 0xdc || marker === 0xdd) this.array(this.length(marker === 0xdc ? 2 : 4), depth);
    else if (marker === 0xde || marker === 0xdf) this.map(this.length(marker === 0xde ? 2 : 4), depth);
    else state.raise(L, "Bad data format in input.");
  }

  private take(length: number): string {
    if (this.text.length - this.at < length) this.state.raise(this.L, "Missing bytes in input.");
    this.at += length;
    return this.text.slice(this.at - length, this.at);
  }

  private bytes(length: number): Buffer {
    return Buffer.from(this.take(length), "latin1");
  }

  private length(size: number): number {
    return this.bytes(size).readUIntBE(0, size);
  }

  private array(length: number, depth: number): void {
    const { state, L } = this;
    state.lua.luaL_checkstack(L, 2, state.constant("in function mp_decode_to_lua_array"));
    state.lua.lua_createtable(L, 0, 0);
    for (let i = 1; i <= length; i++) {
      this.value(depth + 1);
      state.lua.lua_rawseti(L, -2, i);
    }
  }

  private map(length: number, depth: number): void {
    const { state, L } = this;
    state.lua.luaL_checkstack(L, 3, state.constant("in function mp_decode_to_lua_hash"));
    state.lua.lua_createtable(L, 0, 0);
    for (let i = 0; i < length; i++) {
      this.value(depth + 1);
      this.value(depth + 1);
      state.lua.lua_settable(L, -3);
    }
  }
}
