/** Sets variables in an `.env` file, and leaves everything else in it as it is. */
import { chmodSync, existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { UsageError } from "./usage-error.ts";
import { explainFileError, readUserFile } from "./user-file.ts";

/** Limit on the file. */
const FILE_BYTES_MAX = 1024 * 1024;

/** A file that did not exist: it holds tokens. */
const NEW_FILE_MODE = 0o600;

/** An assignment: what precedes the value, and the value, in quotes, where it may go over several lines, or without. */
const ASSIGNMENT =
  /^((?:\xef\xbb\xbf)?[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*)('[^']*'|"(?:\\[^]|[^"\\])*"|`[^`]*`|[^#\r\n]*?(?=[ \t]*(?:#|\r?$)))/gm;

/** The values that `.env` files can hold for every reader of them: others are unquoted, expanded or cut off by some. */
const PLAIN = /^[^\s"'`$#\\]*$/;

/**
 * The text of a file, as bytes, with these variables. Assignments of the same names get the new value in the quotes they
 * have; other names are added at the end. A text that has the values already stays the same.
 */
export function withVariables(text: string, variables: Readonly<Record<string, string>>): string {
  const missing = new Set(Object.keys(variables));
  const changed = text.replace(ASSIGNMENT, (whole: string, before: string, name: string, value: string) => {
    if (!Object.hasOwn(variables, name)) return whole;
    missing.delete(name);
    const [quote = ""] = /^(["'`])[^]*\1$/.exec(value)?.slice(1) ?? [];
    return before + quote + variables[name]! + quote;
  });
  const end = /\r?\n/.exec(text)?.[0] ?? "\n";
  const added = [...missing].map((name) => `${name}="${variables[name]!}"${end}`).join("");
  const isOpen = added !== "" && changed !== "" && !changed.endsWith("\n");
  return changed + (isOpen ? end : "") + added;
}

/** Throws a {@link UsageError} for a value that readers of `.env` files would take for different ones. */
export function refuseUnclear(variables: Readonly<Record<string, string>>): void {
  const name = Object.keys(variables).find((one) => !PLAIN.test(variables[one]!));
  if (name === undefined) return;
  throw new UsageError(
    `${name} has a quote, $, # or backslash, which .env files lose; choose a token of letters and digits`,
  );
}

/**
 * Sets variables in a file, which is replaced as a whole and keeps its mode, or is created. Answers whether it changed.
 * Throws a {@link UsageError} in one line.
 */
export function writeVariables(path: string, variables: Readonly<Record<string, string>>): boolean {
  try {
    // The file itself, where the path is a link to it.
    const isNew = !existsSync(path);
    const file = isNew ? path : realpathSync(path);
    const text = isNew ? "" : readUserFile("--write", file, FILE_BYTES_MAX).toString("latin1");
    if (text.includes("\0")) throw new UsageError(`--write: ${path} is not UTF-8; save it as that`);
    const changed = withVariables(text, variables);
    if (changed !== text) replace(file, changed, isNew ? NEW_FILE_MODE : statSync(file).mode & 0o777);
    return changed !== text;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--write: ${explainFileError(error, path)}`);
  }
}

/** Replaces a file as a whole, so that no reader and no crash finds half of it. */
function replace(file: string, text: string, mode: number): void {
  const temporary = `${file}.${process.pid}.new`;
  try {
    writeFileSync(temporary, text, { encoding: "latin1", flag: "wx", mode: NEW_FILE_MODE });
    // Not subject to the mask of the process.
    chmodSync(temporary, mode);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
