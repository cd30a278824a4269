/**
 * `npm run compatibility -- --suites DIR [--only NAME,…]`: runs other projects' suites, whose checkouts are folders of DIR,
 * against servers that it starts, and writes the figures into `docs/compatibility.md`. The reasons there for what fails
 * are written by hand: it prints where each suite's output is. A suite that prints no figures leaves its row as it is.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { startServer } from "../../src/index.ts";
import { installRuntime } from "../package/runtimes.ts";
import { ROOT } from "../support/packed.ts";
import { withFigures } from "./page.ts";
import { SUITES } from "./suites.ts";
import type { Suite } from "./suites.ts";

const PAGE = join(ROOT, "docs/compatibility.md");

/** Time that a suite may run, in milliseconds. */
const SUITE_MS_MAX = 40 * 60_000;

/** Runs a shell command; answers what it printed, which is also written to a file. */
async function shell(command: string, cwd: string, env: NodeJS.ProcessEnv, file: string): Promise<string> {
  const child = spawn(command, { cwd, env, shell: true, timeout: SUITE_MS_MAX, stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(file, { flags: "a" });
  let out = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      log.write(chunk);
    });
  }
  await once(child, "close");
  log.end();
  return stripVTControlCharacters(out);
}

/** Runs a suite against new servers; answers how many of its tests passed and failed. */
async function runSuite(
  suite: Suite,
  below: string,
  env: NodeJS.ProcessEnv,
): Promise<{ passed: number; failed: number }> {
  const folder = join(below, suite.folder);
  const output = join(below, `${suite.name}.log`);
  rmSync(output, { force: true });
  const data = mkdtempSync(join(tmpdir(), "stashd-compatibility-"));
  const shared = { port: 0, token: "test", enableDebug: true } as const;
  const redis = suite.needsRedisPort ? ({ redisPort: 6379, redisAuth: false } as const) : {};
  const main = await startServer({ ...shared, ...redis, data });
  const regions = await Promise.all([1, 2, 3].map(() => startServer(shared)));
  try {
    await shell(suite.install, folder, env, output);
    const variables = suite.variables?.({ url: main.url, token: main.token, regions });
    const printed = await shell(suite.run, folder, { ...env, ...variables }, output);
    const passed = suite.passed.exec(printed)?.[1];
    if (passed === undefined) throw new Error(`it told no figures; its output is in ${output}`);
    return { passed: Number(passed), failed: Number(suite.failed.exec(printed)?.[1] ?? 0) };
  } finally {
    await Promise.all([main, ...regions].map((server) => server.close()));
    rmSync(data, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { suites: { type: "string" }, only: { type: "string" } } });
const names = values.only?.split(",") ?? SUITES.map(({ name }) => name);
const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
if (values.suites === undefined || unknown.length > 0) {
  console.error(`--suites DIR is needed; --only may name ${SUITES.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}
const below = values.suites;
const tools = mkdtempSync(join(tmpdir(), "stashd-tools-"));
try {
  const { env } = await installRuntime("bun", tools);
  // What npm tells a script about itself would reach the suites.
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_|^STASHD_/.test(name)));
  for (const suite of SUITES.filter(({ name }) => names.includes(name))) {
    if (!existsSync(join(below, suite.folder))) {
      console.log(`${suite.name}: there is no ${suite.folder} in ${below}`);
      continue;
    }
    try {
      const { passed, failed } = await runSuite(suite, below, clean);
      const manifest = readFileSync(join(below, suite.folder, "package.json"), "utf8");
      const { version } = JSON.parse(manifest) as { version: string };
      const run = new Date().toISOString().slice(0, 10);
      writeFileSync(
        PAGE,
        withFigures(readFileSync(PAGE, "utf8"), suite.row, { version, run, passed, of: passed + failed }),
      );
      console.log(
        `${suite.name} ${version}: ${passed} of ${passed + failed} passed; ${join(below, `${suite.name}.log`)}`,
      );
    } catch (error) {
      console.log(`${suite.name}: ${String(error)}`);
    }
  }
} finally {
  rmSync(tools, { recursive: true });
}
