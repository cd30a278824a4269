/** What the pages say of errors and limits is what holds. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS, HOSTED_LIMITS } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limits.ts";
import { freePorts } from "../support/redis.ts";
import { ERRORS_OF_NODE, explainedErrors, readDocument, ROOT } from "../support/documents.ts";

describe("docs/troubleshooting.md", () => {
  const quoted = explainedErrors();

  test("quotes each once", () => {
    assert.equal(new Set(quoted).size, quoted.length);
  });

  test("quotes Node's own errors", async () => {
    const [port] = await freePorts(1);
    const error = (await fetch(`http://127.0.0.1:${port}`).catch((error: unknown) => error)) as Error;
    assert.equal(error.message, ERRORS_OF_NODE[0]);
    assert.match((error.cause as Error).message, /^connect ECONNREFUSED /);
    assert.ok(ERRORS_OF_NODE.every((text) => quoted.includes(text)));
  });
});

describe("docs/differences.md", () => {
  test("states the limits that hold, and those of the hosted service", () => {
    const rows = [...readDocument("docs/differences.md").matchAll(/^\| `(\w+Max)` \| ([\d,]+)(?: (KB|MB|s))? \|/gm)];
    assert.ok(rows.length > 20);
    for (const [, name, digits, unit] of rows) {
      const limit = name as keyof Limits;
      const stated = Number(digits!.replaceAll(",", "")) * { KB: 1024, MB: 1024 ** 2, s: 1000, "": 1 }[unit ?? ""]!;
      const actual = DEFAULT_LIMITS[limit] === 0 ? HOSTED_LIMITS[limit]! : DEFAULT_LIMITS[limit];
      // V8 ends a string a little before the 512 MB of Redis.
      assert.ok(Math.abs(stated - actual) <= 25, `${name} is ${actual}`);
    }
  });
});

describe("README.md", () => {
  const readme = readDocument("README.md");

  test("is short", () => {
    assert.ok(readme.split("\n").length <= 100);
  });

  test("has the command of CI", () => {
    assert.match(readme, /^npm install && npm test$/m);
    assert.match(readFileSync(join(ROOT, ".ci/run"), "utf8"), /^npm test$/m);
  });
});
