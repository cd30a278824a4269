/**
 * Nothing that reports an error can fail: the executable with no reader of its log, with no disk, and with no descriptors
 * left serves on, and ends when it is told to.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { RawConnection } from "../support/resp-client.ts";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const skip = process.platform === "linux" ? false : "needs Linux";

const running = new Set<ChildProcess>();
afterEach(() => running.forEach((child) => child.kill("SIGKILL")));

/** The executable behind a line of shell, and the ports it listens on. */
async function start(shell: string, stderr: "pipe" | "ignore" | number, more = "") {
  const env = { ...process.env, STASHD_PORT: "0", STASHD_REDIS_PORT: "0", STASHD_TOKEN: "good", STASHD_MEMORY: "1" };
  const args = [
    "-c",
    `${shell} exec "$0" "$1" --trust-proxy --limits failedLoginsMax=1 ${more}`,
    process.execPath,
    PROGRAM,
  ];
  const child = spawn("sh", args, { env, stdio: ["ignore", "pipe", stderr] });
  running.add(child.on("close", () => running.delete(child)));
  const out = await new Promise<string>((resolve) => {
    let text = "";
    child.stdout!.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("\ncurl ")) resolve(text);
    });
  });
  const url = /REST_URL="(.*)"/.exec(out)![1]!;
  const redisPort = Number(/REDIS_URL="redis:.*:(\d+)"/.exec(out)![1]);
  return { child, url, redisPort, port: Number(new URL(url).port) };
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once("exit", (code) => resolve(code)));

/** Wrong tokens from as many addresses, as a proxy would tell them: each is worth a line. */
async function provoke(port: number, addresses: number): Promise<void> {
  const connection = connect(port, "127.0.0.1");
  for (let i = 0; i < addresses; i++) {
    const from = `X-Forwarded-For: 10.0.${i >> 8}.${i & 255}\r\n`;
    connection.write(`GET /ping HTTP/1.1\r\nAuthorization: Bearer bad\r\n${from}\r\n`);
  }
  let received = "";
  await new Promise<void>((resolve) => {
    connection.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (received.split("HTTP/1.1 401").length > addresses) resolve();
    });
  });
  connection.destroy();
}

async function ping(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/ping`, { headers: { Authorization: "Bearer good", Connection: "close" } });
  return answer.json();
}

describe("a server whose errors have no reader", { skip }, () => {
  test("serves while standard error is a pipe without a reader", async () => {
    // What the reader sleeps through is more than a pipe holds, and than the server keeps.
    const { child, url, port } = await start("", "pipe");
    child.stderr!.pause();
    await provoke(port, 6000);
    assert.deepEqual(await ping(url), { result: "PONG" });
    const exit = ended(child);
    child.kill("SIGTERM");
    assert.equal(await exit, 0);
  });

  test("serves while standard error is full, or closed", async () => {
    const full = openSync("/dev/full", "w");
    for (const [shell, stderr] of [
      ["", full],
      ["exec 2>&-;", "ignore"],
    ] as const) {
      const { child, url, port } = await start(shell, stderr);
      await provoke(port, 200);
      assert.deepEqual(await ping(url), { result: "PONG" });
      const exit = ended(child);
      child.kill("SIGTERM");
      assert.equal(await exit, 0);
    }
    closeSync(full);
  });

  test("keeps the ACL file whole on a disk that takes only a part of it, and says so", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stashd-full-"));
    const aclFile = join(folder, "users.acl");
    const before = "user default on >good ~* &* +@all\n";
    writeFileSync(aclFile, before);
    // No file may have more than 8 blocks. A write beyond is cut first, without an error.
    const { child, url, redisPort } = await start("ulimit -f 8;", "pipe", `--acl-file ${aclFile}`);
    let log = "";
    child.stderr!.on("data", (chunk: Buffer) => (log += chunk.toString()));
    const connection = await RawConnection.open({ port: redisPort, host: "127.0.0.1" });
    await connection.send("AUTH", "good");
    for (let i = 0; i < 20; i++) await connection.send("ACL", "SETUSER", `${i}${"u".repeat(1000)}`, "on", "nopass");
    assert.match(await connection.send("ACL", "SAVE"), /^-ERR There was an error trying to save the ACLs/);
    assert.deepEqual([readFileSync(aclFile, "utf8"), readdirSync(folder)], [before, ["users.acl"]]);
    assert.match(log, /the ACL file could not be written/);
    assert.match(await connection.send("CONFIG", "REWRITE"), /^-ERR The server is running without a config file/);
    assert.deepEqual(await ping(url), { result: "PONG" });
    await connection.send("ACL", "DELUSER", ...Array.from({ length: 20 }, (_, i) => `${i}${"u".repeat(1000)}`));
    assert.equal(await connection.send("ACL", "SAVE"), "+OK\r\n");
    const exit = ended(child);
    child.kill("SIGTERM");
    assert.equal(await exit, 0);
    rmSync(folder, { recursive: true });
  });

  test("says in one line that it cannot start: without descriptors, or without a directory", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stashd-gone-"));
    const more = "allow 256 or more with ulimit -n";
    const cases: readonly (readonly [shell: string, line: string])[] = [
      ["ulimit -n 30;", `cannot load the program with 30 file descriptors; ${more}`],
      ["ulimit -n 80;", `cannot load the program with 80 file descriptors; ${more}`],
      [`cd ${folder}; rmdir ${folder};`, "the working directory does not exist any more; change to another"],
    ];
    for (const [shell, line] of cases) {
      const env = { ...process.env, STASHD_PORT: "0", STASHD_REDIS_PORT: "0" };
      const child = spawn("sh", ["-c", `${shell} exec "$0" "$1"`, process.execPath, PROGRAM], { env });
      running.add(child.on("close", () => running.delete(child)));
      let [out, err] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
      const code = await new Promise((resolve) => child.on("close", resolve));
      assert.deepEqual({ code, out, err }, { code: 1, out: "", err: `stashd: ${line}\n` });
    }
  });

  test("stops accepting before descriptors run out, and warns", async () => {
    const { child, url, port, redisPort } = await start("ulimit -n 256;", "pipe");
    let log = "";
    child.stderr!.on("data", (chunk: Buffer) => (log += chunk.toString()));
    const kept = await RawConnection.open({ port: redisPort, host: "127.0.0.1" });
    assert.equal(await kept.send("AUTH", "good"), "+OK\r\n");
    const sockets: Socket[] = [];
    let closed = 0;
    await new Promise<void>((resolve) => {
      for (let i = 0; i < 500; i++) {
        const socket = connect(i % 2 === 0 ? port : redisPort, "127.0.0.1");
        socket.on("error", () => socket.destroy());
        socket.on("close", () => ++closed === 300 && resolve());
        sockets.push(socket);
      }
    });
    // The connection that is there is served, what has to be loaded now is, and the log has told why.
    assert.equal(await kept.send("EVAL", "return 'lua'", "0"), "$3\r\nlua\r\n");
    assert.match(log, /no more file descriptors/);
    assert.equal(log.split("no more file descriptors").length, 2, "once a minute");
    for (const socket of sockets) socket.destroy();
    assert.equal(await kept.send("PING"), "+PONG\r\n");
    assert.deepEqual(await ping(url), { result: "PONG" });
    const exit = ended(child);
    child.kill("SIGTERM");
    assert.equal(await exit, 0);
  });
});
