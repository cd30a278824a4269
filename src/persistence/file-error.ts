/** What is wrong with a file, in one line: which file, where in it, and what to do where something can be done. */
export class FileError extends Error {
  /** Path of the file. */
  readonly file: string;
  /** Byte at which it is, undefined when it is about the file as a whole. */
  readonly offset: number | undefined;
  /** Of a file of commands: where the last whole command or group before that ends. */
  readonly wholeBytes: number | undefined;

  constructor(file: string, offset: number | undefined, reason: string, wholeBytes?: number) {
    super(`${file}${offset === undefined ? "" : `, byte ${offset}`}: ${reason}`);
    this.wholeBytes = wholeBytes;
    this.name = "FileError";
    this.file = file;
    this.offset = offset;
  }
}

/** A key as a message shows it: printable, and not longer than a line. */
export function shownKey(key: string): string {
  const text = JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key);
  return text.replace(/[\u007f-\uffff]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
