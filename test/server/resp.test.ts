/** The Redis protocol's door: authentication, limits, and what only connections can do. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterEach, describe, test } from "node:test";
import { SILENT } from "../../src/core/log.ts";
import { Push } from "../../src/core/reply.ts";
import type { Limits } from "../../src/index.ts";
import { RawConnection, splitFrames } from "../support/resp-client.ts";
import { encodeCommand } from "../support/resp.ts";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";
import type { StartOptions } from "../../src/server/options.ts";
import { TestWorld } from "../support/world.ts";

const OK = "+OK\r\n";
const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
const commands = (...lines: string[]): string => lines.map((line) => encodeCommand(line.split(" "))).join("");

const opened: TestServer[] = [];
afterEach(() => Promise.all(opened.splice(0).map((server) => server.stop())));

async function start(limits: Partial<Limits> = {}, options: StartOptions = {}): Promise<TestServer> {
  const server = await TestServer.start({ redisPort: 0, limits, ...options });
  opened.push(server);
  return server;
}

async function login(server: TestServer): Promise<RawConnection> {
  const connection = await server.connect();
  assert.equal(await connection.send("AUTH", TOKEN), OK);
  return connection;
}

const folder = join(import.meta.dirname, "../../../test/fixtures/tls");
const TLS = {
  cert: readFileSync(join(folder, "cert.pem"), "utf8"),
  key: readFileSync(join(folder, "key.pem"), "utf8"),
};

/** A connection that has logged in, encrypted or not. */
async function connectTo(server: TestServer, tls: typeof TLS | undefined): Promise<RawConnection> {
  if (tls === undefined) return login(server);
  const socket = connectTls({
    port: server.server.redisPort!,
    host: "127.0.0.1",
    ca: tls.cert,
    servername: "localhost",
  });
  const connection = await RawConnection.over(socket);
  assert.equal(await connection.send("AUTH", TOKEN), OK);
  return connection;
}

describe("authentication", () => {
  const noAuth = "-NOAUTH Authentication required.\r\n";
  const wrongPass = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

  test("nothing is run before it", async () => {
    const server = await start();
    const connection = await server.connect();
    assert.equal(await connection.send("SET", "k", "v"), noAuth);
    assert.equal(await connection.send("PING"), noAuth);
    assert.equal(await connection.send("MULTI"), noAuth);
    assert.equal(
      await connection.send("EXEC"),
      "-EXECABORT Transaction discarded because of: NOAUTH Authentication required.\r\n",
    );
    assert.match(await connection.send("HELLO"), /^-NOAUTH HELLO must be called with the client already authenticated/);
    assert.match(await connection.send("NOSUCH"), /^-ERR unknown command/);
    assert.equal(await connection.send("RESET"), "+RESET\r\n");
    for (const words of [[""], ["x"], ["default", "x"], ["nobody", TOKEN], ["default", READ_ONLY_TOKEN]]) {
      assert.equal(await connection.send("AUTH", ...words), wrongPass, words.join(" "));
    }
    assert.equal(await connection.send("HELLO", "3", "AUTH", "default", "x"), wrongPass);
    assert.equal(await connection.send("GET", "k"), noAuth);
    assert.equal(server.server.engine.dataset.databases[0]!.size, 0);
    assert.equal(await connection.send("QUIT"), OK);
    assert.equal(await connection.closed, "");
  });

  test("takes the token alone, with its user, and with HELLO", async () => {
    const server = await start();
    for (const words of [
      ["AUTH", TOKEN],
      ["AUTH", "default", TOKEN],
      ["AUTH", "default_ro", READ_ONLY_TOKEN],
    ]) {
      const connection = await server.connect();
      assert.equal(await connection.send(...words), OK);
      assert.equal(await connection.send("GET", "none"), "$-1\r\n");
      // A wrong attempt later changes nothing.
      assert.equal(await connection.send("AUTH", "x"), wrongPass);
      assert.equal(await connection.send("PING"), "+PONG\r\n");
    }
    const connection = await server.connect();
    const hello = await connection.send("HELLO", "3", "AUTH", "default", TOKEN, "SETNAME", "app");
    assert.match(
      hello,
      /^%7\r\n\$6\r\nserver\r\n\$5\r\nredis\r\n\$7\r\nversion\r\n\$5\r\n8\.2\.0\r\n\$5\r\nproto\r\n:3\r\n/,
    );
    assert.match(
      hello,
      /\$4\r\nmode\r\n\$10\r\nstandalone\r\n\$4\r\nrole\r\n\$6\r\nmaster\r\n\$7\r\nmodules\r\n\*0\r\n$/,
    );
    assert.equal(await connection.send("CLIENT", "GETNAME"), bulk("app"));
    assert.equal(await connection.send("GET", "none"), "_\r\n");
    assert.equal(await connection.send("RESET"), "+RESET\r\n");
    assert.equal(await connection.send("GET", "none"), noAuth);
  });

  test("the read-only token reads, in transactions too", async () => {
    const server = await start();
    const connection = await server.connect();
    await connection.send("HELLO", "2", "AUTH", "default_ro", READ_ONLY_TOKEN);
    assert.match(await connection.send("SET", "k", "v"), /^-NOPERM .*'set' command/);
    assert.match(await connection.send("KEYS", "*"), /^-NOPERM /);
    assert.match(await connection.send("CLIENT", "KILL", "ID", "1"), /^-NOPERM /);
    assert.equal(await connection.send("CLIENT", "SETNAME", "reader"), OK);
    assert.equal(await connection.send("SELECT", "1"), OK);
    await connection.send("MULTI");
    assert.equal(await connection.send("GET", "k"), "+QUEUED\r\n");
    assert.equal(await connection.send("EXEC"), "*1\r\n$-1\r\n");
    await connection.send("MULTI");
    assert.match(await connection.send("SET", "k", "v"), /^-NOPERM /);
    assert.match(await connection.send("EXEC"), /^-EXECABORT /);
  });

  test("the user that AUTH sets in a transaction decides what still runs", async () => {
    const server = await start();
    const connection = await login(server);
    connection.write(commands("MULTI", `AUTH default_ro ${READ_ONLY_TOKEN}`, "SET k v", "EXEC"));
    const replies = [await connection.next(), await connection.next(), await connection.next()];
    assert.deepEqual(replies, [OK, "+QUEUED\r\n", "+QUEUED\r\n"]);
    assert.match(await connection.next(), /^\*2\r\n\+OK\r\n-NOPERM ACLs rules changed/);
  });

  test("an unauthenticated client may send only a little", async () => {
    const server = await start();
    const connection = await server.connect();
    connection.write("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$16385\r\n");
    assert.equal(await connection.closed, "-ERR Protocol error: unauthenticated bulk length\r\n");
    const other = await server.connect();
    other.write(commands(`AUTH ${TOKEN}`, `SET k ${"v".repeat(20_000)}`, "QUIT"));
    assert.equal(await other.closed, OK.repeat(3));
  });

  test("where `default` needs no password, the first command may be as long as any", async () => {
    const server = await start();
    const admin = await login(server);
    assert.equal(await admin.send("ACL", "SETUSER", "default", "nopass"), OK);
    for (const words of [
      ["MSET", ..."a1b2c3d4e5f6"],
      ["SET", "k", "v".repeat(20_000)],
    ]) {
      const connection = await server.connect();
      assert.equal(await connection.send(...words), OK);
      // It stays so after whatever else may change the user.
      assert.equal(await connection.send("RESET"), "+RESET\r\n");
      assert.equal(await connection.send(...words), OK);
      connection.close();
    }
    assert.equal(await admin.send("ACL", "SETUSER", "default", "resetpass", `>${TOKEN}`), OK);
    const client = await server.connect();
    client.write("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$16385\r\n");
    assert.equal(await client.closed, "-ERR Protocol error: unauthenticated bulk length\r\n");
  });
});

describe("a connection", () => {
  test("answers a pipeline in order, up to QUIT", async () => {
    const server = await start();
    const connection = await login(server);
    connection.write(commands("SET k 1", "INCR k", "GET k", "NOPE", "QUIT", "SET k lost"));
    const replies = await connection.closed;
    assert.equal(replies, `${OK}:2\r\n${bulk("2")}-ERR unknown command 'NOPE', with args beginning with: \r\n${OK}`);
    assert.equal((await server.command(["GET", "k"])).body, '{"result":"2"}');
  });

  test("that ends in a command runs what was complete", async () => {
    const server = await start();
    const connection = await login(server);
    connection.write(`${commands("SET k 1")}*2\r\n$3\r\nGET\r\n$1`);
    connection.socket.end();
    assert.equal(await connection.closed, OK);
  });

  test("an HTTP request is told where the REST API is, and nothing of it is run", async () => {
    const server = await start();
    const { url } = server.server;
    for (const head of ["GET / HTTP/1.1\r\nHost: x", "POST /set/a/b HTTP/1.1\r\nHost: x", "Host: x", "post x"]) {
      const connection = await login(server);
      connection.write(`${head}\r\n\r\nSET k v\r\n`);
      const answer = await connection.closed;
      assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/json\r\nContent-Length: \d+\r\n/);
      const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n"))) as { error: string };
      assert.equal(body.error, `ERR this port speaks the Redis protocol; the REST API is at ${url}`);
    }
    const client = await server.connect();
    client.write("PUT /k HTTP/1.0\r\n\r\n");
    assert.match(await client.closed, /^HTTP\/1\.1 400 /);
    assert.equal(server.server.engine.dataset.databases[0]!.size, 0);
    const answer = await fetch(`http://127.0.0.1:${server.server.redisPort}/set/k/v`);
    assert.equal(answer.status, 400);
  });

  test("is one too many when there are too many", async () => {
    const refused: object[] = [];
    const warn = ({ event, ...fields }: { event?: string }): void => {
      if (event === "connection-refused") refused.push(fields);
    };
    const log = { ...SILENT, warn };
    const server = await start({ connectionsMax: 2 }, { log });
    const [first] = [await login(server), await login(server)];
    const third = await server.connect();
    assert.equal(await third.closed, "-ERR max number of clients reached\r\n");
    const info = await first.send("INFO", "stats");
    assert.match(info, /total_connections_received:3\r\n/);
    assert.match(info, /rejected_connections:1\r\n/);
    assert.deepEqual(refused, [{ limit: "connectionsMax", most: 2 }]);
    first.close();
    await until(() => server.server.engine.sessions.size === 1);
    await login(server);
  });

  test("is closed when it is idle for too long", async () => {
    const server = await start({ respIdleMsMax: 20 });
    const connection = await server.connect();
    assert.equal(await connection.closed, "");
    assert.equal(server.server.engine.sessions.size, 0);
  });

  test("is closed when it is idle for as long as CONFIG SET timeout says, if it is open by then too", async () => {
    const server = await start();
    const [idle, other] = [await login(server), await login(server)];
    assert.equal(await other.send("CONFIG", "SET", "timeout", "2147483647"), OK);
    assert.equal(await other.send("CONFIG", "SET", "timeout", "1"), OK);
    assert.equal(await idle.closed, "");
    assert.equal(await other.closed, "");
  });

  test("listens on the other loopback address too", async () => {
    const server = await start();
    const connection = await RawConnection.open({ port: server.server.redisPort!, host: "::1" }).catch(() => undefined);
    // A machine without IPv6 refuses the address itself.
    if (connection === undefined) return;
    await connection.send("AUTH", TOKEN);
    assert.match(await connection.send("CLIENT", "INFO"), / addr=\[::1\]:\d+ laddr=\[::1\]:\d+ /);
  });

  test("ends with its server, which is not kept waiting", async () => {
    const server = await start();
    const connection = await login(server);
    await server.server.close();
    assert.equal(await connection.closed, "");
    assert.equal(server.server.engine.sessions.size, 0);
  });
});

describe("a client that does not read", () => {
  const value = "x".repeat(1024 * 1024);

  test("holds only its own commands up, and gets every reply in the end", async () => {
    const server = await start({ unreadBytesMax: 64 * 1024 });
    const [slow, other] = [await login(server), await login(server)];
    await other.send("SET", "k", value);
    slow.socket.pause();
    slow.write(commands(...Array.from({ length: 50 }, () => "GET k"), "SET after 1", "QUIT"));
    // The replies do not fit anywhere, so the last command must be waiting.
    for (let i = 0; i < 50; i++) assert.equal(await other.send("EXISTS", "after"), ":0\r\n");
    slow.socket.resume();
    const { frames } = splitFrames(await slow.closed);
    assert.equal(frames.length, 52);
    assert.ok(frames.slice(0, 50).every((frame) => frame === bulk(value)));
  });

  test("is cut off after a while", async () => {
    const cutOff: object[] = [];
    const warn = (fields: { event?: string }): void => void (fields.event === "client-cut-off" && cutOff.push(fields));
    const log = { ...SILENT, warn };
    const server = await start({ unreadBytesMax: 64 * 1024, stallMsMax: 20 }, { log });
    const [slow, other] = [await login(server), await login(server)];
    await other.send("SET", "k", value);
    slow.socket.pause();
    slow.write(commands(...Array.from({ length: 50 }, () => "GET k")));
    await until(async () => !(await other.send("CLIENT", "LIST")).includes("cmd=get"));
    assert.equal(server.server.engine.sessions.size, 1);
    assert.deepEqual(cutOff, [{ event: "client-cut-off", address: "127.0.0.1", limit: "stallMsMax", limitMs: 20 }]);
  });

  test("is cut off when messages pile up", async () => {
    const server = await start({ backlogBytesMax: 64 * 1024 });
    const connection = await login(server);
    const [session] = server.server.engine.sessions.values();
    connection.socket.pause();
    await until(() => {
      session!.deliver!(new Push(["message", "c", value]));
      return server.server.engine.sessions.size === 0;
    });
  });
});

describe("messages that no command asked for", () => {
  test("arrive at any time, and in the session's protocol", async () => {
    const server = await start();
    const connection = await login(server);
    const [session] = server.server.engine.sessions.values();
    session!.deliver!(new Push(["message", "c", "one"]));
    session!.deliver!(new Push(["message", "c", "two"]));
    assert.equal(await connection.next(), `*3\r\n${bulk("message")}${bulk("c")}${bulk("one")}`);
    assert.equal(await connection.next(), `*3\r\n${bulk("message")}${bulk("c")}${bulk("two")}`);
    await connection.send("HELLO", "3");
    session!.deliver!(new Push(["invalidate", null]));
    assert.equal(await connection.next(), `>2\r\n${bulk("invalidate")}_\r\n`);
  });
});

describe("subscriptions", () => {
  const message = (...texts: string[]): string => `${texts.length}\r\n${texts.map(bulk).join("")}`;

  test("over RESP2 are arrays, one for each name, and leave room for little else", async () => {
    const server = await start();
    const [listener, sender] = [await login(server), await login(server)];
    listener.write(commands("SUBSCRIBE a b", "PING", "GET k"));
    assert.equal(await listener.next(), `*3\r\n${bulk("subscribe")}${bulk("a")}:1\r\n`);
    assert.equal(await listener.next(), `*3\r\n${bulk("subscribe")}${bulk("b")}:2\r\n`);
    assert.equal(await listener.next(), `*${message("pong", "")}`);
    assert.match(await listener.next(), /^-ERR Can't execute 'get': only /);
    assert.equal(await sender.send("PUBLISH", "a", "\r\n\xff"), ":1\r\n");
    assert.equal(await listener.next(), `*${message("message", "a", "\r\n\xff")}`);
    assert.equal(await listener.send("UNSUBSCRIBE"), `*3\r\n${bulk("unsubscribe")}${bulk("a")}:1\r\n`);
    assert.equal(await listener.next(), `*3\r\n${bulk("unsubscribe")}${bulk("b")}:0\r\n`);
    assert.equal(await listener.send("GET", "k"), "$-1\r\n");
  });

  test("over RESP3 are pushes among other replies", async () => {
    const server = await start();
    const listener = await login(server);
    await listener.send("HELLO", "3");
    listener.write(commands("PSUBSCRIBE c*", "PUBLISH ch me", "GET k"));
    assert.equal(await listener.next(), `>3\r\n${bulk("psubscribe")}${bulk("c*")}:1\r\n`);
    assert.equal(await listener.next(), ":1\r\n");
    assert.equal(await listener.next(), `>${message("pmessage", "c*", "ch", "me")}`);
    assert.equal(await listener.next(), "_\r\n");
  });

  test("replies of a transaction keep the protocol that they were made under", async () => {
    const server = await start();
    const connection = await login(server);
    connection.write(commands("MULTI", "HGETALL none", "GET none", "HELLO 3", "HGETALL none", "GET none", "EXEC"));
    for (let i = 0; i < 6; i++) await connection.next();
    assert.match(await connection.next(), /^\*5\r\n\*0\r\n\$-1\r\n%7\r\n[^]*%0\r\n_\r\n$/);
    assert.equal(await connection.send("GET", "none"), "_\r\n");
    connection.write(commands("MULTI", "GET a", "HELLO 2", "GET b", "HELLO 3", "GET c", "EXEC"));
    for (let i = 0; i < 6; i++) await connection.next();
    assert.match(await connection.next(), /^\*5\r\n_\r\n\*14\r\n[^]*\$-1\r\n%7\r\n[^]*_\r\n$/);
  });

  test("what a session sends itself follows the reply, of a transaction and of a script, too", async () => {
    const server = await start();
    const listener = await login(server);
    await listener.send("HELLO", "3");
    await listener.send("CONFIG", "SET", "notify-keyspace-events", "KEA");
    await listener.send("SUBSCRIBE", "c", "__keyevent@0__:set");
    assert.equal(await listener.next(), `>3\r\n${bulk("subscribe")}${bulk("__keyevent@0__:set")}:2\r\n`);
    listener.write(commands("MULTI", "PUBLISH c one", "SET k v", "EXEC"));
    const replies = [await listener.next(), await listener.next(), await listener.next(), await listener.next()];
    assert.deepEqual(replies, [OK, "+QUEUED\r\n", "+QUEUED\r\n", "*2\r\n:1\r\n+OK\r\n"]);
    assert.equal(await listener.next(), `>${message("message", "c", "one")}`);
    assert.equal(await listener.next(), `>${message("message", "__keyevent@0__:set", "k")}`);
    assert.equal(await listener.send("EVAL", "return redis.call('publish', 'c', 'two')", "0"), ":1\r\n");
    assert.equal(await listener.next(), `>${message("message", "c", "two")}`);
    listener.write(commands("MULTI", "SUBSCRIBE x y z", "PING", "EXEC", "PING"));
    const queued = [await listener.next(), await listener.next(), await listener.next()];
    assert.deepEqual(queued, [OK, "+QUEUED\r\n", "+QUEUED\r\n"]);
    const confirmation = (name: string, count: number): string =>
      `>3\r\n${bulk("subscribe")}${bulk(name)}:${count}\r\n`;
    assert.equal(await listener.next(), `*2\r\n${confirmation("x", 3)}+PONG\r\n`);
    assert.equal(await listener.next(), confirmation("y", 4));
    assert.equal(await listener.next(), confirmation("z", 5));
    assert.equal(await listener.next(), "+PONG\r\n");
  });

  test("come whatever CLIENT REPLY says, and end with the connection", async () => {
    const server = await start();
    const [listener, sender] = [await login(server), await login(server)];
    listener.write(commands("CLIENT REPLY OFF", "SSUBSCRIBE s", "SET k v"));
    assert.equal(await listener.next(), `*3\r\n${bulk("ssubscribe")}${bulk("s")}:1\r\n`);
    assert.match(await sender.send("CLIENT", "LIST", "TYPE", "PUBSUB"), / flags=P db=0 sub=0 psub=0 ssub=1 /);
    assert.equal(await sender.send("SPUBLISH", "s", "m"), ":1\r\n");
    assert.equal(await listener.next(), `*${message("smessage", "s", "m")}`);
    listener.close();
    await until(() => server.server.engine.pubSub.listenersOf("shardChannels", "s") === 0);
  });

  test("of an unauthenticated client are refused", async () => {
    const server = await start();
    const client = await server.connect();
    for (const words of [["SUBSCRIBE", "c"], ["MONITOR"]]) assert.match(await client.send(...words), /^-NOAUTH /);
    assert.equal(await client.send("AUTH", READ_ONLY_TOKEN), OK);
    for (const words of [["SUBSCRIBE", "c"], ["MONITOR"]]) assert.match(await client.send(...words), /^-NOPERM /);
  });
});

describe("MONITOR", () => {
  test("tells where a command came from, and no secret", async () => {
    const server = await start();
    const [monitor, other] = [await login(server), await server.connect()];
    assert.equal(await monitor.send("MONITOR"), OK);
    await other.send("AUTH", TOKEN);
    await other.send("HELLO", "3", "AUTH", "default", TOKEN);
    await other.send("SELECT", "2");
    await other.send("GET", "a b");
    await server.command(["GET", "k"]);
    const from = `127\\.0\\.0\\.1:${other.socket.localPort}`;
    for (const line of [
      `0 ${from}\\] "AUTH" "\\(redacted\\)"`,
      `0 ${from}\\] "HELLO" "3" "AUTH" "\\(redacted\\)" "\\(redacted\\)"`,
      `2 ${from}\\] "SELECT" "2"`,
      `2 ${from}\\] "GET" "a b"`,
      '0 0\\.0\\.0\\.0:0\\] "GET" "k"',
    ]) {
      assert.match(await monitor.next(), new RegExp(`^\\+\\d{10}\\.\\d{6} \\[${line}\\r\\n$`));
    }
    assert.match(await other.send("CLIENT", "LIST", "TYPE", "normal"), / flags=O /);
  });
});

describe("CLIENT", () => {
  test("LIST and INFO name both ends", async () => {
    const server = await start();
    const connection = await login(server);
    const { localPort } = connection.socket;
    const expected = ` addr=127.0.0.1:${localPort} laddr=127.0.0.1:${server.server.redisPort} fd=-1 name= `;
    assert.ok((await connection.send("CLIENT", "INFO")).includes(expected));
    assert.ok((await connection.send("CLIENT", "LIST")).includes(expected));
    connection.write(commands("WATCH k", "SET k 1", "MULTI", "PING", "CLIENT INFO"));
    for (let i = 0; i < 5; i++) await connection.next();
    const other = await login(server);
    assert.match(await other.send("CLIENT", "LIST"), / flags=xd db=0 sub=0 psub=0 ssub=0 multi=0 /);
  });

  test("KILL cuts by id, address and user, and the caller itself last", async () => {
    const server = await start();
    const killer = await login(server);
    const victims = await Promise.all([login(server), login(server), login(server), login(server)]);
    const ids = await Promise.all(victims.map((victim) => victim.send("CLIENT", "ID")));
    assert.equal(await killer.send("CLIENT", "KILL", "ID", ids[0]!.slice(1, -2)), ":1\r\n");
    const addr = `127.0.0.1:${victims[1]!.socket.localPort}`;
    assert.equal(await killer.send("CLIENT", "KILL", addr), OK);
    assert.equal(await killer.send("CLIENT", "KILL", addr), "-ERR No such client\r\n");
    assert.equal(await killer.send("CLIENT", "KILL", "USER", "default_ro"), ":0\r\n");
    const laddr = `127.0.0.1:${server.server.redisPort}`;
    assert.equal(await killer.send("CLIENT", "KILL", "LADDR", laddr, "TYPE", "normal"), ":2\r\n");
    for (const victim of victims) assert.equal(await victim.closed, "");
    assert.equal(await killer.send("CLIENT", "KILL", "USER", "default", "SKIPME", "no"), ":1\r\n");
    assert.equal(await killer.closed, "");
  });

  test("REPLY turns replies off, on, and off once", async () => {
    const server = await start();
    const connection = await login(server);
    connection.write(commands("CLIENT REPLY OFF", "PING", "NOPE", "CLIENT REPLY SKIP", "CLIENT REPLY ON", "ECHO a"));
    assert.deepEqual([await connection.next(), await connection.next()], [OK, bulk("a")]);
    connection.write(
      commands("CLIENT REPLY SKIP", "ECHO b", "ECHO c", "CLIENT REPLY SKIP", "CLIENT REPLY SKIP", "ECHO d"),
    );
    assert.equal(await connection.next(), bulk("c"));
    connection.write(commands("ECHO e", "CLIENT REPLY SKIP", "CLIENT REPLY ON", "ECHO f"));
    assert.deepEqual(
      [await connection.next(), await connection.next(), await connection.next()],
      [bulk("e"), OK, bulk("f")],
    );
    // A transaction answers every command, and what it skips comes after it.
    connection.write(commands("MULTI", "CLIENT REPLY SKIP", "ECHO g", "EXEC", "ECHO h", "ECHO i"));
    for (let i = 0; i < 3; i++) await connection.next();
    assert.deepEqual([await connection.next(), await connection.next()], [`*2\r\n${OK}${bulk("g")}`, bulk("i")]);
  });

  test("PAUSE holds commands back until it is over", async () => {
    const server = await start();
    const [a, b] = [await login(server), await login(server)];
    const beganMs = Date.now();
    assert.equal(await a.send("CLIENT", "PAUSE", "60"), OK);
    b.write(commands("SET k 1", "GET k"));
    assert.deepEqual([await a.send("PING"), await b.next(), await b.next()], ["+PONG\r\n", OK, bulk("1")]);
    assert.ok(Date.now() - beganMs >= 59);
  });

  test("PAUSE WRITE lets reading through, and UNPAUSE ends it", async () => {
    const server = await start();
    const [a, b, c] = [await login(server), await login(server), await login(server)];
    assert.equal(await a.send("CLIENT", "PAUSE", "9223372036854775807", "WRITE"), OK);
    b.write(commands("GET k", "SET k 1", "GET k"));
    assert.equal(await b.next(), "$-1\r\n");
    for (const line of ["MULTI", "GET k", "EXEC", "MULTI", "PING"]) await c.send(...line.split(" "));
    assert.equal(await a.send("GET", "k"), "$-1\r\n");
    assert.equal(await a.send("CLIENT", "PAUSE", "1000000", "ALL"), OK);
    c.write(commands("EXEC"));
    assert.equal(await a.send("CLIENT", "UNPAUSE"), OK);
    assert.deepEqual([await b.next(), await b.next(), await c.next()], [OK, bulk("1"), "*1\r\n+PONG\r\n"]);
  });

  test("PAUSE answers errors at once, and counts those that it holds back as blocked", async () => {
    const server = await start();
    const [a, b, c] = [await login(server), await login(server), await login(server)];
    await a.send("ACL", "SETUSER", "reader", "on", ">reader", "~*", "+@read", "+auth");
    await c.send("AUTH", "reader", "reader");
    assert.equal(await a.send("CLIENT", "PAUSE", "1000000", "WRITE"), OK);
    assert.match(await b.send("SET", "k"), /^-ERR wrong number of arguments for 'set' command/);
    assert.match(await b.send("NOPE"), /^-ERR unknown command/);
    assert.match(await c.send("SET", "k", "v"), /^-NOPERM/);
    assert.match(await a.send("INFO", "clients"), /\r\nblocked_clients:0\r\n/);
    b.write(commands("SET k v"));
    await until(() => server.server.engine.pause.heldClients === 1);
    assert.match(await a.send("INFO", "clients"), /\r\nblocked_clients:1\r\n/);
    await a.send("CLIENT", "UNPAUSE");
    assert.equal(await b.next(), OK);
    assert.match(await a.send("INFO", "clients"), /\r\nblocked_clients:0\r\n/);
  });

  test("a connection that is held back can still be cut", async () => {
    const server = await start();
    const [a, b] = [await login(server), await login(server)];
    await a.send("CLIENT", "PAUSE", "1000000", "WRITE");
    b.write(commands("SET k 1"));
    b.close();
    await until(() => server.server.engine.sessions.size === 1);
    await a.send("CLIENT", "UNPAUSE");
    assert.equal(server.server.engine.dataset.databases[0]!.size, 0);
  });
});

describe("the options", () => {
  test("the port is off by default, and has a URL when it is on", async () => {
    const off = await TestServer.start();
    opened.push(off);
    assert.deepEqual([off.server.redisPort, off.server.redisUrl], [undefined, undefined]);
    const on = await start();
    assert.equal(on.server.redisUrl, `redis://default:${TOKEN}@127.0.0.1:${on.server.redisPort}`);
    const connection = await login(on);
    assert.match(await connection.send("INFO", "server"), new RegExp(`tcp_port:${on.server.redisPort}\r\n`));
    assert.ok((await connection.send("CONFIG", "GET", "port")).includes(`\r\n${on.server.redisPort}\r\n`));
  });

  test("a port that is taken is the system's error, and leaves nothing behind", async () => {
    const first = await start();
    const taken = first.server.redisPort!;
    await assert.rejects(TestServer.start({ redisPort: taken }), { code: "EADDRINUSE" });
    const auto = await TestServer.start({ redisPort: "auto" });
    opened.push(auto);
    assert.notEqual(auto.server.redisPort, undefined);
    for (const redisPort of [-1, 65_536, 1.5, "x" as "off"]) {
      await assert.rejects(TestServer.start({ redisPort }), {
        name: "OptionError",
        message: 'redisPort must be a whole number from 0 to 65535, "auto" or "off"',
      });
    }
  });

  test("a client that resets its connection affects no other", async () => {
    const server = await start();
    const socket = connect(server.server.redisPort!, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.resetAndDestroy();
    await until(() => server.server.engine.sessions.size === 0 && server.server.engine.stats.connectionsReceived === 1);
    await login(server);
  });
});

describe("a command that waits", () => {
  const blocked = (server: TestServer) => server.server.engine.waitingRoom.size;

  test("holds back what comes after it on its connection, and nothing else", async () => {
    const server = await start();
    const [a, b] = [await login(server), await login(server)];
    a.write(commands("BLPOP k 0", "PING", "BLPOP k 0", "GET x"));
    await until(() => blocked(server) === 1);
    a.write(commands("ECHO later"));
    assert.equal(await b.send("SET", "x", "before"), OK);
    b.write(commands("RPUSH k 1", "SET x after"));
    assert.deepEqual([await b.next(), await b.next()], [":1\r\n", OK]);
    assert.deepEqual([await a.next(), await a.next()], ["*2\r\n$1\r\nk\r\n$1\r\n1\r\n", "+PONG\r\n"]);
    await until(() => blocked(server) === 1);
    await b.send("RPUSH", "k", "2");
    assert.deepEqual(
      [await a.next(), await a.next(), await a.next()],
      ["*2\r\n$1\r\nk\r\n$1\r\n2\r\n", bulk("after"), bulk("later")],
    );
  });

  test("ends in time, several at different times", async () => {
    const environment = new TestWorld();
    const server = await start({}, { environment });
    const [a, b, c] = [await login(server), await login(server), await login(server)];
    const order: string[] = [];
    const wait = (name: string, connection: RawConnection, ...words: string[]) =>
      connection.send(...words).then((frame) => order.push(`${name} ${frame}`));
    const all = Promise.all([
      wait("a", a, "BLPOP", "k", "0.06"),
      wait("b", b, "BZPOPMIN", "k", "0.03"),
      wait("c", c, "XREAD", "BLOCK", "10", "STREAMS", "k", "$"),
    ]);
    await until(() => blocked(server) === 3);
    const startedMs = environment.nowMs;
    // A timer rings when the first of them is due by this clock, and finds the clock before that until it is moved.
    for (const [toMs, ended] of [
      [9, 0],
      [10, 1],
      [29, 1],
      [30, 2],
      [59, 2],
      [60, 3],
    ] as const) {
      environment.advance(toMs - (environment.nowMs - startedMs));
      await until(() => order.length === ended);
      server.server.engine.endWaits();
      assert.equal(blocked(server), 3 - ended);
    }
    await all;
    assert.deepEqual(order, ["c *-1\r\n", "b *-1\r\n", "a *-1\r\n"]);
  });

  test("is answered in the session's protocol, and as CLIENT REPLY wants it", async () => {
    const server = await start();
    const [a, b] = [await login(server), await login(server)];
    await a.send("HELLO", "3");
    const popped = a.send("BZPOPMIN", "z", "0");
    await until(() => blocked(server) === 1);
    await b.send("ZADD", "z", "1.5", "m");
    assert.equal(await popped, "*3\r\n$1\r\nz\r\n$1\r\nm\r\n,1.5\r\n");
    assert.equal(await a.send("BLPOP", "k", "0.001"), "_\r\n");
    a.write(commands("CLIENT REPLY SKIP", "BLPOP k 0", "ECHO next"));
    await until(() => blocked(server) === 1);
    await b.send("RPUSH", "k", "1");
    assert.equal(await a.next(), bulk("next"));
    a.write(commands("SUBSCRIBE c", "BLPOP k 0"));
    await a.next();
    await until(() => blocked(server) === 1);
    await b.send("PUBLISH", "c", "hello");
    assert.equal(await a.next(), ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5\r\nhello\r\n");
  });

  test("ends with its connection, which takes nothing with it", async () => {
    const server = await start();
    const [a, b, c] = [await login(server), await login(server), await login(server)];
    a.write(commands("BLPOP k 0", "PING"));
    c.write(commands("BLPOP k 0"));
    await until(() => blocked(server) === 2);
    a.close();
    await until(() => blocked(server) === 1);
    assert.match(await b.send("CLIENT", "LIST"), / flags=b /);
    const id = /id=(\d+) [^\n]* flags=b /.exec(await b.send("CLIENT", "LIST"))![1]!;
    assert.equal(await b.send("CLIENT", "KILL", "ID", id), ":1\r\n");
    assert.equal(await c.closed, "");
    assert.equal(await b.send("RPUSH", "k", "1"), ":1\r\n");
    assert.equal(await b.send("LLEN", "k"), ":1\r\n");
  });

  const ways = ["BLPOP k 0", "BRPOPLPUSH k other 0", "BLMOVE k other LEFT LEFT 0", "BZPOPMIN z 0"];
  for (const how of ["ends", "resets"] as const) {
    test(`is not served once its client ${how} the connection, TLS or not`, async () => {
      for (const tls of [undefined, TLS]) {
        const server = await start({}, tls === undefined ? {} : { tls });
        const producer = await connectTo(server, tls);
        for (const way of [...ways, ...ways, ...ways]) {
          const a = await connectTo(server, tls);
          a.write(commands(way));
          await until(() => blocked(server) === 1);
          if (how === "resets" && tls === undefined) a.socket.resetAndDestroy();
          else await new Promise<void>((resolve) => void a.socket.end(resolve));
          // The server reads what ended the connection and this in the same round of its event loop.
          producer.write(commands("RPUSH k 1", "ZADD z 1 m", "LLEN k", "ZCARD z", "DEL k z other"));
          const replies = [];
          for (let i = 0; i < 5; i++) replies.push(await producer.next());
          assert.deepEqual(replies, [":1\r\n", ":1\r\n", ":1\r\n", ":1\r\n", ":2\r\n"], way);
          assert.equal(blocked(server), 0);
        }
      }
    });
  }

  test("that was served before its client ended its side is answered", async () => {
    for (const tls of [undefined, TLS]) {
      const server = await start({}, tls === undefined ? {} : { tls });
      const [producer, a] = [await connectTo(server, tls), await connectTo(server, tls)];
      a.write(commands("BLPOP k 0"));
      await until(() => blocked(server) === 1);
      assert.equal(await producer.send("RPUSH", "k", "1"), ":1\r\n");
      a.socket.end();
      assert.equal(await a.closed, "*2\r\n$1\r\nk\r\n$1\r\n1\r\n");
    }
  });

  test("a client that ends its side behind a pipeline gets every answer, up to a command that would wait", async () => {
    const server = await start({ unreadBytesMax: 10_000 });
    const a = await login(server);
    const lines = Array.from({ length: 3000 }, (_, i) => `ECHO ${String(i).padStart(50, "x")}`);
    a.socket.end(commands(...lines, "BLPOP k 0", "SET never 1"), "latin1");
    const { frames } = splitFrames(await a.closed);
    assert.equal(frames.length, lines.length);
    assert.equal((await server.command(["EXISTS", "never"])).body, '{"result":0}');
  });

  test("can be ended by another client", async () => {
    const server = await start();
    const [a, b] = [await login(server), await login(server)];
    const id = (await a.send("CLIENT", "ID")).slice(1, -2);
    for (const [reason, reply] of [
      ["TIMEOUT", "*-1\r\n"],
      ["ERROR", "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n"],
    ] as const) {
      const waiting = a.send("BLPOP", "k", "0");
      await until(() => blocked(server) === 1);
      assert.equal(await b.send("CLIENT", "UNBLOCK", id, reason), ":1\r\n");
      assert.equal(await waiting, reply);
    }
    assert.equal(await b.send("CLIENT", "UNBLOCK", id), ":0\r\n");
  });

  test("is not taken for an idle one, and is one again after it", async () => {
    const server = await start({ respIdleMsMax: 100 });
    const a = await server.connect();
    a.write(commands(`AUTH ${TOKEN}`, "BLPOP k 0.25"));
    assert.deepEqual([await a.next(), await a.next(), await a.closed], [OK, "*-1\r\n", ""]);
  });

  test("lets a client send only so much meanwhile", async () => {
    const server = await start({ unreadBytesMax: 100_000 });
    const [a, b] = [await login(server), await login(server)];
    a.write(commands("BLPOP k 0"));
    await until(() => blocked(server) === 1);
    const much = 200;
    for (let i = 0; i < much; i++) a.write(commands(`SET big:${i} ${"x".repeat(10_000)}`));
    await b.send("RPUSH", "k", "1");
    await a.next();
    for (let i = 0; i < much; i++) assert.equal(await a.next(), OK);
    assert.equal(await b.send("DBSIZE"), `:${much}\r\n`);
  });

  test("hands every element to one of many, whatever they do", async () => {
    const server = await start();
    const producer = await login(server);
    const taken: string[] = [];
    const jobs = 500;
    const consume = async (name: number): Promise<void> => {
      const consumer = await login(server);
      for (;;) {
        const timeout = name % 3 === 0 ? "0.002" : "0";
        const frame = await consumer.send("BLPOP", "jobs", "end", timeout);
        const [key, element] = frame.split("\r\n").filter((part) => !/^[*$]/.test(part));
        if (key === "end") return;
        if (key === "jobs") taken.push(element!);
      }
    };
    const consumers = Array.from({ length: 20 }, (_, name) => consume(name));
    for (let from = 1; from <= jobs; from += 7) {
      const batch = Array.from({ length: Math.min(7, jobs - from + 1) }, (_, i) => String(from + i));
      await producer.send("RPUSH", "jobs", ...batch);
    }
    await until(async () => (await producer.send("LLEN", "jobs")) === ":0\r\n");
    await producer.send("RPUSH", "end", ...consumers.map(String));
    await Promise.all(consumers);
    assert.deepEqual(
      taken.map(Number).sort((a, b) => a - b),
      Array.from({ length: jobs }, (_, i) => i + 1),
    );
  });

  test("is served by a REST request, and ends with its server", async () => {
    const server = await start();
    const a = await login(server);
    const popped = a.send("BRPOP", "k", "0");
    await until(() => blocked(server) === 1);
    assert.deepEqual((await server.command(["RPUSH", "k", "1"])).json, { result: 1 });
    assert.equal(await popped, "*2\r\n$1\r\nk\r\n$1\r\n1\r\n");
    a.write(commands("BLPOP k 100"));
    await until(() => blocked(server) === 1);
    opened.splice(opened.indexOf(server), 1);
    await server.stop();
    assert.equal(await a.closed, "");
    assert.equal(blocked(server), 0);
  });

  test("lasts until a pause is over, and runs no command behind it before", async () => {
    const server = await start();
    const [a, b] = [await login(server), await login(server)];
    a.write(commands("BLPOP k 0", "SET x 1"));
    await until(() => blocked(server) === 1);
    await b.send("CLIENT", "PAUSE", "1000000", "WRITE");
    await server.command(["RPUSH", "k", "1"]);
    assert.equal(blocked(server), 1);
    await b.send("CLIENT", "UNPAUSE");
    assert.deepEqual([await a.next(), await a.next()], ["*2\r\n$1\r\nk\r\n$1\r\n1\r\n", OK]);
  });
});
