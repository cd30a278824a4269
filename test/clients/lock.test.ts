/** The published @upstash/lock against a server. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Lock } from "@upstash/lock";
import { Redis } from "@upstash/redis";
import { TestServer, TOKEN } from "../support/server.ts";

describe("@upstash/lock", () => {
  let server: TestServer;
  // The two packages' types name the same class by two files.
  let redis: never;
  before(async () => {
    server = await TestServer.start();
    redis = new Redis({ url: server.server.url, token: TOKEN, enableTelemetry: false }) as never;
  });
  after(() => server.stop());

  test("one holder at a time", async () => {
    const [mine, yours] = [
      new Lock({ id: "l", redis }),
      new Lock({ id: "l", redis, retry: { attempts: 1, delay: 0 } }),
    ];
    assert.equal(await mine.getStatus(), "FREE");
    assert.equal(await mine.acquire(), true);
    assert.equal(await mine.getStatus(), "ACQUIRED");
    assert.equal(await yours.acquire(), false);
    assert.equal(await yours.release(), false);
    assert.equal(await mine.release(), true);
    assert.equal(await mine.release(), false);
    assert.equal(await yours.acquire(), true);
    assert.equal(await yours.release(), true);
  });

  test("only the holder extends its lease", async () => {
    const lock = new Lock({ id: "lease", redis, lease: 10_000 });
    assert.equal(await lock.acquire(), true);
    assert.equal(await lock.extend(10_000), true);
    const ttl = await (redis as Redis).ttl("lease");
    assert.ok(ttl > 10 && ttl <= 20, String(ttl));
    const other = new Lock({ id: "lease", redis });
    assert.equal(await other.extend(10_000), false);
    assert.equal(await lock.release(), true);
    assert.equal(await lock.extend(10_000), false);
  });
});
