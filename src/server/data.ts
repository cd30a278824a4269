/** The data directory of a server: reads it before the engine is made, and keeps it up to date. */
import { resolve } from "node:path";
import type { Users } from "../access/users.ts";
import { logEvent } from "../core/log-events.ts";
import type { Engine } from "../engine/engine.ts";
import { DataDirectory, explainDirectoryError } from "../persistence/data-directory.ts";
import { nodeDisk } from "../persistence/node-disk.ts";
import { Persistence } from "../persistence/persistence.ts";
import { resolveOptions } from "./options.ts";
import type { StartOptions, Settings } from "./options.ts";
import type { DataReport } from "./stashd-server.ts";

interface NewTokens {
  readonly token?: string;
  readonly readOnlyToken?: string;
}

/** Where a server with a data directory listens. */
interface ServerAddress {
  readonly url: string;
  /** Undefined when the Redis protocol is off. */
  readonly redisPort: number | undefined;
}

/** The data directory of one server: its lock, tokens, users and database files. */
export class ServerData {
  readonly directory: DataDirectory;
  /** The settings, with the tokens that the directory keeps. */
  readonly settings: Settings;
  /** Generated tokens that the directory does not have yet. */
  private readonly newTokens: NewTokens | undefined;
  private persistence: Persistence | undefined;

  private constructor(directory: DataDirectory, settings: Settings, newTokens: NewTokens | undefined) {
    this.directory = directory;
    this.settings = settings;
    this.newTokens = newTokens;
  }

  /**
   * Locks the directory and reads its tokens. A token that the options do not give is that of the last run, or a new
   * one that the directory keeps. Rejects with an Error in one line.
   */
  static async open(options: StartOptions, path: string): Promise<ServerData> {
    const directory = await DataDirectory.open(options.disk ?? nodeDisk, resolve(path));
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
      const isNew = made.token !== token || made.readOnlyToken !== readOnlyToken;
      return new ServerData(directory, settings, isNew ? made : undefined);
    } catch (error) {
      await directory.close();
      throw explainDirectoryError(error, directory.path);
    }
  }

  /** Attaches the files to the engine, which refuses commands until {@link load} is done. */
  attach(engine: Engine): void {
    const { directory, settings } = this;
    const { fsync, log, onLoading, onShutdown } = settings;
    this.persistence = new Persistence({ directory, engine, log, fsync, shutdown: onShutdown, onProgress: onLoading });
  }

  /** Loads the database files, for a server at `address`. Rejects with an Error in one line. */
  async load(address: ServerAddress): Promise<DataReport> {
    const persistence = this.persistence!;
    const { path } = this.directory;
    try {
      const { keys } = await persistence.start();
      // A directory that cannot be used stays as it was, so this comes after the loading.
      await this.keepTokens(address);
      const report = { path, keys, loadMs: persistence.loadMs };
      const { left } = this.directory;
      if (left !== undefined) logEvent(this.settings.log, "ended-unsaid", left);
      logEvent(this.settings.log, "loaded", { ...report, loadMs: Math.round(report.loadMs) });
      return report;
    } catch (error) {
      throw explainDirectoryError(error, path);
    }
  }

  /** Writes generated tokens that the directory does not have yet, and where the server is, for programs beside it. */
  async keepTokens(address?: ServerAddress): Promise<void> {
    const { redisPort, url } = this.directory.state;
    const isNew = address !== undefined && (address.url !== url || address.redisPort !== redisPort);
    if (this.newTokens !== undefined || isNew) await this.directory.update({ ...this.newTokens, ...address });
  }

  /** Writes every change of the users to the ACL file that they were read from. */
  keepUsers(users: Users): void {
    users.onChange(() => users.save());
    this.directory.onRestore = () => users.save();
  }

  /** Writes what is still to be written, and unlocks the directory. */
  async close(): Promise<void> {
    if (this.persistence === undefined) await this.directory.close();
    else await this.persistence.close();
  }
}
