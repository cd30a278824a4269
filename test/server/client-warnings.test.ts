import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientWarnings } from "../../src/server/client-warnings.ts";
import { SILENT } from "../../src/core/log.ts";
import { TestWorld } from "../support/world.ts";

function start(kindsMax = 10): { warnings: ClientWarnings; world: TestWorld; lines: object[] } {
  const world = new TestWorld();
  const lines: object[] = [];
  const warn = (fields: object): void => void lines.push(fields);
  return { world, lines, warnings: new ClientWarnings({ ...SILENT, warn }, world, kindsMax) };
}

test("one warning a minute, an event and an address, a limit or a command", () => {
  const { warnings, world, lines } = start();
  const [one, other] = [{ address: "192.0.2.1" }, { address: "192.0.2.2" }];
  for (let i = 0; i < 5; i++) warnings.warn("login-throttled", one);
  warnings.warn("login-throttled", other);
  for (const limit of ["stallMsMax", "loginMsMax", "stallMsMax"]) warnings.warn("client-cut-off", { ...one, limit });
  for (const tookMs of [1, 2, 3]) warnings.warn("slow-command", { command: "KEYS", tookMs });
  warnings.warn("slow-command", { command: "SORT", tookMs: 4 });
  world.advance(60_000);
  warnings.warn("login-throttled", one);
  warnings.warn("slow-command", { command: "KEYS", tookMs: 5 });
  assert.deepEqual(lines, [
    { event: "login-throttled", ...one },
    { event: "login-throttled", ...other },
    { event: "client-cut-off", ...one, limit: "stallMsMax" },
    { event: "client-cut-off", ...one, limit: "loginMsMax" },
    { event: "slow-command", command: "KEYS", tookMs: 1 },
    { event: "slow-command", command: "SORT", tookMs: 4 },
    { event: "login-throttled", ...one, leftOut: 4 },
    { event: "slow-command", command: "KEYS", tookMs: 5, leftOut: 2 },
  ]);
});

test("a bounded number of addresses is remembered, the latest", () => {
  const { warnings, lines } = start(2);
  for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.3", "192.0.2.1"])
    warnings.warn("login-throttled", { address });
  assert.equal(lines.length, 4);
});

test("a clock that was set back does not silence warnings", () => {
  const { warnings, world, lines } = start();
  warnings.warn("login-throttled", { address: "192.0.2.1" });
  world.advance(-3_600_000);
  warnings.warn("login-throttled", { address: "192.0.2.1" });
  assert.equal(lines.length, 2);
});
