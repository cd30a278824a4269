/** What chance decides in SRANDMEMBER and HRANDFIELD: no real server can supply the expectation. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ReplySet } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `m${i}`);

function members(reply: Reply): string[] {
  return (reply instanceof ReplySet ? reply.items : reply) as string[];
}

/** An engine with a set `s` and a hash `h` of this many elements. */
function engineWith(size: number): TestEngine {
  const engine = new TestEngine();
  engine.send("SADD", "s", ...numbered(size));
  engine.send("HSET", "h", ...numbered(size).flatMap((field) => [field, `value of ${field}`]));
  return engine;
}

for (const size of [10, 1000]) {
  describe(`random elements among ${size}`, () => {
    test("a positive count answers distinct elements", () => {
      const engine = engineWith(size);
      for (const count of [1, 2, size / 10, size / 2, size - 1, size, size + 1]) {
        for (const name of ["SRANDMEMBER s", "HRANDFIELD h"]) {
          const found = members(engine.line(`${name} ${count}`));
          assert.equal(new Set(found).size, Math.min(count, size), name);
          assert.equal(found.length, Math.min(count, size), name);
          assert.ok(found.every((member) => /^m[0-9]+$/.test(member)));
        }
      }
    });

    test("every element comes up about equally often", () => {
      const engine = engineWith(size);
      for (const count of [-1, 1, size / 10, size / 2, size - 1]) {
        const seen = new Map<string, number>();
        const rounds = Math.ceil((200 * size) / Math.abs(count));
        for (let i = 0; i < rounds; i++) {
          for (const member of members(engine.line(`SRANDMEMBER s ${count}`))) {
            seen.set(member, (seen.get(member) ?? 0) + 1);
          }
        }
        assert.equal(seen.size, size);
        for (const times of seen.values()) assert.ok(times > 100 && times < 300, `count ${count}: ${times}`);
      }
    });

    test("HRANDFIELD answers each field with its own value", () => {
      const engine = engineWith(size);
      for (const count of ["5", "-50"]) {
        const { items } = engine.line(`HRANDFIELD h ${count} WITHVALUES`) as unknown as { items: string[] };
        for (let i = 0; i < items.length; i += 2) assert.equal(items[i + 1], `value of ${items[i]}`);
      }
    });
  });
}
