/** Requests without sockets: what is answered is what HTTP answers. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "@upstash/redis";
import { createTestDatabase } from "../../src/testing.ts";
import type { TestDatabase } from "../../src/testing.ts";
import { call } from "../support/test-database.ts";

let db: TestDatabase;
before(async () => {
  db = await createTestDatabase();
});
after(() => db.close());

interface Shown {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly bytes: string;
}

/** An answer with everything that a program sees of it. The date may be a second later, and a pool adds a header. */
async function shown(answer: Promise<Response>): Promise<Shown> {
  const response = await answer;
  const { headers, status, statusText, url } = response;
  // A client that sends HEAD closes its connection.
  const named = Object.fromEntries([...headers].filter(([name]) => name !== "keep-alive" && name !== "connection"));
  assert.match(named["date"]!, / GMT$/);
  const bytes = Buffer.from(await response.arrayBuffer()).latin1Slice();
  return { status, statusText, url, headers: { ...named, date: "" }, bytes };
}

const REQUESTS: readonly (readonly [name: string, path: string, init?: RequestInit])[] = [
  ["a command in a body", "", { method: "POST", body: '["SET","k","v"]' }],
  ["its value", "/get/k"],
  ["a path with escapes and a query", "/set/k%2F1/a%20b?EX=100"],
  ["dots in a path", "/get/../get/k%2F1"],
  ["a body as the value", "/set/bytes", { method: "POST", body: new Uint8Array([0, 255, 13, 10, 128]) }],
  ["text beyond ASCII", "", { method: "POST", body: JSON.stringify(["SET", "é", "日本"]) }],
  ["base64", "/get/bytes", { headers: { "Upstash-Encoding": "base64" } }],
  ["RESP2", "/get/bytes", { headers: { "Upstash-Response-Format": "resp2" } }],
  ["both", "/get/k", { headers: { "Upstash-Response-Format": "resp2", "upstash-encoding": "base64" } }],
  ["an error of a command", "/incr/k"],
  ["a bad body", "", { method: "POST", body: "{" }],
  ["an empty body", "", { method: "POST" }],
  ["a pipeline", "/pipeline", { method: "POST", body: '[["PING"],["INCR","k"],["NOPE"]]' }],
  ["a transaction", "/multi-exec", { method: "POST", body: '[["PING"],["SET","n",1]]' }],
  ["a body of a URLSearchParams", "/set/form", { method: "POST", body: new URLSearchParams({ a: "b c" }) }],
  ["a body of a Blob", "/set/blob", { method: "PUT", body: new Blob(["blob"]) }],
  ["HEAD", "/get/k", { method: "HEAD" }],
  ["OPTIONS", "/get/k", { method: "OPTIONS" }],
  ["a method in lower case", "/get/k", { method: "post" }],
  ["DELETE", "/get/k", { method: "DELETE" }],
  ["no token", "/get/k", { headers: { authorization: "" } }],
  ["a wrong token", "/get/k", { headers: { authorization: "Bearer wrong" } }],
  ["the greeting", "/"],
  ["a probe", "/readyz"],
];

describe("db.fetch answers as the global one", () => {
  for (const [name, path, init = {}] of REQUESTS) {
    test(name, async () => {
      const headers = { authorization: `Bearer ${db.token}`, ...(init.headers as Record<string, string>) };
      const [byHttp, inProcess] = [
        await shown(fetch(db.url + path, { ...init, headers })),
        await shown(db.fetch(db.url + path, { ...init, headers })),
      ];
      const token = "upstash-sync-token";
      assert.equal(token in inProcess.headers, token in byHttp.headers);
      // A write of the request itself comes between them.
      if (token in inProcess.headers) inProcess.headers[token] = byHttp.headers[token]!;
      assert.deepEqual(inProcess, byHttp);
    });
  }

  test("an answer in pieces, as large as the server likes", async () => {
    await call(db, "SET", "long", "x".repeat(300_000));
    const headers = { authorization: `Bearer ${db.token}` };
    const body = JSON.stringify(Array.from({ length: 5 }, () => ["GET", "long"]));
    const init = { method: "POST", headers, body };
    const [byHttp, inProcess] = [
      await shown(fetch(`${db.url}/pipeline`, init)),
      await shown(db.fetch(`${db.url}/pipeline`, init)),
    ];
    assert.equal(byHttp.headers["transfer-encoding"], "chunked");
    assert.deepEqual(inProcess, byHttp);
  });

  test("a Request, Headers, a URL and a relative URL", async () => {
    const headers = { authorization: `Bearer ${db.token}` };
    const results = [
      await db.fetch(new Request(db.url, { method: "POST", headers, body: '["PING"]' })),
      await db.fetch(new URL(`${db.url}/ping`), { headers: new Headers(headers) }),
      await db.fetch("/ping", { headers: Object.entries(headers) as [string, string][] }),
      await db.fetch(`/ping?_token=${db.token}`),
    ];
    for (const response of results) assert.deepEqual(await response.json(), { result: "PONG" });
  });

  test("what fetch refuses, and other servers", async () => {
    const refused = async (input: string, init: RequestInit): Promise<string> => {
      const error = await db.fetch(input, init).catch((reason: unknown) => reason);
      assert.ok(error instanceof TypeError, String(error));
      return error.message;
    };
    await refused("/get/k", { body: "x" });
    await refused("/get/k", { method: "TRACE" });
    await refused("/get/k", { method: "GE T" });
    await refused("/get/k", { headers: { authorization: "a\nb" } });
    assert.match(await refused("http://example.com/", {}), /answers for http:\/\/127.0.0.1:\d+ only/);
  });
});

describe("db.fetch", () => {
  const authorized = (): RequestInit => ({ headers: { authorization: `Bearer ${db.token}` } });

  test("streams events, and ends a subscription with its reader", async () => {
    const response = await db.fetch("/subscribe/news", authorized());
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    const reader = response.body!.getReader();
    const next = async (): Promise<string> => Buffer.from((await reader.read()).value!).toString();
    assert.equal(await next(), "data: subscribe,news,1\n\n");
    await call(db, "PUBLISH", "news", "hello");
    assert.equal(await next(), "data: message,news,hello\n\n");
    await reader.cancel();
    assert.deepEqual(await call(db, "PUBLISH", "news", "nobody"), { result: 0 });
  });

  test("takes an AbortSignal, before, and while a stream is read", async () => {
    const before = AbortSignal.abort(new Error("before"));
    await assert.rejects(db.fetch("/set/aborted/1", { ...authorized(), signal: before }), /^Error: before$/);
    assert.deepEqual(await call(db, "EXISTS", "aborted"), { result: 0 });
    const controller = new AbortController();
    const response = await db.fetch("/subscribe/news", { ...authorized(), signal: controller.signal });
    const reader = response.body!.getReader();
    await reader.read();
    const rest = reader.read();
    controller.abort();
    await assert.rejects(rest, { name: "AbortError" });
    assert.deepEqual(await call(db, "PUBLISH", "news", "nobody"), { result: 0 });
  });

  test("lets timers and sockets have their turn, whatever is asked without end", async () => {
    const turn = { isOver: false };
    setImmediate(() => {
      turn.isOver = true;
    });
    while (!turn.isOver) await (await db.fetch("/ping", authorized())).text();
  });

  test("does not answer for a database that was closed", async () => {
    const closed = await createTestDatabase();
    await closed.close();
    const response = await closed.fetch("/ping", { headers: { authorization: `Bearer ${closed.token}` } });
    assert.equal(response.status, 401);
    assert.match(await response.text(), /this test database was closed/);
  });
});

describe("db.requester", () => {
  test("gives the client of Upstash what HTTP gives it", async () => {
    const clients = [
      new Redis({ url: db.url, token: db.token, retry: false, enableAutoPipelining: false }),
      new Redis(db.requester),
    ];
    const answers: unknown[] = [];
    for (const redis of clients) {
      await redis.flushall();
      const results: unknown[] = [
        await redis.set("k", { a: [1, "é"] }),
        await redis.get("k"),
        await redis.set("OK", "OK"),
        await redis.mget("OK", "none", "k"),
        await redis.hset("h", { a: 1, b: "8", c: "" }),
        await redis.hgetall("h"),
        await redis.pipeline().set("n", 1).incr("n").get("n").exec(),
        await redis.multi().set("n", 1).incr("n").exec(),
        await redis.eval("return {'OK',{'OK',{'OK'}},1,false}", [], []),
        await redis.scan(0),
        await redis.zadd("z", { score: 1.5, member: "m" }, { score: 2, member: "%%12" }),
        await redis.zrange("z", 0, -1, { withScores: true }),
        await Promise.all([redis.get("n"), redis.get("k"), redis.ping()]),
        await redis.incr("k").catch((error: Error) => [error.name, error.message]),
        await redis.pipeline().incr("k").exec({ keepErrors: true }),
      ];
      answers.push(JSON.parse(JSON.stringify(results)));
    }
    assert.deepEqual(answers[1], answers[0]);
  });

  test("carries subscriptions", async () => {
    const subscriber = new Redis(db.requester).subscribe<string>("news");
    const message = new Promise((resolve) => {
      subscriber.on("message", ({ message }) => resolve(message));
    });
    await new Promise<void>((resolve) => {
      subscriber.on("subscribe", () => resolve());
    });
    await new Redis(db.requester).publish("news", "hello");
    assert.equal(await message, "hello");
    await subscriber.unsubscribe();
  });
});
