/**
 * Whether the process that started this one is still there. `npx stashd` runs npm, which runs a shell, which runs this
 * program: a signal that ends npm or the shell does not reach it, and the server would keep its port for ever.
 */
import { readFileSync } from "node:fs";

/** Time between two looks, in milliseconds. */
const LOOK_MS = 500;

/** Whether npm runs this program for `npx` or `npm exec`, and there is a shell between them. */
export function isUnderNpx(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment["npm_command"] === "exec";
}

/**
 * Calls back once when the parent process has ended; with `withGrandparent`, also when the parent's parent has, where the
 * system tells who that is. A process whose parent ends is given another, so a change is the sign.
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

/** The id of a process's parent, where there is /proc; elsewhere always the same. */
function parentOf(pid: number): string {
  try {
    // The name, in parentheses, may hold anything; the state and the parent come after it.
    const [, parent] = /.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))!;
    return parent!;
  } catch {
    return "";
  }
}
