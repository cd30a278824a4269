/** The databases together: what expires while time passes, and for how long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Dataset } from "../../src/data/dataset.ts";
import { createInstant, setTime } from "../../src/data/keyspace.ts";

function start(): { dataset: Dataset; expired: string[] } {
  const expired: string[] = [];
  const ignored = (): void => {};
  const dataset = new Dataset(2, createInstant(1000), {
    keyAdded: ignored,
    keyMissed: ignored,
    keyEvicted: ignored,
    fieldsExpired: ignored,
    keyExpired: ({ number }, key) => void expired.push(`${number}:${key}`),
  });
  return { dataset, expired };
}

test("what has expired goes from all databases, in the time that there is", () => {
  const { dataset, expired } = start();
  for (const database of dataset.databases) for (let i = 0; i < 1000; i++) database.set(`k${i}`, "v", 1500);
  dataset.databases[0]!.set("stays", "v");
  assert.equal(dataset.size, 2001);
  const still = (): number => 0;
  dataset.expire(still, 1);
  assert.equal(dataset.size, 2001);
  setTime(dataset.instant, 1_500_000);
  let us = 0;
  // Every look at the clock finds it later, and there is time for one batch in each database.
  dataset.expire(() => us++, 0);
  assert.ok(expired.length > 0 && expired.length < 1000, `${expired.length} expired`);
  dataset.expire(still, 1);
  assert.equal(dataset.size, 1);
  assert.equal(expired.length, 2000);
});

test("nothing goes by itself while active expiry is off", () => {
  const { dataset, expired } = start();
  dataset.databases[0]!.set("k", "v", 1500);
  setTime(dataset.instant, 2_000_000);
  dataset.activeExpiry = false;
  dataset.expire(() => 0, 1);
  assert.equal(dataset.size, 1);
  assert.equal(dataset.databases[0]!.peek("k"), undefined);
  assert.deepEqual(expired, ["0:k"]);
});
