/**
 * The files of the append-only file and their manifest. The manifest is replaced as a whole, and only when everything it
 * names is on the disk, so that at any moment it names a dataset that can be loaded.
 */
import { dirname, join } from "node:path";
import type { LogFile } from "./aof-log.ts";
import type { AppendFile, Disk } from "./disk.ts";
import { replaceFile } from "./disk.ts";
import { AOF_FOLDER, baseName, filesOf, formatManifest, incrementName, MANIFEST_NAME } from "./manifest.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";

const NO_FILES: Manifest = { base: undefined, increments: [], history: [] };

/** A base that is being written. */
const BASE_IN_WORK = "temp-base.rdb";

export class AofFiles {
  readonly disk: Disk;
  readonly folder: string;
  manifest: Manifest;
  /** Bytes of the base. */
  baseBytes = 0;
  /** Bytes of the increments that are not written to any more. */
  private doneBytes = 0;
  /** One change after the other. */
  private work: Promise<unknown> = Promise.resolve();

  constructor(disk: Disk, directory: string, manifest: Manifest | undefined) {
    this.disk = disk;
    this.folder = join(directory, AOF_FOLDER);
    this.manifest = manifest ?? NO_FILES;
  }

  /** Bytes of all files but the one that is written to. */
  get restBytes(): number {
    return this.baseBytes + this.doneBytes;
  }

  pathOf({ name }: ManifestFile): string {
    return join(this.folder, name);
  }

  /** Opens the last increment to go on with it; makes one when there is none. */
  async openLast(): Promise<LogFile> {
    const last = this.manifest.increments.at(-1);
    if (last === undefined) return this.addIncrement();
    const { base, increments } = this.manifest;
    this.baseBytes = base === undefined ? 0 : await this.bytesOf(base);
    for (const done of increments.slice(0, -1)) this.doneBytes += await this.bytesOf(done);
    const bytes = await this.bytesOf(last);
    return { path: this.pathOf(last), file: await this.disk.openToAppend(this.pathOf(last)), bytes };
  }

  private async bytesOf(file: ManifestFile): Promise<number> {
    const opened = await this.disk.openToRead(this.pathOf(file));
    await opened.close();
    return opened.bytes;
  }

  /** Makes a further increment, empty, and names it in the manifest. */
  addIncrement(): Promise<LogFile> {
    return this.exclusively(async () => {
      await this.makeFolder();
      const sequence = (this.manifest.increments.at(-1)?.sequence ?? 0) + 1;
      const increment = { name: incrementName(sequence), sequence };
      const path = this.pathOf(increment);
      const file = await this.openEmpty(path);
      try {
        await this.disk.syncFolder(this.folder);
        await this.write({ ...this.manifest, increments: [...this.manifest.increments, increment] });
      } catch (error) {
        await file.close().catch(() => {});
        throw error;
      }
      return { path, file, bytes: 0 };
    });
  }

  /** The increment that was written to is complete. */
  finished({ bytes }: LogFile): void {
    this.doneBytes += bytes;
  }

  /** The file that a new base is written to. */
  async beginBase(): Promise<AppendFile> {
    await this.makeFolder();
    return this.openEmpty(join(this.folder, BASE_IN_WORK));
  }

  async dropBase(): Promise<void> {
    await this.disk.remove(join(this.folder, BASE_IN_WORK));
  }

  /**
   * Puts the new base, which is synced and closed, in the place of the old one and of all increments but those from
   * `first` on. `bytes` is its length.
   */
  installBase(first: number, bytes: number): Promise<void> {
    return this.exclusively(async () => {
      const sequence = (this.manifest.base?.sequence ?? 0) + 1;
      const base = { name: baseName(sequence), sequence };
      await this.disk.rename(join(this.folder, BASE_IN_WORK), this.pathOf(base));
      await this.disk.syncFolder(this.folder);
      const old = this.manifest;
      const increments = old.increments.filter((file) => file.sequence >= first);
      const history = filesOf(old).filter((file) => !increments.includes(file));
      await this.write({ base, increments, history });
      this.baseBytes = bytes;
      this.doneBytes = 0;
      for (const file of increments.slice(0, -1)) this.doneBytes += await this.bytesOf(file);
      for (const file of history) await this.disk.remove(this.pathOf(file));
      if (history.length > 0) await this.write({ base, increments, history: [] });
    });
  }

  /** Whether everything that the manifest names is there. */
  async areThere(): Promise<boolean> {
    const { manifest } = this;
    const names = new Set(await this.disk.list(this.folder));
    return names.has(MANIFEST_NAME) && filesOf({ ...manifest, history: [] }).every(({ name }) => names.has(name));
  }

  /** Forgets all files: those that are not there any more cannot be gone on with. */
  forget(): void {
    this.manifest = NO_FILES;
    this.baseBytes = this.doneBytes = 0;
  }

  private async makeFolder(): Promise<void> {
    if ((await this.disk.kindOf(this.folder)) === "folder") return;
    await this.disk.makeFolder(this.folder);
    await this.disk.syncFolder(dirname(this.folder));
  }

  /** A crash may have left a file of that name. */
  private async openEmpty(path: string): Promise<AppendFile> {
    await this.disk.remove(path);
    return this.disk.openToAppend(path);
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
