/** `stashd.json`: what a data directory keeps beside data and users. */
import { join } from "node:path";
import * as v from "valibot";
import type { Disk } from "./disk.ts";
import { hasCode, readSmallFile } from "./disk.ts";

export const STATE_NAME = "stashd.json";
const STATE_BYTES_MAX = 16 * 1024 * 1024;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const stateSchema = v.object({
  token: v.optional(v.string()),
  readOnlyToken: v.optional(v.string()),
  /** The base URL of the server that has the directory, or had it last. */
  url: v.optional(v.string()),
  /** Its port of the Redis protocol; undefined when that is off. */
  redisPort: v.optional(count),
  /** The last `CONFIG SET appendonly`; undefined for the default, yes. */
  appendOnly: v.optional(v.boolean()),
  /** Whether the RDB file was saved after the append-only file was turned off. */
  rdbIsNewer: v.optional(v.boolean()),
  /** The last `CONFIG SET aof-load-truncated`, which only the next start asks for; undefined for the default, yes. */
  loadTruncated: v.optional(v.boolean()),
  /**
   * The counts of quotas: the day since the epoch, and for each user [name, commands of the day, commands of the
   * month].
   */
  quotas: v.optional(v.object({ day: count, users: v.array(v.tuple([v.string(), count, count])) })),
});

/** The contents of `stashd.json`. */
export type State = Readonly<v.InferOutput<typeof stateSchema>>;

/** The state of a directory, empty where it has none. Rejects with an Error in one line for a file that is broken. */
export async function readState(disk: Disk, directory: string): Promise<State> {
  const path = join(directory, STATE_NAME);
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
