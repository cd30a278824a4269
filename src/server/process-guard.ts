/** Ends a process, or a group of processes, when this process is gone, also if it was killed by a signal that it cannot handle. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";

/**
 * A shell that sends the signal to a process, or to the group of a negative id, when this process ends: its input ends
 * then. It is in a session of its own, so that what ends this one does not reach it. Kill it when there is nothing to
 * guard any more. Undefined on a system without such a shell.
 */
export function guardOf(pid: number, signal: "KILL" | "TERM"): ChildProcess | undefined {
  if (process.platform === "win32") return undefined;
  const guard = spawn("/bin/sh", ["-c", 'read -r _; kill -s "$0" -- "$1"', signal, String(pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without the shell the processes run all the same.
  return guard.on("error", () => {});
}
