/** The package as npm publishes it, unpacked into an empty project. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");

/** The fields of `package.json` that tests read. */
export interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

export class PackedProject {
  /** The project: what runs here finds `stashd` and its dependencies in `node_modules`. */
  readonly folder = mkdtempSync(join(tmpdir(), "stashd-packed-"));
  readonly tarball: string;
  /** The folder of the package. */
  readonly installed = join(this.folder, "node_modules/stashd");
  /** Its files, by path. */
  readonly files: readonly string[];
  /** What they take when they are unpacked. */
  readonly unpackedBytes: number;
  readonly manifest: Manifest;

  constructor() {
    // With its scripts `npm pack` would build anew, under the feet of the tests that run beside this one.
    const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", this.folder];
    const [packed] = parsePacked(execFileSync("npm", args, { cwd: ROOT, stdio: "pipe" }).toString());
    this.tarball = join(this.folder, packed!.filename);
    this.files = packed!.files.map(({ path }) => path);
    this.unpackedBytes = packed!.unpackedSize;
    mkdirSync(this.installed, { recursive: true });
    execFileSync("tar", ["-xzf", this.tarball, "--strip-components=1", "-C", this.installed]);
    this.manifest = JSON.parse(this.read("package.json")) as Manifest;
    for (const name of Object.keys(this.manifest.dependencies)) this.link(name);
  }

  /** A file of the package. */
  read(file: string): string {
    return readFileSync(join(this.installed, file), "utf8");
  }

  /** Installs a package that this repository has too. */
  link(name: string): void {
    const target = join(this.folder, "node_modules", name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), target);
  }

  /** Runs Node in the project; answers what it printed. Throws with both outputs when it fails. */
  node(...args: readonly string[]): string {
    return execFileSync(process.execPath, args, { cwd: this.folder, stdio: "pipe" }).toString();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** npm 11 and earlier answer a list, later ones an object by package name. */
function parsePacked(text: string): Packed[] {
  return Object.values(JSON.parse(text) as Record<string, Packed>);
}
