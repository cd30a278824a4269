/**
 * Tokens and whom they stand for. Only digests are kept: a look-up hashes what it is given and compares digests in
 * constant time, so neither the time it takes nor a heap dump tells a token.
 */
import { createHash, timingSafeEqual } from "node:crypto";

export class Tokens<User extends { readonly name: string }> {
  /** Changes whenever a token may stand for somebody else than before: what was found earlier is to be looked up anew. */
  generation = 0;
  private readonly byDigest = new Map<string, { digest: Buffer; user: User }>();

  /** Lets a token stand for a user. A token that is empty stands for nobody. */
  add(token: string, user: User): void {
    if (token === "") return;
    const digest = sha256(token);
    this.generation++;
    this.byDigest.set(digest.latin1Slice(), { digest, user });
  }

  /** The user that a token stands for. */
  find(token: string): User | undefined {
    if (token === "") return undefined;
    const digest = sha256(token);
    const found = this.byDigest.get(digest.latin1Slice());
    return found !== undefined && timingSafeEqual(found.digest, digest) ? found.user : undefined;
  }

  /** The same for a client that names the user as well; the empty name stands for whoever the token stands for. */
  authenticate(name: string, token: string): User | undefined {
    const user = this.find(token);
    return name === "" || name === user?.name ? user : undefined;
  }

  hasUser(name: string): boolean {
    return [...this.byDigest.values()].some(({ user }) => user.name === name);
  }
}

function sha256(token: string): Buffer {
  return createHash("sha256").update(token, "latin1").digest();
}
