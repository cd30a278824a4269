/**
 * No call of a library function, whatever its arguments, takes a script beyond its time or its memory. The scripts run
 * in a thread with a small heap, so a string that grows outside of the machine ends the thread and fails the test.
 * `SEED` repeats a run, `FUZZ_RUNS` sets how many calls of each function are drawn.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { systemEnvironment } from "../../src/core/environment.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limits.ts";
import { CommandError } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { HostBudget, HostMemoryError, ScriptTimeout } from "../../src/lua/host-budget.ts";
import { LuaEngine } from "../../src/lua/lua-engine.ts";
import type { LibrarySource, ScriptHost } from "../../src/lua/script-engine.ts";
import { readLuaBinary } from "../../src/server/read-lua-binary.ts";
import { TestEngine } from "../support/engine.ts";
import type { ScriptResult, ScriptWork } from "../support/script-worker.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 2);
const HEAP_MB = 160;
const LIMITS = { scriptMsMax: 60, scriptMemoryBytesMax: 24 * 1024 * 1024 };

/** Runs scripts one after another. Fails when the heap is exhausted; names the script. */
async function runAll(scripts: readonly string[], told: string, limits: Partial<Limits> = {}): Promise<ScriptResult[]> {
  const worker = new Worker(new URL("../support/script-worker.js", import.meta.url), {
    workerData: { scripts, limits: { ...LIMITS, ...limits } } satisfies ScriptWork,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const results: ScriptResult[] = [];
  worker.on("message", (result: ScriptResult) => results.push(result));
  await new Promise<void>((resolve, reject) => {
    worker.once("exit", () => resolve());
    worker.once("error", (error) => {
      reject(new Error(`${told}: ${scripts[results.length]}: ${String(error)}`, { cause: error }));
    });
  });
  assert.equal(results.length, scripts.length);
  for (const [i, { memoryBytes }] of results.entries()) {
    const { scriptMemoryBytesMax: bytesMax } = { ...LIMITS, ...limits };
    assert.ok(memoryBytes <= bytesMax, `${told}: ${scripts[i]}: ${memoryBytes} bytes`);
  }
  return results;
}

/** Every function that scripts can reach by a name. */
function libraryFunctions(): string[] {
  const list = `local names = {}
    for name, value in pairs(_G) do
      if type(value) == 'function' then names[#names + 1] = name end
      if type(value) == 'table' and name ~= '_G' then
        for field, inner in pairs(value) do
          if type(inner) == 'function' then names[#names + 1] = name .. '.' .. field end
        end
      end
    end
    table.sort(names) return names`;
  return new TestEngine().send("EVAL", list, "0") as string[];
}

/** What an argument may be: long, wide, deep, far away, amplified. */
const ARGUMENTS = [
  "('a'):rep(1e6)",
  "('\\0'):rep(1e6)",
  "('%0'):rep(1e5)",
  "(' '):rep(1e6) .. 'x'",
  "'1' .. ('\\n'):rep(1e6) .. 'x'",
  "('x'):rep(1e6)",
  "('s'):rep(8000)",
  "'b' .. ('a'):rep(1e5)",
  "'[' .. ('b'):rep(1e5) .. ']'",
  "'.-.-.-.-.-b$'",
  "'.'",
  "'%b()'",
  "''",
  "'\"' .. ('\\\\\"'):rep(1e5) .. '\"'",
  "('['):rep(1e5)",
  "'\\221\\255\\255\\255\\255' .. ('\\1'):rep(1e5)",
  "1e6",
  "2147483647",
  "-2147483648",
  "0",
  "16",
  "nil",
  "true",
  "wide",
  "deep",
  "texts",
  "numbers",
  "function() return ('y'):rep(1e5) end",
  "function(a, b) return true end",
  "unpack(texts, 1, 5000)",
];

const PRELUDE = `local s = ('x'):rep(1e5)
  local texts, numbers, wide, deep = {}, {}, {}, {}
  for i = 1, 5000 do texts[i] = s end
  for i = 1, 50000 do numbers[i] = (i * 7919) % 50021 end
  for i = 1, 30 do wide = {wide, wide} end
  for i = 1, 5000 do deep = {deep} end `;

function drawnCalls(seed: number): string[] {
  const random = seededRandom(seed);
  const pick = (): string => ARGUMENTS[Math.floor(random() * ARGUMENTS.length)]!;
  return libraryFunctions().flatMap((name) =>
    Array.from({ length: RUNS }, () => {
      const given = Array.from({ length: Math.floor(random() * 5) }, pick);
      // An argument that is several values stands last, or it would be one.
      given.sort((a, b) => Number(a.startsWith("unpack")) - Number(b.startsWith("unpack")));
      return `${PRELUDE} return ${name}(${given.join(", ")})`;
    }),
  );
}

/** Calls that once ran or grew without end; each is one of a kind. */
const KNOWN = [
  'return #string.gsub(string.rep("a", 10000), ".", string.rep("%0", 50000))',
  "return #(('x'):rep(1e7)):gsub('.', '')",
  "return #(('x'):rep(1e6)):gsub('.', '%0%0%0%0%0%0%0%0')",
  "local s = ('a'):rep(4e6) local function f() return (s:gsub('a', f, 1)) end return f()",
  `${PRELUDE} return redis.call('mset', unpack(texts, 1, 5000))`,
  `${PRELUDE} return redis.acl_check_cmd('mset', unpack(texts, 1, 5000))`,
  `${PRELUDE} return texts`,
  "return #cjson.decode('\"' .. ('\\\\\"'):rep(3e6) .. '\"')",
  "return cjson.decode((' '):rep(1e7) .. '1')",
  "return #cjson.encode(('\\0'):rep(5e6))",
  "return #(('%%'):rep(3e6)):format()",
  "return #(''):rep(2147483647)",
  "return #('x'):rep(2147483647)",
  "local t = {} table.insert(t, -2147483648, 1)",
  "local t = {} for i = 1, 3e5 do t[i] = i % 1000 end table.sort(t)",
  "return ('a'):rep(3e6):find('b' .. ('a'):rep(1e6), 1, true)",
  "return ('a'):rep(3e6):find(('a'):rep(1e6) .. 'b', 1, true)",
  "return tonumber('1' .. (' '):rep(3e6) .. 'x', 16)",
  "return redis.error_reply('A ' .. ('\\n'):rep(3e6) .. 'x')",
  "return redis.status_reply(('\\n'):rep(3e6))",
  "return ('a'):rep(1e6):find('[' .. ('b'):rep(1e6) .. ']')",
  `${PRELUDE} return #cmsgpack.pack(wide)`,
  `${PRELUDE} return #cjson.encode(wide)`,
  `${PRELUDE} return #table.concat(texts, s)`,
  `${PRELUDE} return #struct.pack(('s'):rep(5000), unpack(texts, 1, 5000))`,
  "return #struct.pack(('x'):rep(1e7))",
  "return struct.size((' '):rep(1e7))",
  "return #tostring(load(function() return ' ' end))",
];

describe("a library function", () => {
  test("that was called so as to grow or run without end is stopped", async () => {
    await runAll(KNOWN, "known");
  });

  test("called with anything stays within the script's time and memory", { timeout: 200_000 }, async () => {
    const seed = chooseSeed();
    console.log(`library functions: SEED=${seed}`);
    await runAll(drawnCalls(seed), `SEED=${seed}`);
  });

  test("does what it should with long strings all the same", async () => {
    const scripts = [
      "return (('ab'):rep(1e5)):gsub('b', '%0%0')",
      "return cjson.encode(('\\0/'):rep(1e5))",
      "return cjson.decode(cjson.encode(('\"x'):rep(1e5)))",
      "return cmsgpack.unpack(cmsgpack.pack(('x'):rep(1e6)))",
      "return struct.pack('s', ('x'):rep(1e6))",
      "return ('abc'):rep(1e6)",
      "return {(('a'):rep(1e6) .. 'b'):find(('a'):rep(1e3) .. 'b', 1, true)}",
      "local t = {} for i = 1, 2000 do t[i] = 2001 - i end table.sort(t) return t",
      "local t = {1, 2} table.insert(t, -1, 'x') return {t[-1] == 'x' and 1, t[1] == nil and 1, t[2], t[3]}",
    ];
    const results = await runAll(scripts, "long", {
      scriptMsMax: 60_000,
      scriptMemoryBytesMax: 2 * LIMITS.scriptMemoryBytesMax,
    });
    assert.deepEqual(
      results.map(({ length, error }) => length ?? error),
      [300_000, 800_002, 200_000, 1_000_000, 1_000_001, 3_000_000, 2, 2000, 4],
    );
  });
});

describe("scripts and functions together", () => {
  const bytesMax = 48 * 1024 * 1024;

  test("stay within one limit: the machine that runs, what it holds outside, and what the other keeps", () => {
    let most = 0;
    const host: ScriptHost = {
      call: () => {
        most = Math.max(most, engine.memoryBytes);
        return "";
      },
      mayRun: () => true,
    };
    const limits = { ...DEFAULT_LIMITS, scriptMsMax: 60_000, scriptMemoryBytesMax: bytesMax };
    const elapsedUs = (): number => systemEnvironment.elapsedUs();
    const engine = new LuaEngine({ binary: readLuaBinary, limits, elapsedUs });
    const fill =
      "local t = {} for i = 1, 4000 do t[i] = {} for j = 1, 1000 do t[i][j] = j end redis.call('ping') end return #t";
    // Each call hands over as much as there is in the machine.
    const copy = "local s = ('x'):rep(1000) for i = 1, 20 do s = s .. s redis.call('ping', s, s) end return #s";
    const code = `
      local kept = {}
      redis.register_function('keep', function() for i = 1, 90 do kept[i] = ('x'):rep(1e5) .. i end return 1 end)
      redis.register_function('fill', function() ${fill} end)
      redis.register_function('copy', function() ${copy} end)`;
    const library: LibrarySource = { name: "l", code };
    const script = (source: string): Reply => engine.run({ name: source, source }, [], [], host);
    const attacks: Readonly<Record<string, () => Reply>> = {
      "tables of a script": () => script(fill),
      "strings of a script": () => script(copy),
      "tables of a function": () => engine.callFunction(library, "fill", [], [], host),
      "strings of a function": () => engine.callFunction(library, "copy", [], [], host),
    };
    for (const [name, attack] of Object.entries(attacks)) {
      assert.equal(engine.callFunction(library, "keep", [], [], host), 1);
      script("return 1");
      most = 0;
      assert.ok(attack() instanceof CommandError, name);
      assert.ok(most > bytesMax / 3 && most <= bytesMax, `${name}: ${most} bytes of ${bytesMax}`);
    }
  });
});

describe("the budget", () => {
  test("is charged before anything grows, and is free again when the call ends", () => {
    const budget = new HostBudget(100, () => 0);
    budget.begin(1);
    budget.hold(60);
    assert.throws(() => budget.hold(41), HostMemoryError);
    assert.equal(budget.held, 60);
    budget.held = 0;
    budget.hold(100);
  });

  test("looks at the clock once enough work has added up, and is timeless between runs", () => {
    let looks = 0;
    const budget = new HostBudget(100, () => ++looks);
    budget.begin(2);
    for (let i = 0; i < 20_000; i++) budget.work(1);
    assert.equal(looks, 2);
    assert.throws(() => budget.work(10_000), ScriptTimeout);
    budget.end();
    budget.work(10_000);
  });
});
