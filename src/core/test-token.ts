/**
 * Tokens made for tests have a beginning of their own, by which a server knows one that has got to the wrong place: a
 * test that reaches data which somebody needs, or a program that reaches a database of a test.
 */
import type { CommandError } from "./reply.ts";
import { NOT_FOR_TESTS, TEST_DATABASE_UNKNOWN, TEST_TOKEN_MISPLACED } from "./errors/testing.ts";

const PREFIX = "stashd_test_";

/** A token for a database for tests, made of random digits. */
export const testToken = (digits: string): string => PREFIX + digits;

/** Whether a token was made for tests. */
export const isTestToken = (token: string): boolean => token.startsWith(PREFIX);

/** Why a server refuses a token that opens nothing; undefined when it is of the kind that the server takes. */
export function misplacedToken(token: string, isForTests: boolean): CommandError | undefined {
  if (isTestToken(token)) return isForTests ? TEST_DATABASE_UNKNOWN : TEST_TOKEN_MISPLACED;
  return isForTests ? NOT_FOR_TESTS : undefined;
}
