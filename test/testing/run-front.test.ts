/** The front of a run: which database answers a request, and what becomes of it with the process of its test. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Redis } from "@upstash/redis";
import { startTestRun } from "../../src/testing/start-run.ts";
import { TestWorker } from "../../src/testing/test-worker.ts";
import { currentRun } from "../../src/testing/test-run.ts";
import type { TestRun } from "../../src/testing/public-run.ts";
import { processGroups } from "../support/process-groups.ts";
import { until } from "../support/until.ts";

const groups = processGroups();
const source = (file: string): string => fileURLToPath(new URL(`../../src/${file}`, import.meta.url));

let run: TestRun;
let worker: TestWorker;
before(async () => {
  run = await startTestRun();
  worker = await TestWorker.start({}, undefined);
});
after(async () => {
  await worker.close();
  await run.close();
  assert.equal(currentRun(), undefined);
});

type Headers = Readonly<Record<string, string>>;

/** The status and the JSON of a GET. */
async function ask(path: string, headers: Headers, token = run.token): Promise<[status: number, answer: unknown]> {
  const answer = await fetch(run.url + path, { headers: { authorization: `Bearer ${token}`, ...headers } });
  return [answer.status, await answer.json()];
}

/** Runs a test with a database of the run. */
async function withTest(act: (test: Awaited<ReturnType<TestWorker["begin"]>>) => Promise<void>): Promise<void> {
  const begun = await worker.begin("test");
  try {
    await act(begun);
  } finally {
    await worker.end(begun, "test");
  }
}

describe("a run's front", { timeout: 120_000 }, () => {
  test("a header chooses the database, and the run's token the rights", async () => {
    await withTest(async (first) => {
      await withTest(async (second) => {
        assert.deepEqual(await ask("/set/key/first", first.headers), [200, { result: "OK" }]);
        assert.deepEqual(await ask("/get/key", first.headers, run.readOnlyToken), [200, { result: "first" }]);
        assert.deepEqual(await ask("/get/key", second.headers), [200, { result: null }]);
        const [status, refused] = await ask("/set/key/x", first.headers, run.readOnlyToken);
        assert.equal(status, 400);
        assert.match((refused as { error: string }).error, /^NOPERM/);
        assert.deepEqual(
          first.db.requests().map(({ command: [name] }) => name),
          ["set", "get", "set"],
        );
        // A token of a database opens nothing here, nor does that of the run there.
        assert.equal((await ask("/get/key", first.headers, first.db.token))[0], 401);
        assert.equal(
          (await fetch(`${first.db.url}/ping`, { headers: { authorization: `Bearer ${run.token}` } })).status,
          401,
        );
      });
    });
  });

  test("what names no database, or a closed one, is refused with what to do", async () => {
    let headers: Headers = {};
    await withTest(async (only) => void ({ headers } = only));
    const texts = [headers, { "x-stashd-database": "stashd-no" }, {}].map((one) => ask("/get/key", one));
    const [closed, unknown, missing] = await Promise.all(texts);
    const error =
      "ERR the test database that x-stashd-database names is not open: its test has ended, or the process of its test has";
    assert.deepEqual(closed, [400, { error }]);
    assert.deepEqual(unknown, closed);
    assert.match(JSON.stringify(missing), /^\[400,.*names no test database; pass on the header x-stashd-database/);
  });

  test("large bodies, event streams and faults pass through", async () => {
    await withTest(async ({ db, headers }) => {
      const authorization = { authorization: `Bearer ${run.token}`, ...headers };
      const value = "x".repeat(3_000_000);
      const body = JSON.stringify(["SET", "large", value]);
      assert.deepEqual(await (await fetch(run.url, { method: "POST", body, headers: authorization })).json(), {
        result: "OK",
      });
      assert.deepEqual(await ask("/get/large", headers), [200, { result: value }]);

      const { body: stream } = await fetch(`${run.url}/subscribe/news`, { headers: authorization });
      const reader = stream!.pipeThrough(new TextDecoderStream()).getReader();
      let seen = (await reader.read()).value!;
      assert.match(seen, /^data: subscribe,news,1/);
      await ask("/publish/news/hello", headers);
      while (!seen.includes("message,news,hello")) seen += (await reader.read()).value!;
      await reader.cancel();
      const subscribers = async (): Promise<string> => JSON.stringify(await ask("/pubsub/numsub/news", headers));
      await until(async () => (await subscribers()) === '[200,{"result":["news",0]}]');

      db.faults.add({ match: { command: "GET" }, action: { disconnect: true, times: 1 } });
      db.faults.add({ match: { command: "MGET" }, action: { truncate: true, times: 1 } });
      await assert.rejects(ask("/get/large", headers), /fetch failed/);
      await assert.rejects(ask("/mget/large", headers), /terminated/);
      assert.equal((await ask("/get/large", headers))[0], 200);
    });
  });

  test("databases go with the process that made them", async () => {
    const program = `
      const { TestWorker } = await import(${JSON.stringify(source("testing/test-worker.js"))});
      const worker = await TestWorker.start({}, undefined);
      const { headers } = await worker.begin("test");
      console.log(JSON.stringify(headers));
      setInterval(() => {}, 1e6);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], { detached: true, stdio: "pipe" });
    groups.add(child.pid!);
    const [printed] = (await once(child.stdout, "data")) as [Buffer];
    const headers = JSON.parse(printed.toString()) as Headers;
    assert.deepEqual(await ask("/set/key/value", headers), [200, { result: "OK" }]);
    child.kill("SIGKILL");
    // What it was just answering breaks off.
    await until(() =>
      ask("/get/key", headers).then(
        ([status]) => status === 400,
        () => false,
      ),
    );
  });

  test("neither a run nor a worker keeps a process running", async () => {
    const program = `
      const { startTestRun } = await import(${JSON.stringify(source("testing/start-run.js"))});
      const { TestWorker } = await import(${JSON.stringify(source("testing/test-worker.js"))});
      const { token, url } = await startTestRun({ shared: true });
      const worker = await TestWorker.start({}, undefined);
      await worker.begin("test");
      // The database of requests that name none.
      const answer = await fetch(url + "/echo/shared", { headers: { authorization: "Bearer " + token } });
      console.log((await answer.json()).result);`;
    const { _STASHD_TEST_RUN: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], { env });
    assert.equal(stdout, "shared\n");
  });

  test("tests of a worker may share its database", async () => {
    const other = await TestWorker.start({}, undefined);
    const first = await other.begin("worker");
    assert.deepEqual(await ask("/set/key/value", first.headers), [200, { result: "OK" }]);
    await other.end(first, "worker");
    const second = await other.begin("worker");
    assert.deepEqual(await ask("/get/key", second.headers), [200, { result: "value" }]);
    await other.end(second, "worker");
    await other.close();
    assert.equal((await ask("/get/key", second.headers))[0], 400);
  });

  test("only the run's own processes register databases", async () => {
    const outgoing = request(run.url, {
      headers: { connection: "upgrade", upgrade: "stashd-databases", authorization: `Bearer ${run.token}` },
    });
    outgoing.on("error", () => {}).end();
    const [answer] = (await once(outgoing, "response")) as [{ statusCode: number }];
    assert.equal(answer.statusCode, 401);
  });
});

describe("a program under test", { timeout: 120_000 }, () => {
  test("passes the header on by itself, for requests that it answers at the same time", async () => {
    const program = `
      const { createServer } = await import("node:http");
      const { Redis } = await import("@upstash/redis");
      const redis = Redis.fromEnv();
      const other = createServer((request, response) => response.end(String(request.headers["x-stashd-database"])));
      await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
      const server = createServer(async (request, response) => {
        await new Promise((resolve) => setImmediate(resolve));
        const elsewhere = await (await fetch("http://127.0.0.1:" + other.address().port)).text();
        response.end(JSON.stringify([await redis.get("key").catch((error) => error.message), elsewhere]));
      });
      server.listen(0, "127.0.0.1", () => console.log(server.address().port));`;
    const env = { ...process.env, ...run.env };
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      cwd: fileURLToPath(new URL("../../..", import.meta.url)),
      env,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    groups.add(child.pid!);
    const [printed] = (await once(child.stdout!, "data")) as [Buffer];
    const url = `http://127.0.0.1:${printed.toString().trim()}`;
    const visit = async (headers: Headers): Promise<unknown> => (await fetch(url, { headers })).json();
    await withTest(async (first) => {
      await withTest(async (second) => {
        await new Redis(first.db.requester).set("key", "first");
        await new Redis(second.db.requester).set("key", "second");
        const [one, two] = [first.headers["x-stashd-database"]!, second.headers["x-stashd-database"]!];
        const visits = Array.from({ length: 20 }, (_, i) => visit({ "content-language": i % 2 === 0 ? one : two }));
        assert.deepEqual(
          await Promise.all(visits),
          visits.map((_, i) => [i % 2 === 0 ? "first" : "second", "undefined"]),
        );
        assert.deepEqual(await visit(first.headers), ["first", "undefined"]);
        const [refusal] = (await visit({ "content-language": "en" })) as [string];
        assert.match(refusal, /names no test database/);
      });
    });
  });

  test("keeps the NODE_OPTIONS that there are", async () => {
    const before = process.env["NODE_OPTIONS"];
    process.env["NODE_OPTIONS"] = "--stack-trace-limit=3";
    try {
      const { NODE_OPTIONS } = (await startTestRun()).env;
      const script = "console.log(Error.stackTraceLimit)";
      const env = { ...process.env, NODE_OPTIONS };
      const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { env });
      assert.equal(stdout, "3\n");
    } finally {
      if (before === undefined) delete process.env["NODE_OPTIONS"];
      else process.env["NODE_OPTIONS"] = before;
    }
  });
});
