/**
 * The server that a database is held to. What it has follows from the versions that rows and the manual state; what does
 * not is in `commands/targets.ts`.
 */
import type { Compatibility } from "./compatibility.ts";
import { REDIS_VERSION } from "./redis-level.ts";

/** The version of Redis that Valkey began from, and states to clients. */
const VALKEY_BASE = "7.2.4";

/** What such a server has. */
export interface Target {
  readonly name: Compatibility;
  readonly isUpstash: boolean;
  /** What it states as Redis's version. */
  readonly redisVersion: string;
  /** What it states as Valkey's version; undefined for a server that is not Valkey. */
  readonly valkeyVersion: string | undefined;
  /** Whether it has what came with this version, as rows and the manual state it; undefined for what always was there. */
  has(since: string | undefined): boolean;
}

/** The server of a name. */
export function targetOf(name: Compatibility): Target {
  const [product, version = ""] = name.split("-");
  const isUpstash = product === "upstash";
  const stated = version.includes(".") ? `${version}.0` : `${version}.0.0`;
  const redisVersion = isUpstash ? REDIS_VERSION : product === "valkey" ? VALKEY_BASE : stated;
  const level = levelOf(redisVersion);
  return {
    name,
    isUpstash,
    redisVersion,
    valkeyVersion: product === "valkey" ? stated : undefined,
    has(since) {
      if (isUpstash || since === undefined) return true;
      // RedisJSON is part of Redis from 8.0 on.
      return since.startsWith("ReJSON") ? level >= JSON_LEVEL : levelOf(since) <= level;
    },
  };
}

const JSON_LEVEL = levelOf("8.0.0");

/** A version as a number that can be compared; above all for what is the hosted service's own. */
function levelOf(version: string): number {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined ? Infinity : Number(major) * 100 + Number(minor);
}
