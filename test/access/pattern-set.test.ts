/** A set of patterns matches what any of its patterns matches by itself, however it looks them up. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { AclUser } from "../../src/access/acl-user.ts";
import { CommandIndex } from "../../src/access/command-index.ts";
import { PatternSet, TRIED_PATTERNS_MAX } from "../../src/access/pattern-set.ts";
import { commandTables } from "../../src/commands/registry.ts";
import { Glob } from "../../src/core/glob.ts";
import { chooseSeed } from "../support/world.ts";

const seed = chooseSeed();

describe(`pattern sets, SEED=${seed}`, () => {
  test("agree with globs", () => {
    const pattern = fc.string({
      unit: fc.constantFrom("a", "b", ":", "*", "?", "[", "]", "\\", "^", "-"),
      maxLength: 6,
    });
    const text = fc.string({ unit: fc.constantFrom("a", "b", ":", "*", "\\"), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 6 }), text, (patterns, name) => {
        const expected = patterns.some((each) => new Glob(each).matches(name));
        assert.equal(new PatternSet(patterns).matches(name), expected);
      }),
      { seed, numRuns: 5000 },
    );
  });
});

describe("a user with many rules", () => {
  const commands = CommandIndex.of(commandTables.flat());
  const many = 50_000;

  test("may have any number of names and prefixes, and each counts", () => {
    const user = new AclUser("u", commands);
    for (let i = 0; i < many; i++) assert.equal(user.apply(`~key${i}:*`), undefined);
    for (let i = 0; i < many; i++) assert.equal(user.apply(`&channel${i}`), undefined);
    for (let i = 0; i < many; i++) user.addToken(String(i).padStart(64, "0"));
    user.apply("+@all");
    const get = commands.find("get")!;
    const publish = commands.find("publish")!;
    assert.equal(user.refusal(get, ["GET", `key${many - 1}:x`]), undefined);
    assert.equal(user.refusal(get, ["GET", `key${many}:x`])?.reason, "key");
    assert.equal(user.refusal(publish, ["PUBLISH", `channel${many - 1}`, ""]), undefined);
    assert.equal(user.refusal(publish, ["PUBLISH", "channel", ""])?.reason, "channel");
    assert.equal(user.describe().length > many * 10, true);
  });

  test("may have so many patterns that are tried one by one, selectors and first arguments", () => {
    const user = new AclUser("u", commands);
    for (let i = 0; i < TRIED_PATTERNS_MAX; i++) assert.equal(user.apply(`~*${i}*x`), undefined);
    assert.match(user.apply("~*y*")!, /^Too many patterns/);
    assert.equal(user.apply("~*1*x"), undefined);
    assert.equal(user.apply("resetkeys"), undefined);
    assert.equal(user.apply("~*y*"), undefined);
    const copy = user.copy();
    for (let i = 1; i < TRIED_PATTERNS_MAX; i++) assert.equal(copy.apply(`&*${i}*x`), undefined);
    assert.match(copy.apply("&*y*")!, /^Too many patterns/);
    assert.equal(user.apply("&*y*"), undefined);
    const problems = new Set<string | undefined>();
    for (let i = 0; i < 2000; i++) problems.add(user.apply(`(~key${i} +get)`));
    for (let i = 0; i < 5000; i++) problems.add(user.apply(`+set|key${i}`));
    assert.deepEqual([...problems], [undefined, "Too many selectors or first arguments"]);
  });
});
