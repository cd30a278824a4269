/** What systemd is told, by a `systemd-notify` of our own that writes down its words. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ServiceManager } from "../../src/cli/service-manager.ts";
import { Executable } from "../support/executable.ts";
import { until } from "../support/until.ts";

describe("the executable under systemd", { skip: process.platform !== "linux" }, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stashd-systemd-"));
    const script = `#!/bin/sh\nfor word in "$@"; do printf '%s|' "$word"; done >> ${folder}/told\necho >> ${folder}/told\n`;
    writeFileSync(join(folder, "systemd-notify"), script);
    writeFileSync(join(folder, "told"), "");
    chmodSync(join(folder, "systemd-notify"), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const told = (): string[] => readFileSync(join(folder, "told"), "utf8").split("\n").slice(0, -1);

  test("tells that it is ready, alive, reads files again and ends", async () => {
    const variables = {
      NOTIFY_SOCKET: "/nonexistent",
      WATCHDOG_USEC: "20000",
      PATH: `${folder}:${process.env["PATH"]}`,
    };
    const program = await Executable.start(["--memory"], variables);
    await until(() => told().filter((line) => line === "WATCHDOG=1|").length >= 2);
    program.child.kill("SIGHUP");
    await program.logged("reread");
    assert.equal(await program.end(), 0);
    await until(() => told().includes("STOPPING=1|STATUS=ending: SIGTERM|"));
    const states = told().filter((line) => line !== "WATCHDOG=1|");
    assert.match(states[1]!, /^RELOADING=1\|MONOTONIC_USEC=\d+\|$/);
    assert.deepEqual(states.toSpliced(1, 1), [
      "READY=1|STATUS=serving|",
      "READY=1|STATUS=serving|",
      "STOPPING=1|STATUS=ending: SIGTERM|",
    ]);
  });

  test("serves where nothing can be told", async () => {
    const node = join(process.execPath, "..");
    const program = await Executable.start(["--memory"], { NOTIFY_SOCKET: "/nonexistent", PATH: node });
    assert.deepEqual(await program.call("PING"), { result: "PONG" });
    assert.equal(await program.end(), 0);
  });
});

test("progress is told once a second, and nothing when nobody reads", () => {
  const pipe = new PassThrough();
  let us = 0;
  const manager = new ServiceManager(pipe, 0, { elapsedUs: () => us });
  for (let percent = 0; percent <= 100; percent++) {
    manager.loading(percent, 100);
    us += 100_000;
  }
  const lines = String(pipe.read()).trimEnd().split("\n");
  assert.equal(lines.length, 11);
  assert.equal(lines[3], "EXTEND_TIMEOUT_USEC=60000000 STATUS=loading data: 30 %");
  for (let i = 0; i < 10_000; i++) manager.stopping("SIGTERM");
  assert.ok(pipe.readableLength + pipe.writableLength < 100_000);
});
