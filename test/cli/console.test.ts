/** `stashd console`, and the line about it that the start prints. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { openConsole } from "../../src/cli/console.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { Executable } from "../support/executable.ts";
import { freePorts, oracleSkipReason, RedisServer } from "../support/redis.ts";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "stashd-console-"));
after(() => rmSync(folder, { recursive: true }));

/** The link that the subcommand prints, its first line. */
async function linkOf(argv: readonly string[], variables: Record<string, string> = {}): Promise<string> {
  const { isSound, text } = await openConsole([...argv, "--memory", "--print"], variables);
  assert.equal(isSound, true);
  return text.split("\n")[0]!;
}

/** The token that a link gives; undefined without a code. */
async function tokenBy(link: string): Promise<string | undefined> {
  const [, url, code] = /^(.*)\/console(?:#code=([0-9a-f]{32}))?$/.exec(link)!;
  if (code === undefined) return undefined;
  const answer = await fetch(`${url}/console/session`, { method: "POST", body: JSON.stringify({ code }) });
  assert.equal(answer.status, 200);
  return ((await answer.json()) as { token: string }).token;
}

describe("stashd console", () => {
  test("finds the server and the token of the data directory, as the start does", async (t) => {
    const data = join(folder, "data");
    const [port] = await freePorts(1);
    const server = await TestServer.start({ data, port: port!, token: undefined!, readOnlyToken: undefined! });
    t.after(() => server.stop());
    const { text } = await openConsole(["--data", data, "--port", String(port), "--print"], {});
    assert.ok(text.startsWith(`${server.server.url}/console#code=`));
    assert.equal(await tokenBy(text.trimEnd()), server.server.token);
    const byVariables = { STASHD_DATA: data, STASHD_PORT: String(port) };
    assert.equal(await tokenBy((await openConsole(["--print"], byVariables)).text.trimEnd()), server.server.token);
  });

  test("takes an address, of the console too, and a token from an option or from a client's variables", async (t) => {
    const server = await TestServer.start();
    t.after(() => server.stop());
    const { url } = server.server;
    for (const address of [url, `${url}/`, `${url}/console`, `${url}/console/#code=old`])
      assert.equal(await tokenBy(await linkOf([address, "--token", READ_ONLY_TOKEN])), READ_ONLY_TOKEN);
    const clients = { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: TOKEN };
    assert.equal(await tokenBy(await linkOf([url], clients)), TOKEN);
    assert.ok((await linkOf([], clients)).startsWith(`${url}/console#`));
    const named = linkOf(["--port", String((await freePorts(1))[0])], clients);
    await assert.rejects(named, /no server answers/, "a port comes before them");
    assert.equal(await tokenBy(await linkOf([url, "--token", "old"], clients)), TOKEN, "the next one is tried");
  });

  test("sends no token to a server that it is not for", async (t) => {
    const server = await TestServer.start({ allowedHosts: ["0.0.0.0"] });
    t.after(() => server.stop());
    const { port, url } = server.server;
    const data = mkdtempSync(join(folder, "other-"));
    writeFileSync(join(data, "stashd.json"), JSON.stringify({ token: TOKEN }));
    const variables = { STASHD_DATA: data };
    const here = await openConsole([url, "--print"], variables);
    assert.equal(await tokenBy(here.text.trimEnd()), TOKEN);
    // This address reaches the server, and is none that only this machine has.
    const elsewhere = await openConsole([`http://0.0.0.0:${port}`, "--print"], variables);
    assert.equal(
      elsewhere.text,
      `http://0.0.0.0:${port}/console\nIt asks for a token, since no token is known here; give the server's own with --token.\n`,
    );
    const ofAnother = { UPSTASH_REDIS_REST_URL: "https://db.example", UPSTASH_REDIS_REST_TOKEN: TOKEN };
    assert.equal(await tokenBy(await linkOf([url], ofAnother)), undefined);
  });

  test("sends no token to a server elsewhere whose certificate is not trusted", async (t) => {
    const fixtures = join(import.meta.dirname, "../../../test/fixtures/tls");
    const [cert, key] = ["cert.pem", "key.pem"].map((name) => readFileSync(join(fixtures, name), "utf8"));
    const server = await TestServer.start({ allowedHosts: ["0.0.0.0"], tls: { cert: cert!, key: key! } });
    t.after(() => server.stop());
    const { port, url } = server.server;
    assert.match(await linkOf([url, "--token", TOKEN]), /^https:.*#code=/);
    const elsewhere = linkOf([`https://0.0.0.0:${port}`, "--token", TOKEN]);
    await assert.rejects(
      elsewhere,
      /^Error: the certificate of https:\S+ is not trusted \(.+\); name its authority by/,
    );
  });

  test("opens the browser with the link, which it prints too", { skip: process.platform !== "linux" }, async (t) => {
    const server = await TestServer.start();
    t.after(() => server.stop());
    const opened = join(folder, "opened");
    const program = join(folder, "xdg-open");
    writeFileSync(program, `#!/bin/sh\nprintf '%s' "$1" > ${opened}.part && mv ${opened}.part ${opened}\n`);
    chmodSync(program, 0o755);
    const argv = [server.server.url, "--memory", "--token", TOKEN];
    const { text } = await openConsole(argv, { DISPLAY: ":0", PATH: `${folder}:${process.env["PATH"]}` });
    const [link, said] = text.split("\n");
    assert.equal(said, "The browser opens it. The code in it is good once, for a minute.");
    await until(() => Promise.resolve(existsSync(opened)));
    assert.equal(readFileSync(opened, "utf8"), link);
    assert.equal(await tokenBy(link!), TOKEN);
    const blind = await openConsole(argv, {});
    assert.match(
      blind.text,
      /#code=\w+\nOpen it in a browser, which cannot be done here: there is no display\. The code/,
    );
  });

  test("says what to do without a server, a console or a good address, and prints its help", async (t) => {
    const off = await TestServer.start({ console: false });
    t.after(() => off.stop());
    const { url } = off.server;
    await assert.rejects(linkOf([url, "--token", TOKEN]), (error: Error) => {
      assert.ok(error.message.startsWith(`${url} answered 401: WRONGPASS`));
      return /; it has no console, .*without --no-console$/.test(error.message);
    });
    const [port] = await freePorts(1);
    const nobody = new RegExp(`^no server answers at http://127.0.0.1:${port} \\(.*ECONNREFUSED.*\\); start one with`);
    await assert.rejects(linkOf(["--port", String(port)]), ({ message }: Error) => nobody.test(message));
    for (const argv of [["localhost:8079"], ["ftp://x"], ["http://a", "http://b"], ["--port", "0"], ["--nope"]])
      await assert.rejects(linkOf(argv), UsageError, argv.join(" "));
    const { text } = await openConsole(["--help"], {});
    for (const part of ["[url]", "--print", "--token", "--data"]) assert.ok(text.includes(part), part);
  });
});

describe("the start", () => {
  test("prints a link that opens the console once, and does not log it", async () => {
    const program = await Executable.start(["--memory", "--log-format", "json", "--access-log", "-"]);
    const [, link] = /^Console: (\S+)$/m.exec(program.out)!;
    assert.ok(link!.startsWith(`${program.url}/console#code=`));
    assert.equal(await tokenBy(link!), "t");
    await program.logged("request");
    assert.ok(!program.err.includes(link!.slice(-32)));
    program.child.kill("SIGTERM");
    await program.ended;
  });

  test("prints none without a console", async () => {
    const program = await Executable.start(["--memory", "--no-console"]);
    assert.doesNotMatch(program.out, /console/i);
    program.child.kill("SIGTERM");
    await program.ended;
  });

  test("prints one without a code with several workers, which share none", { skip: oracleSkipReason() }, async (t) => {
    const redis = await RedisServer.start();
    t.after(() => redis.stop());
    const program = await Executable.start(["--memory", "--workers", "2", "--redis", `unix:${redis.path}`]);
    assert.match(program.out, new RegExp(`^Console: ${program.url}/console$`, "m"));
    const { isSound, text } = await openConsole([program.url, "--memory", "--token", "t", "--print"], {});
    assert.equal(isSound, true);
    assert.match(text, /\/console\nERR there are no codes for the console with --workers, .*paste a token\n$/);
    program.child.kill("SIGTERM");
    await program.ended;
  });
});
