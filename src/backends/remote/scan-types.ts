/** SCAN … WITHTYPE, which Redis does not have: a SCAN, and then a TYPE for each key that it has found. */
import { isOption } from "../../commands/args.ts";
import { CommandError, isReplyArray, SimpleString } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import type { ReplySink } from "./link.ts";

/** Sends a command. */
export type Send = (words: readonly string[], sink: ReplySink) => void;

/** The words without WITHTYPE; undefined when it is not among the options. */
export function withoutTypes(words: readonly string[]): readonly string[] | undefined {
  for (let i = 2; i < words.length; i++) {
    if (isOption(words[i], "WITHTYPE")) return words.filter((_, at) => at !== i);
    // MATCH, COUNT and TYPE take any word.
    i++;
  }
  return undefined;
}

/** Scans, and answers the cursor and a list of keys and types in turn. Keys that are gone by then are left out. */
export function scanWithTypes(send: Send, words: readonly string[], done: (reply: Reply) => void): void {
  const receive = (reply: Reply): void => {
    const [cursor, keys] = isReplyArray(reply) ? reply : [];
    if (cursor === undefined || keys === undefined || !isReplyArray(keys)) return done(reply);
    if (keys.length === 0) return done(reply);
    const types = new Types(keys, (typed) => done(typed instanceof CommandError ? typed : [cursor, typed]));
    for (const [i, key] of keys.entries()) {
      send(["TYPE", String(key)], { receive: (type) => types.receive(i, type) });
    }
  };
  send(words, { receive });
}

/** The types of keys, until each is known. */
class Types {
  private readonly keys: readonly Reply[];
  private readonly done: (reply: readonly Reply[] | CommandError) => void;
  private readonly types: Reply[];
  private count = 0;

  constructor(keys: readonly Reply[], done: (reply: readonly Reply[] | CommandError) => void) {
    this.keys = keys;
    this.done = done;
    this.types = Array<Reply>(keys.length).fill(null);
  }

  receive(index: number, reply: Reply): void {
    this.types[index] = reply;
    if (++this.count === this.keys.length) this.done(this.typed());
  }

  private typed(): readonly Reply[] | CommandError {
    const typed: Reply[] = [];
    for (const [i, type] of this.types.entries()) {
      if (type instanceof CommandError) return type;
      if (type instanceof SimpleString && type.text !== "none") typed.push(this.keys[i]!, type.text);
    }
    return typed;
  }
}
