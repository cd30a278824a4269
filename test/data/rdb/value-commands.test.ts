import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandError } from "../../../src/core/reply.ts";
import { entryCommands } from "../../../src/data/rdb/value-commands.ts";
import { assertSameContents } from "../../support/replay.ts";
import { emptyLike, entriesOf, fullEngine } from "../../support/transfer.ts";

describe("the commands of a value", () => {
  test("make it again, whatever its type", () => {
    const ours = fullEngine();
    const again = emptyLike(ours);
    for (const entry of entriesOf(ours)) {
      again.send("SELECT", String(entry.database));
      for (const words of entryCommands(entry)) {
        const reply = again.send(...words);
        assert.ok(
          !(reply instanceof CommandError),
          `${words.join(" ").slice(0, 100)}: ${(reply as CommandError).text}`,
        );
      }
    }
    assertSameContents(again.engine, ours.engine, "what has arrived");
  });

  test("have a bounded number of elements each", () => {
    const ours = fullEngine();
    ours.send("RPUSH", "long", ...Array.from({ length: 1000 }, (_, i) => `element ${i}`));
    const entry = entriesOf(ours).find(({ key }) => key === "long");
    const commands = [...entryCommands(entry!)];
    assert.equal(commands.length, Math.ceil(1000 / 64));
    assert.deepEqual(commands.flatMap((words) => words.slice(2)).length, 1000);
  });
});
