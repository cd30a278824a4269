/** Parses the first line of a script or library, `#!lua name=value …`: flags, and a library's name. */
import * as functionErrors from "../core/errors/function.ts";
import * as scriptErrors from "../core/errors/scripting.ts";
import type { CommandError } from "../core/reply.ts";
import type { LibrarySource, ScriptDialect, ScriptFlag } from "./script-engine.ts";

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

/** Parses a script's first line. In the hosted service, empty lines may come before it. */
export function parseScript(
  source: string,
  { flags: known, skipsEmptyLines }: ScriptDialect,
): ScriptHead | CommandError {
  const emptyLines = skipsEmptyLines ? /^[\r\n]+(?=#!)/.exec(source)?.[0].length : undefined;
  const start = source.startsWith("#!") ? 0 : emptyLines;
  if (start === undefined) return { flags: undefined, code: source };
  const end = source.indexOf("\n", start);
  if (end < 0) return scriptErrors.BAD_SHEBANG;
  const words = wordsOf(source.slice(start, end));
  if (words === undefined) return scriptErrors.BAD_SHEBANG_ENGINE;
  const [engine, ...options] = words;
  if (engine !== "#!lua") return scriptErrors.unexpectedEngine(engine);
  const flags = new Set<ScriptFlag>();
  for (const option of options) {
    if (!option.startsWith("flags=")) return scriptErrors.unknownShebangOption(option);
    const given = option.slice("flags=".length);
    for (const name of given === "" ? [] : given.split(",")) {
      const flag = known.find((one) => one === name);
      if (flag === undefined) return scriptErrors.unknownFlag(name);
      flags.add(flag);
    }
  }
  return { flags, code: source.slice(0, start) + source.slice(end) };
}

const LIBRARY_NAME = /^[A-Za-z0-9_]+$/;

/** Parses a library's first line. */
export function parseLibrary(source: string): LibrarySource | CommandError {
  if (!source.startsWith("#!")) return functionErrors.METADATA_MISSING;
  const end = source.indexOf("\n");
  const words = end < 0 ? undefined : wordsOf(source.slice(0, end));
  if (words === undefined) return functionErrors.BAD_METADATA;
  let name: string | undefined;
  for (const word of words.slice(1)) {
    if (!/^name=/i.test(word)) return functionErrors.badMetadataValue(word);
    if (name !== undefined) return functionErrors.NAME_TWICE;
    name = word.slice("name=".length);
  }
  if (name === undefined) return functionErrors.NAME_MISSING;
  if (!LIBRARY_NAME.test(name)) return functionErrors.BAD_NAME;
  const engine = words[0]!.slice(2);
  if (engine.toLowerCase() !== "lua") return functionErrors.engineNotFound(engine);
  return { name, code: source.slice(end) };
}
