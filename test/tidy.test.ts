/** The house rules that a program can hold. What a linter can hold stands in `.oxlintrc.json`. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../src/core/limits.ts";
import { commandsPage } from "./support/commands-page.ts";

const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../..");

const tracked = listFiles();
const sources = tracked.filter((file) => file.startsWith("src/") && file.endsWith(".ts"));
const tests = tracked.filter((file) => file.startsWith("test/") && file.endsWith(".ts"));

/** The files of the repository; outside of a checkout there is nothing to hold. */
function listFiles(): string[] {
  try {
    const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root });
    return listed
      .toString()
      .trim()
      .split("\n")
      .filter((file) => existsSync(join(root, file)));
  } catch {
    return [];
  }
}

const skip = tracked.length === 0 ? "not a git checkout" : false;

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Lines that break a rule, as `file:line text`. */
function offenders(files: readonly string[], pattern: RegExp, except: readonly string[] = []): string[] {
  return files
    .filter((file) => !except.includes(file))
    .flatMap((file) =>
      read(file)
        .split("\n")
        .map((text, i) => ({ file, text, line: i + 1 })),
    )
    .filter(({ text }) => pattern.test(text))
    .map(({ file, text, line }) => `${file}:${line} ${text.trim()}`);
}

/** A folder of `src/` may import from itself and from the folders listed here. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  protocol: ["core"],
  access: ["core"],
  engine: ["core"],
  commands: ["core", "access", "engine"],
  server: ["core", "protocol", "access", "engine", "commands"],
  cli: ["core", "access", "server"],
  index: ["core", "server"],
};

/** `src/engine/types/x.ts` → `engine`, `src/index.ts` → `index`. */
function layerOf(file: string): string {
  return file.split("/")[1]!.replace(/\.ts$/, "");
}

function importsOf(file: string): string[] {
  return [...read(file).matchAll(/from "(\.[^"]+)"/g)].map(([, path]) => normalize(join(dirname(file), path!)));
}

describe("house rules", { skip }, () => {
  test("imports point down", () => {
    const wrong = sources.flatMap((file) => {
      const allowed = new Set([layerOf(file), ...(MAY_IMPORT[layerOf(file)] ?? [])]);
      return importsOf(file)
        .filter((target) => target.startsWith("src/") && !allowed.has(layerOf(target)))
        .map((target) => `${file} imports ${target}`);
    });
    assert.deepEqual(wrong, []);
  });

  test("every folder has its place in the table of imports", () => {
    assert.deepEqual(
      [...new Set(sources.map(layerOf))].filter((layer) => MAY_IMPORT[layer] === undefined),
      [],
    );
  });

  test("data structures know only core, each other and the value interface", () => {
    const wrong = sources
      .filter((file) => file.startsWith("src/engine/types/"))
      .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
      .filter(({ target }) => !/^src\/(core\/|engine\/types\/|engine\/value\.ts)/.test(target));
    assert.deepEqual(wrong, []);
  });

  test("the clock and chance are asked in one file", () => {
    const pattern = /\bDate\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|process\.hrtime/;
    assert.deepEqual(offenders(sources, pattern, ["src/core/environment.ts"]), []);
  });

  test("handlers and the engine never wait", () => {
    const files = sources.filter((file) => /^src\/(commands|engine)\//.test(file));
    assert.deepEqual(offenders(files, /\bawait\b|\basync\b|setTimeout|setInterval|setImmediate|new Promise/), []);
  });

  test("only the public API re-exports", () => {
    assert.deepEqual(offenders(sources, /^export .* from "/, ["src/index.ts"]), []);
  });

  test("error texts stand in core/errors.ts", () => {
    assert.deepEqual(offenders(sources, /new CommandError\(/, ["src/core/errors.ts"]), []);
  });

  test("one command, one row, one line", () => {
    const files = sources.filter((file) => file.startsWith("src/commands/"));
    assert.deepEqual(offenders(files, /^\s*(?:row|containerRow)\($/), []);
  });

  test("limits carry their unit, and Max", () => {
    const wrong = Object.keys(DEFAULT_LIMITS).filter(
      (name) => !/[a-z](?:Bytes|Words|Ms|Commands|Depth|[a-z]+s)Max$/.test(name),
    );
    assert.deepEqual(wrong, []);
  });

  test("no test sleeps or takes a fixed port", () => {
    const files = tests.filter((file) => file !== "test/tidy.test.ts");
    assert.deepEqual(offenders(files, /setTimeout\(|timers\/promises|\.listen\([1-9]|port: [1-9]/), []);
  });

  test("no test is skipped or focused without a reason", () => {
    assert.deepEqual(offenders(tests, /\b(?:test|describe|it)\.(?:only|skip|todo)\b/, ["test/tidy.test.ts"]), []);
  });

  test("a unit test mirrors its source by path", () => {
    const wrong = tests
      .filter((file) => /^test\/(core|protocol|access|engine|commands|server|cli)\/.*\.test\.ts$/.test(file))
      .filter((file) => !existsSync(join(root, file.replace(/^test/, "src").replace(/\.test\.ts$/, ".ts"))));
    assert.deepEqual(wrong, []);
  });

  test("files stay readable", () => {
    const code = [...sources, ...tests].filter((file) => read(file).split("\n").length > 800);
    assert.deepEqual(code, [], "longer than 800 lines");
    const blobs = tracked.filter((file) => statSync(join(root, file)).size > 256 * 1024);
    assert.deepEqual(blobs, [], "larger than 256 KiB");
  });

  test("nothing is left to do in the sources", () => {
    assert.deepEqual(offenders([...sources, ...tests], /\b(?:TO[D]O|FIX[M]E|XX[X])\b/), []);
  });

  test("docs/commands.md is what the rows say; npm run docs writes it", () => {
    assert.ok(read("docs/commands.md") === commandsPage(), "docs/commands.md is out of date");
  });

  test("the changelog knows the version", () => {
    const { version } = JSON.parse(read("package.json")) as { version: string };
    assert.match(read("CHANGELOG.md"), new RegExp(`^## \\[?${version.replaceAll(".", "\\.")}`, "m"));
  });
});
