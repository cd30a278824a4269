/**
 * Keeps an engine's data in a directory: loads it, journals every effect, writes snapshots, and serves the commands
 * about files. The engine knows it as {@link Durability}. Timers and asynchronous work are here and in the log, never
 * in the engine.
 */
import { join } from "node:path";
import type { CommandSpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as genericErrors from "../core/errors/generic.ts";
import * as serverErrors from "../core/errors/server.ts";
import { logEvent } from "../core/log-events.ts";
import type { Log } from "../core/log.ts";
import type { CommandError } from "../core/reply.ts";
import type { Durability, ReloadMode, ShutdownMode, WorkStart } from "../engine/durability.ts";
import type { Engine } from "../engine/engine.ts";
import type { Sink } from "../engine/journal.ts";
import { AofFiles } from "./aof-files.ts";
import type { BaseInWork, FinishedBase } from "./aof-files.ts";
import { AofLog } from "./aof-log.ts";
import type { LogFile } from "./aof-log.ts";
import type { DataDirectory } from "./data-directory.ts";
import { RDB_NAME } from "./data-files.ts";
import type { State } from "./directory-state.ts";
import { persistenceInfo } from "./info.ts";
import { KeptQuotas } from "./kept-quotas.ts";
import { persistenceParameters } from "./parameters.ts";
import { recover } from "./recovery.ts";
import type { Recovery } from "./recovery.ts";
import { reload } from "./reload.ts";
import { isSaveDue, DEFAULT_SAVE_POINTS } from "./save-points.ts";
import type { SavePoint } from "./save-points.ts";
import { writeCommandBase, writeRdbBase, writeSnapshot } from "./snapshot-files.ts";
import type { FsyncPolicy } from "../core/policies.ts";

interface PersistenceOptions {
  readonly directory: DataDirectory;
  readonly engine: Engine;
  readonly log: Log;
  readonly fsync: FsyncPolicy;
  /** Ends the server, for SHUTDOWN; undefined where clients may not. */
  readonly shutdown?: (() => void) | undefined;
  /** Called while data is loaded, with the bytes read so far and those of all files. */
  readonly onProgress?: ((loadedBytes: number, totalBytes: number) => void) | undefined;
}

/** Length of a slice while data is loaded, in milliseconds. */
const LOAD_SLICE_MS = 20;
/** Length of a slice while a snapshot is written beside commands, in milliseconds. */
export const SNAPSHOT_SLICE_MS = 1;

/** Interval of the checks of save points, sizes and files, in milliseconds. */
const CHECK_MS = 1000;

const TEMPORARY_RDB = "temp-save.rdb";

/** The result of the last save or rewrite. */
export interface WorkFacts {
  isOk: boolean;
  /** Seconds it took; -1 before the first. */
  seconds: number;
}

/** The files of one engine, from {@link start} to {@link close}. */
export class Persistence implements Durability {
  readonly engine: Engine;
  readonly directory: DataDirectory;
  fsync: FsyncPolicy;
  savePoints: readonly SavePoint[] = DEFAULT_SAVE_POINTS;
  /** Whether writes are refused after a save that failed, if there are save points. */
  stopsWrites = true;
  /** Whether syncs under `everysec` are put off while a rewrite or a save uses the disk. */
  putsSyncOff = false;
  /** Whether the base of the append-only file is in RDB, and not commands. */
  usesPreamble = true;
  /** Whether the append-only file states the time of its effects. */
  stampsTime = false;
  rewritePercentage = 100;
  rewriteBytesMin = 64 * 1024 * 1024;
  /** The work under way. No other begins meanwhile. */
  work: "loading" | "save" | "rewrite" | undefined = "loading";
  isRewriteScheduled = false;
  isSaveScheduled = false;
  workStartedMs: number;
  readonly lastSave: WorkFacts = { isOk: true, seconds: -1 };
  readonly lastRewrite: WorkFacts = { isOk: true, seconds: -1 };
  lastSaveMs: number;
  saves = 0;
  rewrites = 0;
  /** `engine.journal.writes` when the last RDB file was written. */
  savedWrites = 0;
  /** Bytes of the append-only file when it was last rewritten; those of its base since a start. */
  rewrittenBytes = 0;
  /** The bytes read so far and those of all files, while data is loaded. */
  loading = { loadedBytes: 0, totalBytes: 0 };
  recovery: Recovery | undefined;
  loadMs = 0;
  aof: AofLog | undefined;
  isAppendOnly: boolean;
  private readonly files: AofFiles;
  private readonly options: PersistenceOptions;
  private timer: NodeJS.Timeout | undefined;
  /** Callbacks for the next save, and for the one under way. */
  private saveWaiters: ((error: CommandError | undefined) => void)[] = [];
  private waitersOfThis: ((error: CommandError | undefined) => void)[] = [];
  /** Whether a reload has removed data that it has not loaded yet. */
  private isHalf = false;
  /** The reloads that wait for other work. */
  private readonly reloads: { mode: ReloadMode; done: (error: CommandError | undefined) => void }[] = [];
  private isClosed = false;
  /**
   * Whether the append-only file has all data: false from CONFIG SET appendonly yes until its first base is complete.
   */
  private isWhole = true;
  /** Callbacks for the first base, or with the error when the append-only file is turned off before. */
  private wholeWaiters: ((error?: CommandError) => void)[] = [];
  /** The append-only file that was turned off last, and what resolves when it is written to its end. */
  private ended: AofLog | undefined;
  private ending: Promise<void> = Promise.resolve();
  /** Resolves when the save or rewrite under way has ended. */
  private working: Promise<void> = Promise.resolve();
  /** For each SHUTDOWN that saves, what calls its client back with an error. */
  private readonly shutdowns = new Set<(error: CommandError | undefined) => void>();
  private lastAttemptMs = 0;
  private hasToldDocuments = false;
  private readonly guard: Sink = {
    kind: "file",
    append: () => {},
    refusal: ({ name }, writes) => (writes || name === "PING" ? serverErrors.SAVES_FAIL : undefined),
  };
  /** Tells doors that they have served a write, where no log does and a save may let writers wait. */
  private readonly counter: Sink = {
    kind: "file",
    append: () => {
      this.engine.gate.offset++;
    },
  };
  private readonly quotas: KeptQuotas;

  constructor(options: PersistenceOptions) {
    const { directory, engine, fsync } = options;
    this.options = options;
    this.engine = engine;
    this.directory = directory;
    this.fsync = fsync;
    this.isAppendOnly = directory.state.appendOnly !== false;
    this.lastSaveMs = this.workStartedMs = engine.environment.now();
    this.files = new AofFiles(directory.disk, directory.path, undefined);
    this.quotas = new KeptQuotas(directory, engine.bounds.quotas, this.lastSaveMs, (error) => this.complain(error));
    engine.durability = this;
    engine.bounds.update();
    engine.parameters.install(persistenceParameters(this));
  }

  get aofBytes(): number {
    return this.files.restBytes + (this.aof?.fileBytes ?? 0);
  }

  get aofBaseBytes(): number {
    return this.rewrittenBytes;
  }

  /** Loads the data, and journals every effect from then on. Rejects with an Error in one line. */
  async start(): Promise<Recovery> {
    const { engine } = this;
    const { environment } = engine;
    const startUs = environment.elapsedUs();
    const { disk, path } = this.directory;
    const recovery = await recover({
      disk,
      engine,
      directory: path,
      cutsTail: this.cutsTail,
      sliceMs: LOAD_SLICE_MS,
      onProgress: (loaded, total) => this.progressed(loaded, total),
    });
    this.recovery = recovery;
    this.report(recovery);
    this.loadMs = (environment.elapsedUs() - startUs) / 1000;
    this.files.manifest = recovery.files.manifest ?? this.files.manifest;
    if (this.isAppendOnly) {
      // Data from other files must be in the base before effects are appended.
      if (recovery.files.kind === "rdb" || recovery.files.kind === "single") await this.writeFirstBase();
      this.attach(await this.files.openLast());
    }
    // How large it was after the last rewrite is not known, and it was at least as large as its base.
    this.rewrittenBytes = this.files.baseBytes;
    this.savedWrites = engine.journal.writes;
    this.work = undefined;
    this.checkDocuments();
    this.timer = setInterval(() => this.check(), CHECK_MS);
    this.timer.unref();
    engine.bounds.update();
    return recovery;
  }

  /** Says what was unusual about the files. */
  private report({ cut, failed, firstFailed, relative }: Recovery): void {
    const { log } = this.options;
    if (cut !== undefined) {
      logEvent(log, "aof-tail-cut", cut);
    }
    if (failed > 0) {
      logEvent(log, "aof-command-failed", { commands: failed, ...firstFailed });
    }
    if (relative > 0) {
      logEvent(log, "rdb-deadlines-relative", { keys: relative });
    }
  }

  private progressed(loadedBytes: number, totalBytes: number): void {
    this.loading = { loadedBytes, totalBytes };
    this.options.onProgress?.(loadedBytes, totalBytes);
  }

  private attach(file: LogFile): void {
    const { engine, options } = this;
    this.aof = new AofLog(file, {
      policy: this.fsync,
      gate: engine.gate,
      unsyncedBytesMax: engine.limits.unsyncedBytesMax,
      seconds: () => engine.dataset.instant.seconds,
      mayPutSyncOff: () => this.putsSyncOff && this.work !== undefined,
      openFurther: () => this.files.openFurther(),
      dropFurther: (further) => this.files.dropFurther(further),
      replaceFile: (old, goodBytes, further) => this.replaceLog(old, goodBytes, further),
      rebuild: (begins) => this.rebuild(begins),
      onProblem: (problem) => {
        if (problem === undefined) logEvent(options.log, "disk-back", {});
        else logEvent(options.log, "disk-refused", { error: problem.message });
      },
    });
    this.aof.stampsTime = this.stampsTime;
    engine.journal.attach(this.aof);
  }

  /**
   * Writes all files anew, in a directory created again. Writes are refused meanwhile, so only expiry and eviction
   * change data.
   */
  private async rebuild(begins: () => void): Promise<LogFile> {
    const { directory, files } = this;
    await directory.restore();
    files.forget();
    const base = await files.beginBase("rdb");
    begins();
    const written = await this.writeBase(base, SNAPSHOT_SLICE_MS);
    await files.installBase(written, Infinity);
    this.rewrittenBytes = written.bytes;
    return files.addIncrement();
  }

  private async replaceLog(log: LogFile, bytes: number, further: LogFile): Promise<void> {
    await this.files.nameFurther(further, { log, bytes });
    // The manifest states the length already; the file is cut for other servers.
    await this.files.shorten(log.part, bytes).catch((error: unknown) => this.complain(error));
  }

  /** Writes the base before commands are served. */
  private async writeFirstBase(): Promise<void> {
    const base = await this.files.beginBase("rdb");
    // No increment is kept.
    await this.files.installBase(await this.writeBase(base, LOAD_SLICE_MS), Infinity);
  }

  /** Writes a snapshot of this instant as a base, in RDB or as commands. Answers the finished file. */
  private writeBase(base: BaseInWork, sliceMs: number): Promise<FinishedBase> {
    const { engine, files, stampsTime, usesPreamble } = this;
    const write = usesPreamble ? writeRdbBase : writeCommandBase;
    const stampSeconds = stampsTime ? engine.dataset.instant.seconds : undefined;
    return write(base, { engine, files, sliceMs, stampSeconds });
  }

  refusal({ flags }: CommandSpec): CommandError | undefined {
    return this.work !== "loading" || flags.has("loading") ? undefined : errors.LOADING;
  }

  get isRefusing(): boolean {
    return this.work === "loading";
  }

  startRewrite(): WorkStart {
    if (this.work === "rewrite") return serverErrors.REWRITE_IN_PROGRESS;
    if (this.work === "save") {
      this.isRewriteScheduled = true;
      return "scheduled";
    }
    this.begin("rewrite", () => this.rewrite());
    return "started";
  }

  startSave(mayWait: boolean): WorkStart {
    if (this.work === "save") return serverErrors.SAVE_IN_PROGRESS;
    if (this.work === "rewrite") {
      if (!mayWait) return serverErrors.REWRITE_BEFORE_SAVE;
      this.isSaveScheduled = true;
      return "scheduled";
    }
    this.begin("save", () => this.saveRdb());
    return "started";
  }

  save(done: (error: CommandError | undefined) => void): void {
    // The save under way may be of an earlier instant, so another follows.
    this.isSaveScheduled = true;
    this.saveWaiters.push(done);
    if (this.work === undefined) this.next();
  }

  reload(mode: ReloadMode, done: (error: CommandError | undefined) => void): void {
    this.reloads.push({ mode, done });
    if (this.work === undefined) this.next();
  }

  get whenSynced(): ((done: (error?: CommandError) => void) => void) | undefined {
    if (!this.isAppendOnly) return undefined;
    const { aof } = this;
    const offset = aof?.appended ?? 0;
    return (done) => {
      const synced = (error?: CommandError): void => {
        if (error !== undefined) done(error);
        else (aof ?? this.aof)?.whenSynced(offset, done);
      };
      if (this.isWhole) synced();
      else this.wholeWaiters.push(synced);
    };
  }

  get lastSaveSeconds(): number {
    return Math.floor(this.lastSaveMs / 1000);
  }

  get bufferedBytes(): number {
    return this.aof === undefined ? 0 : this.aof.appended - this.aof.written;
  }

  get infoLines(): readonly string[] {
    return persistenceInfo(this);
  }

  shutdown(
    { force, save }: ShutdownMode,
    saved: (error: CommandError | undefined) => void,
  ): "ended" | "saving" | CommandError {
    const { shutdown } = this.options;
    if (shutdown === undefined) return serverErrors.SHUTDOWN_NOT_ALLOWED;
    // What is only half loaded must not take the place of the whole.
    const saves = (save ?? this.savePoints.length > 0) && this.work !== "loading";
    if (!saves && (this.isWhole || force)) {
      shutdown();
      return "ended";
    }
    this.shutdowns.add(saved);
    const end = (error: CommandError | undefined): void => {
      // It may have been aborted.
      if (!this.shutdowns.delete(saved)) return;
      if (error === undefined || force) {
        saved(undefined);
        return shutdown();
      }
      logEvent(this.options.log, "shutdown-refused", {});
      saved(serverErrors.SHUTDOWN_FAILED);
    };
    if (saves) this.save(end);
    else void this.firstBase().then(() => end(this.isWhole ? undefined : serverErrors.SHUTDOWN_FAILED));
    return "saving";
  }

  abortShutdown(): boolean {
    const aborted = [...this.shutdowns];
    this.shutdowns.clear();
    for (const saved of aborted) saved(serverErrors.SHUTDOWN_FAILED);
    return aborted.length > 0;
  }

  /** Resolves when the first base of an append-only file that was turned on is there, or could not be written. */
  private async firstBase(): Promise<void> {
    await this.working;
    if (this.isWhole) return;
    // A save came before it, or the disk has refused it.
    if (this.work === undefined) this.startRewrite();
    await this.working;
  }

  /** CONFIG SET appendonly. */
  setAppendOnly(isOn: boolean): void {
    if (isOn === this.isAppendOnly) return;
    this.isAppendOnly = isOn;
    if (isOn) {
      // The first rewrite completes it and sets `stashd.json`. Until then the earlier files are the data.
      this.isWhole = false;
      this.isRewriteScheduled = true;
      if (this.work === undefined) this.next();
      return;
    }
    this.isWhole = true;
    this.keep({ appendOnly: false });
    for (const waiter of this.wholeWaiters.splice(0)) waiter(genericErrors.NO_APPEND_ONLY_FILE);
    const { aof } = this;
    this.aof = undefined;
    if (aof === undefined) return;
    this.engine.journal.detach(aof);
    this.ended = aof;
    this.ending = aof.flush().then(() => aof.close());
  }

  /** Records that the append-only file has all data, so that the next start loads it. */
  private async becomeWhole(): Promise<void> {
    await this.directory.update({ appendOnly: this.isAppendOnly, rdbIsNewer: false });
    this.isWhole = true;
    for (const waiter of this.wholeWaiters.splice(0)) waiter();
  }

  setFsync(policy: FsyncPolicy): void {
    this.fsync = policy;
    this.aof?.setPolicy(policy);
  }

  get cutsTail(): boolean {
    return this.directory.state.loadTruncated !== false;
  }

  /** CONFIG SET aof-load-truncated, for the next start. */
  setCutsTail(isOn: boolean): void {
    if (isOn !== this.cutsTail) this.keep({ loadTruncated: isOn });
  }

  /** Changes `stashd.json`. */
  private keep(state: State): void {
    void this.directory.update(state).catch((error: unknown) => this.complain(error));
  }

  setStopsWrites(isOn: boolean): void {
    this.stopsWrites = isOn;
    this.guardWrites();
  }

  setStampsTime(isOn: boolean): void {
    this.stampsTime = isOn;
    if (this.aof !== undefined) this.aof.stampsTime = isOn;
  }

  /** Refuses writes while RDB files that are to be written by themselves cannot be, or lets them through again. */
  guardWrites(): void {
    const { engine, lastSave } = this;
    engine.journal.detach(this.guard);
    if (this.stopsWrites && !lastSave.isOk && this.savePoints.length > 0) engine.journal.attach(this.guard);
  }

  private begin(work: "save" | "rewrite", run: () => Promise<void>): void {
    const { environment } = this.engine;
    const facts = work === "save" ? this.lastSave : this.lastRewrite;
    this.work = work;
    this.workStartedMs = this.lastAttemptMs = environment.now();
    // After the command that asks for it, and its effects.
    this.working = new Promise<void>((resolve) => setImmediate(resolve))
      .then(run)
      .then(() => {
        facts.isOk = true;
      })
      .catch((error: unknown) => {
        facts.isOk = false;
        this.complain(error);
      })
      .finally(() => {
        facts.seconds = Math.round((environment.now() - this.workStartedMs) / 1000);
        this.work = undefined;
        if (work === "save") this.answerSaves(facts.isOk);
        this.guardWrites();
        this.next();
      });
  }

  private complain(error: unknown): void {
    logEvent(this.options.log, "data-not-written", { error: (error as Error).message });
  }

  private answerSaves(isOk: boolean): void {
    for (const done of this.waitersOfThis.splice(0)) done(isOk ? undefined : serverErrors.SAVE_FAILED);
  }

  /** Begins scheduled work. */
  private next(): void {
    if (this.isClosed) return;
    if (this.isSaveScheduled) {
      this.isSaveScheduled = false;
      this.begin("save", () => this.saveRdb());
    } else if (this.reloads.length > 0) {
      const { done, mode } = this.reloads.shift()!;
      this.beginReload(mode, done);
    } else if (this.isRewriteScheduled) {
      this.isRewriteScheduled = false;
      this.begin("rewrite", () => this.rewrite());
    }
  }

  /** Refuses commands from this instant on, and loads the files. */
  private beginReload(mode: ReloadMode, done: (error: CommandError | undefined) => void): void {
    const { engine } = this;
    this.work = "loading";
    this.workStartedMs = engine.environment.now();
    engine.bounds.update();
    const over = (error: CommandError | undefined): void => {
      this.work = undefined;
      engine.bounds.update();
      done(error);
      // Clients wait for keys that are there now.
      engine.endWaits();
      this.next();
    };
    const failed = mode.from === "rdb" ? serverErrors.RELOAD_FAILED : serverErrors.AOF_NOT_LOADED;
    this.loadAgain(mode).then(
      () => over(undefined),
      (error: unknown) => {
        logEvent(this.options.log, "data-not-loaded", { error: (error as Error).message });
        if (!this.isHalf) return over(failed);
        logEvent(this.options.log, "data-partial", {});
        done(failed);
      },
    );
  }

  private async loadAgain(mode: ReloadMode): Promise<void> {
    const { aof, directory, engine, files } = this;
    if (aof?.problem !== undefined) throw aof.problem;
    if (mode.saves) await this.saveRdb();
    if (mode.from === "aof") await aof?.flush();
    let hasChanged = false;
    const onChange = (): void => {
      hasChanged = true;
      this.isHalf = mode.flushes;
      // The append-only file has the data that is loaded, or gets it as a whole.
      if (aof !== undefined) engine.journal.detach(aof);
    };
    try {
      await reload(mode, {
        disk: directory.disk,
        engine,
        directory: directory.path,
        cutsTail: this.cutsTail,
        aofFolder: files.folder,
        sliceMs: LOAD_SLICE_MS,
        onChange,
        onProgress: (loadedBytes, totalBytes) => (this.loading = { loadedBytes, totalBytes }),
      });
      this.isHalf = false;
      if (mode.from === "aof" || mode.saves) this.savedWrites = engine.journal.writes;
    } finally {
      if (aof !== undefined && aof === this.aof && !this.isHalf) {
        engine.journal.detach(aof);
        engine.journal.attach(aof);
        // It begins anew under other data than it has. A failure lets it try until it can.
        if (hasChanged && !mode.saves && mode.from === "rdb")
          await this.rewrite().catch((error: unknown) => aof.vanished(error as Error));
      }
    }
    engine.removeExpired();
  }

  private async saveRdb(): Promise<void> {
    const { disk, path } = this.directory;
    const temporary = join(path, TEMPORARY_RDB);
    this.waitersOfThis = this.saveWaiters.splice(0);
    await disk.remove(temporary);
    const file = await disk.openToAppend(temporary);
    const { journal } = this.engine;
    const { writes } = journal;
    if (this.aof === undefined) journal.attach(this.counter);
    try {
      await writeSnapshot(this.engine, file, { isAofBase: false, sliceMs: SNAPSHOT_SLICE_MS });
      await disk.rename(temporary, join(path, RDB_NAME));
      await disk.syncFolder(path);
    } catch (error) {
      await disk.remove(temporary).catch(() => {});
      throw error;
    } finally {
      journal.detach(this.counter);
    }
    if ((!this.isAppendOnly || !this.isWhole) && this.directory.state.rdbIsNewer !== true)
      await this.directory.update({ rdbIsNewer: true });
    this.savedWrites = writes;
    this.lastSaveMs = this.engine.environment.now();
    this.saves++;
  }

  private async rewrite(): Promise<void> {
    const { aof: log, files } = this;
    if (this.isAppendOnly && log === undefined) {
      // Its end comes first, and another attempt follows when the disk takes it.
      if (this.ended?.problem !== undefined) throw this.ended.problem;
      await this.ending;
      files.beginAnew();
    }
    const base = await files.beginBase("rdb");
    let next: LogFile | undefined;
    try {
      if (this.isAppendOnly) next = await files.addIncrement();
    } catch (error) {
      await base.file.close().catch(() => {});
      throw error;
    }
    const first = next?.part.sequence ?? Infinity;
    if (this.aof !== log || this.isAppendOnly !== (next !== undefined)) {
      await Promise.all([base.file.close(), next?.file.close()]);
      throw new Error("the append-only file was turned off or on meanwhile");
    }
    // No command may run between this and the snapshot: both begin at the same instant.
    const switched = next === undefined ? undefined : this.goOnIn(next);
    const written = this.writeBase(base, SNAPSHOT_SLICE_MS);
    const results = await Promise.allSettled([written, switched]);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) {
      await files.dropBase(base).catch(() => {});
      throw failed.reason;
    }
    await files.installBase((results[0] as PromiseFulfilledResult<FinishedBase>).value, first);
    if (!this.isWhole && this.aof !== undefined) await this.becomeWhole();
    this.rewrittenBytes = this.aofBytes;
    this.rewrites++;
  }

  /** Appends effects to another file from now on. Resolves when the earlier ones are in the former file. */
  private goOnIn(file: LogFile): Promise<void> {
    if (this.aof !== undefined) return this.aof.switchTo(file);
    this.attach(file);
    return Promise.resolve();
  }

  /** Checks save points, the size of the log, and whether its files still exist. */
  private check(): void {
    void this.checkFiles();
    this.checkDocuments();
    void this.quotas.check(this.engine.environment.now());
    if (this.work !== undefined) return;
    const { engine } = this;
    const nowMs = engine.environment.now();
    const changes = engine.journal.writes - this.savedWrites;
    // After a failure, waits before the next attempt.
    const mayTryAgain = nowMs - this.lastAttemptMs > 5000;
    if (!this.isWhole && mayTryAgain) this.startRewrite();
    else if ((this.lastSave.isOk || mayTryAgain) && isSaveDue(this.savePoints, changes, nowMs - this.lastSaveMs))
      this.startSave(false);
    else if (this.isDueForRewrite()) this.startRewrite();
  }

  private isDueForRewrite(): boolean {
    if (this.aof === undefined || this.aof.problem !== undefined || this.rewritePercentage === 0) return false;
    const { aofBytes, rewriteBytesMin, rewrittenBytes } = this;
    if (aofBytes < rewriteBytesMin) return false;
    return ((aofBytes - rewrittenBytes) / Math.max(1, rewrittenBytes)) * 100 >= this.rewritePercentage;
  }

  /** Checks that the files still exist: a removed file that is open accepts writes, which would be lost. */
  private async checkFiles(): Promise<void> {
    const { aof, directory, files } = this;
    if (aof === undefined || aof.problem !== undefined) return;
    const areThere = await files.areThere().catch(() => false);
    // Another process may have put its own files there.
    const problem = areThere
      ? await directory.keepLock().then(
          () => undefined,
          (error: unknown) => error as Error,
        )
      : new Error(`${files.folder} is not there any more`);
    if (problem === undefined || this.aof !== aof || this.isClosed) return;
    logEvent(this.options.log, areThere ? "data-taken" : "data-vanished", { folder: files.folder });
    aof.vanished(problem);
  }

  /** Says once that the directory has JSON documents, because that matters only for a move to Redis. */
  private checkDocuments(): void {
    if (this.hasToldDocuments || !this.engine.dataset.hasHadDocuments) return;
    this.hasToldDocuments = true;
    logEvent(this.options.log, "documents-kept", { directory: this.directory.path });
  }

  /** Writes everything that waits, and unlocks the directory. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    await this.firstBase();
    this.isClosed = true;
    clearInterval(this.timer);
    const { aof, ended } = this;
    if (ended !== undefined) await (ended.problem === undefined ? this.ending : ended.close());
    if (aof !== undefined) {
      if (aof.problem === undefined) await aof.flush();
      await aof.close();
    }
    await this.quotas.store(this.engine.environment.now());
    await this.directory.close();
  }
}
