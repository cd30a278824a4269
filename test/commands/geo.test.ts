/** What the geo commands journal, the events that tell of them, and the distances they store. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Double, DoubleText } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { assertSameContents, RecordedJournal, replayed } from "../support/replay.ts";
import { TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

const SICILY = "GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania";

/** An engine with two members in `g`, and what it journals and tells from then on. */
function recorded(): { engine: TestEngine; journal: RecordedJournal; events: string[] } {
  const engine = new TestEngine();
  const journal = new RecordedJournal();
  const events: string[] = [];
  engine.engine.journal.attach(journal);
  engine.line(SICILY);
  engine.engine.events.notify = (_keyspace, _eventClass, event, key) => void events.push(`${event} ${key}`);
  return { engine, journal, events };
}

test("writes are journalled as they are, and do the same again", () => {
  const { engine, journal } = recorded();
  const writes = [
    "GEOADD g NX CH 13 38 New",
    "GEORADIUS g 15 37 200 km STORE d",
    "GEORADIUSBYMEMBER g Palermo 200 km STOREDIST e",
    "GEOSEARCHSTORE f g FROMMEMBER Palermo BYBOX 400 400 km COUNT 2 ANY",
    "GEOSEARCHSTORE d none FROMMEMBER Palermo BYRADIUS 1 km",
  ];
  for (const line of writes) engine.line(line);
  assert.deepEqual(journal.lines(), [SICILY, ...writes]);
  assertSameContents(replayed(journal.effects, new TestWorld(2)).engine, engine.engine, "after replay");
});

test("what changes nothing is not journalled", () => {
  const { engine, journal, events } = recorded();
  const idle = [
    SICILY,
    "GEOADD g NX 1 1 Palermo",
    "GEOADD g XX 1 1 New",
    "GEOADD none XX 1 1 New",
    "GEORADIUS g 15 37 200 km",
    "GEORADIUS g 100 37 1 m STORE none",
    "GEOSEARCHSTORE none g FROMLONLAT 100 37 BYRADIUS 1 m",
    "GEOSEARCHSTORE none none FROMLONLAT 100 37 BYRADIUS 1 m",
  ];
  for (const line of idle) engine.line(line);
  assert.equal(journal.effects.length, 1);
  assert.deepEqual(events, []);
});

test("events are Redis's", () => {
  const { engine, events } = recorded();
  for (const line of [
    "GEOADD g XX CH 13 38 Palermo",
    "GEORADIUS g 15 37 200 km STORE d",
    "GEORADIUSBYMEMBER g Palermo 200 km STOREDIST d",
    "GEOSEARCHSTORE d g FROMMEMBER Palermo BYRADIUS 1 km",
    "GEOSEARCHSTORE d g FROMLONLAT 100 37 BYRADIUS 1 km",
  ]) {
    engine.line(line);
  }
  assert.deepEqual(events, ["zadd g", "georadiusstore d", "georadiusstore d", "geosearchstore d", "del d"]);
});

test("STOREDIST stores the distance in the unit asked for", () => {
  const { engine } = recorded();
  for (const unit of ["m", "km", "ft", "mi"]) {
    engine.line(`GEOSEARCHSTORE d g STOREDIST FROMMEMBER Palermo BYRADIUS 1000000 ${unit}`);
    const score = engine.line("ZSCORE d Catania");
    assert.ok(score instanceof Double);
    assert.equal(score.value.toFixed(4), engine.line(`GEODIST g Palermo Catania ${unit}`));
    engine.line(`GEORADIUSBYMEMBER g Palermo 1000000 ${unit} STOREDIST e`);
    assert.deepEqual(engine.line("ZSCORE e Catania"), score);
  }
});

test("a coordinate has the digits that Redis prints, and is a double in RESP3", () => {
  const { engine } = recorded();
  const position: Reply = [new DoubleText("13.36138933897018433"), new DoubleText("38.11555639549629859")];
  assert.deepEqual(engine.line("GEOPOS g Palermo"), [position]);
  assert.deepEqual(engine.line("GEOSEARCH g FROMMEMBER Palermo BYRADIUS 0 m WITHCOORD"), [["Palermo", position]]);
});

test("of many places at one distance COUNT answers those that come first", () => {
  const { engine } = recorded();
  const names = Array.from({ length: 300 }, (_, i) => `m${String(i).padStart(3, "0")}`);
  engine.send("GEOADD", "same", ...names.flatMap((name) => ["1", "1", name]));
  const search = "GEOSEARCH same FROMLONLAT 1 1 BYRADIUS 1 km COUNT";
  assert.deepEqual(engine.line(`${search} 10`), names.slice(0, 10));
  assert.deepEqual(engine.line(`${search} 10 DESC`), names.slice(0, 10));
  assert.deepEqual(engine.line(`${search} 150 ANY`), names.slice(0, 150));
});
