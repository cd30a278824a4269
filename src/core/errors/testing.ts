/** What databases for tests refuse, and what is refused of them elsewhere. */
import { CommandError } from "../reply.ts";

/** The token of a database that was closed. */
export const TEST_DATABASE_CLOSED = new CommandError(
  "WRONGPASS this test database was closed; create another one with createTestDatabase(), or close it after its last request",
);

/** A token that was made for tests, and for another server than this one, which is for tests too. */
export const TEST_DATABASE_UNKNOWN = new CommandError(
  "WRONGPASS no test database of this process has this token; take url and token from one createTestDatabase()",
);

/** A token that was not made for tests, at a server that is for tests only. */
export const NOT_FOR_TESTS = new CommandError(
  "WRONGPASS this server is for tests, and none of its databases has this token, which was not made for tests; " +
    "take url and token from one createTestDatabase() or stashd run, and keep tokens of other databases away from tests",
);

/** A token that was made for tests, at a server that is not. */
export const TEST_TOKEN_MISPLACED = new CommandError(
  "WRONGPASS this token was made for tests, by createTestDatabase() or stashd run, and this server is not for tests; " +
    "take the URL from where the token comes from",
);

/** The error of a fault, in the words of a test. */
export const faultError = (text: string): CommandError => new CommandError(text);

/** A request to the address of a test run, without the header that names one of its databases. */
export const RUN_HEADER_MISSING = new CommandError(
  "ERR this request names no test database; pass on the header x-stashd-database of the request that it is made for, or " +
    "start the program with all of the run's env, which does so under Node",
);

/** The database that the header names is not open. */
export const RUN_DATABASE_CLOSED = new CommandError(
  "ERR the test database that x-stashd-database names is not open: its test has ended, or the process of its test has",
);
