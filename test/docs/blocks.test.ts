/**
 * The commands and programs of README and `docs/` are run as they stand there: programs (blocks of JavaScript or TypeScript
 * that import or await something) by Node, commands by a shell in which `npx stashd` is the executable of this repository.
 * A server that a line would start in the foreground is ended once it is ready.
 */
import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { parse } from "yaml";
import { readTokensFile } from "../../src/cli/tokens-file.ts";
import { blocksOf, PAGES, ROOT } from "../support/documents.ts";
import type { Block } from "../support/documents.ts";
import { endNow, freePorts, startUntil } from "../support/redis.ts";

const EXECUTABLE = join(ROOT, "dist/package/stashd.cjs");
const BLOCK_MS_MAX = 60_000;

/** Lines of commands that are not run, each with the reason. A line may be given by a part of it. */
const NOT_RUN: readonly (readonly [line: string, reason: string])[] = [
  ["docker ", "test/deploy/ holds what is given to Docker"],
  ["-e STASHD_TOKEN=secret", "belongs to a line of Docker"],
  ["npm ", "npm asks the registry, builds, or runs all tests; test/package/ installs what is packed"],
  ['http://127.0.0.1:8079/set/hello/world -H "Authorization: Bearer secret"', "belongs to a line of Docker"],
  ["--redis redis", "test/backends/ and test/cli/ start servers in front of others"],
  ["--tokens-file", "test/cli/ starts servers with a file of tokens"],
];

const isRun = (line: string): boolean => !NOT_RUN.some(([part]) => line.includes(part));

/** What stands in the documents for a server that is elsewhere. */
const ELSEWHERE = ["rediss://default:…@host:6379", "rediss://default:PASSWORD@NAME.upstash.io:6379"];

/** Packages whose programs only their own runner can run; `test/testing/` does so. */
const OF_RUNNERS = /(?:from |require\()"(?:vitest|@jest\/|@playwright\/|bun:|stashd\/(?:vitest|jest|playwright)|\.\/fixtures)/;

const isProgram = ({ code, language }: Block): boolean =>
  ["js", "ts"].includes(language) && /^import |\bawait /m.test(code) && !OF_RUNNERS.test(code);

/** A program, with what the text around it takes as given: a database for tests, and a client of it. */
function completed(code: string): string {
  const lacks = (name: string): boolean =>
    new RegExp(`\\b${name}\\.`).test(code) && !new RegExp(`(?:const|let|using) ${name}\\b`).test(code);
  const lines = [];
  if (lacks("db") || lacks("redis")) {
    lines.push('import { createTestDatabase } from "stashd/testing";', "const db = await createTestDatabase();");
  }
  if (lacks("redis")) {
    lines.push('import { Redis as Client } from "@upstash/redis";', "const redis = new Client(db);");
  }
  return [...lines, code].join("\n");
}

const folder = mkdtempSync(join(ROOT, "dist/documents-"));
let server: ChildProcess;
let env: NodeJS.ProcessEnv;

/** Puts a program named `name` on the path of the shell. */
function install(name: string, script: string): void {
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

before(async () => {
  const token = "token-of-the-documents";
  const [port, redisPort] = await freePorts(2);
  const options = ["--port", `${port}`, "--redis-port", `${redisPort}`, "--token", token, "--data", join(folder, "main")];
  server = await startUntil(process.execPath, [EXECUTABLE, ...options], /\ncurl /);
  // Subcommands run to their end; what listens on the default port of this machine is no server of theirs. A server takes free ports and is ended when it is ready, unless it is a job of the shell.
  install(
    "stashd",
    `[ "$1" = env ] && export STASHD_PORT=1
case "$1" in check|config|env|export|import|healthcheck|report|run|token) exec "${process.execPath}" "${EXECUTABLE}" "$@";; esac
[ -n "$AS_JOB" ] && exec "${process.execPath}" "${EXECUTABLE}" "$@"
case "$*" in *"--redis-port off"*) ports="--port 0";; *) ports="--port 0 --redis-port 0";; esac
mkfifo "fifo-$$"
"${process.execPath}" "${EXECUTABLE}" "$@" $ports > "fifo-$$" &
while read -r line; do case "$line" in curl*) kill $!; break;; esac; done < "fifo-$$"
wait $!`,
  );
  install("npx", `[ "$1" = -y ] && shift\nexec "$@"`);
  env = {
    HOME: folder,
    PATH: [join(folder, "bin"), dirname(process.execPath), process.env["PATH"]].join(delimiter),
    UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${port}`,
    UPSTASH_REDIS_REST_TOKEN: token,
    REDIS_URL: `redis://default:${token}@127.0.0.1:${redisPort}`,
    UPSTASH_DISABLE_TELEMETRY: "1",
  };
  const some = ["export", join(folder, "some.rdb"), "--from", env["REDIS_URL"]!];
  await promisify(execFile)(join(folder, "bin/stashd"), some, { env });
});
after(async () => {
  await endNow(server);
  rmSync(folder, { recursive: true });
});

/** A folder with the files that the commands of a page take as given. */
function prepare(page: string): string {
  const place = join(folder, page.replaceAll("/", "-"));
  mkdirSync(place);
  for (const name of ["cert.pem", "key.pem"]) cpSync(join(ROOT, "test/fixtures/tls", name), join(place, name));
  for (const name of ["dump.rdb", "backup.rdb"]) cpSync(join(folder, "some.rdb"), join(place, name));
  return place;
}

/** The commands of a page, those of the steps of a workflow among them. */
function commandsOf(page: string): string[] {
  return blocksOf(page).flatMap(({ code, language }) => {
    if (language === "sh") return code.trimEnd().split("\n");
    if (language !== "yaml") return [];
    const { jobs = {} } = parse(code) as { jobs?: Record<string, { steps: readonly { run?: string }[] }> };
    const steps = Object.values(jobs).flatMap((job) => job.steps.flatMap(({ run = [] }) => run));
    // The jobs of a shell end with it.
    return steps.some((step) => step.endsWith("&")) ? [...steps, "kill $!", "wait"] : steps;
  });
}

/** The commands of a page as one script, each line as it stands there but for places and ports. */
async function scriptOf(page: string, place: string): Promise<string> {
  const [port, redisPort] = await freePorts(2);
  const lines = commandsOf(page)
    .filter(isRun)
    .map((line) => (line.endsWith("&") ? `AS_JOB=1 STASHD_PORT=8079 ${line}` : line))
    // A file may be there from a line before.
    .map((line) => (/npx stashd export \S+\.rdb {2,}/.test(line) ? `rm -f backup.rdb; ${line}` : line));
  const script = ELSEWHERE.reduce((text, url) => text.replaceAll(url, "$REDIS_URL"), lines.join("\n"));
  return script.replaceAll("8079", `${port}`).replaceAll("6379", `${redisPort}`).replaceAll("/var/lib/", `${place}/`);
}

/** Runs a script in a group of processes, of which none outlives it. Answers its output; rejects when it fails. */
async function runScript(script: string, cwd: string): Promise<string> {
  const bash = spawn("bash", ["--norc", "-exc", script], { cwd, env, detached: true, timeout: BLOCK_MS_MAX });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    bash[name].on("data", (chunk: Buffer) => (output[name] += chunk.toString()));
  }
  const closed = once(bash, "close");
  // What still runs keeps the outputs open until it is ended.
  const [code] = (await once(bash, "exit")) as [number | null];
  try {
    process.kill(-bash.pid!, "SIGKILL");
  } catch {
    // Nothing has outlived it.
  }
  await closed;
  assert.equal(code, 0, `${output.stdout}\n${output.stderr}`);
  return output.stdout;
}

const hasTools = ["bash", "curl", "redis-cli"].every((tool) => spawnSync(tool, ["--version"]).status === 0);
const skip = hasTools ? false : "bash, curl or redis-cli is not on PATH";

describe("commands in the documents", { skip }, () => {
  for (const page of PAGES) {
    if (!commandsOf(page).some((line) => line !== "" && isRun(line))) continue;
    test(page, async () => {
      const place = prepare(page);
      const script = await scriptOf(page, place);
      const stdout = await runScript(script, place);
      // redis-cli and curl end well when the server answers an error.
      assert.doesNotMatch(stdout, /^(?:\(error\) )?(?:ERR|WRONGPASS|NOAUTH|NOPERM)|"error":/m);
    });
  }

  test("what is not run is there", () => {
    const lines = PAGES.flatMap(commandsOf);
    const unused = NOT_RUN.filter(([part]) => !lines.some((line) => line.includes(part)));
    assert.deepEqual(unused, []);
  });
});

describe("files in the documents", () => {
  const files = PAGES.flatMap((page) => blocksOf(page).map((block) => ({ ...block, page })));

  test("JSON is JSON", () => {
    const found = files.filter(({ language }) => language === "json");
    assert.ok(found.length > 2);
    for (const { code } of found) JSON.parse(code);
  });

  test("a configuration file is taken", () => {
    const found = files.filter(({ code }) => code.includes("stashd.schema.json"));
    assert.ok(found.length > 0);
    for (const { code, page } of found) {
      const file = join(folder, `${page.replaceAll("/", "-")}.json`);
      writeFileSync(file, code);
      const { status, stdout } = spawnSync(process.execPath, [EXECUTABLE, "config", "--config", file]);
      assert.deepEqual([status, stdout.includes(file)], [0, true]);
    }
  });

  test("a file of tokens is taken", () => {
    const found = files.filter(({ code }) => code.includes('"connection_string"'));
    assert.ok(found.length > 0);
    for (const { code, page } of found) {
      const file = join(folder, `${page.replaceAll("/", "-")}-tokens.json`);
      writeFileSync(file, code);
      assert.ok((readTokensFile(file).databases ?? []).length > 0);
    }
  });
});

describe("programs in the documents", () => {
  for (const page of PAGES) {
    for (const [i, block] of blocksOf(page).filter(isProgram).entries()) {
      test(`${page}, ${i + 1}`, async () => {
        const { code } = await transform(completed(block.code), { loader: "ts", format: "esm", target: "node20" });
        const file = join(folder, `${page.replaceAll("/", "-")}-${i}.mjs`);
        writeFileSync(file, code);
        await promisify(execFile)(process.execPath, [file], { cwd: folder, env, timeout: BLOCK_MS_MAX });
      });
    }
  }
});
