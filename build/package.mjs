/**
 * Makes what is published, in `dist/package/`: one CommonJS build that `import`, `require` and the executable share, since
 * a second one would double the package. Its few files hold many modules each: a start that reads 300 modules spends most
 * of its CPU time on finding and linking them. What is imported when it is needed is a file of its own. The packages it
 * depends on stay outside.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build, transform } from "esbuild";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const target = join(dist, "package");

// The names of the parts change with what they hold.
rmSync(target, { recursive: true, force: true });

const shared = { platform: "node", target: "node20", minify: true, legalComments: "none", logLevel: "warning" };

/** Modules that export nothing but long texts. */
const TEXTS = /\/src\/commands\/manual\/(?:data|ordered|service)\.js$/;

/** Compresses these texts, which are a thirtieth of the package. They take a fraction of a millisecond to read at the start. */
const compressedTexts = {
  name: "compressed texts",
  setup({ onLoad }) {
    onLoad({ filter: TEXTS }, async ({ path }) => {
      const texts = { ...(await import(path)) };
      const compressed = brotliCompressSync(JSON.stringify(texts)).toString("base64");
      const contents = `import { brotliDecompressSync } from "node:zlib";
export const { ${Object.keys(texts).join(", ")} } =
  JSON.parse(brotliDecompressSync(Buffer.from("${compressed}", "base64")).toString());`;
      return { contents, loader: "js" };
    });
  },
};

const entryPoints = {
  index: join(dist, "src/index.js"),
  stashd: join(dist, "src/cli/main.js"),
  testing: join(dist, "src/testing.js"),
  playwright: join(dist, "src/playwright.js"),
  next: join(dist, "src/next.js"),
};

// esbuild splits ES modules only, so each part is turned into CommonJS afterwards.
const { outputFiles } = await build({
  ...shared,
  entryPoints,
  outdir: target,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  splitting: true,
  packages: "external",
  format: "esm",
  plugins: [compressedTexts],
  write: false,
});

/**
 * Asks Node for its own modules without `require`, where it can (20.16 and later): in a bundle that is an ES module,
 * esbuild leaves nothing that `require` could find them by.
 */
const askForBuiltins = (code) =>
  code.replace(/\brequire\(("node:[a-z0-9_/]+")\)/g, "(process.getBuiltinModule?.($1)??require($1))");

/**
 * Reads what a part imports once, when it is loaded: esbuild's CommonJS asks the other part at each use, through a getter,
 * which costs commands a tenth and more of their time.
 */
const readImportsOnce = (code) =>
  code.replace(/^var (import_[\w$]+) = .*;$/gm, (line, name) => {
    const names = [...new Set([...code.matchAll(new RegExp(`\\b${name}\\.([\\w$]+)`, "g"))].map(([, one]) => one))];
    if (names.length === 0) return line;
    return `${line} const ${names.map((one) => `${name}$${one} = ${name}["${one}"]`).join(", ")};`;
  });

/** Dead code by which Node finds the names of the exports, and which is taken out as such. */
const NAMES = /^0 && \(module\.exports = \{[^}]*\}\);$/m;

/** Names the constants of {@link readImportsOnce} where code names what it imports. */
const nameConstants = (code) => code.replace(/\b(import_[\w$]+)\.([\w$]+)/g, "$1$$$2");

/**
 * Lets a part have its names in a plain object, which is complete when the part is loaded. Only other parts ask for them,
 * and read them once; the getters that esbuild makes, and what makes them, take 400 bytes in each file.
 */
const exportPlainly = (code) => {
  const getters = /^var stdin_exports = \{\};\n__export\(stdin_exports, \{\n([^}]*)\}\);\nmodule\.exports = .*\n/m;
  const [whole, list] = getters.exec(code);
  return `${code.replace(whole, "")}\nmodule.exports = {${list.replaceAll(": () => ", ": ")}};`;
};

/** What others import by the names of the package. */
const isEntry = (path) => basename(path, ".cjs") in entryPoints;

/**
 * Takes Node's own modules and the other parts as they are, unless a default export is asked for: what makes ES modules of
 * them, for `import *` and `import()`, takes 450 bytes in each file.
 */
const takeAsTheyAre = (code) =>
  code
    .replace(/^var (import_\w+) = __toESM\((require\("node:[^"]+"\))(?:, 1)?\);$/gm, (line, name, asked) =>
      code.includes(`${name}.default`) ? line : `var ${name} = ${asked};`,
    )
    .replace(/__toESM\((require\("\.\/[^"]+"\))(?:, 1)?\)/g, "$1");

mkdirSync(target, { recursive: true });
for (const { path, text } of outputFiles) {
  // As a dynamic import, a part would be a module of another kind than its own.
  const common = { ...shared, minify: false, format: "cjs", supported: { "dynamic-import": false } };
  const { code } = await transform(text, common);
  const own = isEntry(path) ? code : exportPlainly(code.replace(NAMES, ""));
  const { code: small } = await transform(nameConstants(readImportsOnce(takeAsTheyAre(own))), {
    ...shared,
    format: "cjs",
    treeShaking: true,
  });
  const [names = ""] = (isEntry(path) && NAMES.exec(code)) || [];
  writeFileSync(path, askForBuiltins(small) + names.replaceAll(/\s+/g, ""));
}
chmodSync(join(target, "stashd.cjs"), 0o755);

/**
 * The entries for test runners, by the kind of module that the runner loads. They are small files beside `testing.cjs`,
 * through which they share its server.
 */
const RUNNERS = { vitest: "mjs", "vitest-setup": "mjs", jest: "cjs", "jest-setup": "cjs" };

/** The modules whose names `testing.cjs` exports, and that one itself. */
const ofTesting = [...readFileSync(join(dist, "src/testing.js"), "utf8").matchAll(/ from "\.\/(.*)"/g)];
const inTesting = new Set(["testing.js", ...ofTesting.map(([, path]) => path)].map((path) => join(dist, "src", path)));

const testingBeside = {
  name: "testing.cjs beside",
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
      inTesting.has(join(resolveDir, path)) ? { path: "./testing.cjs", external: true } : undefined,
    );
  },
};

for (const [name, extension] of Object.entries(RUNNERS)) {
  await build({
    ...shared,
    entryPoints: [join(dist, `src/${name}.js`)],
    outfile: join(target, `${name}.${extension}`),
    bundle: true,
    packages: "external",
    format: extension === "mjs" ? "esm" : "cjs",
    plugins: [testingBeside],
  });
}

// The names and descriptions of the options, for editors of a configuration file.
const { programOf } = await import(join(dist, "src/cli/flags.js"));
const { configSchema } = await import(join(dist, "src/cli/config-file.js"));
writeFileSync(join(target, "stashd.schema.json"), `${JSON.stringify(configSchema(programOf({}, "")))}\n`);

/** Declarations name the sources that they import. */
const IMPORTED = /(\bfrom |\bimport\()"(\.[^"]+)\.ts"/g;

/** Copies a declaration and those that it imports, so that none of the others is published. */
function publishDeclaration(file, published, extension = "cjs") {
  if (published.has(file)) return;
  published.add(file);
  const text = readFileSync(file, "utf8");
  const copy = join(target, relative(join(dist, "src"), file)).replace(
    /\.d\.ts$/,
    `.d.${extension.replace("js", "ts")}`,
  );
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, text.replace(IMPORTED, '$1"$2.cjs"'));
  for (const [, , imported] of text.matchAll(IMPORTED))
    publishDeclaration(join(dirname(file), `${imported}.d.ts`), published);
}

const published = new Set();
for (const entry of ["index", "testing", "playwright", "next"])
  publishDeclaration(join(dist, `src/${entry}.d.ts`), published);
for (const [name, extension] of Object.entries(RUNNERS))
  publishDeclaration(join(dist, `src/${name}.d.ts`), published, extension);
