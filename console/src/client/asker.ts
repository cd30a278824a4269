/** What modules without a page need of the client. */
import type { Word } from "./bytes.ts";
import type { Reply } from "./reply.ts";

interface Options {
  readonly signal?: AbortSignal;
}

/** Runs commands. `send` and `command` reject for an error of the server; for `ask` and `many` it is a reply. */
export interface Asker {
  send(words: readonly Word[], options?: Options): Promise<Reply>;
  ask(words: readonly Word[], options?: Options): Promise<Reply>;
  command(text: string, ...more: readonly Word[]): Promise<Reply>;
  many(commands: readonly (readonly Word[])[], options?: Options): Promise<Reply[]>;
}
