import type { Reply } from "../../core/reply.ts";

/** Answers the client's reply, made of the backend's reply to a command with these words. Not called for errors. */
export type Adjustment = (words: readonly string[], reply: Reply) => Reply;
