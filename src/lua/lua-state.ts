/**
 * One instance of Lua: the C API with JavaScript strings in place of addresses, and JavaScript functions that Lua can
 * call. It knows nothing of Redis.
 *
 * An error is raised as in Lua: the raising function does not return. Any other exception leaves the instance in an
 * unknown state, and its owner must drop it.
 */
import { LuaPanic, LuaType, REGISTRY_INDEX, instantiateLua, upvalueIndex } from "./lua-binary.ts";
import type { BinaryOwner, LuaExports } from "./lua-binary.ts";
import { HostBudget, HostMemoryError } from "./host-budget.ts";
import type { TextBuilder } from "./text-builder.ts";
import { tableFunctions } from "./web-assembly.ts";
import type { WasmFunction } from "./web-assembly.ts";

/**
 * A function that Lua can call. `L` is the address of the state (each coroutine has its own). Arguments are on the
 * stack from 1 on. Answers the number of results that it has pushed.
 */
export type HostFunction = (state: LuaState, L: number) => number;

/** The buffer for strings passed to Lua. Longer strings get memory of their own. */
const SCRATCH_BYTES = 64 * 1024;

/** Strings up to this length are copied by a loop, which is faster than a call out of JavaScript. */
const SHORT_BYTES = 32;

/** Bytes of a chunk's name: Lua shows only its beginning. */
const CHUNK_NAME_BYTES_MAX = 200;

/** Places in the cache of short strings; a power of two. */
const CACHE_PLACES = 1024;

/** Decimal digits that a double can always represent. */
const EXACT_DIGITS_MAX = 15;
const ZERO = 48;

/** Offset from a string's bytes back to its hash; its length follows. Both are 32-bit words. */
const HASH_OFFSET = 8;
const LENGTH_OFFSET = 4;

/**
 * Layout of tables in the binary's memory. Reading the most used fields from there saves a call each time. There is
 * only this binary, so the layout is fixed; the constructor checks it.
 */
const TABLE_NODES_OFFSET = 16;
const STATE_TOP_OFFSET = 8;
const STATE_BASE_OFFSET = 12;
/** A value: eight bytes of content, its type, four bytes unused. */
const VALUE_BYTES = 16;
const VALUE_TYPE_OFFSET = 8;
/** A string: this header, then its bytes. */
const STRING_HEADER_BYTES = 16;

/** An instance of Lua. Strings are byte strings; `L` is the address of a thread, and indexes are those of its stack. */
export class LuaState {
  readonly lua: LuaExports;
  /** The budget of the host functions. Each string read from the machine is charged to it. */
  readonly budget: HostBudget;
  /** The state of the main thread. */
  readonly main: number;
  private bytes!: Buffer;
  private words!: Int32Array;
  private numbers!: Float64Array;
  private readonly scratch: number;
  /** Short strings read lately, by Lua's hash: command names and keys recur. */
  private readonly recent: (string | undefined)[] = Array<undefined>(CACHE_PLACES).fill(undefined);
  /** The address of the hash part in tables without one. */
  private readonly noNodes: number;
  /** C strings of field names and other constants, which are never freed. */
  private readonly constants = new Map<string, number>();

  /**
   * `bytesMax` limits the memory of the machine and of host functions outside of it together. `elapsedUs` is a monotonic
   * clock, in microseconds.
   */
  constructor(binary: Uint8Array, bytesMax: number, elapsedUs: () => number) {
    this.budget = new HostBudget(bytesMax, elapsedUs);
    const owner: BinaryOwner = {
      mayGrow: (bytes) => this.budget.mayGrow(bytes),
      grown: () => this.refreshViews(),
    };
    this.lua = instantiateLua(binary, owner);
    this.refreshViews();
    this.scratch = this.allocate(SCRATCH_BYTES);
    this.main = this.lua.luaL_newstate();
    const [panic] = this.functionPointers([
      () => {
        throw new LuaPanic("Lua panicked");
      },
    ]);
    this.lua.lua_atpanic(this.main, panic!);
    this.lua.lua_createtable(this.main, 0, 0);
    this.noNodes = this.wordAt(this.lua.lua_topointer(this.main, -1) + TABLE_NODES_OFFSET);
    this.pop(this.main, 1);
    this.checkLayout();
  }

  private checkLayout(): void {
    const { lua, main } = this;
    lua.lua_settop(main, 0);
    lua.lua_pushnumber(main, 0.5);
    this.pushString(main, "layout");
    const asExpected =
      this.argumentCount(main) === 2 && this.argumentNumber(main, 1) === 0.5 && this.argumentText(main, 2) === "layout";
    if (!asExpected) throw new Error("the Lua binary is not the one this was written for");
    lua.lua_settop(main, 0);
  }

  /** Bytes of the machine's memory. */
  get memoryBytes(): number {
    return this.lua.memory.buffer.byteLength;
  }

  private refreshViews(): void {
    const { buffer } = this.lua.memory;
    this.budget.machineBytes = buffer.byteLength;
    this.bytes = Buffer.from(buffer);
    this.words = new Int32Array(buffer);
    this.numbers = new Float64Array(buffer);
  }

  private allocate(bytes: number): number {
    const address = this.lua.malloc(bytes);
    if (address === 0) throw new LuaPanic("not enough memory");
    return address;
  }

  /** Addresses by which Lua can call host functions. */
  functionPointers(functions: readonly HostFunction[]): number[] {
    return this.addToTable(
      tableFunctions(
        functions.map((host) => this.bounded(host)),
        1,
        1,
      ),
    );
  }

  /**
   * A host function as Lua calls it. What it has charged is released when it ends; a HostMemoryError becomes a Lua
   * error.
   */
  private bounded(host: HostFunction): (L?: number) => number {
    const { budget } = this;
    return (L) => {
      const { held } = budget;
      try {
        return host(this, L!);
      } catch (error) {
        if (error instanceof HostMemoryError) return this.raise(L!, "not enough memory");
        throw error;
      } finally {
        budget.held = held;
      }
    };
  }

  /** The address of an instruction hook. */
  hookPointer(hook: (L: number) => void): number {
    return this.addToTable(tableFunctions([(L) => hook(L!)], 2, 0))[0]!;
  }

  private addToTable(functions: readonly WasmFunction[]): number[] {
    const { __indirect_function_table: table } = this.lua;
    const first = table.grow(functions.length);
    return functions.map((value, i) => {
      table.set(first + i, value);
      return first + i;
    });
  }

  /** The C function at an address, for a host function that replaces it. */
  functionAt(pointer: number): WasmFunction {
    return this.lua.__indirect_function_table.get(pointer);
  }

  // Strings from the machine.

  /** A string or a number as bytes; undefined for any other value. A number on the stack is converted to a string. */
  toString(L: number, index: number): string | undefined {
    const address = this.lua.lua_tolstring(L, index, 0);
    return address === 0 ? undefined : this.stringAt(address);
  }

  /** The bytes of a Lua string, by their address. */
  stringAt(address: number): string {
    const length = this.words[(address - LENGTH_OFFSET) >> 2]!;
    if (length > SHORT_BYTES) {
      this.budget.hold(length);
      return this.bytes.latin1Slice(address, address + length);
    }
    const place = (this.words[(address - HASH_OFFSET) >> 2]! ^ length) & (CACHE_PLACES - 1);
    const known = this.recent[place];
    if (known !== undefined && known.length === length && this.holds(address, known)) return known;
    const text = this.bytes.latin1Slice(address, address + length);
    this.recent[place] = text;
    return text;
  }

  /** Releases a string read from the machine before the call that read it ends. */
  release(text: string): void {
    if (text.length > SHORT_BYTES) this.budget.held -= text.length;
  }

  private holds(address: number, text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.bytes[address + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** A C string, which ends at the first zero. */
  textAt(address: number): string {
    return this.bytes.latin1Slice(address, this.bytes.indexOf(0, address));
  }

  /** A 32-bit field of a C structure. */
  wordAt(address: number): number {
    return this.words[address >> 2]!;
  }

  // Strings to the machine.

  pushString(L: number, text: string): void {
    const { length } = text;
    if (length > SCRATCH_BYTES) {
      this.pushLongString(L, text);
      return;
    }
    this.write(text, this.scratch);
    this.lua.lua_pushlstring(L, this.scratch, length);
  }

  private write(text: string, address: number): void {
    const { length } = text;
    const { bytes } = this;
    if (length > SHORT_BYTES) bytes.latin1Write(text, address, length);
    else for (let i = 0; i < length; i++) bytes[address + i] = text.charCodeAt(i);
  }

  private pushLongString(L: number, text: string): void {
    this.pushBytes(L, text.length, (address) => this.write(text, address));
  }

  /** Pushes a string of `length` bytes, which `write` writes to an address. */
  private pushBytes(L: number, length: number, write: (address: number) => void): void {
    const address = this.lua.malloc(length);
    if (address === 0) this.raise(L, "not enough memory");
    try {
      write(address);
      this.lua.lua_pushlstring(L, address, length);
    } finally {
      this.lua.free(address);
    }
  }

  /** Pushes the content of a builder. */
  pushBuilt(L: number, built: TextBuilder): void {
    const { short } = built;
    if (short !== undefined) this.pushString(L, short);
    else this.pushBytes(L, built.length, (address) => built.copyTo(this.bytes, address));
  }

  /** Pushes the bytes at an address, `count` times. */
  pushRepeated(L: number, from: number, length: number, count: number): void {
    const all = length * count;
    this.pushBytes(L, all, (address) => {
      const { bytes } = this;
      bytes.copyWithin(address, from, from + Math.min(length, all));
      for (let done = length; done < all; done *= 2) {
        bytes.copyWithin(address + done, address, address + Math.min(done, all - done));
      }
    });
  }

  /** The address of a constant C string, for names and messages, which are few. */
  constant(text: string): number {
    let address = this.constants.get(text);
    if (address === undefined) {
      address = this.allocate(text.length + 1);
      this.write(text, address);
      this.bytes[address + text.length] = 0;
      this.constants.set(text, address);
    }
    return address;
  }

  /** The address of a C string, valid until the next string is passed. */
  private transient(text: string): number {
    const cut = text.slice(0, SCRATCH_BYTES - 1);
    this.write(cut, this.scratch);
    this.bytes[this.scratch + cut.length] = 0;
    return this.scratch;
  }

  /**
   * Compiles source and pushes the function. Answers Lua's message if it does not compile. In error texts `chunkName`
   * names the source, after an `@`.
   */
  compile(source: string, chunkName: string, L = this.main): string | undefined {
    const name = chunkName.slice(0, CHUNK_NAME_BYTES_MAX);
    const address = this.allocate(source.length + name.length + 2);
    this.write(source, address);
    const nameAddress = address + source.length + 1;
    this.write(name, nameAddress);
    this.bytes[nameAddress + name.length] = 0;
    let status: number;
    try {
      status = this.lua.luaL_loadbuffer(L, address, source.length, nameAddress);
    } finally {
      this.lua.free(address);
    }
    if (status === 0) return undefined;
    const message = this.toString(L, -1)!;
    this.pop(L, 1);
    return message;
  }

  // Errors of the running function.

  /** Raises an error, with the place in the script before its text. */
  raise(L: number, text: string): never {
    this.lua.luaL_where(L, 1);
    this.pushString(L, text);
    this.lua.lua_concat(L, 2);
    return this.raiseTop(L);
  }

  /** Raises the value on top of the stack. */
  raiseTop(L: number): never {
    this.lua.lua_error(L);
    throw new Error("lua_error came back");
  }

  /** Raises `bad argument #n to 'f' (text)`. */
  raiseArgument(L: number, index: number, text: string): never {
    this.lua.luaL_argerror(L, index, this.transient(text));
    throw new Error("luaL_argerror came back");
  }

  /** Raises the error for an argument that is not of the expected type. */
  raiseType(L: number, index: number, expected: string): never {
    this.lua.luaL_typerror(L, index, this.transient(expected));
    throw new Error("luaL_typerror came back");
  }

  // Arguments of the running function, read from memory without conversion.

  argumentCount(L: number): number {
    return (this.words[(L + STATE_TOP_OFFSET) >> 2]! - this.words[(L + STATE_BASE_OFFSET) >> 2]!) / VALUE_BYTES;
  }

  private argumentAt(L: number, index: number): number {
    return this.words[(L + STATE_BASE_OFFSET) >> 2]! + (index - 1) * VALUE_BYTES;
  }

  /** The type of an existing argument. */
  argumentType(L: number, index: number): number {
    return this.words[(this.argumentAt(L, index) + VALUE_TYPE_OFFSET) >> 2]!;
  }

  /** An argument that is a number. */
  argumentNumber(L: number, index: number): number {
    return this.numbers[this.argumentAt(L, index) >> 3]!;
  }

  /** An argument that is a string. */
  argumentText(L: number, index: number): string {
    return this.stringAt(this.words[this.argumentAt(L, index) >> 2]! + STRING_HEADER_BYTES);
  }

  /** The value of a string argument of few enough decimal digits for a double; -1 for any other string. */
  argumentDigits(L: number, index: number): number {
    const { bytes } = this;
    const address = this.words[this.argumentAt(L, index) >> 2]! + STRING_HEADER_BYTES;
    const length = this.words[(address - LENGTH_OFFSET) >> 2]!;
    if (length === 0 || length > EXACT_DIGITS_MAX) return -1;
    let value = 0;
    for (let i = 0; i < length; i++) {
      const digit = bytes[address + i]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  // Arguments of the running function, with conversion. An unsuitable one raises Lua's error.

  checkString(L: number, index: number): string {
    return this.stringAt(this.lua.luaL_checklstring(L, index, 0));
  }

  checkNumber(L: number, index: number): number {
    return this.lua.luaL_checknumber(L, index);
  }

  /** A number cast to a 64-bit integer as in C, as precisely as a double can. */
  checkInteger(L: number, index: number): number {
    return truncated(this.lua.luaL_checknumber(L, index));
  }

  optInteger(L: number, index: number, otherwise: number): number {
    return this.lua.lua_type(L, index) <= LuaType.NIL ? otherwise : this.checkInteger(L, index);
  }

  /** The type's name of a value; `no value` for a missing one. */
  typeName(L: number, index: number): string {
    return this.textAt(this.lua.lua_typename(L, this.lua.lua_type(L, index)));
  }

  /** Whether a table has consecutive integers as its only keys, judged by its layout alone. */
  hasOnlyArray(L: number, index: number): boolean {
    return this.wordAt(this.lua.lua_topointer(L, index) + TABLE_NODES_OFFSET) === this.noNodes;
  }

  // The stack.

  pop(L: number, count: number): void {
    this.lua.lua_settop(L, -count - 1);
  }

  pushFunction(L: number, pointer: number, upvalues = 0): void {
    this.lua.lua_pushcclosure(L, pointer, upvalues);
  }

  /** Sets a field of the table at an index to the value on top, and pops it. */
  setField(L: number, index: number, name: string): void {
    this.lua.lua_setfield(L, index, this.constant(name));
  }

  getField(L: number, index: number, name: string): void {
    this.lua.lua_getfield(L, index, this.constant(name));
  }

  /** Pops the value on top and keeps it; answers a reference to it. */
  keep(L = this.main): number {
    return this.lua.luaL_ref(L, REGISTRY_INDEX);
  }

  pushKept(L: number, ref: number): void {
    this.lua.lua_rawgeti(L, REGISTRY_INDEX, ref);
  }

  forget(ref: number): void {
    this.lua.luaL_unref(this.main, REGISTRY_INDEX, ref);
  }

  /** Allocates memory for a C structure, which is never freed. */
  reserve(bytes: number): number {
    return this.allocate(bytes);
  }
}

/** The pseudo-index of an upvalue of the running function. */
export const upvalue = upvalueIndex;

/** C's cast of a double to a 64-bit integer on x86: out of range it is the smallest integer. */
export function truncated(value: number): number {
  return value >= -(2 ** 63) && value < 2 ** 63 ? Math.trunc(value) : -(2 ** 63);
}

/** C's cast of a 64-bit integer to 32 bits. */
export function toInt32(value: number): number {
  return value | 0;
}
