/** That a hostile web page on the same machine gets nowhere, and a page under development does. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isLoopback, WebOrigins } from "../../src/server/web-origins.ts";
import type { CallOptions } from "../support/server.ts";
import { TestServer, TOKEN } from "../support/server.ts";

const GOOD_HOSTS = [
  "localhost",
  "LOCALHOST:8079",
  "app.localhost:1",
  "localhost.",
  "127.0.0.1",
  "127.1.2.3:80",
  "[::1]",
  "[::1]:8079",
  "host.docker.internal:8079",
];
const BAD_HOSTS = [
  "evil.example",
  "evil.example:8079",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "evillocalhost",
  "127.0.0.1@evil.example",
  "192.168.1.1",
  "[::2]",
  "",
  "localhost evil.example",
  "evil.com/.localhost",
  "evil.com?.localhost",
  "evil.com:1#.localhost",
  "user@.localhost",
  "..localhost",
];
const LOCAL_ORIGINS = [
  "http://localhost:3000",
  "https://localhost",
  "http://a.localhost",
  "http://127.0.0.1:5173",
  "http://[::1]:1",
];
const FOREIGN_ORIGINS = [
  "https://evil.example",
  "http://localhost.evil.example",
  "http://127.0.0.1.evil.example",
  "http://evil.example/localhost",
  "http://evil.example:80@localhost.evil.example",
  "null",
  "",
  "file://",
  "http://192.168.0.1",
  "http://evil.com?.localhost",
  "http://evil.com@.localhost",
];

describe("the name a request is addressed to", () => {
  test("is checked where the server listens on a loopback address, or where names are given", () => {
    for (const host of [undefined, "127.0.0.1", "127.3.2.1", "::1", "localhost"]) assert.equal(isLoopback(host), true);
    for (const host of ["0.0.0.0", "::", "10.0.0.1", "a.example"]) assert.equal(isLoopback(host), false);
    const loopback = new WebOrigins("local", undefined, []);
    const named = new WebOrigins("*", "0.0.0.0", ["A.example", "[fd00::1]"]);
    const open = new WebOrigins("*", "0.0.0.0", []);
    for (const host of [undefined, ...GOOD_HOSTS]) {
      for (const origins of [loopback, named, open]) assert.equal(origins.answersTo(host), true, host);
    }
    for (const host of BAD_HOSTS) {
      assert.equal(loopback.answersTo(host), false, host);
      assert.equal(named.answersTo(host), false, host);
      assert.equal(open.answersTo(host), true, host);
    }
    for (const host of ["a.example", "a.EXAMPLE:443", "[fd00::1]:80"]) assert.equal(named.answersTo(host), true, host);
  });
});

describe("the origin of a web page", () => {
  test("has to be on this machine, the server's own, or listed", () => {
    const local = new WebOrigins("local", undefined, []);
    const listed = new WebOrigins(["https://a.example", "null"], undefined, []);
    const any = new WebOrigins("*", undefined, []);
    for (const origin of LOCAL_ORIGINS) {
      assert.equal(local.allows(origin, "127.0.0.1:8079"), true, origin);
      assert.equal(listed.allows(origin, "127.0.0.1:8079"), false, origin);
    }
    for (const origin of FOREIGN_ORIGINS) {
      assert.equal(local.allows(origin, "127.0.0.1:8079"), false, origin);
      assert.equal(listed.allows(origin, "127.0.0.1:8079"), origin === "null", origin);
      assert.equal(any.allows(origin, "127.0.0.1:8079"), true, origin);
    }
    assert.equal(listed.allows("https://a.example", "localhost"), true);
    assert.equal(listed.allows("http://127.0.0.1:8079", "127.0.0.1:8079"), true);
    assert.equal(local.allows(undefined, undefined), true);
  });
});

describe("a server on a loopback address", () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start();
  });
  after(() => server.stop());

  async function status(headers: Record<string, string>, options: CallOptions = {}, method = "POST"): Promise<number> {
    const answer = await server.call(method, "/ping", { ...options, headers });
    if (answer.status === 403) {
      assert.equal(typeof (answer.json as { error: string }).error, "string");
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
    }
    return answer.status;
  }

  test("refuses a name that points to it, before it looks at the token", async () => {
    assert.equal(await status({ Host: "evil.example" }), 403);
    assert.equal(await status({ Host: "evil.example" }, { token: null }), 403);
    assert.equal(await status({ Host: "evil.example" }, { token: null }, "OPTIONS"), 403);
    assert.equal(await status({ Host: `localhost:${server.server.port}` }), 200);
    assert.match(await server.raw(`GET /ping?_token=${TOKEN} HTTP/1.0\r\n\r\n`), /^HTTP\/1.1 200/);
  });

  test("refuses a foreign page, its preflight included, and serves one on this machine", async () => {
    const preflight = { "Access-Control-Request-Method": "POST", "Access-Control-Request-Private-Network": "true" };
    for (const method of ["POST", "OPTIONS"]) {
      assert.equal(await status({ Origin: "https://evil.example", ...preflight }, {}, method), 403);
      assert.equal(await status({ Origin: "null", ...preflight }, {}, method), 403);
    }
    const Origin = "http://localhost:3000";
    const answer = await server.call("OPTIONS", "/ping", { token: null, headers: { Origin, ...preflight } });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers["access-control-allow-origin"], Origin);
    assert.equal(answer.headers["access-control-allow-private-network"], "true");
    assert.equal(
      (await server.command(["PING"], { headers: { Origin } })).headers["access-control-allow-origin"],
      Origin,
    );
    assert.equal((await server.command(["PING"], { headers: { Origin }, token: null })).status, 401);
  });

  test("does not begin a stream for a foreign page", async () => {
    const headers = { Origin: "https://evil.example" };
    assert.equal((await server.call("GET", "/subscribe/c", { headers })).status, 403);
    assert.equal(await server.command(["PUBSUB", "NUMSUB", "c"]).then(({ body }) => body), '{"result":["c",0]}');
  });
});

describe("a token in the query", () => {
  test("can be switched off", async () => {
    const server = await TestServer.start({ queryToken: false });
    try {
      assert.equal((await server.call("GET", `/ping?_token=${TOKEN}`, { token: null })).status, 401);
      assert.equal((await server.call("GET", `/subscribe/c?_token=${TOKEN}`, { token: null })).status, 401);
      const answer = await server.call("GET", "/echo/a?_token=wrong");
      assert.deepEqual([answer.status, answer.json], [200, { result: "a" }]);
    } finally {
      await server.stop();
    }
  });
});
