/** Completion and help: what COMMAND DOCS of stashd and of redis-server says, matched against words. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assistAt } from "../../console/src/cli/assist.ts";
import { dangerOf, keysOfInfo } from "../../console/src/cli/danger.ts";
import { History } from "../../console/src/cli/history.ts";
import { parseManual } from "../../console/src/cli/manual.ts";
import type { CommandManual } from "../../console/src/cli/manual.ts";
import { expectedAfter, syntaxLine } from "../../console/src/cli/syntax.ts";
import { toBytes } from "../../console/src/client/bytes.ts";
import { parseReplies } from "../../console/src/client/resp2-reader.ts";
import { commandTables } from "../../src/commands/registry.ts";
import { TestServer } from "../support/server.ts";

/** Rows without a handler are not told of. */
const served = commandTables.flat().filter(({ run }) => run !== undefined);

describe("the manual of the command line", () => {
  let server: TestServer;
  let manual: CommandManual;
  before(async () => {
    server = await TestServer.start();
    const headers = { "Upstash-Response-Format": "resp2" };
    const ask = async (...words: string[]) =>
      parseReplies(toBytes((await server.call("POST", "/", { body: JSON.stringify(words), headers })).body))[0];
    manual = parseManual(await ask("COMMAND"), await ask("COMMAND", "DOCS"));
  });
  after(() => server.stop());

  /** The text with the arguments at the cursor, `|`, in braces; and what is suggested. */
  const at = (typed: string): { line: string; suggested: string[]; key: string | undefined } => {
    const cursor = typed.indexOf("|");
    const { syntax, suggestions, keyPrefix } = assistAt(manual, typed.replace("|", ""), cursor);
    const line = syntax.map(({ isCurrent, text }) => (isCurrent ? `{${text}}` : text)).join("");
    return { line, suggested: suggestions.map(({ insert }) => insert), key: keyPrefix };
  };

  test("knows every command with its arity and summary", () => {
    const rows = served;
    assert.ok(manual.names.length > 150);
    const missing = rows
      .filter(({ name }) => manual.find(name.split(" "))?.facts.name !== name)
      .map(({ name }) => name);
    assert.deepEqual(missing, []);
    for (const { name, arity, summary } of rows) {
      const { facts } = manual.find(name.split(" "))!;
      assert.equal(facts.arity, arity, name);
      if (summary !== "") assert.equal(facts.summary, summary, name);
    }
  });

  test("marks the argument at the cursor, and suggests tokens by their place", () => {
    assert.match(at("SET |").line, /^\{key\} value/);
    assert.equal(at("set us|").key, "us");
    assert.deepEqual(at("SET k v e|").suggested, ["EX", "EXAT"]);
    assert.match(at("SET k v EX |").line, /\[(?:[^{]*)EX \{seconds\}/);
    // An option that was given is not offered again, whatever the order.
    assert.ok(!at("SET k v GET EX 5 |").suggested.includes("GET"));
    assert.ok(at("SET k v GET EX 5 |").suggested.includes("NX"));
    assert.match(at("ZADD k 1 |").line, /score \{member\} \[score \{member\} …\]/);
    assert.deepEqual(at("ZADD k x|").suggested, ["XX"]);
    assert.match(at("HSET h f |").line, /field \{value\}/);
    assert.match(at("XADD s MAXLEN ~ 10 |").line, /\{LIMIT\}/);
    assert.deepEqual(at("CONFIG se|").suggested, ["SET"]);
    assert.deepEqual(at("HGETA|").suggested, ["HGETALL"]);
    assert.equal(at("GET k |").line, "key");
    assert.equal(at("NOSUCH a|").line, "");
    assert.match(at("PING\nGET |").line, /\{key\}/);
  });

  test("a number of keys says where they end", () => {
    assert.match(at("ZUNIONSTORE d 2 a |").line, /\{key\}/);
    assert.equal(at("ZUNIONSTORE d 2 a |").key, "");
    const done = at("ZUNIONSTORE d 2 a b |");
    assert.equal(done.key, undefined);
    assert.deepEqual(done.suggested, ["WEIGHTS", "AGGREGATE"]);
  });

  test("every syntax takes as many words as the arity asks for at least", () => {
    const wrong: string[] = [];
    for (const { name, arity } of served) {
      const { facts, nameWords } = manual.find(name.split(" "))!;
      if (facts.subcommands.length > 0 || name === "DEBUG") continue;
      // One word more where something may follow: the first that is expected, until nothing but options is.
      const words: string[] = [];
      while (nameWords + words.length < Math.abs(arity)) {
        const [next] = expectedAfter(facts.syntax, words);
        if (next === undefined) break;
        words.push(next.token ?? (/integer|double|unix-time/.test(next.argument.type) ? "1" : "x"));
      }
      if (nameWords + words.length !== Math.abs(arity)) wrong.push(`${name}: ${words.join(" ")}`);
      assert.ok(facts.syntax.length === 0 || syntaxLine(facts.syntax).length > 0);
    }
    assert.deepEqual(wrong, []);
  });

  test("asks before commands that destroy, and not before those that look", () => {
    const kind = (line: string) => dangerOf(line.split(" "), manual.find(line.split(" "))?.facts)?.kind;
    assert.equal(kind("flushall async"), "flush-all");
    assert.equal(kind("KEYS *"), "keys");
    assert.equal(kind("DEL a b c d e"), "delete-many");
    assert.equal(kind("DEL a"), undefined);
    assert.equal(kind("CONFIG SET maxmemory 1"), "config");
    assert.equal(kind("CONFIG GET *"), undefined);
    assert.equal(kind("__proto__"), undefined);
    assert.equal(kind("constructor"), undefined);
    // Each command of the category is either asked about or known to be harmless.
    const other = served.filter(({ name }) => kind(name) === "other").map(({ name }) => name);
    assert.deepEqual(other, OTHER_DANGEROUS);
    assert.equal(keysOfInfo("# Keyspace\r\ndb0:keys=12,expires=0\r\ndb3:keys=30,expires=1\r\n"), 42);
  });
});

/** Of the category `@dangerous`, asked about without a text of their own. */
const OTHER_DANGEROUS: readonly string[] = [];

test("the history keeps lines for other tabs, and none with a secret", () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const history = new History(store);
  history.add("GET a", false);
  history.add("AUTH hunter2", true);
  history.add("GET b", false);
  assert.equal([...kept.values()].join().includes("hunter2"), false);
  assert.equal(history.older("typed"), "GET b");
  assert.equal(history.older("GET b"), "AUTH hunter2");
  assert.equal(history.newer(), "GET b");
  assert.equal(history.newer(), "typed");
  assert.equal(history.newer(), undefined);
  const other = new History(store);
  other.add("GET c", false);
  assert.deepEqual(other.search("get"), ["GET c", "GET b", "GET a"]);
  history.add("GET d", false);
  assert.deepEqual(new History(store).search(""), ["GET d", "GET c", "GET b", "GET a"]);
  kept.set([...kept.keys()][0]!, "{broken");
  assert.deepEqual(new History(store).search(""), []);
});
