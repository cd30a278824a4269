/** The executable in front of a Redis: what it says when it cannot be, and what it shows when it is. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

const skip = oracleSkipReason();

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the program until it ends, or is ready and is told to end. */
function run(args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, STASHD_REDIS_PORT: "off", STASHD_MEMORY: "1" };
  const child = spawn(process.execPath, [PROGRAM, "--port", "0", ...args], { env, stdio: "pipe" });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    if (/\ncurl .*\n/.test(out)) child.kill("SIGTERM");
  });
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

describe("stashd --redis", { skip }, () => {
  let open: RedisServer;
  let guarded: RedisServer;
  let http: Server;
  let folder: string;
  before(async () => {
    [open, guarded] = await Promise.all([RedisServer.start(), RedisServer.start(["--requirepass", "pw"])]);
    http = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
    await new Promise((resolve) => http.once("listening", resolve));
    folder = mkdtempSync(join(tmpdir(), "stashd-gateway-"));
  });
  after(async () => {
    http.close();
    await Promise.all([open.stop(), guarded.stop()]);
    rmSync(folder, { recursive: true });
  });

  const words = (...args: readonly string[]): ((url: string) => string[]) => {
    return (url) => args.map((arg) => (arg === "URL" ? url : arg));
  };
  const wrong: Readonly<Record<string, readonly [args: (url: string) => string[], line: RegExp]>> = {
    "no URL": [words("--redis", "localhost"), /--redis cannot be used: localhost is no URL; write redis:\/\//],
    "another scheme": [words("--redis", "mysql://h"), /mysql:\/\/h begins with mysql:\/\/; there are redis:\/\//],
    fsync: [words("--redis", "URL", "--fsync", "always"), /--fsync is about data in this process; .* leave it out/],
    "a limit on memory": [words("--redis", "URL", "--max-memory", "1mb"), /--max-memory is about data in this/],
    "a policy": [words("--redis", "URL", "--max-memory-policy", "allkeys-lru"), /--max-memory-policy is about data/],
    DEBUG: [words("--redis", "URL", "--enable-debug"), /--enable-debug is about data in this process/],
    "a name and no Redis": [words("--redis-name", "x"), /--redis-name means nothing without redis/],
    "a certificate without TLS": [words("--redis", "URL", "--redis-ca", PROGRAM), /--redis-ca/],
    "no password": [() => ["--redis", `unix:${guarded.path}`], /NOAUTH .*; write the password in its URL, as redis:/],
    "a wrong password": [() => ["--redis", `unix::no@${guarded.path}`], /WRONGPASS .*; correct the name and the pass/],
    "a password too many": [() => ["--redis", `unix::pw@${open.path}`], /; leave the password out of its URL/],
    "a database too high": [
      () => ["--redis", `unix:${open.path}?db=99`],
      /index is out of range; name a database that/,
    ],
    "a port of HTTP": [
      () => ["--redis", `redis://127.0.0.1:${(http.address() as AddressInfo).port}`],
      /it speaks HTTP; name the port of its Redis protocol/,
    ],
  };

  test("says in one line what is wrong and what to do, without a password", async () => {
    const ends = await Promise.all(Object.values(wrong).map(([args]) => run(args(`unix:${open.path}`))));
    for (const [i, [what, [, line]]] of Object.entries(wrong).entries()) {
      const { code, err, out } = ends[i]!;
      assert.match(err, line, what);
      assert.match(err, /^stashd: [^\n]*\n$/, what);
      assert.doesNotMatch(err, /no@|pw@/, what);
      assert.deepEqual([code, out], [1, ""], what);
    }
  });

  test("lists several databases by name and address, without their tokens", async () => {
    const file = join(folder, "tokens.json");
    const entries = {
      "token-one": { srh_id: "orders", connection_string: `unix:${open.path}` },
      "token-two": { connection_string: `unix::pw@${guarded.path}` },
    };
    writeFileSync(file, JSON.stringify(entries));
    const { code, out } = await run(["--tokens-file", file]);
    assert.equal(code, 0);
    const list = `  orders at ${open.path}\n  ${guarded.path}\n`;
    assert.ok(out.includes(`Data is in 2 Redis servers, which tokens choose from:\n${list}`), out);
    assert.doesNotMatch(out, /token-|pw@/);
  });
});
