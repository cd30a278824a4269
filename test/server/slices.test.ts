/** What runs long lets others in. Counted in requests served in between, on a clock that moves by itself. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { SliceQueue } from "../../src/server/slices.ts";
import { encodeCommand } from "../support/resp.ts";
import { HTTP_LISTENER, TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";
import { TestWorld } from "../support/world.ts";

/** Every look at the clock takes two milliseconds, so a slice is a command or two. */
class SlowWorld extends TestWorld {
  override nowUs(): number {
    return (this.nowMs += 2) * 1000;
  }
  override elapsedUs(): number {
    return (this.nowMs += 2) * 1000;
  }
}

const COUNT = 300;

/** `INCR n` so many times, as each door takes it in one go. */
const HOGS = {
  resp: encodeCommand(["AUTH", TOKEN]) + encodeCommand(["INCR", "n"]).repeat(COUNT),
  http: `GET /incr/n HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`.repeat(COUNT),
  pipeline: pipelineRequest(Array.from({ length: COUNT }, () => ["INCR", "n"])),
};

function pipelineRequest(commands: readonly (readonly string[])[]): string {
  const body = JSON.stringify(commands);
  const head = `POST /pipeline HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}`;
  return `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Sends bytes; answers what has come back so far. */
async function send(port: number, bytes: string): Promise<{ received: () => string; end: () => void }> {
  const socket = connect({ port, host: "127.0.0.1" });
  let received = "";
  socket.on("data", (chunk) => (received += chunk.latin1Slice()));
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  socket.write(bytes, "latin1");
  return { received: () => received, end: () => socket.destroy() };
}

describe("others are served beside", () => {
  for (const [name, bytes] of Object.entries(HOGS)) {
    test(`a long ${name} chunk, which is answered whole and in order`, async (t) => {
      if (name === "http" && HTTP_LISTENER === "node") return t.skip("node:http serves its requests one a turn");
      const server = await TestServer.start({ redisPort: 0, environment: new SlowWorld() });
      const { engine, port, redisPort } = server.server;
      const probe = await server.connect();
      await probe.send("AUTH", TOKEN);
      const hog = await send(name === "resp" ? redisPort! : port, bytes);
      const seen: number[] = [];
      while (seen.at(-1) !== COUNT) {
        const [, text = "0"] = (await probe.send("GET", "n")).split("\r\n");
        seen.push(Number(text));
      }
      // A slice of five milliseconds is at most three commands; the probe comes in between again and again.
      assert.ok(new Set(seen).size > COUNT / 20, `the probe was served ${new Set(seen).size} times in between`);
      await until(() => new RegExp(`:${COUNT}(?:\r\n|\\})`).test(hog.received()));
      const numbers = [...hog.received().matchAll(/:(\d+)\r\n|"result":(\d+)/g)].map((m) => Number(m[1] ?? m[2]));
      assert.deepEqual(
        numbers,
        Array.from({ length: COUNT }, (_, i) => i + 1),
      );
      assert.equal(engine.dataset.databases[0]!.size, 1);
      hog.end();
      probe.close();
      await server.stop();
    });
  }

  test("several long chunks, each in its turn", async () => {
    const server = await TestServer.start({ redisPort: 0, environment: new SlowWorld() });
    const keys = ["a", "b", "c", "d"];
    const hogs = await Promise.all(
      keys.map((key) =>
        send(
          server.server.redisPort!,
          encodeCommand(["AUTH", TOKEN]) +
            encodeCommand(["INCR", key]).repeat(COUNT) +
            encodeCommand(["MGET", ...keys]),
        ),
      ),
    );
    await until(() => hogs.every((hog) => hog.received().includes("*4")));
    // When the first of them is through, the last is not far behind.
    const first = hogs
      .map((hog) =>
        [
          ...hog
            .received()
            .split("*4")[1]!
            .matchAll(/\r\n(\d+)\r\n(?=\$|$)/g),
        ].map((m) => Number(m[1])),
      )
      .toSorted((x, y) => Math.min(...x) - Math.min(...y))[0]!;
    assert.ok(Math.min(...first) > COUNT / 2, String(first));
    for (const hog of hogs) hog.end();
    await server.stop();
  });
});

describe("the queue", () => {
  test("runs some work in each iteration of the event loop, the longest waiting first", async () => {
    const queue = new SliceQueue(5);
    const order: string[] = [];
    const work = (name: string, times: number) => (): void => {
      order.push(name);
      if (times > 1) queue.add(work(name, times - 1));
    };
    for (const name of ["a", "b", "c"]) queue.add(work(name, 2));
    const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
    await turn();
    const afterFirst = order.length;
    await until(() => order.length === 6);
    assert.deepEqual(order, ["a", "b", "c", "a", "b", "c"]);
    assert.ok(afterFirst <= 2);
  });
});
