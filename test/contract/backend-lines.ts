/** Lines of the contract suites in front of a Redis: which of them are compared with a reference, and how. */
import assert from "node:assert/strict";
import { commandTables } from "../../src/commands/registry.ts";
import { blockingMs } from "../../src/core/command-spec.ts";
import { CommandRegistry } from "../../src/engine/command-registry.ts";
import { agrees, show } from "../support/compare.ts";
import { readFrame } from "../support/resp.ts";
import type { Line } from "./suite.ts";

/** Groups about users, connections and the limits of this process: their replies are this server's own. */
export const OWN_GROUPS: ReadonlySet<string> = new Set(["acl", "connection", "memory"]);

export const registry = new CommandRegistry(commandTables);

/** Whether this server answers a line itself, in its own words. */
export function isOwn({ words }: Line): boolean {
  const entry = registry.find(words);
  if (entry === undefined || !("command" in entry)) return true;
  const { flags, group, isServed } = entry.command;
  return !isServed || (flags.has("local") && group !== "transactions");
}

/**
 * Whether a line is left out: the reference is not asked for lines that state their reply, some of which would keep it for
 * hours; and where the suites expect what a client that cannot wait is answered, the real server would let it wait.
 */
export function isLeftOut({ expected, words }: Line): boolean {
  if (expected !== undefined) return true;
  const entry = registry.find(words);
  return entry !== undefined && "command" in entry && (blockingMs(entry.command, words) ?? 0) > 0;
}

/** Compares the replies to a line, byte for byte where the protocol has one form for them. */
export function check({ mode, text }: Line, received: string, expected: string, protocol: 2 | 3): void {
  if (protocol === 3) {
    if (mode === "exact" && !expected.startsWith(",")) assert.equal(received, expected, text);
    else assert.equal(received[0], expected[0], text);
  } else {
    const [ours, theirs] = [received, expected].map((bytes) => readFrame(bytes, 0)!.frame) as [never, never];
    assert.ok(agrees(ours, theirs, mode), `${text}\n  gateway: ${show(ours)}\n  redis:   ${show(theirs)}`);
  }
}
