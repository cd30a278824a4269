/**
 * Asserts what was sent to a test database: a matcher for `expect.extend` of vitest and Jest, and a function for node:test
 * and others.
 */
import type { SentCommand } from "./public.ts";

/** What is asked for the commands: a test database. */
interface Recipient {
  requests(): readonly SentCommand[];
}

/** What vitest and Jest call a matcher with. */
interface MatcherContext {
  readonly isNot?: boolean;
  equals?(actual: unknown, expected: unknown): boolean;
}

/** What a matcher answers. */
interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Commands that a message shows, the last ones. */
const SHOWN_MAX = 20;

/**
 * For `expect.extend(matchers)` of vitest and Jest: `expect(db).toHaveCommand("SET", "user:1")` passes when a command was
 * sent that begins with these words, the name in any case. A word may be a number, or a matcher such as `expect.any(String)`.
 */
export const matchers = {
  toHaveCommand(this: unknown, db: Recipient, ...words: readonly unknown[]): MatcherResult {
    const equals = (this as MatcherContext | undefined)?.equals ?? Object.is;
    const sent = db.requests();
    const pass = sent.some(({ command }) => beginsWith(command, words, equals));
    return { pass, message: () => describe(sent, words, pass) };
  },
};

/** Throws an Error unless a command was sent that begins with these words, the name in any case. */
export function assertCommand(db: Recipient, ...words: readonly (string | number)[]): void {
  const sent = db.requests();
  if (!sent.some(({ command }) => beginsWith(command, words, Object.is))) throw new Error(describe(sent, words, false));
}

function beginsWith(
  command: readonly string[],
  words: readonly unknown[],
  equals: (actual: unknown, expected: unknown) => boolean,
): boolean {
  return words.length <= command.length && words.every((word, i) => isWord(command[i]!, word, i === 0, equals));
}

function isWord(
  actual: string,
  expected: unknown,
  isName: boolean,
  equals: (actual: unknown, expected: unknown) => boolean,
): boolean {
  if (typeof expected === "number") return actual === String(expected);
  if (typeof expected !== "string") return equals(actual, expected);
  return isName ? actual.toUpperCase() === expected.toUpperCase() : actual === expected;
}

function describe(sent: readonly SentCommand[], words: readonly unknown[], pass: boolean): string {
  const wanted = words.map((word) => (typeof word === "object" ? String(word) : JSON.stringify(word))).join(" ");
  const last = sent
    .slice(-SHOWN_MAX)
    .map(({ command }) => `  ${command.map((word) => JSON.stringify(word)).join(" ")}`);
  const count = sent.length === 1 ? "sent was 1 command" : `sent were ${sent.length} commands, at last`;
  const list = sent.length === 0 ? "nothing was sent" : `${count}\n${last.join("\n")}`;
  return `expected ${pass ? "no" : "a"} command ${wanted}, but ${list}`;
}
