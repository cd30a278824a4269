/**
 * The files of the append-only file and their manifest.
 *
 * **Invariant.** The manifest is replaced as a whole, and only when every file it names is synced, so at any moment it
 * names a dataset that can be loaded. No file name is used twice: after a failure the manifest on the disk may be older
 * or newer than the one in memory, and the files that it names must not have changed.
 */
import { dirname, join } from "node:path";
import type { LogFile } from "./aof-log.ts";
import type { AppendFile, Disk } from "./disk.ts";
import { replaceFile } from "./disk.ts";
import {
  AOF_FOLDER,
  baseName,
  earlyIncrementName,
  filesOf,
  formatManifest,
  incrementName,
  MANIFEST_NAME,
  sequenceInName,
} from "./manifest.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";

const NO_FILES: Manifest = { base: undefined, increments: [], history: [] };

/** The first part of the name of an unfinished base. */
const BASE_IN_WORK = "temp-base-";

/** An unfinished base. */
export interface BaseInWork {
  readonly path: string;
  readonly file: AppendFile;
  readonly format: "rdb" | "aof";
  /** The generation of the files when it was begun. */
  readonly generation: number;
}

/** A base that is written, synced and closed. */
export interface FinishedBase extends BaseInWork {
  readonly bytes: number;
}

/** The files of one data directory. Changes of the manifest happen one after another. */
export class AofFiles {
  readonly disk: Disk;
  readonly folder: string;
  manifest: Manifest;
  /** Bytes of the base. */
  baseBytes = 0;
  /** Bytes of the finished increments. */
  private doneBytes = 0;
  /** The increments of an append-only file that has no base yet; undefined when it has a base. */
  private early: readonly ManifestFile[] | undefined;
  /** Increments that exist and that no manifest names yet. */
  private readonly unnamed = new Set<string>();
  private basesBegun = 0;
  /** Increased by {@link forget}, so that work for the former files is not installed. */
  private generation = 0;
  /** The last change, after which the next begins. */
  private work: Promise<unknown> = Promise.resolve();

  constructor(disk: Disk, directory: string, manifest: Manifest | undefined) {
    this.disk = disk;
    this.folder = join(directory, AOF_FOLDER);
    this.manifest = manifest ?? NO_FILES;
  }

  /** Bytes of all files except the one being written. */
  get restBytes(): number {
    return this.baseBytes + this.doneBytes;
  }

  pathOf({ name }: ManifestFile): string {
    return join(this.folder, name);
  }

  /** Opens the last increment to append to it; creates one if there is none. */
  async openLast(): Promise<LogFile> {
    const last = this.manifest.increments.at(-1);
    if (last === undefined) return this.addIncrement();
    const { base, increments } = this.manifest;
    this.baseBytes = base === undefined ? 0 : await this.bytesOf(base);
    for (const done of increments.slice(0, -1)) this.doneBytes += await this.bytesOf(done);
    // A crash may have come between the manifest and the cut.
    for (const part of increments) if (part.bytes !== undefined) await this.shorten(part, part.bytes);
    const bytes = await this.bytesOf(last);
    return { path: this.pathOf(last), part: last, file: await this.disk.openToAppend(this.pathOf(last)), bytes };
  }

  /** Cuts a file to the bytes that count, since Redis reads all of it. */
  async shorten(part: ManifestFile, bytes: number): Promise<void> {
    if ((await this.bytesOf(part)) > bytes) await this.disk.truncate(this.pathOf(part), bytes);
  }

  private async bytesOf(file: ManifestFile): Promise<number> {
    const opened = await this.disk.openToRead(this.pathOf(file));
    await opened.close();
    return opened.bytes;
  }

  /**
   * Begins an append-only file that has no base yet. Its increments are not named until {@link installBase}; until then
   * the earlier files are the data.
   */
  beginAnew(): void {
    this.early = [];
  }

  /** Whether there is no base yet. */
  get isBeginning(): boolean {
    return this.early !== undefined;
  }

  /** Creates an empty increment, which counts once it is named. */
  openFurther(): Promise<LogFile> {
    return this.exclusively(async () => {
      await this.makeFolder();
      const sequence = await this.nextSequence();
      const name = this.isBeginning ? earlyIncrementName(sequence) : incrementName(sequence);
      const path = join(this.folder, name);
      const file = await this.disk.openToAppend(path);
      this.unnamed.add(name);
      return { path, part: { name, sequence }, file, bytes: 0 };
    });
  }

  /** Drops an increment that was not named. */
  async dropFurther({ file, part, path }: LogFile): Promise<void> {
    await file.close().catch(() => {});
    // Naming it may have failed after the manifest was replaced, so only one that was never named is removed.
    if (this.unnamed.delete(part.name)) await this.disk.remove(path).catch(() => {});
  }

  /** Names an increment and, in the same step, states how many bytes of the one before count. */
  nameFurther({ part }: LogFile, cut?: { readonly log: LogFile; readonly bytes: number }): Promise<void> {
    return this.exclusively(async () => {
      await this.disk.syncFolder(this.folder);
      this.unnamed.delete(part.name);
      const shortened = (old: ManifestFile): ManifestFile =>
        old.name === cut?.log.part.name ? { ...old, bytes: cut.bytes } : old;
      if (this.early !== undefined) {
        this.early = [...this.early.map(shortened), part];
        return;
      }
      const increments = this.manifest.increments.map(shortened);
      await this.write({ ...this.manifest, increments: [...increments, part] });
    });
  }

  /** Creates an empty increment and names it. */
  async addIncrement(): Promise<LogFile> {
    const log = await this.openFurther();
    try {
      await this.nameFurther(log);
    } catch (error) {
      await this.dropFurther(log);
      throw error;
    }
    return log;
  }

  /** Opens a file for a new base. Each has its own name, since an earlier attempt may still be writing. */
  async beginBase(format: "rdb" | "aof"): Promise<BaseInWork> {
    await this.makeFolder();
    const path = join(this.folder, `${BASE_IN_WORK}${++this.basesBegun}.${format}`);
    // A crash may have left a file of that name.
    await this.disk.remove(path);
    return { path, file: await this.disk.openToAppend(path), format, generation: this.generation };
  }

  async dropBase({ path }: BaseInWork): Promise<void> {
    await this.disk.remove(path);
  }

  /**
   * Installs a base. It replaces the old base and the increments before `first`.
   */
  installBase(inWork: FinishedBase, first: number): Promise<void> {
    return this.exclusively(async () => {
      if (inWork.generation !== this.generation) throw new Error("the files have been written anew meanwhile");
      const sequence = await this.nextSequence();
      const base = { name: baseName(sequence, inWork.format), sequence };
      await this.disk.rename(inWork.path, this.pathOf(base));
      await this.disk.syncFolder(this.folder);
      const old = this.manifest;
      const increments = (this.early ?? old.increments).filter((file) => file.sequence >= first);
      const history = filesOf(old).filter((file) => !increments.includes(file));
      await this.write({ base, increments, history });
      this.early = undefined;
      this.baseBytes = inWork.bytes;
      this.doneBytes = 0;
      for (const file of increments.slice(0, -1)) this.doneBytes += await this.bytesOf(file);
      await this.removeStrays();
      if (history.length > 0) await this.write({ base, increments, history: [] });
    });
  }

  /**
   * Removes parts that no manifest needs: of former append-only files, and those that failures and crashes have left.
   */
  private async removeStrays(): Promise<void> {
    const { base, increments } = this.manifest;
    const named = new Set(filesOf({ base, increments, history: [] }).map(({ name }) => name));
    for (const name of this.unnamed) named.add(name);
    const history = this.manifest.history.map(({ name }) => name);
    const isOurs = (name: string): boolean => sequenceInName(name) !== undefined || name.startsWith(BASE_IN_WORK);
    const parts = (await this.disk.list(this.folder)).filter(isOurs);
    for (const name of new Set([...history, ...parts])) {
      if (!named.has(name)) await this.disk.remove(join(this.folder, name));
    }
  }

  /** A sequence above that of every existing or named part. */
  private async nextSequence(): Promise<number> {
    let last = 0;
    for (const name of await this.disk.list(this.folder)) last = Math.max(last, sequenceInName(name) ?? 0);
    for (const { sequence } of [...filesOf(this.manifest), ...(this.early ?? [])]) last = Math.max(last, sequence);
    return last + 1;
  }

  /** Whether every file that the manifest names exists. */
  async areThere(): Promise<boolean> {
    const { early, manifest } = this;
    const names = new Set(await this.disk.list(this.folder));
    // Files were replaced meanwhile, so the list may have neither the old ones nor the new ones.
    if (this.early !== early || this.manifest !== manifest) return true;
    if (early !== undefined) return early.every(({ name }) => names.has(name));
    return names.has(MANIFEST_NAME) && filesOf({ ...manifest, history: [] }).every(({ name }) => names.has(name));
  }

  /** Forgets all files, because some no longer exist. {@link beginBase} and {@link openFurther} begin new ones. */
  forget(): void {
    this.manifest = NO_FILES;
    this.early = undefined;
    this.generation++;
    this.baseBytes = this.doneBytes = 0;
  }

  private async makeFolder(): Promise<void> {
    if ((await this.disk.kindOf(this.folder)) === "folder") return;
    await this.disk.makeFolder(this.folder);
    await this.disk.syncFolder(dirname(this.folder));
  }

  private async write(manifest: Manifest): Promise<void> {
    const bytes = Buffer.from(formatManifest(manifest), "latin1");
    await replaceFile(this.disk, this.folder, join(this.folder, MANIFEST_NAME), bytes);
    this.manifest = manifest;
  }

  private exclusively<T>(change: () => Promise<T>): Promise<T> {
    const done = this.work.then(change, change);
    this.work = done.catch(() => {});
    return done;
  }
}
