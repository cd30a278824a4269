/** The worked examples of the REST API, one test each. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import type { Answer, CallOptions } from "../support/server.ts";

const B64 = { headers: { "Upstash-Encoding": "base64" } };

describe("worked examples", () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start();
  });
  after(() => server.stop());
  beforeEach(() => server.command(["FLUSHALL"]));

  const call = (method: string, target: string, options?: CallOptions): Promise<Answer> =>
    server.call(method, target, options);

  async function answers(pending: Promise<Answer>, status: number, json: unknown): Promise<Answer> {
    const answer = await pending;
    assert.deepEqual({ status: answer.status, json: answer.json }, { status, json });
    return answer;
  }

  async function fails(pending: Promise<Answer>, status: number, text: string | RegExp): Promise<void> {
    const answer = await pending;
    assert.equal(answer.status, status, answer.body);
    const { error } = answer.json as { error: string };
    assert.deepEqual(Object.keys(answer.json as object), ["error"]);
    if (typeof text === "string") assert.equal(error, text);
    else assert.match(error, text);
  }

  test("GET /set/foo/bar, and /get/foo with _token", async () => {
    await answers(call("GET", "/set/foo/bar"), 200, { result: "OK" });
    await answers(call("GET", `/get/foo?_token=${TOKEN}`, { token: null }), 200, { result: "bar" });
    await answers(call("GET", "/get/none"), 200, { result: null });
  });

  test("GET /get is an arity error", () =>
    fails(call("GET", "/get"), 400, "ERR wrong number of arguments for 'get' command"));

  test("POST with a body and a query", async () => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    await answers(call("POST", "/set/foo?EX=100", { body: "a/b c&d=1", headers }), 200, { result: "OK" });
    await answers(server.command(["GET", "foo"]), 200, { result: "a/b c&d=1" });
    await answers(server.command(["TTL", "foo"]), 200, { result: 100 });
  });

  test("escapes in a path", async () => {
    await answers(call("GET", "/set/k/a%2Fb%20c"), 200, { result: "OK" });
    await answers(call("GET", "/get/k"), 200, { result: "a/b c" });
  });

  test("a plus stays in a path, and one trailing slash is dropped", async () => {
    await server.command(["ZADD", "z", 1, "a", 2, "b"]);
    await answers(call("GET", "/zrevrangebyscore/z/+inf/0/"), 200, { result: ["b", "a"] });
  });

  test("POST with an empty body adds nothing", async () => {
    const answer = await call("POST", "/info", { body: "" });
    assert.match((answer.json as { result: string }).result, /^# Server\r\n/);
    await fails(call("POST", "/set/k", { body: "" }), 400, "ERR wrong number of arguments for 'set' command");
  });

  test("a JSON command", async () => {
    await answers(server.command(["SET", "foo", "bar", "EX", 100]), 200, { result: "OK" });
    await answers(server.command(["TTL", "foo"]), 200, { result: 100 });
  });

  test("integers beyond 2^53 keep their digits", async () => {
    await answers(call("POST", "/", { body: '["SET","k",9223372036854775807]' }), 200, { result: "OK" });
    await answers(server.command(["GET", "k"]), 200, { result: "9223372036854775807" });
    const answer = await server.command(["DECR", "k"]);
    assert.equal(answer.body, '{"result":9223372036854775806}');
  });

  test("booleans are their names, null is refused", async () => {
    await answers(server.command(["SET", "k", true]), 200, { result: "OK" });
    await answers(server.command(["GET", "k"]), 200, { result: "true" });
    await fails(server.command(["SET", "k", null]), 400, "ERR null args are not supported");
  });

  test("base64", async () => {
    await server.command(["SET", "foo", "bar"]);
    await answers(server.command(["GET", "foo"], B64), 200, { result: "YmFy" });
    await answers(server.command(["PING"], B64), 200, { result: "UE9ORw==" });
    await answers(server.command(["MGET", "foo", "none"], B64), 200, { result: ["YmFy", null] });
    await answers(server.command(["SET", "foo", "bar"], B64), 200, { result: "OK" });
  });

  test("RESP2 answers", async () => {
    await server.command(["SET", "foo", "bar"]);
    const resp2 = { "Upstash-Response-Format": "resp2" };
    const answer = await server.command(["GET", "foo"], { headers: resp2 });
    assert.equal(answer.body, "$3\r\nbar\r\n");
    assert.equal(answer.headers["content-type"], "application/octet-stream");
    await fails(server.command(["GET", "foo"], { headers: { "Upstash-Response-Format": "xml" } }), 400, /^ERR /);
    await fails(server.command(["GET", "foo"], { headers: { ...resp2, ...B64.headers } }), 400, /^ERR /);
  });

  const LIST =
    '[["SET","key1","valuex"],["SETEX","key2",13,"valuez"],["INCR","key1"],["ZADD","myset",11,"item1",22,"item2"]]';
  for (const path of ["/pipeline", "/multi-exec"]) {
    test(`POST ${path} with an error among its items`, async () => {
      await answers(call("POST", path, { body: LIST }), 200, [
        { result: "OK" },
        { result: "OK" },
        { error: "ERR value is not an integer or out of range" },
        { result: 2 },
      ]);
    });
  }

  test("a transaction with an unknown command does nothing", async () => {
    const body = '[["SET","a",1],["NOSUCH"]]';
    await fails(call("POST", "/multi-exec", { body }), 400, /^ERR Command is not available: 'NOSUCH'/);
    await answers(server.command(["GET", "a"]), 200, { result: null });
    const answer = await call("POST", "/pipeline", { body });
    assert.equal(answer.status, 200);
    const [first, second] = answer.json as [object, { error: string }];
    assert.deepEqual(first, { result: "OK" });
    assert.match(second.error, /^ERR Command is not available: 'NOSUCH'/);
  });

  test("a transaction answers in order", async () => {
    await server.command(["SET", "k", "a"]);
    const body = '[["GET","k"],["SET","k","v"]]';
    await answers(call("POST", "/multi-exec", { body }), 200, [{ result: "a" }, { result: "OK" }]);
  });

  test("WATCH is refused over REST", () =>
    fails(server.command(["WATCH", "k"]), 400, /^ERR Command "WATCH" is not allowed in REST/));

  test("no token", () =>
    fails(call("GET", "/get/foo", { token: null }), 401, /^WRONGPASS invalid or missing auth token/));

  test("DELETE", async () => assert.equal((await call("DELETE", "/get/foo")).status, 405));

  test("the read-only token", () =>
    fails(
      server.command(["SET", "a", 1], { token: READ_ONLY_TOKEN }),
      400,
      "NOPERM this user has no permissions to run the 'set' command or its subcommand",
    ));
});
