/** The console over HTTP: its page, its files and its codes. What the page does is tested in a browser. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import { CONSOLE_FILES } from "../../../src/server/console-files.generated.ts";
import { oracleSkipReason, RedisServer } from "../../support/redis.ts";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../../support/server.ts";
import type { Answer } from "../../support/server.ts";
import { TestWorld } from "../../support/world.ts";
import { resolveOptions } from "../../../src/server/options.ts";
import type { StartOptions } from "../../../src/server/options.ts";
import { SharedRecord } from "../../../src/server/shared-record.ts";

const ASSETS = Object.keys(CONSOLE_FILES).filter((name) => name !== "index.html");

/** A file as it was before it was compressed, as a byte string. */
const textOf = (name: string): string => gunzipSync(Buffer.from(CONSOLE_FILES[name]![1], "base64")).latin1Slice();

const get = (server: TestServer, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  server.call("GET", path, { token: null, headers });

const redeem = (server: TestServer, code: unknown): Promise<Answer> =>
  server.call("POST", "/console/session", { token: null, body: JSON.stringify({ code }) });

/** A code for a token, made by the server. */
async function codeFor(server: TestServer, token: string): Promise<string> {
  const { json, status, headers } = await server.call("POST", "/console/code", { token });
  assert.deepEqual([status, headers["cache-control"]], [200, "no-store"]);
  return (json as { code: string }).code;
}

/** A server that is stopped after the test. */
async function startFor(t: TestContext, options: StartOptions = {}): Promise<TestServer> {
  const server = await TestServer.start(options);
  t.after(() => server.stop());
  return server;
}

const errorOf = ({ json }: Answer): string => (json as { error: string }).error;

for (const http of ["own", "node"] as const) {
  describe(`/console, --http ${http}`, () => {
    let server: TestServer;
    before(async () => void (server = await TestServer.start({ http })));
    after(() => server.stop());

    test("is a page that runs and calls nothing but this server's own, and that nobody frames or keeps", async () => {
      const { body, headers, status } = await get(server, "/console");
      assert.equal(status, 200);
      assert.equal(body, textOf("index.html"));
      assert.equal(headers["content-type"], "text/html; charset=utf-8");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["content-encoding"], undefined);
      assert.equal(
        headers["content-security-policy"],
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
          "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      );
      assert.equal(headers["x-frame-options"], "DENY");
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["cross-origin-opener-policy"], "same-origin");
      assert.equal(headers["set-cookie"], undefined);
      assert.equal((await get(server, "/CONSOLE?theme=dark")).body, body);
      const head = await server.call("HEAD", "/console", { token: null });
      assert.deepEqual([head.status, head.body], [200, ""]);
      assert.equal(head.headers["content-length"], String(body.length));
    });

    test("has files that browsers keep for ever, compressed, and all that the page names", async () => {
      const named = [...textOf("index.html").matchAll(/(?:src|href)="?(?!data:)([^"\s>]+)/g)].map(([, path]) => path!);
      assert.ok(named.length > 0);
      for (const path of named) assert.ok(ASSETS.includes(path.replace(/^console\//, "")), `${path}, from /console`);
      for (const name of ASSETS) {
        const { body, headers, status } = await get(server, `/console/${name}`);
        assert.equal(status, 200);
        assert.equal(headers["cache-control"], "public, max-age=31536000, immutable");
        assert.equal(headers["content-encoding"], "gzip");
        assert.equal(headers["content-type"], CONSOLE_FILES[name]![0]);
        assert.equal(headers["x-content-type-options"], "nosniff");
        assert.equal(headers["cross-origin-resource-policy"], "same-origin");
        assert.ok(gunzipSync(Buffer.from(body, "latin1")).latin1Slice() === textOf(name));
      }
      const head = await server.call("HEAD", `/console/${ASSETS[0]}`, { token: null });
      assert.deepEqual([head.status, head.body, head.headers["content-encoding"]], [200, "", "gzip"]);
    });

    test("has no other files, no maps of its sources, and nothing of the disk", async () => {
      const paths = ["x", `${ASSETS[0]}.map`, "assets", "assets/", "../package.json", "%2e%2e/package.json", "..%2f"];
      for (const path of [...paths, "__proto__", "constructor", "/etc/passwd", "assets//x", "%00"]) {
        const { body, headers, status } = await get(server, `/console/${path}`);
        assert.deepEqual([status, headers["content-type"]], [404, "text/plain; charset=utf-8"], path);
        assert.match(body, /^there is no such file of the console, .*\n$/);
      }
      assert.deepEqual(
        Object.values(CONSOLE_FILES).filter(([type]) => !/^(?:text|image|font)\//.test(type)),
        [],
      );
      for (const name of ASSETS) assert.doesNotMatch(textOf(name), /sourceMappingURL=/);
    });

    test("is where a browser ends that opens the root or a folder, below any prefix", async () => {
      const base = `http://127.0.0.1/prefix`;
      for (const [path, at] of [
        ["/", "/"],
        ["/console/", "/console/"],
        ["/console/?a=b", "/console/"],
      ] as const) {
        const { headers, status } = await get(server, path, { "Upgrade-Insecure-Requests": "1" });
        assert.equal(status, 302, path);
        assert.equal(new URL(String(headers["location"]), base + at).pathname, "/prefix/console");
      }
      assert.equal((await get(server, "/")).status, 200);
    });

    test("takes no other methods", async () => {
      for (const [method, path] of [
        ["POST", "/console"],
        ["PUT", "/console/session"],
        ["POST", `/console/${ASSETS[0]}`],
      ] as const) {
        const answer = await server.call(method, path, { body: "{}" });
        assert.deepEqual([answer.status, answer.headers["allow"]], [405, "GET, HEAD, POST"], `${method} ${path}`);
      }
    });

    test("a code gives the token that it was made for, once: the standard one, one that reads, one of a user", async () => {
      await server.command(["ACL", "SETUSER", "ada", "on", ">pw", "~a*", "+get"]);
      const { result } = (await server.command(["ACL", "RESTTOKEN", "ada", "pw"])).json as { result: string };
      for (const token of [TOKEN, READ_ONLY_TOKEN, result]) {
        const code = await codeFor(server, token);
        const answer = await redeem(server, code);
        assert.deepEqual([answer.status, answer.json], [200, { token }]);
        assert.equal(answer.headers["cache-control"], "no-store");
        const again = await redeem(server, code);
        assert.equal(again.status, 410);
        assert.match(errorOf(again), /run stashd console .*, or paste a token$/);
      }
    });

    test("an unknown code, and a body that is none, are refused", async () => {
      const unknown = await redeem(server, "0".repeat(32));
      assert.equal(unknown.status, 401);
      assert.match(errorOf(unknown), /run stashd console .*, or paste a token$/);
      const padded = `{"code":"${"0".repeat(32)}"${" ".repeat(2000)}}`;
      for (const body of [padded, "", "{", "null", "[]", '{"code":1}', '"x"', `{"code":["${"0".repeat(32)}"]}`])
        assert.equal((await server.call("POST", "/console/session", { token: null, body })).status, 400, body);
    });

    test("no code is made without a good token", async () => {
      for (const token of [null, "wrong"])
        assert.equal((await server.call("POST", "/console/code", { token })).status, 401);
    });

    test("pages of other origins, and names of other hosts, are refused", async () => {
      const code = await codeFor(server, TOKEN);
      const body = JSON.stringify({ code });
      const foreign = [{ Origin: "https://evil.example" }, { Host: "evil.example" }, { Origin: "null" }];
      for (const headers of foreign) {
        for (const [method, path] of [
          ["GET", "/console"],
          ["POST", "/console/code"],
          ["POST", "/console/session"],
        ] as const)
          assert.equal((await server.call(method, path, { headers, body })).status, 403, path);
      }
      assert.equal((await redeem(server, code)).status, 200);
    });
  });
}

describe("codes of the console", () => {
  test("expire, and are void when their token is revoked", async (t) => {
    const world = new TestWorld();
    const server = await startFor(t, { environment: world });
    const late = await codeFor(server, TOKEN);
    world.advance(60_000);
    assert.equal((await redeem(server, late)).status, 410);
    await server.command(["ACL", "SETUSER", "ada", "on", ">pw", "~*", "+@all"]);
    const { result } = (await server.command(["ACL", "RESTTOKEN", "ada", "pw"])).json as { result: string };
    const [removed, changed] = [await codeFor(server, result), await codeFor(server, READ_ONLY_TOKEN)];
    await server.command(["ACL", "DELUSER", "ada"]);
    assert.equal((await redeem(server, removed)).status, 410);
    await server.command(["ACL", "SETUSER", "default_ro", "resetpass", ">other"]);
    assert.equal((await redeem(server, changed)).status, 410);
  });

  test("that are guessed count as failed logins; those that were good once do not", async (t) => {
    const world = new TestWorld();
    const server = await startFor(t, { environment: world, limits: { localFailedLoginsMax: 3 } });
    const [good, used] = [await codeFor(server, TOKEN), await codeFor(server, TOKEN)];
    await redeem(server, used);
    for (let i = 0; i < 5; i++) assert.equal((await redeem(server, used)).status, 410);
    for (let i = 0; i < 3; i++) assert.equal((await redeem(server, "0".repeat(32))).status, 401);
    const blocked = await redeem(server, good);
    assert.deepEqual([blocked.status, blocked.headers["retry-after"]], [429, "60"]);
    assert.equal((await server.command(["PING"])).status, 429);
    world.advance(60_000 / 3);
    assert.equal((await redeem(server, good)).status, 200);
  });

  test("the start's is in consoleUrl, the same each time, and gives the standard token", async (t) => {
    const server = await startFor(t);
    const { consoleUrl, url } = server.server;
    assert.equal(server.server.consoleUrl, consoleUrl);
    const [, code] = /^(?:.*)\/console#code=([0-9a-f]{32})$/.exec(consoleUrl!)!;
    assert.ok(consoleUrl!.startsWith(`${url}/console#`));
    assert.deepEqual((await redeem(server, code)).json, { token: TOKEN });
    assert.equal((await redeem(server, code)).status, 410);
  });

  test("are not in what the server logs", async (t) => {
    const lines: string[] = [];
    const log = (fields: object, text: string): void => void lines.push(JSON.stringify(fields), text);
    const requests = { answered: (fields: object) => log(fields, ""), streaming: () => () => {} };
    const server = await startFor(t, { log: { info: log, warn: log, error: log }, requests });
    const code = await codeFor(server, TOKEN);
    await redeem(server, code);
    await redeem(server, code);
    assert.match(lines.join("\n"), /"route":"console","status":410/);
    assert.ok(![code, TOKEN, "code="].some((text) => lines.join("\n").includes(text)));
  });

  test("go over TLS", async (t) => {
    const folder = join(import.meta.dirname, "../../../../test/fixtures/tls");
    const [cert, key] = ["cert.pem", "key.pem"].map((name) => readFileSync(join(folder, name), "utf8")) as [
      string,
      string,
    ];
    const server = await startFor(t, { tls: { cert, key } });
    const { consoleUrl, port } = server.server;
    const call = (method: string, path: string, body = ""): Promise<string> =>
      new Promise((resolve, reject) => {
        const options = { port, host: "127.0.0.1", ca: cert, agent: false, method, path };
        const outgoing = request(options, (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => (text += chunk.latin1Slice()));
          response.on("end", () => resolve(text));
        });
        outgoing.on("error", reject).end(body);
      });
    assert.match(consoleUrl!, /^https:/);
    assert.equal(await call("GET", "/console"), textOf("index.html"));
    const code = consoleUrl!.slice(-32);
    assert.equal(await call("POST", "/console/session", JSON.stringify({ code })), JSON.stringify({ token: TOKEN }));
  });

  test("are of the database that their token opens", { skip: oracleSkipReason() }, async (t) => {
    const behind = [await RedisServer.start(), await RedisServer.start()];
    t.after(() => Promise.all(behind.map((redis) => redis.stop())));
    const databases = ["a", "b"].map((token, i) => ({
      token,
      readOnlyToken: `reads-${token}`,
      redis: `unix:${behind[i]!.path}`,
    }));
    const server = await startFor(t, { databases });
    // Which of the tokens it would be for is not for the server to choose.
    assert.equal(server.server.consoleUrl, `${server.server.url}/console`);
    assert.equal((await get(server, "/console")).status, 200);
    for (const token of ["a", "b", "reads-b"])
      assert.deepEqual((await redeem(server, await codeFor(server, token))).json, { token });
    const code = await codeFor(server, "reads-b");
    await server.command(["ACL", "SETUSER", "default_ro", "resetpass", ">x"], { token: "a" });
    assert.deepEqual((await redeem(server, code)).json, { token: "reads-b" });
  });

  test("are not on the port for metrics, nor is the page", async (t) => {
    const server = await startFor(t, { metricsPort: 0 });
    const url = `http://127.0.0.1:${server.server.metricsPort}`;
    for (const [method, path] of [
      ["GET", "/console"],
      ["POST", "/console/code"],
    ] as const)
      assert.equal((await fetch(url + path, { method, headers: { Authorization: `Bearer ${TOKEN}` } })).status, 404);
    const page = await fetch(url, { headers: { "Upgrade-Insecure-Requests": "1" }, redirect: "manual" });
    assert.equal(page.status, 200);
  });

  test("are not made where another process may be asked for them", async (t) => {
    const { beginning } = new SharedRecord(resolveOptions({ token: TOKEN, readOnlyToken: READ_ONLY_TOKEN }), undefined);
    const onMessage = (): void => {};
    const sharing = {
      id: 1,
      beginning,
      send: onMessage,
      onMessage,
      metricsOfAll: async () => [],
      onMetricsAsked: onMessage,
    };
    const server = await startFor(t, { sharing });
    assert.equal(server.server.consoleUrl, `${server.server.url}/console`);
    for (const answer of [await redeem(server, "0".repeat(32)), await server.call("POST", "/console/code")]) {
      assert.equal(answer.status, 501);
      assert.match(errorOf(answer), /--workers.*paste a token/);
    }
  });
});

describe("without a console", () => {
  test("its paths are commands, which there are not, and / is a page", async (t) => {
    const server = await startFor(t, { console: false });
    assert.equal(server.server.consoleUrl, undefined);
    assert.equal((await get(server, "/console")).status, 401);
    for (const [method, path] of [
      ["GET", "/console"],
      ["POST", "/console/session"],
      ["POST", "/console/code"],
    ] as const) {
      const answer = await server.call(method, path);
      assert.equal(answer.status, 400);
      assert.match(errorOf(answer), /not available|unknown command/i);
    }
    const page = await get(server, "/", { "Upgrade-Insecure-Requests": "1" });
    assert.deepEqual([page.status, page.headers["content-type"]], [200, "text/html; charset=utf-8"]);
  });
});
