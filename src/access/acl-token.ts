/**
 * Tokens of ACL users. A token contains a user's name and password, so its owner can authenticate with the password
 * too. Only with the password can a token be made: the server keeps a digest.
 *
 * Form: `acl-` and, in base64url, the length of the name in two bytes, the name, the password, and the first four bytes
 * of the SHA-256 of all these. By those four bytes a truncated or mistyped token differs from an outdated one.
 */
import { digestOf } from "./digests.ts";

const PREFIX = "acl-";
const CHECK_BYTES = 4;
const NAME_BYTES_MAX = 0xffff;

/** The content of a token. */
interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** Makes a token; undefined for a name of more than 65535 bytes. */
export function encodeAclToken({ name, password }: Credentials): string | undefined {
  if (name.length > NAME_BYTES_MAX) return undefined;
  const body = String.fromCharCode(name.length >> 8, name.length & 0xff) + name + password;
  return PREFIX + Buffer.from(body + checkOf(body), "latin1").toString("base64url");
}

/** The content of a token; undefined for another text. */
export function decodeAclToken(token: string): Credentials | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  const text = token.slice(PREFIX.length);
  const bytes = Buffer.from(text, "base64url").latin1Slice();
  // Only the canonical spelling of a token is accepted.
  if (bytes.length < 2 + CHECK_BYTES || Buffer.from(bytes, "latin1").toString("base64url") !== text) return undefined;
  const body = bytes.slice(0, -CHECK_BYTES);
  const end = 2 + body.charCodeAt(0) * 256 + body.charCodeAt(1);
  if (checkOf(body) !== bytes.slice(-CHECK_BYTES) || end > body.length) return undefined;
  return { name: body.slice(2, end), password: body.slice(end) };
}

function checkOf(body: string): string {
  return digestOf(body).latin1Slice(0, CHECK_BYTES);
}

/** The password in a user's own token; any other word as it is. */
export function unwrapPassword(name: string, word: string): string {
  const held = decodeAclToken(word);
  return held?.name === name ? held.password : word;
}

const LENGTH_MIN = 12;
const BITS_MIN = 50;

/** Whether a password is strong enough for a token: at least 12 chars, of some variety. */
export function isStrongPassword(password: string): boolean {
  if (password.length < LENGTH_MIN) return false;
  const counts = new Map<string, number>();
  for (const char of password) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits += count * Math.log2(password.length / count);
  // The entropy that a text of n chars can show is at most n × log2(n) bits.
  return bits >= Math.min(BITS_MIN, 0.7 * password.length * Math.log2(password.length));
}
