/** Digests of secrets. Secrets are not stored, and digests are compared in constant time. */
import { createHash, timingSafeEqual } from "node:crypto";

/** The SHA-256 of a byte string. */
export function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret, "latin1").digest();
}

/** The form of digests in ACL rules: 64 lower-case hexadecimal digits. */
const HEX_DIGEST = /^[0-9a-f]{64}$/;

/** Whether a text is a SHA-256 digest as 64 lower-case hexadecimal digits. */
export function isHexDigest(text: string): boolean {
  return HEX_DIGEST.test(text);
}

/** Whether two digests are equal, in constant time. */
export function sameDigest(a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(a, b);
}
