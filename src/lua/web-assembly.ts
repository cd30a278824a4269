/**
 * Types for the part of WebAssembly's JavaScript interface in use. TypeScript has them only among its types for
 * browsers. Source: https://webassembly.github.io/spec/js-api/
 */

/** A compiled module, which may be instantiated several times. */
export interface WasmModule {
  readonly wasmModule: never;
}

/** An exported function: numbers in, at most one number out. */
export type WasmFunction = (...args: number[]) => number;

/** The memory of an instance. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Grows by pages of 64 KiB. Detaches the old buffer. */
  grow(pages: number): number;
}

/** A table of functions. */
export interface WasmTable {
  readonly length: number;
  get(index: number): WasmFunction;
  set(index: number, value: WasmFunction): void;
  grow(by: number): number;
}

declare const WebAssembly: {
  readonly RuntimeError: new () => Error;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: Readonly<Record<string, Readonly<Record<string, WasmImport>>>>,
  ) => { readonly exports: object };
};

/** An imported function. */
export type WasmImport = (...args: number[]) => number | void;

/** Compiles a module, which takes milliseconds. Throws for malformed bytes. */
export function compileWasm(bytes: Uint8Array): WasmModule {
  return new WebAssembly.Module(bytes);
}

/** Instantiates a module. `T` names its exports. */
export function instantiateWasm<T extends object>(
  module: WasmModule,
  imports: Readonly<Record<string, Readonly<Record<string, WasmImport>>>>,
): T {
  return new WebAssembly.Instance(module, imports).exports as T;
}

/** Whether an exception is a trap of the instance, such as an access outside of its memory. */
export function isWasmTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}

const I32 = 0x7f;

/**
 * Wraps JavaScript functions so that a WebAssembly table can have them. Only exports of a module can be in a table, so
 * this builds a module that imports each function and exports it again. A function takes `parameters` 32-bit integers
 * and answers `results` of them.
 */
export function tableFunctions(functions: readonly WasmImport[], parameters: number, results: 0 | 1): WasmFunction[] {
  const count = leb128(functions.length);
  const type = [0x60, ...vector(Array<number>(parameters).fill(I32)), ...vector(Array<number>(results).fill(I32))];
  const names = functions.map((_, i) => vector([...String(i)].map((char) => char.charCodeAt(0))));
  const imports = names.flatMap((name) => [...vector([0x66]), ...name, 0x00, 0x00]);
  const exports = names.flatMap((name, i) => [...name, 0x00, ...leb128(i)]);
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  const section = (id: number, content: readonly number[]): number[] => [id, ...vector(content)];
  const bytes = [
    header,
    section(1, [0x01, ...type]),
    section(2, [...count, ...imports]),
    section(7, [...count, ...exports]),
  ].flat();
  const module = compileWasm(Uint8Array.from(bytes));
  const f = Object.fromEntries(functions.map((value, i) => [String(i), value]));
  const instance = instantiateWasm<Readonly<Record<string, WasmFunction>>>(module, { f });
  return functions.map((_, i) => instance[String(i)]!);
}

function vector(bytes: readonly number[]): number[] {
  return [...leb128(bytes.length), ...bytes];
}

function leb128(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}
