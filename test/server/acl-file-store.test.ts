import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { TestServer, TOKEN } from "../support/server.ts";
import { OptionError } from "../../src/server/server-options.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stashd-acl-"));
  path = join(folder, "users.acl");
});
afterEach(() => rmSync(folder, { recursive: true }));

async function serve<T>(use: (server: TestServer) => Promise<T>): Promise<T> {
  const server = await TestServer.start({ aclFile: path });
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

describe("an ACL file", () => {
  test("keeps users and their tokens over a restart", async () => {
    writeFileSync(path, "");
    const token = await serve(async (server) => {
      await server.command(["ACL", "SETUSER", "app", "on", ">secret-password", "~a*", "+get", "(~b +set)"]);
      const { json } = await server.command(["ACL", "RESTTOKEN", "app", "secret-password"]);
      assert.deepEqual((await server.command(["ACL", "SAVE"])).json, { result: "OK" });
      return (json as { result: string }).result;
    });
    const text = readFileSync(path, "utf8");
    assert.match(text, /^user app on #[0-9a-f]{64} ~a\* resetchannels -@all \+get \(~b resetchannels -@all \+set\)$/m);
    assert.ok(!text.includes("secret") && !text.includes(TOKEN));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ["users.acl"]);
    await serve(async (server) => {
      assert.equal((await server.command(["GET", "a1"], { token })).status, 200);
      assert.equal((await server.command(["GET", "b"], { token })).status, 400);
      assert.equal((await server.command(["PING"])).status, 200);
      writeFileSync(path, "user app off\n");
      assert.deepEqual((await server.command(["ACL", "LOAD"])).json, { result: "OK" });
      assert.equal((await server.command(["GET", "a1"], { token })).status, 401);
      writeFileSync(path, "user app on\nuser b +nope\n");
      const { json } = await server.command(["ACL", "LOAD"]);
      assert.deepEqual(json, {
        error:
          `ERR ${path}:2: Error in applying operation '+nope': Unknown command or category name in ACL. ` +
          "WARNING: ACL errors detected, no change to the previously active ACL rules was performed",
      });
      assert.equal((await server.command(["GET", "a1"], { token })).status, 401);
    });
  });

  test("that is wrong or missing keeps the server from starting", async () => {
    await assert.rejects(TestServer.start({ aclFile: path }), (error: Error) => {
      assert.ok(error instanceof OptionError);
      assert.match(error.message, /^aclFile cannot be used: Error loading ACLs, opening file '.*': ENOENT/);
      return true;
    });
    writeFileSync(path, "\nuser u on >secret oops\n");
    await assert.rejects(TestServer.start({ aclFile: path }), {
      message: `aclFile cannot be used: ${path}:2: Syntax error.`,
    });
  });

  test("that cannot be written is an error, and stays as it was", async () => {
    writeFileSync(path, "user u on\n");
    await serve(async (server) => {
      rmSync(folder, { recursive: true });
      const { json } = await server.command(["ACL", "SAVE"]);
      assert.match((json as { error: string }).error, /^ERR There was an error trying to save the ACLs/);
    });
    folder = mkdtempSync(join(tmpdir(), "stashd-acl-"));
  });
});
