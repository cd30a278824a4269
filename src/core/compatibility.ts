/** Servers whose commands a database can be held to, so that a test does not pass on what production cannot do. */

/** Names of these servers. A name without a minor version is the first of its line. */
export const COMPATIBILITIES = [
  "upstash",
  "redis-7.0",
  "redis-7.2",
  "redis-7.4",
  "redis-8",
  "redis-8.2",
  "redis-8.4",
  "valkey-8",
] as const;

/** A server that a database can be held to. */
export type Compatibility = (typeof COMPATIBILITIES)[number];
