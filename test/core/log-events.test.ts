/** The events of the log: what is documented, and what a record has. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { EVENTS, logEvent } from "../../src/core/log-events.ts";
import { SILENT } from "../../src/core/log.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/running.md"), "utf8");

test("every event is documented, with its level", () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (info|warn|error) \|/gm)].map(([, name, level]) => [name, level]);
  assert.deepEqual(
    rows,
    Object.entries(EVENTS).map(([name, [level]]) => [name, level]),
  );
});

test("a record has the name of its event, its fields and a text", () => {
  const lines: unknown[] = [];
  logEvent({ ...SILENT, info: (...record) => void lines.push(record) }, "stopping", { reason: "SIGTERM" });
  assert.deepEqual(lines, [[{ event: "stopping", reason: "SIGTERM" }, "the server ends"]]);
});
