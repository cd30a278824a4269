/**
 * The image of `deploy/Dockerfile`, built by buildah without a daemon and without a registry: the base is made here, under
 * the name that the Dockerfile gives it, from this machine's Node, npm, a few tools, and the libraries that they need.
 *
 * A container is a process in namespaces of its own, the root file system mounted read-only and the volume over it, under
 * the image's user and without capabilities. That is what a runtime does, as far as the image can notice; limits of the
 * runtime, its network and its default of low ports are not there.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { instructionsOf } from "./dockerfile.ts";
import { PackedProject } from "./packed.ts";

const ROOT = join(import.meta.dirname, "../../..");
const NEEDED = ["buildah", "unshare", "setpriv"];
const TOOLS = ["sh", "env", "ln", "mkdir", "chmod", "chown", "rm"];

/** The reason to skip tests that build the image, or false. In CI buildah is not optional. */
export function imageSkipReason(): string | false {
  if (process.platform !== "linux" || process.getuid!() !== 0) return "building the image here needs Linux and root";
  const missing = NEEDED.filter((tool) => spawnSync(tool, ["--version"]).status !== 0);
  if (missing.length === 0) return false;
  if (process.env["CI"] === "true") throw new Error(`not on PATH, and CI must build the image: ${missing.join(", ")}`);
  return `not on PATH, install it to build the image: ${missing.join(", ")}`;
}

/** What the image says of its containers. */
interface Config {
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Healthcheck: { readonly Test: readonly string[] };
  readonly Labels: Readonly<Record<string, string>>;
  readonly StopSignal: string;
  readonly User: string;
  readonly Volumes: Readonly<Record<string, unknown>>;
  readonly WorkingDir: string;
}

/** A container that runs. */
export interface Container {
  /** The process that is the first in its namespace, as this machine numbers it. */
  readonly pid: number;
  /** What it has printed so far, both streams. */
  output(): string;
  /** Its exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

export class Image {
  readonly config: Config;
  /** Bytes of its files beside those of the base. */
  readonly ownBytes: number;
  private readonly folder = mkdtempSync(join(tmpdir(), "stashd-image-"));
  private readonly mounted: string;

  constructor() {
    const context = join(this.folder, "context");
    mkdirSync(join(context, "deploy"), { recursive: true });
    for (const file of [
      ".dockerignore",
      "package.json",
      "package-lock.json",
      "deploy/Dockerfile",
      "deploy/stashd.json",
    ]) {
      cpSync(join(ROOT, file), join(context, file));
    }
    const packed = new PackedProject();
    cpSync(packed.tarball, join(context, `stashd-${packed.manifest.version}.tgz`));
    packed.remove();
    const [base] = instructionsOf(readFileSync(join(context, "deploy/Dockerfile"), "utf8"));
    this.makeBase(base!.value.replace(/^NODE=/, ""));
    const flags = [
      "--isolation",
      "chroot",
      "--network",
      "host",
      "--pull=never",
      "--format",
      "docker",
      "--timestamp",
      "0",
    ];
    this.buildah("build", ...flags, "-q", "-f", join(context, "deploy/Dockerfile"), "-t", "stashd", context);
    const inspected = JSON.parse(this.buildah("inspect", "--type", "image", "stashd")) as {
      Docker: { config: Config };
    };
    this.config = inspected.Docker.config;
    const container = this.buildah("from", "--pull=never", "stashd");
    this.mounted = this.buildah("mount", container);
    this.ownBytes = Number(
      execFileSync("du", ["-sb", join(this.mounted, "opt")])
        .toString()
        .split("\t")[0],
    );
  }

  /** A folder on this machine that the image's user may write to, as a runtime makes volumes. */
  volume(): string {
    const folder = mkdtempSync(join(this.folder, "volume-"));
    const [uid, gid] = this.config.User.split(":").map(Number);
    chownSync(folder, uid!, gid!);
    return folder;
  }

  /** Starts a container of its entry point with these words, or of `command`. */
  run(volume: string, variables: Readonly<Record<string, string>>, command = this.config.Entrypoint): Container {
    const { Env, User, Volumes, WorkingDir } = this.config;
    const [uid, gid] = User.split(":");
    const [mountPoint] = Object.keys(Volumes);
    const script = `set -e
mount --bind "$ROOTFS" "$ROOTFS"
mount --bind "$VOLUME" "$ROOTFS${mountPoint}"
mount -t proc proc "$ROOTFS/proc"
mount -o remount,bind,ro "$ROOTFS"
cd "$ROOTFS"
exec chroot . env -i ${[...Env, ...Object.entries(variables).map((pair) => pair.join("="))].map(quoted).join(" ")} \
  sh -c 'cd ${WorkingDir} && exec "$@"' sh "$@"`;
    const rights = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--bounding-set=-all", "--no-new-privs"];
    const child = spawn(
      "unshare",
      ["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh", "setpriv", ...rights, ...command],
      { env: { PATH: process.env["PATH"], ROOTFS: this.mounted, VOLUME: volume }, stdio: ["ignore", "pipe", "pipe"] },
    );
    return containerOf(child);
  }

  /** Writes a base image of this name. */
  private makeBase(name: string): void {
    const base = join(this.folder, "base");
    const put = (from: string, to: string): void => {
      mkdirSync(dirname(join(base, to)), { recursive: true });
      cpSync(from, join(base, to), { dereference: true, recursive: true });
    };
    for (const folder of ["tmp", "proc", "dev", "sys", "usr/bin"]) mkdirSync(join(base, folder), { recursive: true });
    chmodSync(join(base, "tmp"), 0o1777);
    const tools = [...TOOLS, "setpriv"].map(located);
    for (const tool of tools) put(tool, join("usr/bin", tool.split("/").at(-1)!));
    put(process.execPath, "usr/local/bin/node");
    for (const library of librariesOf([process.execPath, ...tools])) put(library, library);
    put(join(located("npm"), "../.."), "usr/local/lib/node_modules/npm");
    writeFileSync(
      join(base, "usr/bin/npm"),
      '#!/usr/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n',
    );
    chmodSync(join(base, "usr/bin/npm"), 0o755);
    execFileSync("ln", ["-s", "usr/bin", join(base, "bin")]);
    this.configureNpm(put);
    const container = this.buildah("from", "scratch");
    this.buildah("add", "-q", container, base, "/");
    this.buildah("config", "--env", "PATH=/usr/local/bin:/usr/bin:/bin", container);
    this.buildah("commit", "-q", container, name);
    this.buildah("rm", container);
  }

  /** Lets npm in the base reach what npm here reaches. */
  private configureNpm(put: (from: string, to: string) => void): void {
    const setting = (name: string): string => execFileSync("npm", ["config", "get", name]).toString().trim();
    const lines = [`registry=${setting("registry")}`];
    const authorities = setting("cafile");
    if (authorities !== "null") {
      put(authorities, "/etc/npm-ca.pem");
      lines.push("cafile=/etc/npm-ca.pem");
    }
    const file = join(this.folder, "npmrc");
    writeFileSync(file, lines.join("\n"));
    put(file, "/usr/local/etc/npmrc");
  }

  private buildah(command: string, ...args: readonly string[]): string {
    const store = [
      "--storage-driver",
      "vfs",
      "--root",
      join(this.folder, "store"),
      "--runroot",
      join(this.folder, "run"),
    ];
    return execFileSync("buildah", [...store, command, ...args], { stdio: ["ignore", "pipe", "pipe"] })
      .toString()
      .trim();
  }

  /** Removes it, its base and its volumes. */
  remove(): void {
    this.buildah("rm", "--all");
    rmSync(this.folder, { recursive: true });
  }
}

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

function located(tool: string): string {
  const path = execFileSync("sh", ["-c", `command -v ${tool}`])
    .toString()
    .trim();
  return execFileSync("readlink", ["-f", path])
    .toString()
    .trim()
    .replace(/\/dash$/, "/sh");
}

/** The shared libraries of programs, the loader among them, by the paths that they are looked for at. */
function librariesOf(programs: readonly string[]): Set<string> {
  const listed = execFileSync("ldd", [...programs]).toString();
  return new Set([...listed.matchAll(/(\/\S+\.so\S*) \(0x/g)].map(([, library]) => library!));
}

function containerOf(child: ChildProcess): Container {
  let output = "";
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return {
    get pid() {
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
      return Number(children.trim().split(" ")[0]);
    },
    output: () => output,
    ended: new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"))),
  };
}
