/** The table of other projects' suites, which a command keeps. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ROOT } from "../support/packed.ts";
import { rowsOf, withFigures } from "./page.ts";
import { SUITES } from "./suites.ts";

const page = readFileSync(join(ROOT, "docs/compatibility.md"), "utf8");

describe("docs/compatibility.md", () => {
  test("each row has every cell, a day, and no more passes than tests", () => {
    const [head, ...rows] = rowsOf(page);
    assert.deepEqual(head, ["suite", "version", "how", "run", "passed", "of"]);
    assert.ok(rows.length >= 20);
    for (const cells of rows) {
      assert.equal(cells.length, head!.length, cells[0]);
      assert.match(cells[3]!, /^2\d{3}-[01]\d-[0-3]\d$/, cells[0]);
      assert.ok(Number.parseInt(cells[4]!, 10) <= Number(cells[5]), cells[0]);
    }
  });

  test("a run changes the figures of its row, and nothing else", () => {
    const figures = { version: "9.9.9", run: "2030-01-02", passed: 7, of: 8 };
    for (const { row } of SUITES) {
      const changed = withFigures(page, row, figures);
      const before = rowsOf(page).find(([suite]) => suite === row)!;
      assert.deepEqual(
        rowsOf(changed).find(([suite]) => suite === row),
        [row, "9.9.9", before[2], "2030-01-02", "7", "8"],
      );
      const others = (text: string): string[] => text.split("\n").filter((line) => !line.startsWith(`| ${row} |`));
      assert.deepEqual(others(changed), others(page));
    }
    assert.throws(() => withFigures(page, "no such suite", figures), /has no row/);
  });

  test("suites read their figures from what the runners print", () => {
    const printed: Readonly<Record<string, string>> = {
      "bun test": "\n 799 pass\n 2 skip\n 30 fail\n 3122 expect() calls\n",
      "npx mocha": "\n  521 passing (2m)\n  2 pending\n  30 failing\n",
      "npx vitest": " Test Files  8 failed | 60 passed (68)\n      Tests  30 failed | 799 passed | 4 skipped (833)\n",
    };
    for (const { run, passed, failed, name } of SUITES) {
      const text = printed[Object.keys(printed).find((runner) => run.startsWith(runner))!]!;
      assert.match(passed.exec(text)![1]!, /^(?:799|521)$/, name);
      assert.equal(failed.exec(text)![1], "30", name);
    }
  });
});
