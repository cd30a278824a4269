/** Programs that tests start, each the leader of a group of processes. */
import { afterEach } from "node:test";

/** The groups of a test file, which are ended after each of its tests: what a failed one leaves behind. */
export function processGroups(): Set<number> {
  const groups = new Set<number>();
  afterEach(() => {
    for (const group of groups) {
      try {
        process.kill(-group, "SIGKILL");
      } catch {
        // Nothing of it is left.
      }
    }
    groups.clear();
  });
  return groups;
}
