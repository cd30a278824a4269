/** Payloads of function libraries: what is written is read again, and nothing else is. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { checkedPayload } from "../../../src/data/rdb/dump-payload.ts";
import { functionsPayload, payloadFunctions } from "../../../src/data/rdb/function-payload.ts";
import { RdbError } from "../../../src/data/rdb/rdb-error.ts";
import { chooseSeed } from "../../support/world.ts";

const seed = chooseSeed();

function textsIn(payload: string): string[] {
  return payloadFunctions(checkedPayload(payload)!, 1024 * 1024);
}

describe(`payloads of function libraries, SEED=${seed}`, () => {
  test("keep every text, short, long or compressed", () => {
    const text = fc.oneof(
      fc.string({ maxLength: 30 }).map((part) => `#!lua name=a\n${part}`),
      fc.nat({ max: 20_000 }).map((times) => `#!lua name=b\n${"return 1 ".repeat(times)}`),
    );
    const bytes = fc
      .array(text, { maxLength: 4 })
      .map((texts) => texts.map((one) => one.replace(/[^\x00-\xff]/g, "?")));
    fc.assert(
      fc.property(bytes, (texts) => assert.deepEqual(textsIn(functionsPayload(texts)), texts)),
      { seed, numRuns: 200 },
    );
  });

  test("a damaged payload is refused, and so is one that would inflate beyond its bound", () => {
    const payload = functionsPayload([`#!lua name=c\n${"x".repeat(100_000)}`]);
    assert.ok(payload.length < 2000);
    assert.equal(checkedPayload(`${payload.slice(0, 20)}?${payload.slice(21)}`), undefined);
    assert.equal(checkedPayload(payload.slice(0, 9)), undefined);
    assert.throws(() => payloadFunctions(checkedPayload(payload)!, 1000), RdbError);
  });
});
