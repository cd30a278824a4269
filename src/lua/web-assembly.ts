/**
 * The part of WebAssembly's JavaScript interface that is used here; TypeScript has it only among the types of browsers.
 * https://webassembly.github.io/spec/js-api/
 */

/** A compiled module, which may be instantiated many times. */
export interface WasmModule {
  readonly wasmModule: never;
}

/** A function as WebAssembly sees it: numbers in, at most one number out. */
export type WasmFunction = (...args: number[]) => number;

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** By pages of 64 KiB. Detaches the old buffer. */
  grow(pages: number): number;
}

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

/** A function that a module imports. */
export type WasmImport = (...args: number[]) => number | void;

/** Compiles, which takes milliseconds. Throws when the bytes are no module. */
export function compileWasm(bytes: Uint8Array): WasmModule {
  return new WebAssembly.Module(bytes);
}

/** Makes an instance. `T` is what the module is known to export. */
export function instantiateWasm<T extends object>(
  module: WasmModule,
  imports: Readonly<Record<string, Readonly<Record<string, WasmImport>>>>,
): T {
  return new WebAssembly.Instance(module, imports).exports as T;
}

/** Whether an exception is the machine's own, such as an access outside of its memory. */
export function isWasmTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}

const I32 = 0x7f;

/**
 * JavaScript functions as functions that can stand in a table. Only exports of a module can, so this builds the module
 * that imports each function and exports it again: `parameters` 32-bit integers in and, unless it is a hook, one out.
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
