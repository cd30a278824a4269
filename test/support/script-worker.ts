/**
 * Runs scripts on an engine of its own, for a test that wants a heap of its own around them: a heap that is exhausted
 * ends the thread and not the test. Posts, for each script, the reply in short.
 */
import { parentPort, workerData } from "node:worker_threads";
import { commandTables } from "../../src/commands/registry.ts";
import { systemEnvironment } from "../../src/core/environment.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limits.ts";
import { CommandError } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { Engine } from "../../src/engine/engine.ts";
import { readLuaBinary } from "../../src/server/read-lua-binary.ts";
import { EVERYONE } from "./engine.ts";

export interface ScriptWork {
  readonly scripts: readonly string[];
  readonly limits: Partial<Limits>;
}

/** What came of one script: its error's text, or the length of what it answered, and what the machines hold then. */
export interface ScriptResult {
  readonly error?: string;
  readonly length?: number;
  readonly memoryBytes: number;
}

function short(reply: Reply): Omit<ScriptResult, "memoryBytes"> {
  if (reply instanceof CommandError) return { error: reply.text.slice(0, 200) };
  return { length: typeof reply === "string" || Array.isArray(reply) ? reply.length : 0 };
}

const { scripts, limits } = workerData as ScriptWork;
const engine = new Engine({
  environment: systemEnvironment,
  commands: commandTables,
  limits: { ...DEFAULT_LIMITS, ...limits },
  luaBinary: readLuaBinary,
});
const session = engine.openSession("internal", EVERYONE);
for (const script of scripts) {
  const result = short(engine.execute(session, ["EVAL", script, "0"]));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort!.postMessage({ ...result, memoryBytes: engine.scripting.memoryBytes } satisfies ScriptResult);
}
