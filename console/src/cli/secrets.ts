/** Commands with words that are secrets, such as passwords: the history does not keep them. */
import type { ByteString } from "../client/bytes.ts";

/** As the server's rows say it: all words from an index on, all behind a keyword, or values of parameters of these names. */
type Secrets = { readonly behind: RegExp } | { readonly from: number; readonly valuesOf?: RegExp };

const SECRETS: Readonly<Record<string, Secrets>> = {
  AUTH: { from: 1 },
  HELLO: { behind: /^AUTH$/i },
  MIGRATE: { behind: /^AUTH2?$/i },
  "ACL SETUSER": { from: 3 },
  "ACL RESTTOKEN": { from: 2 },
  "ACL GENTOKEN": { from: 2 },
  "CONFIG SET": { from: 2, valuesOf: /^(?:requirepass|masterauth|masteruser|.*-key-file-pass)$/i },
};

/** Whether a command has a word that is a secret, or may be one. */
export function hasSecret(words: readonly ByteString[]): boolean {
  const [first = "", second = ""] = words.map((word) => word.toUpperCase());
  const secrets = SECRETS[`${first} ${second}`] ?? SECRETS[first];
  if (secrets === undefined) return false;
  if ("behind" in secrets) return words.findIndex((word) => secrets.behind.test(word)) > 0;
  const { from, valuesOf } = secrets;
  if (valuesOf === undefined) return words.length > from;
  return words.some((name, i) => i >= from && (i - from) % 2 === 0 && valuesOf.test(name));
}
