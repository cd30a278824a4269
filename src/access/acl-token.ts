/**
 * Tokens of ACL users. A token holds the user's name and password, so whoever has it may also authenticate with the
 * password, and nobody can make it who does not know the password: the server itself keeps a digest only.
 *
 * `acl-` and, in base64url: two bytes for the length of the name, the name, the password, and the first four bytes of
 * the SHA-256 of all that, which tell a token that was cut or mistyped from one that is out of date.
 */
import { digestOf } from "./digests.ts";

const PREFIX = "acl-";
const CHECK_BYTES = 4;
const NAME_BYTES_MAX = 0xffff;

/** What a token holds. */
interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** Makes a token; the name may have at most 65535 bytes. */
export function encodeAclToken({ name, password }: Credentials): string | undefined {
  if (name.length > NAME_BYTES_MAX) return undefined;
  const body = String.fromCharCode(name.length >> 8, name.length & 0xff) + name + password;
  return PREFIX + Buffer.from(body + checkOf(body), "latin1").toString("base64url");
}

/** Reads a token; undefined for what is none. */
export function decodeAclToken(token: string): Credentials | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  const text = token.slice(PREFIX.length);
  const bytes = Buffer.from(text, "base64url").latin1Slice();
  // Each token has one spelling.
  if (bytes.length < 2 + CHECK_BYTES || Buffer.from(bytes, "latin1").toString("base64url") !== text) return undefined;
  const body = bytes.slice(0, -CHECK_BYTES);
  const end = 2 + body.charCodeAt(0) * 256 + body.charCodeAt(1);
  if (checkOf(body) !== bytes.slice(-CHECK_BYTES) || end > body.length) return undefined;
  return { name: body.slice(2, end), password: body.slice(end) };
}

function checkOf(body: string): string {
  return digestOf(body).latin1Slice(0, CHECK_BYTES);
}

/** The password that a word stands for: of a token its password, if it is this user's; else the word. */
export function unwrapPassword(name: string, word: string): string {
  const held = decodeAclToken(word);
  return held?.name === name ? held.password : word;
}

const LENGTH_MIN = 12;
const BITS_MIN = 50;

/** Whether a password is hard enough to guess to stand in a token: at least 12 chars of some variety. */
export function isStrongPassword(password: string): boolean {
  if (password.length < LENGTH_MIN) return false;
  const counts = new Map<string, number>();
  for (const char of password) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits += count * Math.log2(password.length / count);
  // Of a text of n chars, its own statistics cannot see more than n × log2(n) bits.
  return bits >= Math.min(BITS_MIN, 0.7 * password.length * Math.log2(password.length));
}
