/** Parses the first line of a script or library, `#!lua name=value …`: flags, and a library's name. */
import * as errors from "../core/errors.ts";
import type { CommandError } from "../core/reply.ts";
import { SCRIPT_FLAGS } from "./script-engine.ts";
import type { LibrarySource, ScriptFlag } from "./script-engine.ts";

/** What a script declares in its first line, and its code with that line emptied. */
interface ScriptHead {
  /** Undefined without a first line of that kind. That differs from declaring no flags. */
  readonly flags: ReadonlySet<ScriptFlag> | undefined;
  readonly code: string;
}

/** The words of the first line, of which the first is `#!` and the engine. Undefined when a quote is not closed. */
function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  const word = /\s*((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'])+)/gy;
  let end = 0;
  for (let match = word.exec(line); match !== null; match = word.exec(line)) {
    end = word.lastIndex;
    words.push(
      match[1]!.replace(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g, (_, a?: string, b?: string) => a ?? b ?? ""),
    );
  }
  return line.slice(end).trim() === "" && words.length > 0 ? words : undefined;
}

/** Parses a script's first line. As in the hosted service, empty lines may come before it. */
export function parseScript(source: string): ScriptHead | CommandError {
  const start = source.startsWith("#!") ? 0 : /^[\r\n]+(?=#!)/.exec(source)?.[0].length;
  if (start === undefined) return { flags: undefined, code: source };
  const end = source.indexOf("\n", start);
  if (end < 0) return errors.failure("Invalid script shebang");
  const words = wordsOf(source.slice(start, end));
  if (words === undefined) return errors.failure("Invalid engine in script shebang");
  const [engine, ...options] = words;
  if (engine !== "#!lua") return errors.failure(`Unexpected engine in script shebang: ${engine}`);
  const flags = new Set<ScriptFlag>();
  for (const option of options) {
    if (!option.startsWith("flags=")) return errors.failure(`Unknown lua shebang option: ${option}`);
    const given = option.slice("flags=".length);
    for (const name of given === "" ? [] : given.split(",")) {
      const flag = SCRIPT_FLAGS.find((known) => known === name);
      if (flag === undefined) return errors.failure(`Unexpected flag in script shebang: ${name}`);
      flags.add(flag);
    }
  }
  return { flags, code: source.slice(0, start) + source.slice(end) };
}

const LIBRARY_NAME = /^[A-Za-z0-9_]+$/;

/** Parses a library's first line. */
export function parseLibrary(source: string): LibrarySource | CommandError {
  if (!source.startsWith("#!")) return errors.failure("Missing library metadata");
  const end = source.indexOf("\n");
  const words = end < 0 ? undefined : wordsOf(source.slice(0, end));
  if (words === undefined) return errors.failure("Invalid library metadata");
  let name: string | undefined;
  for (const word of words.slice(1)) {
    if (!/^name=/i.test(word)) return errors.failure(`Invalid metadata value given: ${word}`);
    if (name !== undefined) {
      return errors.failure("Invalid metadata value, name argument was given multiple times");
    }
    name = word.slice("name=".length);
  }
  if (name === undefined) return errors.failure("Library name was not given");
  if (!LIBRARY_NAME.test(name)) return errors.BAD_LIBRARY_NAME;
  const engine = words[0]!.slice(2);
  if (engine.toLowerCase() !== "lua") return errors.failure(`Engine '${engine}' not found`);
  return { name, code: source.slice(end) };
}
