/** The variables of serverless-redis-http, in place of ours. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { describeTarget } from "../../src/backends/remote/target.ts";
import { parseFlags } from "../../src/cli/flags.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { withSrh } from "../../src/cli/srh.ts";
import { resolveOptions } from "../../src/server/options.ts";
import type { Settings } from "../../src/server/options.ts";

function settings(environment: Record<string, string>, argv: readonly string[] = []): Settings {
  const parsed = parseFlags(argv, withSrh(environment, argv), "0.0.0");
  assert.ok(!("text" in parsed));
  const { exitWithParent: _, ...options } = parsed;
  return resolveOptions(options);
}

const SRH = { SRH_MODE: "env", SRH_TOKEN: "secret", SRH_CONNECTION_STRING: "redis://:pw@redis:6380" };

const ENTRY = { srh_id: "id", connection_string: "redis://file:6379", max_connections: 7 };

/** In a folder of its own, with a file where SRH has it. */
function inFolder(tokens: unknown, run: () => void): void {
  const [folder, before] = [mkdtempSync(join(tmpdir(), "stashd-srh-")), process.cwd()];
  try {
    mkdirSync(join(folder, "srh-config"));
    writeFileSync(join(folder, "srh-config/tokens.json"), JSON.stringify(tokens));
    process.chdir(folder);
    run();
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("variables of SRH", () => {
  test("say all that it needs to take its place", () => {
    const { backend, data, host, port, redisPort, tokens } = settings(SRH);
    assert.deepEqual([host, port, redisPort, data, tokens], ["0.0.0.0", 80, "off", undefined, ["secret"]]);
    assert.equal(describeTarget(backend!.target), "redis:6380");
    const { limits, port: other } = settings({ ...SRH, SRH_PORT: "8079", SRH_MAX_CONNECTIONS: "3" });
    assert.deepEqual([other, limits.backendConnectionsMax], [8079, 3]);
  });

  test("give way to ours, and to flags", () => {
    const own = settings({ ...SRH, STASHD_PORT: "9000", STASHD_REDIS: "redis://other" }, ["--token", "mine"]);
    assert.deepEqual([own.port, own.tokens, describeTarget(own.backend!.target)], [9000, ["mine"], "other:6379"]);
    assert.match(settings(SRH, ["--data", "/tmp/kept"]).data!, /kept$/);
  });

  test("change nothing where there are none, or not enough", () => {
    assert.equal(settings({}).backend, undefined);
    assert.equal(settings({ SRH_PORT: "1" }).backend, undefined);
    for (const missing of ["SRH_TOKEN", "SRH_CONNECTION_STRING"] as const) {
      assert.throws(() => settings({ ...SRH, [missing]: undefined! }), UsageError);
    }
    assert.throws(() => settings({ ...SRH, SRH_MODE: "other" }), /SRH_MODE is 'other'. There are env and file./);
  });

  test("or a file with one token", () => {
    inFolder({ "file-token": ENTRY }, () => {
      const { backend, databases, limits, tokens } = settings({ SRH_MODE: "file" });
      assert.deepEqual([tokens, limits.backendConnectionsMax, databases], [["file-token"], 7, []]);
      assert.equal(describeTarget(backend!.target), "file:6379");
    });
  });

  test("or a file with several, where SRH has it or says it is, or as an option of ours", () => {
    const tokens = {
      one: { srh_id: "first", connection_string: "redis://a", max_connections: "3" },
      two: { connection_string: "redis://b/2", read_only_token: "two-ro" },
      three: { srh_id: "again", connection_string: "redis://a", max_connections: 5 },
    };
    const check = ({ backend, data, databases }: Settings): void => {
      assert.deepEqual([backend, data], [undefined, undefined]);
      const shown = databases.map((one) => [
        one.name,
        one.tokens,
        one.connectionsMax,
        describeTarget(one.backend.target),
      ]);
      assert.deepEqual(shown, [
        ["first", ["one", "three"], 5, "a:6379"],
        ["b:6379", ["two"], undefined, "b:6379"],
      ]);
      assert.deepEqual(databases[1]!.readOnlyTokens, ["two-ro"]);
    };
    inFolder(tokens, () => {
      check(settings({ SRH_MODE: "file" }));
      check(settings({ SRH_MODE: "file", TOKEN_RESOLUTION_FILE_PATH: "./srh-config/tokens.json" }));
      check(settings({}, ["--tokens-file", "srh-config/tokens.json"]));
      check(settings({ STASHD_TOKENS_FILE: "srh-config/tokens.json" }));
    });
  });

  test("a file that cannot be used is refused in one line, without a token in it", () => {
    const refused = (tokens: unknown, reason: RegExp, argv: readonly string[] = []): void =>
      inFolder(tokens, () => {
        assert.throws(
          () => settings({ SRH_MODE: "file" }, argv),
          ({ message }: Error) => reason.test(message) && !/secret-token|\n/.test(message),
        );
      });
    refused({}, /tokens.json has no token/);
    refused([], /must be an object with an entry for each token/);
    refused({ "secret-token": "redis://a" }, /token 1: it must be an object/);
    refused({ "secret-token": {} }, /token 1: connection_string must be there, as redis:/);
    refused({ "secret-token": { ...ENTRY, max_connections: 0 } }, /token 1: max_connections must be a whole number/);
    refused(
      { one: ENTRY, "secret-token": { connection_string: "http://a" } },
      /databases.1.redis cannot be used: http:/,
    );
    refused({ one: ENTRY, "secret token": { connection_string: "redis://a" } }, /databases.1.token must be/);
    const same = { connection_string: "redis://b", read_only_token: "secret-token" };
    refused({ "secret-token": ENTRY, other: same }, /databases has a token that opens two of them/);
    const two = { one: ENTRY, "secret-token": { connection_string: "redis://b" } };
    refused(two, /--redis is what .*tokens.json says for each token/, ["--redis", "redis://c"]);
    refused(two, /--token is what .*tokens.json says for each token/, ["--token", "mine"]);
    refused(two, /data keeps the users of one database/, ["--data", "kept"]);
    refused(two, /aclFile keeps the users of one database/, ["--acl-file", "users.acl"]);
    refused(two, /fsync is about data in this process/, ["--fsync", "always"]);
    const missing = { SRH_MODE: "file", TOKEN_RESOLUTION_FILE_PATH: "no-such.json" };
    assert.throws(() => settings(missing), /^Error: --tokens-file: no-such.json does not exist; correct the path$/);
  });
});
