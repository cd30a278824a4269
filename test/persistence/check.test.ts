/** `stashd check --repair` on damaged files of every kind, and that it, `export` and the start take the same files. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { checkText } from "../../src/cli/check.ts";
import { exportData } from "../../src/cli/export.ts";
import { lockDirectory } from "../../src/persistence/directory-lock.ts";
import { rdbOf } from "../support/datasets.ts";
import { TestEngine } from "../support/engine.ts";
import { sealed, string } from "../support/rdb-bytes.ts";
import { commandLines } from "../support/resp.ts";
import { TestServer } from "../support/server.ts";

const MANIFEST = "appendonly.aof.manifest";
const BASE = "appendonly.aof.1.base.rdb";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "stashd mend ü-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A directory with these files, by name; those of an append-only file lie in a folder of their own. */
function directory(name: string, files: Readonly<Record<string, string | Buffer>>): string {
  const path = join(folder, name);
  mkdirSync(join(path, "appendonlydir"), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(path, file.startsWith("appendonly.aof.") ? "appendonlydir" : "", file), content, "latin1");
  }
  return path;
}

function keys(count: number, isAofBase = false): Buffer {
  const ours = new TestEngine();
  for (let i = 0; i < count; i++) ours.line(`SET k${i} v${i}`);
  return rdbOf(ours.engine, isAofBase);
}

/** The keys that a server has which starts on a directory. */
async function served(data: string): Promise<readonly string[]> {
  const server = await TestServer.start({ data });
  try {
    const [keyspace] = server.server.engine.dataset.databases;
    return Array.from({ length: keyspace!.size }, (_, slot) => keyspace!.keyAt(slot)).sort();
  } finally {
    await server.stop();
  }
}

describe("stashd check --repair", () => {
  test("keeps the keys of an RDB file up to a fault, and the file as it was", async () => {
    const whole = keys(50);
    const data = directory("rdb", { "dump.rdb": whole.subarray(0, whole.length - 100) });
    await assert.rejects(served(data), /dump\.rdb, byte \d+: .*To mend it: stashd check '.*' --repair/);
    const path = join(data, "dump.rdb");
    const damaged = readFileSync(path);
    const found = await checkText([data]);
    assert.ok(!found.isSound);
    assert.match(found.text, /To mend it: --repair/);
    assert.deepEqual(readFileSync(path), damaged, "a check changes nothing");
    const { isSound, text } = await checkText([data, "--repair"]);
    assert.ok(isSound);
    assert.match(text, /Mended: (\d+) keys up to there kept; the file as it was is .*dump\.rdb\.damaged/);
    assert.deepEqual(readFileSync(`${path}.damaged`), damaged);
    const kept = Number(/Mended: (\d+) keys/.exec(text)![1]);
    assert.ok(kept > 10 && kept < 50, `${kept} keys`);
    assert.match((await checkText([data])).text, new RegExp(`dump\\.rdb: sound .* ${kept} keys`));
    assert.equal((await served(data)).length, kept);
  });

  test("keeps all keys of a file whose checksum is another", async () => {
    const bytes = keys(9);
    bytes[bytes.length - 1]! ^= 1;
    const path = join(directory("checksum", { "dump.rdb": bytes }), "dump.rdb");
    assert.match((await checkText([path, "--repair"])).text, /checksum is another one.*9 keys up to there kept/);
    assert.ok((await checkText([path])).isSound);
  });

  test("mends a base, and leaves the parts after it", async () => {
    const whole = keys(50, true);
    const data = directory("base", {
      [MANIFEST]: `file ${BASE} seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n`,
      [BASE]: whole.subarray(0, whole.length - 100),
      "appendonly.aof.1.incr.aof": commandLines("SELECT 0", "SET later 1"),
    });
    const { isSound, text } = await checkText([data, "--repair"]);
    assert.ok(isSound);
    assert.match(text, /the files after it count still, on data that may lack keys/);
    const found = await served(data);
    assert.ok(found.includes("later") && found.includes("k49") && found.length < 51);
  });

  test("cuts a part that is not the last, and says that those after it count", async () => {
    const data = directory("middle", {
      [MANIFEST]: [1, 2].map((number) => `file appendonly.aof.${number}.incr.aof seq ${number} type i\n`).join(""),
      "appendonly.aof.1.incr.aof": `${commandLines("SELECT 0", "SET a 1")}*3\r\n$3\r\nSET`,
      "appendonly.aof.2.incr.aof": commandLines("SELECT 0", "SET b 1"),
    });
    await assert.rejects(served(data), /the file ends too early\. To mend it: stashd check/);
    const { isSound, text } = await checkText([data, "--repair"]);
    assert.ok(isSound);
    assert.match(text, /what was cut is in .*1\.incr\.aof\.cut-at-50; the files after it count still/);
    assert.deepEqual(await served(data), ["a", "b"]);
  });

  test("changes nothing of what only another server can read, and offers nothing", async () => {
    const head = `REDIS0012${String.fromCharCode(0xfe)}\x00`;
    const unknown = sealed(`${head}\x63${string("k")}${string("v")}\xff`);
    const data = directory("foreign", { "dump.rdb": unknown });
    for (const flags of [[], ["--repair"]]) {
      const { isSound, text } = await checkText([data, ...flags]);
      assert.ok(!isSound);
      assert.match(text, /has a value of type 99, which is not known here/);
      assert.doesNotMatch(text, /To mend|Mended/);
    }
    assert.equal(readFileSync(join(data, "dump.rdb"), "latin1"), unknown);
    await assert.rejects(served(data), (error: Error) => !error.message.includes("--repair"));
  });

  test("leaves the directory of a running server", async () => {
    const data = directory("running", { "stashd.json": "{}", [MANIFEST]: "", "dump.rdb": keys(1) });
    const lock = await lockDirectory(data, join(data, "stashd.lock"));
    try {
      for (const path of [data, join(data, "dump.rdb"), join(data, "appendonlydir", MANIFEST)]) {
        await assert.rejects(checkText([path, "--repair"]), /belongs to a stashd that is running/);
      }
    } finally {
      await lock.release();
    }
  });
});

describe("the files that count", () => {
  test("are the same for the start, the check and the export", async () => {
    for (const rdbIsNewer of [true, false]) {
      const data = directory(`newer-${rdbIsNewer}`, {
        "stashd.json": JSON.stringify({ appendOnly: false, rdbIsNewer }),
        [MANIFEST]: "file appendonly.aof.1.incr.aof seq 1 type i\n",
        "appendonly.aof.1.incr.aof": commandLines("SELECT 0", "SET fromlog 1"),
        "dump.rdb": keys(1),
      });
      const expected = rdbIsNewer ? "k0" : "fromlog";
      assert.match((await checkText([data])).text, rdbIsNewer ? /dump\.rdb: sound/ : /incr\.aof: sound/);
      const path = join(folder, `newer-${rdbIsNewer}.jsonl`);
      await exportData([path, "--data", data]);
      assert.match(readFileSync(path, "utf8"), new RegExp(`"key":"${expected}"`));
      assert.deepEqual(await served(data), [expected]);
    }
  });
});
