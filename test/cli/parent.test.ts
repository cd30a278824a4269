/** A server that ends with the process that started it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isUnderNpx } from "../../src/cli/parent.ts";
import { processGroups } from "../support/process-groups.ts";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

const groups = processGroups();

/** The server, started by a shell that is started by another process, as npm does. */
async function startBelow(variables: Record<string, string>, ...flags: string[]) {
  // The shell stays: it has something to do after the server.
  const command = `'${process.execPath}' '${PROGRAM}' --port 0 --redis-port off --memory --token t ${flags.join(" ")}; true`;
  const launcher = `
    const shell = require("node:child_process").spawn("sh", ["-c", process.argv[1]], { stdio: "inherit" });
    console.log("shell " + shell.pid);`;
  const env = { ...process.env, npm_command: "", ...variables };
  const child = spawn(process.execPath, ["-e", launcher, command], {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  groups.add(child.pid!);
  let out = "";
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    out += String(chunk);
    if (/\ncurl .*\n/.test(out)) break;
  }
  child.stdout.resume();
  const [, url] = /UPSTASH_REDIS_REST_URL="(.*)"/.exec(out)!;
  return { child, port: Number(new URL(url!).port), shell: Number(/^shell (\d+)$/m.exec(out)![1]) };
}

/** Resolves when nothing listens on the port any more. */
async function refused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    if (!isOpen) return;
    // The server ends the connection when it ends itself.
    await once(
      socket.on("error", () => {}),
      "close",
    );
  }
}

describe("a server whose parent ends", { timeout: 60_000 }, () => {
  test("ends too under npx, whether npm or its shell was killed", { skip: process.platform !== "linux" }, async () => {
    const { child, port } = await startBelow({ npm_command: "exec" });
    child.kill("SIGKILL");
    await refused(port);
  });

  test("ends too when it was told to", async () => {
    const { child, port, shell } = await startBelow({}, "--exit-with-parent");
    process.kill(shell, "SIGKILL");
    await refused(port);
    if (child.exitCode === null) await once(child, "exit");
  });
});

test("npm says whether it runs npx", () => {
  assert.equal(isUnderNpx({ npm_command: "exec" }), true);
  assert.equal(isUnderNpx({ npm_command: "run-script" }), false);
  assert.equal(isUnderNpx({}), false);
});
