import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientWarnings } from "../../src/server/client-warnings.ts";
import { SILENT } from "../../src/server/log.ts";
import { TestWorld } from "../support/world.ts";

function start(kindsMax = 10): { warnings: ClientWarnings; world: TestWorld; lines: string[] } {
  const world = new TestWorld();
  const lines: string[] = [];
  const warn = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  return { world, lines, warnings: new ClientWarnings({ ...SILENT, warn }, world, kindsMax) };
}

test("one warning a minute, an address and a message", () => {
  const { warnings, world, lines } = start();
  for (let i = 0; i < 5; i++) warnings.warn("192.0.2.1", { i }, "guesses");
  warnings.warn("192.0.2.2", {}, "guesses");
  warnings.warn("192.0.2.1", {}, "does not read");
  world.advance(60_000);
  warnings.warn("192.0.2.1", { i: 5 }, "guesses");
  assert.deepEqual(lines, [
    'guesses {"address":"192.0.2.1","i":0}',
    'guesses {"address":"192.0.2.2"}',
    'does not read {"address":"192.0.2.1"}',
    'guesses {"address":"192.0.2.1","i":5,"leftOut":4}',
  ]);
});

test("a bounded number of addresses is remembered, the latest", () => {
  const { warnings, lines } = start(2);
  for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.3", "192.0.2.1"])
    warnings.warn(address, {}, "x");
  assert.equal(lines.length, 4);
});

test("a clock that was set back does not silence warnings", () => {
  const { warnings, world, lines } = start();
  warnings.warn("192.0.2.1", {}, "x");
  world.advance(-3_600_000);
  warnings.warn("192.0.2.1", {}, "x");
  assert.equal(lines.length, 2);
});
