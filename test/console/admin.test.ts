/** Administration without a page: users in words, rules of controls, INFO in sentences, keys as an RDB file. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { envBlock, explainUser, logOf, rulesOfForm, shownRules, userOf } from "../../console/src/admin/acl.ts";
import { exportJsonLines, exportRdb } from "../../console/src/admin/export-keys.ts";
import { importFile } from "../../console/src/admin/import-keys.ts";
import { parseInfo } from "../../console/src/admin/info.ts";
import { persistenceFacts } from "../../console/src/admin/persistence.ts";
import { fromText, toText } from "../../console/src/client/bytes.ts";
import { textOf } from "../../console/src/client/reply.ts";
import type { Asker } from "../../console/src/client/asker.ts";
import { entryLine } from "../../src/transfer/json-lines.ts";
import { parseEntryLine } from "../../src/transfer/json-lines-reader.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { RestSender } from "./rest-sender.ts";

const clientOf = ({ server }: TestServer): Asker => new RestSender(server.url, TOKEN);

describe("administration", () => {
  let server: TestServer;
  let client: Asker;
  before(async () => {
    server = await TestServer.start();
    client = clientOf(server);
  });
  after(() => server.stop());

  const explained = async (name: string, ...rules: string[]): Promise<string[]> => {
    await client.send(["ACL", "SETUSER", name, "reset", ...rules]);
    return explainUser(userOf(name, await client.send(["ACL", "GETUSER", name])));
  };

  test("a user's rules in words", async () => {
    assert.deepEqual(await explained("one", "on", ">pw", "~a:*", "%R~b:*", "%W~c:*", "+@read", "-get", "&news:*"), [
      "May log in.",
      "Has 1 password, of which the server keeps digests only.",
      "May run only those of @read; not GET.",
      "Reaches keys that match a:*. Only reads keys that match b:*. Only writes keys that match c:*.",
      "Publishes and subscribes to channels that match news:*.",
    ]);
    assert.deepEqual(await explained("two", "nopass", "~*", "+@all", "-flushall", "-config|set", "(~x +get)"), [
      "Is off: nobody can log in as this user. Tokens of the user are refused.",
      "Any password is right (nopass).",
      "May run all commands; not FLUSHALL, CONFIG SET.",
      "Reaches all keys.",
      "Reaches no channels.",
      "Or, by a selector: May run only GET. Reaches keys that match x. Reaches no channels.",
    ]);
  });

  test("the rules of the controls do what they say", async () => {
    const form = { isOn: true, keys: ["user:*", "%R~other:*"], channels: [], password: "p w", more: ["-get"] };
    const rules = rulesOfForm({ ...form, preset: "read" });
    assert.doesNotMatch(shownRules(rules), /p w/);
    await client.send(["ACL", "SETUSER", "form", ...rules]);
    const may = async (...words: string[]): Promise<boolean> =>
      textOf(await client.send(["ACL", "DRYRUN", "form", ...words])) === "OK";
    assert.equal(await may("STRLEN", "user:1"), true);
    assert.equal(await may("STRLEN", "other:1"), true);
    assert.equal(await may("STRLEN", "third:1"), false);
    assert.equal(await may("GET", "user:1"), false);
    assert.equal(await may("SET", "user:1", "x"), false);
    const nothing = { isOn: undefined, keys: undefined, channels: undefined, password: "", more: [] };
    assert.deepEqual(rulesOfForm({ ...nothing, preset: "keep" }), []);
    const token = textOf(await client.send(["ACL", "RESTTOKEN", "form", "p w"]));
    const answer = await server.call("POST", "/", { body: '["STRLEN","user:1"]', token });
    assert.equal(answer.status, 200);
    assert.equal(envBlock("http://x:1", token).split("\n")[1], `UPSTASH_REDIS_REST_TOKEN=${token}`);
    await server.call("POST", "/", { body: '["GET","user:1"]', token });
    const [refused] = logOf(await client.command("ACL LOG"));
    assert.deepEqual([refused?.username, refused?.reason, refused?.object], ["form", "command", "get"]);
  });

  test("INFO in sections, and its persistence in sentences", async () => {
    const sections = parseInfo(textOf(await client.command("INFO")));
    assert.ok(sections.some(({ section }) => section === "Server"));
    const of = (text: string): string => persistenceFacts(new Map(parseInfo(text)[0]!.fields), 1_000_000_000).join(" ");
    assert.match(of("# P\r\nloading:0\r\naof_enabled:0\r\n"), /in memory only/);
    const failing = of(
      "# P\r\naof_enabled:1\r\naof_current_size:10\r\naof_base_size:1\r\naof_last_write_status:err\r\n",
    );
    assert.match(failing, /10 bytes, 1 byte of them the base\. The last write to the file FAILED/);
    const saved = of("# P\r\naof_enabled:0\r\nrdb_last_save_time:999880\r\nrdb_last_bgsave_status:err\r\n");
    assert.match(saved, /saved 2 minutes ago\. The last save FAILED/);
  });

  test("keys as an RDB file that redis-server loads", { skip: oracleSkipReason() }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "stashd-console-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const commands: string[][] = [
      ["SET", "string", "x".repeat(20_000)],
      ["SET", "\u00ff\u0000key", "\u00fe\u0000"],
      ["SET", "k".repeat(300), "long name"],
      ["SET", "expires", "1", "PXAT", "4102444800123"],
      ["RPUSH", "list", ...Array.from({ length: 2000 }, (_, i) => `item ${i}`)],
      ["SADD", "set", "1", "2", "three"],
      ["HSET", "hash", "f", "v"],
      ["ZADD", "zset", "1.5", "a", "inf", "b"],
      ["XADD", "stream", "1-1", "f", "v"],
      ["XGROUP", "CREATE", "stream", "group", "0"],
      ["FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)"],
    ];
    for (const words of commands) await client.send(words);
    let steps = 0;
    const { failed, file, keys } = await exportRdb(client, {
      pattern: undefined,
      signal: new AbortController().signal,
      onProgress: () => steps++,
    });
    assert.deepEqual([keys, failed, steps > 0], [9, [], true]);
    writeFileSync(join(folder, "dump.rdb"), Buffer.from(await file.arrayBuffer()));
    const redis = await RedisServer.start(["--dir", folder, "--dbfilename", "dump.rdb"]);
    t.after(() => redis.stop());
    const there = (words: readonly string[]): Promise<string> =>
      redis.send(words).then((frame) => JSON.stringify(frame));
    const front = await TestServer.start({ redis: `unix:${redis.path}` });
    t.after(() => front.stop());
    const copy = clientOf(front);
    assert.match(await there(["DBSIZE"]), /9/);
    for (const words of [
      ["GET", "string"],
      ["GET", "\u00ff\u0000key"],
      ["GET", "k".repeat(300)],
      ["PEXPIRETIME", "expires"],
      ["LRANGE", "list", "0", "-1"],
      ["SORT", "set", "ALPHA"],
      ["HGETALL", "hash"],
      ["ZRANGE", "zset", "0", "-1", "WITHSCORES"],
      ["XRANGE", "stream", "-", "+"],
      ["FCALL", "f", "0"],
    ]) {
      assert.deepEqual(await copy.ask(words), await client.ask(words), words.join(" ").slice(0, 60));
    }
    const pattern = await exportRdb(client, {
      pattern: "str*",
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    assert.equal(pattern.keys, 2);
  });

  test("an RDB file of redis-server, with every encoding, key by key", { skip: oracleSkipReason() }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "stashd-console-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const redis = await RedisServer.start(["--dir", folder, "--dbfilename", "theirs.rdb"]);
    t.after(() => redis.stop());
    const many = (count: number, ...words: string[]): string[] =>
      Array.from({ length: count }, (_, i) => words.map((word) => `${word}${i}`)).flat();
    const commands: string[][] = [
      ["SET", "12", "-5"],
      ["SET", "-70000", "3000000000"],
      ["SET", "packed".repeat(50), "packed".repeat(2000)],
      ["SET", "\u00ff\u0000", "\u00fe"],
      ["SET", "later", "1", "PXAT", "4102444800123"],
      ["RPUSH", "small list", "a", "1"],
      ["RPUSH", "large list", ...many(3000, "item "), "x".repeat(20_000)],
      ["SADD", "integers", "1", "2", "70000"],
      ["SADD", "large set", ...many(2000, "m")],
      ["HSET", "small hash", "f", "v"],
      ["HSET", "large hash", ...many(2000, "f", "v")],
      ["ZADD", "small zset", "1.5", "a", "-inf", "b"],
      ["ZADD", "large zset", ...Array.from({ length: 2000 }, (_, i) => [String(i / 3), `m${i}`]).flat()],
      ["XADD", "stream", "1-1", "f", "v"],
      ["XADD", "stream", "2-1", "f", "v"],
      ["XGROUP", "CREATE", "stream", "group", "0"],
      ["XREADGROUP", "GROUP", "group", "consumer", "STREAMS", "stream", ">"],
      ["PFADD", "hll", ...many(500, "e")],
      ["FUNCTION", "LOAD", "#!lua name=theirs\nredis.register_function('theirs', function() return 1 end)"],
    ];
    await redis.sendAll(commands);
    await redis.sendAll([["SELECT", "3"], ["SET", "elsewhere", "1"], ["SELECT", "0"], ["SAVE"]]);
    const file = new Blob([readFileSync(join(folder, "theirs.rdb"))]);
    const own = await TestServer.start();
    t.after(() => own.stop());
    const copy = clientOf(own);
    const front = await TestServer.start({ redis: `unix:${redis.path}` });
    t.after(() => front.stop());
    const theirs = clientOf(front);
    const options = { replaces: false, signal: new AbortController().signal, onProgress: () => {}, nowMs: Date.now() };
    const keys = Number(textOf(await theirs.command("DBSIZE")));
    const taken = await importFile(copy, file, options);
    assert.deepEqual(taken, {
      imported: keys,
      skipped: 0,
      expired: 0,
      failed: [["elsewhere", "a token reaches database 0 only"]],
    });
    const reads = [
      ...["12", "-70000", "packed".repeat(50), "\u00ff\u0000"].map((key) => ["GET", key]),
      ["PEXPIRETIME", "later"],
      ...["small list", "large list"].map((key) => ["LRANGE", key, "0", "-1"]),
      ...["integers", "large set"].map((key) => ["SORT", key, "ALPHA"]),
      ["HGETALL", "small hash"],
      ["HMGET", "large hash", ...many(2000, "f")],
      ...["small zset", "large zset"].map((key) => ["ZRANGE", key, "0", "-1"]),
      ["XRANGE", "stream", "-", "+"],
      ["XPENDING", "stream", "group"],
      ["PFCOUNT", "hll"],
      ["FCALL", "theirs", "0"],
    ];
    for (const words of reads) {
      assert.deepEqual(await copy.ask(words), await theirs.ask(words), words.slice(0, 2).join(" ").slice(0, 60));
    }
    assert.equal((await importFile(copy, file, options)).skipped, keys + 1);
    // What is cut off is said, and what came before it stays.
    const cut = await TestServer.start();
    t.after(() => cut.stop());
    await assert.rejects(importFile(clientOf(cut), file.slice(0, file.size - 100), options), /cut off|no value/);
    assert.ok(Number(textOf(await clientOf(cut).command("DBSIZE"))) > 0);
  });

  test("keys as JSON lines, which the server's own reader and writer know, and back", async (t) => {
    await client.send(["FLUSHALL"]);
    const commands: string[][] = [
      ["SET", "string", 'a "b"\n\u0000'],
      ["SET", "\u00ff\u0000key", "\u00fe\u0000"],
      ["SET", "expires", "1", "PXAT", "4102444800123"],
      ["RPUSH", "list", ...Array.from({ length: 1200 }, (_, i) => `item ${i}`), "\u00ff"],
      ["SADD", "set", "1", "2", "three"],
      ["HSET", "hash", "__proto__", "v", "10", "x", "2", "y"],
      ["HPEXPIREAT", "hash", "4102444800999", "FIELDS", "1", "10"],
      ["HSET", "binary hash", "\u00ff", "v", "g", "\u00fe"],
      ["ZADD", "zset", "1.5", "a", "inf", "b", "-0.1", "c"],
      ["XADD", "stream", "1-1", "f", "v"],
      ["XADD", "stream", "1-2", "f", "\u00ff"],
      ["XADD", "stream", "1-3", "f", "v"],
      ["XDEL", "stream", "1-3"],
      ["XGROUP", "CREATE", "stream", "group", "0"],
      ["XREADGROUP", "GROUP", "group", "consumer", "COUNT", "2", "STREAMS", "stream", ">"],
      ["XGROUP", "CREATECONSUMER", "stream", "group", "idle"],
      ["XADD", "emptied", "5-5", "f", "v"],
      ["XDEL", "emptied", "5-5"],
      ["JSON.SET", "json", "$", '{"a":[1,2.5,null,{"b":"c"}]}'],
    ];
    for (const words of commands) await client.send(words);
    const options = { pattern: undefined, signal: new AbortController().signal, onProgress: () => {} };
    const { failed, file, keys } = await exportJsonLines(client, options);
    assert.deepEqual([keys, failed], [11, []]);
    const lines = (await file.text()).trim().split("\n");
    // The server's own reader and writer make the same of a line, up to the order of a hash's members.
    for (const line of lines) {
      const own = entryLine(parseEntryLine(fromText(line), 0));
      assert.deepEqual(JSON.parse(toText(own)), JSON.parse(line));
    }
    const other = await TestServer.start();
    t.after(() => other.stop());
    const copy = clientOf(other);
    const taken = { replaces: false, signal: options.signal, onProgress: () => {}, nowMs: Date.now() };
    const none = { skipped: 0, expired: 0, failed: [] };
    assert.deepEqual(await importFile(copy, file, taken), { imported: 11, ...none });
    const again = await exportJsonLines(copy, options);
    // How long ago an entry was delivered is known, so the time of it is off by what the answer took.
    const parsed = (texts: readonly string[]): unknown[] =>
      texts.toSorted().map((text) => JSON.parse(text.replace(/"deliveredAt":\d+/g, '"deliveredAt":0')) as unknown);
    assert.deepEqual(parsed((await again.file.text()).trim().split("\n")), parsed(lines));
    // What is there stays, unless it is to be replaced; a line that fails leaves it, too.
    await copy.send(["SET", "list", "other"]);
    assert.deepEqual(await importFile(copy, file, taken), { ...none, imported: 0, skipped: 11 });
    assert.equal(textOf(await copy.send(["GET", "list"])), "other");
    assert.equal((await importFile(copy, file, { ...taken, replaces: true })).imported, 11);
    const bad = [
      '{"key":"list","type":"hash","value":{}}',
      "no json",
      '{"key":"list","type":"json","value":12345678901234567890}',
      '{"key":"list","type":"list","value":["x"],"expiresAt":1}',
      '{"key":"list","type":"zset","value":[["a","nan"]]}',
      '{"key":"list","type":"string","value":"x","more":1}',
      `{"key":"${"k".repeat(200)}","type":"stream","value":{"entries":[["2-1",["a","b"]],["1-1",["a","b"]]]}}`,
      '{"key":"fine","type":"string","value":"é","ttl":100}',
    ].join("\r\n");
    const mixed = await importFile(copy, new Blob([bad]), { ...taken, replaces: true });
    assert.deepEqual(
      [mixed.imported, mixed.expired, mixed.failed.map(([line]) => line).sort()],
      [1, 1, [1, 2, 3, 5, 6, 7]],
    );
    assert.equal(textOf(await copy.send(["LLEN", "list"])), "1201");
    assert.equal(textOf(await copy.send(["DBSIZE"])), "12", "nothing is left of the names in between");
  });
});
