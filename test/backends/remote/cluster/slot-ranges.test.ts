/** What nodes of a Cluster say of slots, with hosts in every form. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { missingSlots, readRedirect, readSlotRanges } from "../../../../src/backends/remote/cluster/slot-ranges.ts";
import { describeTarget } from "../../../../src/backends/remote/target.ts";
import { CommandError } from "../../../../src/core/reply.ts";
import type { Reply } from "../../../../src/core/reply.ts";

/** A reply to CLUSTER SLOTS with one node that calls itself so. */
const slotsOf = (host: Reply, ...facts: Reply[]): Reply => [
  [0, 16_383, [host, 6379, "id", facts], ["replica", 1, "id"]],
];

describe("the reply to CLUSTER SLOTS", () => {
  for (const [what, host, facts, expected] of [
    ["an address", "10.0.0.1", [], "10.0.0.1:6379"],
    ["an address of IPv6", "::1", [], "[::1]:6379"],
    ["a name", "one.example", ["ip", "10.0.0.1"], "one.example:6379"],
    ["none: the node is where the one is that was asked", "", [], "asked.example:6379"],
    ["null, likewise", null, ["ip", "10.0.0.1"], "asked.example:6379"],
    ["an unknown name, with an address", "?", ["ip", "10.0.0.1"], "10.0.0.1:6379"],
    ["an unknown name without one", "?", [], "asked.example:6379"],
  ] as const) {
    test(`may have ${what}`, () => {
      const [range] = readSlotRanges(slotsOf(host, ...facts), "asked.example")!;
      assert.equal(describeTarget({ address: range!.primary }), expected);
      assert.deepEqual([range!.first, range!.last], [0, 16_383]);
    });
  }

  for (const reply of [
    new CommandError("ERR no"),
    null,
    [[0, 16_384, ["h", 1]]],
    [[5, 4, ["h", 1]]],
    [["0", "1"]],
    ["x"],
  ]) {
    test(`is not ${JSON.stringify(reply)}`, () => assert.equal(readSlotRanges(reply, "h"), undefined));
  }

  test("tells which slots are missing", () => {
    const primary = { host: "h", port: Number("6379") };
    assert.equal(missingSlots([]), "0-16383");
    assert.equal(missingSlots([{ first: 0, last: 16_383, primary }]), "");
    const ranges = [
      { first: 8000, last: 16_382, primary },
      { first: 1, last: 7998, primary },
    ];
    assert.equal(missingSlots(ranges), "0, 7999, 16383");
  });
});

describe("redirections", () => {
  for (const [text, expected] of [
    ["MOVED 3999 127.0.0.1:6381", "3999 127.0.0.1:6381"],
    ["ASK 1 ::1:7000", "1 [::1]:7000 once"],
    ["MOVED 2 :7000", "2 asked:7000"],
    ["MOVED 2 ?:7000", "2 asked:7000"],
    ["MOVED 2 one.example:7000", "2 one.example:7000"],
    ["MOVED 99999 h:1", undefined],
    ["MOVED x h:1", undefined],
    ["ERR MOVED 1 h:1", undefined],
  ] as const) {
    test(text, () => {
      const redirect = readRedirect(new CommandError(text), "asked");
      const shown =
        redirect &&
        `${redirect.slot} ${describeTarget({ address: redirect.address })}${redirect.isOnce ? " once" : ""}`;
      assert.equal(shown, expected);
    });
  }
});
