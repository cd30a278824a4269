/**
 * File descriptors. Each connection and each open file takes one. A process without free descriptors can neither read a
 * file nor accept a connection to refuse it, so connections are limited to a number that leaves some for everything
 * else.
 */
import { readdirSync, readFileSync } from "node:fs";

/** Descriptors left for files, listeners and the rest of the process; half of a small limit. */
const RESERVED = 128;

/** The number of connections that a process may have with this limit, and this many descriptors open. */
export function connectionsFor(limit: number, open: number): number {
  const left = Math.max(0, limit - open);
  return left - Math.min(RESERVED, Math.ceil(left / 2));
}

/** The process's limit on descriptors; infinite where the system does not tell. Node has raised it to its maximum. */
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

/** Counts the connections of all listeners in the process, since they share its descriptors. */
export class Descriptors {
  private connectionsMax: number | undefined;
  private connections = 0;

  /** Takes a descriptor for a connection, if one is free, until {@link release}. Answers whether it did. */
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

/** The descriptors of the process. */
export const descriptors = new Descriptors();
