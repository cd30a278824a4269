/** DUMP and RESTORE against redis-server: what one writes the other reads, for every type, size and form. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemEnvironment } from "../../src/core/environment.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { agrees, show } from "../support/compare.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import type { Frame } from "../support/resp.ts";
import { READERS, SHAPES } from "../support/value-shapes.ts";
import type { Shape } from "../support/value-shapes.ts";

/** Parameters that put values into small forms and into large ones. */
const CONFIGURATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "by default": {},
  "in large forms": {
    "hash-max-listpack-entries": "0",
    "zset-max-listpack-entries": "0",
    "set-max-intset-entries": "0",
    "list-max-listpack-size": "3",
  },
  "in small forms": {
    "hash-max-listpack-entries": "100000",
    "hash-max-listpack-value": "1000000",
    "zset-max-listpack-entries": "100000",
    "zset-max-listpack-value": "1000000",
    "set-max-intset-entries": "100000",
    "list-max-listpack-size": "-5",
  },
};

/** Ours knows nothing of these. */
const STREAM_NODES: Readonly<Record<string, string>> = {
  "by default": "100",
  "in large forms": "3",
  "in small forms": "10000",
};

const DEFAULTS = {
  "hash-max-listpack-entries": "512",
  "hash-max-listpack-value": "64",
  "zset-max-listpack-entries": "128",
  "zset-max-listpack-value": "64",
  "set-max-intset-entries": "512",
  "list-max-listpack-size": "-2",
};

const skip = oracleSkipReason();

describe("DUMP and RESTORE with redis-server", { skip }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
    // It is to look at everything we write before it takes it.
    await redis.send(["CONFIG", "SET", "sanitize-dump-payload", "yes"]);
  });
  after(() => redis.stop());

  for (const [name, parameters] of Object.entries(CONFIGURATIONS)) {
    const words = Object.entries({ ...DEFAULTS, ...parameters }).flat();
    const configure = async (ours: TestEngine): Promise<void> => {
      assert.equal(show(await redis.send(["CONFIG", "SET", ...words])), "(status) OK");
      await redis.send(["CONFIG", "SET", "stream-node-max-entries", STREAM_NODES[name]!]);
      ours.send("CONFIG", "SET", ...words);
      await redis.send(["FLUSHALL"]);
    };

    test(`what we write ${name} it reads`, async () => {
      const ours = new TestEngine(systemEnvironment);
      await configure(ours);
      for (const shape of SHAPES) {
        ours.send("FLUSHALL");
        for (const command of shape.commands) ours.send(...command);
        const payload = ours.send("DUMP", "k");
        assert.equal(typeof payload, "string");
        assert.equal(
          show(await redis.send(["RESTORE", "k", "0", payload as string, "REPLACE"])),
          "(status) OK",
          shape.name,
        );
        await compare(ours, redis, shape);
      }
    });

    test(`what it writes ${name} we read`, async () => {
      const ours = new TestEngine(systemEnvironment);
      await configure(ours);
      for (const shape of SHAPES) {
        await redis.send(["FLUSHALL"]);
        await redis.sendAll(shape.commands);
        const payload = bulk(await redis.send(["DUMP", "k"]));
        assert.equal(show(frameOf(ours, "RESTORE", "k", "0", payload, "REPLACE")), "(status) OK", shape.name);
        await compare(ours, redis, shape);
      }
    });
  }

  test("a deadline comes with RESTORE, not with DUMP", async () => {
    const ours = new TestEngine(systemEnvironment);
    await redis.send(["SET", "k", "v"]);
    const payload = bulk(await redis.send(["DUMP", "k"]));
    for (const options of [["0"], ["100000"], ["33177117420000", "ABSTTL"], ["1", "ABSTTL"]]) {
      const command = ["RESTORE", "k", options[0]!, payload, "REPLACE", ...options.slice(1)];
      assert.equal(show(frameOf(ours, ...command)), show(await redis.send(command)));
      const [mine, theirs] = [frameOf(ours, "PTTL", "k"), await redis.send(["PTTL", "k"])];
      assert.ok(agrees(mine, theirs, "near"), `${options.join(" ")}: ${show(mine)}, ${show(theirs)}`);
    }
  });
});

function frameOf(ours: TestEngine, ...words: string[]): Frame {
  return readFrame(encodeResp2(ours.send(...words)), 0)!.frame;
}

function bulk(frame: Frame): string {
  assert.ok(frame.kind === "bulk" && frame.text !== null, show(frame));
  return frame.text;
}

async function compare(ours: TestEngine, redis: RedisServer, shape: Shape): Promise<void> {
  for (const [mode, ...words] of READERS[shape.type]!) {
    const mine = frameOf(ours, ...words);
    const theirs = await redis.send(words);
    const same = agrees(mine, theirs, mode);
    assert.ok(same, `${shape.name}\n${words.join(" ")}\n  ours:  ${cut(mine)}\n  redis: ${cut(theirs)}`);
  }
  if (shape.type === "stream") await compareStreamFacts(ours, redis, shape);
}

/**
 * XINFO STREAM, but for what it says of the nodes, which are each server's own, and XINFO CONSUMERS, of which redis-server
 * 7.0 knows the first three fields.
 */
async function compareStreamFacts(ours: TestEngine, redis: RedisServer, shape: Shape): Promise<void> {
  const facts = (frame: Frame): Map<string, string> => {
    assert.ok(frame.kind === "array" && frame.items !== null);
    const { items } = frame;
    const pairs = items.flatMap((item, i) => (i % 2 === 0 ? [[show(item), show(items[i + 1]!)] as const] : []));
    return new Map(pairs.filter(([name]) => !name.includes("radix")));
  };
  const consumers = (frame: Frame): Frame[] => {
    assert.ok(frame.kind === "array" && frame.items !== null);
    return frame.items.map((item) => {
      assert.ok(item.kind === "array" && item.items !== null);
      return { kind: "array", items: item.items.slice(0, 6) };
    });
  };
  const [mine, theirs] = [
    frameOf(ours, "XINFO", "CONSUMERS", "k", "g"),
    await redis.send(["XINFO", "CONSUMERS", "k", "g"]),
  ];
  const same = agrees({ kind: "array", items: consumers(mine) }, { kind: "array", items: consumers(theirs) }, "near");
  assert.ok(same, `${shape.name}\n  ours:  ${cut(mine)}\n  redis: ${cut(theirs)}`);
  assert.deepEqual(
    facts(frameOf(ours, "XINFO", "STREAM", "k")),
    facts(await redis.send(["XINFO", "STREAM", "k"])),
    shape.name,
  );
}

function cut(frame: Frame): string {
  return show(frame).slice(0, 500);
}
