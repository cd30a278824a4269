/** Playwright's own runner with a browser, a web app and the packed package: databases by env and by a header. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { blocksOf } from "../support/documents.ts";
import { PackedProject } from "../support/packed.ts";
import { processGroups } from "../support/process-groups.ts";
import { until } from "../support/until.ts";

const CHROMIUM = "/usr/bin/chromium";
const skip = existsSync(CHROMIUM) ? false : `there is no ${CHROMIUM}; apt-get install chromium`;

const groups = processGroups();

/** A list in Redis: a page that shows it and adds to it. */
const APP = `
import { createServer } from "node:http";
import { appendFileSync } from "node:fs";
import { Redis } from "@upstash/redis";
const redis = Redis.fromEnv();
appendFileSync("apps", process.pid + "\\n");
const server = createServer(async (request, response) => {
  try {
    if (request.method === "POST") {
      let item = "";
      for await (const chunk of request) item += chunk;
      await redis.rpush("items", item);
      return response.end(JSON.stringify(await redis.lrange("items", 0, -1)));
    }
    if (request.url === "/ready") return response.end("ready");
    const items = await redis.lrange("items", 0, -1);
    response.setHeader("content-type", "text/html");
    response.end(\`<ul>\${items.map((item) => \`<li>\${item}</li>\`).join("")}</ul><input><button>Add</button><script>
      document.querySelector("button").onclick = async () => {
        const body = document.querySelector("input").value;
        const items = await (await fetch("/items", { method: "POST", body })).json();
        document.querySelector("ul").innerHTML = items.map((item) => "<li>" + item + "</li>").join("");
      };</script>\`);
  } catch (error) {
    response.statusCode = 500;
    response.end(error.message);
  }
});
server.listen(process.env.PORT ?? 0, "127.0.0.1", () => console.log("the app listens on " + server.address().port));
`;

/** Without limits on time: the machine of the tests may be busy. */
const PATIENT = "timeout: 0, expect: { timeout: 60_000 },";

const BROWSER = `launchOptions: { executablePath: "${CHROMIUM}", args: ["--no-sandbox"] }`;

/** The files of the page about it, the first that has the words. */
function documented(words: string): string {
  return blocksOf("docs/testing.md").find(({ code }) => code.includes(words))!.code;
}

const BY_HEADER = documented("await startTestRun()")
  .replace("npm start", "node app.mjs")
  .replace('url: "http://localhost:3000/health"', "wait: { stdout: /the app listens on (?<app_port>\\d+)/ }")
  .replace('"http://localhost:3000"', '"http://127.0.0.1:" + process.env.APP_PORT')
  .replace("use: {", `${PATIENT} workers: 2, use: { ${BROWSER},`);

const BY_ENV = documented("DatabaseWorkerOptions>(")
  .replace("npm start -- --port {port}", "node app.mjs")
  .replace("webApp: {", 'webApp: { url: "http://127.0.0.1:{port}/",')
  .replace("use: {", `${PATIENT} fullyParallel: true, workers: 2, use: { ${BROWSER},`);

const HEAD = `
import { expect, test } from "./fixtures";
import { Redis } from "@upstash/redis";
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
`;

/** Tests that see nothing of each other, each of which sets data, looks at it in the browser and adds to it there. */
const ISOLATED = `${HEAD}
for (let i = 0; i < 6; i++) {
  test("list " + i, async ({ browser, db, page, request }) => {
    const redis = new Redis(db.requester);
    await redis.rpush("items", "set by " + i);
    await page.goto("/");
    await expect(page.locator("li")).toHaveText(["set by " + i]);
    await page.locator("input").fill("added by " + i);
    await page.getByRole("button").click();
    await expect(page.locator("li")).toHaveText(["set by " + i, "added by " + i]);
    const other = await (await browser.newContext()).newPage();
    await other.goto("/");
    await expect(other.locator("li")).toHaveCount(2);
    expect(await (await request.post("/items", { data: "posted" })).json()).toHaveLength(3);
    expect(await redis.lrange("items", 0, -1)).toEqual(["set by " + i, "added by " + i, "posted"]);
    expect(db.requests().filter(({ command: [name] }) => name.toUpperCase() === "RPUSH")).toHaveLength(3);
  });
}
`;

interface Result {
  readonly title: string;
  readonly status: string;
  readonly errors: string;
  readonly attachments: readonly { name: string; body?: string }[];
}

interface Suite {
  readonly suites?: readonly Suite[];
  readonly specs?: readonly {
    readonly title: string;
    readonly tests: readonly {
      readonly results: readonly {
        readonly status: string;
        readonly errors: readonly { message: string }[];
        readonly attachments: readonly { name: string; body?: string }[];
      }[];
    }[];
  }[];
}

/** Everything that the runner says about its tests. */
function resultsOf({ specs = [], suites = [] }: Suite): Result[] {
  return [
    ...specs.flatMap(({ tests, title }) =>
      tests.flatMap(({ results }) =>
        results.map(({ attachments, errors, status }) => {
          return { title, status, attachments, errors: errors.map(({ message }) => message).join("\n") };
        }),
      ),
    ),
    ...suites.flatMap(resultsOf),
  ];
}

describe("stashd/playwright", { skip, timeout: 400_000 }, () => {
  const project = new PackedProject();
  for (const name of ["@playwright/test", "playwright", "playwright-core"]) project.link(name);
  project.write("app.mjs", APP);
  after(() => project.remove());

  /** Runs tests, files by name, and answers their results by title. */
  async function play(config: string, files: Readonly<Record<string, string>>): Promise<Map<string, Result>> {
    const tests = join(project.folder, "tests");
    for (const left of [tests, join(project.folder, "apps"), join(project.folder, "notes")]) {
      rmSync(left, { recursive: true, force: true });
    }
    mkdirSync(tests);
    project.write("playwright.config.mts", config);
    project.write("tests/fixtures.ts", documented("base.extend(fixtures)"));
    for (const [name, text] of Object.entries(files)) project.write(join("tests", name), text);
    const cli = join(project.folder, "node_modules/@playwright/test/cli.js");
    const { FORCE_COLOR: _, NODE_OPTIONS: __, ...env } = process.env;
    const child = spawn(process.execPath, [cli, "test", "--reporter=json"], {
      cwd: project.folder,
      env,
      detached: true,
      stdio: "pipe",
    });
    groups.add(child.pid!);
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    await new Promise((resolve) => child.once("close", resolve));
    assert.ok(out.includes('"suites"'), `${out}${err}`);
    const { errors, ...suite } = JSON.parse(out.slice(out.indexOf("{\n"))) as Suite & { errors: readonly object[] };
    assert.deepEqual(errors, []);
    return new Map(resultsOf(suite).map((result) => [result.title, result]));
  }

  const statuses = (results: Map<string, Result>): Record<string, string> =>
    Object.fromEntries([...results].map(([title, { errors, status }]) => [title, `${status} ${errors}`.trim()]));

  /** The processes of the app that were started. */
  const apps = (): number[] => {
    const path = join(project.folder, "apps");
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").map(Number) : [];
  };

  const isRunning = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  const sixPassed = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`list ${i}`, "passed"]));

  test("one app for the run: a header gives each test a database of its own", async () => {
    const results = await play(BY_HEADER, { "isolated.spec.ts": ISOLATED });
    assert.deepEqual(statuses(results), sixPassed);
    assert.equal(apps().length, 1);
    await until(() => !apps().some(isRunning));
  });

  test("an app for each worker: its database is empty again before each test", async () => {
    const results = await play(BY_ENV, { "isolated.spec.ts": ISOLATED });
    assert.deepEqual(statuses(results), sixPassed);
    assert.ok(apps().length >= 1 && apps().length <= 2, `${apps().length} apps`);
    await until(() => !apps().some(isRunning));
  });

  for (const [way, config] of [
    ["header", BY_HEADER],
    ["env", BY_ENV],
  ] as const) {
    test(`by ${way}: a failed test shows its commands, and a killed worker leaves nothing`, async () => {
      const results = await play(config, {
        "failing.spec.ts": `${HEAD}
test.describe.configure({ mode: "serial" });
test("fails", async ({ page }) => {
  await page.goto("/");
  await expect(page.locator("ul")).toHaveText("something", { timeout: 1 });
});`,
        "faults.spec.ts": `${HEAD}
test("has a fault that meets nothing", async ({ db, page }) => {
  db.faults.add({ match: { command: "ZADD" }, action: { status: 500 } });
  await page.goto("/");
});
test("asks another origin, which knows nothing of the header", async ({ page }) => {
  const other = createServer((request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.end(JSON.stringify([request.method, request.headers["x-stashd-database"] ?? "none"]));
  });
  await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
  const url = "http://127.0.0.1:" + other.address().port;
  await page.goto("/");
  const seen = await page.evaluate((url) => fetch(url).then((answer) => answer.json(), (error) => error.message), url);
  expect(seen).toEqual(["GET", "none"]);
  other.close();
});
test("sees a used-up quota, and time that passes", async ({ db, page }) => {
  const fault = db.faults.add({ match: { command: "LRANGE" }, action: { status: 429 } });
  await page.goto("/");
  await expect(page.locator("body")).toContainText("max daily request limit exceeded");
  fault.remove();
  await new Redis(db.requester).set("key", "value", { ex: 3600 });
  await db.clock.advance("1h");
  expect(await new Redis(db.requester).get("key")).toBe(null);
});`,
        "killed.spec.ts": `${HEAD}
test("is killed", async ({ databaseHeaders, baseURL, page }) => {
  await page.goto("/");
  appendFileSync("notes", JSON.stringify({ baseURL, databaseHeaders }));
  process.kill(process.pid, "SIGKILL");
});`,
        "z-last.spec.ts": `${HEAD}
test("comes to nothing where the killed test was", async ({ request }) => {
  const read = () => { try { return JSON.parse(readFileSync("notes", "utf8")); } catch { return undefined; } };
  await expect.poll(read, { timeout: 0 }).toBeTruthy();
  const { baseURL, databaseHeaders } = read();
  const answer = () =>
    fetch(baseURL, { headers: databaseHeaders }).then((response) => response.text(), () => "no app");
  await expect.poll(answer, { timeout: 0 }).toMatch(/no app|names is not open/);
});`,
      });
      const found = statuses(results);
      assert.match(found["fails"]!, /^failed .*toHaveText/s);
      const commands = results.get("fails")!.attachments.find(({ name }) => name === "commands");
      assert.match(Buffer.from(commands!.body!, "base64").toString(), /^200 \["lrange","items","0","-1"\]$/m);
      assert.match(found["has a fault that meets nothing"]!, /^failed .*1 fault met no request/s);
      assert.equal(found["asks another origin, which knows nothing of the header"], "passed");
      assert.equal(found["sees a used-up quota, and time that passes"], "passed");
      assert.match(found["is killed"]!, /worker process exited unexpectedly|signal=SIGKILL/);
      assert.equal(found["comes to nothing where the killed test was"], "passed");
      await until(() => !apps().some(isRunning));
      const left = readdirSync(project.folder).filter((name) => /\.aof|\.rdb|stashd\.json/.test(name));
      assert.deepEqual(left, []);
    });
  }

  test("an app that does not start is shown with what it has printed", async () => {
    const config = BY_ENV.replace("node app.mjs", "echo no config for {port} && exit 3");
    const [result] = [...(await play(config, { "isolated.spec.ts": ISOLATED })).values()];
    assert.match(result!.errors, /ended with exit status 3 before it answered at http:\/\/127\.0\.0\.1:\d+\/; it has/);
    assert.match(result!.errors, /no config for \d+/);
  });
});
