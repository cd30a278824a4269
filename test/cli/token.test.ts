import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UsageError } from "../../src/cli/usage-error.ts";
import { tokenText } from "../../src/cli/token.ts";
import { TestServer } from "../support/server.ts";
import { TestWorld } from "../support/world.ts";

const run = (...argv: string[]): string => tokenText(argv, new TestWorld(5));

describe("stashd token", () => {
  test("makes a random token", () => {
    assert.match(run(), /^[0-9a-f]{48}\n$/);
  });

  test("makes the token that a server makes, and tells what it holds", async () => {
    const server = await TestServer.start();
    try {
      await server.command(["ACL", "SETUSER", "äpp", "on", ">secret", "~*", "+get"]);
      const { json } = await server.command(["ACL", "RESTTOKEN", "äpp", "secret"]);
      const token = run("--user", "äpp", "--password", "secret").trimEnd();
      assert.deepEqual(json, { result: token });
      assert.equal((await server.command(["GET", "k"], { token })).status, 200);
      assert.equal(
        run("--check", token),
        "user äpp\npassword #2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\n",
      );
      const own = run("-u", "new").trimEnd();
      await server.command(["ACL", "SETUSER", "new", "on", `>${own}`, "+ping"]);
      assert.equal((await server.command(["PING"], { token: own })).status, 200);
    } finally {
      await server.stop();
    }
  });

  test("says what is wrong, and prints its help", () => {
    const wrong = [["x"], ["--nope"], ["-p", "x"], ["-u", "a b"], ["--check", "x"], ["--check", "acl-AAAA", "-u", "x"]];
    for (const argv of wrong) assert.throws(() => run(...argv), UsageError, argv.join(" "));
    assert.match(run("--help"), /^Usage: stashd token /);
  });
});
