import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FullUser, ReadOnlyUser } from "../../src/access/users.ts";
import { commandTables } from "../../src/commands/registry.ts";

const commands = commandTables.flat();

describe("users", () => {
  test("the full user may run everything", () => {
    const user = new FullUser("default");
    assert.ok(commands.every(() => user.mayRun()));
  });

  test("the read-only user runs no write, nothing dangerous and no script", () => {
    const user = new ReadOnlyUser("default_ro");
    const allowed = commands.filter((command) => user.mayRun(command));
    assert.ok(allowed.length > 50);
    for (const { name, isWrite, categories } of allowed) {
      assert.ok(!isWrite && !categories.has("dangerous") && !categories.has("scripting"), name);
    }
    const names = new Set(allowed.map(({ name }) => name));
    for (const name of [
      "GET",
      "HGETALL",
      "LRANGE",
      "SMEMBERS",
      "ZRANGE",
      "TTL",
      "EXISTS",
      "DBSIZE",
      "PING",
      "ECHO",
      "TIME",
    ]) {
      assert.ok(names.has(name), name);
    }
    for (const name of ["SET", "KEYS", "SCAN", "INFO", "CONFIG GET", "FLUSHALL", "PUBLISH", "SORT_RO"]) {
      assert.ok(!names.has(name), name);
    }
  });
});
