/**
 * `npm run release:check -- [--runtimes node@20,bun,…]`: packs what is built, says what would be published, checks it,
 * installs it into an empty folder and uses it there by each runtime. Without the option that is the Node that runs this.
 * Ends with 1 when something does not hold. A runtime that npm cannot install is named, and is no failure.
 */
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { Redis } from "@upstash/redis";
import { blocksOf } from "../support/documents.ts";
import { PackedProject, ROOT } from "../support/packed.ts";
import { RawConnection } from "../support/resp-client.ts";
import { PACKAGE_CHECKS } from "./checks.ts";
import { PRINTED, PROGRAMS } from "./programs.ts";
import { installRuntime, npxOf, runningNode } from "./runtimes.ts";
import type { Runtime } from "./runtimes.ts";

const run = promisify(execFile);

/** Time that one step of a runtime may take, in milliseconds. */
const STEP_MS_MAX = 120_000;

const counts = { held: 0, failed: 0 };
const warnings: string[] = [];

/** Runs a step and says how it ended. */
async function step(name: string, act: () => unknown): Promise<void> {
  try {
    await act();
    counts.held++;
    console.log(`  ✔ ${name}`);
  } catch (error) {
    counts.failed++;
    console.log(`  ✖ ${name}\n${String(error).replaceAll(/^/gm, "      ")}`);
  }
}

/** Says what would be published. */
function describePackage({ packed, manifest }: PackedProject): void {
  const kinds: Readonly<Record<string, RegExp>> = {
    code: /\.cjs$/,
    declarations: /\.d\.cts$/,
    documents: /\.md$|^LICENSE$/,
    "JSON files": /\.json$/,
  };
  const kB = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
  console.log(`${packed.filename}: ${kB(packed.size)}, unpacked ${kB(packed.unpackedSize)}`);
  for (const [kind, pattern] of Object.entries(kinds)) {
    const files = packed.files.filter(({ path }) => pattern.test(path));
    console.log(`  ${files.length} ${kind}, ${kB(files.reduce((sum, { size }) => sum + size, 0))}`);
  }
  const licences = packed.files.filter(({ path }) => /^(?:LICENSE|THIRD-PARTY)/.test(path)).map(({ path }) => path);
  const list = (of: object): string =>
    Object.entries(of)
      .map(([name, range]) => `${name} ${range}`)
      .join(", ");
  console.log(`  dependencies: ${list(manifest.dependencies)}`);
  console.log(
    `  exports: ${Object.keys(manifest.exports).join(", ")}; executables: ${Object.keys(manifest.bin).join(", ")}`,
  );
  console.log(`  licences: ${licences.join(", ")}; engines: ${list(manifest.engines)}`);
}

/** What does not keep the package from working, and is to be seen before it is published. */
function warn({ manifest }: PackedProject): void {
  if (manifest.repository === undefined) {
    warnings.push("package.json names no repository: README's links end at npm's page, and there is no provenance");
  }
  try {
    const changed = execFileSync("git", ["status", "--porcelain"], { cwd: ROOT, stdio: "pipe" }).toString().trim();
    if (changed !== "") warnings.push(`the git tree is not clean:\n${changed}`);
  } catch {
    warnings.push("this is no git checkout, so it may hold changes");
  }
}

/** A started executable, and what it printed to connect with. */
interface Started {
  readonly child: ChildProcess;
  readonly setting: (name: string) => string;
}

/** Starts the executable as `npx stashd` does. */
async function startExecutable(runtime: Runtime, folder: string, data: string): Promise<Started> {
  const [command, ...words] = npxOf(runtime, "stashd");
  const flags = ["--port", "0", "--redis-port", "0", "--data", data];
  const child = spawn(command!, [...words, ...flags], {
    cwd: folder,
    env: runtime.env,
    // A process group of its own, which {@link end} ends.
    detached: true,
    signal: AbortSignal.timeout(STEP_MS_MAX),
  });
  let [out, err] = ["", ""];
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ready = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`it ended with ${code}: ${out}${err}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (/\ncurl .*\n/.test(out)) resolve();
    });
  });
  await ready;
  return { child, setting: (name) => new RegExp(`^${name}="(.*)"$`, "m").exec(out)![1]! };
}

/** Sends SIGTERM to what was started, and waits until the server below it has closed its ports and pipes. */
async function end({ child, setting }: Started): Promise<void> {
  const closed = once(child, "close");
  child.kill("SIGTERM");
  try {
    await closed;
    const socket = connect(Number(new URL(setting("UPSTASH_REDIS_REST_URL")).port), "127.0.0.1");
    // A refused connection is an error, by which `once` rejects.
    const listens = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    assert.ok(!listens, "the server listens after its parent has ended");
  } finally {
    killGroup(child.pid!);
  }
}

function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

/** Writes over REST and reads over the Redis protocol; after a restart reads over REST. */
async function roundTrip(runtime: Runtime, folder: string, data: string): Promise<void> {
  const first = await startExecutable(runtime, folder, data);
  try {
    const redis = sdkOf(first);
    assert.equal(await redis.set("key", { text: "über" }), "OK");
    assert.deepEqual(await redis.pipeline().incr("n").get("key").exec(), [1, { text: "über" }]);
    const { port, password } = new URL(first.setting("REDIS_URL"));
    const connection = await RawConnection.open({ port: Number(port), host: "127.0.0.1" });
    assert.equal(await connection.send("AUTH", password), "+OK\r\n");
    assert.equal(await connection.send("GET", "n"), "$1\r\n1\r\n");
    connection.close();
  } finally {
    await end(first);
  }
  const second = await startExecutable(runtime, folder, data);
  try {
    assert.deepEqual(await sdkOf(second).get("key"), { text: "über" });
    // Leaves an empty file of commands.
    await sdkOf(second).exec(["BGREWRITEAOF"]);
  } finally {
    await end(second);
  }
}

function sdkOf({ setting }: Started): Redis {
  const [url, token] = [setting("UPSTASH_REDIS_REST_URL"), setting("UPSTASH_REDIS_REST_TOKEN")];
  return new Redis({ url, token, enableTelemetry: false });
}

/** Uses the installed package by a runtime. */
async function tryRuntime(runtime: Runtime, project: PackedProject): Promise<void> {
  const { folder } = project;
  const [command, ...words] = runtime.program;
  const options = { cwd: folder, env: runtime.env, timeout: STEP_MS_MAX };
  const output = async (...args: string[]): Promise<string> =>
    (await run(command!, [...words, ...args], options)).stdout;
  console.log(`\n${runtime.name} (${runtime.version})`);
  for (const file of Object.keys(PROGRAMS)) {
    const how = file.endsWith(".mjs") ? "import" : "require";
    await step(`startServer by ${how}, with REST, the SDK, RESP and a script`, async () =>
      assert.equal(await output(file), PRINTED),
    );
  }
  if (runtime.name.startsWith("bun"))
    await step("bun test: the file of docs/testing.md", () => bunTest(runtime, folder));
  const data = mkdtempSync(join(folder, "data-"));
  await step("npx stashd: keeps data over a restart, and ends with npx", () => roundTrip(runtime, folder, data));
  await step("stashd check reads its files", () =>
    output(join(project.installed, project.manifest.bin["stashd"]!), "check", data),
  );
}

/** Runs the documented test file, and one that fails, by the runner of Bun. */
async function bunTest({ env, program }: Runtime, folder: string): Promise<void> {
  const { code } = blocksOf("docs/testing.md").find((block) => block.code.includes('from "bun:test"'))!;
  const tests = mkdtempSync(join(folder, "bun-"));
  const failing = code.replace("toBe(1)", "toBe(2)").replace('toHaveCommand("INCR"', 'toHaveCommand("DECR"');
  writeFileSync(join(tests, "visits.test.js"), code);
  writeFileSync(join(tests, "wrong.test.js"), failing);
  const [bun] = program as [string];
  const options = { cwd: tests, env, timeout: STEP_MS_MAX };
  // Bun tells how tests went on stderr.
  assert.match((await run(bun, ["test", "visits"], options)).stderr, / 2 pass\n 0 fail/);
  const failed = await run(bun, ["test", "wrong"], options).then(
    () => "",
    ({ code: status, stderr }: { code: number; stderr: string }) => `${status} ${stderr}`,
  );
  assert.match(failed, /^1 [^]* 1 pass\n 1 fail/);
}

const { values } = parseArgs({ options: { runtimes: { type: "string" } } });
const names = values.runtimes?.split(",");
const runtimesFolder = mkdtempSync(join(tmpdir(), "stashd-runtimes-"));
const project = new PackedProject("npm");
try {
  for (const [file, text] of Object.entries(PROGRAMS)) project.write(file, text);
  describePackage(project);
  console.log("\nthe package");
  for (const { name, faults } of PACKAGE_CHECKS) {
    await step(name, async () => assert.deepEqual(await faults(project), []));
  }
  if (names === undefined) await tryRuntime(runningNode(), project);
  for (const name of names ?? []) {
    try {
      await tryRuntime(await installRuntime(name, runtimesFolder), project);
    } catch (error) {
      warnings.push(`${name} was not tried, it could not be installed: ${String(error).trim()}`);
    }
  }
  warn(project);
} finally {
  project.remove();
  rmSync(runtimesFolder, { recursive: true });
}

for (const warning of warnings) console.log(`\nwarning: ${warning}`);
console.log(`\n${counts.held} hold, ${counts.failed} do not; ${warnings.length} warnings`);
process.exitCode = counts.failed > 0 ? 1 : 0;
