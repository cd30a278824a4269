/** Bytes that come one after another: a file's, or a connection's. */
import type { Disk, ReadFile } from "./disk.ts";

export interface ByteSource {
  /** What messages call it: the path of a file, or an address. */
  readonly name: string;
  /** Bytes still to come; Infinity when that is not known. */
  readonly left: number;
  /** Fills in at least one byte; answers how many, 0 at the end. */
  read(into: Uint8Array): Promise<number>;
}

/** A file from its beginning to the length that it had when it was opened. */
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

  /** Reads no further than `bytesMax`. */
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
