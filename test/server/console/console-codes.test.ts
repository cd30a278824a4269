/** One-time codes for the console's tokens. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../../src/core/limits.ts";
import { ConsoleCodes } from "../../../src/server/console/console-codes.ts";
import { TestWorld } from "../../support/world.ts";

const good = (): boolean => true;

function codesOf(limits: Partial<typeof DEFAULT_LIMITS> = {}): { world: TestWorld; codes: ConsoleCodes } {
  const world = new TestWorld();
  return { world, codes: new ConsoleCodes(world, { ...DEFAULT_LIMITS, ...limits }) };
}

describe("a code", () => {
  test("is 128 bits, gives its token once, and is void then", () => {
    const { codes } = codesOf();
    const code = codes.make("secret", good);
    assert.match(code, /^[0-9a-f]{32}$/);
    assert.deepEqual(codes.redeem(code), { token: "secret" });
    assert.equal(codes.redeem(code), "void");
  });

  test("that was never made, or is a part of one, is unknown", () => {
    const { codes } = codesOf();
    const code = codes.make("secret", good);
    for (const guess of ["", "0".repeat(32), code.slice(0, -1), `${code}0`, code.toUpperCase()])
      assert.equal(codes.redeem(guess), "unknown", guess);
    assert.deepEqual(codes.redeem(code), { token: "secret" });
  });

  test("is void after a minute, unless it is the one of the start", () => {
    const { codes, world } = codesOf();
    const lasting = codes.makeLasting("started", good);
    const [early, late] = [codes.make("a", good), codes.make("b", good)];
    world.advance(59_999);
    assert.deepEqual(codes.redeem(early), { token: "a" });
    world.advance(1);
    assert.equal(codes.redeem(late), "void");
    world.advance(365 * 86_400_000);
    assert.deepEqual(codes.redeem(lasting), { token: "started" });
    assert.equal(codes.redeem(lasting), "void");
  });

  test("is void when its token was revoked, for good", () => {
    const { codes } = codesOf();
    let isGood = false;
    const code = codes.make("secret", () => isGood);
    assert.equal(codes.redeem(code), "void");
    isGood = true;
    assert.equal(codes.redeem(code), "void");
  });

  test("is dropped when many have been made since, but not the one of the start", () => {
    const { codes } = codesOf({ consoleCodesMax: 10 });
    const lasting = codes.makeLasting("started", good);
    const made = Array.from({ length: 100 }, (_, i) => codes.make(`token ${i}`, good));
    assert.equal(codes.redeem(made[90]!), "unknown");
    assert.deepEqual(codes.redeem(made[91]!), { token: "token 91" });
    assert.deepEqual(codes.redeem(lasting), { token: "started" });
  });
});
