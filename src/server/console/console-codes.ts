/**
 * One-time codes for the console. A link with a code in its fragment opens the page with a token that never stands in an
 * address: the page exchanges the code for it. A code is good once, and for a minute unless it is the one of the start,
 * which is good until it is used. Only digests of codes are kept. Tokens are kept until they are handed over, and no code
 * gives a token that was revoked meanwhile.
 */
import { digestOf, sameDigest } from "../../access/digests.ts";
import type { Environment } from "../../core/environment.ts";
import type { Limits } from "../../core/limits.ts";

/** Bytes of chance in a code. */
const CODE_BYTES = 16;

/** What a code is good for. */
interface Promised {
  /** Digest of the code. */
  readonly digest: Buffer;
  /** Undefined once the code was used or has expired. */
  token: string | undefined;
  /** Whether the token is still good. */
  readonly isGood: () => boolean;
  /** By the wall clock; infinite for a code that only its use ends. */
  readonly endsMs: number;
}

/** The token of a code, or why there is none: it is not known here, or is good no more. */
type Redeemed = { readonly token: string } | "unknown" | "void";

/** The codes of one process. At most `consoleCodesMax` are remembered; beyond it the oldest is dropped. */
export class ConsoleCodes {
  private readonly environment: Environment;
  private readonly limits: Readonly<Limits>;
  /** By digest, in the order in which they were made. Those that are good no more tell a late visitor so. */
  private readonly promised = new Map<string, Promised>();

  constructor(environment: Environment, limits: Readonly<Limits>) {
    this.environment = environment;
    this.limits = limits;
  }

  /** Makes a code for a token, good for `consoleCodeMsMax`. `isGood` tells later whether the token is still good. */
  make(token: string, isGood: () => boolean): string {
    return this.add(token, isGood, this.environment.now() + this.limits.consoleCodeMsMax);
  }

  /** Makes a code for a token that is good until it is used. */
  makeLasting(token: string, isGood: () => boolean): string {
    return this.add(token, isGood, Number.POSITIVE_INFINITY);
  }

  /** Uses a code. */
  redeem(code: string): Redeemed {
    const digest = digestOf(code);
    const found = this.promised.get(digest.latin1Slice());
    if (found === undefined || !sameDigest(found.digest, digest)) return "unknown";
    const { token } = found;
    found.token = undefined;
    if (token === undefined || this.hasEnded(found) || !found.isGood()) return "void";
    return { token };
  }

  private add(token: string, isGood: () => boolean, endsMs: number): string {
    this.tidy();
    const code = this.environment.secretHex(CODE_BYTES);
    const digest = digestOf(code);
    this.promised.set(digest.latin1Slice(), { digest, token, isGood, endsMs });
    return code;
  }

  /** Forgets the tokens of codes that have expired, and makes room for one code more. */
  private tidy(): void {
    for (const one of this.promised.values()) if (this.hasEnded(one)) one.token = undefined;
    if (this.promised.size < this.limits.consoleCodesMax) return;
    for (const [key, { endsMs, token }] of this.promised) {
      if (token !== undefined && endsMs === Number.POSITIVE_INFINITY) continue;
      this.promised.delete(key);
      return;
    }
  }

  private hasEnded({ endsMs }: Promised): boolean {
    return this.environment.now() >= endsMs;
  }
}
