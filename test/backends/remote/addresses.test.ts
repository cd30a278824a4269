/** Every way to a redis-server: TLS, IPv6, sockets, passwords; and what the start says in one line of one that is of no use. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { after, afterEach, before, describe, test } from "node:test";
import type { ServerOptions } from "../../../src/index.ts";
import { SILENT } from "../../../src/core/log.ts";
import { freePorts, oracleSkipReason, RedisServer } from "../../support/redis.ts";
import { TestServer } from "../../support/server.ts";

const skip = oracleSkipReason();

const fixtures = join(import.meta.dirname, "../../../../test/fixtures/tls");
const certPath = join(fixtures, "cert.pem");
const keyPath = join(fixtures, "key.pem");
const ca = readFileSync(certPath);
const client = { cert: ca, key: readFileSync(keyPath) };
const otherCa = rootCertificates[0]!;

const TLS_FILES = ["--tls-cert-file", certPath, "--tls-key-file", keyPath, "--tls-ca-cert-file", certPath];

/** A host of this machine that is not loopback, which protected mode refuses. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === "IPv4" && !one.internal)?.address;

describe("ways to a redis-server", { skip }, () => {
  const servers: TestServer[] = [];
  const redises: RedisServer[] = [];
  let open: RedisServer;
  let strict: RedisServer;
  let guarded: RedisServer;
  let replica: RedisServer;
  let ports: readonly number[];

  before(async () => {
    ports = await freePorts(5);
    const [plainPort, tlsPort, strictPort, guardedPort, wildPort] = ports.map(String);
    const start = (...more: string[]): Promise<RedisServer> => RedisServer.start(more);
    const tls = ["--port", "0", ...TLS_FILES];
    [open, strict, guarded, replica] = await Promise.all([
      start(
        "--port",
        plainPort!,
        "--tls-port",
        tlsPort!,
        ...TLS_FILES,
        "--tls-auth-clients",
        "no",
        "--bind",
        "127.0.0.1",
        "::1",
      ),
      start(...tls, "--tls-port", strictPort!, "--tls-auth-clients", "yes", "--bind", "127.0.0.1"),
      start("--port", guardedPort!, "--requirepass", "p@ss", "--bind", "127.0.0.1"),
      start("--port", wildPort!, "--bind", "0.0.0.0", "--protected-mode", "yes"),
    ]);
    redises.push(open, strict, guarded, replica);
    await replica.send(["REPLICAOF", "127.0.0.1", plainPort!]);
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });
  after(async () => {
    for (const redis of redises) await redis.stop();
  });

  async function start(
    redis: string,
    redisTls?: ServerOptions["redisTls"],
    more: ServerOptions = {},
  ): Promise<TestServer> {
    const server = await TestServer.start({ redis, ...(redisTls && { redisTls }), ...more });
    servers.push(server);
    return server;
  }

  /** By the name of each way: its URL, and certificates. */
  const ways: Readonly<Record<string, () => [url: string, tls?: ServerOptions["redisTls"]]>> = {
    "TLS, to a name": () => [`rediss://localhost:${ports[1]}`, { ca }],
    "TLS, to an address": () => [`rediss://127.0.0.1:${ports[1]}/2`, { ca }],
    "TLS, to an address of IPv6": () => [`rediss://[::1]:${ports[1]}`, { ca }],
    "TLS with a certificate of the client": () => [`rediss://127.0.0.1:${ports[2]}`, { ca, ...client }],
    IPv6: () => [`redis://[::1]:${ports[0]}`],
    "a socket": () => [`unix:${open.path}`],
    "a socket, with a password and a database": () => [`unix://default:p%40ss@${guarded.path}?db=3`],
    "a password": () => [`redis://:p%40ss@127.0.0.1:${ports[3]}`],
    "a user and a password": () => [`redis://default:p%40ss@127.0.0.1:${ports[3]}/1`],
  };
  for (const [name, way] of Object.entries(ways)) {
    test(name, async () => {
      const server = await start(...way());
      const value = "bytes \xff".repeat(30_000);
      const body = Buffer.from(
        JSON.stringify([
          ["SET", name, value],
          ["GET", name],
          ["DEL", name],
        ]),
        "latin1",
      );
      const headers = { "Upstash-Encoding": "base64" };
      const { json } = await server.call("POST", "/pipeline", { body, headers });
      assert.deepEqual(json, [
        { result: "OK" },
        { result: Buffer.from(value, "latin1").toString("base64") },
        { result: 1 },
      ]);
      const transaction = await server.call("POST", "/multi-exec", { body: '[["PING"]]' });
      assert.deepEqual(transaction.json, [{ result: "PONG" }]);
    });
  }

  /** What is said of a way that is of no use. */
  const refusals: Readonly<Record<string, readonly [() => [url: string, tls?: ServerOptions["redisTls"]], RegExp]>> = {
    "TLS, and no authority of its certificate": [() => [`rediss://localhost:${ports[1]}`], /certificate.*--redis-ca/],
    "TLS, and another authority": [
      () => [`rediss://localhost:${ports[1]}`, { ca: otherCa }],
      /certificate.*--redis-ca/,
    ],
    "TLS without the certificate that it asks for": [
      () => [`rediss://127.0.0.1:${ports[2]}`, { ca }],
      /certificate.*--redis-cert/,
    ],
    "no password": [() => [`redis://127.0.0.1:${ports[3]}`], /NOAUTH/],
    "a wrong password": [() => [`redis://:wrong@127.0.0.1:${ports[3]}`], /WRONGPASS/],
    "no such user": [() => [`redis://nobody:p%40ss@127.0.0.1:${ports[3]}`], /WRONGPASS/],
    "a database that is not there": [() => [`redis://127.0.0.1:${ports[0]}/99`], /DB index is out of range/],
    ...(outside !== undefined && {
      "protected mode": [() => [`redis://${outside}:${ports[4]}`], /DENIED Redis is running in protected mode/],
    }),
  };
  for (const [name, [way, message]] of Object.entries(refusals)) {
    test(`${name} is said in one line`, async () => {
      const logged: string[] = [];
      const note = (_fields: object, text: string): void => void logged.push(text);
      const log = { info: note, warn: note, error: note };
      const [url, tls] = way();
      await assert.rejects(start(url, tls, { log }), (error) => {
        const text = (error as Error).message;
        assert.match(text, message);
        assert.match(text, /^the Redis at \S+ cannot be used: /);
        return !/\n|p@ss|wrong@/.test(text);
      });
      assert.deepEqual(logged, []);
    });
  }

  for (const [name, url, reason] of [
    [
      "TLS against plain",
      () => `rediss://127.0.0.1:${ports[0]}`,
      /^no answer to TLS; if it speaks plain Redis, write redis:\/\//,
    ],
    [
      "plain against TLS",
      () => `redis://127.0.0.1:${ports[1]}`,
      /^the connection was closed; if it speaks TLS, write rediss:/,
    ],
  ] as const) {
    // Redis says nothing of it, and another server in between may be at fault: so the server goes on trying.
    test(`${name} is supposed in the log`, async () => {
      const reasons: string[] = [];
      const log = { ...SILENT, warn: ({ reason }: { reason?: string }) => void reasons.push(String(reason)) };
      const server = await start(url(), undefined, { log, limits: { backendConnectMsMax: 300, backendWaitMsMax: 50 } });
      assert.match(reasons[0]!, reason);
      assert.equal((await server.command(["GET", "k"])).status, 503);
    });
  }

  test("a replica serves what it can, and the log says once that it refuses writes", async () => {
    const warnings: string[] = [];
    const log = { ...SILENT, warn: (_fields: object, text: string) => void warnings.push(text) };
    const server = await start(`unix:${replica.path}`, undefined, { log });
    assert.equal((await server.command(["GET", "k"])).status, 200);
    assert.match((await server.command(["SET", "k", "v"])).body, /READONLY/);
    await server.call("POST", "/multi-exec", { body: '[["PING"]]' });
    assert.equal(warnings.filter((text) => /is a replica, which refuses writes/.test(text)).length, 1, warnings.join());
  });
});
