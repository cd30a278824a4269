import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { STATUS_CODES } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { reasonOf } from "../../src/protocol/http-writer.ts";

test("every status that the server answers has its reason", () => {
  const folder = join(import.meta.dirname, "../../../src/server");
  const sources = ["http-connection.ts", "http-node.ts", "probes.ts", "refusals.ts", "rest-api.ts", "status.ts"];
  const text = sources.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  const statuses = new Set(
    [...text.matchAll(/\b(?:20[0-9]|4[0-3][0-9]|50[0-9])\b/g)].map(([status]) => Number(status)),
  );
  assert.ok(statuses.has(200) && statuses.has(401) && statuses.has(503));
  for (const status of statuses) assert.equal(reasonOf(status), STATUS_CODES[status], String(status));
});
