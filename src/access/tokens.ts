/**
 * Bearer tokens and whom they stand for: a password of `default` or `default_ro`, or a token that holds a user's name and
 * password. Only digests are kept: a look-up hashes what it is given and compares digests in constant time, so neither
 * the time it takes nor a heap dump tells a token.
 */
import { decodeAclToken } from "./acl-token.ts";
import type { AclUser } from "./acl-user.ts";
import { digestOf, sameDigest } from "./digests.ts";
import { DEFAULT_USER, READ_ONLY_USER } from "./users.ts";
import type { Users } from "./users.ts";

/** What a token has proved. */
interface Identity {
  readonly user: AclUser;
  /** Digest of the token. */
  readonly digest: Buffer;
  /** Digest of the user's password. */
  readonly password: Buffer;
}

/** Digests of ACL tokens that are remembered until some user changes. */
const REMEMBERED_TOKENS_MAX = 10_000;

export class Tokens {
  private readonly users: Users;
  /** By the token's digest. Everything in it is good while no user changes. */
  private readonly known = new Map<string, Identity>();
  /** The users' generation that it is of. */
  private knownOf = -1;

  constructor(users: Users) {
    this.users = users;
  }

  /** Calls back after every change to any user. */
  onChange(listener: () => void): void {
    this.users.onChange(listener);
  }

  /** Whether a user is still there. */
  isUser(user: { readonly name: string }): boolean {
    return this.users.get(user.name) === user;
  }

  /** Changes whenever a token may stand for somebody else than before: what was found earlier is to be looked up anew. */
  get generation(): number {
    return this.users.generation;
  }

  /** The user that a token stands for, who is on. The empty token stands for nobody. */
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

  /** Whether a token that has proved this would do so again. */
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

  /** Begins anew with the passwords that are tokens by themselves. */
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
