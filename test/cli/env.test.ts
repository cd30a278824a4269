import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { envText } from "../../src/cli/env.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { startServer } from "../../src/server/server.ts";
import { freePorts } from "../support/redis.ts";

const folder = mkdtempSync(join(tmpdir(), "stashd-env-"));
after(() => rmSync(folder, { recursive: true }));

/** The lines that the subcommand prints, by name. */
async function variables(...argv: readonly string[]): Promise<Record<string, string>> {
  const { text } = await envText(argv, {});
  return Object.fromEntries([...text.matchAll(/^(\w+)="(.*)"$/gm)].map(([, name, value]) => [name!, value!]));
}

describe("stashd env", () => {
  test("tells the variables of the server that is started after it, and while it runs", async () => {
    const data = join(folder, "data");
    const [port] = await freePorts(1);
    const flags = ["--data", data, "--port", String(port)];
    const before = await variables(...flags);
    assert.deepEqual(await variables(...flags), before);
    const server = await startServer({ data, port: port!, redisPort: 0 });
    try {
      const { readOnlyToken, redisUrl, token, url } = server;
      assert.deepEqual(await variables(...flags, "--env", "CACHE=redis", "--env", "KV_URL=url"), {
        UPSTASH_REDIS_REST_URL: url,
        UPSTASH_REDIS_REST_TOKEN: token,
        KV_REST_API_URL: url,
        KV_REST_API_TOKEN: token,
        KV_REST_API_READ_ONLY_TOKEN: readOnlyToken,
        KV_URL: url,
        REDIS_URL: redisUrl,
        CACHE: redisUrl,
      });
      assert.equal(before["UPSTASH_REDIS_REST_TOKEN"], token);
      await assert.rejects(
        envText([...flags, "--token", "another"], {}),
        /has other tokens; give its own with --token/,
      );
      await assert.rejects(
        envText(["--memory", "--port", String(port)], {}),
        /has other tokens at each start; give --tok/,
      );
    } finally {
      await server.close();
    }
  });

  test("says what a server with a token of its own needs", async () => {
    const data = join(folder, "own");
    const server = await startServer({ data, port: 0, token: "own" });
    try {
      const { port } = server;
      const flags = ["--data", data, "--port", String(port)];
      await assert.rejects(
        envText(flags, {}),
        /belongs to a stashd .*, or give its tokens with --token and --read-only/,
      );
      const { REDIS_URL, UPSTASH_REDIS_REST_TOKEN } = await variables(...flags, "--token", "own,old");
      assert.deepEqual([UPSTASH_REDIS_REST_TOKEN, REDIS_URL], ["own", undefined], "its Redis port is off");
    } finally {
      await server.close();
    }
  });

  test("writes the lines into a file", async () => {
    const file = join(folder, "some.env");
    const argv = ["--memory", "--token", "t", "--port", "1", "--redis-port", "off", "--write", file];
    const said = `${file} names the server at http://127.0.0.1:1`;
    assert.deepEqual(await envText(argv, {}), { text: `${said}.\n`, isSound: true });
    assert.deepEqual(await envText(argv, {}), { text: `${said} already.\n`, isSound: true });
    assert.match(readFileSync(file, "utf8"), /^UPSTASH_REDIS_REST_URL="http:\/\/127\.0\.0\.1:1"\n/);
  });

  test("says what is wrong, and prints its help", async () => {
    const wrong = [["--port", "0"], ["--env", "A=b"], ["more"], ["--memory", "--token", "a$b"]];
    for (const argv of wrong) await assert.rejects(envText(argv, {}), UsageError, argv.join(" "));
    await assert.rejects(envText(["--redis", "redis://h", "--token", "t", "--memory"], {}), /give --redis-port/);
    assert.match((await envText(["--help"], {})).text, /^Usage: stashd env /);
  });
});
