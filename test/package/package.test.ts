/** What is published: its contents, and that programs of every kind can use it from an empty folder. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { after, describe, test } from "node:test";
import commonjs from "@rollup/plugin-commonjs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { rollup } from "rollup";
import webpack from "webpack";
import { PackedProject } from "../support/packed.ts";

const ROOT = join(import.meta.dirname, "../../..");

const project = new PackedProject();
after(() => project.remove());

const { files, folder, installed, manifest } = project;

describe("the package", () => {
  test("holds code, declarations and documents, and nothing else", () => {
    const documents = ["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "THIRD-PARTY.md", "package.json"];
    const expected =
      /^(?:dist\/package\/[^/]+\.cjs|dist\/package\/stashd\.schema\.json|dist\/package\/(?:(?:core|server)\/)?[^/]+\.d\.cts)$/;
    assert.deepEqual(
      files.filter((file) => !expected.test(file) && !documents.includes(file)),
      [],
    );
    assert.deepEqual(
      documents.filter((file) => !files.includes(file)),
      [],
    );
  });

  test("takes at most 1 MB, and has at most six dependencies", () => {
    assert.ok(project.unpackedBytes <= 1024 ** 2, `${project.unpackedBytes} bytes`);
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
  });

  test("its declarations import modules that are in it", () => {
    const declarations = files.filter((file) => file.endsWith(".d.cts"));
    const broken = declarations.flatMap((file) =>
      [...project.read(file).matchAll(/(?:from |import\()"(\.[^"]+)"/g)]
        .map(([, target]) => posix.join(posix.dirname(file), target!.replace(/\.cjs$/, ".d.cts")))
        .filter((target) => !files.includes(target))
        .map((target) => `${file} → ${target}`),
    );
    assert.ok(declarations.length > 0);
    assert.deepEqual(broken, []);
  });

  test("runs nothing when it is installed, so npm has nothing to ask", () => {
    const asked = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];
    assert.deepEqual(
      asked.filter((name) => name in manifest.scripts),
      [],
    );
  });

  test("publint finds nothing", async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, level: "warning", strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  test("arethetypeswrong finds types for every kind of resolution", () => {
    const attw = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
    const report = project.node(attw, project.tarball, "--no-definitely-typed", "--format", "json");
    const { analysis, problems } = JSON.parse(report) as { analysis: { entrypoints: object }; problems: unknown };
    assert.deepEqual(Object.keys(analysis.entrypoints), [".", "./package.json"]);
    assert.deepEqual(problems, {});
  });
});

/** Uses the API, REST, the Redis protocol and a script; prints what came back. */
const BODY = `
async function main() {
  const server = await startServer({ port: 0, redisPort: 0, redisAuth: false });
  const call = async (...words) => {
    const headers = { Authorization: "Bearer " + server.token };
    return (await (await fetch(server.url, { method: "POST", headers, body: JSON.stringify(words) })).json()).result;
  };
  const pong = await new Promise((resolve) => {
    const socket = connect(server.redisPort, "127.0.0.1", () => socket.write("PING\\r\\n"));
    socket.on("data", (chunk) => { socket.destroy(); resolve(chunk.toString().trim()); });
  });
  const answers = [await call("SET", "k", "v"), await call("EVAL", "return redis.call('GET', KEYS[1])", 1, "k"), pong];
  await server.close();
  const node = await startServer({ port: 0, http: "node" });
  await node.close();
  const refusal = await startServer({ tokn: "x" }).catch((error) => error);
  console.log(JSON.stringify([...answers, refusal instanceof OptionError, refusal.option]));
}
main();
`;
const ESM = `import { startServer, OptionError } from "stashd";\nimport { connect } from "node:net";\n${BODY}`;
const CJS = `const { startServer, OptionError } = require("stashd");\nconst { connect } = require("node:net");\n${BODY}`;
const PRINTED = '["OK","v","+PONG",true,"tokn"]\n';

/** Versions of Node that can require ES modules are told not to: those that cannot are supported. */
const REQUIRE_FLAG = "--no-experimental-require-module";
const cannotRequireModules = process.allowedNodeEnvironmentFlags.has(REQUIRE_FLAG) ? [REQUIRE_FLAG] : [];

writeFileSync(join(folder, "program.mjs"), ESM);
writeFileSync(join(folder, "program.cjs"), CJS);

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

  test("is checked by TypeScript, whatever kind of module it is", () => {
    const code = `import { startServer, OptionError } from "stashd";
import type { ServerOptions, StashdServer } from "stashd";
const options: ServerOptions = { port: 0, limits: { requestBytesMax: 1024 } };
export const server: Promise<StashdServer> = startServer(options);
export const url: Promise<string> = server.then(({ url }) => url);
export const error: string = new OptionError("port", "must not be").option;
// @ts-expect-error an option that there is not
startServer({ tokn: "x" });
`;
    for (const name of ["@types/node", "undici-types"]) project.link(name);
    for (const file of ["typed.mts", "typed.cts", "typed.ts"]) writeFileSync(join(folder, file), code);
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const flags = ["--noEmit", "--strict", "--target", "es2022", "--types", "node"];
    project.node(tsc, ...flags, "--module", "node16", "typed.mts", "typed.cts");
    project.node(tsc, ...flags, "--module", "preserve", "--moduleResolution", "bundler", "typed.ts");
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
