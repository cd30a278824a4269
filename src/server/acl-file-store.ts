/**
 * The ACL file on disk. It is small, and read or written by administrators' commands only, so access is synchronous.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { AclStore } from "../access/acl-file.ts";
import { readBounded } from "./bounded-file.ts";
import { logEvent } from "../core/log-events.ts";
import type { Log } from "../core/log.ts";

/** Enough for some hundred thousand users. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** Reads and writes the ACL file at a path. Its methods throw the system's error. */
export class AclFileStore implements AclStore {
  readonly name: string;
  private readonly log: Log;
  /** Whether there may be no file yet, and so no users in it. */
  private readonly mayBeMissing: boolean;

  constructor(path: string, log: Log, mayBeMissing = false) {
    this.name = path;
    this.log = log;
    this.mayBeMissing = mayBeMissing;
  }

  read(): string {
    try {
      return readBounded(this.name, FILE_BYTES_MAX).latin1Slice();
    } catch (error) {
      if (this.mayBeMissing && (error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw error;
    }
  }

  /** Writes a temporary file and renames it over the old one, so that a crash leaves one of them whole. */
  write(text: string): void {
    const temporary = `${this.name}.tmp-${process.pid}`;
    try {
      const file = openSync(temporary, "w", 0o600);
      try {
        // It writes to the end or throws; a disk that fills up takes a part of a single write without an error.
        writeFileSync(file, text, "latin1");
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, this.name);
    } catch (error) {
      rmSync(temporary, { force: true });
      logEvent(this.log, "acl-file-failed", { error: (error as Error).message });
      throw error;
    }
  }
}
