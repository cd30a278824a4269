/** The house rules that a program can hold. What a linter can hold stands in `.oxlintrc.json`. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, test } from "node:test";
import { parseFlags } from "../src/cli/flags.ts";
import { DEFAULT_LIMITS } from "../src/core/limits.ts";
import { VERSION } from "../src/server/version.ts";
import { apiPage } from "./support/api-page.ts";
import { commandsPage } from "./support/commands-page.ts";
import { ERRORS_OF_NODE, explainedErrors } from "./support/documents.ts";

const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../..");

const tracked = listFiles();
const sources = tracked.filter((file) => file.startsWith("src/") && file.endsWith(".ts"));
const tests = tracked.filter((file) => file.startsWith("test/") && file.endsWith(".ts"));
const documents = tracked.filter((file) => file.endsWith(".md"));

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

/** Lines that break a rule, as `file:line text`, and exceptions that are no longer needed. */
function offenders(files: readonly string[], pattern: RegExp, except: readonly string[] = []): string[] {
  const found = files
    .flatMap((file) =>
      read(file)
        .split("\n")
        .map((text, i) => ({ file, text, line: i + 1 })),
    )
    .filter(({ text }) => pattern.test(text));
  const outdated = except.filter((file) => !found.some((offender) => offender.file === file));
  return [
    ...found
      .filter(({ file }) => !except.includes(file))
      .map(({ file, text, line }) => `${file}:${line} ${text.trim()}`),
    ...outdated.map((file) => `${file} needs no exception`),
  ];
}

/**
 * The table of imports, one row a folder: what its files may import besides each other. A sub-folder with a row of its own
 * is held to that row alone. `ARCHITECTURE.md` has the same table for people.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  protocol: ["core"],
  data: ["core", "data/types", "data/rdb"],
  "data/types": ["core", "data"],
  "data/rdb": ["core", "data", "data/types"],
  lua: ["core"],
  access: ["core"],
  engine: ["core", "data", "data/types", "engine/scripting"],
  "engine/scripting": ["core", "lua", "engine"],
  commands: ["core", "data", "data/types", "data/rdb", "access", "engine", "engine/scripting"],
  persistence: ["core", "data", "data/rdb", "engine"],
  transfer: ["core", "protocol", "data", "data/types", "data/rdb", "engine", "persistence"],
  backends: ["core", "protocol", "engine", "commands"],
  server: ["core", "protocol", "access", "engine", "commands", "persistence", "backends"],
  cli: ["core", "access", "engine", "persistence", "transfer", "server"],
  index: ["core", "server"],
  next: ["core", "persistence", "server"],
  playwright: ["server", "testing"],
  testing: ["core", "protocol", "data", "engine", "persistence", "transfer", "backends", "server"],
  vitest: ["testing"],
  "vitest-setup": ["testing"],
  jest: ["testing"],
  "jest-setup": ["testing"],
};

/** Sources that are run or loaded by name, so no import names them. */
const ENTRY_POINTS = [
  "src/index.ts",
  "src/testing.ts",
  "src/next.ts",
  "src/playwright.ts",
  "src/vitest.ts",
  "src/vitest-setup.ts",
  "src/jest.ts",
  "src/jest-setup.ts",
  "src/cli/main.ts",
  "src/server/http-node.ts",
];

/** Whether programs import a source: the public API. */
const isPublic = (file: string): boolean => /^src\/[^/]+\.ts$/.test(file);

const folders = Object.keys(MAY_IMPORT).sort((a, b) => b.length - a.length);

/** The row that holds a source: `src/data/types/x.ts` → `data/types`, `src/index.ts` → `index`. */
function folderOf(file: string): string {
  const path = file.replace(/^src\//, "").replace(/\.ts$/, "");
  return folders.find((folder) => path === folder || path.startsWith(`${folder}/`)) ?? path.split("/")[0]!;
}

/** The files of `src/` that a file imports, by `from` or by `import()`. */
function importsOf(file: string): string[] {
  const paths = [...read(file).matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, path]) => path!);
  return paths.map((path) => normalize(join(dirname(file), path))).filter((target) => target.startsWith("src/"));
}

/** What a file takes from others by name, as `path#name`; of a module taken as a whole, the names it is asked for. */
function namesTaken(file: string): string[] {
  const text = read(file);
  const taken: string[] = [];
  for (const [, names, whole, path] of text.matchAll(
    /(?:import|export|const) (?:type )?(?:\{([^}]*)\}|\* as (\w+)) (?:from |= await import\()"(\.[^"]+)"/g,
  )) {
    const target = normalize(join(dirname(file), path!));
    const asked = names?.split(",").map(
      (name) =>
        name
          .trim()
          .replace(/^type /, "")
          .split(" as ")[0]!,
    );
    for (const name of asked ?? [...text.matchAll(new RegExp(`\\b${whole}\\.(\\w+)`, "g"))].map(([, name]) => name!)) {
      taken.push(`${target}#${name}`);
    }
  }
  return taken;
}

/** The comments of a file, each as one line without its marks. */
function commentsOf(file: string): string[] {
  return [...read(file).matchAll(/\/\*\*([\s\S]*?)\*\//g)].map(([, text]) =>
    text!.replace(/\s*\n\s*\* ?/g, " ").trim(),
  );
}

/** The file and the heading that a link in a document names; either may be left out. */
function linked(document: string, target: string): { path: string; heading: string } {
  const [path = "", heading = ""] = target.split("#");
  return { path: path === "" ? document : normalize(join(dirname(document), path)), heading };
}

/** What links name the headings of a document by: as GitHub does, lower case and dashes. */
function anchorsOf(document: string): string[] {
  return [...read(document).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The table's rows in `ARCHITECTURE.md`: folder → what it may import. */
function documentedImports(): Record<string, string> {
  const rows = [...read("ARCHITECTURE.md").matchAll(/^\| `([\w/.-]+?)\/?` \|[^|]*\| ([^|]*) \|$/gm)];
  return Object.fromEntries(rows.map(([, folder, may]) => [folder!.replace(/\.ts$/, ""), may!]));
}

describe("house rules", { skip }, () => {
  test("imports point down", () => {
    const wrong = sources.flatMap((file) => {
      const allowed = new Set([folderOf(file), ...(MAY_IMPORT[folderOf(file)] ?? [])]);
      return importsOf(file)
        .filter((target) => !allowed.has(folderOf(target)))
        .map((target) => `${file} imports ${target}`);
    });
    assert.deepEqual(wrong, []);
  });

  test("the table of imports allows nothing that no file needs", () => {
    const needed = new Set(
      sources.flatMap((file) => importsOf(file).map((target) => `${folderOf(file)} → ${folderOf(target)}`)),
    );
    const allowed = Object.entries(MAY_IMPORT).flatMap(([folder, targets]) => targets.map((to) => `${folder} → ${to}`));
    assert.deepEqual(
      allowed.filter((pair) => !needed.has(pair)),
      [],
    );
    assert.deepEqual(new Set(sources.map(folderOf)), new Set(folders), "each row has files, each folder a row");
  });

  test("the table of imports is the one in ARCHITECTURE.md", () => {
    const table = Object.entries(MAY_IMPORT).map(([folder, may]) => [folder, may.join(", ") || "nothing of ours"]);
    assert.deepEqual(documentedImports(), Object.fromEntries(table));
  });

  test("every source is imported by another, or is an entry point", () => {
    const imported = new Set(sources.filter((file) => file !== "src/index.ts").flatMap(importsOf));
    assert.deepEqual(
      sources.filter((file) => !imported.has(file) && !ENTRY_POINTS.includes(file)),
      [],
    );
    assert.deepEqual(
      ENTRY_POINTS.filter((file) => !sources.includes(file)),
      [],
    );
  });

  test("every exported name is imported by another file", () => {
    const taken = new Set(tracked.filter((file) => /^(?:src|test|bench)\/.*\.ts$/.test(file)).flatMap(namesTaken));
    const exported = sources
      .filter((file) => !isPublic(file))
      .flatMap((file) =>
        [
          ...read(file).matchAll(/^export (?:abstract |async )?(?:const|let|function\*?|class|interface|type) (\w+)/gm),
        ].map(([, name]) => `${file}#${name}`),
      );
    assert.ok(exported.length > 500);
    assert.deepEqual(
      exported.filter((name) => !taken.has(name)),
      [],
    );
  });

  test("a docstring stands alone", () => {
    const wrong = sources.flatMap((file) =>
      commentsOf(file)
        .filter((text) => /^(?:The same|Likewise|As above|Ditto)\b/.test(text))
        .map((text) => `${file}: ${text}`),
    );
    assert.deepEqual(wrong, []);
  });

  test("data structures know only core, each other and the value interface", () => {
    const wrong = sources
      .filter((file) => file.startsWith("src/data/types/"))
      .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
      .filter(({ target }) => !/^src\/(core\/|data\/types\/|data\/value\.ts)/.test(target));
    assert.deepEqual(wrong, []);
  });

  test("the clock and chance are asked in one file", () => {
    const pattern = /\bDate\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|process\.hrtime/;
    assert.deepEqual(offenders(sources, pattern, ["src/core/environment.ts"]), []);
  });

  test("no source asks where its file lies: in a bundle and in CommonJS it lies nowhere", () => {
    assert.deepEqual(offenders(sources, /import\.meta|__dirname|__filename|createRequire/), []);
  });

  test("handlers and the engine never wait", () => {
    const files = sources.filter((file) => /^src\/(commands|engine|data|lua|core|access)\//.test(file));
    const waiting = /\bawait\b|\basync[ (]|setTimeout|setInterval|setImmediate|new Promise/;
    assert.deepEqual(offenders(files, waiting, ["src/core/timers.ts"]), []);
  });

  test("what may be shorter is not sliced at a fixed place, which throws", () => {
    // A digest has its length.
    const exceptions = ["src/access/acl-token.ts"];
    assert.deepEqual(offenders(sources, /(?:latin1|utf8|base64)Slice\([^()]*, (?:\d+|[A-Z_]+)\)/, exceptions), []);
  });

  test("only the public API re-exports", () => {
    assert.deepEqual(
      offenders(sources, /^export .* from "/, ["src/index.ts", "src/testing.ts", "src/playwright.ts"]),
      [],
    );
  });

  test("error texts stand in core/errors.ts and core/errors/", () => {
    const elsewhere = sources.filter((file) => !/^src\/core\/errors[./]/.test(file));
    const makesOne = /new CommandError\(|\berr\(|["'`]-?(?:ERR|[A-Z]*WRONG[A-Z]+|NO[A-Z]{3,}|BUSY[A-Z]*) /;
    const isComment = /^\s*(?:\/?\*|\/\/)/;
    assert.deepEqual(
      offenders(elsewhere, makesOne).filter((found) => !isComment.test(found.replace(/^\S+ /, ""))),
      [],
    );
  });

  test("a script of a suite says what its first block of lines holds", () => {
    const suites = tests.filter((file) => file.startsWith("test/contract/suites/"));
    const unsaid = suites.flatMap((file) =>
      [...read(file).matchAll(/^ {2}(\S.*): (?:String\.raw)?`\n(?! *# )/gm)].map(([, name]) => `${file}: ${name}`),
    );
    assert.deepEqual(unsaid, []);
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
    // What waits for another process leaves it the core, in one place.
    const files = tests.filter((file) => file !== "test/tidy.test.ts" && file !== "test/support/until.ts");
    assert.deepEqual(offenders(files, /setTimeout\(|timers\/promises|\.listen\([1-9]|port: [1-9]/), []);
  });

  test("no test is skipped or focused without a reason", () => {
    assert.deepEqual(offenders(tests, /\b(?:test|describe|it)\.(?:only|skip|todo)\b/), []);
  });

  test("a unit test mirrors its source by path", () => {
    const wrong = tests
      .filter((file) =>
        /^test\/(core|protocol|data|lua|access|engine|commands|transfer|server|cli)\/.*\.test\.ts$/.test(file),
      )
      .filter((file) => !existsSync(join(root, file.replace(/^test/, "src").replace(/\.test\.ts$/, ".ts"))));
    assert.deepEqual(wrong, []);
  });

  test("files stay readable", () => {
    const isCode = (line: string): boolean => !/^\s*(?:\/\/|\/?\*|$)/.test(line);
    const longerThan = (files: readonly string[], most: number): string[] =>
      files.filter((file) => read(file).split("\n").filter(isCode).length > most);
    assert.deepEqual(longerThan(sources, 600), [], "more than 600 lines that are neither empty nor a comment");
    assert.deepEqual(longerThan(tests, 800), [], "more than 800 such lines");
    // npm writes the lock file.
    const written = tracked.filter((file) => file !== "package-lock.json");
    const blobs = written.filter((file) => statSync(join(root, file)).size > 256 * 1024);
    assert.deepEqual(blobs, [], "larger than 256 KiB");
  });

  test("nothing is left to do in the sources", () => {
    assert.deepEqual(offenders([...sources, ...tests], /\b(?:TO[D]O|FIX[M]E|XX[X])\b/), []);
  });

  test("docs/commands.md is what the rows say; npm run docs writes it", () => {
    assert.ok(read("docs/commands.md") === commandsPage(), "docs/commands.md is out of date");
  });

  test("docs/api.md is what the public declarations say, each with a docstring; npm run docs writes it", () => {
    const { text, undocumented } = apiPage();
    assert.deepEqual(undocumented, []);
    assert.ok(read("docs/api.md") === text, "docs/api.md is out of date");
  });

  test("docs/options.md has every option of the command line", () => {
    const help = parseFlags(["--help"], {}, VERSION) as { text: string };
    const flags = [...help.text.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag!);
    const page = read("docs/options.md");
    assert.ok(flags.length > 30);
    assert.deepEqual(
      flags.filter((flag) => !["--help", "--version"].includes(flag) && !page.includes(`${flag}\``)),
      [],
    );
  });

  test("docs/troubleshooting.md quotes texts of the sources, or of the client, word for word", () => {
    const texts = [...sources, "node_modules/@upstash/redis/nodejs.js"].map(read).join("\n");
    // A text that goes over several lines is one.
    const joined = texts.replaceAll(/["`]\s*\+\s*["`]/g, "").replaceAll('\\"', '"');
    const unknown = explainedErrors()
      .filter((text) => !ERRORS_OF_NODE.includes(text))
      .filter((text) => !text.split("…").every((part) => joined.includes(part.trim())));
    assert.deepEqual(unknown, []);
  });

  test("docs/README.md has every page of docs/", () => {
    const pages = documents.filter((file) => /^docs\/[^/]+\.md$/.test(file) && file !== "docs/README.md");
    const index = read("docs/README.md");
    assert.deepEqual(
      pages.filter((page) => !index.includes(`](${page.slice("docs/".length)})`)),
      [],
    );
  });

  test("documents link to files and headings of the repository", () => {
    const links = documents.flatMap((file) =>
      [...read(file).matchAll(/\]\(([^)\s]+)[^)]*\)/g)]
        .map(([, target]) => target!)
        .filter((target) => !/^[a-z]+:/.test(target))
        .map((target) => ({ file, target, ...linked(file, target) })),
    );
    assert.ok(links.length > 100);
    const broken = links.filter(
      ({ path, heading }) => !existsSync(join(root, path)) || (heading !== "" && !anchorsOf(path).includes(heading)),
    );
    assert.deepEqual(
      broken.map(({ file, target }) => `${file} → ${target}`),
      [],
    );
  });

  test("the code knows the version", () => {
    const { version } = JSON.parse(read("package.json")) as { version: string };
    assert.equal(VERSION, version);
  });
});
