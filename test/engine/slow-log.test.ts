/** What the slow log keeps back; what it keeps is held against redis-server in `test/oracle/slowlog.test.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { commandTables } from "../../src/commands/registry.ts";
import type { CommandSpec } from "../../src/core/command-spec.ts";
import { Session } from "../../src/engine/session.ts";
import { SlowLog } from "../../src/engine/slow-log.ts";
import { EVERYONE } from "../support/engine.ts";

function kept(name: string, ...words: string[]): string {
  const log = new SlowLog();
  const spec: CommandSpec = commandTables.flat().find((command) => command.name === name)!;
  log.add(new Session(1, "resp", EVERYONE, 0), spec, words, 1, 1);
  return log.latest(1)[0]!.words.join(" ");
}

test("secrets are never kept", () => {
  assert.equal(kept("AUTH", "auth", "user", "secret"), "auth (redacted) (redacted)");
  assert.equal(kept("HELLO", "HELLO", "3", "AUTH", "u", "secret"), "HELLO 3 AUTH (redacted) (redacted)");
  assert.equal(kept("HELLO", "HELLO", "3", "SETNAME", "u"), "HELLO 3 SETNAME u");
  assert.equal(kept("ACL SETUSER", "ACL", "SETUSER", "u", "on", ">secret"), "ACL SETUSER u (redacted) (redacted)");
  assert.equal(kept("ACL RESTTOKEN", "ACL", "RESTTOKEN", "u", "s"), "ACL RESTTOKEN (redacted) (redacted)");
  assert.equal(
    kept("CONFIG SET", "CONFIG", "SET", "timeout", "1", "RequirePass", "secret", "save", "x"),
    "CONFIG SET timeout 1 RequirePass (redacted) save x",
  );
});
