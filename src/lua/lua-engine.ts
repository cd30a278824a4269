/**
 * The script engine on the Lua binary. It makes a machine when it first needs one, and drops a machine after a fault in
 * it.
 */
import * as functionErrors from "../core/errors/function.ts";
import * as scriptErrors from "../core/errors/scripting.ts";
import type { Limits } from "../core/limits.ts";
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { LuaPanic } from "./lua-binary.ts";
import { HostMemoryError, ScriptTimeout } from "./host-budget.ts";
import { LuaMachine } from "./lua-machine.ts";
import { FULL_DIALECT } from "./script-engine.ts";
import type {
  Callable,
  LibrarySource,
  RegisteredFunction,
  ScriptDialect,
  ScriptEngine,
  ScriptHost,
} from "./script-engine.ts";
import { isWasmTrap } from "./web-assembly.ts";

/**
 * A machine's memory never shrinks. One that has grown beyond this, or beyond a quarter of the limit, is dropped after a
 * run.
 */
const KEPT_BYTES = 64 * 1024 * 1024;

interface LuaEngineOptions {
  /** Loads the Lua binary; called once. */
  readonly binary: () => Uint8Array;
  readonly limits: Readonly<Limits>;
  /** A monotonic clock, in microseconds. */
  readonly elapsedUs: () => number;
  /** Called every millisecond or so while a script runs, with the time of that clock. */
  readonly onStretch?: (nowUs: number) => void;
  readonly dialect?: ScriptDialect;
}

/** Two machines: one for scripts, one for functions. */
export class LuaEngine implements ScriptEngine {
  private readonly options: LuaEngineOptions;
  /** What a machine keeps between runs, and what one takes that runs beside the other, both at most. */
  private readonly keptBytes: number;
  private readonly runBytes: number;
  private binary: Uint8Array | undefined;
  /** The machine for scripts, with the code it has compiled. */
  private scripts: LuaMachine | undefined;
  private compiled = new Map<Callable, number>();
  /** The machine for functions. */
  private functions: LuaMachine | undefined;

  constructor(options: LuaEngineOptions) {
    this.options = options;
    const { scriptMemoryBytesMax } = options.limits;
    this.keptBytes = Math.min(KEPT_BYTES, scriptMemoryBytesMax / 4);
    this.runBytes = scriptMemoryBytesMax - this.keptBytes;
  }

  get memoryBytes(): number {
    return (this.scripts?.heldBytes ?? 0) + (this.functions?.heldBytes ?? 0);
  }

  private create(user: "scripts" | "functions"): LuaMachine {
    const { binary, dialect = FULL_DIALECT, limits, elapsedUs, onStretch } = this.options;
    this.binary ??= binary();
    const bytesMax = this.runBytes;
    return new LuaMachine({ binary: this.binary, limits, bytesMax, elapsedUs, onStretch, user, dialect });
  }

  load(script: Callable): CommandError | undefined {
    return this.onScripts((machine) => {
      const ref = this.compile(machine, script);
      return ref instanceof CommandError ? ref : undefined;
    });
  }

  run(script: Callable, keys: readonly string[], args: readonly string[], host: ScriptHost): Reply {
    return this.onScripts((machine) => {
      const ref = this.compile(machine, script);
      return ref instanceof CommandError ? ref : machine.runScript(ref, script.name, keys, args, host);
    });
  }

  forget(script: Callable): void {
    const ref = this.compiled.get(script);
    if (ref === undefined) return;
    this.scripts?.state.forget(ref);
    this.compiled.delete(script);
  }

  private compile(machine: LuaMachine, script: Callable): number | CommandError {
    const known = this.compiled.get(script);
    if (known !== undefined) return known;
    const ref = machine.compile(script.source, "@user_script");
    if (typeof ref === "string") return scriptErrors.doesNotCompile(ref);
    this.compiled.set(script, ref);
    return ref;
  }

  loadLibrary(library: LibrarySource): readonly RegisteredFunction[] | CommandError {
    return this.onFunctions((machine) => machine.loader.load(library));
  }

  callFunction(
    library: LibrarySource,
    name: string,
    keys: readonly string[],
    args: readonly string[],
    host: ScriptHost,
  ): Reply {
    return this.onFunctions((machine) => {
      if (!machine.loader.has(library)) {
        const loaded = machine.loader.load(library);
        if (loaded instanceof CommandError) return loaded;
      }
      const ref = machine.loader.find(library, name);
      return ref === undefined ? functionErrors.NOT_FOUND : machine.runFunction(ref, name, keys, args, host);
    });
  }

  forgetLibrary(library: LibrarySource): void {
    this.functions?.loader.forget(library);
  }

  private onScripts<T>(body: (machine: LuaMachine) => T): T | CommandError {
    this.scripts ??= this.create("scripts");
    const { scripts } = this;
    const giveUp = (): void => {
      this.scripts = undefined;
      this.compiled = new Map();
    };
    return this.guarded(scripts, body, giveUp);
  }

  private onFunctions<T>(body: (machine: LuaMachine) => T): T | CommandError {
    this.functions ??= this.create("functions");
    return this.guarded(this.functions, body, () => (this.functions = undefined));
  }

  /**
   * An exception out of a machine leaves it in an unknown state, so the machine is dropped. What a script can cause
   * becomes the script's error; a fault of the server is thrown on.
   */
  private guarded<T>(machine: LuaMachine, body: (machine: LuaMachine) => T, giveUp: () => void): T | CommandError {
    try {
      const result = body(machine);
      if (machine.state.memoryBytes > this.keptBytes) giveUp();
      return result;
    } catch (error) {
      giveUp();
      if (error instanceof ScriptTimeout) return scriptErrors.timedOut(this.options.limits.scriptMsMax);
      if (error instanceof LuaPanic || error instanceof HostMemoryError) return scriptErrors.OUT_OF_MEMORY;
      // JavaScript's stack, a string that is too long, or WebAssembly's stack.
      if (error instanceof RangeError || isWasmTrap(error)) return scriptErrors.CRASHED;
      throw error;
    }
  }
}
