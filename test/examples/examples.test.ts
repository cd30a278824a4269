/** The programs of `examples/`, each with its real libraries against a server on a free port. */
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { TestServer, TOKEN } from "../support/server.ts";

const ROOT = join(import.meta.dirname, "../../..");
const EXAMPLES = join(ROOT, "examples");

const folders = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

function read(file: string): string {
  return readFileSync(join(EXAMPLES, file), "utf8");
}

let server: TestServer;
let env: NodeJS.ProcessEnv;
/** What still runs at the end of the tests. */
const running: ChildProcess[] = [];

before(async () => {
  server = await TestServer.start({ redisPort: 0 });
  const { redisUrl, url } = server.server;
  const ours = { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: TOKEN, REDIS_URL: redisUrl };
  env = { ...process.env, ...ours, PORT: "0", AUTH_SECRET: "a secret of the tests", UPSTASH_DISABLE_TELEMETRY: "1" };
});
after(async () => {
  for (const child of running) {
    child.kill("SIGTERM");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  await server.stop();
});

/** A program that runs until the end of the tests. */
class Running {
  private printed = "";
  private readonly child: ChildProcess;

  constructor(program: string) {
    this.child = spawn(process.execPath, [join(EXAMPLES, program)], { env, stdio: ["ignore", "pipe", "inherit"] });
    this.child.stdout!.on("data", (chunk: Buffer) => (this.printed += chunk.toString()));
    running.push(this.child);
  }

  /** Waits for a line, and answers its first group. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.printed);
      if (match !== null) return match[1] ?? "";
      if (this.child.exitCode !== null) throw new Error(`the program has ended: ${this.printed}`);
      await Promise.race([once(this.child.stdout!, "data"), once(this.child, "exit")]);
    }
  }

  url(): Promise<string> {
    return this.line(/^listening on (http:\S+)$/m);
  }
}

describe("examples", () => {
  test("each has a README of a few lines, and stands in the list", () => {
    for (const folder of folders) {
      assert.ok(read(`${folder}/README.md`).split("\n").length <= 8, folder);
      assert.ok(read("README.md").includes(`](${folder})`), folder);
    }
  });

  test("each imports what its README installs, and nothing else", () => {
    for (const folder of folders.filter((name) => name !== "python")) {
      const programs = readdirSync(join(EXAMPLES, folder)).filter((file) => file.endsWith(".js"));
      const imported = programs.flatMap((file) => [...read(`${folder}/${file}`).matchAll(/ from "([^".]+)"/g)]);
      const [, installed = ""] = /`npm install ([^`]+)`/.exec(read(`${folder}/README.md`)) ?? [];
      // The default client of resumable-stream is the package `redis`, which it loads itself.
      const needed = new Set([
        ...imported.map(([, name]) => name!),
        ...(folder === "resumable-stream" ? ["redis"] : []),
      ]);
      assert.deepEqual(new Set(installed.split(" ")), needed, folder);
    }
  });

  test("next-rate-limit: the fourth request in ten seconds is refused", async () => {
    Object.assign(process.env, env);
    const route = (await import(join(EXAMPLES, "next-rate-limit/route.js"))) as {
      POST: (request: Request) => Promise<Response>;
    };
    const headers = { "X-Forwarded-For": "192.0.2.1" };
    const statuses: number[] = [];
    // A window may end between two of them, so that one more is served.
    while (statuses.at(-1) !== 429 && statuses.length < 8) {
      const answer = await route.POST(new Request("http://localhost/api/hello", { method: "POST", headers }));
      statuses.push(answer.status);
      if (answer.status === 429) assert.match(answer.headers.get("retry-after")!, /^\d+$/);
    }
    assert.deepEqual(statuses.slice(0, 3), [200, 200, 200]);
    assert.equal(statuses.at(-1), 429);
    const other = new Request("http://localhost/api/hello", { method: "POST" });
    assert.equal((await route.POST(other)).status, 200, "another caller");
  });

  test("hono: a link redirects and counts", async () => {
    const url = await new Running("hono/server.js").url();
    const created = await fetch(`${url}/links`, {
      method: "POST",
      body: new URLSearchParams({ url: "https://a.test/" }),
    });
    assert.equal(created.status, 201);
    const link = (await created.text()).trim();
    const visit = await fetch(link, { redirect: "manual" });
    assert.deepEqual([visit.status, visit.headers.get("location")], [302, "https://a.test/"]);
    assert.deepEqual(await (await fetch(`${link}/visits`)).json(), { visits: 1 });
    assert.equal((await fetch(`${url}/nothing`, { redirect: "manual" })).status, 404);
    const refused = await fetch(`${url}/links`, { method: "POST", body: new URLSearchParams({ url: "no" }) });
    assert.equal(refused.status, 400);
  });

  test("bullmq: what the worker wrote is read over REST", async () => {
    await new Running("bullmq/worker.js").line(/waiting for orders/);
    const order = await promisify(execFile)(process.execPath, [join(EXAMPLES, "bullmq/order.js"), "coffee"], { env });
    assert.match(order.stdout, /item: 'coffee'.*state: 'packed'/);
  });

  test("auth-js: a link signs in, and the session is in the database", async () => {
    const program = new Running("auth-js/server.js");
    const url = await program.url();
    const cookies = new Map<string, string>();
    /** A browser: keeps cookies and follows nothing. */
    const visit = async (address: string, form?: Record<string, string>): Promise<Response> => {
      const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
      const post = form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) };
      const answer = await fetch(address, { redirect: "manual", headers: { cookie }, ...post });
      for (const line of answer.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
        cookies.set(name!, value!);
      }
      return answer;
    };
    const { csrfToken } = (await (await visit(`${url}/auth/csrf`)).json()) as { csrfToken: string };
    await visit(`${url}/auth/signin/link`, { csrfToken, email: "ada@a.test" });
    await visit(await program.line(/^sign in: (.+)$/m));
    const session = (await (await visit(`${url}/auth/session`)).json()) as { user: { email: string } };
    assert.equal(session.user.email, "ada@a.test");
    const key = `auth:user:session:${cookies.get("authjs.session-token")}`;
    assert.deepEqual((await server.command(["EXISTS", key])).json, { result: 1 });
    await visit(`${url}/auth/signout`, { csrfToken });
    assert.equal(await (await visit(`${url}/auth/session`)).json(), null);
    assert.deepEqual((await server.command(["EXISTS", key])).json, { result: 0 });
  });

  test("resumable-stream: a second reader has all from the first word on", async () => {
    const url = await new Running("resumable-stream/server.js").url();
    const open = async (): Promise<() => Promise<string>> => {
      const { body } = await fetch(`${url}/answers/1`);
      const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      return async () => {
        while (!text.includes("word 12\n")) text += (await reader.read()).value!;
        await reader.cancel();
        return text.slice(0, text.indexOf("word 12\n"));
      };
    };
    const [first, second] = [await open(), await open()];
    const expected = Array.from({ length: 11 }, (_, i) => `word ${i + 1}\n`).join("");
    assert.deepEqual(await Promise.all([first(), second()]), [expected, expected]);
  });

  test(
    "python: counts a visit",
    { skip: hasPythonClient() ? false : "python's upstash-redis is not installed" },
    async () => {
      const { stdout } = await promisify(execFile)("python3", [join(EXAMPLES, "python/main.py")], { env });
      assert.equal(stdout, "1 visits, the last: ['visit 1']\n");
    },
  );
});

function hasPythonClient(): boolean {
  try {
    execFileSync("python3", ["-c", "import upstash_redis"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
