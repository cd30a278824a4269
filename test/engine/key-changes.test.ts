/** The listeners of changes, and their order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Keyspace } from "../../src/data/keyspace.ts";
import { KeyChanges } from "../../src/engine/key-changes.ts";
import type { SetListening } from "../../src/engine/key-changes.ts";
import { TestEngine } from "../support/engine.ts";

const ORIGIN = { caller: undefined, session: undefined, words: [], isEviction: false };

function start(): { changes: KeyChanges; told: string[]; turn: Record<string, SetListening>; tell(): string[] } {
  const changes = new KeyChanges();
  const told: string[] = [];
  const turn: Record<string, SetListening> = {};
  for (const name of ["a", "b", "c"]) turn[name] = changes.add({ keyChanged: (_, key) => void told.push(name + key) });
  const { databases } = new TestEngine().engine.dataset;
  const tell = (): string[] => {
    changes.keyChanged(databases[0]!, "k", ORIGIN);
    return told.splice(0);
  };
  return { changes, told, turn, tell };
}

test("listeners are told in the order in which they were added, while they listen", () => {
  const { changes, turn, tell } = start();
  assert.equal(changes.isHeard, false);
  assert.deepEqual(tell(), []);
  turn["c"]!(true);
  turn["a"]!(true);
  assert.deepEqual(tell(), ["ak", "ck"]);
  turn["b"]!(true);
  turn["b"]!(true);
  turn["a"]!(false);
  assert.deepEqual(tell(), ["bk", "ck"]);
  for (const name of ["b", "c"]) turn[name]!(false);
  assert.equal(changes.isHeard, false);
});

test("a listener that stops while it is told keeps none of the others from being told", () => {
  const { changes, told, turn, tell } = start();
  const stop = changes.add({
    keyChanged: () => {
      told.push("once");
      stop(false);
      turn["a"]!(false);
    },
  });
  const last = changes.add({ keyChanged: (keyspace) => void told.push(String(keyspace instanceof Keyspace)) });
  for (const listen of [turn["a"]!, stop, last]) listen(true);
  assert.deepEqual(tell(), ["ak", "once", "true"]);
  assert.deepEqual(tell(), ["true"]);
});

test("no listener is on until a session watches, waits or tracks, or memory is limited", () => {
  const ours = new TestEngine(undefined, "resp");
  const { keyChanges } = ours.engine;
  const heard = (line: string): boolean => {
    ours.line(line);
    return keyChanges.isHeard;
  };
  ours.session.protocol = 3;
  ours.session.answer = () => {};
  assert.equal(heard("SET k v"), false);
  assert.deepEqual([heard("WATCH k"), heard("UNWATCH")], [true, false]);
  assert.deepEqual([heard("WATCH k"), heard("SET k w")], [true, false]);
  assert.deepEqual([heard("CLIENT TRACKING ON"), heard("CLIENT TRACKING OFF")], [true, false]);
  assert.deepEqual([heard("CONFIG SET maxmemory 1gb"), heard("CONFIG SET maxmemory 0")], [true, false]);
  assert.deepEqual([heard("BLPOP list 0"), heard("RPUSH list x")], [true, false]);
  ours.line("WATCH k");
  ours.engine.closeSession(ours.session);
  assert.equal(keyChanges.isHeard, false);
});
