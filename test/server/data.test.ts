/** A server with a data directory: what a restart keeps, what is answered meanwhile, and when. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startServer } from "../../src/index.ts";
import { TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

describe("a server with a data directory", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "stashd-data-ü "));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("is the same after a restart: data, users, tokens", async () => {
    const data = join(folder, "kept");
    const first = await startServer({ port: 0, redisPort: 0, data });
    const { token, readOnlyToken } = first;
    const call = async (url: string, ...words: string[]): Promise<unknown> => {
      const headers = { Authorization: `Bearer ${token}` };
      return (
        (await (await fetch(url, { method: "POST", headers, body: JSON.stringify(words) })).json()) as {
          result: unknown;
        }
      ).result;
    };
    await call(first.url, "SET", "a", "1");
    await call(first.url, "HSET", "h", "f", "v");
    await call(first.url, "ACL", "SETUSER", "joe", "on", ">secret", "+get", "~*");
    assert.equal(statSync(data).mode & 0o777, 0o700);
    assert.equal(readFileSync(join(data, ".gitignore"), "utf8"), "*\n");
    await assert.rejects(startServer({ port: 0, data }), new RegExp(`running \\(process ${process.pid}\\)`));
    await first.close();
    const second = await startServer({ port: 0, data });
    assert.deepEqual([second.token, second.readOnlyToken], [token, readOnlyToken]);
    assert.deepEqual([second.data!.path, second.data!.keys], [data, 2]);
    assert.equal(await call(second.url, "GET", "a"), "1");
    assert.match(String(await call(second.url, "ACL", "LIST")), /user joe on #/);
    assert.deepEqual(await call(second.url, "CONFIG", "GET", "appendonly"), ["appendonly", "yes"]);
    await second.close();
    // Tokens that are given win, and are not kept.
    const third = await startServer({ port: 0, data, token: "given" });
    assert.equal(third.token, "given");
    await third.close();
    const fourth = await startServer({ port: 0, data });
    assert.equal(fourth.token, token);
    await fourth.close();
  });

  test("loads what else was there, and refuses what it cannot use, in one line", async () => {
    const cases: readonly [name: string, make: (path: string) => void, reason: RegExp][] = [
      ["file", (path) => writeFileSync(path, "x"), /is a file and no directory/],
      [
        "magic",
        (path) => (mkdirSync(path), writeFileSync(join(path, "dump.rdb"), "REDIS00x0 and more")),
        /not an RDB file/,
      ],
      [
        "elsewhere",
        (path) => {
          mkdirSync(join(path, "appendonlydir"), { recursive: true });
          writeFileSync(join(path, "appendonlydir/appendonly.aof.manifest"), "file ../x seq 1 type b\n");
        },
        /names a file outside of its folder/,
      ],
      [
        "state",
        (path) => (mkdirSync(path), writeFileSync(join(path, "stashd.json"), "{")),
        /stashd\.json cannot be read/,
      ],
    ];
    for (const [name, make, reason] of cases) {
      const path = join(folder, name);
      make(path);
      await assert.rejects(startServer({ port: 0, data: path }), (error: Error) => {
        assert.match(error.message, reason);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    }
  });

  for (const http of ["own", "node"] as const) {
    test(`under fsync always a reply waits for the disk, and a read does not, with http ${http}`, async () => {
      const server = await TestServer.start({
        data: join(folder, `always-${http}`),
        fsync: "always",
        redisPort: 0,
        http,
      });
      const { gate } = server.server.engine;
      try {
        const { whenSafe } = gate;
        const held: (() => void)[] = [];
        gate.whenSafe = (offset, done) => void held.push(() => whenSafe(offset, done));
        const [blocked, writer] = [await server.connect(), await server.connect()];
        for (const connection of [blocked, writer]) await connection.send("AUTH", "test-token");
        let answers = 0;
        const popped = blocked.send("BLPOP", "queue", "0").then((reply) => (answers++, reply));
        await until(() => server.server.engine.waitingRoom.size === 1);
        const replies = [
          server.command(["RPUSH", "queue", "x"]).then(({ json }) => (answers++, json)),
          popped,
          writer.send("SET", "a", "1").then((reply) => (answers++, reply)),
          server.command(["SET", "b", "2"]).then(({ json }) => (answers++, json)),
          server
            .call("POST", "/pipeline", { body: '[["SET","c","3"],["GET","c"]]' })
            .then(({ json }) => (answers++, json)),
        ];
        // The client that blocked waits for the disk, too: it was given what another has written.
        await until(() => held.length === 5);
        assert.deepEqual((await server.command(["GET", "a"])).json, { result: "1" });
        assert.equal(answers, 0);
        gate.whenSafe = whenSafe;
        for (const release of held) release();
        const element = "*2\r\n$5\r\nqueue\r\n$1\r\nx\r\n";
        const expected = [{ result: 1 }, element, "+OK\r\n", { result: "OK" }, [{ result: "OK" }, { result: "3" }]];
        assert.deepEqual(await Promise.all(replies), expected);
        blocked.close();
        writer.close();
      } finally {
        await server.stop();
      }
    });
  }
});
