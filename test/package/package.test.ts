/** What is published: its contents, and that programs of every kind can use it from an empty folder. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import commonjs from "@rollup/plugin-commonjs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build } from "esbuild";
import { rollup } from "rollup";
import webpack from "webpack";
import { PackedProject } from "../support/packed.ts";
import { PACKAGE_CHECKS } from "./checks.ts";
import { PRINTED, PROGRAMS } from "./programs.ts";

const project = new PackedProject();
after(() => project.remove());

const { folder, installed, manifest } = project;

describe("the package", () => {
  for (const { name, faults } of PACKAGE_CHECKS) {
    test(name, async () => assert.deepEqual(await faults(project), []));
  }
});

/** Versions of Node that can require ES modules are told not to: those that cannot are supported. */
const REQUIRE_FLAG = "--no-experimental-require-module";
const cannotRequireModules = process.allowedNodeEnvironmentFlags.has(REQUIRE_FLAG) ? [REQUIRE_FLAG] : [];

for (const [file, text] of Object.entries(PROGRAMS)) project.write(file, text);

describe("a program in an empty folder", () => {
  test("imports it", () => {
    assert.equal(project.node("program.mjs"), PRINTED);
  });

  test("requires it, by a Node that cannot require ES modules", () => {
    assert.equal(project.node(...cannotRequireModules, "program.cjs"), PRINTED);
  });

  test("finds the executable", () => {
    assert.equal(project.node(join(installed, manifest.bin["stashd"]!), "--version"), `${manifest.version}\n`);
  });
});

describe("a bundle that has nothing beside it", () => {
  const entry = join(folder, "program.mjs");
  const target = (name: string): string => {
    const path = join(folder, "bundles", name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const run = (file: string): string => execFileSync(process.execPath, [file], { cwd: "/", stdio: "pipe" }).toString();

  for (const [format, name] of [
    ["esm", "bundle.mjs"],
    ["cjs", "bundle.cjs"],
  ] as const) {
    test(`esbuild, ${format}`, async () => {
      const outfile = join(target(`esbuild-${format}`), name);
      const options = { bundle: true, platform: "node", format, outfile, minify: true, logLevel: "silent" } as const;
      const { warnings } = await build({ ...options, entryPoints: [entry] });
      assert.deepEqual(warnings, []);
      assert.equal(run(outfile), PRINTED);
    });
  }

  test("rollup", async () => {
    const warnings: string[] = [];
    const onwarn = ({ message }: { message: string }): void => void warnings.push(message);
    // Its declarations are those of a CommonJS module, which it is not when it is imported.
    const plugins = [nodeResolve(), (commonjs as unknown as typeof commonjs.default)()];
    const bundle = await rollup({ input: entry, external: /^node:/, plugins, onwarn });
    const file = join(target("rollup"), "bundle.mjs");
    await bundle.write({ file, format: "es", inlineDynamicImports: true });
    await bundle.close();
    assert.deepEqual(warnings, []);
    assert.equal(run(file), PRINTED);
  });

  test("webpack", async () => {
    const path = target("webpack");
    const output = { path, filename: "bundle.cjs", library: { type: "commonjs2" } };
    // Without the minifier, which takes longer than all the rest.
    const optimization = { minimize: false };
    const compiler = webpack({ mode: "production", target: "node20", context: folder, entry, output, optimization });
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
      compiler!.run((error, stats) => (error === null ? resolve(stats) : reject(error)));
    });
    const { errors, warnings } = stats!.toJson({ all: false, errors: true, warnings: true });
    assert.deepEqual([errors, warnings], [[], []]);
    assert.equal(run(join(path, "bundle.cjs")), PRINTED);
  });
});
