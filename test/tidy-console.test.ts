/** The house rules of `console/`, the web page. The linter's rules hold for it as for the rest. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { describe, test } from "node:test";

const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../console/src");

const files = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
const sources = files.filter((file) => /\.tsx?$/.test(file));
const components = files.filter((file) => file.endsWith(".tsx"));
const styles = files.filter((file) => file.endsWith(".css"));

const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** Which folders the files of a folder may import, besides itself. Screens do not know each other. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  texts: [],
  client: [],
  app: ["client", "texts"],
  ui: ["client", "app", "texts"],
  transfer: ["client", "texts"],
  values: ["client", "app", "ui", "texts"],
  keys: ["client", "app", "ui", "values", "transfer", "texts"],
  cli: ["client", "app", "ui", "texts"],
  live: ["client", "app", "ui", "texts"],
  admin: ["client", "app", "ui", "transfer", "texts"],
  frame: ["app", "ui", "keys", "cli", "live", "admin", "texts"],
  main: ["app", "frame"],
};

/** The row of a file: its first folder, or its name. */
const folderOf = (file: string): string => file.split("/")[0]!.replace(/\.tsx?$/, "");

function importsOf(file: string): string[] {
  const paths = [...read(file).matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, path]) => path!);
  return paths.map((path) => normalize(join(dirname(file), path)));
}

/** Lines that break a rule, as `file:line text`. Comments are left out. */
function offenders(among: readonly string[], pattern: RegExp, except: readonly string[] = []): string[] {
  return among
    .filter((file) => !except.includes(file))
    .flatMap((file) => {
      const lines = read(file).split("\n");
      return lines
        .map((text, i) => ({ text: text.trim(), line: i + 1 }))
        .filter(({ text }) => !/^(?:\/?\*|\/\/)/.test(text) && pattern.test(text))
        .map(({ text, line }) => `${file}:${line} ${text}`);
    });
}

describe("house rules of the console", () => {
  test("imports point down, and screens do not know each other", () => {
    const wrong = sources.flatMap((file) => {
      const allowed = new Set([folderOf(file), ...(MAY_IMPORT[folderOf(file)] ?? [])]);
      return importsOf(file)
        .filter((target) => !allowed.has(folderOf(target)))
        .map((target) => `${file} imports ${target}`);
    });
    assert.deepEqual(wrong, []);
    assert.deepEqual(
      [...new Set(sources.map(folderOf))].filter((folder) => MAY_IMPORT[folder] === undefined),
      [],
    );
  });

  test("every file is imported by another, or begins the page", () => {
    const imported = new Set(sources.flatMap(importsOf));
    assert.deepEqual(
      sources.filter((file) => !imported.has(file) && file !== "main.tsx"),
      [],
    );
  });

  test("every exported name is imported by another file", () => {
    const taken = new Set(
      [...sources.map((file) => join(root, file)), ...testFiles()].flatMap((path) =>
        [...readFileSync(path, "utf8").matchAll(/(?:import|const) (?:type )?\{([^}]*)\} (?:from|= await import\()/g)]
          .flatMap(([, names]) => names!.split(","))
          .map(
            (name) =>
              name
                .trim()
                .replace(/^type /, "")
                .split(" as ")[0]!,
          ),
      ),
    );
    // A component that is loaded on demand is named after the import.
    const lazily = new Set(
      sources.flatMap((file) => [...read(file).matchAll(/import\([^)]*\)\)\.(\w+)/g)].map(([, name]) => name!)),
    );
    const exported = sources.flatMap((file) =>
      [...read(file).matchAll(/^export (?:async )?(?:const|function\*?|class|interface|type) (\w+)/gm)].map(
        ([, name]) => ({ file, name: name! }),
      ),
    );
    assert.deepEqual(
      exported.filter(({ name }) => !taken.has(name) && !lazily.has(name)).map(({ file, name }) => `${file}#${name}`),
      [],
    );
  });

  test("every text stands in texts.ts", () => {
    // Words between tags, and attributes that are read out.
    const shown = />\s*[A-Za-z]{2,}[^<>{}=;()]*<\/|\b(?:title|label|placeholder|aria-label|alt)="[^"]*[A-Za-z]{2}/;
    assert.deepEqual(offenders(components, shown), []);
  });

  test("every text is used", () => {
    const code = sources
      .filter((file) => file !== "texts.ts")
      .map(read)
      .join("\n");
    const names = [...read("texts.ts").matchAll(/^ {2,4}(\w+):/gm)].map(([, name]) => name!);
    assert.deepEqual(
      // A text that is chosen by a value is looked up by it.
      names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code)),
      [],
    );
  });

  test("data never becomes markup, code or a style sheet", () => {
    const dangerous =
      /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySet|document\.write|\beval\(|new Function|\.srcdoc/;
    assert.deepEqual(offenders(sources, dangerous), []);
  });

  test("requests are made by the client, and the token is kept in one place", () => {
    assert.deepEqual(offenders(sources, /\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon/, CLIENT_FILES), []);
    assert.deepEqual(offenders(sources, /sessionStorage/, ["app/session.ts"]), []);
    assert.deepEqual(offenders(sources, /document\.cookie|indexedDB/), []);
  });

  test("nothing comes from elsewhere", () => {
    assert.deepEqual(offenders([...sources, ...styles], /https?:\/\//, ["texts.ts"]), []);
  });

  test("colours are named in base.css only", () => {
    const others = styles.filter((file) => file !== "styles/base.css");
    assert.deepEqual(offenders(others, /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\((?!0 0 0)/i), []);
  });

  test("files stay readable", () => {
    const isCode = (line: string): boolean => !/^\s*(?:\/\/|\/?\*|$)/.test(line);
    assert.deepEqual(
      sources.filter((file) => file !== "texts.ts" && read(file).split("\n").filter(isCode).length > 400),
      [],
      "more than 400 lines that are neither empty nor a comment",
    );
    assert.deepEqual(
      sources.filter((file) => !read(file).startsWith("/**")),
      [],
      "a file says in its first lines what it is for",
    );
  });
});

/** Where the token is. */
const CLIENT_FILES = ["client/rest-client.ts", "app/session.ts"];

function testFiles(): string[] {
  const folder = join(root, "../../test/console");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, basename(file)));
}
