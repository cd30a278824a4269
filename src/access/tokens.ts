/**
 * Bearer tokens of REST, and their users. A token is a password of `default` or `default_ro`, or contains the name and
 * password of another user. Only digests are stored; a look-up hashes the token and compares digests in constant time,
 * so neither its time nor a heap dump reveals a token.
 */
import { decodeAclToken } from "./acl-token.ts";
import type { AclUser } from "./acl-user.ts";
import { digestOf, sameDigest } from "./digests.ts";
import { DEFAULT_USER, READ_ONLY_USER } from "./users.ts";
import type { Users } from "./users.ts";

/** The user that a token belongs to, and the password by which it does. */
export interface Identity {
  readonly user: AclUser;
  /** Digest of the token. */
  readonly digest: Buffer;
  /** Digest of the user's password. */
  readonly password: Buffer;
}

/** Digests of ACL tokens that are cached until any user changes. */
const REMEMBERED_TOKENS_MAX = 10_000;

/** The tokens of REST, which are passwords of users. */
export class Tokens {
  private readonly users: Users;
  /** Identities by the token's digest, valid as long as no user changes. */
  private readonly known = new Map<string, Identity>();
  /** The generation of users for which `known` is valid. */
  private knownOf = -1;

  constructor(users: Users) {
    this.users = users;
  }

  /** Calls `listener` after every change of any user. */
  onChange(listener: () => void): void {
    this.users.onChange(listener);
  }

  /** Whether a user still exists. */
  isUser(user: { readonly name: string }): boolean {
    return this.users.get(user.name) === user;
  }

  /**
   * Changes with every change of any user. What a token was found to prove under another generation must be looked up
   * again.
   */
  get generation(): number {
    return this.users.generation;
  }

  /** The enabled user of a token; undefined for a bad token, such as the empty one. */
  find(token: string): AclUser | undefined {
    return this.identify(token)?.user;
  }

  /**
   * The user and the password that a token proves, which {@link isGood} checks again later. Undefined for a bad token.
   */
  identify(token: string): Identity | undefined {
    if (token === "") return undefined;
    if (this.knownOf !== this.users.generation) this.learn();
    const digest = digestOf(token);
    const found = this.known.get(digest.latin1Slice());
    if (found !== undefined) return sameDigest(found.digest, digest) ? found : undefined;
    return this.identifyAclToken(token, digest);
  }

  /** Whether the user still exists and still accepts the password. */
  isGood({ user, password }: Identity): boolean {
    return this.users.get(user.name) === user && user.acceptsToken(password);
  }

  private identifyAclToken(token: string, digest: Buffer): Identity | undefined {
    const held = decodeAclToken(token);
    const user = held === undefined ? undefined : this.users.get(held.name);
    if (user === undefined) return undefined;
    const password = digestOf(held!.password);
    if (!user.acceptsToken(password)) return undefined;
    const identity = { user, digest, password };
    if (this.known.size >= REMEMBERED_TOKENS_MAX) this.learn();
    this.known.set(digest.latin1Slice(), identity);
    return identity;
  }

  /** Clears the cache and fills it with the passwords that are tokens by themselves. */
  private learn(): void {
    this.known.clear();
    this.knownOf = this.users.generation;
    for (const name of [READ_ONLY_USER, DEFAULT_USER]) {
      const user = this.users.get(name);
      if (user?.isEnabled !== true) continue;
      for (const password of user.passwords) {
        const digest = Buffer.from(password, "hex");
        this.known.set(digest.latin1Slice(), { user, digest, password: digest });
      }
    }
  }
}
