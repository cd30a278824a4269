/** The commands of an engine: found in any case, and counted by each engine for itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { commandTables } from "../../src/commands/registry.ts";
import { CommandError } from "../../src/core/reply.ts";
import { CommandRegistry } from "../../src/engine/command-registry.ts";

test("a command has one entry, in whatever case it is asked for", () => {
  const registry = new CommandRegistry(commandTables);
  const entry = registry.get("get")!;
  for (const name of ["GET", "get", "Get", "gEt"]) assert.equal(registry.get(name), entry, name);
  assert.equal(registry.find(["config", "Get", "x"]), registry.get("CONFIG GET"));
  assert.equal(registry.get("nosuch"), undefined);
  assert.equal(registry.find(["nosuch"]), undefined);
  assert.ok(registry.find(["config", "nosuch"]) instanceof CommandError);
});

test("engines count apart, and share the rows", () => {
  const [one, other] = [new CommandRegistry(commandTables), new CommandRegistry(commandTables)];
  one.get("GET")!.calls = 3;
  assert.equal(other.get("GET")!.calls, 0);
  assert.equal(other.get("GET")!.command, one.get("GET")!.command);
  one.resetCounts();
  assert.equal(one.get("GET")!.calls, 0);
});

test("entries come in the order of the tables, also when some were asked for before", () => {
  const registry = new CommandRegistry(commandTables);
  registry.get("zadd");
  const names = registry.entries().map(({ command }) => command.name);
  assert.deepEqual(
    names,
    commandTables.flat().map(({ name }) => name),
  );
});

test("two rows of one name are a fault", () => {
  assert.throws(() => new CommandRegistry([...commandTables, commandTables[0]!]), /two rows for/);
});
