/** The variables of serverless-redis-http, in place of ours. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { describeTarget } from "../../src/backends/remote/target.ts";
import { parseFlags, UsageError } from "../../src/cli/flags.ts";
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
    const entry = { srh_id: "id", connection_string: "redis://file:6379", max_connections: 7 };
    inFolder({ "file-token": entry }, () => {
      const { backend, limits, tokens } = settings({ SRH_MODE: "file" });
      assert.deepEqual([tokens, limits.backendConnectionsMax], [["file-token"], 7]);
      assert.equal(describeTarget(backend!.target), "file:6379");
    });
    inFolder({ one: entry, two: entry }, () => assert.throws(() => settings({ SRH_MODE: "file" }), /has 2 tokens/));
    inFolder({}, () => assert.throws(() => settings({ SRH_MODE: "file" }), /has no token/));
  });
});
