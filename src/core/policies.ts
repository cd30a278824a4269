/** Policies that options and CONFIG parameters name. */

/**
 * Policies in Redis's order. The last is the hosted service's: random keys with a deadline and, if there are none, any
 * random keys.
 */
export const EVICTION_POLICIES = [
  "volatile-lru",
  "volatile-lfu",
  "volatile-random",
  "volatile-ttl",
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-random",
  "noeviction",
  "optimistic-volatile",
] as const;

/** A value of maxmemory-policy. */
export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];

/** When a write is synced: before its reply, every second, or when the operating system decides. */
export const FSYNC_POLICIES = ["everysec", "always", "no"] as const;

/** A policy for appendfsync. */
export type FsyncPolicy = (typeof FSYNC_POLICIES)[number];
