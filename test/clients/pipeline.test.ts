/** `pipeline()` and `multi()` of the published client. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Redis } from "@upstash/redis";
import { CONFIGURATIONS, UpstashServer } from "../support/upstash.ts";

const NOT_INTEGER = "ERR value is not an integer or out of range";

let upstash: UpstashServer;
before(async () => {
  upstash = await UpstashServer.start();
});
after(() => upstash.stop());

for (const [name, config] of CONFIGURATIONS) {
  describe(`lists of commands, ${name}`, () => {
    let redis: Redis;
    before(() => {
      redis = upstash.client(config);
    });
    beforeEach(async () => {
      await redis.flushall();
      upstash.traffic.length = 0;
    });

    const kinds = [
      ["pipeline", "/pipeline", () => redis.pipeline()],
      ["multi", "/multi-exec", () => redis.multi()],
    ] as const;
    for (const [kind, path, create] of kinds) {
      test(`${kind}: one request, each answer in its place`, async () => {
        const list = create();
        const expected: unknown[] = [];
        for (let i = 0; i < 48; i++) {
          list.set(`k${i}`, i).get(`k${i}`).incrbyfloat(`k${i}`, 0.5);
          expected.push("OK", i, i + 0.5);
        }
        list.mget("k0", "none").hgetall("none").echo("OK").flushall().dbsize();
        expected.push([0.5, null], null, "OK", "OK", 0);
        assert.deepEqual(await list.exec(), expected);
        assert.deepEqual(
          upstash.traffic.map((request) => request.path),
          [path],
        );
      });

      test(`${kind}: a command that fails does not keep the others from running`, async () => {
        const fill = (list: ReturnType<typeof create>) => list.set("k", "text").incr("k").get("k").lpush("k", 1);
        const failed = fill(create()).exec();
        await assert.rejects(failed, {
          name: "UpstashError",
          message: `Command 2 [ incr ] failed: ${NOT_INTEGER}`,
        });
        assert.equal(await redis.get("k"), "text");
        const items = await fill(create()).exec({ keepErrors: true });
        assert.deepEqual(items, [
          { result: "OK", error: undefined },
          { result: undefined, error: NOT_INTEGER },
          { result: "text", error: undefined },
          { result: undefined, error: "WRONGTYPE Operation against a key holding the wrong kind of value" },
        ]);
      });

      test(`${kind}: an empty one is not sent`, async () => {
        await assert.rejects(create().exec(), /Pipeline is empty/);
        assert.equal(upstash.traffic.length, 0);
      });
    }

    test("pipeline: a command that is refused is an item like any other", async () => {
      const list = redis.pipeline().set("k", 1).clientSetinfo("LIB-NAME", "x").mget().get("k");
      const items = (await list.exec({ keepErrors: true })) as { result: unknown; error?: string }[];
      assert.deepEqual([items[0]!.result, items[3]!.result], ["OK", 1]);
      assert.match(items[1]!.error!, /^ERR Command "CLIENT SETINFO" is not allowed in REST/);
      assert.equal(items[2]!.error, "ERR wrong number of arguments for 'mget' command");
    });

    test("multi: a command that is refused discards all", async () => {
      const refused = redis.multi().set("k", 1).clientSetinfo("LIB-NAME", "x");
      await assert.rejects(
        refused.exec(),
        /^UpstashError: ERR Command "CLIENT SETINFO" is not allowed.*, command was: /,
      );
      const wrong = redis.multi().set("k", 1).mget();
      await assert.rejects(wrong.exec({ keepErrors: true }), /wrong number of arguments for 'mget' command/);
      assert.equal(await redis.exists("k"), 0);
      assert.deepEqual(
        upstash.traffic.slice(0, 2).map(({ status }) => status),
        [400, 400],
      );
    });

    test("multi: nothing comes between its commands", async () => {
      const transaction = () => redis.multi().incr("a").incr("b").incr("a").incr("b").exec();
      const others = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? redis.incr("a") : redis.decr("b")));
      const [results] = await Promise.all([Promise.all(Array.from({ length: 40 }, transaction)), ...others]);
      for (const [a1, b1, a2, b2] of results as [number, number, number, number][]) {
        assert.deepEqual([a2, b2], [a1 + 1, b1 + 1]);
      }
      assert.deepEqual(await redis.mget("a", "b"), [100, 60]);
    });
  });
}
