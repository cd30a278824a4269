/** The REST API beyond the worked examples: routes, methods, credentials, formats, bad input. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import type { Answer } from "../support/server.ts";

let server: TestServer;
before(async () => {
  server = await TestServer.start({ cors: "*", limits: { requestBytesMax: 24 * 1024 * 1024, discardBytesMax: 4096 } });
});
after(() => server.stop());
beforeEach(() => server.command(["FLUSHALL"]));

function errorOf(answer: Answer): string {
  assert.deepEqual(Object.keys(answer.json as object), ["error"], answer.body);
  return (answer.json as { error: string }).error;
}

describe("credentials", () => {
  const cases: [name: string, headers: Record<string, string>, target: string, status: number][] = [
    ["the usual header", { Authorization: `Bearer ${TOKEN}` }, "/ping", 200],
    ["lower-case scheme", { Authorization: `bearer ${TOKEN}` }, "/ping", 200],
    ["several spaces", { Authorization: `Bearer   ${TOKEN}` }, "/ping", 200],
    ["the bare token", { Authorization: TOKEN }, "/ping", 200],
    ["no header", {}, "/ping", 401],
    ["an empty header", { Authorization: "" }, "/ping", 401],
    ["a scheme without a token", { Authorization: "Bearer " }, "/ping", 401],
    ["an unknown token", { Authorization: "Bearer nope" }, "/ping", 401],
    ["a token cut short", { Authorization: `Bearer ${TOKEN.slice(0, -1)}` }, "/ping", 401],
    ["another scheme", { Authorization: `Basic ${TOKEN}` }, "/ping", 401],
    ["two tokens in one header", { Authorization: `Bearer ${TOKEN} ${TOKEN}` }, "/ping", 401],
    ["the query", {}, `/ping?_token=${TOKEN}`, 200],
    ["an escaped query", {}, `/ping?_token=test%2Dtoken`, 200],
    ["an empty query token", {}, "/ping?_token=", 401],
    ["a query that wins over a good header", { Authorization: `Bearer ${TOKEN}` }, "/ping?_token=nope", 401],
    ["a query that wins over a bad header", { Authorization: "Bearer nope" }, `/ping?_token=${TOKEN}`, 200],
    ["a malformed escape in the query token", {}, "/ping?_token=%zz", 401],
  ];
  for (const [name, headers, target, status] of cases) {
    test(name, async () => {
      const answer = await server.call("GET", target, { token: null, headers });
      assert.equal(answer.status, status);
      if (status === 401) assert.match(errorOf(answer), /^WRONGPASS /);
    });
  }

  test("are asked for on every path and method before anything is parsed", async () => {
    for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH"]) {
      for (const target of ["/", "/pipeline", "/multi-exec", "/monitor", "/nosuch", "/%zz"]) {
        if (method === "GET" && target === "/") continue;
        const answer = await server.call(method, target, { token: null, body: "{" });
        assert.equal(answer.status, 401, `${method} ${target}`);
      }
    }
  });

  test("the read-only token reads, and nothing else", async () => {
    const may = [["GET", "k"], ["MGET", "k"], ["STRLEN", "k"], ["PING"], ["ECHO", "x"], ["DBSIZE"], ["TTL", "k"]];
    for (const words of may) {
      assert.equal((await server.command(words, { token: READ_ONLY_TOKEN })).status, 200, words.join(" "));
    }
    const mayNot = [
      ["SET", "k", "v"],
      ["DEL", "k"],
      ["SCAN", "0"],
      ["KEYS", "*"],
      ["FLUSHALL"],
      ["CONFIG", "GET", "*"],
    ];
    for (const words of mayNot) {
      const answer = await server.command(words, { token: READ_ONLY_TOKEN });
      assert.equal(answer.status, 400);
      assert.match(errorOf(answer), /^NOPERM this user has no permissions to run the '[a-z|]+' command/);
    }
  });

  test("NOPERM is an item of a pipeline and discards a transaction", async () => {
    const body = '[["GET","k"],["SET","k","v"]]';
    const pipeline = await server.call("POST", "/pipeline", { body, token: READ_ONLY_TOKEN });
    assert.equal(pipeline.status, 200);
    assert.match((pipeline.json as { error: string }[])[1]!.error, /^NOPERM/);
    const transaction = await server.call("POST", "/multi-exec", { body, token: READ_ONLY_TOKEN });
    assert.equal(transaction.status, 400);
    assert.match(errorOf(transaction), /^NOPERM/);
  });
});

describe("routes and methods", () => {
  test("HEAD runs the command and sends no body", async () => {
    const answer = await server.call("HEAD", "/set/k/v");
    assert.deepEqual([answer.status, answer.body], [200, ""]);
    assert.equal(answer.headers["content-length"], String('{"result":"OK"}'.length));
    assert.deepEqual((await server.call("GET", "/get/k")).json, { result: "v" });
    assert.equal((await server.call("HEAD", "/get")).status, 400);
  });

  test("PUT is as POST", async () => {
    assert.deepEqual((await server.call("PUT", "/set/k", { body: "v" })).json, { result: "OK" });
    assert.deepEqual((await server.call("PUT", "/", { body: '["GET","k"]' })).json, { result: "v" });
  });

  test("other methods are 405 and say which are not", async () => {
    for (const method of ["DELETE", "PATCH", "TRACE"]) {
      const answer = await server.call(method, "/get/k");
      assert.equal(answer.status, 405);
      assert.equal(answer.headers["allow"], "HEAD, GET, POST, PUT, OPTIONS");
    }
    const tunnel = await server.raw("CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n");
    assert.match(tunnel, /^HTTP\/1\.1 405 .*\r\nAllow: HEAD, GET.*\r\n\r\n\{"error":"ERR method not allowed"\}$/s);
    assert.equal((await server.call("GET", "/pipeline")).status, 405);
    assert.equal((await server.call("GET", "/multi-exec")).status, 405);
  });

  test("GET / answers a line of text without a token, other paths refuse", async () => {
    for (const method of ["GET", "HEAD"]) {
      const { status, headers, body } = await server.call(method, "/", { token: null });
      assert.deepEqual([status, headers["content-type"]], [200, "text/plain; charset=utf-8"]);
      assert.match(body, method === "HEAD" ? /^$/ : /^stashd .* serves the Upstash Redis REST API here: .*\n$/);
      assert.equal(headers["upstash-sync-token"], undefined);
    }
    assert.equal((await server.call("GET", "/", { token: "wrong" })).status, 401);
    assert.equal((await server.call("GET", "/?_token=wrong", { token: null })).status, 401);
    assert.equal((await server.call("GET", "//", { token: null })).status, 401);
    // A name of a compose file, on a server that listens for its own machine.
    for (const host of ["evil.example", "stashd:8079", "redis:8079"]) {
      const addressed = await server.call("GET", "/", { token: null, headers: { Host: host } });
      assert.equal(addressed.status, 403);
      assert.match(errorOf(addressed), /does not answer to the name in the Host header; name it with --allow-host/);
    }
  });

  test("GET / with a token has no command", async () => {
    const answer = await server.call("GET", "/");
    assert.deepEqual([answer.status, errorOf(answer)], [400, "ERR empty command"]);
  });

  test("the body of a GET is not looked at", async () => {
    assert.equal(
      (await server.call("GET", "/get/k", { body: "ignored", headers: { "Content-Length": "7" } })).status,
      200,
    );
  });

  test("leading slashes collapse, special paths take any case", async () => {
    const body = '[["PING"]]';
    for (const path of ["//pipeline", "/Pipeline", "/pipeline/", "/pipeline?x=1", "///multi-exec"]) {
      assert.deepEqual((await server.call("POST", path, { body })).json, [{ result: "PONG" }], path);
    }
  });

  test("empty segments in the middle are empty arguments", async () => {
    await server.call("GET", "/set//v");
    assert.deepEqual((await server.command(["GET", ""])).json, { result: "v" });
  });

  test("flags in the query give their name alone", async () => {
    assert.deepEqual((await server.call("GET", "/set/k/v?NX&EX=10")).json, { result: "OK" });
    assert.deepEqual((await server.call("GET", "/set/k/v?NX=&EX=10")).json, { result: null });
    assert.deepEqual((await server.call("GET", "/get/k")).json, { result: "v" });
    assert.deepEqual((await server.call("GET", "/mget?a+b=c%20d&a+b=")).json, { result: [null, null, null] });
  });

  test("a stream is a path, and no command", async () => {
    for (const words of [["SUBSCRIBE", "c"], ["PSUBSCRIBE", "c*"], ["MONITOR"]]) {
      const expected = `ERR Command "${words[0]}" is not allowed in REST or it has a special context path`;
      assert.equal(errorOf(await server.command(words)), expected);
      const body = JSON.stringify([words]);
      assert.deepEqual((await server.call("POST", "/pipeline", { body })).json, [{ error: expected }]);
      assert.equal(errorOf(await server.call("POST", "/multi-exec", { body })), expected);
    }
  });

  test("commands that need a connection are refused by name, alone and in lists", async () => {
    const refused = ["MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "BLPOP", "BRPOP", "BLMOVE", "BZPOPMIN", "AUTH"];
    for (const name of [...refused, "HELLO", "SELECT", "QUIT", "RESET", "SUBSCRIBE", "MONITOR"]) {
      const expected = `ERR Command "${name}" is not allowed in REST or it has a special context path`;
      assert.equal(errorOf(await server.command([name.toLowerCase()])), expected);
      const pipeline = await server.call("POST", "/pipeline", { body: JSON.stringify([["PING"], [name]]) });
      assert.deepEqual(pipeline.json, [{ result: "PONG" }, { error: expected }]);
    }
    const client = await server.command(["CLIENT", "SETINFO", "lib-name", "x"]);
    assert.match(errorOf(client), /^ERR Command "CLIENT SETINFO" is not allowed in REST/);
  });

  test("what looks at the server is served, to users who may", async () => {
    const resultOf = async (...words: readonly unknown[]): Promise<unknown> =>
      ((await server.command(words)).json as { result: unknown }).result;
    await resultOf("CONFIG", "SET", "slowlog-log-slower-than", 0);
    await resultOf("ECHO", "slow");
    await resultOf("CONFIG", "SET", "slowlog-log-slower-than", 10_000);
    const slow = (await resultOf("SLOWLOG", "GET", -1)) as readonly (readonly unknown[])[];
    assert.ok(slow.some(([, , , words]) => String(words) === "ECHO,slow"));
    assert.ok(Number(await resultOf("SLOWLOG", "LEN")) > 0);
    assert.equal(await resultOf("SLOWLOG", "RESET"), "OK");
    assert.deepEqual(await resultOf("LATENCY", "HISTORY", "command"), []);
    assert.match(String(await resultOf("LATENCY", "HISTOGRAM", "echo")), /^echo,calls,\d+,histogram_usec/);
    assert.match(String(await resultOf("CLIENT", "INFO")), /^id=\d+ .* cmd=client\|info user=default /);
    const body = JSON.stringify([["CLIENT", "ID"], ["CLIENT"], ["MEMORY", "DOCTOR"]]);
    const [id, alone, doctor] = (await server.call("POST", "/pipeline", { body })).json as { result?: unknown }[];
    assert.equal(typeof id!.result, "number");
    assert.deepEqual(alone, { error: "ERR wrong number of arguments for 'client' command" });
    assert.equal(typeof doctor!.result, "string");
    for (const words of ["SLOWLOG GET", "LATENCY LATEST", "CLIENT LIST", "CLIENT KILL ID 1", "CLIENT UNBLOCK 1"]) {
      const answer = await server.command(words.split(" "), { token: READ_ONLY_TOKEN });
      assert.match(errorOf(answer), /^NOPERM this user has no permissions to run the /, words);
    }
  });
});

describe("values survive", () => {
  const text = 'emoji 😀, "quotes" \\ and \u0000\u001f\u007f controls, é, \u2028';
  test("text in every form", async () => {
    await server.command(["SET", "json", text]);
    await server.call("POST", "/set/body", { body: text });
    await server.call("GET", `/set/path/${encodeURIComponent(text)}`);
    await server.call("POST", "/", { body: `["SET","escaped",${escapeAll(text)}]` });
    for (const key of ["json", "body", "path", "escaped"]) {
      assert.deepEqual((await server.command(["GET", key])).json, { result: text }, key);
    }
  });

  test("keys with slash, percent, plus and space in every form", async () => {
    const key = "a/b%2F+c d?&=#";
    await server.call("GET", `/set/${encodeURIComponent(key)}/v`);
    assert.deepEqual((await server.command(["GET", key])).json, { result: "v" });
    assert.deepEqual((await server.command(["KEYS", "*"])).json, { result: [key] });
    await server.call("GET", "/set/p+q/v");
    assert.deepEqual((await server.command(["GET", "p+q"])).json, { result: "v" });
  });

  test("binary values, with base64 to the byte, without it as U+FFFD", async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await server.call("POST", "/set/bin", { body: bytes });
    const headers = { "Upstash-Encoding": "Base64" };
    assert.deepEqual((await server.command(["GET", "bin"], { headers })).json, { result: bytes.toString("base64") });
    assert.deepEqual((await server.command(["GET", "bin"])).json, { result: bytes.toString("utf8") });
    await server.call("GET", "/set/cut/%e2%82");
    assert.deepEqual((await server.command(["GET", "cut"])).json, { result: "\ufffd\ufffd" });
    await server.call("GET", "/set/raw/%ff%00");
    assert.deepEqual((await server.command(["GET", "raw"], { headers })).json, { result: "/wA=" });
  });

  test("empty strings", async () => {
    await server.command(["SET", "", ""]);
    assert.deepEqual((await server.command(["GET", ""])).json, { result: "" });
    const headers = { "Upstash-Encoding": "base64" };
    assert.deepEqual((await server.command(["GET", ""], { headers })).json, { result: "" });
  });

  test("10 MB in every form", async () => {
    const value = "0123456789abcdé".repeat(655_360);
    const bytes = Buffer.byteLength(value);
    assert.ok(bytes >= 10 * 1024 * 1024);
    await server.command(["SET", "json", value]);
    await server.call("POST", "/set/body", { body: value });
    for (const key of ["json", "body"]) {
      assert.deepEqual((await server.command(["STRLEN", key])).json, { result: bytes });
      assert.equal(((await server.command(["GET", key])).json as { result: string }).result, value);
      const encoded = await server.command(["GET", key], { headers: { "Upstash-Encoding": "base64" } });
      assert.equal((encoded.json as { result: string }).result, Buffer.from(value).toString("base64"));
    }
  });

  test("numbers keep their digits", async () => {
    const cases: [json: string, stored: string][] = [
      ["9223372036854775807", "9223372036854775807"],
      ["-9223372036854775808", "-9223372036854775808"],
      ["123456789012345678901234567890", "123456789012345678901234567890"],
      ["1.5", "1.5"],
      ["1e3", "1000"],
      ["2.0", "2"],
      ["1e-7", "0.0000001"],
      ["-0", "-0"],
      ["0.1", "0.1"],
    ];
    for (const [json, stored] of cases) {
      await server.call("POST", "/", { body: `["SET","n",${json}]` });
      assert.deepEqual((await server.command(["GET", "n"])).json, { result: stored }, json);
    }
  });
});

function escapeAll(text: string): string {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, "0"));
  return `"${units.map((unit) => `\\u${unit}`).join("")}"`;
}

describe("bodies that are not commands", () => {
  const cases: [path: string, body: string, error: string | RegExp][] = [
    ["/", "", /EOF/],
    ["/", "{", "ERR failed to parse command: expected JSON array"],
    ["/", '"GET"', "ERR failed to parse command: expected JSON array"],
    ["/", '{"command":["GET","a"]}', "ERR failed to parse command: expected JSON array"],
    ["/", '["GET","a"] x', "ERR failed to parse command: expected JSON array"],
    ["/", "[]", "ERR empty command"],
    ["/", '[""]', /^ERR Command is not available: ''/],
    ["/", "[null]", "ERR null args are not supported"],
    ["/", '["SET","a",["b"]]', 'ERR unsupported arg type: "[": json.Delim'],
    ["/", '["SET","a",{"b":1}]', 'ERR unsupported arg type: "{": json.Delim'],
    ["/", '["SET","a",1e999]', /^ERR /],
    ["/", "[".repeat(100_000), /^ERR failed to parse command/],
    ["/", "[".repeat(1_000_000), /^ERR failed to parse command/],
    ["/", `["SET","a",${"[".repeat(5000)}${"]".repeat(5000)}]`, 'ERR unsupported arg type: "[": json.Delim'],
    ["/pipeline", "", "ERR failed to parse pipeline request"],
    ["/pipeline", "{", "ERR failed to parse pipeline request"],
    ["/pipeline", '{"a":1}', "ERR failed to parse pipeline request"],
    ["/pipeline", '[{"command":["GET","a"]}]', "ERR failed to parse pipeline command"],
    ["/pipeline", '[["PING"],"PING"]', "ERR failed to parse pipeline command"],
    ["/pipeline", '[["SET","a","1"],["SET","b",null]]', "ERR null args are not supported"],
    ["/pipeline", "[]", "ERR empty pipeline request"],
    ["/pipeline", "[[]]", "ERR empty pipeline command"],
    ["/multi-exec", "x", "ERR failed to parse transaction request"],
    ["/multi-exec", "[]", "ERR empty transaction request"],
    ["/multi-exec", "[[]]", "ERR empty transaction command"],
    ["/multi-exec", '["PING"]', "ERR failed to parse transaction command"],
  ];
  for (const [path, body, error] of cases) {
    test(`${path} ${body.slice(0, 40)}`, async () => {
      const answer = await server.call("POST", path, { body });
      assert.equal(answer.status, 400);
      if (typeof error === "string") assert.equal(errorOf(answer), error);
      else assert.match(errorOf(answer), error);
      assert.deepEqual((await server.command(["DBSIZE"])).json, { result: 0 });
    });
  }

  test("a byte order mark is no trouble", async () => {
    assert.deepEqual((await server.call("POST", "/", { body: '\ufeff["PING"]' })).json, { result: "PONG" });
  });

  test("__proto__ is a key like any other", async () => {
    await server.call("POST", "/", { body: '["SET","__proto__","x"]' });
    assert.deepEqual((await server.command(["GET", "__proto__"])).json, { result: "x" });
  });
});

describe("requests that are not served", () => {
  test("a malformed escape in the path", async () => {
    for (const target of ["/get/%zz", "/get/%", "/get/%4", "/get/a?%zz=1"]) {
      const answer = await server.call("GET", target);
      assert.equal(answer.status, 400);
      assert.match(errorOf(answer), /percent-encoding/);
    }
  });

  test("unknown formats", async () => {
    for (const headers of [{ "Upstash-Encoding": "gzip" }, { "Upstash-Response-Format": "xml" }] as const) {
      assert.equal((await server.command(["PING"], { headers })).status, 400);
    }
    const unknown = { "Upstash-Something": "x", "Upstash-Telemetry-Sdk": "a,b,c" };
    assert.equal((await server.command(["PING"], { headers: unknown })).status, 200);
  });

  test("ten thousand path segments are an argument list like any other", async () => {
    const answer = await server.call("GET", `/del${"/k".repeat(10_000)}`);
    assert.deepEqual([answer.status, answer.json], [200, { result: 0 }]);
  });

  test("a body over the limit is 413 in JSON, announced or not", async () => {
    const limit = 24 * 1024 * 1024;
    const body = Buffer.alloc(limit + 1, "x");
    const announced = await server.call("POST", "/set/k", { body });
    assert.equal(announced.status, 413);
    assert.equal(
      errorOf(announced),
      `ERR max request size exceeded. Limit: ${limit} bytes, Actual: ${limit + 1} bytes`,
    );
    const head = `POST /set/k HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answer = await server.raw(`${head}${(limit + 10).toString(16)}\r\n${"x".repeat(limit + 10)}`);
    assert.match(answer, /^HTTP\/1\.1 413 .*\{"error":"ERR max request size exceeded/s);
    assert.deepEqual((await server.command(["EXISTS", "k"])).json, { result: 0 });
  });

  test("a head over the limit is 431 in JSON", async () => {
    const answer = await server.raw(`GET /ping HTTP/1.1\r\nHost: localhost\r\nX-Long: ${"x".repeat(200_000)}\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 431 .*\r\n\r\n\{"error":"ERR /s);
  });

  test("bytes that are no HTTP are 400 in JSON", async () => {
    for (const bytes of ["nonsense\r\n\r\n", "GET /ping HTTP/1.1\r\nbad header\r\n\r\n", "*1\r\n$4\r\nPING\r\n"]) {
      assert.match(await server.raw(bytes), /^HTTP\/1\.1 400 .*\r\n\r\n\{"error":"ERR bad request"\}$/s);
    }
    assert.equal((await server.command(["PING"])).status, 200);
  });

  test("a HEAD that is none is answered without a body, like any HEAD", async () => {
    const answer = await server.raw("HEAD /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert.match(answer, /^HTTP\/1\.1 400 .*\r\n\r\n$/s);
  });

  test("a refused request leaves the connection usable when its body is short", async () => {
    const wrong = 'POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer no\r\nContent-Length: 8\r\n\r\n["PING"]';
    const right = `GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
    const answer = await server.raw(wrong + right);
    assert.match(answer, /^HTTP\/1\.1 401 .*HTTP\/1\.1 200 .*\{"result":"PONG"\}$/s);
  });

  test("an unauthorized upload is not waited for", async () => {
    const head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n";
    assert.match(await server.raw(head), /^HTTP\/1\.1 401 /);
  });

  test("Expect: 100-continue is answered, and not for the unauthorized", async () => {
    const head = (token: string): string =>
      `POST /set/k HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n` +
      "Expect: 100-continue\r\nContent-Length: 1\r\n\r\nv";
    assert.match(await server.raw(head(TOKEN)), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    assert.match(await server.raw(head("no")), /^HTTP\/1\.1 401 /);
  });

  test("any other expectation is passed over", async () => {
    const headers = { Expect: "the unexpected" };
    assert.deepEqual((await server.command(["PING"], { headers })).json, { result: "PONG" });
    assert.equal((await server.command(["PING"], { headers, token: null })).status, 401);
  });

  test("an error is one line, whatever it quotes", async () => {
    const body = '["NO\\r\\nSUCH"]';
    const text = /^-ERR Command is not available: 'NO  SUCH'[^\r\n]*\r\n$/;
    const headers = { "Upstash-Response-Format": "resp2" };
    assert.match((await server.call("POST", "/", { body, headers })).body, text);
    assert.match(errorOf(await server.call("POST", "/", { body })), /'NO  SUCH'/);
  });
});

describe("headers of answers", () => {
  test("JSON, no caching, a sync token that changes with every write", async () => {
    const seen: string[] = [];
    const note = (answer: Answer): void => void seen.push(String(answer.headers["upstash-sync-token"]));
    note(await server.command(["GET", "k"]));
    note(await server.command(["SET", "k", "v"], { headers: { "upstash-sync-token": "my-new-sync-token" } }));
    note(await server.call("POST", "/pipeline", { body: '[["INCR","n"]]' }));
    note(await server.call("POST", "/multi-exec", { body: '[["INCR","n"]]' }));
    assert.equal(new Set(seen).size, 4);
    assert.ok(seen.every((token) => token !== "" && token !== "undefined"));
    const answer = await server.command(["GET", "k"]);
    assert.equal(answer.headers["content-type"], "application/json");
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal((await server.command(["NOSUCH"])).headers["upstash-sync-token"], undefined);
  });

  test("CORS: a preflight needs no token, an answer names the origin", async () => {
    const headers = {
      Origin: "https://app.example",
      "Access-Control-Request-Headers": "authorization,upstash-encoding",
    };
    const preflight = await server.call("OPTIONS", "/pipeline", { token: null, headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers["content-length"], undefined);
    assert.equal(preflight.headers["access-control-allow-origin"], "https://app.example");
    assert.equal(preflight.headers["access-control-allow-methods"], "HEAD, GET, POST, PUT, OPTIONS");
    assert.equal(preflight.headers["access-control-allow-headers"], "authorization,upstash-encoding");
    assert.equal(preflight.headers["access-control-allow-credentials"], "true");
    const answer = await server.command(["PING"], { headers });
    assert.equal(answer.headers["access-control-allow-origin"], "https://app.example");
    assert.equal(answer.headers["access-control-expose-headers"], "upstash-sync-token");
    assert.equal((await server.command(["PING"])).headers["access-control-allow-origin"], undefined);
  });

  test("CORS: only the origins that are listed", async () => {
    const strict = await TestServer.start({ cors: ["https://app.example"] });
    try {
      for (const [origin, allowed] of [
        ["https://app.example", true],
        ["https://evil.example", false],
      ] as const) {
        const answer = await strict.command(["PING"], { headers: { Origin: origin } });
        assert.equal(answer.status, allowed ? 200 : 403);
        assert.equal(answer.headers["access-control-allow-origin"], allowed ? origin : undefined);
      }
    } finally {
      await strict.stop();
    }
  });
});

describe("pipelines", () => {
  test("a thousand commands, each answer in its place", async () => {
    const commands = Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? ["SET", `k${i}`, i] : ["GET", `k${i - 1}`]));
    const answer = await server.call("POST", "/pipeline", { body: JSON.stringify(commands) });
    const expected = commands.map((_, i) => ({ result: i % 2 === 0 ? "OK" : String(i - 1) }));
    assert.deepEqual(answer.json, expected);
  });

  test("RESP2 concatenates the replies, base64 encodes each item", async () => {
    const body = '[["SET","k","OK"],["GET","k"],["INCR","k"],["PING"]]';
    const resp2 = await server.call("POST", "/pipeline", { body, headers: { "Upstash-Response-Format": "resp2" } });
    assert.equal(resp2.status, 200);
    assert.equal(resp2.body, "+OK\r\n$2\r\nOK\r\n-ERR value is not an integer or out of range\r\n+PONG\r\n");
    const base64 = await server.call("POST", "/pipeline", { body, headers: { "Upstash-Encoding": "base64" } });
    assert.deepEqual(base64.json, [
      { result: "OK" },
      { result: "T0s=" },
      { error: "ERR value is not an integer or out of range" },
      { result: "UE9ORw==" },
    ]);
  });

  test("a long one lets others in between, and keeps its order", async () => {
    const long = Array.from({ length: 100_000 }, () => ["INCR", "n"]);
    const finished: string[] = [];
    const note = <T>(answer: T): T => (finished.push("pipeline"), answer);
    const pipeline = server.call("POST", "/pipeline", { body: JSON.stringify(long) }).then(note);
    // How many are served meanwhile is the machine's; test/server/slices.test.ts counts them by slices.
    while (finished.at(-1) !== "pipeline") {
      const { json } = await server.command(["PING"]);
      assert.deepEqual(json, { result: "PONG" });
      if (finished.length === 0) finished.push("ping");
    }
    const items = (await pipeline).json as { result: number }[];
    assert.ok(items.every(({ result }, i) => result === i + 1));
    assert.deepEqual(finished, ["ping", "pipeline"], "others are served while the pipeline runs");
  });

  test("too many commands are refused as a whole", async () => {
    const body = JSON.stringify(Array.from({ length: 100_001 }, () => ["INCR", "n"]));
    const answer = await server.call("POST", "/pipeline", { body });
    assert.deepEqual(
      [answer.status, errorOf(answer)],
      [400, "ERR too many commands in pipeline. Limit: 100000, Actual: 100001"],
    );
    assert.deepEqual((await server.command(["EXISTS", "n"])).json, { result: 0 });
  });
});

test("INFO counts connections over HTTP, and what goes over them", async () => {
  const fields = async (): Promise<Record<string, number>> => {
    const { result } = (await server.command(["INFO", "clients", "stats"])).json as { result: string };
    const lines = result.split("\r\n").flatMap((line) => (line.includes(":") ? [line.split(":")] : []));
    return Object.fromEntries(lines.map(([name, value]) => [name!, Number(value)]));
  };
  const earlier = await fields();
  assert.ok(earlier["connected_clients"]! >= 1);
  assert.ok(earlier["total_net_input_bytes"]! > 100 && earlier["total_net_output_bytes"]! > 100);
  // It is closed by the time its answer is complete.
  await server.raw("GET /ping HTTP/1.0\r\n\r\n");
  const later = await fields();
  assert.equal(later["total_connections_received"], earlier["total_connections_received"]! + 1);
  assert.ok(later["total_net_input_bytes"]! > earlier["total_net_input_bytes"]! + 20);
});
