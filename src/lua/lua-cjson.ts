/**
 * The `cjson` library, Lua CJSON 2.1 as in Redis. Source: https://kyne.au/~mark/software/lua-cjson-manual.html
 *
 * Settings last for one script, so scripts do not affect each other.
 */
import { LuaType } from "./lua-binary.ts";
import { JsonDecoder, JsonDecodeError } from "./lua-cjson-decoder.ts";
import { formatG } from "./lua-numbers.ts";
import type { Library } from "./lua-sandbox.ts";
import { toInt32 } from "./lua-state.ts";
import type { HostFunction, LuaState } from "./lua-state.ts";
import { TextBuilder } from "./text-builder.ts";

/** The settings that a script may change, by the names of the library's functions. */
export interface JsonSettings {
  encodeSparseConvert: boolean;
  encodeSparseRatio: number;
  encodeSparseSafe: number;
  encodeDepthMax: number;
  decodeDepthMax: number;
  encodeInvalidNumbers: "off" | "on" | "null";
  decodeInvalidNumbers: boolean;
  encodeKeepBuffer: boolean;
  encodeNumberPrecision: number;
}

const DEFAULTS: Readonly<JsonSettings> = {
  encodeSparseConvert: false,
  encodeSparseRatio: 2,
  encodeSparseSafe: 10,
  encodeDepthMax: 1000,
  decodeDepthMax: 1000,
  encodeInvalidNumbers: "off",
  decodeInvalidNumbers: true,
  encodeKeepBuffer: true,
  encodeNumberPrecision: 14,
};

/** Depth beyond which a setting has no effect, because JavaScript's stack would end. */
const DEPTH_LIMIT = 2000;

const INT32_MAX = 2 ** 31 - 1;

/** The library of one machine. */
export class Cjson {
  private settings: JsonSettings = { ...DEFAULTS };
  private changed = false;

  /** Resets the settings to their defaults. */
  reset(): void {
    if (!this.changed) return;
    this.settings = { ...DEFAULTS };
    this.changed = false;
  }

  readonly library: Library = {
    constants: { null: null, _NAME: "cjson", _VERSION: "2.1.0" },
    functions: {
      encode: (state, L) => this.encode(state, L),
      decode: (state, L) => this.decode(state, L),
      encode_sparse_array: (state, L) => this.sparse(state, L),
      encode_max_depth: this.integerSetting("encodeDepthMax", 1, INT32_MAX),
      decode_max_depth: this.integerSetting("decodeDepthMax", 1, INT32_MAX),
      encode_number_precision: this.integerSetting("encodeNumberPrecision", 1, 14),
      encode_keep_buffer: this.booleanSetting("encodeKeepBuffer"),
      decode_invalid_numbers: this.booleanSetting("decodeInvalidNumbers"),
      encode_invalid_numbers: (state, L) => this.invalidNumbers(state, L),
    },
  };

  /** cjson.encode(value) */
  private encode(state: LuaState, L: number): number {
    if (state.lua.lua_gettop(L) !== 1) state.raiseArgument(L, 1, "expected 1 argument");
    const encoder = new JsonEncoder(state, L, this.settings);
    encoder.append(0);
    state.pushBuilt(L, encoder.out);
    return 1;
  }

  /** cjson.decode(text) */
  private decode(state: LuaState, L: number): number {
    if (state.lua.lua_gettop(L) !== 1) state.raiseArgument(L, 1, "expected 1 argument");
    const text = state.checkString(L, 1);
    try {
      new JsonDecoder(state, L, text, this.settings).decode();
    } catch (error) {
      if (error instanceof JsonDecodeError) state.raise(L, error.text);
      throw error;
    }
    return 1;
  }

  private begin(state: LuaState, L: number, count: number): void {
    if (state.lua.lua_gettop(L) > count) state.raiseArgument(L, count + 1, "found too many arguments");
    state.lua.lua_settop(L, count);
    this.changed = true;
  }

  private integerSetting(
    name: "encodeDepthMax" | "decodeDepthMax" | "encodeNumberPrecision" | "encodeSparseRatio" | "encodeSparseSafe",
    min: number,
    max: number,
  ): HostFunction {
    return (state, L) => {
      this.begin(state, L, 1);
      return this.setInteger(state, L, 1, name, min, max);
    };
  }

  private setInteger(
    state: LuaState,
    L: number,
    index: number,
    name: "encodeDepthMax" | "decodeDepthMax" | "encodeNumberPrecision" | "encodeSparseRatio" | "encodeSparseSafe",
    min: number,
    max: number,
  ): number {
    if (state.lua.lua_type(L, index) !== LuaType.NIL) {
      const value = toInt32(state.checkInteger(L, index));
      if (value < min || value > max) state.raiseArgument(L, 1, `expected integer between ${min} and ${max}`);
      this.settings[name] = value;
    }
    state.lua.lua_pushnumber(L, this.settings[name]);
    return 1;
  }

  private booleanSetting(name: "encodeKeepBuffer" | "decodeInvalidNumbers" | "encodeSparseConvert"): HostFunction {
    return (state, L) => {
      this.begin(state, L, 1);
      return this.setBoolean(state, L, 1, name);
    };
  }

  private setBoolean(
    state: LuaState,
    L: number,
    index: number,
    name: "encodeKeepBuffer" | "decodeInvalidNumbers" | "encodeSparseConvert",
  ): number {
    const type = state.lua.lua_type(L, index);
    if (type === LuaType.BOOLEAN) this.settings[name] = state.lua.lua_toboolean(L, index) !== 0;
    else if (type !== LuaType.NIL) this.settings[name] = this.option(state, L, index, ["off", "on"]) === "on";
    state.lua.lua_pushboolean(L, this.settings[name] ? 1 : 0);
    return 1;
  }

  private option<T extends string>(state: LuaState, L: number, index: number, options: readonly T[]): T {
    const text = state.checkString(L, index);
    const option = options.find((name) => name === text);
    return option ?? state.raiseArgument(L, index, `invalid option '${text}'`);
  }

  /** cjson.encode_sparse_array(convert, ratio, safe) */
  private sparse(state: LuaState, L: number): number {
    this.begin(state, L, 3);
    this.setBoolean(state, L, 1, "encodeSparseConvert");
    this.setInteger(state, L, 2, "encodeSparseRatio", 0, INT32_MAX);
    this.setInteger(state, L, 3, "encodeSparseSafe", 0, INT32_MAX);
    return 3;
  }

  /** cjson.encode_invalid_numbers(setting) */
  private invalidNumbers(state: LuaState, L: number): number {
    this.begin(state, L, 1);
    const { lua } = state;
    const type = lua.lua_type(L, 1);
    if (type === LuaType.BOOLEAN) this.settings.encodeInvalidNumbers = lua.lua_toboolean(L, 1) === 0 ? "off" : "on";
    else if (type !== LuaType.NIL) {
      this.settings.encodeInvalidNumbers = this.option(state, L, 1, ["off", "on", "null"]);
    }
    const setting = this.settings.encodeInvalidNumbers;
    if (setting === "null") state.pushString(L, setting);
    else lua.lua_pushboolean(L, setting === "on" ? 1 : 0);
    return 1;
  }
}

/** Chars that the library escapes: control characters, DEL, quotes, backslashes and slashes. */
const ESCAPED = /[\x00-\x1f"\\/\x7f]/g;
const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
  "/": "\\/",
};

/** Bytes of a string that are escaped at once. */
const QUOTED_BYTES = 16 * 1024;

function escape(text: string): string {
  return text.replace(
    ESCAPED,
    (char) => NAMED_ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Encodes the value on top of the stack, and leaves it there. */
class JsonEncoder {
  readonly out: TextBuilder;
  private readonly state: LuaState;
  private readonly L: number;
  private readonly settings: Readonly<JsonSettings>;

  constructor(state: LuaState, L: number, settings: Readonly<JsonSettings>) {
    this.out = new TextBuilder(state.budget);
    this.state = state;
    this.L = L;
    this.settings = settings;
  }

  append(depth: number): void {
    const { state, L } = this;
    const { lua } = state;
    const type = lua.lua_type(L, -1);
    if (type === LuaType.STRING) this.string(-1);
    else if (type === LuaType.NUMBER) this.out.append(this.number(-1));
    else if (type === LuaType.BOOLEAN) this.out.append(lua.lua_toboolean(L, -1) === 0 ? "false" : "true");
    else if (type === LuaType.TABLE) this.appendTable(depth + 1);
    else if (type === LuaType.NIL) this.out.append("null");
    else if (type === LuaType.LIGHT_USERDATA && lua.lua_touserdata(L, -1) === 0) this.out.append("null");
    else this.fail(-1, "type not supported");
  }

  private fail(index: number, reason: string): never {
    const { state, L } = this;
    return state.raise(L, `Cannot serialise ${state.typeName(L, index)}: ${reason}`);
  }

  /** Quotes a string, a part at a time: an escaped char takes up to six. */
  private string(index: number): void {
    const { state, out } = this;
    const text = state.toString(this.L, index)!;
    out.append('"');
    for (let at = 0; at < text.length; at += QUOTED_BYTES) {
      out.append(escape(at === 0 && text.length <= QUOTED_BYTES ? text : text.slice(at, at + QUOTED_BYTES)));
    }
    out.append('"');
    state.release(text);
  }

  private number(index: number): string {
    const value = this.state.lua.lua_tonumber(this.L, index);
    if (!Number.isFinite(value)) {
      const { encodeInvalidNumbers } = this.settings;
      if (encodeInvalidNumbers === "off") this.fail(index, "must not be NaN or Inf");
      if (encodeInvalidNumbers === "null") return "null";
    }
    return formatG(value, this.settings.encodeNumberPrecision);
  }

  private appendTable(depth: number): void {
    const { state, L } = this;
    const { lua } = state;
    if (depth > Math.min(this.settings.encodeDepthMax, DEPTH_LIMIT) || lua.lua_checkstack(L, 4) === 0) {
      state.raise(L, `Cannot serialise, excessive nesting (${depth})`);
    }
    const length = this.arrayLength();
    if (length > 0) this.appendArray(length, depth);
    else this.appendObject(depth);
  }

  /** The highest index of a table whose keys are all positive integers; -1 for any other table. */
  private arrayLength(): number {
    const { state, L, settings } = this;
    const { lua } = state;
    let [highest, items] = [0, 0];
    lua.lua_pushnil(L);
    while (lua.lua_next(L, -2) !== 0) {
      const key = lua.lua_type(L, -2) === LuaType.NUMBER ? lua.lua_tonumber(L, -2) : 0;
      if (!(key >= 1) || Math.floor(key) !== key) {
        state.pop(L, 2);
        return -1;
      }
      highest = Math.max(highest, key);
      items++;
      state.budget.work(1);
      state.pop(L, 1);
    }
    const { encodeSparseRatio, encodeSparseSafe, encodeSparseConvert } = settings;
    if (encodeSparseRatio > 0 && highest > items * encodeSparseRatio && highest > encodeSparseSafe) {
      if (!encodeSparseConvert) this.fail(-1, "excessively sparse array");
      return -1;
    }
    return highest;
  }

  private appendArray(length: number, depth: number): void {
    const { state, L } = this;
    this.out.append("[");
    // The length of a nearly empty table may still be large.
    for (let i = 1; i <= length; i++) {
      if (i > 1) this.out.append(",");
      state.lua.lua_rawgeti(L, -1, i);
      this.append(depth);
      state.pop(L, 1);
    }
    this.out.append("]");
  }

  private appendObject(depth: number): void {
    const { state, L } = this;
    const { lua } = state;
    this.out.append("{");
    let isFirst = true;
    lua.lua_pushnil(L);
    while (lua.lua_next(L, -2) !== 0) {
      if (!isFirst) this.out.append(",");
      isFirst = false;
      const type = lua.lua_type(L, -2);
      if (type === LuaType.NUMBER) this.out.append(`"${this.number(-2)}"`);
      else if (type === LuaType.STRING) this.string(-2);
      else this.fail(-2, "table key must be a number or string");
      this.out.append(":");
      this.append(depth);
      state.pop(L, 1);
    }
    this.out.append("}");
  }
}
