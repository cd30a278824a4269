/** A fault in a file, in one line: the file, the place, the reason and, if there is one, the remedy. */
export class FileError extends Error {
  /** Path of the file. */
  readonly file: string;
  /** The byte at which the fault is; undefined for the file as a whole. */
  readonly offset: number | undefined;
  /** The end of the last whole command or group before the fault, for a file of commands. */
  readonly wholeBytes: number | undefined;
  /** Whether the keys of an RDB file up to the fault can be kept: bytes are missing or were changed. */
  readonly keepsKeys: boolean;

  constructor(
    file: string,
    offset: number | undefined,
    reason: string,
    { keepsKeys = false, wholeBytes }: { readonly keepsKeys?: boolean; readonly wholeBytes?: number | undefined } = {},
  ) {
    super(`${file}${offset === undefined ? "" : `, byte ${offset}`}: ${reason}`);
    this.wholeBytes = wholeBytes;
    this.keepsKeys = keepsKeys;
    this.name = "FileError";
    this.file = file;
    this.offset = offset;
  }
}

/** A key for a message: printable, and cut to a line. */
export function shownKey(key: string): string {
  const text = JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key);
  return text.replace(/[\u007f-\uffff]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
