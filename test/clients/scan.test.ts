/** Cursors, walked with the published client until they come to "0". */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CONFIGURATIONS, UpstashServer } from "../support/upstash.ts";

const NAMES = Array.from({ length: 1000 }, (_, i) => `member:${i}`);

let upstash: UpstashServer;
before(async () => {
  upstash = await UpstashServer.start();
  const list = upstash.client().pipeline();
  for (const [i, name] of NAMES.entries()) {
    list
      .set(name, i)
      .hset("hash", { [name]: i })
      .sadd("set", name)
      .zadd("zset", { score: i, member: name });
  }
  await list.rpush("list", 1).xadd("stream", "1-1", { f: 1 }).exec();
});
after(() => upstash.stop());

/** All items of all pages. A cursor is always a string, and the walk ends. */
async function walk<T>(next: (cursor: string) => Promise<[cursor: string, items: T[]]>): Promise<T[]> {
  const all: T[] = [];
  let cursor = "0";
  let pages = 0;
  do {
    const [following, items] = await next(cursor);
    assert.equal(typeof following, "string");
    all.push(...items);
    cursor = following;
    assert.ok(++pages <= 2000, "a walk without end");
  } while (cursor !== "0");
  return all;
}

for (const [name, config] of CONFIGURATIONS) {
  describe(`cursors, ${name}`, () => {
    const client = () => upstash.client(config);
    const sorted = (items: unknown[]) => (items as string[]).toSorted();

    test("SCAN finds every key once", async () => {
      const redis = client();
      const keys = await walk((cursor) => redis.scan(cursor, { count: 50 }));
      assert.deepEqual(sorted(keys), sorted([...NAMES, "hash", "set", "zset", "list", "stream"]));
    });

    test("SCAN by pattern and by type", async () => {
      const redis = client();
      assert.deepEqual(sorted(await walk((cursor) => redis.scan(cursor, { match: "member:99?" }))), NAMES.slice(990));
      for (const type of ["hash", "set", "zset", "list", "stream"] as const) {
        assert.deepEqual(await walk((cursor) => redis.scan(cursor, { type, count: 300 })), [type]);
      }
      const strings = await walk((cursor) => redis.scan(cursor, { type: "string", match: "*1", count: 1000 }));
      assert.equal(strings.length, 100);
    });

    test("SCAN with the types beside the keys", async () => {
      const redis = client();
      const found = await walk((cursor) => redis.scan(cursor, { withType: true, count: 100 }));
      const types = Object.fromEntries(found.map(({ key, type }) => [key, type]));
      assert.equal(Object.keys(types).length, NAMES.length + 5);
      assert.equal(types["member:7"], "string");
      for (const type of ["hash", "set", "zset", "list", "stream"]) assert.equal(types[type], type);
    });

    test("HSCAN, SSCAN and ZSCAN find every element once", async () => {
      const redis = client();
      assert.deepEqual(sorted(await walk((cursor) => redis.sscan("set", cursor, { count: 70 }))), sorted(NAMES));
      const pairs = NAMES.flatMap((member, i) => [member, i]);
      for (const items of [
        await walk((cursor) => redis.hscan("hash", cursor, { count: 70 })),
        await walk((cursor) => redis.zscan("zset", cursor, { count: 70 })),
      ]) {
        assert.deepEqual(sorted(items), sorted(pairs));
      }
      assert.deepEqual(await walk((cursor) => redis.hscan("hash", cursor, { match: "member:7" })), ["member:7", 7]);
      assert.deepEqual(await walk((cursor) => redis.sscan("none", cursor)), []);
    });
  });
}
