/** Who may do what: the vocabulary that access/ implements and the engine asks. */
import type { CommandSpec } from "./command-spec.ts";

/** What a user may not do, and the index of the word that says so; 0 for the command itself. */
export interface Refusal {
  readonly reason: "command" | "key" | "channel";
  readonly index: number;
}

/** A user as the engine sees one: a name and its rights. Implemented by access/acl-user.ts. */
export interface User {
  readonly name: string;
  /** May do everything, so there is nothing to check. */
  readonly isUnrestricted: boolean;
  /** Why a command may not be run with these words; undefined when it may. */
  refusal(spec: CommandSpec, words: readonly string[]): Refusal | undefined;
  /** Whether a command that may be run with these words may also read keys that they do not name (SORT BY and GET). */
  readsAllKeys(spec: CommandSpec, words: readonly string[]): boolean;
}

/** Looks users up and checks passwords. Implemented by access/users.ts, so that the engine does not depend on it. */
export interface Authority {
  /** The user of this name, if the secret is one of its passwords. An empty name stands for any user with that secret. */
  authenticate(name: string, secret: string): User | undefined;
  hasUser(name: string): boolean;
  /** The user of a connection that has not authenticated; undefined when it has to authenticate first. */
  readonly initialUser: User | undefined;
}

/** A user who may do everything: every session's where no Authority guards the doors. */
export const EVERYBODY: User = {
  name: "default",
  isUnrestricted: true,
  refusal: () => undefined,
  readsAllKeys: () => true,
};

/** The user of a connection that has not authenticated. It may run AUTH, HELLO, QUIT and RESET only. */
export const STRANGER: User = {
  name: "default",
  isUnrestricted: false,
  refusal: ({ flags }) => (flags.has("no_auth") ? undefined : { reason: "command", index: 0 }),
  readsAllKeys: () => false,
};
