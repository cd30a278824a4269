import assert from "node:assert/strict";
import { test } from "node:test";
import { explainFileError, readUserFile } from "../../src/cli/user-file.ts";

test("what is wrong with a file is told with what to do", () => {
  assert.throws(() => readUserFile("--x", "/nonexistent", 1), /^Error: --x: \/nonexistent does not exist; correct/);
  assert.throws(() => readUserFile("--x", "/dev/zero", 1), /^Error: --x: \/dev\/zero is larger than 1 bytes$/);
  assert.equal(explainFileError({ code: "EROFS" }, "/a"), "/a is on a read-only file system; choose a path on another");
});
