import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Users } from "../../src/access/users.ts";
import { commandTables } from "../../src/commands/registry.ts";
import type { FlatMap } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { Session } from "../../src/engine/session.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

function textOf(reply: Reply): string {
  return String((reply as { text?: string }).text ?? reply);
}

/** A session of an ACL user, which tells whether it has been cut. */
function login(
  ours: TestEngine,
  name: string,
): { session: Session; isCut: () => boolean; send: (line: string) => Reply } {
  const session = ours.engine.openSession("resp", EVERYONE);
  let cut = false;
  session.deliver = () => {};
  session.disconnect = () => {
    cut = true;
    ours.engine.closeSession(session);
  };
  const send = (line: string): Reply => ours.engine.execute(session, line.split(" "));
  assert.equal(textOf(send(`AUTH ${name} pw`)), "OK");
  return { session, isCut: () => cut, send };
}

function strict(): TestEngine {
  const ours = new TestEngine();
  ours.engine.authority = new Users({ commands: commandTables.flat(), tokens: ["t"], strict: true });
  return ours;
}

describe("a user whose rules change", () => {
  test("loses the connections that listen to what is no longer allowed, and only those", () => {
    const ours = new TestEngine();
    ours.line("ACL SETUSER u on >pw &a &b* +@all");
    const [a, b, pattern, idle] = [login(ours, "u"), login(ours, "u"), login(ours, "u"), login(ours, "u")];
    a.send("SUBSCRIBE a");
    b.send("SUBSCRIBE b1");
    pattern.send("PSUBSCRIBE b*");
    ours.line("ACL SETUSER u +@all &c");
    assert.deepEqual([a.isCut(), b.isCut(), pattern.isCut(), idle.isCut()], [false, false, false, false]);
    ours.line("ACL SETUSER u resetchannels &b1 &a");
    assert.deepEqual([a.isCut(), b.isCut(), pattern.isCut(), idle.isCut()], [false, false, true, false]);
    ours.line("ACL SETUSER u resetchannels");
    assert.deepEqual([a.isCut(), b.isCut(), idle.isCut()], [true, true, false]);
  });

  test("loses all when it is removed, and none when it is only off", () => {
    const ours = new TestEngine();
    ours.line("ACL SETUSER u on >pw +@all ~*");
    ours.line("ACL SETUSER w on >pw +@all");
    const [u, w] = [login(ours, "u"), login(ours, "w")];
    ours.line("ACL SETUSER u off");
    assert.equal(u.isCut(), false);
    assert.equal(u.send("GET k"), null);
    assert.equal(w.send("ACL DELUSER u w"), 2);
    assert.deepEqual([u.isCut(), w.isCut(), w.session.isClosing], [true, false, true]);
  });

  test("is asked again at EXEC", () => {
    const ours = new TestEngine();
    ours.line("ACL SETUSER u on >pw +@all ~* &*");
    const u = login(ours, "u");
    for (const line of ["MULTI", "GET k", "INCR n", "PUBLISH c m"]) u.send(line);
    ours.line("ACL SETUSER u -get resetkeys resetchannels");
    const why = (u.send("EXEC") as Reply[]).map((reply) => textOf(reply).split("reason: ")[1]);
    assert.deepEqual(why, [
      "no permission to execute the command or subcommand",
      "no permission to touch the specified keys",
      "no permission to access one of the channels used as arguments to the command",
    ]);
  });

  test("is unauthenticated after RESET if default has a password", () => {
    const ours = new TestEngine();
    ours.line("ACL SETUSER u on >pw +@all");
    const u = login(ours, "u");
    ours.line("ACL SETUSER default >later");
    u.send("RESET");
    assert.equal(textOf(u.send("PING")), "NOAUTH Authentication required.");
  });
});

describe("ACL LOG", () => {
  function logOf(ours: TestEngine): Record<string, unknown>[] {
    return (ours.line("ACL LOG 100") as FlatMap[]).map(({ items }) =>
      Object.fromEntries(items.flatMap((item, i) => (i % 2 === 0 ? [[item, items[i + 1]]] : []))),
    );
  }

  test("tells of every kind of refusal, the latest first, like ones as one", () => {
    const world = new TestWorld(1, 1_000_000);
    const ours = new TestEngine(world);
    ours.line("ACL SETUSER u on >pw ~a +@all -config|get");
    const u = login(ours, "u");
    for (const line of ["CONFIG GET x", "GET b", "GET b", "PUBLISH c m", "MULTI", "GET b", "DISCARD"]) u.send(line);
    ours.engine.execute(u.session, ["EVAL", "return redis.pcall('get','b')", "0"]);
    u.send("AUTH u wrong");
    const entries = logOf(ours).map(({ count, reason, context, object, username }) =>
      [count, reason, context, object, username].join(" "),
    );
    assert.deepEqual(entries, [
      "1 auth toplevel AUTH u",
      "1 key lua b u",
      "1 key multi b u",
      "1 channel toplevel c u",
      "2 key toplevel b u",
      "1 command toplevel config|get u",
    ]);
    world.advance(61_000);
    u.send("GET b");
    const [first] = logOf(ours);
    assert.deepEqual([first!["count"], logOf(ours).length], [1, 7]);
    assert.match(String(first!["client-info"]), /^id=\d+ .* cmd=get user=u /);
    // As the connection was then.
    u.send("SELECT 3");
    u.send("CLIENT SETNAME later");
    assert.equal(logOf(ours)[0]!["client-info"], first!["client-info"]);
  });

  test("is bounded", () => {
    const ours = new TestEngine();
    ours.line("ACL SETUSER u on >pw +@all");
    const u = login(ours, "u");
    for (let i = 0; i < 200; i++) u.send(`GET k${i}`);
    assert.equal(logOf(ours).length, 100);
    assert.equal((ours.line("ACL LOG 1000") as Reply[]).length, 128);
    ours.line("CONFIG SET acllog-max-len 2");
    u.send("GET x");
    assert.equal(logOf(ours).length, 2);
    ours.line("CONFIG SET acllog-max-len 0");
    u.send("GET y");
    assert.equal(logOf(ours).length, 0);
    assert.equal(textOf(ours.line("CONFIG SET acllog-max-len x")).startsWith("ERR CONFIG SET failed"), true);
  });
});

describe("strict rules", () => {
  test("take what the hosted service takes", () => {
    const ours = strict();
    const token = ours.line("ACL GENTOKEN u") as string;
    assert.equal(textOf(ours.line(`ACL SETUSER u reset on >${token} ~a allkeys &c +get -set +@read -@hash`)), "OK");
    assert.equal(ours.line(`ACL RESTTOKEN u ${token}`), token);
    const refused = ["nopass", `#${"0".repeat(64)}`, ">plain", "+config|get", "(+get)", "%R~a", "clearselectors"];
    for (const rule of refused) {
      const expected = `ERR Error in ACL SETUSER modifier '${rule}': Not allowed while ACL rules are strict`;
      assert.equal(textOf(ours.line(`ACL SETUSER u ${rule}`)), expected);
    }
    assert.match(textOf(ours.line("ACL SETUSER default off")), /Not allowed/);
    const { items } = ours.line("ACL GETUSER u") as FlatMap;
    assert.equal(items.includes("selectors"), false);
    assert.deepEqual([textOf(ours.line("ACL LOAD")), textOf(ours.line("ACL SAVE"))], ["OK", "OK"]);
  });

  test("are not the usual ones", () => {
    const ours = new TestEngine();
    const token = ours.line("ACL GENTOKEN u correct-horse-battery") as string;
    assert.equal(textOf(ours.line(`ACL SETUSER u on >${token} +config|get (~a +get) nopass`)), "OK");
    assert.deepEqual(ours.line("ACL USERS"), ["default", "u"]);
    assert.equal((ours.line("ACL LIST") as string[]).length, 2);
    assert.match(textOf((ours.line("ACL HELP") as Reply[])[0]!), /^ACL <subcommand>/);
    assert.ok((ours.line("ACL CAT") as string[]).includes("json"));
    assert.ok((ours.line("ACL CAT json") as string[]).includes("json.set"));
  });

  test("without users there are no commands about them", () => {
    const ours = new TestEngine();
    ours.engine.authority = undefined;
    assert.equal(textOf(ours.line("ACL LIST")), "ERR this engine was started without users");
    assert.equal(ours.line("ACL WHOAMI"), "default");
  });
});
