/** What to do about a server that refuses a connection's first commands. */

/** What to do, by the server's own words. */
const ADVICE: readonly (readonly [words: RegExp, advice: string])[] = [
  [/^NOAUTH/, "write the password in its URL, as redis://:password@host:6379"],
  [/^WRONGPASS|^ERR invalid password/i, "correct the name and the password in its URL"],
  [/^ERR .*without any password configured/i, "leave the password out of its URL"],
  [/^DENIED Redis is running in protected mode/, "give it a password, or set protected-mode no there"],
  [/^ERR DB index is out of range/i, "name a database that it has at the end of its URL, as redis://host:6379/0"],
  [/^ERR SELECT is not allowed in cluster mode/i, "leave the number of the database out of its URL"],
];

/** The reason in one line, with what to do where that is known. */
export function greetingRefusal(text: string): string {
  for (const [words, advice] of ADVICE) {
    // Redis explains protected mode at length.
    if (words.test(text)) return `${text.startsWith("DENIED") ? words.exec(text)![0] : text}; ${advice}`;
  }
  return text;
}
