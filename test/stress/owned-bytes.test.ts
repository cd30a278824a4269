/**
 * What is stored owns its bytes: short values cut from long requests must not keep the requests alive. By each door, in
 * each form that a word can have, and into each structure. `OWNED_VALUES` sets how many values; a request is some ten
 * thousand times as long as what is kept of it.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { encodeCommand } from "../support/resp.ts";
import { HTTP_LISTENER, TestServer, TOKEN } from "../support/server.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const VALUES = Number(process.env["OWNED_VALUES"] ?? 120);
const PAD = 60_000;

/** What a value may take in the end, its key, its structure and the garbage of the run included, in bytes. */
const VALUE_BYTES_MAX = 6000;

type Words = readonly string[];

/** A command that keeps a word or two, into another structure each time. */
function command(i: number): Words {
  const word = `${i}-valuevaluevalue`;
  const commands: readonly Words[] = [
    ["SET", `key-of-some-length-${i}`, word],
    ["HSET", "a-hash-with-a-name", `field-${word}`, word],
    ["RPUSH", "a-list-with-a-name", word],
    ["SADD", "a-set-with-a-name", word],
    ["ZADD", "a-sorted-set-with-a-name", "1", word],
    ["XADD", "a-stream-with-a-name", "*", `field-${word}`, word],
    ["APPEND", `string-${word}`, word],
    ["JSON.SET", `document-${word}`, "$", `{"name-${word}":"${word}"}`],
    ["GEOADD", "places-with-a-name", "1", "1", word],
    ["PFADD", `sketch-${word}`, word],
    ["CLIENT", "SETNAME", word],
  ];
  return commands[i % (commands.length - 1)]!;
}

const authorization = `Host: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n`;

const get = (target: string, headers = ""): string => `GET ${target} HTTP/1.1\r\n${authorization}${headers}\r\n`;

const post = (target: string, body: string): string =>
  `POST ${target} HTTP/1.1\r\n${authorization}Content-Length: ${body.length}\r\n\r\n${body}`;

const path = (words: Words): string =>
  words.map((word) => `/${encodeURIComponent(word).replaceAll("%2D", "-")}`).join("");
const escaped = (words: Words): string => JSON.stringify(words).replaceAll("v", "\\u0076");
const spaces = " ".repeat(PAD);

/** A request that keeps little of much, by form. */
const HTTP_FORMS: Readonly<Record<string, (words: Words) => string>> = {
  "a path before an empty query": (words) => get(`${path(words)}?${"&".repeat(PAD)}`),
  "a path with slashes": (words) => get(`${"/".repeat(PAD)}${path(words)}`),
  "a path and a query": (words) =>
    get(`${path(words.slice(0, -1))}?${words.at(-1)!.replace("{", "%7B")}&${"&".repeat(PAD)}`),
  "a path and long headers": (words) => get(path(words), `X-Padding: ${"x".repeat(PAD)}\r\n`),
  "a path and a body": (words) => post(path(words.slice(0, -1)) + `?${"&".repeat(PAD)}`, words.at(-1)!),
  "a JSON body": (words) => post("/", spaces + JSON.stringify(words)),
  "a JSON body with escapes": (words) => post("/", spaces + escaped(words)),
  "a JSON body with long integers": (words) =>
    post("/", `${spaces}${JSON.stringify(words.slice(0, -1)).slice(0, -1)},9007199254740993]`),
  "a pipeline": (words) => post("/pipeline", `[${JSON.stringify(words)}${spaces}]`),
  "a transaction with escapes": (words) => post("/multi-exec", `[${escaped(words)}${spaces}]`),
};

const quoted = (word: string): string => `"${word.replaceAll('"', '\\"')}"`;

const RESP_FORMS: Readonly<Record<string, (words: Words) => string>> = {
  "a padded line": (words) =>
    `${words.map((word) => (word.includes('"') ? quoted(word) : word)).join(" ")}${spaces}\r\n`,
  "a padded line with quotes": (words) => `${spaces}${words.map(quoted).join(" ")}\r\n`,
  "bulk strings behind a long one": (words) => encodeCommand(["ECHO", "x".repeat(PAD)]) + encodeCommand(words),
  "bulk strings in a long chunk": (words) => encodeCommand(["PING"]).repeat(PAD / 14) + encodeCommand(words),
};

/** Sends each request, the next when the former has been answered. */
async function send(port: number, first: string, requests: readonly (() => string)[], ends: RegExp): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let answered: () => void = () => {};
  let received = "";
  socket.on("data", (chunk: Buffer) => {
    received = (received + chunk.latin1Slice()).slice(-400);
    if (ends.test(received)) answered();
  });
  socket.write(first);
  for (const request of requests) {
    received = "";
    const answer = new Promise<void>((resolve) => (answered = resolve));
    socket.write(request(), "latin1");
    await answer;
  }
  socket.destroy();
}

function memory(): number {
  for (let i = 0; i < 3; i++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe("what is stored of a long request is short", () => {
  const doors = [
    ["http", HTTP_FORMS],
    ["resp", RESP_FORMS],
  ] as const;
  for (const [door, forms] of doors) {
    for (const [form, make] of Object.entries(forms)) {
      // Node's parser takes no head of that length by default.
      test(`${form}, over ${door}`, { skip: door === "http" && HTTP_LISTENER === "node" }, async () => {
        const server = await TestServer.start({ redisPort: 0 });
        const port = door === "http" ? server.server.port : server.server.redisPort!;
        const ends = door === "http" ? /\}\]?(?:\r\n0\r\n\r\n)?$/ : /\r\n$/;
        const login = door === "http" ? "" : encodeCommand(["AUTH", TOKEN]);
        await send(port, login, [() => make(["SET", "first", "first"])], ends);
        const before = memory();
        const requests = Array.from({ length: VALUES }, (_, i) => () => make(command(i)));
        await send(port, login, requests, ends);
        const each = (memory() - before) / VALUES;
        assert.ok(server.server.engine.dataset.databases[0]!.size > VALUES / 10, "the values are there");
        assert.ok(each < VALUE_BYTES_MAX, `${Math.round(each)} bytes a value`);
        await server.stop();
      });
    }
  }
});
