/**
 * Makes what is published besides the ES modules: a CommonJS build for `require`, and declarations that name modules as
 * they are published (`./x.js`) for both.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

writeFileSync(`${dist}cjs/package.json`, '{ "type": "commonjs" }\n');

// The compiler rewrites the names of imported modules in code, and leaves them in declarations.
const IMPORTED = /(\bfrom |\bimport\()"(\.[^"]+)\.ts"/g;
for (const build of ["src", "cjs"]) {
  for (const file of readdirSync(dist + build, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".d.ts")) continue;
    const path = `${dist}${build}/${file}`;
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(IMPORTED, '$1"$2.js"'));
  }
}
