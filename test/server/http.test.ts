/** Our own HTTP listener on real connections: what it refuses, how long it waits, and in which order it answers. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limits.ts";
import type { HttpExchange, HttpHandler } from "../../src/server/exchange.ts";
import { CommitGate } from "../../src/engine/commit-gate.ts";
import { ClientMemory } from "../../src/engine/client-memory.ts";
import { ClientWarnings } from "../../src/server/client-warnings.ts";
import { HttpListener } from "../../src/server/http.ts";
import { SliceQueue } from "../../src/server/slices.ts";
import { SILENT } from "../../src/core/log.ts";
import { MESSAGE_CASES } from "../support/http-messages.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { TestWorld } from "../support/world.ts";

const get = (path: string, more = ""): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n${more}\r\n`;
const post = (path: string, body: string, more = ""): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
const CLOSE = "Connection: close\r\n";

/** The bodies of answers, of which each must state its length or come in chunks. */
function bodiesOf(received: string): string[] {
  const bodies: string[] = [];
  for (let at = 0; at < received.length;) {
    const start = received.indexOf("\r\n\r\n", at) + 4;
    if (/transfer-encoding: chunked/i.test(received.slice(at, start))) {
      let body = "";
      for (at = start; ;) {
        const line = received.indexOf("\r\n", at);
        const length = Number.parseInt(received.slice(at, line), 16);
        body += received.slice(line + 2, line + 2 + length);
        at = line + 4 + length;
        if (length === 0) break;
      }
      bodies.push(body);
      continue;
    }
    const length = Number(/content-length: (\d+)/i.exec(received.slice(at, start))?.[1]);
    bodies.push(received.slice(start, start + length));
    at = start + length;
  }
  return bodies;
}

describe("what is refused", () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start({ http: "own", allowedHosts: ["x"] });
  });
  after(() => server.stop());

  for (const { name, bytes, requests, status } of MESSAGE_CASES) {
    if (status === undefined || requests.length > 0) continue;
    test(name, async () => {
      const answer = await server.raw(bytes);
      const isUnknown = /^(?:POST|GET) [^ ]* HTTP\/1\.[01]\r\n(?:[^\r\n]+\r\n)+\r\n/.test(bytes);
      // A body is refused when it arrives; a client without a token has been refused by then.
      const statuses = isUnknown ? [status, 401] : [status];
      const [, first] = /^HTTP\/1\.1 (\d+) /.exec(answer)!;
      assert.ok(statuses.includes(Number(first)), answer.slice(0, 100));
      assert.equal(answer.match(/HTTP\/1\.1 /g)!.length, 1, "nothing that comes after is read");
      assert.match(bodiesOf(answer)[0]!, /^\{"error":"(?:ERR|WRONGPASS) .*"\}$/);
    });
  }

  test("the same with a token: nothing behind it is run", async () => {
    for (const { bytes, requests, status } of MESSAGE_CASES) {
      if (status !== 400 || requests.length > 0 || bytes.length > 2000) continue;
      await server.command(["DEL", "smuggled"]);
      const end = bytes.indexOf("\r\n") + 2;
      const authorized = `${bytes.slice(0, end)}Authorization: Bearer ${TOKEN}\r\n${bytes.slice(end)}`;
      const answer = await server.raw(authorized.replaceAll("GET /smuggled", `GET /set/smuggled/x?_token=${TOKEN}`));
      assert.match(answer, /^HTTP\/1\.1 400 .*Connection: close\r\n/s, authorized);
      assert.equal(answer.match(/HTTP\/1\.1 /g)!.length, 1, authorized);
    }
    assert.deepEqual((await server.command(["EXISTS", "smuggled"])).json, { result: 0 });
  });

  test("what was asked before garbage is answered before it is refused", async () => {
    const answer = await server.raw(`${get("/echo/a")}${get("/echo/b")}GARBAGE\r\n\r\n`);
    assert.deepEqual(bodiesOf(answer), ['{"result":"a"}', '{"result":"b"}', '{"error":"ERR bad request"}']);
  });

  test("an oversized head, body and chunk have statuses of their own", async () => {
    assert.match(await server.raw(get("/ping", `X: ${"x".repeat(200_000)}\r\n`)), /^HTTP\/1\.1 431 /);
    const announced = `POST / HTTP/1.1\r\nAuthorization: ${TOKEN}\r\nContent-Length: 100000000\r\n\r\n`;
    assert.match(await server.raw(announced), /^HTTP\/1\.1 413 .*Actual: 100000000 bytes"\}$/s);
    const chunked = `POST / HTTP/1.1\r\nAuthorization: ${TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n4000001\r\n`;
    assert.match(await server.raw(chunked), /^HTTP\/1\.1 413 .*Actual: 67108865 bytes"\}$/s);
  });
});

describe("answers", () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start({ http: "own", allowedHosts: ["x"] });
  });
  after(() => server.stop());

  test("to pipelined requests come in order, and behind a long pipeline", async () => {
    const long = JSON.stringify(Array.from({ length: 30_000 }, () => ["INCR", "n"]));
    const bytes = post("/pipeline", long) + get("/get/n") + post("/", '["ECHO","body"]') + get("/echo/last", CLOSE);
    const bodies = bodiesOf(await server.raw(bytes));
    assert.equal((JSON.parse(bodies[0]!) as unknown[]).length, 30_000);
    assert.deepEqual(bodies.slice(1), ['{"result":"30000"}', '{"result":"body"}', '{"result":"last"}']);
  });

  test("to ten thousand pipelined requests", async () => {
    const bytes = Array.from({ length: 10_000 }, (_, i) => get(`/echo/${i}`)).join("") + get("/ping", CLOSE);
    const bodies = bodiesOf(await server.raw(bytes));
    assert.deepEqual(bodies, [...Array.from({ length: 10_000 }, (_, i) => `{"result":"${i}"}`), '{"result":"PONG"}']);
  });

  test("come to a client that has ended its side", async () => {
    for (const bytes of [get("/ping"), post("/pipeline", `[${Array(30_000).fill(`["PING"]`).join(",")}]`)]) {
      const socket = connect({ port: server.server.port, host: "127.0.0.1", allowHalfOpen: true });
      socket.end(bytes, "latin1");
      let received = "";
      for await (const chunk of socket) received += (chunk as Buffer).latin1Slice();
      assert.ok(bodiesOf(received)[0]!.includes("PONG"));
    }
  });

  test("to HTTP/1.0 end the connection unless it asks otherwise", async () => {
    const old = (more: string): string => `GET /ping HTTP/1.0\r\nAuthorization: ${TOKEN}\r\n${more}\r\n`;
    assert.match(await server.raw(old("")), /^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n/s);
    const kept = await server.raw(old("Connection: Keep-Alive\r\n") + old(""));
    assert.match(
      kept,
      /^HTTP\/1\.1 200 OK\r\n.*Connection: keep-alive\r\n.*HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n/s,
    );
  });

  test("state the date", async () => {
    const world = new TestWorld(1, Date.UTC(2030, 0, 2, 3, 4, 5));
    const dated = await TestServer.start({ http: "own", environment: world });
    assert.equal((await dated.command(["PING"])).headers["date"], "Wed, 02 Jan 2030 03:04:05 GMT");
    await dated.stop();
  });

  test("another token on the same connection is looked up anew", async () => {
    const other = await TestServer.start({ http: "own", allowedHosts: ["x"] });
    const socket = connect(other.server.port, "127.0.0.1");
    const ask = async (token: string): Promise<string> => {
      socket.write(`GET /ping HTTP/1.1\r\nAuthorization: Bearer ${token}\r\n\r\n`);
      const [chunk] = (await once(socket, "data")) as [Buffer];
      return chunk.latin1Slice(9, 12);
    };
    assert.deepEqual([await ask(TOKEN), await ask(TOKEN)], ["200", "200"]);
    assert.equal(await ask(`${TOKEN.slice(0, -1)}x`), "401");
    assert.deepEqual([await ask(TOKEN), await ask("")], ["200", "401"]);
    socket.destroy();
    await other.stop();
  });
});

/** Answers everything with its body, or its path when it has none; `/later` when it is told to. */
class EchoHandler implements HttpHandler {
  readonly held: HttpExchange[] = [];
  large = 0;

  connected(): void {}

  admit(exchange: HttpExchange): boolean {
    if (exchange.target !== "/no") return true;
    exchange.reply(401, "", "no");
    return false;
  }

  handle(exchange: HttpExchange): void {
    if (exchange.target === "/later") this.held.push(exchange);
    else if (exchange.target === "/large") {
      this.large++;
      exchange.reply(200, "", "x".repeat(1_000_000));
    } else if (exchange.target === "/fault") throw new TypeError("a bug");
    else exchange.reply(200, "", exchange.body === "" ? exchange.target : exchange.body);
  }

  refusal(status: number): { headers: string; body: string } {
    return { headers: "", body: String(status) };
  }
}

/** A listener whose clock is moved by hand. */
class Bench {
  readonly world = new TestWorld();
  readonly handler = new EchoHandler();
  readonly listener: HttpListener;
  readonly faults: object[] = [];
  port = 0;
  readonly warned: object[] = [];
  private readonly sockets: Socket[] = [];

  constructor(limits: Partial<Limits> = {}) {
    this.listener = new HttpListener({
      handler: this.handler,
      limits: { ...DEFAULT_LIMITS, ...limits },
      environment: this.world,
      log: { ...SILENT, error: (fields: object) => void this.faults.push(fields) },
      warnings: new ClientWarnings({ ...SILENT, warn: (fields) => void this.warned.push(fields) }, this.world, 100),
      slices: new SliceQueue(5),
      gate: new CommitGate(),
      memory: new ClientMemory(0, DEFAULT_LIMITS.unauthenticatedBytesMax),
      tls: undefined,
    });
  }

  static async start(limits: Partial<Limits> = {}): Promise<Bench> {
    const bench = new Bench(limits);
    bench.port = await bench.listener.listen(0, "127.0.0.1");
    return bench;
  }

  /** A connection that has sent these bytes, and the server has seen them. */
  async open(bytes: string): Promise<{ socket: Socket; closed: Promise<string> }> {
    const socket = connect({ port: this.port, host: "127.0.0.1", allowHalfOpen: true });
    this.sockets.push(socket);
    let received = "";
    socket.on("data", (chunk) => (received += chunk.latin1Slice()));
    socket.on("end", () => socket.end());
    socket.on("error", () => {});
    const closed = new Promise<string>((resolve) => void socket.once("close", () => resolve(received)));
    await new Promise<void>((resolve) => void socket.write(bytes, "latin1", () => resolve()));
    await this.caughtUp();
    return { socket, closed };
  }

  /** Returns when the server has seen what was written before: connections are served in turn. */
  async caughtUp(): Promise<void> {
    for (let i = 0; i < 3; i++) await this.ask("/settled");
  }

  async ask(path: string): Promise<string> {
    const socket = connect(this.port, "127.0.0.1");
    socket.write(`GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`);
    let received = "";
    for await (const chunk of socket) received += (chunk as Buffer).latin1Slice();
    return received;
  }

  pass(ms: number): void {
    this.world.advance(ms);
    this.listener.tick();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await this.listener.close(0);
  }
}

const { headersMsMax, requestMsMax, idleMsMax, lingerMsMax } = DEFAULT_LIMITS;

describe("slow clients", () => {
  const cases: [name: string, bytes: string, ms: number, status: string | undefined][] = [
    ["that send nothing", "", idleMsMax, undefined],
    ["that send one byte", "G", headersMsMax, "408"],
    ["that send half a head", "POST / HTTP/1.1\r\nHost: x\r\nX-a: b\r\n", headersMsMax, "408"],
    ["that send half a body", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", requestMsMax, "408"],
    ["that send half a chunk", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", requestMsMax, "408"],
    ["that announce a body", "POST / HTTP/1.1\r\nContent-Length: 60000000\r\n\r\n", requestMsMax, "408"],
    ["that send no further request", "GET / HTTP/1.1\r\n\r\n", idleMsMax, "200"],
    ["that were refused and send half a body", "POST /no HTTP/1.1\r\nContent-Length: 9\r\n\r\nab", requestMsMax, "401"],
  ];
  for (const [name, bytes, ms, status] of cases) {
    test(name, async () => {
      const bench = await Bench.start();
      const { socket, closed } = await bench.open(bytes);
      bench.pass(ms - 1000);
      await bench.caughtUp();
      assert.equal(socket.readyState, "open");
      bench.pass(2000);
      const answer = await closed;
      assert.equal(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1], status);
      assert.ok((answer.match(/HTTP\/1\.1/g) ?? []).length <= 1);
      await bench.stop();
    });
  }

  test("get no more time by sending a byte now and then", async () => {
    const bench = await Bench.start();
    const head = await bench.open("GET / HTTP/1.1\r\n");
    const body = await bench.open("POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n");
    for (let i = 0; i < 10; i++) {
      head.socket.write(`X-${i}: a\r\n`);
      body.socket.write("x");
      await bench.caughtUp();
      bench.pass(headersMsMax / 10 + 1);
    }
    assert.match(await head.closed, /^HTTP\/1\.1 408 /);
    assert.equal(body.socket.readyState, "open");
    for (let i = 0; i < 10; i++) {
      body.socket.write("x");
      await bench.caughtUp();
      bench.pass(requestMsMax / 10);
    }
    assert.match(await body.closed, /^HTTP\/1\.1 408 /);
    await bench.stop();
  });

  test("that do not close after their last answer are cut", async () => {
    const bench = await Bench.start();
    const { socket, closed } = await bench.open("");
    socket.removeAllListeners("end");
    socket.write("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    await once(socket, "end");
    bench.pass(lingerMsMax + 1);
    bench.pass(lingerMsMax + 1);
    socket.end();
    assert.match(await closed, /^HTTP\/1\.1 200 /);
    await bench.stop();
  });

  test("that wait for the server are not cut", async () => {
    const bench = await Bench.start();
    const { closed } = await bench.open("GET /later HTTP/1.1\r\nConnection: close\r\n\r\n");
    bench.pass(idleMsMax + requestMsMax);
    bench.handler.held[0]!.reply(200, "", "at last");
    assert.match(await closed, /at last$/);
    await bench.stop();
  });

  test("that read nothing are no longer read from, and are cut", async () => {
    const bench = await Bench.start({ unreadBytesMax: 64 * 1024, stallMsMax: 20 });
    const socket = connect(bench.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write("GET /large HTTP/1.1\r\n\r\n".repeat(1000));
    // The system takes some megabytes before anything is left unread in the process.
    while (bench.handler.large === 0) await bench.ask("/x");
    const [stalled] = bench.listener.connections;
    while (bench.listener.connections.has(stalled!)) await bench.ask("/x");
    assert.ok(bench.handler.large < 50, `${bench.handler.large} of a thousand were answered`);
    const fields = { address: "127.0.0.1", limit: "stallMsMax", limitMs: 20 };
    assert.deepEqual(bench.warned, [{ event: "client-cut-off", ...fields }]);
    socket.destroy();
    await bench.stop();
  });
});

describe("connections", () => {
  test("above the limit are closed at once", async () => {
    const bench = await Bench.start({ connectionsMax: 5 });
    const open = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const socket = connect(bench.port, "127.0.0.1");
        socket.write("GET / HTTP/1.1\r\n\r\n");
        await once(socket, "data");
        return socket;
      }),
    );
    assert.match(await bench.ask("/fifth"), /\/fifth$/);
    const fifth = connect(bench.port, "127.0.0.1");
    fifth.write("GET / HTTP/1.1\r\n\r\n");
    await once(fifth, "data");
    const sixth = connect(bench.port, "127.0.0.1").on("error", () => {});
    await once(sixth, "close");
    assert.deepEqual(bench.warned, [{ event: "connection-refused", limit: "connectionsMax", most: 5 }]);
    for (const socket of [...open, fifth]) socket.destroy();
    await bench.stop();
  });

  test("end with a fault of ours, which is logged, and the listener continues", async () => {
    const bench = await Bench.start();
    const { closed } = await bench.open("GET /fault HTTP/1.1\r\n\r\n");
    assert.equal(await closed, "");
    assert.equal(bench.faults.length, 1);
    assert.match(await bench.ask("/x"), /\/x$/);
    await bench.stop();
  });

  test("a closing listener answers what is in flight, says so, and ends the idle ones", async () => {
    const bench = await Bench.start();
    const idle = await bench.open("GET / HTTP/1.1\r\n\r\n");
    const later = await bench.open("GET /later HTTP/1.1\r\n\r\n");
    const body = await bench.open("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab");
    const stopped = bench.listener.close(10_000);
    assert.match(await idle.closed, /^HTTP\/1\.1 200 /);
    body.socket.write("cd");
    bench.handler.held[0]!.reply(200, "", "late");
    assert.match(await later.closed, /Connection: close\r\n.*late$/s);
    assert.match(await body.closed, /Connection: close\r\n.*abcd$/s);
    await stopped;
  });

  test("an answer that comes when its client has gone goes nowhere", async () => {
    const bench = await Bench.start();
    const { socket, closed } = await bench.open("GET /later HTTP/1.1\r\n\r\n");
    socket.resetAndDestroy();
    await closed;
    await bench.caughtUp();
    bench.handler.held[0]!.reply(200, "", "late");
    await bench.stop();
  });

  test("a client that sends ahead while it waits is not read without end", async () => {
    const bench = await Bench.start();
    const { socket, closed } = await bench.open("GET /later HTTP/1.1\r\n\r\n");
    const count = 100_000;
    socket.write("GET /x HTTP/1.1\r\n\r\n".repeat(count));
    await bench.caughtUp();
    assert.ok(socket.bytesWritten > 0 && socket.writableLength >= 0);
    bench.handler.held[0]!.reply(200, "", "first");
    socket.end("GET /last HTTP/1.1\r\nConnection: close\r\n\r\n");
    const answer = await closed;
    assert.equal(answer.match(/HTTP\/1\.1 200/g)!.length, count + 2);
    assert.match(answer, /\/last$/);
    await bench.stop();
  });
});
