/** The JSON part of the published @upstash/redis over an engine in process: no server, the client's own words and parsing. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Redis } from "@upstash/redis";
import { TestEngine } from "../support/engine.ts";
import { restShape } from "../support/rest-shape.ts";

/** The client with a transport that hands each command to the engine, and the answer back as the server would. */
function connect(): Redis {
  const engine = new TestEngine(undefined, "rest");
  const request = ({ body }: { body?: unknown }): Promise<{ result?: unknown; error?: string }> => {
    const words = (body as unknown[]).map((word) => Buffer.from(String(word), "utf8").latin1Slice());
    return Promise.resolve(restShape(engine.send(...words)));
  };
  return new Redis({ request } as unknown as ConstructorParameters<typeof Redis>[0]);
}

const PRODUCT = {
  name: "Wireless earbuds",
  connection: { wireless: true, type: "Bluetooth" },
  price: 64.99,
  stock: 17,
  colors: ["black", "white"],
  max_level: [80, 100, 120],
};

describe("@upstash/redis", () => {
  test("sets, gets and merges", async () => {
    const redis = connect();
    assert.equal(await redis.json.set("k", "$", { a: 2, b: 3, nested: { a: 4, b: null } }), "OK");
    assert.deepEqual(await redis.json.get("k"), { a: 2, b: 3, nested: { a: 4, b: null } });
    assert.deepEqual(await redis.json.get("k", "$..b"), [null, 3]);
    assert.deepEqual(await redis.json.get("k", "$..a", "$..b"), { "$..a": [4, 2], "$..b": [null, 3] });
    assert.deepEqual(await redis.json.get("k", { indent: " ", newline: "\n", space: " " }, "$.nested"), [
      { a: 4, b: null },
    ]);
    assert.equal(await redis.json.set("k", "$.c", 1, { nx: true }), "OK");
    assert.equal(await redis.json.set("k", "$.c", 1, { nx: true }), null);
    assert.equal(await redis.json.merge("k", "$", { nested: null, d: [1] }), "OK");
    assert.deepEqual(await redis.json.get("k", "$"), [{ a: 2, b: 3, c: 1, d: [1] }]);
    assert.equal(await redis.json.get("missing", "$"), null);
    await assert.rejects(redis.json.set("k", "$.x.y", 1), /Path does not exist/);
  });

  test("works on many keys", async () => {
    const redis = connect();
    const value = { a: 1, nested: { a: 3 } };
    assert.equal(await redis.json.mset({ key: "x", path: "$", value }, { key: "y", path: "$", value }), "OK");
    assert.deepEqual(await redis.json.mget(["x", "y", "z"], "$..a"), [[3, 1], [3, 1], null]);
  });

  test("edits arrays", async () => {
    const redis = connect();
    await redis.json.set("k", "$", PRODUCT);
    assert.deepEqual(await redis.json.arrappend("k", "$.colors", '"blue"'), [3]);
    assert.deepEqual(await redis.json.arrinsert("k", "$.colors", 2, '"yellow"', '"gold"'), [5]);
    assert.deepEqual(await redis.json.get("k", "$.colors"), [["black", "white", "yellow", "gold", "blue"]]);
    assert.deepEqual(await redis.json.arrindex("k", "$..colors", '"white"'), [1]);
    assert.deepEqual(await redis.json.arrlen("k", "$.max_level"), [3]);
    assert.deepEqual(await redis.json.arrlen("k"), [null]);
    assert.deepEqual(await redis.json.arrpop("k", "$.max_level", 0), [80]);
    assert.deepEqual(await redis.json.arrtrim("k", "$.max_level", 1, 1), [1]);
    assert.deepEqual(await redis.json.get("k", "$.max_level"), [[120]]);
  });

  test("edits numbers, strings and booleans", async () => {
    const redis = connect();
    await redis.json.set("k", "$", { a: "b", b: [{ a: 2 }, { a: 5 }, { a: "c" }], bool: true });
    assert.deepEqual(await redis.json.numincrby("k", "$.a", 2), [null]);
    assert.deepEqual(await redis.json.numincrby("k", "$..a", 2), [4, 7, null, null]);
    assert.deepEqual(await redis.json.nummultby("k", "$..a", 1.5), [6, 10.5, null, null]);
    assert.deepEqual(await redis.json.strappend("k", "$.a", '"az"'), [3]);
    assert.deepEqual(await redis.json.strlen("k", "$..a"), [null, null, 1, 3]);
    assert.deepEqual(await redis.json.toggle("k", "$.bool"), [0]);
    assert.deepEqual(await redis.json.type("k", "$..a"), ["number", "number", "string", "string"]);
  });

  test("looks at objects and removes", async () => {
    const redis = connect();
    await redis.json.set("k", "$", PRODUCT);
    assert.deepEqual(await redis.json.objkeys("k", "$.connection"), [["wireless", "type"]]);
    assert.deepEqual(await redis.json.objlen("k", "$.*"), [null, 2, null, null, null, null]);
    assert.equal((await redis.json.resp("k")).length, 13);
    assert.equal(await redis.json.clear("k", "$.*"), 5);
    assert.equal(await redis.json.del("k", "$.name"), 1);
    assert.equal(await redis.json.forget("k", "$..nope"), 0);
    assert.equal(await redis.json.del("k"), 1);
    assert.equal(await redis.json.get("k"), null);
  });
});
