/**
 * Bundles the console, the web page that the server serves at `/console`, into a module of compressed files, so that no
 * file has to be found at run time. What a screen needs beyond the first one is a part of its own, loaded when the screen
 * is opened. The names of parts change with what they hold, so browsers may keep them for ever.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../console/", import.meta.url));
const TARGET = fileURLToPath(new URL("../src/server/console-files.generated.ts", import.meta.url));

const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/main.tsx", "src/styles/console.css"],
  outdir: "out/assets",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  minify: true,
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { "process.env.NODE_ENV": '"production"' },
  metafile: true,
  write: false,
  logLevel: "warning",
});

const TYPES = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" };

/** The name of an output below `/console/`. */
const nameOf = (path) => `assets/${basename(path)}`;

/** The output of an entry point. */
const outputOf = (source) => Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === source)[0];

const script = outputOf("src/main.tsx");
const style = outputOf("src/styles/console.css");
/** Outputs that a script loads at once: itself, and what it imports. */
function firstScreen(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: imported, kind } of metafile.outputs[path].imports)
    if (kind === "import-statement") firstScreen(imported, found);
  return found;
}
const first = [...firstScreen(script), style].map(nameOf);

/** Packages of which the files hold a part. Their licences stand in THIRD-PARTY.md. */
const bundled = new Set(
  Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
);
// What the script imports is asked for with it, not once it has been read.
const preloads = first
  .filter((name) => name.endsWith(".js") && name !== nameOf(script))
  .map((name) => `<link rel="modulepreload" href="console/${name}" />`);
const page = readFileSync(`${root}index.html`, "utf8")
  .replace("</head>", `${preloads.join("")}</head>`)
  .replace("%SCRIPT%", `console/${nameOf(script)}`)
  .replace("%STYLE%", `console/${nameOf(style)}`)
  .replace(/>\s+</g, "><");

const files = [["index.html", "text/html; charset=utf-8", page]];
for (const { path, text } of outputFiles) files.push([nameOf(path), TYPES[path.split(".").pop()], text]);

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
