/** The encoder of the append-only file writes what clients send, whatever the length of words, into memory that it reuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { respCommand } from "../../src/core/resp-command.ts";
import { AofEncoder } from "../../src/persistence/aof-encoder.ts";
import type { Part } from "../../src/persistence/aof-encoder.ts";
import { Dice } from "../oracle/random.ts";
import { chooseSeed } from "../support/world.ts";

/** Lengths at which something changes, and the ones beside them. */
const LENGTHS = [0, 1, 9, 10, 99, 100, 101, 1000, 16_384, 16_385, 70_000].flatMap((length) => [length, length + 1]);

const seed = chooseSeed();

test(`commands are encoded as clients send them, in chunks that are used again: SEED=${seed}`, () => {
  const dice = new Dice(seed);
  const encoder = new AofEncoder();
  const word = (): string => String.fromCharCode(dice.between(0, 255)).repeat(dice.pick(LENGTHS));
  // No database is selected before the first command.
  let expected: string[] = [...respCommand(["SELECT", "0"])];
  /** Parts that are still to be read, with what they hold; in the order in which they were taken. */
  const held: { readonly part: Part; readonly text: string }[] = [];
  const chunks = new Set<Buffer>();
  let filled = 0;
  for (let round = 0; round < 100; round++) {
    for (let i = dice.between(round === 0 ? 1 : 0, 20); i > 0; i--) {
      const words = Array.from({ length: dice.pick([1, 2, 3, 9, 10, 120]) }, () =>
        dice.chance(0.05) ? word() : "x".repeat(dice.between(0, 120)),
      );
      encoder.append(0, words);
      expected.push(...respCommand(words));
    }
    const bytes = encoder.pendingBytes;
    const parts = encoder.take();
    const text = Buffer.concat(parts.map((part) => part.bytes)).latin1Slice();
    assert.equal(text, expected.join(""));
    assert.equal(text.length, bytes);
    expected = [];
    for (const part of parts) held.push({ part, text: part.bytes.latin1Slice() });
    for (const { chunk } of parts) {
      if (chunk === undefined) continue;
      chunks.add(chunk);
      filled++;
    }
    while (held.length > 0 && dice.chance(0.8)) {
      const { part, text: then } = held.shift()!;
      assert.equal(part.bytes.latin1Slice(), then, "what was not given back is not written to");
      encoder.recycle(part);
    }
    if (dice.chance(0.05)) encoder.trim();
  }
  assert.ok(chunks.size < filled, `${chunks.size} chunks were made, ${filled} were filled`);
});
