/** Large replies in pieces are what encoding them in one go gives. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FlatMap, OK, PairMap, Pairs, Push, ReplySet, Verbatim, Double, NULL_ARRAY } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { encodeJsonItem } from "../../src/protocol/json-reply.ts";
import { HeldReply, isLarge, PIECE_BYTES, ReplyPieces, wireBytes } from "../../src/protocol/reply-pieces.ts";
import type { WireFormat } from "../../src/protocol/reply-pieces.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { encodeResp3 } from "../../src/protocol/resp3.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

const FORMATS: Readonly<Record<WireFormat, (reply: Reply) => string>> = {
  resp2: encodeResp2,
  resp3: encodeResp3,
  plain: (reply) => encodeJsonItem(reply, "plain"),
  base64: (reply) => encodeJsonItem(reply, "base64"),
};

function check(reply: Reply, name: string): void {
  for (const [format, encode] of Object.entries(FORMATS) as [WireFormat, (reply: Reply) => string][]) {
    const source = new ReplyPieces(new HeldReply(reply), format);
    const pieces: string[] = [];
    for (let piece = source.next(); piece !== undefined; piece = source.next()) pieces.push(piece);
    assert.ok(pieces.join("") === encode(reply), `${name} as ${format}`);
    // JSON writes a byte as six chars at most.
    for (const piece of pieces) assert.ok(piece.length <= 8 * PIECE_BYTES, `${name} as ${format}: ${piece.length}`);
  }
}

const long = "x".repeat(3 * PIECE_BYTES + 1);

describe("a large reply in pieces", () => {
  const items: readonly Reply[] = Array.from({ length: 30_000 }, (_, i) => (i % 3 === 0 ? i : `item ${i}`));
  const cases: Readonly<Record<string, Reply>> = {
    "a string": long,
    NULs: "\0".repeat(2 * PIECE_BYTES),
    "an array": items,
    "a map": new FlatMap(items),
    "a map in twos": new PairMap(items),
    twos: new Pairs(items),
    "a set": new ReplySet(items),
    "a message": new Push(["message", "c", long]),
    nested: [long, [new Pairs(items), [[[long]]], null, 1n, OK], new Verbatim("text"), new Double(1.5), NULL_ARRAY],
    "long strings": [long, long, long],
  };
  for (const [name, reply] of Object.entries(cases)) {
    test(name, () => {
      assert.equal(isLarge(reply), true);
      check(reply, name);
    });
  }

  test("bytes that are no UTF-8 are cut where they may be", () => {
    const seed = chooseSeed();
    const random = seededRandom(seed);
    for (let round = 0; round < 4; round++) {
      let bytes = "";
      while (bytes.length < 2.5 * PIECE_BYTES) {
        const byte = Math.floor(random() * (random() < 0.5 ? 256 : 128));
        bytes += random() < 0.5 ? "\xe2\x82\xac" : String.fromCharCode(byte);
      }
      // The first cut falls on each of the bytes of a char in turn.
      check("a".repeat(round) + bytes, `seed ${seed}, round ${round}`);
      check(`${"a".repeat(PIECE_BYTES - 4 - round)}${"\x80".repeat(20)}${bytes}`, `seed ${seed}, round ${round}`);
    }
  });

  test("is told from a small one", () => {
    const small: readonly Reply[] = ["x".repeat(1000), 1, null, OK, [], items.slice(0, 1000), new Pairs(["a", 1])];
    for (const reply of small) assert.equal(isLarge(reply), false);
  });

  test("counts a long string once, and what is on the wire each time", () => {
    const value = "x".repeat(1_000_000);
    const reply = Array.from({ length: 600 }, () => value);
    assert.ok(new HeldReply(reply).bytes < 1_100_000);
    const members = Array.from({ length: 10 }, (_, i) => "x".repeat(1000) + i);
    const drawn = Array.from({ length: 5000 }, (_, i) => members[(i * 7) % 10]!);
    assert.ok(new HeldReply(drawn).bytes < 100_000);
    assert.ok(new HeldReply(["a".repeat(20_000), "b".repeat(20_000)]).bytes > 40_000);
    assert.ok(wireBytes(reply) >= 600_000_000);
  });
});
