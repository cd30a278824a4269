/**
 * The users. Two exist from the start: `default`, which may do everything and whose passwords are the standard tokens,
 * and `default_ro`, which may read and whose passwords are the read-only tokens. An ACL file and ACL SETUSER add
 * others, and change these.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import { parseAclFile } from "./acl-file.ts";
import type { AclStore } from "./acl-file.ts";
import { decodeAclToken, unwrapPassword } from "./acl-token.ts";
import { AclUser } from "./acl-user.ts";
import { CommandIndex } from "./command-index.ts";
import { digestOf } from "./digests.ts";

/** The user of a connection that has not named another. */
export const DEFAULT_USER = "default";
/** The user of the read-only token. */
export const READ_ONLY_USER = "default_ro";

const FULL = ["on", "~*", "&*", "+@all"];
/** FULL for a user that needs no password. */
const OPEN = ["nopass", ...FULL];

/**
 * The hosted service's `+@read -@dangerous`, which refuses KEYS, SCAN and all scripts; and commands that touch no data,
 * or only their own connection.
 */
const READ_ONLY = ["on", "~*", "&*", "+@read", "+@connection", "+@transaction", "+time", "-@dangerous"];

/** Users with the rules above, which those of every database of a process are copied from. */
const templates = new WeakMap<CommandIndex, Map<readonly string[], AclUser>>();

/** What the users are made with. */
export interface UsersOptions {
  readonly commands: readonly CommandSpec[];
  /** Passwords of `default`. Without any, it needs none. */
  readonly tokens?: readonly string[];
  /** Passwords of `default_ro`. Without any, it does not exist at first. */
  readonly readOnlyTokens?: readonly string[];
  /** Whether `default` needs no password over the Redis protocol, unless the store gives it one. False by default. */
  readonly isOpen?: boolean;
  /** Storage for users beyond the life of the process. */
  readonly store?: AclStore | undefined;
  /** Whether ACL SETUSER accepts only what the hosted service accepts. */
  readonly strict?: boolean;
}

/** A user as another process has it. */
export interface UserCopy {
  readonly name: string;
  /** The line of ACL LIST; undefined for a user that was removed. */
  readonly line: string | undefined;
  /** Digests of all passwords, which the line of a user that needs none does not have. */
  readonly passwords: readonly string[];
}

/** The users of a server, by name. */
export class Users {
  readonly commands: CommandIndex;
  readonly store: AclStore | undefined;
  readonly isStrict: boolean;
  private readonly isOpen: boolean;
  /** Changes with every change of any user. */
  generation = 0;
  /** Digests of the tokens in the options, by user. They are not stored in a file, since each start brings its own. */
  private readonly given: ReadonlyMap<string, readonly string[]>;
  private byName: Map<string, AclUser>;
  private readonly listeners: (() => void)[] = [];

  /** Reads the store, if there is one. Throws an Error that names what is wrong in it. */
  constructor({ commands, tokens = [], readOnlyTokens = [], isOpen = false, store, strict = false }: UsersOptions) {
    this.commands = CommandIndex.of(commands);
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

  /** Calls `listener` after every change of any user. */
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

  /** All users, by name. */
  all(): AclUser[] {
    return [...this.byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The user of a connection that has not authenticated; undefined when it must authenticate first. */
  get initialUser(): AclUser | undefined {
    const user = this.byName.get(DEFAULT_USER)!;
    return user.isOpen ? user : undefined;
  }

  /**
   * The user of this name, if the secret is its password or a token of its own. An empty name stands for `default`,
   * `default_ro` or the user of the token, whichever the secret belongs to.
   */
  authenticate(name: string, secret: string): AclUser | undefined {
    const names = name === "" ? [DEFAULT_USER, READ_ONLY_USER, decodeAclToken(secret)?.name ?? ""] : [name];
    return names
      .map((candidate) => this.byName.get(candidate))
      .find((user) => user?.accepts(unwrapPassword(user.name, secret)) === true);
  }

  /**
   * Creates or changes a user by rules, all or none. Answers the refused rule and the reason; undefined when all are
   * applied.
   */
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

  /** Removes a user; answers it. */
  delete(name: string): AclUser | undefined {
    const user = this.byName.get(name);
    if (user === undefined) return undefined;
    this.byName.delete(name);
    this.changed();
    return user;
  }

  /** All users, for {@link adopt} elsewhere. */
  copies(): UserCopy[] {
    return this.all().map((user) => ({ name: user.name, line: user.describe(), passwords: [...user.passwords] }));
  }

  /** Makes users what they are in another process. Throws for a copy that is none of {@link copies}. */
  adopt(copies: readonly UserCopy[]): void {
    const adopted = new Map<string, AclUser>();
    const text = copies.map(({ line = "" }) => line).join("\n");
    const problems = parseAclFile({ name: "copies", read: () => text, write: () => {} }, this.commands, adopted);
    if (problems.length > 0) throw new Error(problems.join(" "));
    for (const { name, passwords } of copies) {
      const user = adopted.get(name);
      for (const digest of passwords) user?.addToken(digest);
      if (user === undefined) this.byName.delete(name);
      else this.put(user);
    }
    this.changed();
  }

  /** Sessions refer to their users, so a user that remains is changed and not replaced. */
  private put(user: AclUser): void {
    const before = this.byName.get(user.name);
    if (before === undefined) this.byName.set(user.name, user);
    else before.become(user);
  }

  /**
   * Replaces all users by those of the store. Answers what is wrong in the store, in which case nothing has changed.
   */
  load(): string | undefined {
    const users = this.initial();
    const problems = parseAclFile(this.store!, this.commands, users);
    if (problems.length > 0) return problems.join(" ");
    for (const [name, digests] of this.given) {
      const user = users.get(name);
      const staged = user?.copy();
      if (staged === undefined) continue;
      if (name === DEFAULT_USER && this.isOpen && staged.passwords.size === 0) staged.apply("nopass");
      for (const digest of digests) staged.addToken(digest);
      user!.become(staged);
    }
    // Sessions refer to their users, so users that remain are changed and not replaced.
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

  /** Writes all users to the store. Throws the system's errors. */
  save(): void {
    const lines = this.all().map((user) => {
      const kept = user.copy();
      for (const digest of this.given.get(user.name) ?? []) kept.apply(`!${digest}`);
      // That `default` is open depends on the start as well: another one may listen on every address.
      if (user.name === DEFAULT_USER && this.isOpen && kept.isOpen) kept.apply("resetpass");
      return `${kept.describe()}\n`;
    });
    this.store!.write(lines.join(""));
  }

  /** The users before any rule or file. */
  private initial(): Map<string, AclUser> {
    const tokens = this.given.get(DEFAULT_USER)!;
    const readOnlyTokens = this.given.get(READ_ONLY_USER)!;
    const users = [this.make(DEFAULT_USER, this.isOpen ? OPEN : FULL, tokens)];
    if (readOnlyTokens.length > 0) users.push(this.make(READ_ONLY_USER, READ_ONLY, readOnlyTokens));
    return new Map(users.map((user) => [user.name, user]));
  }

  private make(name: string, rules: readonly string[], digests: readonly string[]): AclUser {
    const user = new AclUser(name, this.commands);
    user.become(this.template(rules));
    for (const digest of digests) user.addToken(digest);
    return user;
  }

  /** A user with these rules, to be copied. */
  private template(rules: readonly string[]): AclUser {
    const known = templates.get(this.commands) ?? new Map<readonly string[], AclUser>();
    templates.set(this.commands, known);
    let template = known.get(rules);
    if (template === undefined) {
      known.set(rules, (template = new AclUser("", this.commands)));
      for (const rule of rules) template.apply(rule);
    }
    return template;
  }
}
