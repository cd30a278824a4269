/**
 * The version of Redis that stashd states to clients. Clients choose commands and reply shapes by it, so it is the
 * level of the commands that are served, which the hosted service states as well. stashd's own version stands beside it
 * in INFO.
 */
export const REDIS_VERSION = "8.2.0";
