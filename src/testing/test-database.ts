/** One test database: its settings, and what its users can do with it. */
import { systemEnvironment } from "../core/environment.ts";
import type { Reply } from "../core/reply.ts";
import { UNRESTRICTED_USER } from "../core/authority.ts";
import { CLIENT_NAMES, clientVariables } from "../server/client-variables.ts";
import type { Database } from "../server/database.ts";
import { resolveOptions } from "../server/options.ts";
import type { Settings } from "../server/options.ts";
import { ClockControl, randomOf } from "./clock-control.ts";
import { fetchBy } from "./fetch.ts";
import { MovableClock } from "./movable-clock.ts";
import { settled } from "./passage.ts";
import type {
  DumpOptions,
  SentCommand,
  Snapshot,
  TestClock,
  TestDatabase,
  TestDatabaseOptions,
  TestEnvironment,
  TestFaults,
  TestRequester,
} from "./public.ts";
import { InProcessRequester } from "./requester.ts";
import { Snapshots } from "./snapshots.ts";
import type { DataSnapshot } from "./snapshots.ts";
import { TestHost } from "./test-host.ts";
import { timeOf } from "./time.ts";
import { setVariables } from "./variables.ts";
import type { Watch } from "./watch.ts";

interface Parts {
  readonly host: TestHost;
  readonly database: Database;
  readonly watch: Watch;
  readonly settings: Settings;
  readonly clock: MovableClock;
}

/** What a snapshot stands for. */
interface TakenSnapshot {
  readonly data: DataSnapshot;
  readonly clock: MovableClock["state"];
  /** Whether the clock was moved or frozen. */
  readonly wasMoved: boolean;
}

/** The folder for `stashd report`, if a variable names one. */
function reportOption(): { readonly report?: string } {
  const folder = process.env["STASHD_REPORT"] ?? "";
  return folder === "" ? {} : { report: folder };
}

/** A database that is open. */
export class OpenTestDatabase implements TestDatabase {
  readonly url: string;
  readonly token: string;
  readonly readOnlyToken: string;
  readonly redisUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly requester: TestRequester;
  readonly clock: TestClock;
  readonly faults: TestFaults;
  private readonly parts: Parts;
  private snapshots: Snapshots | undefined;
  private readonly taken = new WeakMap<Snapshot, TakenSnapshot>();
  private closed: Promise<void> | undefined;
  /** Brings back the variables of the process. */
  private restoreVariables: () => void = () => {};

  private constructor(parts: Parts) {
    const { clock, database, host, settings, watch } = parts;
    this.parts = parts;
    this.faults = watch.faults;
    this.url = host.url;
    this.token = settings.tokens[0]!;
    this.readOnlyToken = settings.readOnlyTokens[0]!;
    this.redisUrl = `redis://default:${encodeURIComponent(this.token)}@127.0.0.1:${host.redisPort}`;
    this.fetch = fetchBy(host.client, this.url);
    this.requester = new InProcessRequester(host.client, new URL(this.url).host, this.token);
    this.clock = new ClockControl(clock, database.engine);
  }

  /** Rejects with an {@link OptionError}. */
  static async create({
    closeAfter,
    env = false,
    now,
    seed,
    ...options
  }: TestDatabaseOptions): Promise<OpenTestDatabase> {
    const clock = new MovableClock(systemEnvironment, randomOf(seed));
    if (now !== undefined) clock.restore({ frozenMs: timeOf(now), aheadMs: 0 });
    const settings = resolveOptions({
      ...options,
      ...reportOption(),
      console: false,
      isForTests: true,
      environment: clock.environment,
    });
    const host = await TestHost.shared();
    const { database, watch } = await host.open(settings);
    const created = new OpenTestDatabase({ host, database, watch, settings, clock });
    try {
      created.restoreVariables = setVariables(created, env);
    } catch (error) {
      await created.close();
      throw error;
    }
    closeAfter?.after(() => created.close());
    return created;
  }

  get env(): TestEnvironment {
    return clientVariables(this, CLIENT_NAMES);
  }

  async snapshot(): Promise<Snapshot> {
    const { clock, database } = this.parts;
    this.snapshots ??= new Snapshots(database.engine);
    const snapshot: Snapshot = { time: clock.now(), keys: database.engine.dataset.size };
    this.taken.set(snapshot, { data: this.snapshots.take(), clock: clock.state, wasMoved: clock.isMoved });
    return snapshot;
  }

  async restore(snapshot: Snapshot): Promise<void> {
    const { clock } = this.parts;
    const taken = this.taken.get(snapshot);
    if (taken === undefined) {
      throw new TypeError("this is no snapshot of this database: dump() and load() bring data to another one");
    }
    if (taken.wasMoved || clock.isMoved) clock.restore(taken.clock);
    this.snapshots!.restore(taken.data);
    await settled();
  }

  async load(file: string): Promise<number> {
    const { loadFile } = await import("./fixtures.ts");
    return await loadFile(this.parts.database.engine, file);
  }

  async dump(file: string, options: DumpOptions = {}): Promise<number> {
    const { dumpFile } = await import("./fixtures.ts");
    return await dumpFile(this.parts.database.engine, file, options);
  }

  async flush(): Promise<void> {
    this.run("FLUSHALL");
    this.run("FUNCTION", "FLUSH");
    this.run("SCRIPT", "FLUSH");
  }

  requests(): SentCommand[] {
    return this.parts.watch.log.commands();
  }

  forgetRequests(): void {
    this.parts.watch.log.clear();
  }

  /** Begins anew for another test: data, functions and clock are those of the snapshot, requests and faults are forgotten. */
  async renew(beginning: Snapshot): Promise<void> {
    const { watch } = this.parts;
    watch.faults.clear();
    await this.restore(beginning);
    watch.log.clear();
  }

  /** Removes all faults. Throws an Error that names those that met no request. */
  endFaults(): void {
    const { faults } = this.parts.watch;
    const { unused } = faults;
    faults.clear();
    if (unused !== undefined) throw unused;
  }

  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    const { database, host, settings, watch } = this.parts;
    this.restoreVariables();
    watch.close();
    await host.close(settings, database);
    this.endFaults();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Runs a command with all rights. */
  private run(...words: readonly string[]): Reply {
    const { engine } = this.parts.database;
    const session = engine.openSession("internal", UNRESTRICTED_USER);
    try {
      return engine.execute(session, words);
    } finally {
      engine.closeSession(session);
    }
  }
}
