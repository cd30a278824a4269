/** What a monitor is told of, and what of it is kept back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commandTables } from "../../src/commands/registry.ts";
import type { CommandSpec } from "../../src/core/command-spec.ts";
import type { Reply, SimpleString } from "../../src/core/reply.ts";
import { Monitors } from "../../src/engine/monitor.ts";
import { Session } from "../../src/engine/session.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

/** A row, with other flags if some are given. */
function spec(name: string, flags?: string): CommandSpec {
  const row = commandTables.flat().find((command) => command.name === name)!;
  return flags === undefined ? row : { ...row, flags: new Set(flags.split(" ")) };
}

/** What a monitor is told of these words. */
function told(command: CommandSpec, ...words: string[]): string[] {
  const lines: string[] = [];
  const monitor = new Session(1, "internal", EVERYONE, 0);
  monitor.deliver = (line: Reply) => lines.push((line as SimpleString).text);
  const monitors = new Monitors();
  monitors.add(monitor);
  monitors.tell(new Session(2, "rest", EVERYONE, 0), command, words, 1_800_000_000_007);
  return lines.map((line) => line.replace("1800000000.007000 [0 0.0.0.0:0] ", ""));
}

describe("MONITOR", () => {
  test("keeps secrets back", () => {
    assert.deepEqual(told(spec("AUTH"), "auth", "secret"), ['"auth" "(redacted)"']);
    assert.deepEqual(told(spec("AUTH"), "AUTH", "user", "secret"), ['"AUTH" "(redacted)" "(redacted)"']);
    assert.deepEqual(told(spec("HELLO"), "HELLO", "3", "auth", "user", "secret", "SETNAME", "x"), [
      '"HELLO" "3" "auth" "(redacted)" "(redacted)" "(redacted)" "(redacted)"',
    ]);
    assert.deepEqual(told(spec("HELLO"), "HELLO", "3", "SETNAME", "x"), ['"HELLO" "3" "SETNAME" "x"']);
    assert.deepEqual(told(spec("ACL SETUSER", "noscript"), "ACL", "SETUSER", "ada", "on", ">secret"), [
      '"ACL" "SETUSER" "ada" "(redacted)" "(redacted)"',
    ]);
    assert.deepEqual(told(spec("ACL RESTTOKEN", "noscript"), "ACL", "RESTTOKEN", "ada", "secret"), [
      '"ACL" "RESTTOKEN" "(redacted)" "(redacted)"',
    ]);
  });

  test("says nothing of administrators, nor of what is flagged so", () => {
    assert.deepEqual(told(spec("CONFIG SET", "admin noscript"), "CONFIG", "SET", "a", "b"), []);
    assert.deepEqual(told(spec("EVAL", "noscript skip_monitor"), "EVAL", "return 1", "0"), []);
  });

  test("quotes every word so that it is one line of ASCII", () => {
    assert.deepEqual(told(spec("ECHO"), "ECHO", 'a\x00\n\r\t\b\x07"\\\xff\x7f é'), [
      '"ECHO" "a\\x00\\n\\r\\t\\b\\a\\"\\\\\\xff\\x7f \\xe9"',
    ]);
    assert.deepEqual(told(spec("ECHO"), "ECHO", ""), ['"ECHO" ""']);
  });

  test("comes with the time, the database and the address, until the session ends", () => {
    const world = new TestWorld(1, 1_800_000_000_123);
    const { engine, session } = new TestEngine(world);
    const lines: string[] = [];
    const monitor = engine.openSession("internal", EVERYONE);
    monitor.deliver = (line) => lines.push((line as SimpleString).text);
    engine.execute(monitor, ["MONITOR"]);
    session.addr = "127.0.0.1:60866";
    engine.execute(session, ["SELECT", "9"]);
    engine.transaction(session, [
      ["SET", "k", "v"],
      ["GET", "k"],
    ]);
    engine.closeSession(monitor);
    engine.execute(session, ["GET", "k"]);
    assert.deepEqual(lines, [
      '1800000000.123000 [9 127.0.0.1:60866] "SELECT" "9"',
      '1800000000.123000 [9 127.0.0.1:60866] "SET" "k" "v"',
      '1800000000.123000 [9 127.0.0.1:60866] "GET" "k"',
    ]);
    assert.equal(engine.monitors.isEmpty, true);
  });
});
