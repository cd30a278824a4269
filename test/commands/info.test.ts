/** INFO, CONFIG RESETSTAT and MEMORY's reports, in a world whose clock and process are known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Double, FlatMap, Verbatim } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

function info(ours: TestEngine, ...sections: string[]): string {
  const reply = ours.send("INFO", ...sections);
  assert.ok(reply instanceof Verbatim);
  return reply.text;
}

/** The fields of some sections. */
function fields(ours: TestEngine, ...sections: string[]): Record<string, string> {
  const lines = info(ours, ...sections).split("\r\n");
  return Object.fromEntries(lines.flatMap((line) => (line.includes(":") ? [line.split(/:(.*)/s)] : [])));
}

const headings = (text: string): readonly string[] => text.match(/^# .*$/gm) ?? [];

test("sections are headed, end their lines with CR LF and stand apart by an empty line", () => {
  const ours = new TestEngine();
  ours.line("SET a 1");
  const text = info(ours, "keyspace", "cluster");
  assert.equal(text, "# Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n");
  assert.equal(info(ours, "nope"), "");
});

test("the default sections leave out commandstats; all and everything do not", () => {
  const ours = new TestEngine();
  const byDefault = headings(info(ours));
  assert.deepEqual(byDefault.slice(0, 3), ["# Server", "# Clients", "# Memory"]);
  assert.ok(!byDefault.includes("# Commandstats"));
  assert.deepEqual(headings(info(ours, "DEFAULT")), byDefault);
  assert.ok(headings(info(ours, "all")).includes("# Commandstats"));
  assert.deepEqual(headings(info(ours, "everything")), headings(info(ours, "all", "server")));
});

test("the fields that clients read before they trust a server", () => {
  const world = new TestWorld();
  const ours = new TestEngine(world);
  world.advance(90_061_000);
  const found = fields(ours);
  const expected = {
    redis_version: "8.2.0",
    redis_mode: "standalone",
    stashd_version: ours.engine.version,
    os: "Test 1.0 x86_64",
    arch_bits: "64",
    process_id: "4242",
    run_id: ours.engine.runId,
    tcp_port: "0",
    uptime_in_seconds: "90061",
    uptime_in_days: "1",
    connected_clients: "1",
    used_memory: "33554432",
    used_memory_human: "32.00M",
    used_memory_rss_human: "64.00M",
    total_system_memory_human: "8.00G",
    maxmemory: "0",
    maxmemory_human: "0B",
    maxmemory_policy: "noeviction",
    mem_fragmentation_ratio: "2.00",
    loading: "0",
    role: "master",
    connected_slaves: "0",
    used_cpu_sys: "0.250000",
    used_cpu_user: "1.500000",
  };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]])), expected);
});

test("reads count as hits and misses; writes and refused commands do not", () => {
  const ours = new TestEngine();
  ours.line("SET a 1");
  ours.line("INCR a");
  ours.line("SETNX b 1");
  ours.line("GET a");
  ours.line("MGET a b none");
  ours.line("GET");
  ours.line("GET none");
  const { keyspace_hits: hits, keyspace_misses: misses } = fields(ours, "stats");
  assert.deepEqual({ hits, misses }, { hits: "3", misses: "2" });
});

test("keys whose deadline has passed are counted, and the others' mean time to live", () => {
  const world = new TestWorld();
  const ours = new TestEngine(world);
  ours.line("SET a 1 PX 100");
  ours.line("SET b 1 PX 2000");
  ours.line("SET c 1 PX 4000");
  ours.line("SET d 1");
  world.advance(1000);
  ours.engine.tick();
  const found = fields(ours, "stats", "keyspace");
  assert.equal(found["expired_keys"], "1");
  assert.equal(found["db0"], "keys=3,expires=2,avg_ttl=2000");
});

test("commandstats counts calls, failures and refusals; CONFIG RESETSTAT begins anew", () => {
  const ours = new TestEngine();
  ours.line("SET a x");
  ours.line("INCR a");
  ours.line("INCR");
  ours.line("CONFIG GET save");
  const found = fields(ours, "commandstats", "stats");
  assert.equal(found["cmdstat_incr"], "calls=1,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=1");
  assert.equal(found["cmdstat_config|get"], "calls=1,usec=0,usec_per_call=0.00,rejected_calls=0,failed_calls=0");
  assert.equal(found["total_error_replies"], "2");
  assert.equal(found["cmdstat_get"], undefined);
  ours.line("CONFIG RESETSTAT");
  const after = fields(ours, "commandstats", "stats");
  assert.equal(after["cmdstat_incr"], undefined);
  assert.equal(after["total_error_replies"], "0");
  assert.equal(after["total_commands_processed"], "1");
});

test("MEMORY STATS and MEMORY DOCTOR tell of the process", () => {
  const ours = new TestEngine();
  ours.line("MSET a 1 b 2");
  ours.line("EXPIRE a 100");
  const stats = ours.line("MEMORY STATS");
  assert.ok(stats instanceof FlatMap);
  const fields = new Map(
    stats.items.flatMap((item, i) => (i % 2 === 0 ? [[item as string, stats.items[i + 1]!]] : [])),
  );
  const MiB = 1024 ** 2;
  for (const [name, bytes] of [
    ["total.allocated", 32 * MiB],
    ["startup.allocated", 8 * MiB],
    ["allocator.active", 48 * MiB],
    ["allocator.resident", 64 * MiB],
    ["overhead.total", 8 * MiB + 2 * 76 + 16],
    ["dataset.bytes", 24 * MiB - 2 * 76 - 16],
    ["keys.count", 2],
    ["keys.bytes-per-key", 12 * MiB],
  ] as const) {
    assert.equal(fields.get(name), bytes, name);
  }
  assert.deepEqual(fields.get("fragmentation"), new Double(2));
  assert.deepEqual((fields.get("db.0") as FlatMap).items, [
    "overhead.hashtable.main",
    2 * 76,
    "overhead.hashtable.expires",
    16,
    "overhead.hashtable.slot-to-keys",
    0,
  ]);
  const doctor = ours.line("MEMORY DOCTOR");
  assert.ok(doctor instanceof Verbatim);
  assert.match(doctor.text, /33554432 bytes.*67108864 bytes.*too little to find anything wrong/);
});
