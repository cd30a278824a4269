/** `register()` for Next's instrumentation: which builds have the server in them, and what it does in development. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { build } from "esbuild";
import webpack from "webpack";
import { PackedProject } from "../support/packed.ts";
import { processGroups } from "../support/process-groups.ts";
import { startUntil, endNow, freePorts } from "../support/redis.ts";

const project = new PackedProject();
after(() => project.remove());
project.write("instrumentation.mjs", 'export { register } from "stashd/next";\n');

const groups = processGroups();

interface Ended {
  readonly out: string;
  readonly err: string;
  readonly code: number | null;
}

/** Runs the instrumentation as Next does, in a folder of its own by default, then a program; waits until it ends. */
async function play(
  program: string,
  variables: Readonly<Record<string, string>> = {},
  folder = mkdtempSync(join(project.folder, "app-")),
): Promise<Ended & { readonly folder: string }> {
  const text = `
    const { register } = await import(${JSON.stringify(join(project.folder, "instrumentation.mjs"))});
    const { Redis } = await import(${JSON.stringify(join(project.folder, "node_modules/@upstash/redis/nodejs.mjs"))});
    const { UPSTASH_REDIS_REST_URL: before } = process.env;
    await register();
    const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = process.env;
    ${program}`;
  const { UPSTASH_REDIS_REST_URL: _, UPSTASH_REDIS_REST_TOKEN: __, ...rest } = process.env;
  const env = { ...rest, NODE_ENV: "development", NEXT_RUNTIME: "nodejs", ...variables };
  const child = spawn(process.execPath, ["--input-type=module", "-e", text], {
    cwd: folder,
    env,
    detached: true,
    stdio: "pipe",
  });
  groups.add(child.pid!);
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { out, err, code, folder };
}

const COUNT = 'console.log(await Redis.fromEnv().incr("visits"));';

describe("a bundle of the instrumentation", () => {
  /** The bytes of the code that esbuild makes of it for one runtime and mode. */
  async function bundled(runtime: string, mode: string): Promise<{ bytes: number; text: string }> {
    const { outputFiles } = await build({
      entryPoints: [join(project.folder, "instrumentation.mjs")],
      bundle: true,
      write: false,
      format: "esm",
      platform: runtime === "edge" ? "browser" : "node",
      define: { "process.env.NEXT_RUNTIME": `"${runtime}"`, "process.env.NODE_ENV": `"${mode}"` },
      logLevel: "silent",
    });
    const { text } = outputFiles[0]!;
    return { bytes: text.length, text };
  }

  test("esbuild: the server is in that for development under Node alone", async () => {
    for (const [runtime, mode] of [
      ["edge", "development"],
      ["edge", "production"],
      ["nodejs", "production"],
    ] as const) {
      const { bytes, text } = await bundled(runtime, mode);
      assert.ok(bytes < 4096, `${runtime} ${mode}: ${bytes} bytes`);
      assert.doesNotMatch(text, /node:/);
    }
    assert.ok((await bundled("nodejs", "development")).bytes > 100_000);
  });

  test("webpack, as Next configures it: the same", async () => {
    const bytesOf = async (runtime: string, mode: "development" | "production"): Promise<number> => {
      const path = join(project.folder, "bundles", runtime, mode);
      const define = {
        "process.env.NEXT_RUNTIME": JSON.stringify(runtime),
        "process.env.NODE_ENV": JSON.stringify(mode),
      };
      const compiler = webpack({
        mode,
        devtool: false,
        target: runtime === "edge" ? "webworker" : "node20",
        context: project.folder,
        entry: "./instrumentation.mjs",
        output: { path, filename: "instrumentation.js" },
        optimization: { minimize: false, nodeEnv: false },
        plugins: [new webpack.DefinePlugin(define)],
      });
      const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
        compiler!.run((error, done) => (error === null ? resolve(done) : reject(error)));
      });
      const { assets = [], errors } = stats!.toJson({ all: false, assets: true, errors: true });
      assert.deepEqual(errors, []);
      return assets.reduce((sum, { size }) => sum + size, 0);
    };
    assert.ok((await bytesOf("edge", "development")) < 20_000);
    assert.ok((await bytesOf("edge", "production")) < 20_000);
    assert.ok((await bytesOf("nodejs", "production")) < 20_000);
    assert.ok((await bytesOf("nodejs", "development")) > 100_000);
  });
});

describe("register()", { timeout: 120_000 }, () => {
  test("starts a server that keeps its data in the project, and does not keep the process running", async () => {
    const first = await play(`console.log(before, process.env.REDIS_URL.startsWith("redis://"));${COUNT}`);
    assert.deepEqual([first.out, first.code], ["undefined true\n1\n", 0]);
    assert.match(first.err, /^stashd: serving at http:\/\/127\.0\.0\.1:\d+, with the data in \.stashd\n$/);
    assert.deepEqual(existsSync(join(first.folder, ".stashd/stashd.lock")), false);
    assert.equal((await play(COUNT, {}, first.folder)).out, "2\n");
  });

  test("starts one, however often it is loaded and called", async () => {
    const { err, out } = await play(`
      const again = await import(${JSON.stringify(join(project.folder, "instrumentation.mjs?again"))});
      await Promise.all([register(), again.register()]);
      ${COUNT}`);
    assert.equal(out, "1\n");
    assert.equal(err.match(/serving at/g)!.length, 1);
  });

  test("is where the variables say, with their token", async () => {
    const [port] = await freePorts(1);
    const UPSTASH_REDIS_REST_URL = `http://localhost:${port}`;
    const named = { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN: "of-the-project" };
    const { err, out } = await play(`console.log(url === before, token);${COUNT}`, named);
    assert.equal(out, "true of-the-project\n1\n", err);
    const open = await play(`console.log(token !== "");${COUNT}`, { UPSTASH_REDIS_REST_URL });
    assert.equal(open.out, "true\n1\n", open.err);
  });

  test("does nothing in production, at the edge, in a build, and where the variables name another machine", async () => {
    for (const variables of [
      { NODE_ENV: "production" },
      { NEXT_RUNTIME: "edge" },
      { NODE_ENV: "production", NEXT_PHASE: "phase-production-build" },
    ]) {
      const { err, folder, out } = await play("console.log(url);", variables);
      assert.deepEqual([out, err], ["undefined\n", ""]);
      assert.ok(!existsSync(join(folder, ".stashd")));
    }
    const { err, folder, out } = await play("console.log(url);", { UPSTASH_REDIS_REST_URL: "https://x.upstash.io" });
    assert.equal(out, "https://x.upstash.io\n");
    assert.equal(err, "stashd: UPSTASH_REDIS_REST_URL names x.upstash.io, so no server is started\n");
    assert.ok(!existsSync(join(folder, ".stashd")));
  });

  test("uses the server that has the data: npx stashd, or that of another next dev", async () => {
    const folder = mkdtempSync(join(project.folder, "app-"));
    const executable = join(project.installed, "dist/package/stashd.cjs");
    const server = await startUntil(
      process.execPath,
      [executable, "--port", "0", "--redis-port", "0", "--data", join(folder, ".stashd")],
      /\ncurl /,
    );
    try {
      const { url } = JSON.parse(readFileSync(join(folder, ".stashd/stashd.json"), "utf8")) as { url: string };
      const shared = await play(COUNT, {}, folder);
      assert.deepEqual(
        [shared.out, shared.err],
        ["1\n", `stashd: using the server at ${url}, which has the data in .stashd\n`],
      );
      const named = await play(COUNT, shellOf(folder), folder);
      assert.deepEqual([named.out, named.err], ["2\n", `stashd: using the server at ${url}\n`]);
      const wrong = await play("", { ...shellOf(folder), UPSTASH_REDIS_REST_TOKEN: "wrong" }, folder);
      assert.match(
        wrong.err,
        /^stashd: the server at \S+ has another token; correct the one beside UPSTASH_REDIS_REST_URL\n$/,
      );
    } finally {
      await endNow(server);
    }
  });

  test("two at the same time share one server", async () => {
    const folder = mkdtempSync(join(project.folder, "app-"));
    // Each ends when both have counted.
    const counting = `await Redis.fromEnv().incr("visits");
      while ((await Redis.fromEnv().get("visits")) < 2) await new Promise((resolve) => setImmediate(resolve));
      console.log("both");`;
    const both = await Promise.all([play(counting, {}, folder), play(counting, {}, folder)]);
    const lines = both.map(({ err }) => err).sort();
    assert.match(lines[0]!, /^stashd: serving at/);
    assert.match(lines[1]!, /^stashd: using the server at/);
  });

  test("never keeps the app from starting: it says in one line what to do", async () => {
    const other = createServer((_, response) => response.end("an app"));
    await new Promise<void>((resolve) => {
      other.listen(0, "127.0.0.1", resolve);
    });
    const taken = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const file = mkdtempSync(join(project.folder, "app-"));
    writeFileSync(join(file, ".stashd"), "");
    const broken = mkdtempSync(join(project.folder, "app-"));
    mkdirSync(join(broken, ".stashd"));
    writeFileSync(join(broken, ".stashd/stashd.json"), "no JSON");
    const cases = [
      [
        { UPSTASH_REDIS_REST_URL: taken },
        undefined,
        /what answers at \S+ is no such server; choose another port for UPSTASH/,
      ],
      [{ UPSTASH_REDIS_REST_URL: "localhost" }, undefined, /^stashd: UPSTASH_REDIS_REST_URL is no URL, so no server/],
      [{ KV_REST_API_URL: "http://localhost:1/x" }, undefined, /KV_REST_API_URL is not as http:\/\/localhost:8079, so/],
      [{}, file, /no server was started: \S+\.stashd is a file and no directory/],
      [{}, broken, /no server was started: \S+stashd\.json cannot be read/],
    ] as const;
    for (const [variables, folder, line] of cases) {
      const { code, err, out } = await play('console.log("the app starts");', variables, folder);
      assert.deepEqual([out, code], ["the app starts\n", 0]);
      assert.match(err, line);
      assert.match(err, /^stashd: [^\n]*\n$/);
    }
    other.close();
  });

  test("writes what is not on the disk when the process is ended by a signal", async () => {
    const ended = await play(`${COUNT}process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1e6);`);
    assert.equal(ended.out, "1\n");
    assert.ok(!existsSync(join(ended.folder, ".stashd/stashd.lock")));
    assert.equal((await play(COUNT, {}, ended.folder)).out, "2\n");
  });
});

/** The variables of the server that has the data of a folder. */
function shellOf(folder: string): Record<string, string> {
  const state = JSON.parse(readFileSync(join(folder, ".stashd/stashd.json"), "utf8")) as { url: string; token: string };
  return { UPSTASH_REDIS_REST_URL: state.url, UPSTASH_REDIS_REST_TOKEN: state.token };
}
