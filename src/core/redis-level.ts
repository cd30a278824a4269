/**
 * The version of Redis that clients are told. They choose commands and reply shapes by it, so it names the level of the
 * commands that are spoken here, which is also what the hosted service states; our own version stands beside it.
 */
export const REDIS_VERSION = "8.2.0";
