/**
 * The sink that appends effects to a file. Effects are encoded at once; a loop of its own writes and syncs them, so
 * that the engine never waits.
 *
 * **Invariant.** Every byte has an offset, counted over all files since the start: `appended` ≥ `written` ≥ `synced`.
 * Bytes that were written and not synced are kept in memory: after a failed fsync they may be lost, even if a later one
 * succeeds, and are then written again, to a new file.
 *
 * **Cost.** A copy of the bytes that are not synced, bounded by {@link AofLog.isCongested}. Pieces belong to the log;
 * no other code holds one.
 *
 * **When the disk refuses**, {@link AofLog.problem} says why, and no byte is dropped: the loop tries again, from the
 * last byte that is known to be good. Replies that wait for a sync wait on.
 */
import type { CommitGate } from "../engine/commit-gate.ts";
import type { CommandSpec } from "../core/command-spec.ts";
import * as serverErrors from "../core/errors/server.ts";
import type { CommandError } from "../core/reply.ts";
import type { SentBytes } from "../core/sent-bytes.ts";
import type { Effect, Sink } from "../engine/journal.ts";
import { AofEncoder, encodeSelect } from "./aof-encoder.ts";
import type { Part } from "./aof-encoder.ts";
import type { AppendFile } from "./disk.ts";
import type { ManifestFile } from "./manifest.ts";
import type { FsyncPolicy } from "../core/policies.ts";

/** A file of the log, and the bytes in it. */
export interface LogFile {
  readonly path: string;
  /** Its entry in the manifest. */
  readonly part: ManifestFile;
  readonly file: AppendFile;
  /** Bytes written to it, which end with a whole effect. */
  bytes: number;
}

interface Piece {
  readonly parts: readonly Part[];
  /** The offset of its first effect, and the one after its last. */
  readonly start: number;
  readonly end: number;
  /** The database that is selected before it; -1 at the beginning of a file. */
  readonly database: number;
}

/** A change to another file at an offset. */
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
  /** Unsynced bytes above which replies to writes wait. */
  readonly unsyncedBytesMax: number;
  /** Whether the sync of every second may be put off now. */
  readonly mayPutSyncOff: () => boolean;
  /** The time in seconds since the epoch, for time stamps. */
  readonly seconds: () => number;
  /** Called after a failed fsync: opens a further file, which does not count yet. */
  readonly openFurther: () => Promise<LogFile>;
  /** Called when the further file cannot be written. */
  readonly dropFurther: (further: LogFile) => Promise<void>;
  /** Called when the further file is synced: from now on it counts, and of the old one only the good bytes. */
  readonly replaceFile: (old: LogFile, goodBytes: number, further: LogFile) => Promise<void>;
  /**
   * Called when the files no longer exist: writes all data anew, and answers the file to append to. It calls `begins`
   * at the instant of the data that it writes.
   */
  readonly rebuild: (begins: () => void) => Promise<LogFile>;
  /** Called with the reason when the disk begins to refuse, and with undefined when it accepts writes again. */
  readonly onProblem: (problem: Error | undefined) => void;
}

/** Time between two fsyncs under `everysec`. */
const SYNC_MS = 1000;

/**
 * Time that effects gather before they are written, and the bytes that end it, where nothing waits for them. A write is
 * a call of the system on another thread, and costs as much as several requests: 256 KB at once take 70 µs, a quarter of
 * that 45.
 */
const GATHER_MS = 10;
const GATHER_BYTES = 256 * 1024;

/** Time until the disk is tried again, in milliseconds; it doubles with each failure. */
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 1000;

/** The log of one append-only file, across the files that it changes to. */
export class AofLog implements Sink {
  readonly kind = "file";
  policy: FsyncPolicy;
  /** Whether effects are annotated with the second in which they were appended. */
  stampsTime = false;
  /** Why the disk refuses; undefined when it does not. */
  problem: Error | undefined;
  appended = 0;
  written = 0;
  synced = 0;
  private current: LogFile;
  private readonly options: AofLogOptions;
  private readonly encoder = new AofEncoder();
  /** Pieces that are encoded and not written. */
  private unwritten: Piece[] = [];
  /** Pieces that are written and not synced, and may have to be written again. */
  private unsynced: Piece[] = [];
  private unsyncedPieceBytes = 0;
  /** Bytes taken from the encoder, and the database selected after them. */
  private taken = 0;
  private database = -1;
  /** The offset up to which to sync soon, under any policy. */
  private flushing = 0;
  /** The change to another file that comes next. */
  private next: Switch | undefined;
  /** The second of the last time stamp; 0 at the beginning of a file. */
  private stampedSeconds = 0;
  /** Callbacks that wait for a sync, in the order of their offsets. */
  private waiters: Waiter[] = [];
  private isRunning = false;
  private isScheduled = false;
  private gatherTimer: NodeJS.Timeout | undefined;
  /** The running sync under `everysec`. */
  private syncing: Promise<void> | undefined;
  /** Whether the last fsync failed, so that all unsynced bytes must be written again, to another file. */
  private isSuspect = false;
  /** Whether the last write failed, so that the file may end with half an effect. */
  private isTorn = false;
  /** Whether the files no longer exist, although the open one still accepts writes. */
  private isGone = false;
  private retryMs = RETRY_MS_MIN;
  private retryTimer: NodeJS.Timeout | undefined;
  private readonly syncTimer: NodeJS.Timeout;
  private isClosed = false;

  constructor(current: LogFile, options: AofLogOptions) {
    this.current = current;
    this.options = options;
    this.policy = options.policy;
    // Once the log is turned off, offsets are counted on without it.
    options.gate.whenSafe = (offset, done) => this.whenSynced(Math.min(offset, this.appended), done);
    options.gate.offset = 0;
    this.updateGate();
    this.syncTimer = setInterval(() => this.syncEachSecond(), SYNC_MS);
    this.syncTimer.unref();
  }

  /** Path of the current file. */
  get path(): string {
    return this.current.path;
  }

  /** Bytes of the current file. */
  get fileBytes(): number {
    return this.current.bytes;
  }

  /** Bytes in memory that are not known to be on the disk. */
  get heldBytes(): number {
    return this.appended - this.written + this.unsyncedPieceBytes;
  }

  /** Whether so many bytes are unsynced that replies to writes must wait. */
  get isCongested(): boolean {
    return this.heldBytes > this.options.unsyncedBytesMax;
  }

  append(group: readonly Effect[]): void {
    const { encoder } = this;
    if (this.stampsTime) this.stamp();
    if (group.length > 1) encoder.beginGroup();
    for (const { database, words } of group) encoder.append(database, words);
    if (group.length > 1) encoder.endGroup();
    this.count();
  }

  appendOne(database: number, words: readonly string[], sent: SentBytes | undefined): void {
    if (this.stampsTime) this.stamp();
    this.encoder.append(database, words, sent);
    this.count();
  }

  /** Refuses writes and PING while the disk refuses, in Redis's words. */
  refusal({ name }: CommandSpec, writes: boolean): CommandError | undefined {
    if (this.problem === undefined || (!writes && name !== "PING")) return undefined;
    return serverErrors.aofWriteFailed(this.problem.message);
  }

  /** Annotates the following effects with the time, unless those before have the same. */
  private stamp(): void {
    const seconds = this.options.seconds();
    if (seconds === this.stampedSeconds) return;
    this.stampedSeconds = seconds;
    this.encoder.annotate(seconds);
  }

  private count(): void {
    const { pendingBytes } = this.encoder;
    this.options.gate.offset = this.appended = this.taken + pendingBytes;
    if (this.isCongested) this.updateGate();
    if (this.gatherTimer === undefined || pendingBytes >= GATHER_BYTES) this.schedule();
  }

  /** Turns the gate on under `always`, and while the log is congested. */
  private updateGate(): void {
    this.options.gate.setLog(this.policy === "always", this.isCongested);
  }

  private schedule(): void {
    if (this.isScheduled || this.isRunning || this.problem !== undefined) return;
    if (this.mayGather) {
      this.gatherTimer ??= setTimeout(() => {
        this.gatherTimer = undefined;
        void this.run();
      }, GATHER_MS);
      return;
    }
    this.isScheduled = true;
    // After all commands of this iteration of the event loop.
    setImmediate(() => {
      this.isScheduled = false;
      void this.run();
    });
  }

  /** Whether something waits for what is appended to be written. */
  private get isAwaited(): boolean {
    return this.waiters.length > 0 || this.next !== undefined || this.flushing > this.synced;
  }

  /** Whether effects may gather before they are written. */
  private get mayGather(): boolean {
    return this.policy !== "always" && this.encoder.pendingBytes < GATHER_BYTES && !this.isAwaited;
  }

  /** Takes the encoded bytes, which end with a whole group. */
  private collect(): void {
    if (this.encoder.pendingBytes === 0) return;
    const start = this.taken;
    this.taken += this.encoder.pendingBytes;
    this.unwritten.push({ parts: this.encoder.take(), start, end: this.taken, database: this.database });
    this.database = this.encoder.database;
  }

  /** Calls back once everything up to an offset is synced. */
  whenSynced(offset: number, done: () => void): void {
    if (offset <= this.synced) return done();
    this.waiters.push({ offset, done });
    this.kick();
  }

  /**
   * Appends to another file from this instant on. Resolves when everything before is synced to the old one, which is
   * then closed; nothing is written to the new one before. Rejects when the old one fails meanwhile: then the new one
   * holds its effects too.
   */
  switchTo(log: LogFile): Promise<void> {
    this.collect();
    this.beginFile();
    return new Promise((done, failed) => {
      this.next = { log, from: this.taken, done, failed };
      this.kick();
    });
  }

  /** Lets the next effect select its database and state its time. */
  private beginFile(): void {
    this.encoder.beginFile();
    this.database = -1;
    this.stampedSeconds = 0;
  }

  /** Resolves when everything appended so far is synced. */
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

  /** Ends the loop and closes the file. Call {@link flush} first: unwritten bytes are dropped. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.options.gate.setLog(false, false);
    clearInterval(this.syncTimer);
    clearTimeout(this.retryTimer);
    clearTimeout(this.gatherTimer);
    await this.syncing;
    await this.current.file.close().catch(() => {});
  }

  /** Reports that the files no longer exist, so that the loop writes them anew. */
  vanished(error: Error): void {
    this.isGone = true;
    this.failed(error);
  }

  /** Lets the loop try the disk now. */
  retry(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    void this.run();
  }

  private kick(): void {
    if (!this.isRunning && this.retryTimer === undefined) void this.run();
  }

  /** Writes and syncs until nothing is left to do. */
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
      // More may have come since the last step.
      if (!this.isClosed && (this.isAwaited || this.encoder.pendingBytes > 0)) this.schedule();
    }
  }

  /** Does one step; answers false when there was none. */
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
      return !this.mayGather;
    }
    if (this.synced < this.written && this.mustSync()) {
      await this.sync();
      return true;
    }
    return false;
  }

  /** Whether the next step is a sync. */
  private mustSync(): boolean {
    if (this.policy === "always") return true;
    // Begins at half of the allowed bytes, so that replies need not wait.
    if (this.policy === "everysec" && this.heldBytes > this.options.unsyncedBytesMax / 2) return true;
    return this.synced < this.flushing || this.waiters.some(({ offset }) => offset <= this.written);
  }

  private async writeAll(): Promise<void> {
    const end = this.next?.from ?? Infinity;
    const pieces = this.unwritten.filter((piece) => piece.end <= end);
    this.unwritten = this.unwritten.slice(pieces.length);
    try {
      for (const { parts } of pieces) for (const { bytes } of parts) await this.current.file.append(bytes);
    } catch (error) {
      this.unwritten = [...pieces, ...this.unwritten];
      this.isTorn = true;
      throw error;
    }
    const bytes = lengthOf(pieces);
    this.current.bytes += bytes;
    this.written = pieces.at(-1)!.end;
    // Under `no`, nothing is promised to be synced, so nothing has to be written again.
    if (this.policy === "no") return this.recycle(pieces);
    this.unsynced.push(...pieces);
    this.unsyncedPieceBytes += bytes;
  }

  /** Their bytes are on the disk, and are not needed any more. */
  private recycle(pieces: readonly Piece[]): void {
    for (const { parts } of pieces) for (const part of parts) this.encoder.recycle(part);
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
    this.markSafe(written);
  }

  /** Records that everything up to an offset is as safe as the policy asks, and calls the waiters. */
  private markSafe(offset: number): void {
    this.synced = Math.max(this.synced, offset);
    const firstLeft = this.unsynced.findIndex(({ end }) => end > this.synced);
    const settled = this.unsynced.splice(0, firstLeft < 0 ? Infinity : firstLeft);
    this.unsyncedPieceBytes -= lengthOf(settled);
    this.recycle(settled);
    if (this.options.gate.isOn) this.updateGate();
    const due = this.waiters.filter((waiter) => waiter.offset <= this.synced);
    if (due.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => waiter.offset > this.synced);
    for (const { done } of due) done();
  }

  /** Syncs under `everysec`, beside the writes, which continue meanwhile. */
  private syncEachSecond(): void {
    this.encoder.trim();
    if (this.policy !== "everysec" || this.isRunning || this.synced === this.written) return;
    if (this.syncing !== undefined || this.problem !== undefined || this.options.mayPutSyncOff()) return;
    const { written } = this;
    this.syncing = this.current.file
      .sync()
      .then(() => this.markSafe(written))
      .catch((error: unknown) => {
        this.isSuspect = true;
        this.failed(error as Error);
      })
      .finally(() => {
        this.syncing = undefined;
      });
  }

  /** After a failure, brings the end of the log into a known state. */
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
   * After a failed fsync, writes all unsynced bytes to a further file. Only when that is synced does the old file lose
   * them, so a crash in between leaves them in the old file.
   */
  private async replace(): Promise<void> {
    const old = this.current;
    this.collect();
    const again = [...this.unsynced, ...this.unwritten];
    const unwrittenCount = this.unwritten.length;
    const further = await this.options.openFurther();
    try {
      if (again.length > 0) {
        const bytes = Buffer.concat([...selecting(again[0]!), ...again.flatMap(bytesOf)]);
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
    this.markSafe(this.written);
    await old.file.close().catch(() => {});
    // Bytes for the next file go to this one.
    const { next } = this;
    this.next = undefined;
    await next?.log.file.close().catch(() => {});
    next?.failed(this.problem!);
  }

  private async rebuild(): Promise<void> {
    const { current: old } = this;
    let upTo = this.taken;
    this.current = await this.options.rebuild(() => {
      // The waiting effects are part of the data that is written.
      this.collect();
      this.beginFile();
      upTo = this.taken;
      this.unwritten = [];
      this.unsynced = [];
      this.unsyncedPieceBytes = 0;
    });
    const { next } = this;
    this.next = undefined;
    this.isGone = this.isSuspect = this.isTorn = false;
    this.written = upTo;
    this.markSafe(upTo);
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

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { end, start }) => sum + end - start, 0);
}

function bytesOf({ parts }: Piece): readonly Buffer[] {
  return parts.map(({ bytes }) => bytes);
}

/** What selects a piece's database at the beginning of a file, where none is selected. */
function selecting({ database }: Piece): readonly Buffer[] {
  return database < 0 ? [] : [encodeSelect(database)];
}
