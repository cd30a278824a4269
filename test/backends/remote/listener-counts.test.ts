/** What a gateway answers when the backend counts listeners: sessions, if the backend sees their subscriber. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { listenerCounts } from "../../../src/backends/remote/listener-counts.ts";
import { EVERYONE, TestEngine } from "../../support/engine.ts";

const { engine } = new TestEngine();
const counts = new Map(listenerCounts(engine.pubSub));

for (const words of [
  ["SUBSCRIBE", "c"],
  ["SUBSCRIBE", "c"],
  ["PSUBSCRIBE", "c*"],
]) {
  const session = engine.openSession("resp", EVERYONE);
  session.deliver = () => {};
  engine.execute(session, words);
}

/** [what the backend counts, what is answered]; the backend knows a channel and a pattern of the gateway's. */
const PUBLISH = [
  [0, 0],
  [1, 1],
  [2, 3],
  [5, 6],
] as const;
const NUMSUB = [
  [0, 0],
  [1, 2],
  [4, 5],
] as const;

test("PUBLISH counts sessions in place of the subscriber, once the backend has all of its names", () => {
  for (const [counted, answered] of PUBLISH) {
    assert.equal(counts.get("PUBLISH")!(["PUBLISH", "c", "m"], counted), answered);
  }
});

test("PUBSUB NUMSUB counts sessions in place of the subscriber, and none while the backend has it not", () => {
  for (const [counted, answered] of NUMSUB) {
    assert.deepEqual(counts.get("PUBSUB NUMSUB")!(["PUBSUB", "NUMSUB", "c"], ["c", counted]), ["c", answered]);
  }
});
