/** Files that are named by options end, or are refused. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startServer } from "../../src/index.ts";
import { readBounded } from "../../src/server/bounded-file.ts";

test("a file is read whole up to its bound, and refused above it", () => {
  const folder = mkdtempSync(join(tmpdir(), "stashd-bounded-"));
  const path = join(folder, "file");
  const bytes = Buffer.alloc(200_000, "0123456789");
  writeFileSync(path, bytes);
  assert.deepEqual(readBounded(path, 200_000), bytes);
  assert.throws(() => readBounded(path, 199_999), /file is larger than 199999 bytes$/);
  writeFileSync(path, "");
  assert.equal(readBounded(path, 10).length, 0);
  assert.throws(() => readBounded(join(folder, "none"), 10), { code: "ENOENT" });
  rmSync(folder, { recursive: true });
});

test("a device without an end is no ACL file", { skip: process.platform === "win32" && "no such device" }, async () => {
  await assert.rejects(startServer({ port: 0, aclFile: "/dev/zero" }), /larger than 67108864 bytes/);
});
