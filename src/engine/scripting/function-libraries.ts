/**
 * Function libraries by name, and their functions, whose names are unique among all libraries, in any case. Of two
 * functions in one library that differ only in case, the first answers to both names.
 */
import * as functionErrors from "../../core/errors/function.ts";
import * as scriptErrors from "../../core/errors/scripting.ts";
import { CommandError } from "../../core/reply.ts";
import type { LibrarySource, RegisteredFunction, ScriptEngine } from "../../lua/script-engine.ts";
import { parseLibrary } from "../../lua/shebang.ts";

/** A loaded library. */
export interface Library {
  readonly name: string;
  /** The whole text. */
  readonly text: string;
  readonly source: LibrarySource;
  readonly functions: readonly RegisteredFunction[];
}

/** The libraries of one engine. */
export class FunctionLibraries {
  private libraries = new Map<string, Library>();
  /** Functions by name in lower case. */
  private functions = new Map<string, { readonly library: Library; readonly registered: RegisteredFunction }>();
  private readonly engine: () => ScriptEngine;
  private readonly bytesMax: number;

  /** `bytesMax` limits the text of all libraries. */
  constructor(engine: () => ScriptEngine, bytesMax: number) {
    this.engine = engine;
    this.bytesMax = bytesMax;
  }

  get libraryCount(): number {
    return this.libraries.size;
  }

  get functionCount(): number {
    return this.functions.size;
  }

  all(): Iterable<Library> {
    return this.libraries.values();
  }

  /** A function and its library, by the function's name in any case; undefined when there is none. */
  find(name: string): { readonly library: Library; readonly registered: RegisteredFunction } | undefined {
    return this.functions.get(name.toLowerCase());
  }

  /** Whether a library has the name that a text gives. */
  hasNameOf(text: string): boolean {
    const source = parseLibrary(text);
    return !(source instanceof CommandError) && this.libraries.has(source.name);
  }

  /** Loads a library. Throws a CommandError, in which case nothing has changed. */
  load(text: string, replace: boolean): Library {
    const source = parseLibrary(text);
    if (source instanceof CommandError) throw source;
    const old = this.libraries.get(source.name);
    if (old !== undefined && !replace) throw functionErrors.libraryExists(source.name);
    this.checkRoom(text, old);
    const library = this.prepare(source, text);
    try {
      this.checkNames(library.functions, old);
    } catch (error) {
      this.engine().forgetLibrary(source);
      throw error;
    }
    if (old !== undefined) this.unlink(old);
    this.link(library);
    return library;
  }

  /** The text of all libraries, in bytes. */
  get heldBytes(): number {
    let bytes = 0;
    for (const library of this.libraries.values()) bytes += library.text.length;
    return bytes;
  }

  /** Throws when the text of all libraries would be too long. */
  private checkRoom(text: string, replaced: Library | undefined): void {
    const bytes = this.heldBytes + text.length - (replaced?.text.length ?? 0);
    if (bytes > this.bytesMax) throw scriptErrors.tooMuchText(this.bytesMax);
  }

  private prepare(source: LibrarySource, text: string): Library {
    const functions = this.engine().loadLibrary(source);
    if (functions instanceof CommandError) throw functions;
    if (functions.length === 0) {
      this.engine().forgetLibrary(source);
      throw functionErrors.NONE_REGISTERED;
    }
    return { name: source.name, text, source, functions };
  }

  /** Functions may share names with the library to be replaced, and with no other. */
  private checkNames(functions: readonly RegisteredFunction[], replaced: Library | undefined): void {
    for (const { name } of functions) {
      const known = this.functions.get(name.toLowerCase());
      if (known !== undefined && known.library !== replaced) {
        throw functionErrors.functionExists(name);
      }
    }
  }

  /** Loads several libraries or none. Throws a CommandError, in which case nothing has changed. */
  restore(texts: readonly string[], policy: "append" | "replace" | "flush"): void {
    const [libraries, functions] = [this.libraries, this.functions];
    this.libraries = policy === "flush" ? new Map() : new Map(libraries);
    this.functions = policy === "flush" ? new Map() : new Map(functions);
    const loaded: Library[] = [];
    const replaced: Library[] = policy === "flush" ? [...libraries.values()] : [];
    try {
      for (const text of texts) {
        const source = parseLibrary(text);
        if (source instanceof CommandError) throw source;
        const old = this.libraries.get(source.name);
        if (old !== undefined && policy !== "replace") {
          throw functionErrors.libraryRestoredTwice(source.name);
        }
        this.checkRoom(text, old);
        const library = this.prepare(source, text);
        loaded.push(library);
        this.checkNames(library.functions, old);
        if (old !== undefined) {
          replaced.push(old);
          this.drop(old);
        }
        this.link(library);
      }
    } catch (error) {
      [this.libraries, this.functions] = [libraries, functions];
      for (const { source } of loaded) this.engine().forgetLibrary(source);
      throw error;
    }
    for (const { source } of replaced) this.engine().forgetLibrary(source);
  }

  /** Removes a library; answers whether it existed. */
  delete(name: string): boolean {
    const library = this.libraries.get(name);
    if (library === undefined) return false;
    this.unlink(library);
    return true;
  }

  clear(): void {
    for (const library of this.libraries.values()) this.engine().forgetLibrary(library.source);
    this.libraries.clear();
    this.functions.clear();
  }

  private link(library: Library): void {
    this.libraries.set(library.name, library);
    for (const registered of library.functions) {
      const name = registered.name.toLowerCase();
      if (!this.functions.has(name)) this.functions.set(name, { library, registered });
    }
  }

  private unlink(library: Library): void {
    this.drop(library);
    this.engine().forgetLibrary(library.source);
  }

  private drop(library: Library): void {
    this.libraries.delete(library.name);
    for (const { name } of library.functions) this.functions.delete(name.toLowerCase());
  }
}
