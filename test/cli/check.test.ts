/** `stashd check` on files of every kind, sound and broken. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { checkText } from "../../src/cli/check.ts";
import { rdbOf } from "../support/datasets.ts";
import { TestEngine } from "../support/engine.ts";
import { commandLines } from "../support/resp.ts";

describe("stashd check", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "stashd-check-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("says what is in an RDB file", async () => {
    const ours = new TestEngine();
    for (const line of ["SET s abc", "SET t abc PX 5000000", "HSET h f v g w", "SELECT 3", "RPUSH l a b c"])
      ours.line(line);
    const path = join(folder, "dump.rdb");
    writeFileSync(path, rdbOf(ours.engine));
    const { text, isSound } = await checkText([path]);
    assert.ok(isSound);
    assert.match(text, /dump\.rdb: sound \(RDB version 10, Redis 7\.0\.0, 4 keys\)/);
    assert.match(text, /4 keys, about .* in memory; 1 with a deadline, 0 of them expired/);
    assert.match(text, /by database: 0: 3, 3: 1/);
    assert.match(text, /hash +1 key, 2 elements/);
    assert.match(text, /list, 3 elements, database 3: "l"/);
    assert.deepEqual(await checkText([folder]), { text, isSound }, "a directory with that file says the same");
  });

  test("says where a file is broken, and mends a torn one", async () => {
    const path = join(folder, "commands.aof");
    const whole = commandLines("SET a 1");
    writeFileSync(path, `${whole}*3\r\n$3\r\nSET\r\n$1`);
    const torn = await checkText([path]);
    assert.ok(!torn.isSound);
    assert.match(torn.text, /commands\.aof: the last 15 bytes are no whole command or group\. To mend it: --repair/);
    const mended = await checkText([path, "--repair"]);
    assert.ok(mended.isSound);
    assert.match(mended.text, /Mended: cut to 27 bytes; what was cut is in .*commands\.aof\.cut-at-27/);
    assert.equal(readFileSync(path, "latin1"), whole);
    assert.equal(readFileSync(`${path}.cut-at-27`, "latin1"), "*3\r\n$3\r\nSET\r\n$1");
    assert.ok((await checkText([path])).isSound);
    writeFileSync(path, `${whole}garbage${whole}`);
    const broken = await checkText([path]);
    assert.match(broken.text, /commands\.aof, byte 27: a command should begin here, with \*/);
    assert.ok((await checkText([path, "--repair"])).isSound);
    assert.equal(readFileSync(path, "latin1"), whole);
  });

  test("refuses what is no data", async () => {
    const aof = join(folder, "half/appendonlydir");
    mkdirSync(aof, { recursive: true });
    writeFileSync(join(aof, "appendonly.aof.manifest"), "file ../../etc/passwd seq 1 type b\n");
    await assert.rejects(checkText([join(folder, "half")]), /names a file outside of its folder/);
    writeFileSync(join(aof, "appendonly.aof.manifest"), "file appendonly.aof.1.base.rdb seq 1 type b\n");
    await assert.rejects(checkText([join(folder, "half")]), /appendonly\.aof\.1\.base\.rdb: the manifest names it/);
    await assert.rejects(checkText([join(folder, "none.rdb")]), /there is no file or directory .*none\.rdb/);
    await assert.rejects(checkText([]), /missing required argument/);
    assert.match((await checkText(["--help"])).text, /Usage: stashd check/);
    mkdirSync(join(folder, "empty"));
    assert.match((await checkText([join(folder, "empty")])).text, /no data files here/);
  });
});
