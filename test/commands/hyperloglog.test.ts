/** What replies do not show: what is journalled, and that a corrupt sketch takes all elements of a command or none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";
import { RecordedJournal } from "../support/replay.ts";

/** Each command line, and whether it is journalled in its own words. */
const JOURNALLED: readonly (readonly [line: string, journalled: boolean])[] = [
  ["PFADD k", true],
  ["PFADD k", false],
  ["PFADD k a b", true],
  ["PFADD k a", false],
  // The estimate is kept in the sketch, which changes its bytes.
  ["PFCOUNT k", true],
  ["PFCOUNT k", false],
  ["PFCOUNT k k", false],
  ["PFCOUNT missing", false],
  ["PFMERGE k", true],
  ["PFDEBUG ENCODING k", false],
  ["PFDEBUG TODENSE k", true],
  ["PFDEBUG GETREG k", false],
  ["PFADD k a", false],
  ["PFSELFTEST", false],
];

test("what changes a sketch is journalled", () => {
  const ours = new TestEngine();
  const journal = new RecordedJournal();
  ours.engine.journal.attach(journal);
  for (const [line, journalled] of JOURNALLED) {
    journal.effects.length = 0;
    ours.line(line);
    assert.deepEqual(journal.lines(), journalled ? [line] : [], line);
  }
});

for (const padding of [0, 2000]) {
  test(`a corrupt sketch takes all or none, with ${padding} bytes after the header`, () => {
    const ours = new TestEngine();
    const journal = new RecordedJournal();
    // The first 12000 registers are there, so that most elements find theirs and some do not.
    const zeros = "\x00".repeat(padding);
    const rest = 12000 - padding - 1;
    const corrupt = `HYLL\x01${"\0".repeat(11)}${zeros}${String.fromCharCode(0x40 | (rest >> 8), rest & 0xff)}`;
    ours.send("SET", "k", corrupt);
    ours.engine.journal.attach(journal);
    const elements = Array.from({ length: 30 }, (_, i) => String(i));
    const reply = ours.send("PFADD", "k", ...elements);
    assert.ok(reply instanceof CommandError && reply.text === "INVALIDOBJ Corrupted HLL object detected");
    assert.equal(ours.send("GET", "k"), corrupt);
    assert.deepEqual(journal.lines(), []);
  });
}
