/** Sources of bytes that are read in order: files and connections. */
import type { Disk, ReadFile } from "./disk.ts";

/** Bytes to be read once, in order. */
export interface ByteSource {
  /** Its name in messages: the path of a file, or an address. */
  readonly name: string;
  /** Bytes that are left; Infinity when that is not known. */
  readonly left: number;
  /** Reads at least one byte; answers how many, 0 at the end. */
  read(into: Uint8Array): Promise<number>;
}

/** A file, up to the length that it had when it was opened. */
export class FileSource implements ByteSource {
  readonly name: string;
  private readonly file: ReadFile;
  readonly bytes: number;
  private position = 0;

  constructor(name: string, file: ReadFile, bytesMax = Infinity) {
    this.name = name;
    this.file = file;
    this.bytes = Math.min(file.bytes, bytesMax);
  }

  /** Opens a file of which at most `bytesMax` bytes are read. Rejects with the system's error. */
  static async open(disk: Disk, path: string, bytesMax?: number): Promise<FileSource> {
    return new FileSource(path, await disk.openToRead(path), bytesMax);
  }

  get left(): number {
    return Math.max(0, this.bytes - this.position);
  }

  async read(into: Uint8Array): Promise<number> {
    const count = await this.file.read(into.subarray(0, Math.min(into.length, this.left)), this.position);
    this.position += count;
    return count;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
