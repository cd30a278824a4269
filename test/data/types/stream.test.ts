import assert from "node:assert/strict";
import { test } from "node:test";
import { ConsumerGroup } from "../../../src/data/types/stream-group.ts";
import { StreamValue } from "../../../src/data/types/stream.ts";
import type { TrimRule } from "../../../src/data/types/stream.ts";
import { MAX_ID, MIN_ID } from "../../../src/data/types/stream-id.ts";

function streamOf(count: number, fieldsOf: (i: number) => string[]): StreamValue {
  const stream = new StreamValue();
  for (let ms = 1; ms <= count; ms++) stream.append({ ms, seq: 0 }, fieldsOf(ms));
  return stream;
}

const approximately = (threshold: number): TrimRule => ({
  threshold,
  approximate: true,
  limit: 0,
  references: "KEEPREF",
});

test("a node holds a hundred small entries, and fewer large ones", () => {
  assert.equal(streamOf(1000, (i) => ["field", `value${i}`]).entries.nodeCount, 10);
  assert.equal(streamOf(100, () => ["field", "x".repeat(2000)]).entries.nodeCount, 50);
  assert.equal(streamOf(10, () => ["field", "x".repeat(100_000)]).entries.nodeCount, 10);
});

/** https://github.com/upstash/redis-js and redis-py test that their server trims like this. */
test("approximate trimming keeps what the clients' own tests expect", () => {
  const wide = streamOf(1000, (i) => [String(i).padStart(44), String(i).padStart(44)]);
  wide.trim(approximately(30));
  assert.ok(wide.size >= 29 && wide.size <= 31, String(wide.size));
  const narrow = streamOf(120, (i) => ["field", `value${i}`]);
  narrow.trim(approximately(30));
  assert.equal(narrow.size, 120);
});

test("equal field names are stored once and entries read back as they were added", () => {
  const stream = streamOf(3, (i) => [["name", "other"][i % 2]!, String(i), "x", "y"]);
  assert.deepEqual(
    stream.entries.range(MIN_ID, MAX_ID, Infinity).map(({ value }) => value),
    [
      ["other", "1", "x", "y"],
      ["name", "2", "x", "y"],
      ["other", "3", "x", "y"],
    ],
  );
});

test("a copy shares nothing that can change", () => {
  const stream = streamOf(150, (i) => ["f", String(i)]);
  const group = new ConsumerGroup({ ms: 5, seq: 0 }, 5);
  stream.groups.set("g", group);
  const consumer = group.addConsumer("c", 1);
  for (let ms = 1; ms <= 5; ms++) group.deliver({ ms, seq: 0 }, consumer, 10, 2);

  const twin = stream.copy();
  assert.deepEqual(twin, stream);
  stream.delete({ ms: 1, seq: 0 });
  stream.append({ ms: 900, seq: 0 }, ["a", "b"]);
  group.acknowledge({ ms: 2, seq: 0 });
  group.deleteConsumer(consumer);
  const twinGroup = twin.groups.get("g")!;
  assert.equal(twin.size, 150);
  assert.equal(twin.lastId.ms, 150);
  assert.equal(twinGroup.pending.size, 5);
  assert.equal(twinGroup.consumers.get("c")!.pending.get({ ms: 2, seq: 0 }), twinGroup.pending.get({ ms: 2, seq: 0 }));
});

test("estimated bytes follow the contents", () => {
  const small = streamOf(1000, () => ["f", "v"]).memoryBytes();
  const large = streamOf(1000, () => ["f", "v".repeat(1000)]).memoryBytes();
  assert.ok(small > 50_000 && small < 300_000, String(small));
  assert.ok(large - small > 900_000 && large - small < 1_400_000, String(large));
  assert.ok(new StreamValue().memoryBytes() < 1000);
});
