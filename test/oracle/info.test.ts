/** The fields of INFO against those of a real redis-server: which are there, which are left out and why, and in which form. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Verbatim } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";

const REDIS_BUILD = "it tells how Redis was built, or of its event loop";
const ALLOCATOR = "it tells of Redis's allocator, or of what Redis counts apart in its memory";
const NO_SAVING = "nothing is saved";
const NO_REPLICAS = "there are no replicas";
const CYCLE = "it tells of how Redis's expiry cycle or eviction went";
const NO_DEFRAGMENTATION = "nothing is moved about in memory but by the garbage collector";
const NOT_COUNTED = "it is not counted, as it would cost every command something";

/** Fields of Redis 7.0 that are left out, as patterns, and why. */
const LEFT_OUT: readonly (readonly [names: RegExp, reason: string])[] = [
  [/^(?:redis_git_.*|redis_build_id|multiplexing_api|atomicvar_api|gcc_version|lru_clock)$/, REDIS_BUILD],
  [/^(?:used_memory_vm_(?:eval|functions)|rss_overhead_.*|lazyfreed_objects)$/, ALLOCATOR],
  [/^(?:current_(?:cow|fork|save)_.*|rdb_.*|aof_.*|module_fork_.*)$/, NO_SAVING],
  [/^(?:slave_expires_tracked_keys|migrate_cached_sockets)$/, NO_REPLICAS],
  [
    /^(?:expired_stale_perc|expired_time_cap_reached_count|expire_cycle_cpu_milliseconds|.*_eviction_exceeded_time)$/,
    CYCLE,
  ],
  [/^(?:active_defrag_(?:hits|misses|key_hits|key_misses)|.*_active_defrag_time)$/, NO_DEFRAGMENTATION],
  [/^(?:dump_payload_sanitizations|total_(?:reads|writes)_processed|io_threaded_.*|reply_buffer_.*)$/, NOT_COUNTED],
  [/^used_cpu_(?:sys|user)_main_thread$/, "Node does not tell the time of one thread from that of the others"],
];

/** Fields that are ours alone, and those of Redis 7.2 and later. */
const OURS = new Set([
  "stashd_version",
  "stashd_test_database",
  "pubsub_clients",
  "expired_subkeys",
  "maxmemory_of_heap",
  "total_blocking_keys",
  "total_blocking_keys_on_nokey",
]);

/** Fields by their section. */
function fieldsOf(text: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let section: string[] = [];
  for (const line of text.split("\r\n")) {
    if (line.startsWith("# ")) sections.set(line, (section = []));
    else if (line !== "") section.push(line.split(":", 1)[0]!);
  }
  return sections;
}

/** Scripts whose errors are caught, returned, raised again, or made by themselves. `s` is a string, not a number. */
const SCRIPTS_WITH_ERRORS = [
  "redis.pcall('INCR', 's') return 1",
  "return redis.pcall('INCR', 's')",
  "return redis.call('INCR', 's')",
  "redis.pcall('INCR', 's') redis.pcall('INCR', 's') return redis.call('LPUSH', 's', '1')",
  "pcall(function() redis.call('INCR', 's') end) return 1",
  "local ok, e = pcall(redis.call, 'INCR', 's') error(e)",
  "redis.pcall('NOSUCH') redis.pcall('GET') redis.pcall('SUBSCRIBE', 's') redis.pcall('SELECT', 99) return 1",
  "return redis.call('NOSUCH')",
  "return redis.pcall()",
  "return redis.call()",
  "redis.pcall() return 1",
  "redis.pcall({}) return 1",
  "pcall(redis.setresp, 9) return 1",
  "return redis.setresp(9)",
  "return redis.error_reply('MINE text')",
  "redis.error_reply('MINE text') return 1",
  "return {err = 'MINE text'}",
  "return {err = 'MINE text', ignore_error_stats_update = true}",
  "error('text')",
  "error({err = 'MINE text'})",
  "return nothing.field",
  "#!lua flags=no-writes\nredis.pcall('INCR', 's') return 1",
  "local e = redis.pcall('INCR', 's') return redis.error_reply(e.err)",
  "this is no script",
];

describe("INFO agrees with redis-server", { skip: oracleSkipReason() }, () => {
  const ours = new TestEngine();
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
    for (const words of [["SET", "k", "v"], ["INCR", "k"], ["GET"], ["NOSUCH"], ["GET", "k"], ["SADD", "k", "v"]]) {
      ours.send(...words);
      await redis.send(words);
    }
  });
  after(() => redis.stop());

  async function texts(...sections: string[]): Promise<{ mine: string; theirs: string }> {
    const mine = ours.send("INFO", ...sections);
    const theirs = await redis.send(["INFO", ...sections]);
    assert.ok(mine instanceof Verbatim && theirs.kind === "bulk");
    return { mine: mine.text, theirs: theirs.text! };
  }

  test("in its sections, whichever are asked for", async () => {
    for (const asked of [
      [],
      ["all"],
      ["everything"],
      ["default"],
      ["cpu", "STATS"],
      ["commandstats", "default"],
      ["x"],
    ]) {
      const { mine, theirs } = await texts(...asked);
      assert.deepEqual([...fieldsOf(mine).keys()], [...fieldsOf(theirs).keys()], asked.join(" "));
    }
  });

  test("in its fields, but for those that are left out for a reason", async () => {
    const { mine, theirs } = await texts("everything");
    const [a, b] = [fieldsOf(mine), fieldsOf(theirs)];
    const found = new Set([...a.values()].flat());
    const expected = new Set([...b.values()].flat());
    const isLeftOut = (name: string): boolean => LEFT_OUT.some(([names]) => names.test(name)) && !found.has(name);
    assert.deepEqual(
      [...expected].filter((name) => !found.has(name) && !isLeftOut(name)),
      [],
    );
    assert.deepEqual(
      [...found].filter((name) => !expected.has(name) && !OURS.has(name)),
      [],
    );
    for (const [names] of LEFT_OUT)
      assert.ok(
        [...expected].some((name) => names.test(name)),
        `${names} is not there`,
      );
    for (const [section, names] of a) {
      const order = b.get(section)!.filter((name) => names.includes(name));
      assert.deepEqual(
        names.filter((name) => expected.has(name) && !/_(?:cmdstat|errorstat|latency)/.test(name)).toSorted(),
        order.toSorted(),
        section,
      );
    }
  });

  test("in the form of its values", async () => {
    const { mine, theirs } = await texts("everything");
    const formOf = (text: string): Map<string, string> =>
      new Map(
        text.split("\r\n").flatMap((line) => {
          const at = line.indexOf(":");
          return at < 0
            ? []
            : [
                [
                  line.slice(0, at),
                  line
                    .slice(at + 1)
                    .replace(/[0-9a-f]{40}/, "hex")
                    .replace(/-?\d+/g, "9"),
                ],
              ];
        }),
      );
    const reference = formOf(theirs);
    for (const [name, form] of formOf(mine)) {
      if (/^(?:os|redis_version|monotonic_clock|executable|mem_allocator|.*_human)$/.test(name) || OURS.has(name))
        continue;
      assert.equal(form, reference.get(name), name);
    }
  });

  test("in what it counts of commands and errors", async () => {
    const { mine, theirs } = await texts("commandstats", "errorstats", "keyspace");
    const counts = (text: string): string[] =>
      text
        .split("\r\n")
        .filter((line) => /^cmdstat_(?:set|incr|get|sadd):|^errorstat|^db/.test(line))
        .map((line) => line.replace(/usec=.*?,usec_per_call=.*?,/, ""))
        .toSorted();
    assert.deepEqual(counts(mine), counts(theirs));
    assert.equal(counts(mine).length, 7);
  });

  test("in how it counts the errors of scripts: each once, where it occurs", async () => {
    const library = "#!lua name=lib\nredis.register_function('f', function() redis.pcall('INCR', 's') return 1 end)";
    for (const words of [
      ["SET", "s", "x"],
      ["FUNCTION", "LOAD", library],
    ]) {
      ours.send(...words);
      await redis.send(words);
    }
    for (const words of [...SCRIPTS_WITH_ERRORS.map((script) => ["EVAL", script, "0"]), ["FCALL", "f", "0"]]) {
      for (const each of [["CONFIG", "RESETSTAT"], words]) {
        ours.send(...each);
        await redis.send(each);
      }
      const { mine, theirs } = await texts("errorstats", "commandstats", "stats");
      const counts = (text: string): string[] =>
        text
          .split("\r\n")
          .filter((line) => /^errorstat|^total_error_replies|^cmdstat_/.test(line))
          .filter((line) => !/^cmdstat_(?:config|info)/.test(line))
          .map((line) => line.replace(/usec=.*?,usec_per_call=.*?,/, ""))
          .toSorted();
      assert.deepEqual(counts(mine), counts(theirs), words[1]);
    }
  });
});
