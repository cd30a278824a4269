/** A command with a server of its own. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { processGroups } from "../support/process-groups.ts";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "stashd-run-"));
after(() => rmSync(folder, { recursive: true }));

const groups = processGroups();

/** A running `stashd run`. */
class Run {
  readonly child: ChildProcess;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  out = "";
  err = "";

  constructor(args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
    const env = { ...process.env, npm_command: "", ...variables };
    this.child = spawn(process.execPath, [PROGRAM, "run", ...args], {
      cwd: folder,
      env,
      detached: true,
      stdio: "pipe",
    });
    groups.add(this.child.pid!);
    this.child.stdout!.on("data", (chunk: Buffer) => (this.out += chunk.toString()));
    this.child.stderr!.on("data", (chunk: Buffer) => (this.err += chunk.toString()));
    this.ended = new Promise((resolve) => this.child.once("close", (code, signal) => resolve(code ?? signal)));
  }

  /** Runs a program of JavaScript in a process of its own. */
  static program(text: string, ...flags: readonly string[]): Run {
    return new Run([...flags, "--", process.execPath, "-e", text]);
  }

  /** Resolves when the command has printed so much that the pattern matches; rejects when it ends without. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.out);
      if (match !== null) return match;
      const [chunk] = await Promise.race([once(this.child.stdout!, "data"), this.ended.then(() => [undefined])]);
      if (chunk === undefined) throw new Error(this.err);
    }
  }
}

/** Whether something listens on the port. */
function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

/** Prints the port and the process, then waits for a signal. `traps` are signals on which it ends with a status. */
function waiting(traps: Readonly<Record<string, number>> = {}): string {
  const handlers = Object.entries(traps).map(([name, code]) => `process.on("${name}", () => process.exit(${code}));`);
  return `${handlers.join("")}
    setInterval(() => {}, 1e6);
    console.log(new URL(process.env.UPSTASH_REDIS_REST_URL).port, process.pid, ".");`;
}

const WAITING = /^(\d+) (\d+) \.$/m;

describe("stashd run", { timeout: 240_000 }, () => {
  test("gives the command a server, and ends with its exit status", async () => {
    const run = Run.program(
      `(async () => {
        const { MORE, OTHER, UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token, ...env } = process.env;
        const ask = async (path, secret) =>
          (await fetch(url + path, { headers: { Authorization: "Bearer " + secret } })).json();
        console.log(JSON.stringify([
          await ask("/set/k/v", token),
          await ask("/get/k", env.KV_REST_API_READ_ONLY_TOKEN),
          "error" in (await ask("/set/k/w", env.KV_REST_API_READ_ONLY_TOKEN)),
          env.KV_REST_API_URL === url && env.KV_REST_API_TOKEN === token && OTHER === token,
          env.REDIS_URL.startsWith("redis://default:" + token + "@127.0.0.1:"),
          env.KV_URL === env.REDIS_URL && MORE === env.REDIS_URL,
          (await ask("/info/server", token)).result.includes("stashd_test_database:1") && token.startsWith("stashd_test_"),
        ]));
        process.exitCode = 7;
      })();`,
      "--env",
      "MORE=redis",
      "--env",
      "OTHER=token",
    );
    assert.equal(await run.ended, 7, run.err);
    assert.deepEqual(JSON.parse(run.out), [{ result: "OK" }, { result: "v" }, true, true, true, true, true]);
    assert.equal(run.err, "");
    assert.deepEqual(readdirSync(folder), []);
  });

  test("keeps the data where it is told to", async () => {
    const asking = (path: string): string => `
      const { KV_REST_API_URL: url, KV_REST_API_TOKEN: token } = process.env;
      fetch(url + "${path}", { headers: { Authorization: "Bearer " + token } }).then(async (answer) =>
        console.log(await answer.text()));`;
    const flags = ["--data", "kept"];
    assert.equal(await Run.program(asking("/set/k/v"), ...flags).ended, 0);
    const second = Run.program(asking("/get/k"), ...flags);
    await second.ended;
    assert.equal(second.out, '{"result":"v"}\n');
    const third = Run.program(asking("/info/server"), ...flags);
    await third.ended;
    assert.match(third.out, /stashd_test_database:0/, "data that is kept is not for tests");
    assert.ok(!readdirSync(join(folder, "kept")).includes("stashd.lock"));
  });

  test("passes on what it reads and what its command's own options are", async () => {
    const run = new Run(["sort", "-r"]);
    run.child.stdin!.end("a\nb\n");
    assert.deepEqual([await run.ended, run.out], [0, "b\na\n"]);
  });

  test("ends the server alone at SHUTDOWN, with its data on the disk", async () => {
    const program = `
      const { connect } = require("node:net");
      const { hostname, password, port } = new URL(process.env.REDIS_URL);
      const isOpen = () => new Promise((resolve) => {
        const socket = connect(port, hostname, () => resolve(true) || socket.destroy()).on("error", () => resolve(false));
      });
      const socket = connect(port, hostname, () => socket.write(\`AUTH \${password}\\r\\nSET k v\\r\\nSHUTDOWN\\r\\n\`));
      socket.resume().on("error", () => {}).on("close", async () => {
        while (await isOpen());
        console.log("nobody is there");
        process.exitCode = 5;
      });`;
    const run = Run.program(program, "--data", "shut-down");
    assert.deepEqual([await run.ended, run.out, run.err], [5, "nobody is there\n", ""]);
    assert.ok(!readdirSync(join(folder, "shut-down")).includes("stashd.lock"));
    rmSync(join(folder, "shut-down"), { recursive: true });
  });

  test("names no other server for a protocol that is off", async () => {
    const variables = { REDIS_URL: "redis://elsewhere" };
    const run = new Run(["--redis-port", "off", "--", "sh", "-c", 'echo "[$REDIS_URL]"'], variables);
    assert.deepEqual([await run.ended, run.out], [0, "[]\n"]);
  });

  test("ends as shells do for a command that cannot be run", async () => {
    writeFileSync(join(folder, "text"), "");
    chmodSync(join(folder, "text"), 0o644);
    writeFileSync(join(folder, "lost"), "#!/no/such/interpreter\n", { mode: 0o755 });
    mkdirSync(join(folder, "folder"), { recursive: true });
    const wrong: readonly (readonly [command: string, code: number, line: RegExp])[] = [
      ["no-such-command", 127, /no-such-command is not on the PATH; correct its name, or install it/],
      ["./no/such", 127, /\.\/no\/such does not exist; correct its name/],
      ["true -v", 127, /^stashd: true -v is not on the PATH; without the quotes it is true with a word of its own/],
      ["./lost", 127, /\.\/lost names an interpreter in its first line that does not exist; correct that line/],
      ["./folder", 126, /\.\/folder is a directory; name a program in it/],
      ["./text", 126, /\.\/text may not be executed; chmod \+x it, or name its interpreter/],
    ];
    const runs = wrong.map(([command]) => new Run(["--", command]));
    for (const [i, [, code, line]] of wrong.entries()) {
      const run = runs[i]!;
      assert.equal(await run.ended, code);
      assert.match(run.err, line);
      assert.match(run.err, /^stashd: [^\n]*\n$/);
    }
  });

  test("says in one line what is wrong with its options", async () => {
    const taken = createServer().listen(0, "127.0.0.1").unref();
    await once(taken, "listening");
    const port = String((taken.address() as AddressInfo).port);
    const wrong: readonly (readonly [args: readonly string[], line: RegExp])[] = [
      [["--", ""], /name the command to run, as in stashd run -- npm test/],
      [[], /name the command to run, as in stashd run -- npm test/],
      [["--port", port, "true"], /port \d+ on 127\.0\.0\.1 is taken.*, or choose another with --port \(0 for any\)/],
      [["--redis-port", port, "true"], /port \d+ on 127\.0\.0\.1 is taken.*--redis-port/],
      [["--fsync", "at-times", "true"], /--fsync must be one of/],
      [["--tokn", "x", "true"], /unknown option '--tokn'/],
      [["--env", "A=port", "true"], /'A=port' is invalid\. It must be a name and one of url, token, /],
      [["--env", "A-B=url", "true"], /It must be a name and one of/],
      [["--redis-port", "off", "--env", "A=redis", "true"], /--env A=redis needs the Redis protocol/],
      [["--workers", "2", "--redis", "redis://127.0.0.1:1", "--", "true"], /leave --workers out/],
    ];
    const runs = wrong.map(([args]) => new Run(args));
    for (const [i, [args, line]] of wrong.entries()) {
      assert.equal(await runs[i]!.ended, 1, args.join(" "));
      assert.match(runs[i]!.err, line);
      assert.match(runs[i]!.err, /^stashd: [^\n]*\n$/);
    }
    taken.close();
    const help = new Run(["--help"]);
    assert.equal(await help.ended, 0);
    assert.match(help.out, /^Usage: stashd run \[options\] -- command/);
    assert.match(help.out, /--data/);
  });

  test("passes signals on, and ends with 128 and the signal's number when the command does not handle it", async () => {
    const cases = [
      ["SIGTERM", {}, 143],
      ["SIGINT", {}, 130],
      ["SIGHUP", {}, 129],
      ["SIGUSR2", { SIGUSR2: 3 }, 3],
      ["SIGTERM", { SIGTERM: 0 }, 0],
    ] as const;
    const play = async ([signal, traps, code]: (typeof cases)[number]): Promise<void> => {
      const run = Run.program(waiting(traps));
      const [, port] = await run.printed(WAITING);
      run.child.kill(signal);
      assert.equal(await run.ended, code, signal);
      assert.equal(await isOpen(Number(port)), false);
    };
    await Promise.all(cases.map(play));
  });

  test("ends the server when the command is killed, and the command when it is killed itself", async () => {
    const killed = Run.program(waiting());
    const [, port, pid] = await killed.printed(WAITING);
    process.kill(Number(pid), "SIGKILL");
    assert.equal(await killed.ended, 137);
    assert.equal(await isOpen(Number(port)), false);
    const killing = Run.program(waiting());
    await killing.printed(WAITING);
    killing.child.kill("SIGKILL");
    // The command has the outputs too, so these end with the last of both.
    assert.equal(await killing.ended, "SIGKILL");
  });
});
