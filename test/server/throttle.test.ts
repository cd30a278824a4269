/** Guessing tokens is slow, and other addresses are not affected. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limits.ts";
import { LoginThrottle, networkOf } from "../../src/server/throttle.ts";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import { TestWorld } from "../support/world.ts";

function throttleWith(limits: Partial<Limits> = {}): { throttle: LoginThrottle; world: TestWorld } {
  const world = new TestWorld();
  return { world, throttle: new LoginThrottle(world, { ...DEFAULT_LIMITS, ...limits }) };
}

describe("failed logins", () => {
  test("of one address are bounded per minute, and come back with time", () => {
    const { throttle, world } = throttleWith({ failedLoginsMax: 6 });
    const outcomes = Array.from({ length: 8 }, () => throttle.failed("192.0.2.1"));
    assert.deepEqual(outcomes, [false, false, false, false, false, true, false, false]);
    assert.equal(throttle.isBlocked("192.0.2.1"), true);
    assert.equal(throttle.isBlocked("192.0.2.2"), false);
    world.advance(9_999);
    assert.equal(throttle.isBlocked("192.0.2.1"), true);
    world.advance(2);
    assert.equal(throttle.isBlocked("192.0.2.1"), false);
    assert.equal(throttle.failed("192.0.2.1"), true);
    world.advance(3_600_000);
    const later = Array.from({ length: 6 }, () => throttle.failed("192.0.2.1"));
    assert.deepEqual(later, [false, false, false, false, false, true]);
  });

  test("may be many from this machine, or any number where there is no limit", () => {
    const { throttle } = throttleWith({ failedLoginsMax: 2, localFailedLoginsMax: 5 });
    for (let i = 0; i < 4; i++) throttle.failed(i % 2 === 0 ? "127.0.0.1" : "::1");
    assert.equal(throttle.isBlocked("::ffff:127.0.0.1"), false);
    throttle.failed("127.9.9.9");
    assert.equal(throttle.isBlocked("127.0.0.1"), true);
    const off = throttleWith({ failedLoginsMax: 0 }).throttle;
    for (let i = 0; i < 1000; i++) off.failed("192.0.2.1");
    assert.deepEqual([off.isBlocked("192.0.2.1"), off.size], [false, 0]);
  });

  test("are remembered for a bounded number of addresses, the latest", () => {
    const { throttle } = throttleWith({ failedLoginsMax: 1, throttledAddressesMax: 100 });
    for (let i = 0; i < 1000; i++) throttle.failed(`10.0.${i >> 8}.${i & 255}`);
    assert.equal(throttle.size, 100);
    assert.equal(throttle.isBlocked("10.0.3.231"), true);
    assert.equal(throttle.isBlocked("10.0.0.1"), false);
  });

  test("count for an IPv4 address, and for 64 bits of an IPv6 address", () => {
    assert.equal(networkOf("192.0.2.1"), "192.0.2.1");
    assert.equal(networkOf("::ffff:192.0.2.1"), "192.0.2.1");
    assert.equal(networkOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2");
    assert.equal(networkOf("2001:db8:1:2::6"), "2001:db8:1:2");
    assert.equal(networkOf("2001:db8::6"), "2001:db8:0:0");
    assert.equal(networkOf("fe80::1%eth0"), "fe80:0:0:0");
    assert.equal(networkOf("::2"), "0:0:0:0");
    assert.equal(networkOf(undefined), "");
  });
});

describe("a server whose tokens are guessed", () => {
  const limits = { localFailedLoginsMax: 3, failedLoginsMax: 2 };

  test("answers 429 over REST, to the right token as well, until time has passed", async () => {
    const world = new TestWorld();
    const server = await TestServer.start({ environment: world, limits });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 5; i++) statuses.push((await server.command(["PING"], { token: `wrong${i}` })).status);
      assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
      const answer = await server.command(["PING"]);
      assert.equal(answer.status, 429);
      assert.deepEqual(answer.json, { error: "ERR too many failed logins from this address, try again later" });
      assert.equal(answer.headers["retry-after"], "60");
      assert.equal((await server.command(["PING"], { token: null })).status, 401);
      world.advance(20_001);
      assert.equal((await server.command(["PING"])).status, 200);
    } finally {
      await server.stop();
    }
  });

  test("no token at all is no guess", async () => {
    const server = await TestServer.start({ limits });
    try {
      for (let i = 0; i < 10; i++) assert.equal((await server.command(["PING"], { token: null })).status, 401);
      assert.equal((await server.command(["PING"])).status, 200);
    } finally {
      await server.stop();
    }
  });

  test("tells clients of a proxy apart where it is told to believe the proxy", async () => {
    const server = await TestServer.start({ trustProxy: true, limits });
    try {
      const from = (list: string, token: string): Promise<number> =>
        server.command(["PING"], { token, headers: { "X-Forwarded-For": list } }).then(({ status }) => status);
      // What a client puts there itself stands before what the proxy adds.
      for (const list of ["203.0.113.1", "198.51.100.7, 203.0.113.1"]) assert.equal(await from(list, "wrong"), 401);
      assert.equal(await from("198.51.100.8,203.0.113.1", TOKEN), 429);
      assert.equal(await from("203.0.113.1, 198.51.100.7", TOKEN), 200);
    } finally {
      await server.stop();
    }
  });

  const WRONG = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
  const TOO_MANY = "-ERR too many failed logins from this address, try again later\r\n";

  test("counts each attempt of a transaction, and tries no password once there were too many", async () => {
    const server = await TestServer.start({ environment: new TestWorld(), redisPort: 0, limits });
    try {
      const guesser = await server.connect();
      await guesser.send("AUTH", READ_ONLY_TOKEN);
      await guesser.send("MULTI");
      const guesses = [...Array.from({ length: 20 }, (_, i) => `guess${i}`), TOKEN];
      for (const guess of guesses) assert.equal(await guesser.send("AUTH", "default", guess), "+QUEUED\r\n");
      const replies = await guesser.send("EXEC");
      assert.equal(replies, `*21\r\n${WRONG.repeat(2)}${TOO_MANY.repeat(19)}`);
      assert.equal(await guesser.closed, "");
    } finally {
      await server.stop();
    }
  });

  test("counts what ACL RESTTOKEN is asked, over REST and over RESP", async () => {
    const server = await TestServer.start({ environment: new TestWorld(), redisPort: 0, limits });
    try {
      const connection = await server.connect();
      await connection.send("AUTH", TOKEN);
      const refused = `-ERR Wrong password or user "default" does not exist\r\n`;
      assert.equal(await connection.send("ACL", "RESTTOKEN", "default", "guess"), refused);
      const guess = ["ACL", "RESTTOKEN", "default", "guess"];
      const answers = (await server.call("POST", "/pipeline", { body: JSON.stringify([guess, guess, guess]) })).json;
      const errors = (answers as { error: string }[]).map(({ error }) => error);
      assert.deepEqual(errors.slice(0, 2), [refused.slice(1, -2), refused.slice(1, -2)]);
      assert.equal(errors[2], TOO_MANY.slice(1, -2));
      assert.equal(await connection.send("ACL", "RESTTOKEN", "default", TOKEN), TOO_MANY);
      connection.close();
    } finally {
      await server.stop();
    }
  });

  test("ends connections over RESP, and takes none until time has passed; open ones continue", async () => {
    const world = new TestWorld();
    const server = await TestServer.start({ environment: world, redisPort: 0, limits });
    const good = await server.connect();
    try {
      await good.send("AUTH", TOKEN);
      const bad = await server.connect();
      const text = "-ERR too many failed logins from this address, try again later\r\n";
      const wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
      assert.equal(await bad.send("AUTH", "x"), wrong);
      assert.equal(await bad.send("HELLO", "3", "AUTH", "default", "y"), wrong);
      assert.equal(await bad.send("AUTH", "z"), text);
      assert.equal(await bad.closed, "");
      assert.equal(await (await server.connect()).closed, text);
      assert.equal((await server.command(["PING"])).status, 429);
      assert.equal(await good.send("PING"), "+PONG\r\n");
      world.advance(20_001);
      const again = await server.connect();
      assert.equal(await again.send("AUTH", TOKEN), "+OK\r\n");
      again.close();
    } finally {
      good.close();
      await server.stop();
    }
  });
});
