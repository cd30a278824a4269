/** The programs that can run the package: Node in several versions, Bun and Deno, each from npm. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Time that npm may take to install one, in milliseconds: a runtime has 30 to 60 MB. */
const INSTALL_MS_MAX = 300_000;

export interface Runtime {
  /** As it is asked for: `node@22`, `bun`. */
  readonly name: string;
  readonly version: string;
  /** Runs a file: the program and its first arguments. */
  readonly program: readonly string[];
  /** Runs the executable of a package that is installed in the working directory, as `npx` does. */
  readonly npx: readonly string[];
  /** The environment, in which this is the first runtime on the PATH. */
  readonly env: NodeJS.ProcessEnv;
}

/** The words before a file and before the name of a package, by the name of the runtime's package. */
const CALLS: Readonly<Record<string, (bin: string) => Pick<Runtime, "program" | "npx">>> = {
  // The npm that is there, on this Node.
  node: (bin) => ({ program: [bin], npx: ["npx"] }),
  bun: (bin) => ({ program: [bin], npx: [bin, "x", "--bun", "--no-install"] }),
  deno: (bin) => ({ program: [bin, "run", "--allow-all"], npx: [bin, "run", "--allow-all"] }),
};

/** The words of `npx` for a package. Deno's name packages by a scheme. */
export function npxOf({ npx, name }: Runtime, packageName: string): string[] {
  return [...npx, name.startsWith("deno") ? `npm:${packageName}` : packageName];
}

/** The Node that runs this program. */
export function runningNode(): Runtime {
  return describe(`node@${process.versions.node.split(".")[0]}`, process.execPath, process.version);
}

/** Installs a runtime below a folder. Rejects with npm's message when there is none for this machine. */
export async function installRuntime(name: string, below: string): Promise<Runtime> {
  const [package_ = ""] = name.split("@");
  if (!(package_ in CALLS)) throw new Error(`no such runtime; there are ${Object.keys(CALLS).join(", ")}`);
  const folder = join(below, name);
  mkdirSync(folder, { recursive: true });
  // Their packages fetch the program of this machine in a script, which npm asks about.
  const manifest = { private: true, allowScripts: { [package_]: true } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const flags = ["--no-audit", "--no-fund", "--prefer-offline"];
  await run("npm", ["install", ...flags, name], { cwd: folder, timeout: INSTALL_MS_MAX });
  const bin = join(folder, "node_modules/.bin", package_);
  const { stdout } = await run(bin, ["--version"]);
  return describe(name, bin, stdout.split("\n")[0]!);
}

function describe(name: string, bin: string, version: string): Runtime {
  const env = { ...process.env, PATH: `${dirname(bin)}${delimiter}${process.env["PATH"]}` };
  return { name, version, env, ...CALLS[name.split("@")[0]!]!(bin) };
}
