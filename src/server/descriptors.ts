/**
 * File descriptors. A connection takes one, and so does every file that is opened. When a process has no more, it can
 * neither read a file nor accept a connection to refuse it; so connections are not accepted beyond a number that leaves
 * some for everything else.
 */
import { readdirSync, readFileSync } from "node:fs";

/** What is left for files, listeners and whatever else the process opens: so many, or half of a small limit. */
const RESERVED = 128;

/** How many connections a process with this limit and so many descriptors open may have. */
export function connectionsFor(limit: number, open: number): number {
  const left = Math.max(0, limit - open);
  return left - Math.min(RESERVED, Math.ceil(left / 2));
}

/** The process's limit on descriptors; infinite where the system does not tell. Node raises it as far as it may. */
function descriptorLimit(): number {
  try {
    const [, digits] = /^Max open files +([0-9]+) /m.exec(readFileSync("/proc/self/limits", "latin1")) ?? [];
    return digits === undefined ? Infinity : Number(digits);
  } catch {
    return Infinity;
  }
}

function openDescriptors(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}

/** Counts the connections of all listeners of the process, as they share its descriptors. */
export class Descriptors {
  private connectionsMax: number | undefined;
  private connections = 0;

  /** Whether there is a descriptor for one more connection; then it is counted until {@link release}. */
  take(): boolean {
    this.connectionsMax ??= connectionsFor(descriptorLimit(), openDescriptors());
    if (this.connections >= this.connectionsMax) return false;
    this.connections++;
    return true;
  }

  release(): void {
    this.connections--;
  }
}

/** The process's. */
export const descriptors = new Descriptors();
