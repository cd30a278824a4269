/** What holds of a package that may be published, whatever runs it. The tests and the release check ask for it. */
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { ROOT } from "../support/packed.ts";
import type { PackedProject } from "../support/packed.ts";
import { TYPED } from "./programs.ts";

const UNPACKED_BYTES_MAX = 1024 ** 2;
const DEPENDENCIES_MAX = 6;
const DOCUMENTS = ["LICENSE", "README.md", "THIRD-PARTY.md", "package.json"];
const CODE = /^dist\/package\/(?:[^/]+\.[cm]js|stashd\.schema\.json|(?:(?:core|server|testing)\/)?[^/]+\.d\.[cm]ts)$/;

/** The names in `exports` that only tests import. */
const OF_TESTS = /^\.\/(?:testing|vitest|jest|playwright)\b/;

/** The part that holds the console's files, which have limits of their own: see `console-files.test.ts`. */
const CONSOLE = /^dist\/package\/console-files-\w+\.cjs$/;

interface PackageCheck {
  /** What holds, as a test is named. */
  readonly name: string;
  /** What is wrong; nothing when it holds. */
  readonly faults: (project: PackedProject) => readonly string[] | Promise<readonly string[]>;
}

export const PACKAGE_CHECKS: readonly PackageCheck[] = [
  { name: "it holds code, declarations and documents: no source maps, no tests", faults: contents },
  {
    name: "it takes at most 1 MB without the console and what is for tests alone, and has at most six dependencies",
    faults: sizes,
  },
  { name: "neither it nor a dependency runs a script when it is installed", faults: installScripts },
  { name: "its declarations import modules that are in it", faults: brokenImports },
  { name: "its declarations hold the public API, and what that names", faults: internalTypes },
  { name: "CHANGELOG.md has an entry for its version", faults: changelog },
  { name: "publint finds nothing", faults: publintMessages },
  { name: "arethetypeswrong finds types for every kind of resolution", faults: wrongTypes },
  { name: "TypeScript checks programs, whatever kind of module they are", faults: typeErrors },
];

function contents({ files }: PackedProject): string[] {
  return [
    ...files.filter((file) => !CODE.test(file) && !DOCUMENTS.includes(file)).map((file) => `${file} is in it`),
    ...DOCUMENTS.filter((file) => !files.includes(file)).map((file) => `${file} is not in it`),
  ];
}

function sizes(project: PackedProject): string[] {
  const { manifest, packed } = project;
  const dependencies = Object.keys(manifest.dependencies).length;
  const names = Object.keys(manifest.exports);
  const ofOthers = partsOf(project, [
    ...names.filter((name) => !OF_TESTS.test(name)).flatMap((name) => entryFiles(project, name)),
    ...Object.values(manifest.bin),
  ]);
  const ofTests = names.filter((name) => OF_TESTS.test(name)).flatMap((name) => entryFiles(project, name));
  const alone = partsOf(project, ofTests).filter((file) => !ofOthers.includes(file));
  const testBytes = alone.reduce((sum, file) => sum + Buffer.byteLength(project.read(file)), 0);
  const consoles = packed.files.filter(({ path }) => CONSOLE.test(path));
  const bytes = packed.unpackedSize - testBytes - consoles.reduce((sum, { size }) => sum + size, 0);
  return [
    ...(bytes <= UNPACKED_BYTES_MAX ? [] : [`${bytes} bytes, and ${testBytes} for tests alone`]),
    ...(consoles.length === 1 ? [] : [`the console is in ${consoles.length} files`]),
    ...(dependencies <= DEPENDENCIES_MAX ? [] : [`${dependencies} dependencies`]),
  ];
}

/** The files that a name in `exports` stands for: its code and its declarations; none for `package.json`. */
function entryFiles({ manifest }: PackedProject, name: string): string[] {
  const target = manifest.exports[name];
  return typeof target === "string" ? [] : Object.values(target as Readonly<Record<string, string>>);
}

/** The files of code that entry points of the package load, early or late, or the declarations that theirs import. */
function partsOf(project: PackedProject, entries: readonly string[]): readonly string[] {
  const parts = new Set(entries.map((entry) => posix.normalize(entry)));
  for (const part of parts) {
    for (const [, name] of project.read(part).matchAll(/"(\.\.?\/[^"]+\.[cm]js)"/g)) {
      const path = posix.join(posix.dirname(part), name!);
      parts.add(isDeclaration(part) ? declarationOf(path) : path);
    }
  }
  return [...parts];
}

interface LockFile {
  readonly packages: Readonly<Record<string, { dev?: boolean; devOptional?: boolean; hasInstallScript?: boolean }>>;
}

function installScripts({ manifest }: PackedProject): string[] {
  const asked = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as LockFile;
  return [
    ...asked.filter((name) => name in manifest.scripts),
    ...Object.entries(packages)
      .filter(([, found]) => found.hasInstallScript === true && found.dev !== true && found.devOptional !== true)
      .map(([path]) => path),
  ];
}

const isDeclaration = (file: string): boolean => /\.d\.[cm]ts$/.test(file);

const declarationOf = (code: string): string => code.replace(/\.([cm])js$/, ".d.$1ts");

function brokenImports(project: PackedProject): string[] {
  return project.files.filter(isDeclaration).flatMap((file) =>
    [...project.read(file).matchAll(/(?:from |import\()"(\.[^"]+)"/g)]
      .map(([, target]) => posix.join(posix.dirname(file), declarationOf(target!)))
      .filter((target) => !project.files.includes(target))
      .map((target) => `${file} → ${target}`),
  );
}

/** Names that a declaration exports, and that neither an entry point exports nor another declaration mentions. */
function internalTypes(project: PackedProject): string[] {
  const entries = Object.keys(project.manifest.exports).flatMap((name) => entryFiles(project, name));
  const textOf = (file: string): string => project.read(file).replaceAll(/\/\*[\s\S]*?\*\//g, "");
  const texts = project.files.filter(isDeclaration).map(textOf);
  const exported = texts.flatMap((text) =>
    [...text.matchAll(/^export (?:type )?\{(.*)\}/gm)].map(([, names]) => names!),
  );
  const all = texts.join("\n").replaceAll(/^import .*$/gm, "");
  const declarations = /^export (?:declare )?(?:abstract )?(?:const|function|class|interface|type) (\w+)/gm;
  const namesIn = (text: string): string[] => [...text.matchAll(declarations)].map(([, name]) => name!);
  const declared = namesIn(all);
  exported.push(...entries.filter(isDeclaration).flatMap((entry) => namesIn(textOf(posix.normalize(entry)))));
  if (declared.length === 0) return ["there are none"];
  return declared
    .filter((name) => !exported.some((names) => names.split(/[\s,]+/).includes(name)))
    .filter((name) => [...all.matchAll(new RegExp(`\\b${name}\\b`, "g"))].length < 2);
}

function changelog(project: PackedProject): string[] {
  const { version } = project.manifest;
  const heading = new RegExp(`^## \\[?${version.replaceAll(".", "\\.")}`, "m");
  return heading.test(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8")) ? [] : [`none for ${version}`];
}

async function publintMessages({ installed }: PackedProject): Promise<string[]> {
  const { messages, pkg } = await publint({ pkgDir: installed, level: "warning", strict: true });
  return messages.map((message) => formatMessage(message, pkg) ?? message.code);
}

interface Problem {
  readonly kind: string;
  readonly entrypoint?: string;
}

/** What arethetypeswrong answers. */
interface AttwReport {
  readonly analysis: { readonly entrypoints: object };
  readonly problems: Readonly<Record<string, readonly Problem[]>>;
}

/** vitest can be imported only, and so can what imports it. */
const isOfVitest = ({ entrypoint = "", kind }: Problem): boolean =>
  kind === "CJSResolvesToESM" && entrypoint.startsWith("./vitest");

function wrongTypes(project: PackedProject): string[] {
  const attw = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const rules = ["--ignore-rules", "cjs-resolves-to-esm"];
  const report = project.node(attw, project.tarball, "--no-definitely-typed", "--format", "json", ...rules);
  const { analysis, problems } = JSON.parse(report) as AttwReport;
  const missing = Object.keys(project.manifest.exports).filter((name) => !(name in analysis.entrypoints));
  const wrong = Object.values(problems)
    .flat()
    .filter((problem) => !isOfVitest(problem));
  return [...missing, ...wrong.map((problem) => JSON.stringify(problem))];
}

function typeErrors(project: PackedProject): string[] {
  for (const name of ["@types/node", "undici-types"]) project.link(name);
  for (const file of ["typed.mts", "typed.cts", "typed.ts"]) project.write(file, TYPED);
  const flags = ["--noEmit", "--strict", "--target", "es2022", "--types", "node"];
  const kinds = [
    ["--module", "node16", "typed.mts", "typed.cts"],
    ["--module", "preserve", "--moduleResolution", "bundler", "typed.ts"],
  ];
  return kinds.flatMap((kind) => {
    try {
      project.node(join(ROOT, "node_modules/typescript/bin/tsc"), ...flags, ...kind);
      return [];
    } catch (error) {
      return [String((error as { stdout?: unknown }).stdout ?? error)];
    }
  });
}
