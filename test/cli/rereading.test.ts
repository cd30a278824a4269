/** What the executable takes over while it runs: certificate, users, level of the log, file of requests. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";
import { LineLog } from "../../src/cli/log.ts";
import { Rereading } from "../../src/cli/rereading.ts";
import type { TlsSettings } from "../../src/index.ts";
import { Executable } from "../support/executable.ts";
import { until } from "../support/until.ts";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

/** util-linux's; that of BSD has other options. */
const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).error === undefined;

const fixtures = join(import.meta.dirname, "../../../test/fixtures/tls");

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "stashd-reread-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);

/** Puts a certificate and its key into the folder. */
function putCertificate(prefix: "" | "renewed-"): void {
  for (const name of ["cert.pem", "key.pem"]) copyFileSync(join(fixtures, prefix + name), at(name));
}

/** The subject of the certificate that a port shows. */
function subjectOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    }).on("error", reject);
  });
}

describe("SIGHUP", () => {
  test("lets certificate, users, level and file of requests be read again, and tells in a line what has changed", async () => {
    putCertificate("");
    writeFileSync(at("users.acl"), "user ada on >pw-first ~* +@all\n");
    writeFileSync(at("stashd.json"), '{"logLevel": "info", "maxMemory": "1mb"}');
    const files = ["--tls-cert", at("cert.pem"), "--tls-key", at("key.pem"), "--acl-file", at("users.acl")];
    const more = ["--config", at("stashd.json"), "--access-log", at("access.log"), "--redis-port", "0", "--memory"];
    const program = await Executable.start([...files, ...more], { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    const ports = [Number(new URL(program.url).port), program.redisPort];
    const subjects = (): Promise<string[]> => Promise.all(ports.map(subjectOf));
    assert.deepEqual(await subjects(), ["stashd test", "stashd test"]);

    program.child.kill("SIGHUP");
    const nothing = await program.logged("reread");
    assert.deepEqual([nothing["changed"], nothing["needRestart"]], [[], []]);

    renameSync(at("access.log"), at("access.log.1"));
    putCertificate("renewed-");
    writeFileSync(at("users.acl"), "user ada on >pw-second ~* +@all\n");
    writeFileSync(at("stashd.json"), '{"logLevel": "warn", "maxMemory": "2mb"}');
    program.child.kill("SIGHUP");
    // The line itself is below the new level.
    await until(() => existsSync(at("access.log")));
    assert.deepEqual(await subjects(), ["stashd test, renewed", "stashd test, renewed"]);

    writeFileSync(at("stashd.json"), '{"logLevel": "info", "maxMemory": "2mb"}');
    writeFileSync(at("key.pem"), "no key");
    writeFileSync(at("users.acl"), "user ada on >pw-third ~* +@nosuch\n");
    program.child.kill("SIGHUP");
    const failed = await program.logged("reread-failed");
    assert.deepEqual(failed["changed"], ["logLevel"]);
    assert.match(
      String(failed["error"]),
      /^tls must be a certificate and its key, both PEM; .*users\.acl:1: .*@nosuch/,
    );
    assert.deepEqual(await subjects(), ["stashd test, renewed", "stashd test, renewed"]);

    putCertificate("");
    writeFileSync(at("users.acl"), "user ada on >pw-third ~* +@all\n");
    program.child.kill("SIGHUP");
    const last = await program.logged("reread", 2);
    assert.deepEqual(last["changed"], ["certificate", "users"]);
    assert.deepEqual(last["needRestart"], ["--max-memory"]);
    assert.equal(await program.end(), 0);
    assert.doesNotMatch(program.err, /pw-/);
  });

  test("lets a broken configuration file leave everything as it was", async () => {
    writeFileSync(at("stashd.json"), '{"logLevel": "info"}');
    const program = await Executable.start(["--memory", "--config", at("stashd.json")]);
    writeFileSync(at("stashd.json"), '{"logLevel": "loud"}');
    program.child.kill("SIGHUP");
    const failed = await program.logged("reread-failed");
    writeFileSync(at("stashd.json"), '{"token": "a-secret", }');
    program.child.kill("SIGHUP");
    await program.logged("reread-failed", 2);
    assert.doesNotMatch(program.err, /secret/);
    assert.match(String(failed["error"]), /logLevel is "loud"\. It must be one of info, warn, error, off\.$/);
    assert.equal(await program.end(), 0);
  });
});

test(
  "a terminal that is closed ends the program in order",
  { skip: !hasScript && "no terminal can be made" },
  async () => {
    const lock = at("data/stashd.lock");
    const command = `${process.execPath} ${PROGRAM} --port 0 --redis-port off --data ${at("data")}`;
    // It has the other side of the terminal, which is closed with it.
    const terminal = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "ignore"] });
    let out = "";
    while (!out.includes("\ncurl ")) out += String((await once(terminal.stdout, "data"))[0]);
    const [url] = /http:\/\/[\d.]+:\d+/.exec(out)!;
    assert.ok(existsSync(lock));
    terminal.kill("SIGKILL");
    await until(() => !existsSync(lock));
    await until(async () => (await fetch(`${url}/livez`).catch(() => undefined)) === undefined);
  },
);

test("--access-log tells of each request by its route, and of no key", async () => {
  const program = await Executable.start(["--memory", "--access-log", at("access.log")]);
  await program.call("SET", "the-key", "the-value");
  const sizes: number[] = [];
  // On one connection.
  for (const path of ["/get/the-key?_token=t", "/get/the-key?_token=wrong", "/livez"]) {
    sizes.push((await (await fetch(program.url + path)).text()).length);
  }
  await program.end();
  const lines = readFileSync(at("access.log"), "utf8").trimEnd().split("\n");
  const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.ok(records.every(({ tookMs }) => typeof tookMs === "number"));
  assert.deepEqual(
    records.map(({ bytes, event, method, route, status, user }) => [event, method, route, status, bytes, user]),
    [
      ["request", "POST", "command", 200, 15, "default"],
      ["request", "GET", "command", 200, sizes[0], "default"],
      ["request", "GET", "command", 401, sizes[1], undefined],
      ["request", "GET", "livez", 200, sizes[2], undefined],
    ],
  );
  assert.doesNotMatch(lines.join(), /the-key|the-value|wrong|_token/);
});

test("--access-log - puts them among the events, whatever their level", async () => {
  const program = await Executable.start(["--memory", "--access-log", "-", "--log-level", "off"]);
  await program.call("PING");
  await program.end();
  assert.deepEqual(
    program.records.map(({ event, route }) => [event, route]),
    [["request", "command"]],
  );
  await assert.rejects(
    Executable.start(["--memory", "--access-log", at("no/folder")]),
    /^Error: stashd: --access-log: .* does not exist; correct the path\n$/,
  );
});

describe("a certificate whose files change", () => {
  /** A certificate in the folder that is looked at, and what was taken from it. */
  function start(): { look: () => Promise<void>; taken: TlsSettings[]; lines: Record<string, unknown>[] } {
    putCertificate("");
    const taken: TlsSettings[] = [];
    const lines: Record<string, unknown>[] = [];
    const events = new LineLog((line) => lines.push(JSON.parse(line) as Record<string, unknown>) > 0);
    const server = {
      setTls: (tls: TlsSettings): void => {
        if (!String(tls.key).includes("PRIVATE KEY")) throw new Error("no key");
        taken.push(tls);
      },
      reloadUsers: () => false,
    };
    const tlsFiles = { cert: at("cert.pem"), key: at("key.pem") };
    const tls = { cert: readFileSync(tlsFiles.cert, "utf8"), key: readFileSync(tlsFiles.key, "utf8") };
    const rereading = new Rereading({ logs: { events, reopen: () => {} }, server }, { tls, tlsFiles }, () => ({
      tls,
      tlsFiles,
    }));
    return { look: () => rereading.look(), taken, lines };
  }

  test("is taken over at the next look, without a signal", async () => {
    const { look, lines, taken } = start();
    await look();
    putCertificate("");
    await look();
    assert.deepEqual([taken, lines], [[], []]);
    putCertificate("renewed-");
    await look();
    await look();
    assert.deepEqual(
      taken.map(({ cert }) => cert),
      [readFileSync(join(fixtures, "renewed-cert.pem"), "utf8")],
    );
    assert.deepEqual(
      lines.map(({ event, changed }) => [event, changed]),
      [["reread", ["certificate"]]],
    );
  });

  test("is told of once when it cannot be used, and taken over when it can", async () => {
    const { look, lines, taken } = start();
    writeFileSync(at("key.pem"), "half of a ");
    await look();
    await look();
    rmSync(at("cert.pem"));
    await look();
    await look();
    assert.deepEqual(taken, []);
    assert.deepEqual(
      lines.map(({ event }) => event),
      ["reread-failed", "reread-failed"],
    );
    putCertificate("renewed-");
    await look();
    assert.equal(taken.length, 1);
  });
});
