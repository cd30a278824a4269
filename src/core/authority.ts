/** Users, rights and refusals as the engine sees them. Implemented by access/. */
import type { CommandSpec } from "./command-spec.ts";

/** Why a user may not run a command, and the index of the word that breaks the rule; 0 for the command's name. */
export interface Refusal {
  readonly reason: "command" | "key" | "channel";
  readonly index: number;
}

/** A user: a name and its rights. Implemented by access/acl-user.ts. */
export interface User {
  readonly name: string;
  /** The user may run every command on every key and channel, so no check is needed. */
  readonly isUnrestricted: boolean;
  /** Why the user may not run a command with these words; undefined when it may. */
  refusal(spec: CommandSpec, words: readonly string[]): Refusal | undefined;
  /** Whether the user may also read keys that these words do not name, as SORT's BY and GET do. */
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

/** A user without restrictions: the user of every session when the engine runs without an Authority. */
export const UNRESTRICTED_USER: User = {
  name: "default",
  isUnrestricted: true,
  refusal: () => undefined,
  readsAllKeys: () => true,
};

/** The user of a connection that has not authenticated. It may run AUTH, HELLO, QUIT and RESET only. */
export const UNAUTHENTICATED: User = {
  name: "default",
  isUnrestricted: false,
  refusal: ({ flags }) => (flags.has("no_auth") ? undefined : { reason: "command", index: 0 }),
  readsAllKeys: () => false,
};
