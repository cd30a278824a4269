import assert from "node:assert/strict";
import { test } from "node:test";
import { EVERYONE, TestEngine } from "../support/engine.ts";

test("every line of CLIENT LIST has all fields, an address for sessions without a connection too", () => {
  const ours = new TestEngine(undefined, "resp");
  ours.session.addr = "127.0.0.1:5";
  ours.session.laddr = "127.0.0.1:6";
  ours.engine.openSession("rest", EVERYONE);
  const { text } = ours.line("CLIENT LIST") as { text: string };
  const lines = text.trimEnd().split("\n");
  const [own, rest] = lines.map((line) => line.split(" ").map((field) => field.split("=") as [string, string]));
  assert.deepEqual(
    rest!.map(([name]) => name),
    own!.map(([name]) => name),
  );
  assert.equal(Object.fromEntries(own!)["addr"], "127.0.0.1:5");
  assert.deepEqual([Object.fromEntries(rest!)["addr"], Object.fromEntries(rest!)["laddr"]], ["?:0", "?:0"]);
});
