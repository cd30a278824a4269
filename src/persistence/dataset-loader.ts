/** Loads files into an engine: stores the keys of an RDB file, and runs the commands of an append-only file. */
import { UNRESTRICTED_USER } from "../core/authority.ts";
import type { Int64 } from "../core/numbers.ts";
import { CommandError } from "../core/reply.ts";
import { NO_DEADLINE } from "../data/keyspace.ts";
import type { Keyspace } from "../data/keyspace.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../engine/session.ts";
import type { AofSink } from "./aof-reader.ts";
import { FileError, shownKey } from "./file-error.ts";
import type { RdbEntry, RdbSink } from "./rdb-reader.ts";

/** A command that was answered with an error, and its place. */
export interface FailedCommand {
  readonly file: string;
  readonly byte: number;
  readonly command: string;
}

/** The sink of all files of one dataset. */
export class DatasetLoader implements RdbSink, AofSink {
  private readonly engine: Engine;
  private readonly session: Session;
  private readonly nowMs: number;
  /** Path of the current file, for messages. */
  file = "";
  /**
   * Whether the file is a dump that others may have written: expired keys are left out, and a deadline that lies long
   * before Redis is a time to live, as in backups of the hosted service, and counts from when the file was written.
   */
  isDump = false;
  /** Expired keys that were left out. */
  expired = 0;
  /** Deadlines that were times to live. */
  relative = 0;
  /** Commands that were answered with an error, and the first of them. */
  failed = 0;
  firstFailed: FailedCommand | undefined;
  private writtenMs: number;
  /** Whether a key or a library may be there already, and is replaced. */
  mayReplace = false;

  constructor(engine: Engine) {
    this.engine = engine;
    this.session = engine.openSession("internal", UNRESTRICTED_USER);
    this.nowMs = this.writtenMs = engine.environment.now();
  }

  /** Ends the loading. Call it when all files are read. */
  close(): void {
    this.engine.closeSession(this.session);
  }

  field(name: string, text: string): void {
    if (name === "ctime" && Number(text) > 0) this.writtenMs = Number(text) * 1000;
  }

  entry({ database, key, value, deadlineMs: statedMs, idleSeconds, useCount }: RdbEntry): void {
    const deadlineMs = this.isDump ? this.absolute(statedMs) : statedMs;
    if (this.isDump && deadlineMs !== NO_DEADLINE && deadlineMs <= this.nowMs) {
      this.expired++;
      return;
    }
    const keyspace = this.keyspace(database, undefined);
    const { size } = keyspace;
    keyspace.set(key, value, deadlineMs);
    if (typeof value !== "string" && value.type === "json") this.engine.dataset.hasHadDocuments = true;
    if (keyspace.size === size && !this.mayReplace)
      throw this.problem(undefined, `the key ${shownKey(key)} is there twice`);
    if (idleSeconds !== undefined) keyspace.setIdle(key, idleSeconds);
    if (useCount !== undefined) keyspace.setUseCount(key, useCount);
  }

  private absolute(deadlineMs: Int64): Int64 {
    if (deadlineMs === NO_DEADLINE || deadlineMs >= this.nowMs / 2) return deadlineMs;
    this.relative++;
    return Number(deadlineMs) + this.writtenMs;
  }

  functions(text: string): void {
    try {
      this.engine.scripting.libraries.load(text, true);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw this.problem(undefined, `a library of functions cannot be loaded: ${error.text}`);
    }
  }

  command(database: number, words: readonly string[], offset: number): void {
    this.keyspace(database, offset);
    this.session.databaseNumber = database;
    const reply = this.engine.replay(this.session, words);
    if (!(reply instanceof CommandError)) return;
    if (/^ERR (?:unknown|wrong number of arguments)/.test(reply.text))
      throw this.problem(offset, `a command cannot be repeated: ${reply.text}`);
    // A script of Redis before 7.0 may have failed then as it fails now, after it had changed something.
    this.failed++;
    this.firstFailed ??= { file: this.file, byte: offset, command: words[0]!.toUpperCase() };
  }

  private keyspace(database: number, offset: number | undefined): Keyspace {
    const { databases } = this.engine.dataset;
    const keyspace = databases[database];
    if (keyspace !== undefined) return keyspace;
    throw this.problem(offset, `it has keys in database ${database}, and there are only ${databases.length} here`);
  }

  private problem(offset: number | undefined, reason: string): FileError {
    return new FileError(this.file, offset, reason);
  }
}
