/** Event streams: their messages, their subscribers, and that a closed stream leaves nothing behind. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SILENT } from "../../src/core/log.ts";
import { EventStream } from "../support/event-stream.ts";
import { HTTP_LISTENER, READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";

const KiB = 1024;

/** Bytes that JavaScript holds, garbage not counted. */
function bytesHeld(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Asks until the answer is the expected one, with a request between that lets the server see what has come in. */
async function until(server: TestServer, ask: () => unknown, expected: unknown): Promise<void> {
  let answer: unknown;
  for (let i = 0; i < 10_000; i++) {
    answer = ask();
    if (answer === expected) return;
    await server.call("GET", "/ping");
  }
  assert.equal(answer, expected);
}

const listenersOf = ({ server }: TestServer, channel: string) => server.engine.pubSub.listenersOf("channels", channel);

describe("event streams", () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start({ cors: "*" });
  });
  after(() => server.stop());

  test("begin with the head at once and one confirmation for each channel", async () => {
    const stream = await EventStream.open(server, "/subscribe/a/b/a", { body: "[]" });
    const { headers } = stream.response;
    assert.equal(headers["content-type"], "text/event-stream");
    assert.equal(headers["cache-control"], "no-cache");
    assert.equal(headers["x-accel-buffering"], "no");
    assert.ok(headers["upstash-sync-token"]);
    assert.deepEqual(await stream.next(3), ["data: subscribe,a,1", "data: subscribe,b,2", "data: subscribe,a,2"]);
    stream.drop();
  });

  test("carry messages as they are, but on one line and in UTF-8", async () => {
    const stream = await EventStream.open(server, "/SUBSCRIBE/chat/");
    await stream.next();
    for (const message of ["hello", "", "a,b", '{"a": [1, "é😀"]}', "two\nlines\r\n", "x".repeat(100_000)]) {
      const answer = await server.command(["PUBLISH", "chat", message]);
      assert.deepEqual(answer.json, { result: 1 });
      assert.deepEqual(await stream.next(), [`data: message,chat,${message.replace(/\r\n|\n/g, " ")}`]);
    }
    await server.call("GET", "/publish/chat/%ff%fe");
    assert.deepEqual(await stream.next(), ["data: message,chat,\ufffd\ufffd"]);
    stream.drop();
  });

  test("take patterns, with what a URL has to escape", async () => {
    const stream = await EventStream.open(server, "/psubscribe/user:*/n%3F/%5Bab%5D%2Fc");
    assert.deepEqual(await stream.next(3), [
      "data: psubscribe,user:*,1",
      "data: psubscribe,n?,2",
      "data: psubscribe,[ab]/c,3",
    ]);
    await server.command(["PUBLISH", "user:7", '{"n":1}']);
    await server.command(["PUBLISH", "a/c", "x"]);
    assert.deepEqual(await stream.next(2), ['data: pmessage,user:*,user:7,{"n":1}', "data: pmessage,[ab]/c,a/c,x"]);
    stream.drop();
  });

  test("ignore query, body and formats, and take the token from the query", async () => {
    const headers = { "Upstash-Encoding": "base64", "Upstash-Response-Format": "resp2", Accept: "text/event-stream" };
    for (const body of [undefined, "", "[]", '["x"]']) {
      const target = `/subscribe/q?_token=${TOKEN}&x=y&z`;
      const stream = await EventStream.open(server, target, {
        token: null,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      assert.deepEqual(await stream.next(), ["data: subscribe,q,1"]);
      stream.drop();
    }
  });

  test("carry keyspace events", async () => {
    await server.command(["CONFIG", "SET", "notify-keyspace-events", "KEA"]);
    const stream = await EventStream.open(server, "/psubscribe/__key*");
    await server.command(["SET", "k", "v"]);
    assert.deepEqual(await stream.next(3), [
      "data: psubscribe,__key*,1",
      "data: pmessage,__key*,__keyspace@0__:k,set",
      "data: pmessage,__key*,__keyevent@0__:set,k",
    ]);
    await server.command(["CONFIG", "SET", "notify-keyspace-events", ""]);
    stream.drop();
  });

  test("name the web page that may read them", async () => {
    const stream = await EventStream.open(server, "/subscribe/c", { headers: { Origin: "https://app.example" } });
    assert.equal(stream.response.headers["access-control-allow-origin"], "https://app.example");
    stream.drop();
  });

  test("of MONITOR tell of commands after they have run, and of no token", async () => {
    const stream = await EventStream.open(server, "/monitor", { body: "[]" });
    assert.deepEqual(await stream.next(), ['data: "OK"']);
    await server.call("GET", `/set/k/a%20%22b%22?EX=100&_token=${TOKEN}`);
    await server.call("POST", "/pipeline", { body: '[["INCR","k"],["NOSUCH"],["ECHO","é"]]' });
    const lines = (await stream.next(3)).map((line) => line.replace(/^data: \d{10,}\.\d{6} \[0 0\.0\.0\.0:0\] /, ""));
    assert.deepEqual(lines, ['"set" "k" "a \\"b\\"" "EX" "100"', '"INCR" "k"', '"ECHO" "\\xc3\\xa9"']);
    stream.drop();
    await until(server, () => server.server.engine.monitors.isEmpty, true);
  });

  test("count as listeners for as long as they are open", async () => {
    const { engine } = server.server;
    const sessions = engine.sessions.size;
    const streams = await Promise.all(["/subscribe/n/m", "/subscribe/n"].map((path) => EventStream.open(server, path)));
    const numsub = async () => (await server.command(["PUBSUB", "NUMSUB", "n", "m"])).json;
    assert.deepEqual(await numsub(), { result: ["n", 2, "m", 1] });
    streams[0]!.drop();
    await until(server, () => listenersOf(server, "n"), 1);
    assert.deepEqual(await numsub(), { result: ["n", 1, "m", 0] });
    streams[1]!.drop();
    await until(server, () => engine.sessions.size, sessions);
    assert.deepEqual(await numsub(), { result: ["n", 0, "m", 0] });
  });

  test("say which client they are in CLIENT LIST, over REST too, and end when it is killed", async () => {
    const stream = await EventStream.open(server, "/monitor");
    const id = String(stream.response.headers["stashd-client-id"]);
    assert.deepEqual(await stream.next(), ['data: "OK"']);
    const { result } = (await server.command(["CLIENT", "LIST", "ID", id])).json as { result: string };
    assert.match(result, new RegExp(`^id=${id} .* flags=O .* cmd=monitor user=default [^\\n]*\\n$`));
    assert.deepEqual((await server.command(["CLIENT", "KILL", "ID", id])).json, { result: 1 });
    await stream.closed;
    assert.deepEqual((await server.command(["CLIENT", "LIST", "ID", id])).json, { result: "" });
  });

  test("lose no byte in RESP2, for a client that asks for it", async () => {
    const headers = { "Stashd-Stream-Format": "resp2" };
    const stream = await EventStream.open(server, "/psubscribe/a,*", { headers });
    assert.equal(stream.response.headers["content-type"], "application/octet-stream");
    assert.equal(await stream.bytes(34), "*3\r\n$10\r\npsubscribe\r\n$3\r\na,*\r\n:1\r\n");
    await server.call("GET", "/publish/a,b,c/d%0d%0a%ff,%00");
    const expected = "*4\r\n$8\r\npmessage\r\n$3\r\na,*\r\n$5\r\na,b,c\r\n$6\r\nd\r\n\xff,\0\r\n";
    assert.equal(await stream.bytes(expected.length), expected);
    stream.drop();
    const monitor = await EventStream.open(server, "/monitor", { headers });
    assert.equal(await monitor.bytes(5), "+OK\r\n");
    await server.command(["ECHO", "x"]);
    assert.match(await monitor.bytes(45), /^\+\d{10}\.\d{6} \[0 0\.0\.0\.0:0\] "ECHO" "x"\r\n$/);
    monitor.drop();
    const answer = await server.call("GET", "/monitor", { headers: { "Stashd-Stream-Format": "yaml" } });
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.json, { error: "ERR invalid Stashd-Stream-Format header. Supported: sse, resp2" });
  });

  test("are refused in JSON before they begin", async () => {
    const { engine } = server.server;
    const sessions = engine.sessions.size;
    const cases: [method: string, target: string, token: string | null, status: number, error: RegExp][] = [
      ["POST", "/subscribe/c", null, 401, /^WRONGPASS /],
      ["GET", "/monitor", "nope", 401, /^WRONGPASS /],
      ["POST", "/subscribe", TOKEN, 400, /^ERR wrong number of arguments for 'subscribe' command$/],
      ["GET", "/psubscribe/", TOKEN, 400, /^ERR wrong number of arguments for 'psubscribe' command$/],
      ["GET", "/monitor/x", TOKEN, 400, /^ERR wrong number of arguments for 'monitor' command$/],
      ["GET", "/subscribe/%zz", TOKEN, 400, /percent-encoding/],
      ["POST", "/subscribe/c", READ_ONLY_TOKEN, 400, /^NOPERM .* 'subscribe' /],
      ["POST", "/psubscribe/c*", READ_ONLY_TOKEN, 400, /^NOPERM .* 'psubscribe' /],
      ["GET", "/monitor", READ_ONLY_TOKEN, 400, /^NOPERM .* 'monitor' /],
      ["PUT", "/subscribe/c", TOKEN, 405, /^ERR /],
      ["DELETE", "/monitor", TOKEN, 405, /^ERR /],
    ];
    for (const [method, target, token, status, error] of cases) {
      const answer = await server.call(method, target, { token, ...(method === "POST" ? { body: "[]" } : {}) });
      assert.equal(answer.status, status, `${method} ${target}`);
      assert.match((answer.json as { error: string }).error, error);
      assert.equal(answer.headers["content-type"], "application/json");
    }
    const head = await server.call("HEAD", "/subscribe/c");
    assert.deepEqual([head.status, head.body, head.headers["allow"]], [405, "", "GET, POST, OPTIONS"]);
    assert.equal(engine.sessions.size, sessions + 1, "only the read-only token's own session has come");
  });
});

function requestFor(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
}

/** A stream as bare as can be: its connection, with nothing read from it until asked. */
function bareStream({ server }: TestServer, path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1");
    socket.pause();
    socket.once("error", reject);
    socket.write(requestFor(path), () => {
      socket.off("error", reject);
      socket.on("error", () => socket.destroy());
      resolve(socket);
    });
  });
}

describe("the ends of event streams", () => {
  test("a silent stream says that it is alive", async () => {
    const server = await TestServer.start({ limits: { silenceMsMax: 5 } });
    const streams = await Promise.all(["/subscribe/c", "/monitor"].map((path) => EventStream.open(server, path)));
    for (const stream of streams) assert.deepEqual((await stream.next(3)).slice(1), [": keepalive", ": keepalive"]);
    const resp2 = await EventStream.open(server, "/monitor", { headers: { "Stashd-Stream-Format": "resp2" } });
    assert.equal(await resp2.bytes(25), "+OK\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    await server.stop();
  });

  test("a server that closes ends them, and the connection with them", async () => {
    const server = await TestServer.start();
    const streams = await Promise.all(["/subscribe/c", "/monitor"].map((path) => EventStream.open(server, path)));
    const stalled = await bareStream(server, "/subscribe/c");
    await until(server, () => listenersOf(server, "c"), 2);
    await server.stop();
    for (const stream of streams) {
      await stream.closed;
      assert.equal(stream.response.complete, true);
    }
    assert.equal(server.server.engine.pubSub.isSilent, true);
    assert.equal(server.server.engine.monitors.isEmpty, true);
    stalled.destroy();
  });

  test("a user may open so many, and another when one of them has ended", async () => {
    const server = await TestServer.start({ limits: { userStreamsMax: 2 } });
    const [first] = await Promise.all(["/subscribe/c", "/monitor"].map((path) => EventStream.open(server, path)));
    const answer = await server.call("POST", "/subscribe/c");
    assert.equal(answer.status, 429);
    assert.deepEqual(answer.json, { error: "ERR max concurrent connections exceeded" });
    first!.drop();
    await until(server, () => listenersOf(server, "c"), 0);
    assert.deepEqual(await (await EventStream.open(server, "/subscribe/c")).next(), ["data: subscribe,c,1"]);
    await server.stop();
  });

  test("a client that does not read is cut off, and others hear everything", async () => {
    const streamBacklogBytesMax = 64 * KiB;
    const limits: unknown[] = [];
    const warn = ({ event, limit }: { event?: string; limit?: string }): void => {
      if (event === "client-cut-off") limits.push(limit);
    };
    const log = { ...SILENT, warn };
    const server = await TestServer.start({ limits: { streamBacklogBytesMax }, log });
    const stalled = await EventStream.open(server, "/subscribe/c");
    await stalled.next();
    stalled.stall();
    const reading = await EventStream.open(server, "/subscribe/c");
    await reading.next();
    const message = "x".repeat(100 * KiB);
    let sent = 0;
    // The kernel takes some megabytes before anything is left unread in the process.
    while (listenersOf(server, "c") === 2 && sent < 1000) {
      await server.command(["PUBLISH", "c", message]);
      assert.deepEqual(await reading.next(), [`data: message,c,${message}`]);
      sent++;
    }
    assert.ok(sent < 1000, "it was not cut off");
    assert.deepEqual(limits, ["streamBacklogBytesMax"]);
    await server.command(["PUBLISH", "c", "last"]);
    assert.deepEqual(await reading.next(), ["data: message,c,last"]);
    await server.stop();
  });

  const ours = HTTP_LISTENER === "own" ? false : "of our own listener";
  test(
    "nothing behind one on its connection is served, and too much of it ends the stream",
    { skip: ours },
    async () => {
      const server = await TestServer.start();
      const socket = await bareStream(server, "/subscribe/one");
      for (const path of ["/subscribe/two", "/publish/one/unheard"]) socket.write(requestFor(path));
      let received = "";
      socket.on("data", (chunk) => (received += chunk.latin1Slice()));
      socket.resume();
      await until(server, () => received.includes("data: subscribe,one,1\n\n"), true);
      await server.command(["PUBLISH", "one", "heard"]);
      await until(server, () => received.includes("data: message,one,heard\n\n"), true);
      assert.ok(!received.includes("unheard"));
      assert.equal(server.server.engine.pubSub.count("channels"), 1);
      for (let i = 0; i < 40; i++) socket.write("x".repeat(32 * KiB));
      await new Promise((resolve) => socket.once("close", resolve));
      assert.equal(received.match(/HTTP\/1\.1/g)?.length, 1);
      await until(server, () => server.server.engine.pubSub.isSilent, true);
      await server.stop();
    },
  );

  const nodes = HTTP_LISTENER === "node" ? false : "of node:http";
  test("a second stream on its connection never begins, and garbage ends the first", { skip: nodes }, async () => {
    const server = await TestServer.start();
    const socket = await bareStream(server, "/subscribe/one");
    for (let i = 0; i < 20; i++) socket.write(requestFor(`/subscribe/${i}`));
    socket.write(requestFor("/publish/one/hello"));
    let received = "";
    socket.on("data", (chunk) => (received += chunk.latin1Slice()));
    socket.resume();
    await until(server, () => received.includes("data: message,one,hello\n\n"), true);
    assert.equal(server.server.engine.pubSub.count("channels"), 1);
    socket.write("garbage\r\n\r\n");
    await new Promise((resolve) => socket.once("close", resolve));
    assert.equal(received.match(/HTTP\/1\.1/g)?.length, 1);
    await until(server, () => server.server.engine.pubSub.isSilent, true);
    await server.stop();
  });
});

describe("two thousand event streams", () => {
  const COUNT = 2000;
  /** Connections opened at a time, fewer than the system lets wait to be accepted. */
  const BATCH = 100;
  let server: TestServer;
  before(async () => {
    server = await TestServer.start({ limits: { streamBacklogBytesMax: 16 * KiB } });
    await server.call("GET", "/ping");
  });
  after(() => server.stop());

  async function open(count: number): Promise<Socket[]> {
    const sockets: Socket[] = [];
    while (sockets.length < count) {
      const first = sockets.length;
      const batch = Array.from({ length: BATCH }, (_, i) => bareStream(server, `/subscribe/all/own:${first + i}`));
      sockets.push(...(await Promise.all(batch)));
      await until(server, () => listenersOf(server, "all"), sockets.length);
    }
    return sockets;
  }

  /** Resolves when the text has come in. */
  function hear(socket: Socket, text: string): Promise<void> {
    return new Promise((resolve) => {
      let received = "";
      socket.on("data", (chunk: Buffer) => {
        received += chunk.latin1Slice();
        if (received.includes(text)) resolve();
      });
      socket.resume();
    });
  }

  test("are told together, in bounded memory, and a storm of departures leaves nothing behind", async () => {
    const { engine } = server.server;
    const before = bytesHeld();
    const sockets = await open(COUNT);
    assert.deepEqual((await server.command(["PUBLISH", "all", "hello"])).json, { result: COUNT });
    const numsub = await server.command(["PUBSUB", "NUMSUB", "all", "own:7"]);
    assert.deepEqual(numsub.json, { result: ["all", COUNT, "own:7", 1] });
    await Promise.all(sockets.map((socket) => hear(socket, "data: message,all,hello\n\n")));
    const each = (bytesHeld() - before) / COUNT;
    console.log(`${COUNT} event streams: ${Math.ceil(each)} bytes each, the client's end included`);
    assert.ok(each < 64 * KiB, `${each} bytes each`);
    // Half of them take their leave, the others just go.
    sockets.forEach((socket, i) => (i % 2 === 0 ? socket.end() : socket.resetAndDestroy()));
    await until(server, () => engine.sessions.size, 1);
    assert.equal(engine.pubSub.count("channels"), 0);
  });

  test("that are never read are cut off before they hold much", async () => {
    const { engine } = server.server;
    const sockets = await open(BATCH);
    const before = bytesHeld();
    const message = "x".repeat(64 * KiB);
    let highest = 0;
    let sent = 0;
    while (listenersOf(server, "all") > 0 && sent < 1000) {
      await server.command(["PUBLISH", "all", message]);
      if (++sent % 5 === 0) highest = Math.max(highest, bytesHeld() - before);
    }
    assert.deepEqual([listenersOf(server, "all"), engine.sessions.size], [0, 1]);
    // A message lies there once for all; what each stream has is the list of those that are unread.
    // Twice what they may leave unread; with a copy each it would be four times that.
    assert.ok(highest < BATCH * 32 * KiB, `${highest} bytes`);
    for (const socket of sockets) socket.destroy();
  });
});
