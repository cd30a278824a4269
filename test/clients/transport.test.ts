/** How the published client reaches the server: credentials, retries, headers, aborting, its environment. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { errors, Redis } from "@upstash/redis";
import { Front } from "../support/front.ts";
import { READ_ONLY_TOKEN, TOKEN } from "../support/server.ts";
import { UpstashServer } from "../support/upstash.ts";

let upstash: UpstashServer;
before(async () => {
  upstash = await UpstashServer.start();
});
after(() => upstash.stop());
beforeEach(async () => {
  await upstash.server.command(["FLUSHALL"]);
  upstash.traffic.length = 0;
});

const PLAIN = { enableAutoPipelining: false } as const;

describe("credentials", () => {
  test("a wrong token is an error that names the reason", async () => {
    const redis = upstash.client({ token: "wrong", ...PLAIN });
    await assert.rejects(redis.get("k"), (error: Error) => {
      assert.ok(error instanceof errors.UpstashError);
      assert.equal(error.message, 'WRONGPASS invalid or missing auth token, command was: ["get","k"]');
      return true;
    });
    await assert.rejects(upstash.client({ token: "wrong" }).get("k"), /WRONGPASS/);
    await assert.rejects(upstash.client({ token: "wrong" }).multi().get("k").exec(), /WRONGPASS/);
    assert.deepEqual(
      upstash.traffic.map(({ status }) => status),
      [401, 401, 401],
    );
  });

  test("an ACL user's REST token does what the user may", async () => {
    await upstash.server.command(["ACL", "SETUSER", "app", "on", ">secret", "~app:*", "+@string"]);
    const { json } = await upstash.server.command(["ACL", "RESTTOKEN", "app", "secret"]);
    const redis = upstash.client({ token: (json as { result: string }).result, ...PLAIN });
    assert.equal(await redis.set("app:k", { n: 1 }), "OK");
    assert.deepEqual(await redis.get("app:k"), { n: 1 });
    await assert.rejects(redis.get("k"), /NOPERM .* keys/);
    await assert.rejects(redis.del("app:k"), /NOPERM .* 'del'/);
    await assert.rejects(redis.multi().get("app:k").del("app:k").exec(), /NOPERM/);
    await upstash.server.command(["ACL", "SETUSER", "app", "off"]);
    await assert.rejects(redis.get("app:k"), /WRONGPASS/);
    await upstash.server.command(["ACL", "DELUSER", "app"]);
  });

  test("the read-only token reads and does not write", async () => {
    await upstash.client().set("k", "v");
    for (const config of [PLAIN, {}]) {
      const redis = upstash.client({ token: READ_ONLY_TOKEN, ...config });
      assert.equal(await redis.get("k"), "v");
      assert.deepEqual(await redis.mget("k", "none"), ["v", null]);
      await assert.rejects(redis.set("k", 1), /NOPERM this user has no permissions to run the 'set' command/);
      await assert.rejects(redis.scan(0), /NOPERM/);
      await assert.rejects(redis.multi().get("k").set("k", 1).exec(), /NOPERM/);
      assert.equal(await redis.get("k"), "v");
    }
  });
});

describe("errors", () => {
  test("tell what the server said and what it was asked", async () => {
    const redis = upstash.client(PLAIN);
    await redis.set("text", "v");
    await assert.rejects(redis.incr("text"), {
      name: "UpstashError",
      message: 'ERR value is not an integer or out of range, command was: ["incr","text"]',
    });
    await assert.rejects(redis.hget("text", "f"), /^UpstashError: WRONGTYPE Operation against a key holding the wrong/);
  });

  test("too large a request is one of them", async () => {
    const small = await UpstashServer.start({ limits: { requestBytesMax: 1000 } });
    try {
      const redis = small.client();
      await assert.rejects(redis.set("k", "x".repeat(2000)), /UpstashError: ERR max request size exceeded/);
      assert.equal(await redis.set("k", "x".repeat(500)), "OK");
    } finally {
      await small.stop();
    }
  });
});

describe("retries", () => {
  let front: Front;
  beforeEach(async () => {
    front = await Front.start(upstash.server.server.port);
  });
  afterEach(() => front.stop());

  test("a server that is away for a moment is asked again", async () => {
    const waits: number[] = [];
    const retry = { retries: 5, backoff: (count: number) => (waits.push(count), 0) };
    front.outages = 3;
    assert.equal(await upstash.client({ url: front.url, retry }).incr("n"), 1);
    assert.deepEqual(waits, [0, 1, 2]);
    assert.deepEqual([front.connections, upstash.traffic.length], [4, 1]);
  });

  test("a server that stays away is given up", async () => {
    front.outages = 100;
    const redis = upstash.client({ url: front.url, retry: { retries: 2, backoff: () => 0 } });
    await assert.rejects(redis.incr("n"), /fetch failed/);
    assert.deepEqual([front.connections, upstash.traffic.length], [3, 0]);
  });

  test("what the server has answered is not asked again", async () => {
    const retry = { retries: 5, backoff: () => assert.fail("a retry") };
    const redis = upstash.client({ ...PLAIN, retry });
    await redis.set("text", "v");
    await assert.rejects(redis.incr("text"), /UpstashError/);
    await assert.rejects(redis.multi().clientSetinfo("LIB-NAME", "x").exec(), /UpstashError/);
    await assert.rejects(upstash.client({ token: "wrong", retry }).get("text"), /UpstashError/);
    assert.equal(upstash.traffic.length, 4);
  });
});

describe("read your writes", () => {
  const tokens = (): (string | null)[] => upstash.traffic.map(({ syncToken }) => syncToken);

  test("the sync token changes with every write, alone or in a list", async () => {
    const redis = upstash.client();
    await redis.set("k", 1);
    await redis.pipeline().set("k", 2).get("k").exec();
    await redis.multi().get("k").set("k", 3).exec();
    await redis.flushall();
    assert.equal(new Set(tokens()).size, 4);
    assert.ok(tokens().every((token) => token !== null && token !== ""));
  });

  test("a client sends back what it was given", async () => {
    const redis = upstash.client();
    for (let i = 0; i < 4; i++) await redis.set("k", i);
    const sent = upstash.traffic.map(({ headers }) => headers["upstash-sync-token"]);
    assert.equal(sent[0], "");
    const given = tokens();
    // The header may be that of the request before the last; in any case it is one that the server has given.
    for (const token of sent.slice(2)) assert.ok(given.includes(token!));
  });

  test("may be switched off", async () => {
    const redis = upstash.client({ readYourWrites: false });
    await redis.set("k", 1);
    assert.equal(await redis.get("k"), 1);
    assert.ok(upstash.traffic.every(({ headers }) => !("upstash-sync-token" in headers)));
  });
});

describe("telemetry", () => {
  test("is taken as it comes, or does not come", async () => {
    await upstash.client().ping();
    assert.match(upstash.traffic[0]!.headers["upstash-telemetry-sdk"]!, /^@upstash\/redis@v?\d/);
    assert.match(upstash.traffic[0]!.headers["upstash-telemetry-runtime"]!, /^node@v\d/);
    await upstash.client({ enableTelemetry: false }).ping();
    assert.equal(upstash.traffic[1]!.headers["upstash-telemetry-sdk"], undefined);
  });
});

describe("aborting", () => {
  test("before the request: the client answers with the reason itself", async () => {
    const redis = upstash.client({ ...PLAIN, signal: AbortSignal.abort("not today!") });
    assert.equal(await redis.set("k", "v"), "not today!");
    assert.equal(upstash.traffic.length, 0);
    const thrower = upstash.client({ ...PLAIN, signal: () => AbortSignal.abort(new Error("not today!")) });
    await assert.rejects(thrower.set("k", "v"), /not today!/);
  });

  test("during the request: the server continues with the next", async () => {
    const redis = upstash.client();
    for (let i = 0; i < 20; i++) {
      const controller = new AbortController();
      const aborted = upstash.client({ ...PLAIN, signal: () => controller.signal });
      const pending = aborted.set("big", "x".repeat(200_000)).catch((error: unknown) => error);
      if (i % 2 === 0) await redis.ping();
      controller.abort();
      await pending;
    }
    assert.equal(await redis.set("k", "v"), "OK");
    assert.equal(await redis.get("k"), "v");
  });
});

describe("where to", () => {
  test("from the environment, under either name", async () => {
    const { url } = upstash.server.server;
    for (const prefix of ["UPSTASH_REDIS_REST", "KV_REST_API"]) {
      const variables = { [`${prefix}_URL`]: url, [`${prefix}_TOKEN`]: TOKEN };
      Object.assign(process.env, variables);
      try {
        const redis = Redis.fromEnv();
        assert.equal(await redis.set("k", prefix), "OK");
        assert.equal(await redis.get("k"), prefix);
      } finally {
        for (const name of Object.keys(variables)) delete process.env[name];
      }
    }
  });

  test("a base URL may end with a slash", async () => {
    const redis = upstash.client({ url: `${upstash.server.server.url}/` });
    assert.deepEqual(await redis.multi().set("k", 1).get("k").exec(), ["OK", 1]);
    assert.equal(await redis.dbsize(), 1);
  });

  test("two servers share nothing, two clients of one share all", async () => {
    const other = await UpstashServer.start();
    try {
      await upstash.client().set("k", "here");
      assert.equal(await upstash.client().get("k"), "here");
      assert.equal(await other.client().get("k"), null);
    } finally {
      await other.stop();
    }
  });
});
