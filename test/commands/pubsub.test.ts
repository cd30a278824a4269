/** What pub/sub does between sessions beyond what `test/oracle/pubsub.test.ts` compares. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandError, NO_REPLY, Push } from "../../src/core/reply.ts";
import type { Reply, SimpleString, Verbatim } from "../../src/core/reply.ts";
import type { Session } from "../../src/engine/session.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

/** A session that keeps what is delivered to it. */
function connect({ engine }: TestEngine): { session: Session; messages: unknown[]; send(line: string): Reply } {
  const session = engine.openSession("internal", EVERYONE);
  const messages: unknown[] = [];
  session.deliver = (message) => messages.push(message instanceof Push ? message.items : message);
  return { session, messages, send: (line) => engine.execute(session, line.split(" ")) };
}

describe("subscriptions", () => {
  test("are confirmed by messages, and the command itself answers nothing", () => {
    const ours = new TestEngine();
    const { messages, send } = connect(ours);
    assert.equal(send("SUBSCRIBE a b"), NO_REPLY);
    assert.equal(send("PSUBSCRIBE p*"), NO_REPLY);
    assert.equal(send("SSUBSCRIBE s"), NO_REPLY);
    assert.equal(send("SUNSUBSCRIBE"), NO_REPLY);
    assert.equal(send("PUNSUBSCRIBE"), NO_REPLY);
    assert.equal(send("UNSUBSCRIBE"), NO_REPLY);
    assert.deepEqual(messages, [
      ["subscribe", "a", 1],
      ["subscribe", "b", 2],
      ["psubscribe", "p*", 3],
      ["ssubscribe", "s", 1],
      ["sunsubscribe", "s", 0],
      ["punsubscribe", "p*", 2],
      ["unsubscribe", "a", 1],
      ["unsubscribe", "b", 0],
    ]);
  });

  test("need a session that messages can be delivered to", () => {
    const ours = new TestEngine();
    for (const name of ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"]) {
      const reply = ours.line(`${name} x`);
      assert.ok(reply instanceof CommandError);
      assert.equal(reply.text, `ERR ${name} isn't allowed for a DENY BLOCKING client`);
    }
    const monitor = ours.line("MONITOR") as CommandError;
    assert.equal(monitor.text, "ERR MONITOR isn't allowed for DENY BLOCKING client");
    assert.deepEqual(ours.line("PUBSUB CHANNELS"), []);
  });

  test("leave a RESP3 session free to send anything", () => {
    const ours = new TestEngine();
    const { session, messages, send } = connect(ours);
    session.protocol = 3;
    send("SUBSCRIBE c");
    assert.equal(send("SET k v PX 100") instanceof CommandError, false);
    assert.equal((send("PING") as SimpleString).text, "PONG");
    assert.equal(send("PUBLISH c me"), 1);
    assert.deepEqual(messages.at(-1), ["message", "c", "me"]);
  });

  test("end with the session and with RESET", () => {
    const ours = new TestEngine();
    const [a, b] = [connect(ours), connect(ours)];
    for (const { send } of [a, b]) for (const line of ["SUBSCRIBE c", "PSUBSCRIBE c*", "SSUBSCRIBE c"]) send(line);
    ours.engine.closeSession(a.session);
    assert.deepEqual(ours.line("PUBSUB NUMSUB c"), ["c", 1]);
    b.send("RESET");
    assert.deepEqual(ours.line("PUBSUB NUMSUB c"), ["c", 0]);
    assert.deepEqual(ours.line("PUBSUB SHARDNUMSUB c"), ["c", 0]);
    assert.equal(ours.line("PUBSUB NUMPAT"), 0);
    assert.equal(ours.line("PUBLISH c m"), 0);
  });

  test("are counted in INFO", () => {
    const ours = new TestEngine();
    const { send } = connect(ours);
    for (const line of ["SUBSCRIBE a b", "PSUBSCRIBE p*", "SSUBSCRIBE s"]) send(line);
    const info = (ours.line("INFO") as Verbatim).text;
    for (const line of ["pubsub_clients:1", "pubsub_channels:2", "pubsub_patterns:1", "pubsubshard_channels:1"]) {
      assert.ok(info.includes(`\r\n${line}\r\n`), line);
    }
  });
});

describe("keyspace events", () => {
  test("report expired keys, found by a command or by housekeeping", () => {
    const world = new TestWorld();
    const ours = new TestEngine(world);
    const { messages, send } = connect(ours);
    ours.line("CONFIG SET notify-keyspace-events Ex");
    send("SUBSCRIBE __keyevent@0__:expired");
    messages.length = 0;
    for (const key of ["met", "swept"]) ours.line(`SET ${key} v PX 50`);
    world.advance(100);
    ours.line("GET met");
    assert.deepEqual(messages, [["message", "__keyevent@0__:expired", "met"]]);
    ours.engine.tick();
    assert.deepEqual(messages.at(-1), ["message", "__keyevent@0__:expired", "swept"]);
    assert.equal(messages.length, 2);
  });

  test("cost nothing unless asked for: neither channel exists by default", () => {
    const ours = new TestEngine();
    const { messages, send } = connect(ours);
    send("PSUBSCRIBE *");
    messages.length = 0;
    ours.line("SET k v");
    ours.line("CONFIG SET notify-keyspace-events A");
    ours.line("SET k v");
    assert.deepEqual(messages, []);
  });
});
