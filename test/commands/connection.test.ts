/** What commands say about connections, in words that are ours. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Verbatim } from "../../src/core/reply.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

const textOf = (reply: unknown) => (reply as Verbatim).text;

describe("CLIENT", () => {
  test("INFO describes the connection", () => {
    const world = new TestWorld();
    const ours = new TestEngine(world);
    world.advance(3500);
    for (const line of [
      "CLIENT SETNAME app",
      "CLIENT SETINFO LIB-NAME lib",
      "CLIENT SETINFO LIB-VER 1.2",
      "SELECT 3",
    ]) {
      ours.line(line);
    }
    assert.equal(
      textOf(ours.line("CLIENT INFO")),
      "id=1 addr=?:0 laddr=?:0 fd=-1 name=app age=3 idle=0 flags=N db=3 sub=0 psub=0 ssub=0 multi=-1 qbuf=0 qbuf-free=0 argv-mem=10 " +
        "multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 tot-mem=0 events=r cmd=client|info user=default redir=-1 " +
        "resp=2 lib-name=lib lib-ver=1.2\n",
    );
    ours.line("CLIENT NO-EVICT ON");
    ours.line("CLIENT NO-TOUCH ON");
    assert.match(textOf(ours.line("CLIENT INFO")), / flags=eT /);
    ours.line("RESET");
    assert.match(textOf(ours.line("CLIENT INFO")), / name= .* flags=N db=0 .* lib-name=lib lib-ver=1.2\n$/);
    ours.line("QUIT");
    assert.equal(ours.session.isClosing, true);
    assert.match(textOf(ours.line("CLIENT INFO")), / flags=c /);
  });

  test("LIST has a line for each open session", () => {
    const world = new TestWorld();
    const ours = new TestEngine(world);
    const other = ours.engine.openSession("resp", EVERYONE);
    const ids = (line: string) => [...textOf(ours.line(line)).matchAll(/^id=(\d+) /gm)].map((match) => match[1]);
    assert.deepEqual(ids("CLIENT LIST"), ["1", "2"]);
    assert.deepEqual(ids("CLIENT LIST ID 2 99 1"), ["2", "1"]);
    assert.deepEqual(ids("CLIENT LIST TYPE normal"), ["1", "2"]);
    assert.deepEqual(ids("CLIENT LIST TYPE pubsub"), []);
    world.advance(2000);
    assert.match(textOf(ours.line("CLIENT LIST ID 2")), /^id=2 .* idle=2 .* cmd=NULL /);
    ours.engine.closeSession(other);
    assert.deepEqual(ids("CLIENT LIST"), ["1"]);
    assert.equal(ours.line("CLIENT ID"), 1);
  });
});
