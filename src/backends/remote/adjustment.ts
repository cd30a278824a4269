import type { Reply } from "../../core/reply.ts";

/** Makes what the client gets of the backend's reply to a command with these words, which is no error. */
export type Adjustment = (words: readonly string[], reply: Reply) => Reply;
