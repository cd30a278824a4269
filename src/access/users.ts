/**
 * Who there is. Two users are there from the start: `default`, who may do everything and whose passwords are the standard
 * tokens, and `default_ro`, who may read and whose passwords are the read-only tokens. An ACL file and ACL SETUSER make
 * others, and change these.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import { parseAclFile } from "./acl-file.ts";
import type { AclStore } from "./acl-file.ts";
import { decodeAclToken, unwrapPassword } from "./acl-token.ts";
import { AclUser } from "./acl-user.ts";
import { CommandIndex } from "./command-index.ts";
import { digestOf } from "./digests.ts";

export const DEFAULT_USER = "default";
export const READ_ONLY_USER = "default_ro";

const FULL = ["on", "~*", "&*", "+@all"];

/**
 * The hosted service's `+@read -@dangerous`, which refuses KEYS, SCAN and every script; and besides what has no data of
 * its own, or is about one's own connection.
 */
const READ_ONLY = ["on", "~*", "&*", "+@read", "+@connection", "+@transaction", "+time", "-@dangerous"];

/** What the users are made with. */
export interface UsersOptions {
  readonly commands: readonly CommandSpec[];
  /** Passwords of `default`; without any, it needs none. */
  readonly tokens?: readonly string[];
  /** Passwords of `default_ro`; without any, it is not there at first. */
  readonly readOnlyTokens?: readonly string[];
  /** `default` needs no password over the Redis protocol, unless the store gives it one. It does by default. */
  readonly isOpen?: boolean;
  /** Where users outlast the process, if anywhere. */
  readonly store?: AclStore | undefined;
  /** Rules are held to what the hosted service takes. */
  readonly strict?: boolean;
}

export class Users {
  readonly commands: CommandIndex;
  readonly store: AclStore | undefined;
  readonly isStrict: boolean;
  private readonly isOpen: boolean;
  /** Changes with every change to any user. */
  generation = 0;
  /** Digests of the tokens of the options, by whose they are. They are not written to a file: they come with a start. */
  private readonly given: ReadonlyMap<string, readonly string[]>;
  private byName: Map<string, AclUser>;
  private readonly listeners: (() => void)[] = [];

  /** Reads the store, if there is one. Throws an Error that says what is wrong with it. */
  constructor({ commands, tokens = [], readOnlyTokens = [], isOpen = false, store, strict = false }: UsersOptions) {
    this.commands = new CommandIndex(commands);
    this.store = store;
    this.isStrict = strict;
    this.isOpen = isOpen || tokens.length === 0;
    this.given = new Map([
      [DEFAULT_USER, tokens.map((token) => digestOf(token).toString("hex"))],
      [READ_ONLY_USER, readOnlyTokens.map((token) => digestOf(token).toString("hex"))],
    ]);
    this.byName = this.initial();
    const problem = store === undefined ? undefined : this.load();
    if (problem !== undefined) throw new Error(problem);
  }

  /** Calls back after every change to any user. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private changed(): void {
    this.generation++;
    for (const listener of this.listeners) listener();
  }

  get(name: string): AclUser | undefined {
    return this.byName.get(name);
  }

  hasUser(name: string): boolean {
    return this.byName.has(name);
  }

  /** In the order of their names. */
  all(): AclUser[] {
    return [...this.byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Whom a connection belongs to that has said nothing yet; undefined when it has to authenticate. */
  get initialUser(): AclUser | undefined {
    const user = this.byName.get(DEFAULT_USER)!;
    return user.isOpen ? user : undefined;
  }

  /**
   * The user of this name, if the secret is their password or a token that holds it. An empty name stands for `default`
   * or `default_ro`, whosever the password is, or for the user of the token.
   */
  authenticate(name: string, secret: string): AclUser | undefined {
    const names = name === "" ? [DEFAULT_USER, READ_ONLY_USER, decodeAclToken(secret)?.name ?? ""] : [name];
    return names
      .map((candidate) => this.byName.get(candidate))
      .find((user) => user?.accepts(unwrapPassword(user.name, secret)) === true);
  }

  /** Makes a user, or changes one, all rules or none. Answers the rule that cannot be, and why. */
  set(name: string, rules: readonly string[]): { readonly rule: string; readonly reason: string } | undefined {
    const user = this.byName.get(name) ?? new AclUser(name, this.commands);
    const staged = user.copy();
    for (const rule of rules) {
      const reason = staged.apply(rule);
      if (reason !== undefined) return { rule, reason };
    }
    user.become(staged);
    this.byName.set(name, user);
    this.changed();
    return undefined;
  }

  /** Removes a user; answers who it was. */
  delete(name: string): AclUser | undefined {
    const user = this.byName.get(name);
    if (user === undefined) return undefined;
    this.byName.delete(name);
    this.changed();
    return user;
  }

  /** Replaces all users by those of the store. Answers what is wrong with it, and then nothing has changed. */
  load(): string | undefined {
    const users = this.initial();
    const problems = parseAclFile(this.store!, this.commands, users);
    if (problems.length > 0) return problems.join(" ");
    for (const [name, digests] of this.given) {
      const user = users.get(name);
      const staged = user?.copy();
      if (staged === undefined) continue;
      if (name === DEFAULT_USER && this.isOpen && staged.passwords.length === 0) staged.apply("nopass");
      for (const digest of digests) staged.addToken(digest);
      user!.become(staged);
    }
    // Sessions hold on to their users, so those who stay are changed and not replaced.
    for (const [name, user] of users) {
      const before = this.byName.get(name);
      if (before === undefined) continue;
      before.become(user);
      users.set(name, before);
    }
    this.byName = users;
    this.changed();
    return undefined;
  }

  /** Writes all users to the store. Throws the system's error. */
  save(): void {
    const lines = this.all().map((user) => {
      const kept = user.copy();
      for (const digest of this.given.get(user.name) ?? []) kept.apply(`!${digest}`);
      // That it is open comes with a start too, and another start may listen on every address.
      if (user.name === DEFAULT_USER && this.isOpen && kept.isOpen) kept.apply("resetpass");
      return `${kept.describe()}\n`;
    });
    this.store!.write(lines.join(""));
  }

  /** The users there are when nobody has made or changed any. */
  private initial(): Map<string, AclUser> {
    const tokens = this.given.get(DEFAULT_USER)!;
    const readOnlyTokens = this.given.get(READ_ONLY_USER)!;
    const users = [this.make(DEFAULT_USER, this.isOpen ? ["nopass", ...FULL] : FULL, tokens)];
    if (readOnlyTokens.length > 0) users.push(this.make(READ_ONLY_USER, READ_ONLY, readOnlyTokens));
    return new Map(users.map((user) => [user.name, user]));
  }

  private make(name: string, rules: readonly string[], digests: readonly string[]): AclUser {
    const staged = new AclUser(name, this.commands);
    for (const rule of rules) staged.apply(rule);
    for (const digest of digests) staged.addToken(digest);
    const user = new AclUser(name, this.commands);
    user.become(staged);
    return user;
  }
}
