/** The package as npm publishes it, in an empty project. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The repository. */
export const ROOT = join(import.meta.dirname, "../../..");

/** The fields of `package.json` that tests read. */
export interface Manifest {
  readonly version: string;
  readonly repository?: unknown;
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** A file of the package. */
interface PackedFile {
  readonly path: string;
  readonly size: number;
}

/** What `npm pack` answers. */
interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly PackedFile[];
}

export class PackedProject {
  /** The project: what runs here finds `stashd` and its dependencies in `node_modules`. */
  readonly folder = mkdtempSync(join(tmpdir(), "stashd-packed-"));
  readonly packed: Packed;
  readonly tarball: string;
  /** The folder of the package. */
  readonly installed = join(this.folder, "node_modules/stashd");
  /** The paths of its files. */
  readonly files: readonly string[];
  readonly manifest: Manifest;

  /**
   * Packs what is built. With `npm` the package, its dependencies and the clients' SDK are installed as a user installs
   * them, which asks the registry; otherwise the package is unpacked, and the others are this repository's.
   */
  constructor(installer: "npm" | "links" = "links") {
    // With its scripts `npm pack` would build anew, under the feet of the tests that run beside this one.
    const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", this.folder];
    this.packed = parsePacked(execFileSync("npm", args, { cwd: ROOT, stdio: "pipe" }).toString());
    this.tarball = join(this.folder, this.packed.filename);
    this.files = this.packed.files.map(({ path }) => path);
    const source = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
    if (installer === "npm") {
      const sdk = `@upstash/redis@${source.devDependencies["@upstash/redis"]}`;
      writeFileSync(join(this.folder, "package.json"), JSON.stringify({ private: true }));
      const flags = ["--no-audit", "--no-fund", "--prefer-offline"];
      execFileSync("npm", ["install", ...flags, this.tarball, sdk], { cwd: this.folder, stdio: "pipe" });
    } else {
      mkdirSync(this.installed, { recursive: true });
      execFileSync("tar", ["-xzf", this.tarball, "--strip-components=1", "-C", this.installed]);
      for (const name of [...Object.keys(source.dependencies), "@upstash/redis"]) this.link(name);
    }
    this.manifest = JSON.parse(this.read("package.json")) as Manifest;
  }

  /** A file of the package. */
  read(file: string): string {
    return readFileSync(join(this.installed, file), "utf8");
  }

  /** Writes a file of the project. */
  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
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

/** npm 11 and earlier answer a list, later ones an object by package name. */
function parsePacked(text: string): Packed {
  return Object.values(JSON.parse(text) as Record<string, Packed>)[0]!;
}
