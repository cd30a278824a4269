/** The executable, as a user starts it. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { RawConnection } from "../support/resp-client.ts";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Programs still running; a test that fails must not leave its own behind. */
const running = new Set<ChildProcess>();
afterEach(() => running.forEach((child) => child.kill("SIGKILL")));

function start(
  args: readonly string[],
  variables: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  // Any port for the Redis protocol, unless the test is about it.
  const env: Record<string, string | undefined> = {
    ...process.env,
    STASHD_REDIS_PORT: "0",
    STASHD_MEMORY: "1",
    ...variables,
  };
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: "pipe" });
  running.add(child.on("close", () => running.delete(child)));
  const ended = new Promise<Ended>((resolve) => {
    let [out, err] = ["", ""];
    child.stdout!.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr!.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.on("close", (code) => resolve({ code, out, err }));
  });
  return { child, ended };
}

const run = (args: readonly string[], variables?: Record<string, string>): Promise<Ended> =>
  start(args, variables).ended;

/** The output up to the curl line, which is the last of the startup block. */
function banner(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let out = "";
    child.stdout!.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (/\ncurl .*\n/.test(out)) resolve(out);
    });
  });
}

async function started(args: readonly string[], variables?: Record<string, string>) {
  const { child, ended } = start(args, variables);
  const text = await banner(child);
  const setting = (name: string): string => new RegExp(`^${name}="(.*)"$`, "m").exec(text)![1]!;
  const url = setting("UPSTASH_REDIS_REST_URL");
  return { child, ended, text, url, token: setting("UPSTASH_REDIS_REST_TOKEN") };
}

describe("stashd", () => {
  test("serves with a random token and prints what to paste", async () => {
    const { child, ended, text, url, token } = await started(["--port", "0"]);
    assert.match(token, /^[0-9a-f]{48}$/);
    const [curl] = /^curl .*$/m.exec(text)!;
    assert.ok(curl.includes(url) && curl.includes(token));
    const answer = await fetch(`${url}/ping`, { headers: { Authorization: `Bearer ${token}` } });
    assert.deepEqual(await answer.json(), { result: "PONG" });
    const readOnly = /# May only read: UPSTASH_REDIS_REST_TOKEN="(.*)"/.exec(text)![1]!;
    const denied = await fetch(`${url}/set/a/b?_token=${readOnly}`);
    assert.equal(denied.status, 400);
    child.kill("SIGTERM");
    assert.deepEqual((await ended).code, 0);
  });

  test("takes tokens, port and host from flags, and from the environment", async () => {
    const flags = await started(["-p", "0", "--token", "abc", "--read-only-token", "def", "--host", "127.0.0.1"]);
    assert.equal(flags.token, "abc");
    const variables = { STASHD_PORT: "0", STASHD_TOKEN: "from-env", STASHD_READ_ONLY_TOKEN: "ro" };
    const environment = await started([], variables);
    assert.equal(environment.token, "from-env");
    const both = await started(["--token", "flag-wins"], variables);
    assert.equal(both.token, "flag-wins");
    for (const { child, ended } of [flags, environment, both]) {
      child.kill("SIGINT");
      assert.equal((await ended).code, 0);
    }
  });

  test("serves the Redis protocol on a port of its own, unless it is told not to", async () => {
    const any = await started(["--port", "0", "--redis-port", "auto", "--token", "a/b"]);
    const [, port] = /^REDIS_URL="redis:\/\/default:a%2Fb@127\.0\.0\.1:(\d+)"$/m.exec(any.text)!;
    const connection = await RawConnection.open({ port: Number(port), host: "127.0.0.1" });
    assert.equal(await connection.send("AUTH", "a/b"), "+OK\r\n");
    assert.equal(await connection.send("PING"), "+PONG\r\n");
    const off = await started(["--port", "0"], { STASHD_REDIS_PORT: "off" });
    assert.doesNotMatch(off.text, /REDIS_URL="redis:/);
    // The port that the first has taken is not free for another.
    const { code, err } = await run(["--port", "0", "--redis-port", port!]);
    assert.equal(code, 1);
    assert.match(
      err,
      new RegExp(
        `^stashd: port ${port} on 127\\.0\\.0\\.1 is taken by \\S+ \\(process ${any.child.pid}\\); .*--redis-port.*\n$`,
      ),
    );
    for (const { child, ended } of [any, off]) {
      child.kill("SIGTERM");
      assert.equal((await ended).code, 0);
    }
    assert.equal(await connection.closed, "");
  });

  test("listens on both loopback addresses", async () => {
    const { child, ended, url, token } = await started(["--port", "0"]);
    const { port } = new URL(url);
    const answer = await fetch(`http://[::1]:${port}/ping?_token=${token}`).catch((error: Error) => error);
    // A machine without IPv6 refuses the address itself.
    if (answer instanceof Response) assert.equal(answer.status, 200);
    child.kill("SIGTERM");
    await ended;
  });

  test("a request in flight is finished before the end", async () => {
    const { child, ended, url, token } = await started(["--port", "0"]);
    const outgoing = request(`${url}/set/k`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Length": 2 },
    });
    const answered = new Promise<string>((resolve) => {
      outgoing.on("response", (response) => response.on("data", (chunk: Buffer) => resolve(chunk.toString())));
    });
    outgoing.write("v");
    // An answer on another connection shows that the first request has arrived.
    await fetch(`${url}/ping?_token=${token}`);
    child.kill("SIGTERM");
    outgoing.end("w");
    assert.equal(await answered, '{"result":"OK"}');
    assert.equal((await ended).code, 0);
  });

  test("speaks TLS with the files it is given", async () => {
    const folder = fileURLToPath(new URL("../../../test/fixtures/tls/", import.meta.url));
    const files = ["--tls-cert", `${folder}cert.pem`, "--tls-key", `${folder}key.pem`];
    const { child, ended, text, url } = await started(["--port", "0", ...files]);
    assert.match(url, /^https:/);
    assert.match(text, /^REDIS_URL="rediss:/m);
    child.kill("SIGTERM");
    assert.equal((await ended).code, 0);
    const alone = await run(files.slice(0, 2));
    assert.deepEqual([alone.code, alone.err], [1, "stashd: --tls-cert and --tls-key need each other\n"]);
    const missing = await run(["--tls-cert", "/nonexistent", "--tls-key", "/nonexistent"]);
    assert.match(missing.err, /^stashd: --tls-cert: \/nonexistent does not exist; correct the path\n$/);
  });

  test("listens with node:http when told to", async () => {
    const { child, ended, url, token } = await started(["--port", "0", "--http", "node"]);
    const answer = await fetch(`${url}/ping?_token=${token}`);
    // Only Node's own tells of this.
    assert.equal(answer.headers.get("keep-alive"), "timeout=75");
    child.kill("SIGTERM");
    assert.equal((await ended).code, 0);
    assert.match((await run(["--http", "other"])).err, /^stashd: --http must be "own" or "node"\n$/);
  });

  test("--help and --version", async () => {
    const help = await run(["--help"]);
    assert.equal(help.code, 0);
    for (const word of [
      "--port",
      "--redis-port",
      "--host",
      "--token",
      "--read-only-token",
      "STASHD_PORT",
      "STASHD_TOKEN",
    ]) {
      assert.ok(help.out.includes(word), word);
    }
    const version = await run(["--version"]);
    assert.deepEqual([version.code, /^\d+\.\d+\.\d+\n$/.test(version.out)], [0, true]);
  });

  const mistakes: [args: string[], variables: Record<string, string>, message: string][] = [
    [["--prot", "1"], {}, "unknown option '--prot' (did you mean --port?)"],
    [
      ["--port", "99999"],
      {},
      "option '-p, --port <number>' argument '99999' is invalid. It must be a whole number from 0 to 65535.",
    ],
    [["--port"], {}, "option '-p, --port <number>' argument missing"],
    [
      ["--no-redis-auth", "--host", "0.0.0.0"],
      {},
      "redisAuth can be off on a loopback address only, and 0.0.0.0 is none",
    ],
    [["serve"], {}, "too many arguments. Expected 0 arguments but got 1."],
    [["--token", "a b"], {}, "--token must be 1 to 4096 printable ASCII characters without spaces"],
    [["--token", "a", "--read-only-token", "a"], {}, "--read-only-token must differ from token"],
    [[], { STASHD_PROT: "1" }, "unknown environment variable STASHD_PROT (did you mean STASHD_PORT?)"],
    [
      ["--redis-port", "none"],
      {},
      "option '--redis-port <number>' argument 'none' is invalid. It must be a whole number from 0 to 65535.",
    ],
    [[], { STASHD_REDIS_PORT: "x" }, "STASHD_REDIS_PORT is 'x'. It must be a whole number from 0 to 65535."],
    [["--config", "/nonexistent"], {}, "--config: /nonexistent does not exist; correct the path"],
    [["--config", "/"], {}, "--config: / is a directory; name a file"],
    [["--data", "x"], {}, "--memory keeps nothing, so it takes no --data"],
    [["--port", "8079", "--redis-port", "8079"], {}, "--redis-port must differ from port, which is 8079"],
    [
      ["--port", "0", "--redis-port", "9", "--metrics-port", "9"],
      {},
      "--metrics-port must differ from redisPort, which is 9",
    ],
    [
      ["--memory"],
      { STASHD_TOKEN_FILE: "/nonexistent" },
      "STASHD_TOKEN_FILE: /nonexistent does not exist; correct the path",
    ],
    [["--memory"], { STASHD_TOKEN_FILE: "/" }, "STASHD_TOKEN_FILE: / is a directory; name a file"],
    [
      ["--memory"],
      { STASHD_TOKEN_FILE: "/dev/null" },
      "STASHD_TOKEN_FILE: /dev/null is empty; write the secret into it",
    ],
    [
      ["--memory"],
      { STASHD_TOKEN: "a", STASHD_TOKEN_FILE: "/x" },
      "STASHD_TOKEN and STASHD_TOKEN_FILE say the same; leave one of them out",
    ],
    [[], { STASHD_PORT: "x" }, "STASHD_PORT is 'x'. It must be a whole number from 0 to 65535."],
  ];
  for (const [args, variables, message] of mistakes) {
    test(`${[...args, ...Object.keys(variables)].join(" ")} is one line and a non-zero exit`, async () => {
      assert.deepEqual(await run(args, variables), { code: 1, out: "", err: `stashd: ${message}\n` });
    });
  }

  test("a directory that cannot be made is named", { skip: process.platform !== "linux" }, async () => {
    // Below it nothing can be made, and the system says that it is not there.
    const { code, out, err } = await run(["--port", "0", "--data", "/proc/stashd"], { STASHD_MEMORY: "" });
    assert.deepEqual([code, out], [1, ""]);
    assert.match(
      err,
      /^stashd: \/proc\/stashd cannot be used \(ENOENT.*\); choose another directory with --data, or .*\n$/,
    );
  });

  test("a data directory that cannot be used is one line and a non-zero exit", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stashd ü-"));
    const put = (name: string, content: string): string => {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    };
    const base = "file appendonly.aof.1.base.rdb seq 1 type b\n";
    const increment = "file appendonly.aof.1.incr.aof seq 1 type i\n";
    const manifest = "appendonlydir/appendonly.aof.manifest";
    put("half/appendonlydir/appendonly.aof.1.incr.aof", "");
    put(`half/${manifest}`, base + increment);
    put("lost/appendonlydir/appendonly.aof.1.incr.aof", "*1\r\n$4\r\nPING\r\n");
    put("other/dump.rdb", "MAGIC0001 of another program");
    put(`parent/${manifest}`, "file ../../passwd seq 1 type b\n");
    put("damaged ö/appendonlydir/appendonly.aof.1.incr.aof", "*1\r\n$4\r\nPING\r\nnothing");
    put(`damaged ö/${manifest}`, increment);
    const rows: readonly (readonly [path: string, reason: string])[] = [
      [put("file", "x"), "is a file and no directory; choose another with --data"],
      [join(folder, "half"), `/appendonlydir/appendonly.aof.1.base.rdb: the manifest names it, and it is missing`],
      [join(folder, "lost"), `/${manifest}: it is missing, and appendonly.aof.1.incr.aof stands beside it`],
      [join(folder, "other"), "/dump.rdb, byte 0: this is not an RDB file: it begins otherwise"],
      [join(folder, "parent"), `/${manifest}, byte 0: it names a file outside of its folder: "../../passwd"`],
      [
        join(folder, "damaged ö"),
        "/appendonlydir/appendonly.aof.1.incr.aof, byte 14: a command should begin here, with *. " +
          `To mend it: stashd check '${join(folder, "damaged ö")}' --repair`,
      ],
    ];
    const paths = (): string[] => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
    const before = paths();
    const results = await Promise.all(
      rows.map(([path]) => run(["--port", "0", "--data", path], { STASHD_MEMORY: "" })),
    );
    for (const [i, [path, reason]] of rows.entries()) {
      const text = `stashd: ${path}${reason.startsWith("/") ? "" : " "}${reason}\n`;
      assert.deepEqual(results[i], { code: 1, out: "", err: text });
    }
    assert.deepEqual(paths(), before);
    rmSync(folder, { recursive: true });
  });

  const others = foreignFolder();
  test("a data directory of another user is one line and a non-zero exit", { skip: others.skip }, async () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [PROGRAM, "--port", "0", "--data", "/usr"],
      others.as,
    );
    const reason = "stashd: /usr belongs to another user; choose another directory with --data\n";
    assert.deepEqual([status, stdout.toString(), stderr.toString()], [1, "", reason]);
  });

  test("a secret that the user may not read is one line and a non-zero exit", { skip: others.skip }, () => {
    const folder = mkdtempSync(join(tmpdir(), "stashd-secret-"));
    chmodSync(folder, 0o755);
    const file = join(folder, "token");
    writeFileSync(file, "s", { mode: 0o600 });
    if (others.as.uid === undefined) chmodSync(file, 0);
    const env = { ...process.env, STASHD_TOKEN_FILE: file };
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, "--memory"], { ...others.as, env });
    const uid = others.as.uid ?? process.getuid?.();
    const reason = `stashd: STASHD_TOKEN_FILE: ${file} may not be opened by this user (uid ${uid}); change its owner or mode\n`;
    assert.deepEqual([status, stderr.toString()], [1, reason]);
    rmSync(folder, { recursive: true });
  });

  test("a system that cannot be written to is one line and a non-zero exit", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "stashd-read-only-"));
    const mount = 'mount -t tmpfs -o ro tmpfs "$0" && cd "$0" || exit 99; exec "$@"';
    const program = [process.execPath, PROGRAM, "--port", "0"];
    const { status, stderr } = spawnSync("unshare", ["-m", "sh", "-c", mount, folder, ...program]);
    rmSync(folder, { recursive: true });
    if (status !== 0 && status !== 1) return t.skip("file systems cannot be mounted here");
    const reason = `${folder}/.stashd cannot be written to; choose another directory with --data, or --memory for none`;
    if (!stderr.toString().startsWith("stashd: ")) return t.skip("file systems cannot be mounted here");
    assert.deepEqual([status, stderr.toString()], [1, `stashd: ${reason}\n`]);
  });

  test("a fault of the program ends with 70, at the start and later", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stashd-fault-"));
    const preload = (name: string, text: string): Record<string, string> => {
      writeFileSync(join(folder, name), text);
      return { NODE_OPTIONS: `--require=${join(folder, name)}` };
    };
    const atStart = preload("start.cjs", 'require("node:net").createServer = () => { throw new TypeError("broken") };');
    const first = await run(["--port", "0"], atStart);
    assert.deepEqual([first.code, first.out], [70, ""]);
    assert.match(first.err, /^stashd: TypeError: broken\n {4}at /);
    const later = preload("later.cjs", 'process.on("SIGUSR2", () => { throw new TypeError("broken") });');
    const { child, ended } = await started(["--port", "0"], later);
    child.kill("SIGUSR2");
    const { code, err } = await ended;
    assert.equal(code, 70);
    assert.match(err, /"event":"crashed","error":"broken","stack":"TypeError: broken\\n/);
    rmSync(folder, { recursive: true });
  });

  test("a port that is taken is named", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, out, err } = await run(["--port", String(port)]);
    other.close();
    assert.deepEqual([code, out], [1, ""]);
    assert.match(
      err,
      new RegExp(
        `^stashd: port ${port} on 127\\.0\\.0\\.1 is taken by \\S+ \\(process ${process.pid}\\); stop that, .*--port.*\n$`,
      ),
    );
  });
});

/** A user to whom `/usr` does not belong, and the reason if there is none: root may use every directory. */
function foreignFolder(): { readonly as: { uid?: number; gid?: number }; readonly skip: string | false } {
  if (process.getuid === undefined) return { as: {}, skip: "directories have no owners here" };
  if (process.getuid() !== 0) return { as: {}, skip: false };
  const as = { uid: 65_534, gid: 65_534 };
  const canRead = spawnSync(process.execPath, [PROGRAM, "--version"], as).status === 0;
  return { as, skip: canRead ? false : "only root may read the program" };
}

describe("output without a reader", () => {
  for (const args of ["--port 0 --log-level off", "--help", "token --user u"]) {
    test(`ends the program quietly: ${args}`, async () => {
      const shell = `"$0" "$1" ${args} | true`;
      const child = spawn("sh", ["-c", shell, process.execPath, PROGRAM], {
        env: { ...process.env, STASHD_REDIS_PORT: "0", STASHD_MEMORY: "1" },
        stdio: ["ignore", "pipe", "pipe"],
      });
      running.add(child.on("close", () => running.delete(child)));
      let told = "";
      child.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
      await once(child, "close");
      assert.equal(told, "");
    });
  }
});

test("SIGTERM under load answers every request, the last of each connection with `Connection: close`", async () => {
  const { child, ended, url, token } = await started(["--port", "0"]);
  const { port } = new URL(url);
  const ask = `GET /incr/n HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  let answers = 0;
  const client = (): Promise<{ asked: number; answered: string[] }> =>
    new Promise((resolve) => {
      const socket = connect({ port: Number(port), host: "127.0.0.1" }).setNoDelay(true);
      const answered: string[] = [];
      let asked = 1;
      socket.write(ask);
      socket.on("error", () => {});
      socket.on("data", (chunk: Buffer) => {
        answered.push(chunk.toString());
        if (++answers === 200) child.kill("SIGTERM");
        if (/\r\nConnection: close\r\n/.test(answered.at(-1)!)) return;
        asked++;
        socket.write(ask);
      });
      socket.on("close", () => resolve({ asked, answered }));
    });
  for (const { asked, answered } of await Promise.all(Array.from({ length: 8 }, client))) {
    assert.equal(answered.length, asked);
    assert.match(answered.at(-1)!, /\r\nConnection: close\r\n/);
  }
  assert.equal((await ended).code, 0);
});
