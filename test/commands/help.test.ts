import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimpleString } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";

describe("HELP of a container", () => {
  const ours = new TestEngine();
  const lines = (container: string) => (ours.line(`${container} HELP`) as SimpleString[]).map(({ text }) => text);
  const { registry } = ours.engine;
  const helped = [...registry.entries()]
    .filter(({ command }) => command.run !== undefined)
    .map(({ command }) => command);

  for (const { name } of helped.filter((command) => command.name.endsWith(" HELP") && !command.name.includes("."))) {
    const container = name.split(" ")[0]!;
    test(`${container} names every subcommand that is served, itself last`, () => {
      const heads = lines(container).filter((line) => /^[A-Z]/.test(line));
      const served = helped.filter((command) => command.name.startsWith(`${container} `));
      const names = served.map((command) => command.name.split(" ")[1]!);
      assert.deepEqual(
        heads
          .slice(1)
          .map((head) => head.split(" ")[0]!)
          .toSorted(),
        names.toSorted(),
      );
      assert.equal(heads.at(-1), "HELP");
    });
  }

  test("shows the words of a subcommand, and what it does", () => {
    assert.deepEqual(lines("XGROUP").slice(0, 3), [
      "XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
      "CREATE <key> <groupname> (<id>|$) [MKSTREAM] [ENTRIESREAD <entries_read>]",
      `    ${registry.get("XGROUP CREATE")!.command.summary}`,
    ]);
  });
});
