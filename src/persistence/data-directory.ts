/**
 * The data directory of a server. It holds Redis's data files, the users, and `stashd.json` with the generated tokens,
 * the counts of quotas, and settings of the files.
 */
import { join } from "node:path";
import * as v from "valibot";
import type { Disk } from "./disk.ts";
import { hasCode, readSmallFile, replaceFile } from "./disk.ts";

const STATE_NAME = "stashd.json";
const LOCK_NAME = "stashd.lock";
const USERS_NAME = "users.acl";
const STATE_BYTES_MAX = 16 * 1024 * 1024;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const stateSchema = v.object({
  token: v.optional(v.string()),
  readOnlyToken: v.optional(v.string()),
  /** The last `CONFIG SET appendonly`; undefined for the default, yes. */
  appendOnly: v.optional(v.boolean()),
  /** Whether the RDB file was saved after the append-only file was turned off. */
  rdbIsNewer: v.optional(v.boolean()),
  /**
   * The counts of quotas: the day since the epoch, and for each user [name, commands of the day, commands of the
   * month].
   */
  quotas: v.optional(v.object({ day: count, users: v.array(v.tuple([v.string(), count, count])) })),
});

/** The contents of `stashd.json`. */
type State = Readonly<v.InferOutput<typeof stateSchema>>;

/** A locked data directory. */
export class DataDirectory {
  readonly disk: Disk;
  readonly path: string;
  state: State;
  private readonly unlock: () => Promise<void>;
  private writing: Promise<void> = Promise.resolve();

  private constructor(disk: Disk, path: string, state: State, unlock: () => Promise<void>) {
    this.disk = disk;
    this.path = path;
    this.state = state;
    this.unlock = unlock;
  }

  /**
   * Locks a directory, which is created if it does not exist. Rejects with an Error in one line that says why it cannot
   * be used, and leaves it unchanged.
   */
  static async open(disk: Disk, path: string): Promise<DataDirectory> {
    const kind = await disk.kindOf(path);
    if (kind === "file") throw new Error(`${path} is a file and no directory; choose another with --data`);
    if (kind === "foreign") throw new Error(`${path} belongs to another user; choose another directory with --data`);
    try {
      if (kind === "nothing") await disk.makeFolder(path);
      const unlock = await disk.lock(path, join(path, LOCK_NAME));
      try {
        if (kind === "nothing") await replaceFile(disk, path, join(path, ".gitignore"), Buffer.from("*\n"));
        return new DataDirectory(disk, path, await readState(disk, join(path, STATE_NAME)), unlock);
      } catch (error) {
        await unlock();
        throw error;
      }
    } catch (error) {
      if (!hasCode(error, "EACCES") && !hasCode(error, "EROFS") && !hasCode(error, "EPERM")) throw error;
      throw new Error(`${path} cannot be written to; choose another directory with --data, or --memory for none`, {
        cause: error,
      });
    }
  }

  /** Path of the ACL file, used unless the options name another. */
  get usersPath(): string {
    return join(this.path, USERS_NAME);
  }

  /** Changes fields of `stashd.json`. Rejects with the system's error. */
  update(change: State): Promise<void> {
    this.state = { ...this.state, ...change };
    this.writing = this.writing
      .catch(() => {})
      .then(() => {
        const text = `${JSON.stringify(this.state, undefined, 2)}\n`;
        return replaceFile(this.disk, this.path, join(this.path, STATE_NAME), Buffer.from(text));
      });
    return this.writing;
  }

  /** Creates the directory and `stashd.json` again after they were removed. */
  async restore(): Promise<void> {
    if ((await this.disk.kindOf(this.path)) !== "nothing") return;
    await this.disk.makeFolder(this.path);
    await replaceFile(this.disk, this.path, join(this.path, ".gitignore"), Buffer.from("*\n"));
    await this.update({});
  }

  /** Unlocks the directory, after its writes. */
  async close(): Promise<void> {
    await this.writing.catch(() => {});
    await this.unlock();
  }
}

async function readState(disk: Disk, path: string): Promise<State> {
  let text: string;
  try {
    text = await readSmallFile(disk, path, STATE_BYTES_MAX);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return {};
    throw error;
  }
  try {
    return v.parse(stateSchema, JSON.parse(Buffer.from(text, "latin1").toString()));
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}; mend it, or remove it for new tokens`, {
      cause: error,
    });
  }
}
