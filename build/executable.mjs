/**
 * Bundles the executable into `dist/bin/`: a start that reads 300 modules spends most of its CPU time on finding and
 * linking them. The packages it depends on stay outside. What the program imports when it needs it is a file of its own.
 */
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

// The names of the parts change with what they hold.
rmSync(`${dist}bin`, { recursive: true, force: true });

await build({
  entryPoints: { stashd: `${dist}src/cli/main.js` },
  outdir: `${dist}bin`,
  bundle: true,
  splitting: true,
  packages: "external",
  platform: "node",
  target: "node20",
  format: "esm",
  logLevel: "warning",
});
