/** Files that a user names: what is wrong with one, and what to do. */
import { readBounded } from "../server/bounded-file.ts";
import { UsageError } from "./usage-error.ts";

/** The bytes of a file that an option or a variable names. Throws a {@link UsageError} in one line, which begins with `what`. */
export function readUserFile(what: string, path: string, bytesMax: number): Buffer {
  try {
    return readBounded(path, bytesMax);
  } catch (error) {
    throw new UsageError(`${what}: ${explainFileError(error, path)}`);
  }
}

/** Why a file cannot be opened, and what to do. */
export function explainFileError(error: unknown, path: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
      return `${path} does not exist; correct the path`;
    case "EACCES":
    case "EPERM":
      return `${path} may not be opened by this user (uid ${process.getuid?.()}); change its owner or mode`;
    case "EISDIR":
      return `${path} is a directory; name a file`;
    case "EROFS":
      return `${path} is on a read-only file system; choose a path on another`;
    default:
      return message;
  }
}
