/** SCAN … WITHTYPE, which Redis does not have: a SCAN, and then a TYPE for each key that it has found. */
import { isOption } from "../../commands/args.ts";
import { CommandError, isReplyArray, SimpleString } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import type { Link, ReplySink } from "./link.ts";

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
export function scanWithTypes(link: Link, words: readonly string[], done: (reply: Reply) => void): void {
  const receive = (reply: Reply): void => {
    const [cursor, keys] = isReplyArray(reply) ? reply : [];
    if (cursor === undefined || keys === undefined || !isReplyArray(keys)) return done(reply);
    if (keys.length === 0) return done(reply);
    const types = new Types(keys, (typed) => done(typed instanceof CommandError ? typed : [cursor, typed]));
    link.sendAll(
      keys.map((key) => ["TYPE", String(key)]),
      types,
    );
  };
  link.send(words, { receive });
}

class Types implements ReplySink {
  private readonly keys: readonly Reply[];
  private readonly done: (reply: readonly Reply[] | CommandError) => void;
  private readonly typed: Reply[] = [];
  private error: CommandError | undefined;
  private count = 0;

  constructor(keys: readonly Reply[], done: (reply: readonly Reply[] | CommandError) => void) {
    this.keys = keys;
    this.done = done;
  }

  receive(reply: Reply): void {
    const key = this.keys[this.count++]!;
    if (reply instanceof CommandError) this.error ??= reply;
    else if (reply instanceof SimpleString && reply.text !== "none") this.typed.push(key, reply.text);
    if (this.count === this.keys.length) this.done(this.error ?? this.typed);
  }
}
