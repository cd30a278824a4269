/** `/metrics`: what Prometheus gets, and who may read it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { INFO_METRICS } from "../../../src/server/metrics/info-metrics.ts";
import { VERSION } from "../../../src/server/version.ts";
import { EventStream } from "../../support/event-stream.ts";
import { oracleSkipReason, RedisServer } from "../../support/redis.ts";
import { TestServer, TOKEN } from "../../support/server.ts";
import { until } from "../../support/until.ts";

const METRICS_TOKEN = "metrics-token";

/** The samples of a scrape: names with labels, and their values. */
type Samples = ReadonlyMap<string, number>;

/** Reads Prometheus's text. Fails for a line that is none, a sample without a type, and a sample that is there twice. */
function samplesOf(text: string): Samples {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("# HELP ")) continue;
    const [, name, type] = /^# TYPE (\S+) (gauge|counter|histogram|summary)$/.exec(line) ?? [];
    if (name !== undefined) {
      types.set(name, type!);
      continue;
    }
    const [, metric, labels = "", value] = /^([a-z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)$/.exec(line) ?? [];
    assert.ok(metric !== undefined, `not a sample: ${line}`);
    assert.ok(types.has(metric) || types.has(metric.replace(/_(?:bucket|sum|count)$/, "")), `without a type: ${line}`);
    assert.ok(!samples.has(metric + labels), `twice: ${line}`);
    samples.set(metric + labels, Number(value));
  }
  return samples;
}

async function scrape(server: TestServer, token: string | null = METRICS_TOKEN): Promise<Samples> {
  const { body, headers, status } = await server.call("GET", "/metrics", { token });
  assert.deepEqual([status, headers["content-type"]], [200, "text/plain; version=0.0.4; charset=utf-8"]);
  return samplesOf(body);
}

describe("metrics with a token", () => {
  let server: TestServer;
  before(async () => void (server = await TestServer.start({ metricsToken: METRICS_TOKEN })));
  after(() => server.stop());

  test("are for that token alone", async () => {
    for (const token of [null, "wrong", TOKEN]) {
      assert.equal((await server.call("GET", "/metrics", { token })).status, 401);
    }
    assert.equal((await server.command(["GET", "k"], { token: METRICS_TOKEN })).status, 401);
    assert.equal((await server.call("HEAD", "/metrics", { token: METRICS_TOKEN })).status, 200);
  });

  test("tell what INFO tells, by the names of redis_exporter", async () => {
    await server.command(["SET", "k", "v", "EX", "100"]);
    await server.command(["GET", "k"]);
    await server.command(["GET", "none"]);
    await server.command(["LPUSH", "k", "x"]);
    const { result: info } = (await server.command(["INFO", "ALL"])).json as { result: string };
    const samples = await scrape(server);
    for (const line of info.split("\r\n")) {
      const [field, value] = line.split(":") as [string, string];
      const metric = INFO_METRICS.get(field);
      if (metric !== undefined) assert.ok(samples.has(`redis_${metric.name}`), `${field}:${value}`);
    }
    assert.equal(samples.get("redis_up"), 1);
    assert.equal(samples.get('redis_commands_total{cmd="get"}'), 2);
    assert.equal(samples.get('redis_commands_failed_calls_total{cmd="lpush"}'), 1);
    assert.equal(samples.get('redis_errors_total{err="WRONGTYPE"}'), 1);
    assert.ok(samples.get('redis_commands_duration_seconds_total{cmd="set"}')! > 0);
    assert.ok(samples.get('redis_latency_percentiles_usec{cmd="set",quantile="0.99"}')! > 0);
    assert.equal(samples.get('redis_db_keys{db="db0"}'), 1);
    assert.equal(samples.get('redis_db_keys_expiring{db="db0"}'), 1);
    assert.equal(samples.get("redis_keyspace_misses_total"), 1);
    assert.equal(samples.get(`stashd_build_info{version="${VERSION}"}`), 1);
    assert.equal(samples.get("stashd_databases_ready"), 1);
    assert.ok([...samples.keys()].some((name) => name.startsWith('redis_instance_info{role="master"')));
    // Beside those of INFO's fields, each that is announced has a sample.
    const { body } = await server.call("GET", "/metrics", { token: METRICS_TOKEN });
    const ofInfo = new Set([...INFO_METRICS.values()].map(({ name }) => name));
    const others = [...body.matchAll(/^# HELP redis_(\w+) /gm)]
      .map(([, name]) => name!)
      .filter((name) => !ofInfo.has(name));
    const names = new Set([...samples.keys()].map((sample) => /^\w+/.exec(sample)![0]));
    assert.deepEqual(
      others.filter((name) => !names.has(`redis_${name}`)),
      [],
    );
    assert.ok(samples.has("nodejs_eventloop_lag_p99_seconds") && samples.has("process_resident_memory_bytes"));
  });

  test("have no sample for a field that INFO lacks, such as those of a data directory", async () => {
    const samples = await scrape(server);
    const { json } = await server.command(["INFO", "everything"]);
    const told = new Set((json as { result: string }).result.split("\r\n").map((line) => line.split(":")[0]));
    const invented = [...INFO_METRICS].filter(([field, { name }]) => samples.has(`redis_${name}`) && !told.has(field));
    assert.deepEqual(invented, []);
    assert.ok(!told.has("aof_last_write_status"));
  });

  test("count requests by route and status, and open streams", async () => {
    const before = await scrape(server);
    const grown = async (name: string): Promise<number> =>
      ((await scrape(server)).get(name) ?? 0) - (before.get(name) ?? 0);
    await server.call("GET", "/get/k");
    await server.call("POST", "/pipeline", { body: '[["GET","k"]]' });
    await server.call("GET", "/whatever-a-client-invents", { token: "wrong" });
    await server.raw("nonsense\r\n\r\n");
    assert.equal(await grown('stashd_http_requests_total{route="command",status="200"}'), 1);
    assert.equal(await grown('stashd_http_requests_total{route="pipeline",status="200"}'), 1);
    assert.equal(await grown('stashd_http_requests_total{route="command",status="401"}'), 1);
    assert.equal(await grown('stashd_http_requests_total{route="refused",status="400"}'), 1);
    assert.equal(await grown('stashd_http_request_duration_seconds_count{route="pipeline"}'), 1);
    const stream = await EventStream.open(server, "/subscribe/news");
    assert.equal(await grown("stashd_http_streams"), 1);
    stream.response.destroy();
    await until(async () => (await grown("stashd_http_streams")) === 0);
  });
});

test("without an option there are no metrics, and the answer says how to have them", async () => {
  const server = await TestServer.start();
  const { body, status } = await server.call("GET", "/metrics", { token: null });
  assert.deepEqual(
    [status, body],
    [404, '{"error":"ERR there are no metrics here; ask for them with --metrics-token or --metrics-port"}'],
  );
  await server.stop();
});

test("a port of their own serves them and the probes, and nothing else", async () => {
  const server = await TestServer.start({ metricsPort: 0 });
  const url = `http://127.0.0.1:${server.server.metricsPort}`;
  assert.equal(samplesOf(await (await fetch(`${url}/metrics`)).text()).get("redis_up"), 1);
  assert.deepEqual(await (await fetch(`${url}/readyz`)).text(), "ok\n");
  const refused = await fetch(`${url}/get/k`, { headers: { Authorization: `Bearer ${TOKEN}` } });
  assert.equal(refused.status, 404);
  assert.equal((await server.call("GET", "/metrics", { token: TOKEN })).status, 404);
  await server.stop();
});

describe("in front of a Redis", { skip: oracleSkipReason() }, () => {
  test("they tell of it, and whether it answers", async () => {
    const redis = await RedisServer.start();
    const server = await TestServer.start({ redis: `unix:${redis.path}`, metricsToken: METRICS_TOKEN });
    const samples = await scrape(server);
    assert.equal(samples.get("redis_up"), 1);
    assert.ok(samples.has("redis_slowlog_length"));
    assert.ok([...samples.keys()].some((name) => /redis_instance_info\{.*redis_version="7\.0/.test(name)));
    await redis.stop();
    await until(async () => (await scrape(server)).get("redis_up") === 0);
    assert.equal((await scrape(server)).get("stashd_databases_ready"), 0);
    await server.stop();
  });

  test("several databases are told apart by their names", async () => {
    const behind = [await RedisServer.start(), await RedisServer.start()];
    const [redis, other] = behind as [RedisServer, RedisServer];
    const databases = [
      { name: "first", token: "a", redis: `unix:${redis.path}` },
      { name: "second", token: "b", redis: `unix:${other.path}` },
    ];
    const server = await TestServer.start({ databases, metricsToken: METRICS_TOKEN });
    const samples = await scrape(server);
    assert.equal(samples.get('redis_up{database="first"}'), 1);
    assert.equal(samples.get('redis_up{database="second"}'), 1);
    await server.stop();
    for (const one of behind) await one.stop();
  });
});
