/** What clients make the server hold: nothing is built before it can be sent, and all of it together has a limit. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { afterEach, describe, test } from "node:test";
import type { Push, Reply } from "../../src/core/reply.ts";
import { SILENT } from "../../src/core/log.ts";
import { bulk } from "../../src/protocol/resp2.ts";
import { encodeCommand } from "../support/resp.ts";
import type { RawConnection } from "../support/resp-client.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";
import type { StartOptions } from "../../src/server/options.ts";

const MiB = 1024 * 1024;
const VALUE = "x".repeat(MiB);

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Bench {
  readonly server: TestServer;
  readonly warnings: string[];
  held(): number;
  login(): Promise<RawConnection>;
}

/** Scripts here send much, and end however long a busy machine takes over it. */
const SCRIPT_MS_MAX = 3_600_000;

async function start(options: StartOptions = {}): Promise<Bench> {
  const warnings: string[] = [];
  const warn = (fields: { event?: string }): void => {
    if (fields.event !== "slow-command") warnings.push(JSON.stringify(fields));
  };
  const limits = { scriptMsMax: SCRIPT_MS_MAX, readTransactionMsMax: SCRIPT_MS_MAX, ...options.limits };
  const server = await TestServer.start({ redisPort: 0, log: { ...SILENT, warn }, ...options, limits });
  stops.push(() => server.stop());
  const login = async (): Promise<RawConnection> => {
    const connection = await server.connect();
    stops.push(() => connection.close());
    assert.equal(await connection.send("AUTH", TOKEN), "+OK\r\n");
    return connection;
  };
  return { server, warnings, login, held: () => server.server.engine.clientMemory.totalBytes };
}

/** Sends a request and reads nothing of the answer until {@link read}. */
async function ask(port: number, path: string, body: string): Promise<{ socket: Socket; read(): Promise<string> }> {
  const socket = connect(port, "127.0.0.1").pause();
  socket.on("error", () => socket.destroy());
  stops.push(() => socket.destroy());
  await once(socket, "connect");
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n`;
  socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`, "latin1");
  const read = async (): Promise<string> => {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk)).resume();
    await once(socket, "close");
    return Buffer.concat(chunks).latin1Slice();
  };
  return { socket, read };
}

/** The body of an answer in chunks. */
function unchunked(answer: string): string {
  let at = answer.indexOf("\r\n\r\n") + 4;
  assert.match(answer.slice(0, at), /\r\nTransfer-Encoding: chunked\r\n/);
  let body = "";
  for (;;) {
    const line = answer.indexOf("\r\n", at);
    const length = Number.parseInt(answer.slice(at, line), 16);
    if (length === 0) return body;
    body += answer.slice(line + 2, line + 2 + length);
    at = line + 4 + length;
  }
}

describe("what is not read is not built", () => {
  test("a pipeline's commands run as its answer is read", async () => {
    const { server, held, login } = await start();
    const admin = await login();
    await admin.send("SET", "k", VALUE);
    const commands = [...Array.from({ length: 30 }, () => ["GET", "k"]), ["INCR", "n"]];
    const { read } = await ask(server.server.port, "/pipeline", JSON.stringify(commands));
    for (let i = 0; i < 50; i++) {
      assert.equal(await admin.send("EXISTS", "n"), ":0\r\n");
      assert.ok(held() < 4 * MiB, `${held()} bytes held`);
    }
    const results = JSON.parse(unchunked(await read())) as { result: unknown }[];
    assert.deepEqual(results.pop(), { result: 1 });
    assert.ok(results.length === 30 && results.every(({ result }) => result === VALUE));
  });

  test("a client that goes takes the rest of its pipeline with it", async () => {
    const { server, held, login } = await start();
    const admin = await login();
    await admin.send("SET", "k", VALUE);
    const before = held();
    const commands = Array.from({ length: 30 }, () => ["GET", "k"]);
    const { socket } = await ask(server.server.port, "/pipeline", JSON.stringify(commands));
    await until(() => held() > before);
    socket.destroy();
    await until(() => held() === before);
    assert.equal(await admin.send("PING"), "+PONG\r\n");
  });

  test("an array of large values holds each value once, on every door", async () => {
    const { server, held, login } = await start();
    const [admin, slow] = [await login(), await login()];
    await admin.send("SET", "k", VALUE);
    slow.socket.pause();
    const keys = Array.from({ length: 24 }, () => "k");
    slow.write(encodeCommand(["MGET", ...keys]));
    for (const words of [["MULTI"], ...keys.map((key) => ["GET", key]), ["EXEC"], ["QUIT"]])
      slow.write(encodeCommand(words));
    const body = JSON.stringify([["MGET", ...keys]]);
    const rest = await ask(server.server.port, "/multi-exec", body);
    for (let i = 0; i < 50; i++) await admin.send("PING");
    assert.ok(held() < 6 * MiB, `${held()} bytes held`);
    slow.socket.resume();
    const replies = await slow.closed;
    const array = `*24\r\n${bulk(VALUE).repeat(24)}`;
    assert.ok(replies === `${array}+OK\r\n${"+QUEUED\r\n".repeat(24)}${array}+OK\r\n`);
    assert.deepEqual(JSON.parse(unchunked(await rest.read())), [{ result: keys.map(() => VALUE) }]);
  });

  test("a large value is answered in every format, and by every version of HTTP", async () => {
    const { server, login } = await start();
    const admin = await login();
    const value = `\0"\x7f${"\xc3\xa9\xff".repeat(200_000)}`;
    await admin.send("SET", "k", value);
    const text = Buffer.from(value, "latin1").toString("utf8");
    assert.deepEqual((await server.call("GET", "/get/k")).json, { result: text });
    const base64 = await server.call("GET", "/get/k", { headers: { "Upstash-Encoding": "base64" } });
    assert.deepEqual(base64.json, { result: Buffer.from(value, "latin1").toString("base64") });
    const resp2 = await server.call("GET", "/get/k", { headers: { "Upstash-Response-Format": "resp2" } });
    assert.ok(resp2.body === bulk(value));
    const { socket, read } = await ask(server.server.port, "/get/k", "");
    socket.destroy();
    await read().catch(() => "");
    const old = connect(server.server.port, "127.0.0.1");
    old.write(`GET /get/k HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
    let answer = "";
    for await (const chunk of old) answer += (chunk as Buffer).latin1Slice();
    assert.doesNotMatch(answer.slice(0, 1000), /Transfer-Encoding|Content-Length/);
    const json = Buffer.from(answer.slice(answer.indexOf("\r\n\r\n") + 4), "latin1").toString("utf8");
    assert.deepEqual(JSON.parse(json), { result: text });
    const head = await server.call("HEAD", "/get/k");
    assert.deepEqual([head.status, head.body], [200, ""]);
  });
});

describe("messages", () => {
  const publishing = (times: number): string[] => [
    "EVAL",
    `local n = 0 for i = 1, ${times} do n = n + redis.call('PUBLISH', 'c', ARGV[1]) end return n`,
    "0",
  ];

  test("are bounded at each delivery, in scripts and transactions too", async () => {
    const { server, login, warnings } = await start({ limits: { backlogBytesMax: 10 * MiB } });
    const { engine } = server.server;
    for (const inTransaction of [false, true]) {
      const [admin, slow] = [await login(), await login()];
      await slow.send("SUBSCRIBE", "c");
      slow.socket.pause();
      if (inTransaction) await admin.send("MULTI");
      const reply = await admin.send(...publishing(40), VALUE);
      const received = inTransaction ? await admin.send("EXEC") : reply;
      assert.match(received, /:1[01]\r\n$/);
      assert.equal(engine.pubSub.count("channels"), 0);
      admin.close();
    }
    assert.equal(warnings.length, 1, "one a minute");
    assert.match(warnings[0]!, /"event":"client-cut-off".*"limit":"backlogBytesMax"/);
  });

  test("to the session itself are bounded while its command runs", async () => {
    const { login, held } = await start({ limits: { backlogBytesMax: 3 * MiB } });
    const self = await login();
    await self.send("HELLO", "3");
    await self.send("SUBSCRIBE", "c");
    self.socket.pause();
    const before = held();
    self.write(encodeCommand([...publishing(40), VALUE]));
    const closed = self.closed;
    self.socket.resume();
    assert.ok((await closed).length < 8 * MiB);
    assert.ok(held() <= before);
  });

  test("of MONITOR and of invalidations are bounded as well", async () => {
    const { login, server } = await start();
    const { engine } = server.server;
    const [admin, monitor, caching] = [await login(), await login(), await login()];
    await monitor.send("MONITOR");
    const large = "\0".repeat(20 * MiB);
    assert.equal(await admin.send("SET", "k", large), "+OK\r\n");
    assert.match(await monitor.next(), /"SET" "k" ".*\.\.\. \(20971392 more bytes\)"\r\n$/);
    await caching.send("HELLO", "3");
    await caching.send("CLIENT", "TRACKING", "ON", "BCAST");
    const script = "for i = 1, 60000 do redis.call('SET', 'key-of-a-certain-length:' .. i, 'v') end";
    const messages: Reply[] = [];
    const [session] = [...engine.sessions.values()].slice(-1);
    session!.deliver = (message) => messages.push(message);
    await admin.send("EVAL", script, "0");
    await until(() => messages.length > 1);
    assert.equal(messages.flatMap((message) => (message as Push).items[1]).length, 60_000);
  });

  test("exist once for all receivers", async () => {
    const { held, login, server } = await start();
    const admin = await login();
    const slow = await Promise.all(Array.from({ length: 12 }, () => login()));
    for (const connection of slow) await connection.send("SUBSCRIBE", "c");
    for (const connection of slow) connection.socket.pause();
    const before = held();
    assert.equal(await admin.send(...publishing(4), VALUE), ":48\r\n");
    assert.ok(held() - before < 6 * MiB, `${held() - before} bytes held`);
    assert.equal(server.server.engine.pubSub.listenersOf("channels", "c"), 12);
    for (const connection of slow) connection.socket.resume();
    const message = `*3\r\n${bulk("message")}${bulk("c")}${bulk(VALUE)}`;
    for (const connection of slow) for (let i = 0; i < 4; i++) assert.ok((await connection.next()) === message);
    await until(() => held() === before);
  });
});

describe("the limit on what clients hold together", () => {
  /** Sends a command that is not complete: it lacks its last byte. */
  async function hold({ login, held }: Bench, bytes: number): Promise<RawConnection> {
    const connection = await login();
    const before = held();
    connection.write(encodeCommand(["SET", "k", "x".repeat(bytes)]).slice(0, -3));
    await until(() => held() >= before + bytes || connection.socket.destroyed);
    return connection;
  }

  test("disconnects the one that holds most, and says so", async () => {
    const bench = await start({ maxClientMemoryBytes: 9 * MiB });
    const small = await hold(bench, 2 * MiB);
    const large = await hold(bench, 4 * MiB);
    const last = await bench.login();
    last.write(encodeCommand(["SET", "k", VALUE.repeat(3)]).slice(0, -3));
    assert.equal(await large.closed, "");
    const { clientMemory } = bench.server.server.engine;
    assert.equal(clientMemory.evictedClients, 1);
    assert.ok(bench.held() <= 9 * MiB);
    const [warning] = bench.warnings;
    assert.match(warning!, /"event":"client-cut-off","address":"127\.0\.0\.1","limit":"maxClientMemoryBytes"/);
    small.write("x\r\n");
    assert.equal(await small.next(), "+OK\r\n");
    assert.match(await small.send("INFO", "stats"), /\r\nevicted_clients:1\r\n/);
  });

  test("counts bodies, queued commands, what waits behind a blocked command, and replies", async () => {
    const bench = await start();
    const { held, server, login } = bench;
    const before = held();
    const socket = connect(server.server.port, "127.0.0.1");
    stops.push(() => socket.destroy());
    socket.write(
      `POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 4000000\r\n\r\n`,
    );
    socket.write("x".repeat(3_000_000));
    await until(() => held() > before + 3_000_000);
    socket.destroy();
    await until(() => held() === before);
    const client = await login();
    const idle = held();
    await client.send("MULTI");
    await client.send("SET", "k", VALUE);
    assert.ok(held() > idle + MiB);
    assert.match(await client.send("CLIENT", "ID"), /QUEUED/);
    await client.send("DISCARD");
    assert.equal(held(), idle);
    client.write(encodeCommand(["BLPOP", "none", "0"]));
    client.write(encodeCommand(["SET", "k", "x".repeat(500_000)]));
    await until(() => held() > idle + 500_000);
    const other = await login();
    assert.match(await other.send("CLIENT", "LIST"), / qbuf=5\d{5} .* tot-mem=5\d{5} /);
    await other.send("RPUSH", "none", "x");
    await client.next();
    await client.next();
    other.close();
    await until(() => held() === idle);
  });

  test("counts all words that a session keeps, until it lets them go", async () => {
    const { held, login, server } = await start();
    const admin = await login();
    const word = (i: number): string => `${i}:${"w".repeat(10_000)}`;
    const words = Array.from({ length: 10 }, (_, i) => word(i));
    const kept: readonly (readonly [keep: string[], release: string[]])[] = [
      [["SUBSCRIBE", ...words], ["UNSUBSCRIBE"]],
      [["PSUBSCRIBE", ...words], ["PUNSUBSCRIBE"]],
      [["SSUBSCRIBE", ...words], ["SUNSUBSCRIBE"]],
      [["WATCH", ...words], ["UNWATCH"]],
      [
        ["CLIENT", "TRACKING", "ON", "BCAST", ...words.flatMap((prefix) => ["PREFIX", prefix])],
        ["CLIENT", "TRACKING", "OFF"],
      ],
      [
        ["CLIENT", "SETNAME", words.join("")],
        ["CLIENT", "SETNAME", ""],
      ],
      [
        ["CLIENT", "SETINFO", "LIB-NAME", words.join("")],
        ["CLIENT", "SETINFO", "LIB-NAME", ""],
      ],
    ];
    const client = await login();
    await client.send("HELLO", "3");
    const idle = held();
    for (const [keep, release] of kept) {
      client.write(encodeCommand(keep));
      await until(() => held() > idle + 100_000);
      client.write(encodeCommand(release));
      await until(() => held() === idle);
    }
    client.write(encodeCommand(["BLPOP", ...words, "0"]));
    await until(() => held() > idle + 100_000);
    await admin.send("LPUSH", words[9]!, "x");
    await until(() => held() === idle);
    await admin.send("CLIENT", "PAUSE", "100000", "WRITE");
    client.write(encodeCommand(["DEL", ...words]));
    await until(() => held() > idle + 100_000);
    await admin.send("CLIENT", "UNPAUSE");
    await until(() => held() === idle);
    const stream = connect(server.server.port, "127.0.0.1").resume();
    stops.push(() => stream.destroy());
    stream.write(
      `GET /subscribe/${words.join("/")} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`,
    );
    await until(() => held() > idle + 100_000);
    stream.destroy();
    await until(() => held() === idle);
  });

  test("holds for connections that hold nothing but themselves", async () => {
    const { server, login, held } = await start({ maxClientMemoryBytes: 50_000 });
    const admin = await login();
    await admin.send("CLIENT", "NO-EVICT", "ON");
    const { port, redisPort } = server.server;
    const sockets = Array.from({ length: 20 }, (_, i) => connect(i % 2 === 0 ? port : redisPort!, "127.0.0.1"));
    for (const socket of sockets) socket.on("error", () => socket.destroy()).resume();
    await until(() => sockets.filter(({ destroyed }) => destroyed).length >= 14);
    assert.ok(held() <= 50_000);
    assert.equal(await admin.send("PING"), "+PONG\r\n");
    for (const socket of sockets) socket.destroy();
  });

  test("spares clients that ask for it, and can be set while the server runs", async () => {
    const bench = await start();
    const admin = await bench.login();
    assert.equal(await admin.send("CLIENT", "NO-EVICT", "ON"), "+OK\r\n");
    const held = await hold(bench, 4 * MiB);
    await admin.send("CONFIG", "SET", "maxmemory", "100mb", "maxmemory-clients", "5%");
    assert.equal(
      await admin.send("CONFIG", "GET", "maxmemory-clients"),
      `*2\r\n${bulk("maxmemory-clients")}${bulk("5%")}`,
    );
    assert.equal(await admin.send("CONFIG", "SET", "maxmemory-clients", "3mb"), "+OK\r\n");
    assert.equal(await held.closed, "");
    assert.match(await admin.send("CONFIG", "GET", "maxmemory-clients"), /\r\n3145728\r\n$/);
    assert.match(
      await admin.send("CONFIG", "SET", "maxmemory-clients", "101%"),
      /^-ERR .*(?:memory or percent|percentage argument)/,
    );
    assert.match(await admin.send("CONFIG", "SET", "maxmemory-clients", "1"), /^\+OK/);
    assert.equal(await admin.send("PING"), "+PONG\r\n");
  });

  test("a reply that would hold more than all may is an error", async () => {
    const { login } = await start({ maxClientMemoryBytes: 4 * MiB });
    const admin = await login();
    for (let i = 0; i < 6; i++) await admin.send("SETRANGE", `k${i}`, String(MiB - 1), String(i));
    const keys = Array.from({ length: 6 }, (_, i) => `k${i}`);
    assert.equal((await admin.send("MGET", ...keys)).slice(0, 42), "-ERR the reply holds more than clients may");
    assert.equal(await admin.send("PING"), "+PONG\r\n");
  });
});

describe("clients that have not authenticated", () => {
  /** An incomplete bulk string, of the length that an unauthenticated client may send. */
  const PART = `*2\r\n$4\r\nAUTH\r\n$16000\r\n${"x".repeat(15_000)}`;

  test("may hold a little together", async () => {
    const { server, warnings } = await start({ limits: { unauthenticatedBytesMax: 100_000 } });
    const clients = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
    for (const client of clients) client.write(PART);
    let closed = 0;
    for (const client of clients) void client.closed.then(() => closed++);
    await until(() => closed >= 13);
    assert.match(warnings[0]!, /"limit":"unauthenticatedBytesMax"/);
    const heads = Array.from({ length: 10 }, () => connect(server.server.port, "127.0.0.1").on("error", () => {}));
    for (const socket of heads) socket.write(`GET /${"x".repeat(50_000)}`);
    await until(() => heads.some(({ destroyed }) => destroyed));
    for (const socket of heads) socket.destroy();
    for (const client of clients) client.close();
  });

  test("have their time", async () => {
    const { server, login, warnings } = await start({ limits: { loginMsMax: 30 } });
    const user = await login();
    const silent = await server.connect();
    const talking = await server.connect();
    talking.write("PING\r\n");
    assert.equal(await silent.closed, "");
    assert.match(await talking.closed, /^-NOAUTH/);
    assert.match(warnings.join(), /"event":"client-cut-off","address":"127\.0\.0\.1","limit":"loginMsMax"/);
    assert.equal(await user.send("PING"), "+PONG\r\n");
  });
});
