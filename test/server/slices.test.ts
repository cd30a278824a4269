/** What runs long lets others in. Counted in requests served in between, on a clock that moves by itself. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, test } from "node:test";
import { SliceQueue } from "../../src/server/slices.ts";
import { encodeCommand } from "../support/resp.ts";
import type { RawConnection } from "../support/resp-client.ts";
import { HTTP_LISTENER, TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";
import { SlowWorld, TestWorld } from "../support/world.ts";

/** Drawing a random number takes half a slice and more, so RANDOMKEY is heavy work and other commands are not. */
class SlowDraws extends TestWorld {
  override readonly random = (): number => {
    this.nowMs += 3;
    return 0;
  };
}

/** Every look at the clock of slices takes two milliseconds; commands take no time. */
class SlowSlices extends TestWorld {
  override elapsedUs(): number {
    return (this.nowMs += 2) * 1000;
  }
}

const COUNT = 300;

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(environment: TestWorld): Promise<TestServer> {
  const server = await TestServer.start({ redisPort: 0, environment });
  stops.push(() => server.stop());
  return server;
}

/** A connection of the Redis protocol that has authenticated. */
async function login(server: TestServer): Promise<RawConnection> {
  const connection = await server.connect();
  stops.push(() => connection.close());
  await connection.send("AUTH", TOKEN);
  return connection;
}

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
async function send(port: number, bytes: string): Promise<{ received: () => string; reset: () => void }> {
  const socket = connect({ port, host: "127.0.0.1" });
  let received = "";
  socket.on("data", (chunk) => (received += chunk.latin1Slice()));
  socket.on("error", () => socket.destroy());
  stops.push(() => socket.destroy());
  await once(socket, "connect");
  socket.write(bytes, "latin1");
  return { received: () => received, reset: () => socket.resetAndDestroy() };
}

describe("others are served beside", () => {
  for (const [name, bytes] of Object.entries(HOGS)) {
    test(`a long ${name} chunk, which is answered whole and in order`, async (t) => {
      if (name === "http" && HTTP_LISTENER === "node") return t.skip("node:http serves its requests one a turn");
      const server = await start(new SlowWorld());
      const { engine, port, redisPort } = server.server;
      const probe = await login(server);
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
    });
  }

  test("several long chunks, each in its turn", async () => {
    const server = await start(new SlowWorld());
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
  });
});

describe("while a large body is parsed", () => {
  for (const path of ["/pipeline", "/multi-exec"]) {
    test(`others are served: ${path}`, async () => {
      const server = await start(new SlowSlices());
      const { engine } = server.server;
      const probe = await login(server);
      const commands = Array.from({ length: 6000 }, (_, i) => ["SET", "k", `${i} ${"x".repeat(600)}`]);
      const body = JSON.stringify(commands);
      const answered = server.call("POST", path, { body });
      let served = 0;
      await until(() => engine.clientMemory.totalBytes > body.length);
      for (; (await probe.send("EXISTS", "k")) === ":0\r\n"; served++);
      // Two or three parts of 64 KB are parsed in a slice.
      assert.ok(served > 3, `${served} served`);
      const { json } = await answered;
      assert.deepEqual(
        json,
        commands.map(() => ({ result: "OK" })),
      );
      assert.equal((await probe.send("GET", "k")).split("\r\n")[1], commands.at(-1)![2]);
    });
  }

  test("a client that leaves ends it", async () => {
    const server = await start(new SlowSlices());
    const { clientMemory, dataset } = server.server.engine;
    const before = clientMemory.totalBytes;
    const hog = await send(
      server.server.port,
      pipelineRequest(Array.from({ length: 99_000 }, (_, i) => ["SET", `key:${i}`, "value"])),
    );
    await until(() => clientMemory.totalBytes > 4_000_000);
    hog.reset();
    await until(() => clientMemory.totalBytes === before);
    assert.equal(dataset.databases[0]!.size, 0);
  });
});

describe("many clients with heavy work of one command each", () => {
  const CLIENTS = 30;
  for (const door of ["resp", "http"] as const) {
    test(`are served a few in an iteration, and others in between: ${door}`, async (t) => {
      if (door === "http" && HTTP_LISTENER === "node") return t.skip("node:http serves each request as it comes");
      const server = await start(new SlowDraws());
      const { engine, port, redisPort } = server.server;
      const probe = await login(server);
      await probe.send("SET", "k", "v");
      const request = `GET /randomkey HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
      for (let i = 0; i < CLIENTS; i++) {
        const socket = connect({ port: door === "resp" ? redisPort! : port, host: "127.0.0.1" });
        stops.push(() => socket.destroy());
        if (door === "resp") socket.write(encodeCommand(["AUTH", TOKEN]));
        else socket.write(request);
        socket.on("data", () => socket.write(door === "resp" ? encodeCommand(["RANDOMKEY"]) : request));
      }
      const draws = engine.registry.get("RANDOMKEY")!;
      await until(() => draws.calls > 10 * CLIENTS);
      const { calls } = draws;
      for (let i = 0; i < 100; i++) assert.equal(await probe.send("PING"), "+PONG\r\n");
      const between = (draws.calls - calls) / 100;
      // A PING takes two or three iterations of the event loop, which the test shares; all clients were served in each.
      assert.ok(between < CLIENTS / 2, `${between} served for one`);
    });
  }
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

  test("ends an iteration with the work that uses up a slice", async () => {
    const queue = new SliceQueue(5);
    const order: string[] = [];
    const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
    for (const [name, tookMs] of [
      ["long", 5],
      ["short", 1],
      ["next", 1],
      ["last", 1],
    ] as const) {
      queue.add(() => {
        order.push(name);
        queue.use(tookMs * 1000);
      });
    }
    await turn();
    assert.deepEqual([order, queue.isUsedUp], [["long"], true]);
    await turn();
    assert.deepEqual([order, queue.isUsedUp], [["long", "short", "next"], false]);
    await turn();
    assert.deepEqual([order, queue.isUsedUp], [["long", "short", "next", "last"], false]);
  });

  test("counts the time of heavy work once, and that of other work not at all", () => {
    const queue = new SliceQueue(5);
    queue.use(100);
    assert.equal(queue.usedUs, 0);
    const { usedUs } = queue;
    queue.use(2000);
    queue.use(1000);
    queue.use(4000, usedUs);
    assert.deepEqual([queue.usedUs, queue.isUsedUp], [4000, false]);
    queue.use(1000);
    assert.deepEqual([queue.usedUs, queue.isUsedUp], [5000, true]);
  });
});
