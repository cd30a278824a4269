/** That nothing the server logs tells a token, an argument or a body, whatever goes wrong. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test } from "node:test";
import type { Log } from "../../src/core/log.ts";
import { TestServer } from "../support/server.ts";

/** Every secret of this test contains it. */
const SECRET = "5ecre7";
const TOKEN = `${SECRET}-standard`;
const READ_ONLY = `${SECRET}-readonly`;
const WRONG = `${SECRET}-wrong`;

function capturing(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const note = (fields: object, message: string): void => void lines.push(`${JSON.stringify(fields)} ${message}`);
  return { lines, log: { info: note, warn: note, error: note } };
}

/** Sends bytes and waits until the server has closed or answered. */
function exchange(port: number, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    socket.once("data", () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.once("close", () => resolve());
  });
}

describe("the log", () => {
  test("tells of what goes wrong, and no secret", async () => {
    const { log, lines } = capturing();
    const tokens = { token: TOKEN, readOnlyToken: READ_ONLY };
    const limits = { localFailedLoginsMax: 40, requestBytesMax: 4096, streamBacklogBytesMax: 1024 };
    const server = await TestServer.start({ ...tokens, log, limits, redisPort: 0 });
    const { port, redisPort } = server.server;
    try {
      for (const token of [TOKEN, READ_ONLY, WRONG]) {
        for (const target of ["/get/k", `/get/${SECRET}`, `/set/${SECRET}/%zz`, "/nosuch", "/subscribe", "//", "/"]) {
          for (const method of ["GET", "POST", "DELETE", "OPTIONS", "HEAD"]) {
            await server.call(method, `${target}?_token=${token}`, { token: null, body: `{"${SECRET}` });
            await server.call(method, target, { token, headers: { Host: "evil.example", Origin: `http://${SECRET}` } });
          }
          for (const head of [
            `GET ${target}?_token=${token} HTTP/9.9\r\n\r\n`,
            `GET ${target} HTTP/1.1\r\nAuthorization: Bearer ${token}\r\nbroken ${SECRET}\r\n\r\n`,
            `POST ${target}?_token=${token} HTTP/1.1\r\nContent-Length: 99999\r\n\r\n${SECRET}`,
            `POST ${target}?_token=${token} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz${SECRET}\r\n`,
            `CONNECT ${SECRET}:1 HTTP/1.1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
            `${SECRET}\r\n\r\n`,
          ]) {
            await exchange(port, head);
          }
        }
        for (const bytes of [
          `AUTH ${token}\r\nNOSUCH ${SECRET}\r\n`,
          `*1\r\n$-5${token}\r\n`,
          `GET /${token} HTTP/1.1\r\n\r\n`,
        ]) {
          await exchange(redisPort!, bytes);
        }
      }
      assert.ok(
        lines.some((line) => line.includes("failed to log in too often")),
        "a run of wrong tokens is worth a line",
      );
      const faulty = await TestServer.start({ ...tokens, log });
      const entry = faulty.server.engine.registry.get("ECHO")!;
      const run = (): never => {
        throw new TypeError("a fault");
      };
      Object.defineProperty(entry, "command", { value: { ...entry.command, run } });
      assert.equal((await faulty.command(["ECHO", SECRET], { token: TOKEN })).status, 500);
      await faulty.stop();
      assert.ok(lines.some((line) => line.includes("fault of the server")));
    } finally {
      await server.stop();
    }
    assert.deepEqual(
      lines.filter((line) => line.includes(SECRET)),
      [],
    );
  });
});
