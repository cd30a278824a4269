/**
 * Watches the process that started this one. `npx stashd` runs npm, which runs a shell, which runs this program. A
 * signal that ends npm or the shell does not reach the program, and the server would keep its port.
 */
import { readFileSync } from "node:fs";

/** Interval of the checks, in milliseconds. */
const LOOK_MS = 500;

/** Whether npm runs this program for `npx` or `npm exec`, with a shell in between. */
export function isUnderNpx(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment["npm_command"] === "exec";
}

/**
 * Calls back once when the parent process has ended; with `withGrandparent`, also when the parent's parent has, on a
 * system with /proc. A process whose parent ends gets another parent, so a change of the id shows it.
 */
export function onParentGone(withGrandparent: boolean, callback: () => void): void {
  const lineage = (): string => `${process.ppid} ${withGrandparent ? parentOf(process.ppid) : ""}`;
  const first = lineage();
  const timer = setInterval(() => {
    if (lineage() === first) return;
    clearInterval(timer);
    callback();
  }, LOOK_MS);
  timer.unref();
}

/** The id of a process's parent, from /proc; a constant on a system without it. */
function parentOf(pid: number): string {
  try {
    // The second field is the name, in parentheses, which may hold any character. The state and the parent's id follow.
    const [, parent] = /.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))!;
    return parent!;
  } catch {
    return "";
  }
}
