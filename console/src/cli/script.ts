/** Scripts and functions: the command that runs one, and where its error is. */
import { asText, fromText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, pairsOf, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { splitCommands } from "../client/split.ts";

/** What is typed in the panel. */
export interface ScriptDraft {
  readonly source: string;
  /** The function to call; undefined for the script. */
  readonly functionName: ByteString | undefined;
  readonly keys: string;
  readonly args: string;
  readonly isReadOnly: boolean;
}

export interface ServerFunction {
  readonly name: ByteString;
  readonly library: string;
}

/** The words that run the draft; undefined where a quote is not closed. */
export function scriptCommand(draft: ScriptDraft): readonly ByteString[] | undefined {
  const keys = wordsOf(draft.keys);
  const args = wordsOf(draft.args);
  if (keys === undefined || args === undefined) return undefined;
  const name = draft.functionName === undefined ? "EVAL" : "FCALL";
  const subject = draft.functionName ?? fromText(draft.source);
  return [draft.isReadOnly ? `${name}_RO` : name, subject, String(keys.length), ...keys, ...args];
}

function wordsOf(text: string): ByteString[] | undefined {
  const { commands, problem } = splitCommands(text);
  return problem === undefined ? commands.flatMap(({ words }) => words.map(({ bytes }) => bytes)) : undefined;
}

/** The line of a script, from 1, in which an error says that it happened. */
export function errorLine(error: string): number | undefined {
  const found = /user_(?:script|function):(\d+):/.exec(error);
  return found === null ? undefined : Number(found[1]);
}

/** The functions of FUNCTION LIST's reply, in order of their names. */
export function functionsOf(reply: Reply): ServerFunction[] {
  return itemsOf(reply)
    .flatMap((library) => {
      const fields = new Map(pairsOf(library).map(([name, value]) => [textOf(name), value]));
      const functions = fields.get("functions");
      return (functions === undefined ? [] : itemsOf(functions)).map((one) => {
        const [, name] = pairsOf(one).find(([field]) => textOf(field) === "name")!;
        return { name: fromText(textOf(name)), library: textOf(fields.get("library_name")!) };
      });
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A name as a person reads it. */
export const functionLabel = ({ library, name }: ServerFunction): string => `${asText(name) ?? name} (${library})`;
