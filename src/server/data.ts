/** The data directory of a server: what is in it before anything else is made, and the parts that keep it up to date. */
import { resolve } from "node:path";
import type { Users } from "../access/users.ts";
import type { Engine } from "../engine/engine.ts";
import { DataDirectory } from "../persistence/data-directory.ts";
import { nodeDisk } from "../persistence/node-disk.ts";
import { Persistence } from "../persistence/persistence.ts";
import { resolveOptions } from "./options.ts";
import type { ServerOptions, Settings } from "./options.ts";

/** Where a server keeps its data, and what it found there. */
export interface DataReport {
  /** The directory. */
  readonly path: string;
  /** Keys that were loaded, and the milliseconds that took. */
  readonly keys: number;
  readonly loadMs: number;
}

export class ServerData {
  readonly directory: DataDirectory;
  /** With the tokens that the directory keeps. */
  readonly settings: Settings;
  private persistence: Persistence | undefined;

  private constructor(directory: DataDirectory, settings: Settings) {
    this.directory = directory;
    this.settings = settings;
  }

  /** Takes the directory. Tokens that nobody has given are those of the last run, or are made and kept. */
  static async open(options: ServerOptions, path: string): Promise<ServerData> {
    const directory = await DataDirectory.open(nodeDisk, resolve(path));
    try {
      const { readOnlyToken, token } = directory.state;
      const kept = {
        ...(token === undefined ? {} : { token }),
        ...(readOnlyToken === undefined ? {} : { readOnlyToken }),
      };
      const settings = resolveOptions({ ...kept, ...options });
      const made = {
        ...(options.token === undefined ? { token: settings.tokens[0]! } : {}),
        ...(options.readOnlyToken === undefined ? { readOnlyToken: settings.readOnlyTokens[0]! } : {}),
      };
      if (made.token !== token || made.readOnlyToken !== readOnlyToken) await directory.update(made);
      return new ServerData(directory, settings);
    } catch (error) {
      await directory.close();
      throw error;
    }
  }

  /** From here on commands are refused until {@link load} is done. */
  attach(engine: Engine): void {
    const { directory, settings } = this;
    const { fsync, log, onLoading, onShutdown } = settings;
    this.persistence = new Persistence({ directory, engine, log, fsync, shutdown: onShutdown, onProgress: onLoading });
  }

  /** Loads what there is. Rejects with an Error in one line. */
  async load(): Promise<DataReport> {
    const persistence = this.persistence!;
    const { keys } = await persistence.start();
    return { path: this.directory.path, keys, loadMs: persistence.loadMs };
  }

  /** Keeps every change of the users, in the file that they were read from. */
  keepUsers(users: Users): void {
    users.onChange(() => users.save());
  }

  /** Writes what waits, and lets go of the directory. */
  async close(): Promise<void> {
    if (this.persistence === undefined) await this.directory.close();
    else await this.persistence.close();
  }
}
