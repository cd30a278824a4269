/** HTTP clients that are not ours, on our listener: each is skipped, with the reason, where it is not installed. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { TestServer, TOKEN } from "../support/server.ts";

const RUN_MS_MAX = 20_000;
const run = promisify(execFile);

function without(program: string): string | false {
  const found = (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, program)));
  return found ? false : `${program} is not on PATH`;
}

async function output(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(program, args, { timeout: RUN_MS_MAX, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

const folder = join(import.meta.dirname, "../../../test/fixtures/tls");
const cert = join(folder, "cert.pem");
const tls = { cert: readFileSync(cert), key: readFileSync(join(folder, "key.pem")) };

const PYTHON = `
import http.client, json, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
headers = {"Authorization": "Bearer " + sys.argv[2]}
def ask(method, path, body=None, **options):
    connection.request(method, path, body, headers, **options)
    return json.loads(connection.getresponse().read())
print(ask("POST", "/", json.dumps(["SET", "py", "x" * 100000])))
print(len(ask("GET", "/get/py")["result"]))
print(ask("POST", "/set/chunks", (bytes([65 + i]) * 3 for i in range(4)), encode_chunked=True))
print(ask("GET", "/get/chunks"))
print(ask("GET", "/get"))
`;

const BUN = `
const [url, token] = process.argv.slice(-2);
const ask = async (body) => (await fetch(url, { method: "POST", headers: { Authorization: "Bearer " + token }, body })).json();
console.log(JSON.stringify([await ask('["SET","bun","x"]'), await ask('["GET","bun"]')]));
`;

describe("HTTP clients", () => {
  let server: TestServer;
  let secure: TestServer;
  before(async () => {
    server = await TestServer.start({ http: "own" });
    secure = await TestServer.start({ http: "own", tls });
  });
  after(() => Promise.all([server.stop(), secure.stop()]));

  test(
    "curl: several requests on a connection, a large body with Expect, a chunked one, HEAD",
    {
      skip: without("curl"),
    },
    async () => {
      const { url } = server.server;
      const authorized = ["-sS", "-H", `Authorization: Bearer ${TOKEN}`];
      const several = await output(
        "curl",
        ...authorized,
        "-v",
        `${url}/set/curl/1`,
        `${url}/incr/curl`,
        `${url}/get/none`,
      );
      assert.equal(several, '{"result":"OK"}{"result":2}{"result":null}');
      const large = ["-H", "Expect: 100-continue", "-d", `["SET","large","${"x".repeat(2_000_0)}"]`];
      assert.equal(await output("curl", ...authorized, ...large, url), '{"result":"OK"}');
      const chunked = ["-H", "Transfer-Encoding: chunked", "-d", '["STRLEN","large"]'];
      assert.equal(await output("curl", ...authorized, ...chunked, url), '{"result":20000}');
      assert.match(await output("curl", ...authorized, "-I", `${url}/ping`), /^HTTP\/1\.1 200 OK\r\n/);
      assert.match(await output("curl", ...authorized, "-0", `${url}/ping`), /PONG/);
    },
  );

  test("curl over TLS", { skip: without("curl") }, async () => {
    const authorized = ["-sS", "--cacert", cert, "-H", `Authorization: Bearer ${TOKEN}`];
    assert.equal(await output("curl", ...authorized, `${secure.server.url}/echo/safe`), '{"result":"safe"}');
  });

  test("fetch: many at once, and large values both ways", async () => {
    const { url } = server.server;
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const ask = async (body: unknown): Promise<unknown> =>
      (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
    const value = "é".repeat(500_000);
    assert.deepEqual(await ask(["SET", "fetch", value]), { result: "OK" });
    assert.deepEqual(await ask(["GET", "fetch"]), { result: value });
    const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => ask(["ECHO", i])));
    assert.deepEqual(
      answers,
      Array.from({ length: 300 }, (_, i) => ({ result: String(i) })),
    );
  });

  test("Python's http.client, chunked bodies too", { skip: without("python3") }, async () => {
    const lines = await output("python3", "-c", PYTHON, String(server.server.port), TOKEN);
    assert.deepEqual(lines.trim().split("\n"), [
      "{'result': 'OK'}",
      "100000",
      "{'result': 'OK'}",
      "{'result': 'AAABBBCCCDDD'}",
      "{'error': \"ERR wrong number of arguments for 'get' command\"}",
    ]);
  });

  test("bun's fetch", { skip: without("bun") }, async () => {
    const answer = await output("bun", "-e", BUN, server.server.url, TOKEN);
    assert.deepEqual(JSON.parse(answer), [{ result: "OK" }, { result: "x" }]);
  });

  test("wrk, without an error in a second", { skip: without("wrk") }, async () => {
    const report = await output("wrk", "-t1", "-c32", "-d1s", `${server.server.url}/ping?_token=${TOKEN}`);
    assert.match(report, /[1-9]\d* requests in /);
    assert.doesNotMatch(report, /Non-2xx|Socket errors/);
  });

  test("h2load over HTTP/1.1, pipelined", { skip: without("h2load") }, async () => {
    const target = `${server.server.url}/ping?_token=${TOKEN}`;
    const report = await output("h2load", "--h1", "-n2000", "-c8", "-m10", target);
    assert.match(report, /2000 succeeded, 0 failed/);
  });
});
