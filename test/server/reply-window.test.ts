/** What a client that does not read makes a server in front of a Redis hold: a few replies, whatever it has asked for. */
import assert from "node:assert/strict";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { ReplyWindow } from "../../src/server/reply-window.ts";
import { encodeCommand } from "../support/resp.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";

const VALUE = "v".repeat(256 * 1024);
const COMMANDS = 300;
/** Commands of a window, and what the sockets between hold. */
const AHEAD_MAX = 60;

test("a window is small at first and while replies are large, and grows with small ones", () => {
  const window = new ReplyWindow();
  assert.equal(window.size, 32);
  for (let i = 0; i < 32; i++) window.note(1);
  assert.ok(window.size > 100, `${window.size}`);
  window.note(11 * VALUE.length);
  assert.equal(window.size, 1);
});

describe("a client that does not read", () => {
  let fake: Server;
  let server: TestServer;
  let asked = 0;
  const sockets = new Set<Socket>();

  before(async () => {
    // A backend whose keys hold a megabyte each.
    fake = createServer((socket) => {
      sockets.add(socket);
      let rest = "";
      socket.on("error", () => socket.destroy());
      socket.on("data", (chunk) => {
        const commands = (rest + chunk.latin1Slice()).split(/(?=\*\d+\r\n\$)/);
        rest = commands.at(-1)!.endsWith("\r\n") ? "" : commands.pop()!;
        for (const command of commands) {
          if (!command.includes("GET")) socket.write(command.includes("PING") ? "+PONG\r\n" : "+OK\r\n");
          else {
            asked++;
            socket.write(`$${VALUE.length}\r\n${VALUE}\r\n`);
          }
        }
      });
    });
    await new Promise<void>((resolve) => fake.listen(0, "127.0.0.1", resolve));
    const redis = `redis://127.0.0.1:${(fake.address() as AddressInfo).port}`;
    server = await TestServer.start({ redis, redisPort: 0 });
  });
  after(async () => {
    await server.stop();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => fake.close(resolve));
  });

  /** Others are served meanwhile, so nothing else holds the commands back. */
  async function settled(): Promise<void> {
    let before = -1;
    await until(async () => {
      const isSame = before === asked;
      before = asked;
      for (let i = 0; i < 20; i++) assert.equal((await server.command(["PING"])).status, 200);
      return isSame && asked > 0;
    });
  }

  function post(path: string, body: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { Authorization: `Bearer ${TOKEN}` };
      const outgoing = request({ port: server.server.port, host: "127.0.0.1", method: "POST", path, headers }, resolve);
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  test("asks for no more in a pipeline of REST, and gets all of it when it reads", async () => {
    asked = 0;
    const commands = Array.from({ length: COMMANDS }, () => ["GET", "k"]);
    const response = await post("/pipeline", JSON.stringify(commands));
    response.pause();
    await settled();
    assert.ok(asked < AHEAD_MAX, `${asked} commands were sent`);
    const { clientMemory } = server.server.engine;
    assert.ok(clientMemory.totalBytes > 0 && clientMemory.totalBytes < AHEAD_MAX * VALUE.length);
    let bytes = 0;
    for await (const chunk of response) bytes += (chunk as Buffer).length;
    assert.equal(bytes, COMMANDS * (`{"result":"${VALUE}"}`.length + 1) + 1);
    assert.equal(asked, COMMANDS);
    assert.equal((await server.command(["PING"])).status, 200);
  });

  test("asks for no more over the Redis protocol, and gets all of it when it reads", async () => {
    asked = 0;
    const connection = await server.connect();
    await connection.send("AUTH", TOKEN);
    connection.socket.removeAllListeners("data").pause();
    connection.write(encodeCommand(["GET", "k"]).repeat(COMMANDS));
    await settled();
    assert.ok(asked < AHEAD_MAX, `${asked} commands were sent`);
    let bytes = 0;
    const whole = COMMANDS * (VALUE.length + `$${VALUE.length}\r\n\r\n`.length);
    await new Promise<void>((resolve) => {
      connection.socket.on("data", (chunk: Buffer) => (bytes += chunk.length) === whole && resolve());
      connection.socket.resume();
    });
    assert.equal(asked, COMMANDS);
    connection.close();
  });

  test("has no further command run once it has left", async () => {
    asked = 0;
    const commands = Array.from({ length: COMMANDS }, () => ["GET", "k"]);
    const response = await post("/pipeline", JSON.stringify(commands));
    response.destroy();
    await settled();
    assert.ok(asked < AHEAD_MAX, `${asked} commands were sent`);
  });
});
