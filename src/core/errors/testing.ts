/** What requests with a token of no test database are answered: `stashd/testing`. */
import { CommandError } from "../reply.ts";

/** The token of a database that was closed. */
export const TEST_DATABASE_CLOSED = new CommandError(
  "WRONGPASS this test database was closed; create another one with createTestDatabase(), or close it after its last request",
);

/** A token that no test database of the process has had. */
export const TEST_DATABASE_UNKNOWN = new CommandError(
  "WRONGPASS no test database of this process has this token; take url and token from one createTestDatabase()",
);

/** The error of a fault, in the words of a test. */
export const faultError = (text: string): CommandError => new CommandError(text);
