/** The paths without credentials: probes for orchestrators, and what a visitor gets. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { VERSION } from "../../src/server/version.ts";
import { GatedDisk } from "../support/gated-disk.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const PROBES = ["/livez", "/readyz", "/health"];

/** A request without a token. */
async function ask(server: TestServer, path: string): Promise<readonly [number, string]> {
  const { body, status } = await server.call("GET", path, { token: null });
  return [status, body];
}

describe("probes", () => {
  let server: TestServer;
  before(async () => void (server = await TestServer.start()));
  after(() => server.stop());

  test("say ok without a token, with any token, in any case and with a query", async () => {
    for (const path of [...PROBES, "/READYZ", "/readyz?verbose"])
      assert.deepEqual(await ask(server, path), [200, "ok\n"]);
    const { body, headers, status } = await server.call("GET", "/readyz", { token: "wrong" });
    assert.deepEqual([status, body, headers["cache-control"]], [200, "ok\n", "no-store"]);
    const head = await server.call("HEAD", "/livez", { token: null });
    assert.deepEqual([head.status, head.body], [200, ""]);
  });

  test("are commands for other methods and longer paths, which need a token", async () => {
    for (const path of PROBES) {
      assert.equal((await server.call("POST", path, { token: null })).status, 401);
      assert.equal((await server.call("GET", `${path}/x`, { token: null })).status, 401);
    }
  });

  test("are refused to names that the server does not answer to", async () => {
    const { status } = await server.call("GET", "/livez", { token: null, headers: { Host: "evil.example" } });
    assert.equal(status, 403);
  });

  test("GET / is a page for a browser and a line with the version for others", async (t) => {
    const bare = await TestServer.start({ console: false });
    t.after(() => bare.stop());
    const browser = { "Upgrade-Insecure-Requests": "1" };
    const page = await bare.call("GET", "/", { token: null, headers: browser });
    assert.deepEqual([page.status, page.headers["content-type"]], [200, "text/html; charset=utf-8"]);
    assert.match(page.body, /^<!doctype html>/);
    assert.match(String(page.headers["content-security-policy"]), /default-src 'none'.*frame-ancestors 'none'/);
    // A console takes its place.
    assert.equal((await server.call("GET", "/", { token: null, headers: browser })).status, 302);
    const line = await server.call("GET", "/", { token: null, headers: { Accept: "*/*" } });
    assert.equal(line.headers["content-type"], "text/plain; charset=utf-8");
    assert.match(line.body, new RegExp(`^stashd ${VERSION.replaceAll(".", "\\.")} .*\n$`));
  });
});

describe("/readyz tells why commands are not served", () => {
  const data = mkdtempSync(join(tmpdir(), "stashd-probes-"));
  after(() => rmSync(data, { recursive: true }));

  test("a disk that refuses, until it accepts again", async () => {
    const disk = new GatedDisk();
    const server = await TestServer.start({ data, disk });
    disk.gate = (call) => (call === "append" || call === "openToAppend" ? "ENOSPC" : undefined);
    await server.call("POST", "/set/k/v");
    await until(async () => (await ask(server, "/readyz"))[0] === 503);
    const [, reason] = await ask(server, "/readyz");
    assert.match(reason, /^MISCONF Errors writing to the AOF file: .*\n$/);
    assert.deepEqual(await ask(server, "/livez"), [200, "ok\n"]);
    disk.gate = () => undefined;
    await until(async () => (await ask(server, "/readyz"))[0] === 200);
    await server.stop();
  });

  test("a backend that is away", { skip: oracleSkipReason() }, async () => {
    const redis = await RedisServer.start();
    const server = await TestServer.start({ redis: `unix:${redis.path}` });
    assert.deepEqual(await ask(server, "/readyz"), [200, "ok\n"]);
    await redis.stop();
    await until(async () => (await ask(server, "/readyz"))[0] === 503);
    assert.deepEqual(await ask(server, "/readyz"), [503, "the Redis behind this server cannot be reached\n"]);
    assert.deepEqual(await ask(server, "/livez"), [200, "ok\n"]);
    await server.stop();
  });

  test("several databases: that of the token, or all of them", { skip: oracleSkipReason() }, async () => {
    const redis = await RedisServer.start();
    const gone = await RedisServer.start();
    const databases = [
      { token: "there", redis: `unix:${redis.path}` },
      { token: "gone", redis: `unix:${gone.path}` },
    ];
    const server = await TestServer.start({ databases });
    const status = async (token: string | null): Promise<number> =>
      (await server.call("GET", "/readyz", { token })).status;
    await gone.stop();
    await until(async () => (await status("gone")) === 503);
    assert.deepEqual([await status("there"), await status(null)], [200, 200]);
    await redis.stop();
    await until(async () => (await status(null)) === 503);
    assert.equal(await status("there"), 503);
    await server.stop();
  });
});
