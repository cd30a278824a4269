/** A server whose disk is slow, full or not its own: waiting and refused clients, and what a restart finds. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startServer } from "../../src/server/server.ts";
import { Barrier, GatedDisk } from "../support/gated-disk.ts";
import { encodeCommand } from "../support/resp.ts";
import { RawConnection } from "../support/resp-client.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "stashd-disk-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe("a slow disk", () => {
  const unsyncedBytesMax = 256 * 1024;
  const VALUE = "x".repeat(16 * 1024);

  for (const http of ["own", "node"] as const) {
    for (const slow of ["append", "sync"] as const) {
      test(`lets writers wait and readers go on: ${slow}, http ${http}`, async () => {
        const disk = new GatedDisk();
        const data = join(folder, `slow-${slow}-${http}`);
        const server = await TestServer.start({ data, disk, http, redisPort: 0, limits: { unsyncedBytesMax } });
        const { engine } = server.server;
        const barrier = new Barrier();
        disk.gate = (call) => (call === slow && !barrier.isOpen ? barrier.pass() : undefined);
        try {
          const [writer, reader] = [await server.connect(), await server.connect()];
          for (const connection of [writer, reader]) await connection.send("AUTH", TOKEN);
          // A client that sends everything before it reads a reply.
          const commands = Array.from({ length: 400 }, (_, i) => encodeCommand(["SET", `piped:${i}`, VALUE]));
          writer.write(commands.join(""));
          const written = Promise.all(commands.map(() => writer.next()));
          // Clients that wait for each reply.
          let posted = 0;
          const posting = Array.from({ length: 4 }, async (_, client) => {
            for (let i = 0; i < 20; i++, posted++) {
              const { json } = await server.command(["SET", `posted:${client}:${i}`, VALUE]);
              assert.deepEqual(json, { result: "OK" });
            }
          });
          const posts = Promise.all(posting);
          // It fails when the server ends before.
          posts.catch(() => {});
          await until(() => engine.gate.isOn);
          // Reads are answered, however long it takes, and nothing more is written meanwhile than what one chunk holds.
          for (let i = 0; i < 50; i++) {
            assert.match(await reader.send("STRLEN", "piped:0"), /^:(?:16384|0)\r\n$/);
            assert.equal((await server.command(["EXISTS", "nothing"])).status, 200);
          }
          const values = Number(/^:(\d+)/.exec(await reader.send("DBSIZE"))![1]);
          const bytes = values * VALUE.length;
          assert.ok(bytes < 3 * unsyncedBytesMax, `${bytes} bytes wait in memory, ${unsyncedBytesMax} are allowed`);
          assert.ok(posted < 80);
          barrier.open();
          assert.deepEqual(new Set(await written), new Set(["+OK\r\n"]));
          await posts;
          assert.equal(await reader.send("DBSIZE"), ":480\r\n");
          writer.close();
          reader.close();
        } finally {
          barrier.open();
          await server.stop();
        }
      });
    }
  }
});

describe("a snapshot that is slower than the writers", () => {
  const snapshotBytesMax = 256 * 1024;
  const KEYS = 1200;
  // It cannot be compressed.
  const NOISE = randomBytes(768).toString("base64");

  for (const work of ["BGREWRITEAOF", "BGSAVE"]) {
    test(`lets them wait: ${work}`, async () => {
      const disk = new GatedDisk();
      const data = join(folder, `behind-${work}`);
      const server = await TestServer.start({ data, disk, redisPort: 0, limits: { snapshotBytesMax } });
      const barrier = new Barrier();
      try {
        const [writer, reader] = [await server.connect(), await server.connect()];
        for (const connection of [writer, reader]) await connection.send("AUTH", TOKEN);
        if (work === "BGSAVE") await reader.send("CONFIG", "SET", "appendonly", "no");
        const setAll = async (of: string): Promise<void> => {
          writer.write(Array.from({ length: KEYS }, (_, i) => encodeCommand(["SET", `key:${i}`, of + NOISE])).join(""));
          for (let i = 0; i < KEYS; i++) assert.equal(await writer.next(), "+OK\r\n");
        };
        await setAll("a");
        let hasBegun = false;
        disk.gate = (call, path) => {
          if (call !== "append" || !/temp-(?:base|save)/.test(path)) return undefined;
          hasBegun = true;
          return barrier.isOpen ? undefined : barrier.pass();
        };
        assert.match(await reader.send(work), /started/);
        await until(() => hasBegun);
        const written = setAll("b");
        written.catch(() => {});
        const { gate } = server.server.engine;
        await until(() => gate.isFull);
        for (let i = 0; i < 50; i++) assert.equal(await reader.send("EXISTS", "nothing"), ":0\r\n");
        let changed = 0;
        while ((await reader.send("GETRANGE", `key:${changed}`, "0", "0")) === "$1\r\nb\r\n") changed++;
        assert.ok(changed * 1024 < 3 * snapshotBytesMax, `${changed} keys of ${KEYS} have changed`);
        barrier.open();
        await written;
        await until(() => server.server.engine.durability!.infoLines.includes("rdb_bgsave_in_progress:0"));
        assert.equal(gate.isOn, false);
        writer.close();
        reader.close();
      } finally {
        barrier.open();
        await server.stop();
      }
    });
  }
});

describe("a directory that is not ours", () => {
  const cases = [
    ["belongs to another user", "kindOf", "foreign", /belongs to another user; choose another directory with --data/],
    ["cannot be entered", "lock", "EACCES", /cannot be written to; choose another directory with --data, or --memory/],
    ["is on a disk that is read-only", "lock", "EROFS", /cannot be written to; choose another directory with --data/],
    ["cannot be listed", "list", "EACCES", /cannot be written to; choose another directory with --data/],
    ["has a file that cannot be read", "openToRead", "EACCES", /cannot be written to; choose another directory/],
    ["is on a disk that is full", "openToAppend", "ENOSPC", /the disk of .* is full; make room, or choose another/],
    ["is on a disk that is broken", "openToRead", "EIO", /cannot be used \(EIO.*\); choose another directory with/],
  ] as const;
  for (const [what, call, answer, reason] of cases) {
    test(`${what}: one line, and nothing is touched`, async () => {
      const data = join(folder, what.replaceAll(" ", "-"));
      const first = await startServer({ port: 0, data, token: "a", readOnlyToken: "b" });
      await first.close();
      const before = readdirSync(data).sort();
      const disk = new GatedDisk();
      disk.gate = (made) => (made === call && answer !== "foreign" ? answer : undefined);
      if (answer === "foreign") disk.kindOf = async () => "foreign";
      await assert.rejects(startServer({ port: 0, data, disk, token: "a", readOnlyToken: "b" }), (error: Error) => {
        assert.match(error.message, reason);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
      assert.deepEqual(readdirSync(data).sort(), before);
      assert.ok(!existsSync(join(data, "stashd.lock")));
    });
  }
});

describe("a full disk", () => {
  const REFUSED = "MISCONF Errors writing to the AOF file: ";

  for (const fsync of ["always", "everysec"] as const) {
    test(`refuses writes at both doors, under ${fsync}, and takes them again by itself`, async () => {
      const disk = new GatedDisk();
      const data = join(folder, `full-${fsync}`);
      const server = await TestServer.start({ data, disk, fsync, redisPort: 0 });
      const connection = await server.connect();
      await connection.send("AUTH", TOKEN);
      assert.equal(await connection.send("SET", "before", "1"), "+OK\r\n");
      await until(() => server.server.engine.durability!.infoLines.includes("aof_buffer_length:0"));
      let isFull = true;
      disk.gate = (call) => (isFull && (call === "append" || call === "openToAppend") ? "ENOSPC" : undefined);
      // Half of it is written before the disk is full. Under `always` no reply says that it is kept.
      const lost = server.command(["SET", "on the way", "1"]);
      await until(async () => (await connection.send("PING")).startsWith(`-${REFUSED}`));
      assert.match(await connection.send("SET", "refused", "1"), new RegExp(`^-${REFUSED}.*ENOSPC`));
      const { json, status } = await server.command(["SET", "refused over REST", "1"]);
      assert.equal(status, 400);
      assert.match((json as { error: string }).error, new RegExp(`^${REFUSED}`));
      const pipeline = await server.call("POST", "/pipeline", { body: '[["SET","refused","1"],["GET","before"]]' });
      assert.match(pipeline.body, /^\[\{"error":"MISCONF .*\},\{"result":"1"\}\]$/);
      const transaction = await server.call("POST", "/multi-exec", { body: '[["SET","refused","1"]]' });
      assert.match(transaction.body, /MISCONF/);
      assert.match(await connection.send("EVAL", "return redis.call('SET', 'refused', 1)", "0"), /^-.*MISCONF/);
      assert.equal(await connection.send("GET", "before"), "$1\r\n1\r\n");
      assert.match(await connection.send("INFO", "persistence"), /aof_last_write_status:err/);
      isFull = false;
      await until(async () => (await connection.send("SET", "after", "1")) === "+OK\r\n");
      assert.deepEqual((await lost).json, { result: "OK" });
      assert.match(await connection.send("INFO", "persistence"), /aof_last_write_status:ok/);
      connection.close();
      await server.stop();
      const again = await TestServer.start({ data });
      const { json: keys } = await again.command(["KEYS", "*"]);
      assert.deepEqual((keys as { result: string[] }).result.toSorted(), ["after", "before", "on the way"]);
      await again.stop();
    });
  }

  const hasLimits = spawnSync("prlimit", ["--version"]).status === 0;
  test(
    "under the executable: no file may grow, and then they may",
    { skip: hasLimits ? false : "prlimit is not on PATH: the system cannot be told to refuse writes" },
    async () => {
      const data = join(folder, "executable");
      const program = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
      const flags = ["--port", "0", "--redis-port", "0", "--token", TOKEN, "--data", data];
      // The signal that comes with the error would end the process.
      const command = `trap '' XFSZ; exec prlimit --fsize=200000: "$0" "$@"`;
      const start = async (program: string, args: readonly string[]) => {
        const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
        const [, url, redisPort] = await new Promise<RegExpExecArray>((resolve, reject) => {
          let out = "";
          child.stdout.on("data", (chunk: Buffer) => {
            out += chunk.toString();
            const found = /REST_URL="(.*?)"[^]*REDIS_URL="redis:.*:(\d+)"[^]*\ncurl/.exec(out);
            if (found !== null) resolve(found);
          });
          child.once("exit", () => reject(new Error(`it ended: ${out}`)));
        });
        const connection = await RawConnection.open({ port: Number(redisPort), host: "127.0.0.1" });
        await connection.send("AUTH", TOKEN);
        const stop = async (): Promise<void> => {
          connection.close();
          const ended = new Promise((resolve) => child.once("exit", resolve));
          child.kill("SIGTERM");
          await ended;
        };
        return { child, url: url!, connection, stop };
      };
      const { child, connection, stop, url } = await start("sh", ["-c", command, process.execPath, program, ...flags]);
      try {
        const value = "x".repeat(10_000);
        const kept = new Set<string>();
        let refused = "";
        for (let i = 0; refused === ""; i++) {
          const reply = await connection.send("SET", `key:${i}`, value);
          if (reply === "+OK\r\n") kept.add(`key:${i}`);
          else refused = reply;
          assert.ok(i < 100_000);
        }
        assert.match(refused, /^-MISCONF Errors writing to the AOF file: EFBIG/);
        const headers = { Authorization: `Bearer ${TOKEN}` };
        const answer = await fetch(`${url}/set/refused/1`, { headers });
        assert.equal(answer.status, 400);
        assert.match(await answer.text(), /MISCONF/);
        assert.equal((await fetch(`${url}/strlen/key:0`, { headers })).status, 200);
        assert.equal(spawnSync("prlimit", ["--pid", String(child.pid), "--fsize=unlimited:"]).status, 0);
        await until(async () => (await connection.send("SET", "after", "1")) === "+OK\r\n");
        kept.add("after");
        await stop();
        const again = await start(process.execPath, [program, ...flags]);
        const keys = await again.connection.send("KEYS", "*");
        await again.stop();
        assert.deepEqual(
          new Set([...keys.matchAll(/\r\n((?:key:|after|refused).*?)\r\n/g)].map(([, key]) => key)),
          kept,
        );
      } finally {
        child.kill("SIGKILL");
      }
    },
  );
});
