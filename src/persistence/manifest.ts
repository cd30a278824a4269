/**
 * The manifest of an append-only file, which lists its parts: a base, which is an RDB file or commands; the increments
 * appended since, in order; and the history, which is about to be removed.
 *
 *     file appendonly.aof.1.base.rdb seq 1 type b
 *     file appendonly.aof.1.incr.aof seq 1 type i bytes 4096
 *
 * `bytes` is our addition, which Redis skips: only so many bytes of the file count, because an fsync failed and the
 * later bytes are in the next part again. The file is cut to them right after.
 */
import { FileError } from "./file-error.ts";

/** A part of an append-only file. */
export interface ManifestFile {
  readonly name: string;
  /** A number that grows with each part of its kind. */
  readonly sequence: number;
  /** The bytes that count; undefined for all. */
  readonly bytes?: number | undefined;
}

/** The parts that a manifest lists. */
export interface Manifest {
  readonly base: ManifestFile | undefined;
  /** The increments, by ascending sequence. */
  readonly increments: readonly ManifestFile[];
  readonly history: readonly ManifestFile[];
}

/** The folder of the parts in the data directory, and the first part of their names: Redis's defaults. */
export const AOF_FOLDER = "appendonlydir";
export const AOF_NAME = "appendonly.aof";
/** The file name of the manifest. */
export const MANIFEST_NAME = `${AOF_NAME}.manifest`;

/** Limit on the length of a manifest. Unneeded parts are removed, so it has few lines. */
export const MANIFEST_BYTES_MAX = 1024 * 1024;

/** The file name of a base: an RDB file, or commands. */
export function baseName(sequence: number, format: "rdb" | "aof" = "rdb"): string {
  return `${AOF_NAME}.${sequence}.base.${format}`;
}

/** The file name of an increment. */
export function incrementName(sequence: number): string {
  return `${AOF_NAME}.${sequence}.incr.aof`;
}

/**
 * The file name of an increment that is written before there is a manifest. It differs from that of a part whose
 * manifest was lost.
 */
export function earlyIncrementName(sequence: number): string {
  return `${AOF_NAME}.${sequence}.early.aof`;
}

/** The sequence in the file name of a part, also one of another server; undefined for other names. */
export function sequenceInName(name: string): number | undefined {
  const digits = /^appendonly\.aof\.(\d+)\.(?:base\.(?:rdb|aof)|(?:incr|early)\.aof)$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** All parts in the manifest. */
export function filesOf({ base, increments, history }: Manifest): readonly ManifestFile[] {
  return [...(base === undefined ? [] : [base]), ...increments, ...history];
}

/** The manifest as text. */
export function formatManifest({ base, increments, history }: Manifest): string {
  const line = ({ bytes, name, sequence }: ManifestFile, type: string): string =>
    `file ${quoted(name)} seq ${sequence} type ${type}${bytes === undefined ? "" : ` bytes ${bytes}`}\n`;
  return [
    ...(base === undefined ? [] : [line(base, "b")]),
    ...history.map((file) => line(file, "h")),
    ...increments.map((file) => line(file, "i")),
  ].join("");
}

/**
 * Parses a manifest. Throws a {@link FileError} for a text that no server writes, and for a name outside of the folder.
 */
export function parseManifest(path: string, text: string): Manifest {
  let base: ManifestFile | undefined;
  const increments: ManifestFile[] = [];
  const history: ManifestFile[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    const at = offset;
    offset += line.length + 1;
    if (line.trim() === "" || line.startsWith("#")) continue;
    const { file, type } = parseLine(path, line, at);
    if (type === "b" && base !== undefined) throw new FileError(path, at, "there are two base files");
    if (type === "b") base = file;
    else if (type === "h") history.push(file);
    else if (file.sequence <= (increments.at(-1)?.sequence ?? 0))
      throw new FileError(path, at, "a part is out of order");
    else increments.push(file);
  }
  if (base === undefined && increments.length === 0) throw new FileError(path, undefined, "it names no files");
  return { base, increments, history };
}

function parseLine(path: string, line: string, at: number): { file: ManifestFile; type: string } {
  const words = wordsOf(line) ?? [];
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < words.length; i += 2) fields.set(words[i]!.toLowerCase(), words[i + 1]!);
  // Two lines that became one would be the second of them.
  if (fields.size * 2 !== words.length) throw new FileError(path, at, "a line has a word too many");
  const [name, sequence, type] = [fields.get("file"), Number(fields.get("seq")), fields.get("type")];
  if (name === undefined || !Number.isSafeInteger(sequence) || sequence < 1 || !/^[bih]$/.test(type ?? "")) {
    throw new FileError(path, at, "this is no line of a manifest: file NAME seq NUMBER type b|i|h");
  }
  if (name === "" || name === "." || name === ".." || /[/\\\0]/.test(name)) {
    throw new FileError(path, at, `it names a file outside of its folder: ${JSON.stringify(name)}`);
  }
  const bytes = fields.has("bytes") ? Number(fields.get("bytes")) : undefined;
  if (bytes !== undefined && (!Number.isSafeInteger(bytes) || bytes < 0)) {
    throw new FileError(path, at, "the bytes of a part are no number");
  }
  return { file: bytes === undefined ? { name, sequence } : { name, sequence, bytes }, type: type! };
}

/**
 * The words of a line, separated by spaces; a word may be in double quotes with C's escapes. Undefined for a quote that
 * is not closed.
 */
function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/y;
  const text = line.trimEnd();
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    words.push(match[1] === undefined ? match[2]! : unescaped(match[1]));
  }
  return words;
}

function quoted(name: string): string {
  if (/^[\w.-]+$/.test(name)) return name;
  return `"${name.replace(/[\\"]/g, "\\$&").replace(/[^\x20-\x7e]/g, (char) => `\\x${hex(char)}`)}"`;
}

function hex(char: string): string {
  return char.charCodeAt(0).toString(16).padStart(2, "0");
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b" };

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, digits: string | undefined, char: string) =>
    digits === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
