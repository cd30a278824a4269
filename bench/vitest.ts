/** A vitest file of 100 tests with a database each, beside the same file without: what `stashd/vitest` adds to a run. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const TESTS = 100;

/** What the tests do beside their database. */
const BODY = "expect([i].map((n) => n + 1)).toEqual([i + 1]);";

const FILES = {
  without: `import { expect, test } from "vitest";
for (let i = 0; i < ${TESTS}; i++) test("test " + i, () => { ${BODY} });
`,
  with: `import { expect } from "vitest";
import { test } from "stashd/vitest";
for (let i = 0; i < ${TESTS}; i++) test("test " + i, async ({ db }) => {
  ${BODY}
  expect(await db.requester.request({ body: ["INCR", "n"] })).toEqual({ result: 1 });
});
`,
};

/** What a run took, all of its processes. */
interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** A project with both files. The package is copied: what is linked would be transformed by vitest, as sources are. */
export class VitestProject {
  private readonly folder = mkdtempSync(join(tmpdir(), "stashd-bench-vitest-"));

  constructor() {
    const stashd = join(this.folder, "node_modules/stashd");
    cpSync(join(ROOT, "dist/package"), join(stashd, "dist/package"), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(stashd, "package.json"));
    for (const name of ["vitest", "commander", "fastest-levenshtein", "ioredis", "prom-client", "valibot"]) {
      const link = join(this.folder, "node_modules", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(ROOT, "node_modules", name), link);
    }
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(this.folder, `${name}.test.mjs`), text);
  }

  /** Runs vitest for one of the files. Throws if a test fails. */
  run(name: keyof typeof FILES): Run {
    const program = join(ROOT, "node_modules/vitest/vitest.mjs");
    const words = [process.execPath, program, "run", "--root", ".", `${name}.test.mjs`];
    const timed = 'TIMEFORMAT="took %R %U %S"; time "$@" 2>&1';
    const { stderr, stdout, status } = spawnSync("bash", ["-c", timed, "bash", ...words], { cwd: this.folder });
    if (status !== 0) throw new Error(stdout.toString());
    const [wall, user, system] = /took (.*)/.exec(stderr.toString())![1]!.split(" ").map(Number) as [
      number,
      number,
      number,
    ];
    return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
