/** TLS on both ports, with a certificate made for the tests. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { connect as connectPlainly } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { connect } from "node:tls";
import { OptionError, startServer } from "../../src/index.ts";
import { TestServer, TOKEN } from "../support/server.ts";

const folder = join(import.meta.dirname, "../../../test/fixtures/tls");
const cert = readFileSync(join(folder, "cert.pem"), "utf8");
const key = readFileSync(join(folder, "key.pem"), "utf8");
const tls = { cert, key };

/** One request on a connection of its own, with the certificate checked. */
function call(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { port, host: "127.0.0.1", ca: cert, agent: false, headers: { Authorization: `Bearer ${TOKEN}` } };
    const outgoing = request({ ...options, path: target }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.latin1Slice()));
      response.on("end", () => resolve(body));
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

for (const http of ["own", "node"] as const) {
  describe(`TLS, --http ${http}`, () => {
    test("carries REST and the Redis protocol, and says so", async () => {
      const server = await TestServer.start({ tls, http, redisPort: 0 });
      const { url, redisUrl, port, redisPort } = server.server;
      assert.match(url, /^https:\/\/127\.0\.0\.1:/);
      assert.match(redisUrl!, /^rediss:\/\/default:/);
      assert.equal(await call(port, "/set/k/v"), '{"result":"OK"}');
      const large = "x".repeat(3_000_000);
      await call(port, "/setrange/large/2999999/x");
      assert.equal((await call(port, "/get/large")).length, large.length * 6 - 5 + '{"result":""}'.length);
      const socket = connect({ port: redisPort!, host: "127.0.0.1", ca: cert });
      socket.write(`*2\r\n$4\r\nAUTH\r\n$${TOKEN.length}\r\n${TOKEN}\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`);
      let received = "";
      while (!received.endsWith("$1\r\nv\r\n")) received += ((await once(socket, "data")) as [Buffer])[0].latin1Slice();
      assert.equal(received, "+OK\r\n$1\r\nv\r\n");
      socket.destroy();
      await server.stop();
    });

    test("answers no plain text, and outlives clients that send it", async () => {
      const server = await TestServer.start({ tls, http, redisPort: 0 });
      for (const port of [server.server.port, server.server.redisPort!]) {
        const socket = connectPlainly(port, "127.0.0.1");
        socket.on("error", () => {});
        socket.write(`GET /ping HTTP/1.1\r\nAuthorization: ${TOKEN}\r\n\r\n`);
        let received = "";
        socket.on("data", (chunk) => (received += chunk.latin1Slice()));
        await once(socket, "close");
        assert.ok(!received.includes("PONG"));
      }
      assert.equal(await call(server.server.port, "/ping"), '{"result":"PONG"}');
      await server.stop();
    });
  });
}

describe("a server that speaks TLS", () => {
  test("does not wait for clients that have not shaken hands", { timeout: 8000 }, async () => {
    const server = await TestServer.start({ tls, http: "own", redisPort: 0 });
    const closed = [server.server.port, server.server.redisPort!].map(async (port) => {
      const socket = connectPlainly(port, "127.0.0.1");
      socket.on("error", () => {});
      await once(socket, "connect");
      return { ended: once(socket, "close") };
    });
    const open = await Promise.all(closed);
    await call(server.server.port, "/ping");
    await server.stop();
    await Promise.all(open.map(({ ended }) => ended));
  });

  test("needs a certificate and its key", async () => {
    const wrong = [{ cert, key: "x" }, { cert: "x", key }, { cert }, { key }, {}] as (typeof tls)[];
    for (const options of wrong) {
      await assert.rejects(
        startServer({ port: 0, tls: options }),
        (error) => error instanceof OptionError && error.option === "tls",
      );
    }
  });
});
