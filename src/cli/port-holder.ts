/** Finds the process that listens on a port of this machine, from /proc. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The state LISTEN in /proc/net/tcp. */
const LISTEN = "0A";

/** Descriptors that are looked at, of all processes together. */
const LINKS_MAX = 100_000;

/**
 * A process that listens on a TCP port, as `name (process 123)`; undefined where that cannot be known: it belongs to
 * another user, to another container, or the system has no /proc.
 */
export function holderOf(port: number): string | undefined {
  const sockets = new Set(["tcp", "tcp6"].flatMap((table) => listenersOn(port, table)));
  if (sockets.size === 0) return undefined;
  let links = 0;
  for (const pid of tryTo(() => readdirSync("/proc")) ?? []) {
    if (!/^\d+$/.test(pid)) continue;
    for (const descriptor of tryTo(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
      if (++links > LINKS_MAX) return undefined;
      const link = tryTo(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`));
      if (link !== undefined && sockets.has(link)) return `${nameOf(pid)} (process ${pid})`;
    }
  }
  return undefined;
}

/** The sockets that listen on a port, as links to them read. */
function listenersOn(port: number, table: string): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const lines = (tryTo(() => readFileSync(`/proc/net/${table}`, "latin1")) ?? "").split("\n").slice(1);
  return lines.flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === LISTEN && local?.endsWith(`:${hex}`) === true ? [`socket:[${inode}]`] : [];
  });
}

/** The name of a program, which may hold any character. */
function nameOf(pid: string): string {
  const name = tryTo(() => readFileSync(`/proc/${pid}/comm`, "latin1").trim()) ?? "";
  return name.replaceAll(/[^ -~]/g, "?");
}

/** Processes end meanwhile, and those of others are not readable. */
function tryTo<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
