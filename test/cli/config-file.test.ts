/** What options come from besides flags: variables, files with secrets, and the configuration file. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { configText } from "../../src/cli/config.ts";
import { configSchema } from "../../src/cli/config-file.ts";
import { parseFlags, programOf } from "../../src/cli/flags.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { SECRETS, variablesOf } from "../../src/cli/variables.ts";
import type { Variables } from "../../src/cli/variables.ts";
import type { ServerOptions } from "../../src/server/server-options.ts";

const folder = mkdtempSync(join(tmpdir(), "stashd-config-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function options(args: readonly string[], environment: Variables = {}): ServerOptions {
  const parsed = parseFlags(args, environment, "0.0.0");
  assert.ok(!("text" in parsed));
  return parsed;
}

const usageError = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UsageError, String(error));
  assert.match(error.message, message);
  assert.doesNotMatch(error.message, /\n/);
  return true;
};

describe("the configuration file", () => {
  test("says what neither a flag nor a variable says, in the forms of both", () => {
    const path = file("all.json", {
      $schema: "stashd.schema.json",
      port: "1234",
      redisPort: "off",
      host: "0.0.0.0",
      token: "from-file",
      maxMemory: "100mb",
      limits: { keyBytesMax: 1024, commandBytesMax: 2048 },
      allowHost: ["a.example", "b.example"],
      cors: ["https://a.example"],
      queryToken: false,
      strictAcl: true,
      memory: true,
    });
    const given = options(["--config", path, "--port", "9"], { STASHD_HOST: "::" });
    const { allowedHosts, cors, data, host, limits, maxMemoryBytes, port, queryToken, redisPort, strictAcl, token } =
      given;
    assert.deepEqual([port, host, redisPort, token], [9, "::", "off", "from-file"]);
    assert.deepEqual([maxMemoryBytes, limits], [100 * 1024 ** 2, { keyBytesMax: 1024, commandBytesMax: 2048 }]);
    assert.deepEqual(
      [allowedHosts, cors, queryToken, strictAcl, data],
      [["a.example", "b.example"], ["https://a.example"], false, true, undefined],
    );
    assert.equal(options([], { STASHD_CONFIG: path }).port, 1234);
    const nodes = ["redis://a:1", "redis://b:2"];
    assert.deepEqual(options(["-c", file("nodes.json", { redis: nodes })]).redis, nodes);
  });

  test("is refused in one line when something in it is wrong", () => {
    const refused: [unknown, RegExp][] = [
      [{ prot: 1 }, /prot is not an option \(did you mean port\?\)$/],
      [{ zzzzzzzzzz: 1 }, /zzzzzzzzzz is not an option; there are port, /],
      [{ config: "other.json" }, /config is not an option/],
      [{ port: "70000" }, /port is "70000"\. It must be a whole number from 0 to 65535\.$/],
      [{ port: true }, /port must be a text, a number, a list or an object of numbers$/],
      [{ memory: "yes" }, /memory must be true or false$/],
      [{ limits: { keyBytesMax: "x" } }, /limits must be a text/],
      [{ ["__proto__x"]: 1 }, /is not an option/],
      ["[]", /must hold an object/],
      ["null", /must hold an object/],
      ["{", /^--config: .*wrong\.json is not JSON/],
      ["", /^--config: /],
    ];
    for (const [content, message] of refused) {
      const path = file("wrong.json", content);
      assert.throws(() => options(["--config", path]), usageError(message), JSON.stringify(content));
    }
    assert.throws(
      () => options(["--config", join(folder, "none.json")]),
      usageError(/^--config: .*none.json does not exist; correct the path$/),
    );
    assert.throws(() => options(["--config", folder]), usageError(/^--config: .* is a directory; name a file$/));
  });

  test("has a schema with every option", () => {
    const { properties } = configSchema(programOf({}, "")) as { properties: Record<string, { type: unknown }> };
    assert.deepEqual(properties["port"]!.type, ["string", "number", "array", "object"]);
    assert.equal(properties["strictAcl"]!.type, "boolean");
    for (const name of ["config", "version", "help"]) assert.equal(name in properties, false, name);
    const names = programOf({}, "").options.map((option) => option.attributeName());
    for (const name of names) if (name !== "config" && name !== "version") assert.ok(name in properties, name);
  });
});

describe("secrets in files", () => {
  test("each variable that holds one may name a file", () => {
    for (const name of SECRETS) {
      const path = file(name, "s3cret\n");
      const variables = variablesOf({ [`${name}_FILE`]: path }, []);
      assert.equal(variables[name], "s3cret", name);
      assert.equal(variables[`${name}_FILE`], undefined);
    }
    assert.equal(options([], variablesOf({ STASHD_TOKEN_FILE: file("t", "abc\r\n") }, [])).token, "abc");
  });

  test("are refused when they cannot be read, are empty, or are given twice", () => {
    const missing = { STASHD_TOKEN_FILE: join(folder, "none") };
    assert.throws(
      () => variablesOf(missing, []),
      usageError(/^STASHD_TOKEN_FILE: .* does not exist; correct the path$/),
    );
    const empty = { STASHD_TOKEN_FILE: file("empty", "\n") };
    assert.throws(
      () => variablesOf(empty, []),
      usageError(/^STASHD_TOKEN_FILE: .* is empty; write the secret into it$/),
    );
    const twice = { STASHD_TOKEN: "a", STASHD_TOKEN_FILE: file("twice", "b") };
    assert.throws(() => variablesOf(twice, []), usageError(/^STASHD_TOKEN and STASHD_TOKEN_FILE say the same/));
  });
});

describe("stashd config", () => {
  test("prints each option with its source, and no secret", async () => {
    const path = file("shown.json", { maxMemory: "1mb", metricsToken: "hidden" });
    const { isSound, text } = await configText(["--config", path, "--port", "9"], {
      STASHD_TOKEN: "secret",
      STASHD_REDIS_PORT: "off",
    });
    assert.equal(isSound, true);
    const line = (name: string): string => new RegExp(`^${name} +(.*)$`, "m").exec(text)![1]!;
    assert.equal(line("port"), "9  (flag)");
    assert.equal(line("token"), "***  (environment)");
    assert.equal(line("metricsToken"), "***  (configuration file)");
    assert.equal(line("maxMemory"), "1048576  (configuration file)");
    assert.equal(line("redisPort"), '"off"  (environment)');
    assert.equal(line("fsync"), "everysec  (default)");
    assert.equal(line("queryToken"), "on  (default)");
    assert.doesNotMatch(text, /secret|hidden/);
    await assert.rejects(configText(["--nope"], {}), UsageError);
  });
});
