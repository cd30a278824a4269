/**
 * Bundles the console, the web page that the server serves at `/console`, into a module of compressed files, so that no
 * file has to be found at run time. What a screen needs beyond the first one is a part of its own, loaded when the screen
 * is opened. The names of parts change with what they hold, so browsers may keep them for ever.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../console/", import.meta.url));
const TARGET = fileURLToPath(new URL("../src/server/console-files.generated.ts", import.meta.url));

/** Browsers since 2023. */
const TARGETS = ["chrome111", "firefox115", "safari16.4"];

const ENTRY = join(root, "src/main.tsx");

/** The modules that the entry imports other than on demand: what the first screen is made of. */
function modulesAtOnce(context) {
  const found = new Set([ENTRY]);
  for (const id of found) for (const imported of context.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  return found;
}

let atOnce;
const bundle = await rolldown({
  input: ENTRY,
  cwd: root,
  tsconfig: false,
  transform: {
    jsx: { runtime: "automatic", importSource: "preact" },
    target: TARGETS,
    define: { "process.env.NODE_ENV": '"production"' },
  },
  logLevel: "warn",
});
const { output: scripts } = await bundle.generate({
  format: "esm",
  minify: true,
  comments: false,
  entryFileNames: "[name]-[hash].js",
  chunkFileNames: "[name]-[hash].js",
  hashCharacters: "base36",
  codeSplitting: {
    // One file: browsers load six at a time, and seventeen took longer than all that came after them.
    groups: [
      {
        name: (id, context) => ((atOnce ??= modulesAtOnce(context)).has(id) ? "first" : null),
        debugName: "first screen",
      },
    ],
  },
});
await bundle.close();

const styles = await build({
  absWorkingDir: root,
  entryPoints: ["src/styles/console.css"],
  outdir: "out",
  entryNames: "[name]-[hash]",
  bundle: true,
  target: TARGETS,
  minify: true,
  legalComments: "none",
  metafile: true,
  write: false,
  logLevel: "warning",
});

/** The name of an output below `/console/`. Hashes are written in one way. */
const nameOf = (file) => `assets/${basename(file).replace(/-(\w{8})\.css$/, (end) => end.toLowerCase())}`;

const entry = scripts.find(({ isEntry }) => isEntry);
const script = nameOf(entry.fileName);
const [sheet] = styles.outputFiles;
const style = nameOf(sheet.path);
/** Files that a browser loads before it shows anything: the script, what it imports, and the style. */
const first = [script, ...entry.imports.map(nameOf), style];

/** Packages of which the files hold a part. Their licences stand in THIRD-PARTY.md. */
const bundled = new Set(
  [...scripts.flatMap(({ modules }) => Object.keys(modules)), ...Object.keys(styles.metafile.inputs)].flatMap(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  ),
);
// What the script imports is asked for with it, not once it has been read.
const preloads = first
  .filter((name) => name.endsWith(".js") && name !== script)
  .map((name) => `<link rel="modulepreload" href="console/${name}" />`);
const page = readFileSync(`${root}index.html`, "utf8")
  .replace("</head>", `${preloads.join("")}</head>`)
  .replace("%SCRIPT%", `console/${script}`)
  .replace("%STYLE%", `console/${style}`)
  .replace(/>\s+</g, "><");

const files = [
  ["index.html", "text/html; charset=utf-8", page],
  ...scripts.map(({ code, fileName }) => [nameOf(fileName), "text/javascript; charset=utf-8", code]),
  [style, "text/css; charset=utf-8", sheet.text],
];

const compressed = files.map(([name, type, text]) => [name, type, gzipSync(text, { level: 9 }).toString("base64")]);
const lines = compressed.map(([name, ...file]) => `  ${JSON.stringify(name)}: ${JSON.stringify(file)},\n`);
const module = `/** The console's files: type, and content compressed by gzip, in base64. Written by build/console.mjs. */
export const CONSOLE_FILES: Readonly<Record<string, readonly [type: string, gzipBase64: string]>> = {
${lines.join("")}};

/** The files that a browser loads before it shows the first screen. */
export const FIRST_SCREEN: readonly string[] = ${JSON.stringify(["index.html", ...first])};

/** The packages of which the files hold a part. */
export const BUNDLED_PACKAGES: readonly string[] = ${JSON.stringify([...bundled].sort())};
`;
// A file that has not changed keeps its time, and the compiler its work.
if (!existsSync(TARGET) || readFileSync(TARGET, "utf8") !== module) writeFileSync(TARGET, module);

if (process.argv.includes("--sizes")) {
  const kb = (names) =>
    compressed
      .filter(([name]) => names === undefined || names.includes(name))
      .reduce((sum, [, , text]) => sum + Buffer.from(text, "base64").length / 1000, 0)
      .toFixed(1);
  const sizes = compressed.map(([name]) => `${kb([name]).padStart(8)} kB  ${name}\n`);
  process.stdout.write(`${sizes.join("")}first screen ${kb(["index.html", ...first])} kB, all ${kb()} kB, by gzip\n`);
}
