/**
 * The published clients, limits and quotas in front of a redis-server: what they ask of stashd's own engine they get from a gateway, too. Left
 * out are JSON documents, which take a module, and commands that redis-server 7.0 does not have. A test file is a process, so
 * this reaches no other.
 */
import { oracleSkipReason } from "../support/redis.ts";

if (oracleSkipReason() === false) {
  process.env["TEST_BACKEND"] = "redis";
  await import("./commands.test.ts");
  await import("./lock.test.ts");
  await import("./pipeline.test.ts");
  await import("./ratelimit.test.ts");
  await import("./scan.test.ts");
  await import("./redis-cli.test.ts");
  await import("./subscribe.test.ts");
  await import("./bullmq.test.ts");
  await import("./ioredis.test.ts");
  await import("./node-redis.test.ts");
  await import("../contract/limits.test.ts");
  await import("../contract/rest-examples.test.ts");
}
