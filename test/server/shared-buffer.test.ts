/** Many connections read into one buffer: what one of them has left unread there must not become another's. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { test } from "node:test";
import { chooseSeed, seededRandom } from "../support/world.ts";
import { TestServer, TOKEN } from "../support/server.ts";

const CONNECTIONS = 8;
const COMMANDS = 200;

/** Sends all texts, each in pieces cut anywhere, by turns; answers what comes back on each until it is as expected. */
async function exchange(
  port: number,
  texts: readonly string[],
  ends: readonly string[],
  seed: number,
): Promise<string[]> {
  const random = seededRandom(seed);
  const sockets: Socket[] = texts.map(() => connect(port, "127.0.0.1").setNoDelay(true));
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  const received = texts.map(() => "");
  const complete = sockets.map((socket, i) => {
    return new Promise<void>((resolve, reject) => {
      socket.on("error", reject).on("close", () => reject(new Error(`closed after: ${received[i]!.slice(-200)}`)));
      socket.on("data", (chunk: Buffer) => {
        received[i] += chunk.latin1Slice();
        if (received[i]!.includes(ends[i]!)) resolve();
      });
    });
  });
  const left = [...texts];
  while (left.some((text) => text !== "")) {
    const i = Math.floor(random() * left.length);
    const cut = 1 + Math.floor(random() * 300);
    sockets[i]!.write(left[i]!.slice(0, cut), "latin1");
    left[i] = left[i]!.slice(cut);
    if (random() < 0.3) await new Promise(setImmediate);
  }
  await Promise.all(complete);
  for (const socket of sockets) socket.removeAllListeners("close").destroy();
  return received;
}

const numbers = Array.from({ length: COMMANDS }, (_, n) => n);
const word = (i: number, n: number): string => `connection-${i}-command-${n}-`.padEnd(8 + ((i * 31 + n * 7) % 60), "x");

test("over RESP, with commands that wait for a key in between", async () => {
  const seed = chooseSeed();
  const server = await TestServer.start({ redisPort: 0 });
  try {
    const bulk = (...words: string[]): string =>
      `*${words.length}\r\n${words.map((text) => `$${text.length}\r\n${text}\r\n`).join("")}`;
    const each = Array.from({ length: CONNECTIONS }, (_, i) => i);
    const texts = each.map((i) => {
      const echoes = numbers.map(
        (n) => bulk("ECHO", word(i, n)) + (n % 50 === 0 ? bulk("BLPOP", `list-${i}`, "0") : ""),
      );
      // Each feeds the next one's list.
      const feed = bulk("RPUSH", `list-${(i + 1) % CONNECTIONS}`, "a", "b", "c", "d");
      return bulk("AUTH", TOKEN) + feed + echoes.join("") + bulk("ECHO", `end-${i}`);
    });
    const ends = each.map((i) => `end-${i}\r\n`);
    const received = await exchange(server.server.redisPort!, texts, ends, seed);
    for (const i of each) {
      const echoed = [...received[i]!.matchAll(/connection-\S+/g)].map(([text]) => text);
      assert.deepEqual(
        echoed,
        numbers.map((n) => word(i, n)),
        `SEED=${seed}`,
      );
    }
  } finally {
    await server.stop();
  }
});

test("over HTTP, with bodies and pipelined requests", async () => {
  const seed = chooseSeed();
  const server = await TestServer.start();
  try {
    const head = `Host: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n`;
    const post = (body: string): string => `POST / HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`;
    const each = Array.from({ length: CONNECTIONS }, (_, i) => i);
    const texts = each.map((i) => {
      const requests = numbers.map((n) =>
        n % 2 === 0 ? post(JSON.stringify(["ECHO", word(i, n)])) : `GET /echo/${word(i, n)} HTTP/1.1\r\n${head}\r\n`,
      );
      return requests.join("") + post(`["ECHO","end-${i}"]`);
    });
    const ends = each.map((i) => `"end-${i}"}`);
    const received = await exchange(Number(new URL(server.server.url).port), texts, ends, seed);
    for (const i of each) {
      const echoed = [...received[i]!.matchAll(/"(connection-[^"]+)"/g)].map(([, text]) => text);
      assert.deepEqual(
        echoed,
        numbers.map((n) => word(i, n)),
        `SEED=${seed}`,
      );
    }
  } finally {
    await server.stop();
  }
});
