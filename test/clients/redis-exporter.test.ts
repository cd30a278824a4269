/** Prometheus's redis_exporter, where it is installed: what it finds at our Redis port, beside what it finds at redis-server's. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { freePorts, oracleSkipReason, RedisServer } from "../support/redis.ts";
import { TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

/** Its names in Debian and elsewhere. */
const PROGRAM = ["prometheus-redis-exporter", "redis_exporter"].find(
  (name) => spawnSync(name, ["--version"]).error === undefined,
);

const skip = oracleSkipReason() || (PROGRAM === undefined ? "redis_exporter is not installed" : false);

/**
 * Metrics that are not there: of INFO's fields that are left out, for the reasons in `test/oracle/info.test.ts`, of a
 * server without files, and of a parameter that has no meaning here.
 */
const LEFT_OUT =
  /^redis_(?:aof_|rdb_|module_fork_|defrag_|io_threaded_|cpu_(?:sys|user)_main_thread_|expired_(?:stale|time_cap)_|total_(?:reads|writes)_processed$|dump_payload_sanitizations$|migrate_cached_sockets_total$|slave_expires_tracked_keys$|config_io_threads$)/;

/** What it is asked to look at, which makes it call every command that it knows for a single server. */
const OPTIONS = [
  ["--include-system-metrics", "--export-client-list", "--include-config-metrics", "--ping-on-connect"],
  ["--check-keys=db0=*", "--check-single-keys=db0=l", "--check-streams=db0=s", "--count-keys=db0=*"],
].flat();

/** Commands that leave something to tell of. */
const BEFORE: readonly (readonly string[])[] = [
  ["CONFIG", "SET", "slowlog-log-slower-than", "0"],
  ["MSET", "a", "1", "b", "2"],
  ["SET", "e", "1", "EX", "1000"],
  ["RPUSH", "l", "1", "2"],
  ["XADD", "s", "1-1", "f", "v"],
  ["XGROUP", "CREATE", "s", "g", "0"],
  ["XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">"],
  ["EVAL", "return redis.call('GET', KEYS[1])", "1", "a"],
  ["LPUSH", "a", "1"],
];

describe("redis_exporter", { skip }, () => {
  const exporters: ChildProcess[] = [];
  let redis: RedisServer;
  let server: TestServer;
  before(async () => {
    redis = await RedisServer.start();
    server = await TestServer.start({ redisPort: 0, redisAuth: false, host: "127.0.0.1" });
  });
  after(async () => {
    await Promise.all([
      ...exporters.map((child) => {
        child.kill();
        return new Promise((resolve) => child.once("close", resolve));
      }),
      redis.stop(),
      server.stop(),
    ]);
  });

  /** The lines that an exporter answers about a server. */
  async function scrape(address: string): Promise<string[]> {
    const [port] = await freePorts(1);
    const listen = `127.0.0.1:${port}`;
    const args = ["--redis.addr", address, "--web.listen-address", listen, ...OPTIONS];
    exporters.push(spawn(PROGRAM!, args, { stdio: "ignore" }));
    let text = "";
    await until(async () => {
      text = await fetch(`http://${listen}/metrics`).then(
        (answer) => answer.text(),
        () => "",
      );
      return text !== "";
    });
    return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  }

  const namesOf = (lines: readonly string[]): Set<string> => new Set(lines.map((line) => /^\w+/.exec(line)![0]));

  test("finds what it finds at redis-server, and the same of the data", async () => {
    const connection = await server.connect();
    for (const words of BEFORE) {
      await redis.send(words);
      await connection.send(...words);
    }
    const [theirs, ours] = await Promise.all([
      scrape(`unix://${redis.path}`),
      scrape(`redis://127.0.0.1:${server.server.redisPort}`),
    ]);
    assert.ok(ours.includes('redis_exporter_last_scrape_error{err=""} 0'));
    const names = namesOf(ours);
    const missing = [...namesOf(theirs)].filter((name) => !names.has(name) && !LEFT_OUT.test(name));
    assert.deepEqual(missing, []);
    // What depends on the data alone.
    const ofData = /^redis_(?:up|db_keys|db_keys_expiring|key_size|key_value|keys_count|stream_\w+|slowlog_length)\b/;
    const about = (lines: readonly string[]): string[] =>
      lines.filter((line) => ofData.test(line) && !/idle|slowlog_length/.test(line)).toSorted();
    assert.ok(about(theirs).length > 20);
    assert.deepEqual(about(ours), about(theirs));
    // Times and counts differ; which commands have them does not.
    const calls = (lines: readonly string[], name: string): string[] =>
      BEFORE.map(([command]) => command!.toLowerCase()).filter((command) => {
        return lines.some((line) => line.startsWith(`${name}{cmd="${command}`));
      });
    for (const name of [
      "redis_commands_total",
      "redis_commands_duration_seconds_total",
      "redis_latency_percentiles_usec",
    ]) {
      assert.deepEqual(calls(ours, name), calls(theirs, name), name);
    }
    connection.close();
  });
});
