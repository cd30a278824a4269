/** A system's clock that is set while the server runs: what is told, and what data does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SILENT } from "../../src/core/log.ts";
import { ClockWatch } from "../../src/server/clock-watch.ts";
import { TestServer } from "../support/server.ts";
import { TestWorld } from "../support/world.ts";

const HOUR_MS = 3_600_000;

/** A world whose wall clock can be set apart from the monotonic one. */
class SetClock extends TestWorld {
  setMs = 0;

  override now(): number {
    return super.now() + this.setMs;
  }

  override nowUs(): number {
    return this.now() * 1000;
  }
}

test("a jump of a second and more is one line, in either direction, and time that passes is none", () => {
  const world = new SetClock();
  const jumps: object[] = [];
  const watch = new ClockWatch(world, { ...SILENT, warn: (fields) => void jumps.push(fields) });
  const look = (change: () => void): void => {
    change();
    watch.look();
  };
  look(() => world.advance(HOUR_MS));
  look(() => (world.setMs += 999));
  look(() => (world.setMs += 1000));
  look(() => {});
  look(() => (world.setMs -= HOUR_MS));
  assert.deepEqual(jumps, [
    { event: "clock-jumped", jumpMs: 1000 },
    { event: "clock-jumped", jumpMs: -HOUR_MS },
  ]);
});

test("deadlines are instants, IDs of streams never go back, and quotas count for the day of the clock", async () => {
  const environment = new SetClock(1, Date.UTC(2026, 0, 15, 12));
  const server = await TestServer.start({ environment, limits: { dailyCommandsMax: 7 } });
  const ask = async (...words: string[]): Promise<unknown> => {
    const { error, result } = (await server.command(words)).json as { error?: string; result?: unknown };
    return error ?? result;
  };
  await ask("SET", "k", "v", "EX", "60");
  const [before] = String(await ask("XADD", "s", "*", "f", "v")).split("-");
  environment.setMs = -HOUR_MS;
  assert.equal(await ask("TTL", "k"), 60 + 3600);
  assert.equal(await ask("XADD", "s", "*", "f", "v"), `${before}-1`);
  environment.setMs = HOUR_MS;
  assert.equal(await ask("GET", "k"), null);
  const [after] = String(await ask("XADD", "s", "*", "f", "v")).split("-");
  assert.equal(Number(after) - Number(before), HOUR_MS);
  assert.equal(await ask("PING"), "PONG");
  assert.equal(await ask("GET", "k"), null);
  assert.match(String(await ask("GET", "k")), /^ERR .*daily/i);
  environment.setMs = 24 * HOUR_MS;
  assert.equal(await ask("GET", "k"), null);
  await server.stop();
});
