/** How many nodes a stream has, which decides when approximate trimming begins, against redis-server. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FlatMap } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import type { Frame } from "../support/resp.ts";
import { chooseSeed } from "../support/world.ts";
import { Dice } from "./random.ts";

const ENTRIES = 400;
/** Shapes that are tried with the nodes that Redis has by default. */
const DEFAULT_SHAPES = 8;

/** Streams of one shape each: what their entries are like decides how many fit a node. */
function drawFields(dice: Dice, shape: number): string[] {
  const pairs = dice.chance(0.1) ? dice.between(1, 40) : 1 + (shape % 5);
  return Array.from({ length: pairs }, (_, i) => [
    dice.chance(0.05) ? String(dice.between(0, 300)) : `field${i}`,
    dice.pick([
      () => String(dice.between(-5000, 5000)),
      () => String(10 ** dice.between(0, 18)),
      () => "x".repeat(dice.between(0, 60 + shape * 30)),
      () => (dice.chance(0.05) ? "y".repeat(dice.between(3000, 5000)) : "-"),
    ])(),
  ]).flat();
}

describe("nodes of a stream", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  test("are as many as in redis-server, whatever the entries are like", async () => {
    const seed = chooseSeed();
    console.log(`stream nodes: SEED=${seed}`);
    const dice = new Dice(seed);
    for (let shape = 0; shape < 12; shape++) {
      const ours = new TestEngine();
      await redis.send(["FLUSHALL"]);
      const bounds = shape < DEFAULT_SHAPES ? [100, 4096] : [dice.pick([0, 1, 10, 1000]), dice.pick([0, 64, 4096])];
      const configure = ["CONFIG", "SET", "stream-node-max-entries", String(bounds[0])];
      configure.push("stream-node-max-bytes", String(bounds[1]));
      ours.send(...configure);
      await redis.send(configure);
      let ms = dice.pick([1, 1_700_000_000_000]);
      const commands = Array.from({ length: ENTRIES }, () => {
        ms += dice.pick([0, 1, 100, 100_000]);
        return ["XADD", "s", `${ms}-*`, ...drawFields(dice, shape)];
      });
      const nodes: number[] = [];
      for (const words of commands) {
        ours.send(...words);
        nodes.push((ours.send("XINFO", "STREAM", "s") as FlatMap).items[3] as number);
      }
      const frames = await redis.sendAll(commands.flatMap((words) => [words, ["XINFO", "STREAM", "s"]]));
      const theirs = frames.filter((_, i) => i % 2 === 1).map(nodeCount);
      assert.deepEqual(nodes, theirs, `SEED=${seed}, shape ${shape}, bounds ${bounds.join(" ")}`);
      // Without a LIMIT, a hundred nodes' worth of entries.
      const trim = ["XTRIM", "s", "MAXLEN", "~", "0"];
      const trimmed = await redis.send(trim);
      assert.equal(
        ours.send(...trim),
        trimmed.kind === "integer" && Number(trimmed.text),
        `SEED=${seed}, shape ${shape}`,
      );
    }
  });
});

function nodeCount(frame: Frame): number {
  const item = frame.kind === "array" ? frame.items?.[3] : undefined;
  return item?.kind === "integer" ? Number(item.text) : Number.NaN;
}
