/**
 * The append-only file that effects are written to: encoded at once, written and synced by a loop of its own, so that the
 * engine never waits.
 *
 * Every byte has an offset, counted over all files since the start: `appended` ≥ `written` ≥ `synced`. What was written
 * and not synced is kept in memory, because after a failed fsync it may be lost although a later one succeeds: it is then
 * written again, to a new file. That is bounded: see {@link AofLog.isCongested}.
 *
 * **When the disk refuses**, {@link AofLog.problem} says why, and nothing is given up: the loop tries again and again, from
 * the last byte that is known to be good. What waits for its bytes to be synced goes on waiting.
 */
import type { CommitGate } from "../engine/commit-gate.ts";
import type { FsyncPolicy } from "../engine/durability.ts";
import type { CommandSpec } from "../core/command-spec.ts";
import * as serverErrors from "../core/errors/server.ts";
import type { CommandError } from "../core/reply.ts";
import type { Effect, Sink } from "../engine/journal.ts";
import { AofEncoder, encodeSelect } from "./aof-encoder.ts";
import type { AppendFile } from "./disk.ts";
import type { ManifestFile } from "./manifest.ts";

/** A file of the log, and how much of it is good. */
export interface LogFile {
  readonly path: string;
  /** What the manifest calls it. */
  readonly part: ManifestFile;
  readonly file: AppendFile;
  /** Bytes that were written, all of whole effects. */
  bytes: number;
}

interface Piece {
  readonly bytes: Buffer;
  /** Offsets of its first effect, and behind its last one. */
  readonly start: number;
  readonly end: number;
  /** The database that is selected where it begins; -1 at the beginning of a file. */
  readonly database: number;
}

/** Another file takes over at an offset. */
interface Switch {
  readonly log: LogFile;
  readonly from: number;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

interface Waiter {
  readonly offset: number;
  readonly done: () => void;
}

interface AofLogOptions {
  readonly policy: FsyncPolicy;
  /** Holds replies to writes back. */
  readonly gate: CommitGate;
  /** What may wait to be synced before writers have to wait. */
  readonly unsyncedBytesMax: number;
  /** Called after a failed fsync: opens a further file, which does not count yet. */
  readonly openFurther: () => Promise<LogFile>;
  /** Called when it cannot be written. */
  readonly dropFurther: (further: LogFile) => Promise<void>;
  /** Called when the further file is synced: it counts from now on, and of the old one no more than the bytes that are good. */
  readonly replaceFile: (old: LogFile, goodBytes: number, further: LogFile) => Promise<void>;
  /**
   * Called when the files have gone: writes all data anew, and answers the file to go on with. `begins` is to be called at
   * the instant of which the data is written.
   */
  readonly rebuild: (begins: () => void) => Promise<LogFile>;
  /** Called when the disk begins to refuse, and with undefined when it takes again. */
  readonly onProblem: (problem: Error | undefined) => void;
}

/** Time between two fsyncs under `everysec`. */
const SYNC_MS = 1000;

/** Time until the disk is tried again. */
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 1000;

export class AofLog implements Sink {
  readonly kind = "file";
  policy: FsyncPolicy;
  /** Why nothing can be written now. */
  problem: Error | undefined;
  appended = 0;
  written = 0;
  synced = 0;
  private current: LogFile;
  private readonly options: AofLogOptions;
  private readonly encoder = new AofEncoder();
  /** Encoded and not written. */
  private unwritten: Piece[] = [];
  /** Written and not synced, as far as it may have to be written again. */
  private unsynced: Piece[] = [];
  private unsyncedPieceBytes = 0;
  /** Bytes that the encoder has given away, and the database that is selected behind them. */
  private taken = 0;
  private database = -1;
  /** Everything up to this offset is to be synced soon, whatever the policy. */
  private flushing = 0;
  /** A file that takes the place of the current one, from an offset on. */
  private next: Switch | undefined;
  /** In the order of their offsets. */
  private waiters: Waiter[] = [];
  private isRunning = false;
  private isScheduled = false;
  /** A sync under `everysec` is under way. */
  private syncing: Promise<void> | undefined;
  /** The last fsync has failed: what is not synced is to be written again, to another file. */
  private isSuspect = false;
  /** The last write has failed: the end of the file may be half an effect. */
  private isTorn = false;
  /** The files have gone, whatever the system says of the open one. */
  private isGone = false;
  private retryMs = RETRY_MS_MIN;
  private retryTimer: NodeJS.Timeout | undefined;
  private readonly syncTimer: NodeJS.Timeout;
  private isClosed = false;

  constructor(current: LogFile, options: AofLogOptions) {
    this.current = current;
    this.options = options;
    this.policy = options.policy;
    options.gate.whenSafe = (offset, done) => this.whenSynced(offset, done);
    options.gate.offset = 0;
    this.updateGate();
    this.syncTimer = setInterval(() => this.syncEachSecond(), SYNC_MS);
    this.syncTimer.unref();
  }

  /** Path of the file that is written to. */
  get path(): string {
    return this.current.path;
  }

  /** Bytes of the file that is written to. */
  get fileBytes(): number {
    return this.current.bytes;
  }

  /** Bytes that are in memory because they are not known to be on the disk. */
  get heldBytes(): number {
    return this.appended - this.written + this.unsyncedPieceBytes;
  }

  /** So much waits for the disk that writers have to wait. */
  get isCongested(): boolean {
    return this.heldBytes > this.options.unsyncedBytesMax;
  }

  append(group: readonly Effect[]): void {
    const { encoder } = this;
    if (group.length > 1) encoder.begin();
    for (const { database, encoded } of group) encoder.append(database, encoded);
    if (group.length > 1) encoder.end();
    this.count();
  }

  /** While the disk refuses, so does the server, in Redis's words. */
  refusal({ name }: CommandSpec, writes: boolean): CommandError | undefined {
    if (this.problem === undefined || (!writes && name !== "PING")) return undefined;
    return serverErrors.aofWriteFailed(this.problem.message);
  }

  private count(): void {
    this.options.gate.offset = this.appended = this.taken + this.encoder.pendingBytes;
    if (this.policy === "always") return this.schedule();
    if (this.isCongested) this.updateGate();
    this.schedule();
  }

  /** Replies to writes wait for the disk under `always`, and while so much waits for it that memory would fill up. */
  private updateGate(): void {
    this.options.gate.isOn = this.policy === "always" || this.isCongested;
  }

  private schedule(): void {
    if (this.isScheduled || this.isRunning || this.problem !== undefined) return;
    this.isScheduled = true;
    // After everything that came in together has run.
    setImmediate(() => {
      this.isScheduled = false;
      void this.run();
    });
  }

  /** Takes what is encoded, which are whole groups. */
  private collect(): void {
    if (this.encoder.pendingBytes === 0) return;
    const bytes = joined(this.encoder.take());
    const start = this.taken;
    this.taken += bytes.length;
    this.unwritten.push({ bytes, start, end: this.taken, database: this.database });
    this.database = this.encoder.database;
  }

  /** Calls back once everything up to an offset is synced. */
  whenSynced(offset: number, done: () => void): void {
    if (offset <= this.synced) return done();
    this.waiters.push({ offset, done });
    this.kick();
  }

  /**
   * Goes on in another file, from this very instant on; resolves when everything before is synced to the old one, which is
   * closed then. Nothing is written to the new one before. Rejects when the old one fails meanwhile: then what belongs to
   * it is in the new one as well.
   */
  switchTo(log: LogFile): Promise<void> {
    this.collect();
    this.encoder.beginFile();
    this.database = -1;
    return new Promise((done, failed) => {
      this.next = { log, from: this.taken, done, failed };
      this.kick();
    });
  }

  /** Resolves when everything that was appended before is synced. */
  flush(): Promise<void> {
    const { appended } = this;
    return new Promise((resolve) => {
      this.flushing = Math.max(this.flushing, appended);
      this.whenSynced(appended, resolve);
    });
  }

  setPolicy(policy: FsyncPolicy): void {
    this.policy = policy;
    this.updateGate();
    this.kick();
  }

  /** Ends the loop. What is not written stays unwritten, so {@link flush} comes before. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.options.gate.isOn = false;
    clearInterval(this.syncTimer);
    clearTimeout(this.retryTimer);
    await this.syncing;
    await this.current.file.close().catch(() => {});
  }

  /** The files are not there any more: they are to be written anew. */
  vanished(error: Error): void {
    this.isGone = true;
    this.failed(error);
  }

  /** Lets the disk be tried now. */
  retry(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    void this.run();
  }

  private kick(): void {
    if (!this.isRunning && this.retryTimer === undefined) void this.run();
  }

  /** Writes and syncs until there is nothing to do. */
  private async run(): Promise<void> {
    if (this.isRunning || this.isClosed) return;
    this.isRunning = true;
    try {
      await this.mend();
      while (!this.isClosed && (await this.step()));
      if (this.problem !== undefined && !this.isSuspect && !this.isGone) this.solved();
    } catch (error) {
      this.failed(error as Error);
    } finally {
      this.isRunning = false;
    }
  }

  /** Does one thing; answers false when there was nothing to do. */
  private async step(): Promise<boolean> {
    const { next } = this;
    if (this.isSuspect || this.isGone) throw this.problem ?? new Error("an fsync has failed");
    this.collect();
    if (next !== undefined && this.written === next.from) {
      await this.sync();
      if (this.next !== next) return true;
      await this.current.file.close().catch(() => {});
      this.current = next.log;
      this.next = undefined;
      next.done();
      return true;
    }
    if (this.unwritten.length > 0) {
      await this.writeAll();
      if (this.mustSync()) await this.sync();
      return true;
    }
    if (this.synced < this.written && this.mustSync()) {
      await this.sync();
      return true;
    }
    return false;
  }

  /** Whether what is written is to be synced before anything else. */
  private mustSync(): boolean {
    if (this.policy === "always") return true;
    // Half of what is allowed is a good time to begin.
    if (this.policy === "everysec" && this.heldBytes > this.options.unsyncedBytesMax / 2) return true;
    return this.synced < this.flushing || this.waiters.some(({ offset }) => offset <= this.written);
  }

  private async writeAll(): Promise<void> {
    const end = this.next?.from ?? Infinity;
    const pieces = this.unwritten.filter((piece) => piece.end <= end);
    this.unwritten = this.unwritten.slice(pieces.length);
    const bytes = joined(pieces.map((piece) => piece.bytes));
    try {
      await this.current.file.append(bytes);
    } catch (error) {
      this.unwritten = [...pieces, ...this.unwritten];
      this.isTorn = true;
      throw error;
    }
    this.current.bytes += bytes.length;
    this.written = pieces.at(-1)!.end;
    // Under `no` nobody is told that anything is safe, so nothing has to be written again.
    if (this.policy === "no") return;
    const { database, start } = pieces[0]!;
    this.unsynced.push({ bytes, start, end: this.written, database });
    this.unsyncedPieceBytes += bytes.length;
  }

  private async sync(): Promise<void> {
    await this.syncing;
    if (this.isSuspect) throw this.problem!;
    const { written } = this;
    try {
      await this.current.file.sync();
    } catch (error) {
      this.isSuspect = true;
      throw error;
    }
    this.settle(written);
  }

  /** Everything up to an offset is as safe as the policy asks. */
  private settle(offset: number): void {
    this.synced = Math.max(this.synced, offset);
    while (this.unsynced.length > 0 && this.unsynced[0]!.end <= this.synced) {
      this.unsyncedPieceBytes -= this.unsynced.shift()!.bytes.length;
    }
    if (this.policy !== "always" && this.options.gate.isOn) this.updateGate();
    const due = this.waiters.filter((waiter) => waiter.offset <= this.synced);
    if (due.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => waiter.offset > this.synced);
    for (const { done } of due) done();
  }

  /** Under `everysec`: beside the writes, which go on meanwhile. */
  private syncEachSecond(): void {
    if (this.policy !== "everysec" || this.isRunning || this.synced === this.written) return;
    if (this.syncing !== undefined || this.problem !== undefined) return;
    const { written } = this;
    this.syncing = this.current.file
      .sync()
      .then(() => this.settle(written))
      .catch((error: unknown) => {
        this.isSuspect = true;
        this.failed(error as Error);
      })
      .finally(() => {
        this.syncing = undefined;
      });
  }

  /** After a failure: puts the end of the log into a known state. */
  private async mend(): Promise<void> {
    await this.syncing;
    if (this.isGone) return this.rebuild();
    if (this.isTorn) {
      await this.current.file.truncate(this.current.bytes);
      this.isTorn = false;
    }
    if (this.isSuspect) await this.replace();
  }

  /**
   * After a failed fsync: all that is not known to be on the disk goes to a further file, and only when it is there the old
   * one loses it. Between the two a crash leaves what the old file has.
   */
  private async replace(): Promise<void> {
    const old = this.current;
    this.collect();
    const again = [...this.unsynced, ...this.unwritten];
    const unwrittenCount = this.unwritten.length;
    const further = await this.options.openFurther();
    try {
      if (again.length > 0) {
        const bytes = joined([withSelect(again[0]!), ...again.slice(1)].map((piece) => piece.bytes));
        await further.file.append(bytes);
        further.bytes = bytes.length;
        await further.file.sync();
      }
      await this.options.replaceFile(old, old.bytes - this.unsyncedPieceBytes, further);
    } catch (error) {
      await this.options.dropFurther(further);
      throw error;
    }
    this.current = further;
    this.unwritten = this.unwritten.slice(unwrittenCount);
    this.unsynced = [];
    this.unsyncedPieceBytes = 0;
    this.isSuspect = false;
    this.written = again.at(-1)?.end ?? this.written;
    this.settle(this.written);
    await old.file.close().catch(() => {});
    // What was to go to the next file goes on in this one.
    const { next } = this;
    this.next = undefined;
    await next?.log.file.close().catch(() => {});
    next?.failed(this.problem!);
  }

  private async rebuild(): Promise<void> {
    const { current: old } = this;
    let upTo = this.taken;
    this.current = await this.options.rebuild(() => {
      // All that waits is part of the data that is written.
      this.collect();
      this.encoder.beginFile();
      this.database = -1;
      upTo = this.taken;
      this.unwritten = [];
      this.unsynced = [];
      this.unsyncedPieceBytes = 0;
    });
    const { next } = this;
    this.next = undefined;
    this.isGone = this.isSuspect = this.isTorn = false;
    this.written = upTo;
    this.settle(upTo);
    await old.file.close().catch(() => {});
    await next?.log.file.close().catch(() => {});
    next?.failed(this.problem!);
  }

  private failed(error: Error): void {
    const isNew = this.problem === undefined;
    this.problem = error;
    if (isNew) this.options.onProblem(error);
    if (this.isClosed || this.retryTimer !== undefined) return;
    this.retryTimer = setTimeout(() => this.retry(), this.retryMs);
    this.retryMs = Math.min(RETRY_MS_MAX, this.retryMs * 2);
  }

  private solved(): void {
    this.problem = undefined;
    this.retryMs = RETRY_MS_MIN;
    this.options.onProblem(undefined);
  }
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** The piece for the beginning of a file, where no database is selected. */
function withSelect(piece: Piece): Piece {
  if (piece.database < 0) return piece;
  const select = Buffer.from(encodeSelect(piece.database), "latin1");
  return { ...piece, bytes: Buffer.concat([select, piece.bytes]) };
}
