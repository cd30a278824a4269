/** Scripts in process: isolation, limits, effects, and what is kept from one run to the next. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commandTables } from "../../src/commands/registry.ts";
import { systemEnvironment } from "../../src/core/environment.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limits.ts";
import { CommandError } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { User } from "../../src/core/authority.ts";
import { sha1Hex } from "../../src/lua/redis-api.ts";
import { readLuaBinary } from "../../src/server/read-lua-binary.ts";
import { EVERYONE } from "../support/engine.ts";
import { assertSameContents, RecordedJournal, replayed } from "../support/replay.ts";
import { TestWorld } from "../support/world.ts";

/** An engine whose scripts are limited by a clock in microseconds. By default it stands, so none ends for its time. */
function create(limits: Partial<Limits> = {}, elapsedUs = (): number => 0) {
  const engine = new Engine({
    environment: { ...systemEnvironment, elapsedUs },
    commands: commandTables,
    limits: { ...DEFAULT_LIMITS, ...limits },
    luaBinary: readLuaBinary,
  });
  const session = engine.openSession("internal", EVERYONE);
  const run = (...words: string[]): Reply => engine.execute(session, words);
  const evaluate = (script: string, ...args: string[]): Reply => run("EVAL", script, "0", ...args);
  return { engine, session, run, evaluate };
}

/** A clock that moves on by `stepUs` at each look, so a script's time is the number of looks. */
class SteppingClock {
  looks = 0;
  private readonly stepUs: number;

  constructor(stepUs: number) {
    this.stepUs = stepUs;
  }

  readonly elapsedUs = (): number => ++this.looks * this.stepUs;
}

function errorOf(reply: Reply): string {
  assert.ok(reply instanceof CommandError, `an error was expected, not ${JSON.stringify(reply)}`);
  return reply.text;
}

describe("a script that goes wrong", () => {
  const ENDLESS = {
    "a loop": "while true do end",
    "a loop that catches errors": "while true do pcall(function() while true do end end) end",
    "a loop that catches errors with a handler":
      "while true do xpcall(function() while true do end end, function() end) end",
    "an error handler that loops": "xpcall(error, function() while true do end end)",
    "recursion that catches errors": "local function f() pcall(f) f() end f()",
    "a coroutine": "coroutine.wrap(function() while true do end end)()",
    "coroutines in a loop": "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
    "a coroutine that catches errors":
      "local co = coroutine.wrap(function() while true do pcall(function() while true do end end) end end) while true do pcall(co) end",
    "a metamethod": "local t = setmetatable({}, {__index = function() while true do end end}) return t.x",
    "a metamethod of a loop": "local t = setmetatable({}, {__lt = function() return true end}) while t < t do end",
    "a replacement function": "('x'):gsub('x', function() while true do end end)",
    "a comparison": "table.sort({3, 2, 1, 5, 4}, function() while true do end end)",
    "a reader": "load(function() return ' ' end)",
    "a slow pattern": "return (('a'):rep(300)):find('.-.-.-.-.-.-b$')",
    "a slow pattern in a replacement": "return (('a'):rep(300)):gsub('.-.-.-.-.-.-b$', '')",
    "a slow pattern in an iterator": "for x in (('a'):rep(300)):gmatch('.-.-.-.-.-.-b$') do end",
    "a slow balance": "local s = ('('):rep(30000) for i = 1, 1e9 do s:find('%b()') end",
    commands: "while true do redis.call('get', 'k') end",
    "commands that fail": "while true do redis.pcall('nosuch') end",
    collection: "while true do collectgarbage() end",
    "heavy strings": "local s = ('x'):rep(2e6) while true do local t = s .. 'y' end",
    "heavy upper case": "local s = ('x'):rep(2e6) while true do s:upper() end",
    "heavy insertions": "local t = {} for i = 1, 1e6 do t[i] = i end while true do table.insert(t, 1, 0) end",
    "heavy joins": "local t = {} for i = 1, 1e6 do t[i] = 'x' end while true do table.concat(t) end",
    "heavy encoding": "local t = {} for i = 1, 1e5 do t[i] = 'x' end while true do cjson.encode(t) end",
    "a loop of repeats": "for i = 1, 1e18 do local x = ('x'):rep(1000) end",
    "a goto of tail calls": "local function f() return f() end return f()",
  };
  for (const [name, script] of Object.entries(ENDLESS)) {
    test(`${name}: ends after its time, and the server continues`, () => {
      const clock = new SteppingClock(5000);
      const { run, evaluate } = create({ scriptMsMax: 60 }, clock.elapsedUs);
      run("SET", "k", "v");
      clock.looks = 0;
      assert.match(errorOf(evaluate(script)), /^ERR the script was stopped after 60 ms/);
      // The look that begins its time, 12 within it, and the first one after it.
      assert.equal(clock.looks, 14);
      assert.equal(evaluate("return redis.call('get', 'k')"), "v");
    });
  }

  test("the clock is looked at more often where instructions take long", () => {
    const looksAt = (stepUs: number): number => {
      const clock = new SteppingClock(stepUs);
      const { evaluate } = create({ scriptMsMax: 1e9 }, clock.elapsedUs);
      clock.looks = 0;
      assert.equal(evaluate("local n = 0 for i = 1, 100000 do n = n + 1 end return n"), 100_000);
      return clock.looks;
    };
    assert.ok(looksAt(100_000) > 100 * looksAt(1), `${looksAt(100_000)} and ${looksAt(1)} looks`);
  });

  const GREEDY = {
    "a growing string": "local s = 'x' while true do s = s .. s end",
    "a repeated string": "return #(('x'):rep(2e9))",
    "a growing table": "local t = {} for i = 1, 1e9 do t[i] = i end",
    "growing tables": "local t = {} while true do t[#t + 1] = {{}, {}, {}} end",
    "growing strings that catch errors":
      "local t = {} while true do pcall(function() t[#t + 1] = ('x'):rep(1e6) .. #t end) end",
    "a wide replacement": "return #(('x'):rep(1e5)):gsub('x', ('y'):rep(1e5))",
    "nested replacements": "local s = 'x' while true do s = s:gsub('x', 'xxxx') end",
    "an encoded bomb": "local t = {} for i = 1, 30 do t = {t, t} end return #cjson.encode(t)",
    "a packed bomb": "local t = ('x'):rep(1e6) for i = 1, 12 do t = {t, t, t} end return #cmsgpack.pack(t)",
    "many coroutines": "local t = {} while true do t[#t + 1] = coroutine.create(function() end) end",
    "a long table concat": "local t = {} for i = 1, 1e5 do t[i] = ('x'):rep(1e4) end return #table.concat(t)",
    "a long format":
      "local s = ('x'):rep(1e7) return #(('%s'):rep(100):format(unpack((function() local t = {} for i = 1, 100 do t[i] = s end return t end)())))",
  };
  for (const [name, script] of Object.entries(GREEDY)) {
    test(`${name}: ends at its memory, and the server continues`, () => {
      const { engine, evaluate } = create({ scriptMemoryBytesMax: 48 * 1024 * 1024 });
      errorOf(evaluate(script));
      assert.equal(evaluate("return 1"), 1);
      assert.ok(engine.scripting.memoryBytes <= 48 * 1024 * 1024);
    });
  }

  const DEEP = {
    recursion: "local function f() return 1 + f() end return f()",
    "recursion through pcall": "local function f() return pcall(f) end return f()",
    "recursion through a metamethod":
      "local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end return t.x",
    "recursion through __index tables":
      "local a, b = {}, {} setmetatable(a, {__index = b}) setmetatable(b, {__index = a}) return a.x",
    "recursion through tostring":
      "local t = setmetatable({}, {}) getmetatable(t).__tostring = tostring return tostring(t)",
    "recursion through gsub": "local function f(s) return (s:gsub('x', f)) end return f('x')",
    "recursion through sort": "local function f() table.sort({2, 1}, f) end f()",
    "recursion through coroutines": "local function f() return coroutine.wrap(f)() end return f()",
    "recursion through load": "local function f() return loadstring('return ...')(f()) end return f()",
    "nested brackets": "return loadstring('return ' .. ('('):rep(10000) .. '1' .. (')'):rep(10000))()",
    "nested functions": "return loadstring(('return function() '):rep(1000) .. (' end'):rep(1000))()",
    "nested tables": "return assert(loadstring('return ' .. ('{'):rep(10000) .. ('}'):rep(10000)))()",
    "a long pattern": "return ('x'):rep(100000):find(('x?'):rep(100000))",
    "nested captures": "return ('x'):find(('('):rep(100) .. 'x' .. (')'):rep(100))",
    "a wide unpack": "return unpack({}, 1, 1e7)",
    "the widest unpack": "return {unpack({}, -2147483648, 2147483647)}",
    "many arguments": "local t = {} for i = 1, 7000 do t[i] = i end return redis.call('echo', unpack(t))",
    "many locals": "return assert(loadstring(('local a = 1 '):rep(300)))()",
    "many upvalues": "return #assert(loadstring('return {' .. ('function() return x end,'):rep(50000) .. '}'))() - 'x'",
    "an infinite reply": "local t = {} t[1] = t return t",
    "an infinite map": "local t = {} t.map = {a = t} return t",
    "a reply that doubles": "local t = {} for i = 1, 40 do t = {t, t} end return t",
    "nested JSON": "return cjson.decode(('['):rep(1e6))",
    "nested MessagePack": "return cmsgpack.unpack(('\\145'):rep(1e6))",
  };
  for (const [name, script] of Object.entries(DEEP)) {
    test(`${name}: is an error, and the server continues`, () => {
      const { evaluate } = create();
      const reply = evaluate(script);
      if (!name.startsWith("recursion through pcall")) errorOf(reply);
      assert.equal(evaluate("return 1"), 1);
    });
  }

  test("compiled code is not taken, nor given", () => {
    const { evaluate } = create();
    assert.match(errorOf(evaluate("return string.dump(function() end)")), /unable to dump/);
    assert.deepEqual(evaluate("local f, e = loadstring('\\27Lua\\81') return {tostring(f), e}"), [
      "nil",
      "compiled code is not accepted",
    ]);
    const pieces =
      "local i = 0 local f, e = load(function() i = i + 1 return ({'\\27', 'Lua'})[i] end) return {tostring(f), e}";
    assert.deepEqual(evaluate(pieces), ["nil", "compiled code is not accepted"]);
    assert.match(errorOf(evaluate("\x1bLua")), /Error compiling script/);
  });
});

describe("scripts are kept apart", () => {
  const ATTEMPTS = [
    "x = 1",
    "_G.x = 1",
    "rawset(_G, 'x', 1)",
    "setmetatable(_G, {__index = {x = 1}})",
    "getmetatable(_G).__index = function() return 1 end",
    "rawset(getmetatable(_G), '__index', 1)",
    "table.insert(_G, 1)",
    "string.x = 1",
    "rawset(string, 'rep', nil)",
    "getmetatable('').__index.x = 1",
    "rawset(getmetatable('').__index, 'x', 1)",
    "redis.call = nil",
    "for k, v in pairs(_G) do if type(v) == 'table' then v.x = 1 end end",
    "for k, v in pairs(_G) do if type(v) == 'table' then rawset(v, 'x', 1) end end",
    "for k, v in next, _G do _G[k] = nil end error('x')",
    "local f = pairs(_G) local k, v = f(_G) _G[k] = 1",
    "coroutine.wrap(function() x = 1 end)()",
    "loadstring('x = 1')()",
    "local _, t = pairs(string) t.x = 1",
    "math.random = function() return 4 end",
    "cjson.null = 1",
    "KEYS = nil",
    "table.sort(_G) rawset(_G, 1, 1)",
    "table.remove(redis, 1) redis.x = 1",
    "__redis__err__handler = nil",
  ];
  for (const script of ATTEMPTS) {
    test(script, () => {
      const { evaluate } = create();
      const before =
        "local t = {} for n, l in pairs(_G) do if type(l) == 'table' then for k in pairs(l) do t[#t + 1] = n .. '.' .. tostring(k) end end t[#t + 1] = n end table.sort(t) return t";
      const globals = evaluate(before);
      errorOf(evaluate(script));
      assert.deepEqual(evaluate(before), globals);
      assert.match(errorOf(evaluate("return x")), /nonexistent global variable 'x'/);
      assert.equal(evaluate("return ('a'):rep(2) .. type(redis.call) .. math.floor(1.5)"), "aafunction1");
    });
  }

  test("settings last for one script", () => {
    const { evaluate } = create();
    const encode = "return cjson.encode({[1] = 1, [100] = 1})";
    evaluate("cjson.encode_sparse_array(true) cjson.encode_max_depth(1) collectgarbage('stop')");
    assert.match(errorOf(evaluate(encode)), /excessively sparse array/);
    assert.equal(evaluate("return cjson.encode({{{1}}})"), "[[[1]]]");
    evaluate("redis.setresp(3)");
    assert.deepEqual(evaluate("return redis.call('hgetall', 'none')"), []);
  });

  test("the host is out of reach", () => {
    const { evaluate } = create();
    for (const name of ["io", "package", "require", "dofile", "loadfile", "debug", "print", "newproxy", "setfenv"]) {
      assert.match(errorOf(evaluate(`return ${name}`)), /nonexistent global variable/);
    }
    assert.deepEqual(evaluate("local t = {} for k in pairs(os) do t[#t + 1] = k end return t"), ["clock"]);
    assert.equal(evaluate("return rawget(redis, 'constructor') == nil and rawget(_G, '__proto__') == nil"), 1);
    for (const name of ["constructor", "__proto__", "toString"]) {
      assert.match(errorOf(evaluate(`return redis.call('${name}')`)), /Unknown Redis command/);
      assert.equal(errorOf(evaluate(`return cjson.decode('{"${name}":1}').nosuch.x`)).includes("nil value"), true);
      assert.equal(evaluate(`return cjson.decode('{"${name}":1}')['${name}']`), 1);
    }
  });

  test("functions have globals of their own", () => {
    const { run, evaluate } = create();
    run("FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', function() return KEYS end)");
    evaluate("return 1");
    assert.match(errorOf(run("FCALL", "f", "0")), /nonexistent global variable 'KEYS'/);
  });
});

function attached(engine: Engine): RecordedJournal {
  const journal = new RecordedJournal();
  engine.journal.attach(journal);
  return journal;
}

describe("effects", () => {
  test("are journalled as one, and never the script", () => {
    const { engine, run } = create();
    const { groups } = attached(engine);
    run(
      "EVAL",
      "redis.call('set', KEYS[1], 1) redis.call('get', KEYS[1]) redis.call('select', 2) redis.call('incr', 'n')",
      "1",
      "k",
    );
    assert.deepEqual(groups.splice(0), [["0 set k 1", "2 incr n"]]);
    errorOf(run("EVAL", "redis.call('set', 'k', 2) error('x')", "0"));
    assert.deepEqual(groups.splice(0), [["0 set k 2"]]);
    run("EVAL", "return redis.call('get', 'k')", "0");
    assert.deepEqual(groups, [], "a script that only reads leaves no group");
    const session = engine.openSession("internal", EVERYONE);
    engine.transaction(session, [
      ["SET", "a", "1"],
      ["EVAL", "return redis.call('incr', 'a')", "0"],
    ]);
    assert.deepEqual(groups, [["0 SET a 1", "0 incr a"]]);
    assert.deepEqual(run("GET", "n"), null);
  });

  test("repeat on another engine, whatever the script drew", () => {
    const world = new TestWorld(3);
    const engine = new Engine({ environment: world, commands: commandTables, luaBinary: readLuaBinary });
    const journal = new RecordedJournal();
    engine.journal.attach(journal);
    const session = engine.openSession("internal", EVERYONE);
    const script = `for i = 1, 50 do redis.call('sadd', 's', math.random(1000)) end
      redis.call('spop', 's', 5) redis.call('set', 'k', redis.call('time')[1], 'EX', 100)
      redis.call('xadd', 'x', '*', 'a', 'b') return redis.call('scard', 's')`;
    engine.execute(session, ["EVAL", script, "0"]);
    engine.execute(session, [
      "FUNCTION",
      "LOAD",
      "#!lua name=l\nredis.register_function('f', function() return 7 end)",
    ]);
    const later = new TestWorld(9, world.nowMs + 50_000);
    const fresh = replayed(journal.effects, later);
    assertSameContents(engine, fresh.engine, "the script's effects");
    assert.equal(fresh.send("FCALL", "f", "0"), 7);
  });
});

describe("the caller's rights", () => {
  const user: User = {
    ...EVERYONE,
    name: "half",
    isUnrestricted: false,
    refusal: ({ name }) => (name === "SET" ? { reason: "command", index: 0 } : undefined),
  };

  test("hold inside of a script", () => {
    const { engine } = create();
    const session = engine.openSession("internal", user);
    const run = (script: string): Reply => engine.execute(session, ["EVAL", script, "0"]);
    assert.match(errorOf(run("return redis.call('set', 'k', 1)")), /can't run this command/);
    assert.equal(run("return redis.call('get', 'k')"), null);
    assert.deepEqual(run("return {redis.acl_check_cmd('get', 'k'), redis.acl_check_cmd('set', 'k', 1)}"), [1, null]);
  });

  test("are those of the caller, each time", () => {
    const { engine, evaluate } = create();
    const session = engine.openSession("internal", user);
    const script = "return redis.call('set', 'k', 1).ok";
    assert.equal(evaluate(script), "OK");
    errorOf(engine.execute(session, ["EVAL", script, "0"]));
    assert.equal(evaluate(script), "OK");
  });
});

describe("the cache", () => {
  test("keeps the scripts that EVAL used last, and all that were loaded", () => {
    const { run, evaluate } = create({ cachedScriptsMax: 3 });
    const loaded = run("SCRIPT", "LOAD", "return 'loaded'") as string;
    const first = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";
    for (const n of [1, 2, 3]) evaluate(`return ${n}`);
    assert.equal(run("EVALSHA", first, "0"), 1);
    evaluate("return 4");
    assert.deepEqual(run("SCRIPT", "EXISTS", loaded, first, "7f923f79fe76194c868d7e1d0820de36700eb649"), [1, 1, 0]);
    for (let n = 5; n < 20; n++) evaluate(`return ${n}`);
    assert.deepEqual(run("SCRIPT", "EXISTS", loaded, first), [1, 0]);
    assert.equal(run("EVALSHA", loaded, "0"), "loaded");
  });

  test("has room for so much text: EVAL drops scripts for it, SCRIPT LOAD and FUNCTION LOAD are refused", () => {
    const { run, evaluate } = create({ scriptTextBytesMax: 10_000 });
    const text = (n: number, bytes: number): string => `return ${n} --${"x".repeat(bytes)}`;
    const exists = (n: number, bytes: number): Reply => run("SCRIPT", "EXISTS", sha1Hex(text(n, bytes)));
    for (const n of [1, 2, 3]) assert.equal(evaluate(text(n, 4000)), n);
    assert.deepEqual(
      [1, 2, 3].map((n) => exists(n, 4000)),
      [[0], [1], [1]],
    );
    const refusal = /^ERR the text of scripts is beyond 10000 bytes, the limit of scriptTextBytesMax$/;
    assert.match(errorOf(evaluate(text(4, 10_000))), refusal);
    assert.equal(run("SCRIPT", "LOAD", text(5, 6000)), sha1Hex(text(5, 6000)));
    assert.match(errorOf(run("SCRIPT", "LOAD", text(6, 6000))), refusal);
    assert.match(errorOf(evaluate(text(6, 6000))), refusal);
    assert.equal(evaluate(text(7, 3000)), 7);
    run("SCRIPT", "FLUSH");
    assert.equal(run("SCRIPT", "LOAD", text(6, 6000)), sha1Hex(text(6, 6000)));
    const library = (name: string, bytes: number): string =>
      `#!lua name=${name}\nredis.register_function('${name}', function() end) --${"x".repeat(bytes)}`;
    assert.equal(run("FUNCTION", "LOAD", library("a", 6000)), "a");
    assert.match(errorOf(run("FUNCTION", "LOAD", library("b", 6000))), refusal);
    assert.equal(run("FUNCTION", "LOAD", "REPLACE", library("a", 9000)), "a");
    const dump = run("FUNCTION", "DUMP") as string;
    assert.equal(run("FUNCTION", "LOAD", "REPLACE", library("a", 900)), "a");
    assert.equal(run("FUNCTION", "LOAD", library("b", 6000)), "b");
    assert.match(errorOf(run("FUNCTION", "RESTORE", dump, "REPLACE")), refusal);
    run("FUNCTION", "RESTORE", dump, "FLUSH");
    assert.equal(run("FCALL", "a", "0"), null);
  });

  test("a script survives the machine that compiled it", () => {
    const { run, evaluate } = create({ scriptMsMax: 50 }, new SteppingClock(5000).elapsedUs);
    const digest = run("SCRIPT", "LOAD", "return 'still here'") as string;
    run(
      "FUNCTION",
      "LOAD",
      "#!lua name=l\nlocal n = 0 redis.register_function('f', function() n = n + 1 return n end) redis.register_function('g', function() while true do end end)",
    );
    assert.equal(run("FCALL", "f", "0"), 1);
    assert.equal(run("FCALL", "f", "0"), 2);
    errorOf(evaluate("while true do end"));
    errorOf(run("FCALL", "g", "0"));
    assert.equal(run("EVALSHA", digest, "0"), "still here");
    assert.equal(run("FCALL", "f", "0"), 1);
  });

  test("a machine that has grown is given back", () => {
    const { engine, evaluate } = create();
    assert.equal(evaluate("local t = {} for i = 1, 90 do t[i] = ('x'):rep(1e6) .. i end return #t"), 90);
    assert.equal(engine.scripting.memoryBytes, 0);
    assert.equal(evaluate("return 1"), 1);
  });

  test("an engine without Lua says so", () => {
    const engine = new Engine({ environment: systemEnvironment, commands: commandTables });
    const session = engine.openSession("internal", EVERYONE);
    assert.equal(
      errorOf(engine.execute(session, ["EVAL", "return 1", "0"])),
      "ERR this engine was started without Lua",
    );
  });
});

describe("large values", () => {
  test("pass in and out of a script", () => {
    const { run, evaluate } = create();
    const big = "x\0\xff".repeat(500_000);
    run("SET", "big", big);
    assert.equal(evaluate("return redis.call('get', 'big')"), big);
    assert.equal(evaluate("return ARGV[1]", big), big);
    assert.equal(evaluate("redis.call('set', 'copy', ARGV[1]) return #ARGV[1]", big), big.length);
    assert.equal(run("GET", "copy"), big);
    const many = Array.from({ length: 20_000 }, (_, i) => String(i));
    assert.deepEqual(evaluate("return ARGV", ...many), many);
  });
});
