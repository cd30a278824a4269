/** The HTTP status of a reply. */
import { LOADING, RequestTooLarge } from "../core/errors.ts";
import * as backendErrors from "../core/errors/backend.ts";
import * as doorErrors from "../core/errors/doors.ts";
import * as testingErrors from "../core/errors/testing.ts";
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";

/** Errors whose status is not 400. */
const STATUSES: ReadonlyMap<CommandError, number> = new Map([
  [doorErrors.UNAUTHORIZED, 401],
  [doorErrors.CONSOLE_CODE_UNKNOWN, 401],
  [testingErrors.NOT_FOR_TESTS, 401],
  [testingErrors.TEST_DATABASE_UNKNOWN, 401],
  [testingErrors.TEST_TOKEN_MISPLACED, 401],
  [doorErrors.HOST_NOT_ALLOWED, 403],
  [doorErrors.ORIGIN_NOT_ALLOWED, 403],
  [doorErrors.METHOD_NOT_ALLOWED, 405],
  [doorErrors.CONSOLE_CODE_VOID, 410],
  [doorErrors.TOO_MANY_CONNECTIONS, 429],
  [doorErrors.TOO_MANY_FAILED_LOGINS, 429],
  [doorErrors.CONSOLE_CODES_ELSEWHERE, 501],
  [LOADING, 503],
  [backendErrors.BACKEND_UNREACHABLE, 503],
  [backendErrors.BACKEND_LOST, 503],
  [backendErrors.BACKEND_BUSY, 503],
  [backendErrors.BACKEND_DEMOTED, 503],
  [backendErrors.CLUSTER_DOWN, 503],
  [backendErrors.TRY_AGAIN, 503],
]);

/**
 * The status of an answer: 200 for a reply, 413 for a request that is too large, that of {@link STATUSES} or 400 for an
 * error.
 */
export function statusOf(reply: Reply): number {
  if (!(reply instanceof CommandError)) return 200;
  return reply instanceof RequestTooLarge ? 413 : (STATUSES.get(reply) ?? 400);
}

/** The header that says when it is worth trying again; empty for a status that time does not change. */
export function retryLine(status: number): string {
  return status === 503 ? "Retry-After: 1\r\n" : "";
}
