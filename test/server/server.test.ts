/** The server as a program embeds it. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { OptionError, startServer, systemEnvironment, withClock } from "../../src/index.ts";
import { RawConnection } from "../support/resp-client.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { TestWorld } from "../support/world.ts";

/** How many ports there are; the highest is one less. */
const PORTS = 2 ** 16;

describe("startServer", () => {
  test("answers a URL, a token and a way to stop", async () => {
    const server = await startServer({ port: 0 });
    const answer = await fetch(`${server.url}/set/a/b`, { headers: { Authorization: `Bearer ${server.token}` } });
    assert.deepEqual(await answer.json(), { result: "OK" });
    assert.notEqual(server.token, server.readOnlyToken);
    await server.close();
    await server.close();
    await assert.rejects(fetch(`${server.url}/ping`));
  });

  test("two servers share nothing", async () => {
    const [one, two] = [await startServer({ port: 0, token: "t" }), await startServer({ port: 0, token: "t" })];
    await fetch(`${one.url}/set/a/b?_token=t`);
    assert.deepEqual(await (await fetch(`${two.url}/get/a?_token=t`)).json(), { result: null });
    await Promise.all([one.close(), two.close()]);
  });

  test("says which option cannot be", async () => {
    const cases: [options: object, option: string][] = [
      [{ port: -1 }, "port"],
      [{ port: PORTS }, "port"],
      [{ port: 0.5 }, "port"],
      [{ port: "8079" }, "port"],
      [{ host: "" }, "host"],
      [{ token: "" }, "token"],
      [{ token: "with space" }, "token"],
      [{ token: "a", readOnlyToken: "a" }, "readOnlyToken"],
      [{ cors: "https://a.example" }, "cors"],
      [{ cors: ["https://a.example/path"] }, "cors"],
      [{ allowedHosts: ["a.example:80"] }, "allowedHosts.0"],
      [{ queryToken: "no" }, "queryToken"],
      [{ trustProxy: 1 }, "trustProxy"],
      [{ hostedLimits: "yes" }, "hostedLimits"],
      [{ maxMemoryBytes: -1 }, "maxMemoryBytes"],
      [{ maxMemoryPolicy: "lru" }, "maxMemoryPolicy"],
      [{ redisAuth: "no" }, "redisAuth"],
      [{ redisAuth: false, host: "0.0.0.0" }, "redisAuth"],
      [{ enableDebug: "yes" }, "enableDebug"],
      [{ strictAcl: 1 }, "strictAcl"],
      [{ environment: 1 }, "environment"],
      [{ limits: 1 }, "limits"],
      [{ limits: { nosuch: 1 } }, "limits.nosuch"],
      [{ limits: { requestBytesMax: 0 } }, "limits.requestBytesMax"],
      [{ limits: { closeMsMax: 3_000_000_000 } }, "limits.closeMsMax"],
      [{ limits: { respIdleMsMax: 2 ** 31 } }, "limits.respIdleMsMax"],
    ];
    for (const [options, option] of cases) {
      await assert.rejects(startServer(options), (error) => error instanceof OptionError && error.option === option);
    }
  });

  test("refuses a name that it does not know, and suggests the nearest", async () => {
    const cases: [options: object, message: RegExp][] = [
      [{ tokn: "abc" }, /^tokn is not an option \(did you mean token\?\)$/],
      [{ Port: 0 }, /^Port is not an option \(did you mean port\?\)$/],
      [{ maxMemoryByte: 1 }, /^maxMemoryByte is not an option \(did you mean maxMemoryBytes\?\)$/],
      [{ limits: { requestBytes: 1 } }, /^limits\.requestBytes is not a limit \(did you mean requestBytesMax\?\)$/],
      [{ x: undefined }, /^x is not an option; there are port, redisPort, /],
    ];
    for (const [options, message] of cases) {
      await assert.rejects(startServer(options), (error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, message);
        return true;
      });
    }
  });

  test("redisAuth off opens the Redis port, and REST still needs a token", async () => {
    const server = await TestServer.start({ redisPort: 0, redisAuth: false });
    const V = "$1\r\nv\r\n";
    const { redisPort, redisUrl } = server.server;
    assert.equal(redisUrl, `redis://127.0.0.1:${redisPort}`);
    const connection = await server.connect();
    assert.equal(await connection.send("SET", "k", "v"), "+OK\r\n");
    assert.equal(await connection.send("AUTH", "default", "anything"), "+OK\r\n");
    assert.equal(await connection.send("RESET"), "+RESET\r\n");
    assert.equal(await connection.send("GET", "k"), V);
    assert.equal((await server.command(["GET", "k"], { token: null })).status, 401);
    assert.deepEqual((await server.command(["GET", "k"])).json, { result: "v" });
    // A web page can send requests to this port too.
    const page = await server.connect();
    page.write("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET k stolen\r\n");
    await page.closed;
    assert.equal(await connection.send("GET", "k"), V);
    assert.equal(await connection.send("ACL", "SETUSER", "default", ">secret"), "+OK\r\n");
    const late = await server.connect();
    assert.equal(await late.send("GET", "k"), "-NOAUTH Authentication required.\r\n");
    for (const password of ["secret", TOKEN]) assert.equal(await late.send("AUTH", password), "+OK\r\n");
    await server.stop();
  });

  test("rejects with the system's error when the port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    await assert.rejects(startServer({ port }), { code: "EADDRINUSE" });
    await new Promise((resolve) => other.close(resolve));
  });

  test("does not wait for connections that have asked nothing yet", { timeout: 8000 }, async () => {
    const server = await TestServer.start();
    const closed: Promise<unknown>[] = [];
    for (const bytes of ["", "GET /pi"]) {
      const socket = connect(server.server.port, "127.0.0.1");
      socket.on("error", () => {});
      closed.push(new Promise((resolve) => socket.once("close", resolve)));
      await new Promise((resolve) => socket.write(bytes, resolve));
    }
    // Connections are taken in order, so those above have been.
    await server.command(["PING"]);
    await server.stop();
    await Promise.all(closed);
  });

  test("answers 400 to the shortest bytes that are not HTTP, and goes on serving", async () => {
    const server = await TestServer.start();
    for (const bytes of ["\x01", "X\r\n", "\r\nX\n"]) {
      const connection = await RawConnection.open({ port: server.server.port, host: "127.0.0.1" });
      connection.write(bytes);
      assert.match(await connection.closed, /^HTTP\/1.1 400 /, JSON.stringify(bytes));
    }
    assert.equal((await server.command(["PING"])).status, 200);
    await server.stop();
  });

  test("takes its time from the environment", async () => {
    const world = new TestWorld();
    const server = await TestServer.start({ environment: world });
    await server.command(["SET", "k", "v", "PX", 1000]);
    world.advance(999);
    assert.deepEqual((await server.command(["GET", "k"])).json, { result: "v" });
    world.advance(1);
    assert.deepEqual((await server.command(["GET", "k"])).json, { result: null });
    await server.stop();
  });

  test("a wall clock that is set holds from the next command on, over both protocols", async (t) => {
    const server = await TestServer.start({ redisPort: 0, redisAuth: false });
    const connection = await server.connect();
    t.mock.timers.enable({ apis: ["Date", "setInterval", "setTimeout", "setImmediate"], now: Date.now() });
    await server.command(["SET", "rest", "v", "EX", 10]);
    await connection.send("SET", "redis", "v", "EX", "10");
    t.mock.timers.setTime(Date.now() + 9_900);
    assert.deepEqual((await server.command(["GET", "rest"])).json, { result: "v" });
    assert.equal(await connection.send("GET", "redis"), "$1\r\nv\r\n");
    t.mock.timers.setTime(Date.now() + 200);
    assert.equal(await connection.send("GET", "redis"), "$-1\r\n");
    assert.deepEqual((await server.command(["GET", "rest"])).json, { result: null });
    // A pipeline longer than a slice still runs to its end.
    const commands = Array.from({ length: 5000 }, (_, i) => ["SET", `k${i}`, "v"]);
    assert.equal((await server.call("POST", "/pipeline", { body: JSON.stringify(commands) })).status, 200);
    connection.close();
    await server.stop();
  });

  test("withClock moves the time and nothing else", async () => {
    let ms = 1_700_000_000_000;
    const server = await TestServer.start({ environment: withClock(() => ms) });
    assert.deepEqual((await server.command(["TIME"])).json, { result: ["1700000000", "0"] });
    await server.command(["SET", "k", "v", "EX", 10]);
    ms += 10_000;
    assert.deepEqual((await server.command(["GET", "k"])).json, { result: null });
    assert.notEqual(withClock(() => ms).secretHex(8), systemEnvironment.secretHex(8));
    await server.stop();
  });

  test("a fault of ours is a logged 500 without detail, and the server continues", async () => {
    const logged: object[] = [];
    const log = { info() {}, warn() {}, error: (fields: object) => void logged.push(fields) };
    // A pipeline that outlasts a slice has begun its answer, and is cut off instead.
    const server = await TestServer.start({ log, limits: { sliceMsMax: 60_000 } });
    const row = server.server.engine.registry.get("ECHO")!.command as { run: unknown };
    const { run } = row;
    row.run = () => {
      throw new TypeError("a bug");
    };
    try {
      const single = await server.command(["ECHO", "secret-argument"]);
      assert.deepEqual([single.status, single.json], [500, { error: "ERR internal error" }]);
      const listed = await server.call("POST", "/pipeline", { body: '[["PING"],["ECHO","secret-argument"]]' });
      assert.deepEqual([listed.status, listed.json], [500, { error: "ERR internal error" }]);
    } finally {
      row.run = run;
    }
    assert.equal(logged.length, 2);
    assert.ok(!JSON.stringify(logged).includes("secret-argument"));
    assert.equal((await server.command(["PING"])).status, 200);
    await server.stop();
  });
});
