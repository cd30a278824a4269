/** A server whose disk is slow, full or not its own: who waits, who is refused, and what a restart finds. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startServer } from "../../src/index.ts";
import { Barrier, GatedDisk } from "../support/gated-disk.ts";
import { encodeCommand } from "../support/resp.ts";
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

describe("a directory that is not ours", () => {
  const cases = [
    ["belongs to somebody else", "kindOf", "foreign", /belongs to another user; choose another directory with --data/],
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
