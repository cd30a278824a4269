/** Keys from one running server to another, with engines as the servers. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Filter } from "../../src/transfer/entry.ts";
import { Failures } from "../../src/transfer/failures.ts";
import {
  countRemoteKeys,
  decodedEntries,
  remoteDatabases,
  remoteEntries,
  remoteFunctions,
  RemoteTarget,
} from "../../src/transfer/remote.ts";
import { LIBRARY } from "../support/datasets.ts";
import { length, payload } from "../support/rdb-bytes.ts";
import { TestEngine } from "../support/engine.ts";
import { assertSameContents } from "../support/replay.ts";
import { emptyLike, EngineClient, entriesOf, EVERYTHING, fullEngine } from "../support/transfer.ts";

async function copy(source: EngineClient, target: RemoteTarget): Promise<void> {
  const databases = await remoteDatabases(source, 0);
  for await (const entry of remoteEntries(source, databases, EVERYTHING)) await target.add(entry);
  await target.flush();
}

describe("a running server", () => {
  test("gives all that it has, and takes it", async () => {
    const ours = fullEngine();
    const again = emptyLike(ours);
    const source = new EngineClient(ours);
    const target = new RemoteTarget(new EngineClient(again), false);
    await copy(source, target);
    assertSameContents(again.engine, ours.engine, "what has arrived");
    assert.equal(target.written, entriesOf(ours).length);
    assert.equal(await countRemoteKeys(source, await remoteDatabases(source, 0)), target.written);
  });

  test("is asked for fewer values at once when they are large", async () => {
    const ours = new TestEngine();
    for (let i = 0; i < 300; i++) ours.send("SET", `k${i}`, "x".repeat(i < 150 ? 10 : 1_000_000));
    const client = new EngineClient(ours);
    const { call } = client;
    let [asked, most, read] = [0, 0, 0];
    client.call = (...words) => {
      if (words[0] === "DUMP" && ours.send("STRLEN", words[1]!) === 1_000_000) asked++;
      return call.apply(client, [...words]);
    };
    for await (const { value } of remoteEntries(client, [0], EVERYTHING)) {
      if ((value as string).length > 10) read++;
      most = Math.max(most, asked - read);
    }
    assert.equal(read, 150);
    assert.ok(most < 100, `${most} large values were held`);
  });

  test("that does not know RESTORE gets commands", async () => {
    const ours = fullEngine();
    const again = emptyLike(ours);
    const target = new RemoteTarget(new EngineClient(again, ["RESTORE"]), false);
    await copy(new EngineClient(ours), target);
    assertSameContents(again.engine, ours.engine, "what has arrived");
  });

  test("that does not know PEXPIRETIME tells deadlines by PTTL", async () => {
    const ours = new TestEngine();
    ours.line("SET k v PX 5000");
    const again = emptyLike(ours);
    await copy(new EngineClient(ours, ["PEXPIRETIME"]), new RemoteTarget(new EngineClient(again), false));
    const seconds = Math.floor(ours.engine.environment.now() / 1000);
    assert.equal(Math.floor((again.line("PEXPIRETIME k") as number) / 1000), seconds + 5);
  });

  test("keeps what is there, unless it is to be replaced", async () => {
    const source = new TestEngine();
    source.line("SET a new");
    source.line("SET b new");
    for (const refuses of [[], ["RESTORE"]]) {
      const there = emptyLike(source);
      there.line("SET a old");
      const kept = new RemoteTarget(new EngineClient(there, refuses), false);
      await copy(new EngineClient(source), kept);
      assert.deepEqual([kept.written, kept.skipped, there.line("GET a"), there.line("GET b")], [1, 1, "old", "new"]);
      const replaced = new RemoteTarget(new EngineClient(there, refuses), true);
      await copy(new EngineClient(source), replaced);
      assert.deepEqual([replaced.written, replaced.skipped, there.line("GET a")], [2, 0, "new"]);
    }
  });

  test("gives what matches, of some databases", async () => {
    const ours = new TestEngine();
    for (const key of ["a:1", "a:2", "b:1"]) ours.line(`SET ${key} v`);
    ours.line("SELECT 2");
    ours.line("SET a:3 v");
    const keys = async (match: string | undefined, databases: readonly number[] | undefined): Promise<string[]> => {
      const found: string[] = [];
      const filter = new Filter({ match, databases });
      for await (const { key } of remoteEntries(new EngineClient(ours), [0, 2], filter)) found.push(key);
      return found.sort();
    };
    assert.deepEqual(await keys(undefined, undefined), ["a:1", "a:2", "a:3", "b:1"]);
    assert.deepEqual(await keys("a:*", undefined), ["a:1", "a:2", "a:3"]);
    assert.deepEqual(await keys("a:*", [2]), ["a:3"]);
  });

  test("that refuses a key is reported, and the others are moved", async () => {
    const ours = new TestEngine();
    ours.line("SET a v");
    ours.line("SET b v");
    const client = new EngineClient(emptyLike(ours));
    const target = new RemoteTarget(client, false);
    client.ours.line("CONFIG SET maxmemory 1");
    await copy(new EngineClient(ours), target);
    assert.equal(target.failures.count, 2);
    assert.match(target.failures.lines("written").join("\n"), /^2 could not be written:\n {2}"[ab]": OOM/);
  });

  test("with a value that is not known here gives the others, and functions", async () => {
    const ours = new TestEngine();
    for (let i = 0; i < 30; i++) ours.line(`SET k${i} v`);
    ours.send("FUNCTION", "LOAD", LIBRARY);
    const client = new EngineClient(ours);
    const { call } = client;
    // A type of a module, and a payload of a later server.
    const foreign = new Map([
      ["k3", payload(7, `${length(1)}x`)],
      ["k7", payload(0, "\x01v", 99)],
    ]);
    client.call = async (...words) => (words[0] === "DUMP" && foreign.get(words[1]!)) || call.apply(client, [...words]);
    const failures = new Failures();
    const keys: string[] = [];
    for await (const { key, value } of decodedEntries(remoteEntries(client, [0], EVERYTHING), failures)) {
      assert.equal(value, "v");
      keys.push(key);
    }
    assert.deepEqual([keys.length, failures.count], [28, 2]);
    assert.match(failures.lines("read").join("\n"), /^2 could not be read:\n {2}"k\d": .+\n {2}"k\d": .+$/);
    assert.deepEqual(await remoteFunctions(client), [LIBRARY]);
  });
});
