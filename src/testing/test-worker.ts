/**
 * The databases of one process of a runner, of which one test runs after another. A web app that was started for this
 * process knows one database, which becomes as it was before each test; one that was started for the run gets another
 * database for each test, which a header chooses.
 */
import { systemEnvironment } from "../core/environment.ts";
import { DATABASE_HEADER } from "./database-header.ts";
import type { Snapshot, TestDatabaseOptions } from "./public.ts";
import type { Isolation, WebAppOptions } from "./public-run.ts";
import { RunLink } from "./run-link.ts";
import { OpenTestDatabase } from "./test-database.ts";
import { currentRun } from "./test-run.ts";
import { WebApp } from "./web-app.ts";

/** A database, and how requests choose it. */
interface Registered {
  readonly db: OpenTestDatabase;
  readonly headers: Readonly<Record<string, string>>;
}

/** The database of all tests of the process. */
interface OwnDatabase extends Registered {
  /** What it was before the first of them. */
  readonly beginning: Snapshot;
}

/** One process of a runner. */
export class TestWorker {
  /** Undefined when no app was started for this process. */
  readonly app: WebApp | undefined;
  private readonly options: TestDatabaseOptions;
  private readonly link: RunLink | undefined;
  private own: OwnDatabase | undefined;

  private constructor(options: TestDatabaseOptions, link: RunLink | undefined, own?: OwnDatabase, app?: WebApp) {
    this.options = options;
    this.link = link;
    this.own = own;
    this.app = app;
  }

  /** Rejects with an Error of one line, or with one that shows what the app has printed. */
  static async start(options: TestDatabaseOptions, app: WebAppOptions | undefined): Promise<TestWorker> {
    if (app === undefined) {
      const run = currentRun();
      return new TestWorker(options, run === undefined ? undefined : await RunLink.open(run));
    }
    const db = await OpenTestDatabase.create(options);
    try {
      const own = { db, headers: {}, beginning: await db.snapshot() };
      return new TestWorker(options, undefined, own, await WebApp.start(app, { ...db.env }));
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  /** The database of a test that begins. */
  async begin(isolation: Isolation): Promise<Registered> {
    if (this.app === undefined && isolation === "test") return this.create();
    if (this.own === undefined) {
      const created = await this.create();
      this.own = { ...created, beginning: await created.db.snapshot() };
    } else if (isolation === "test") {
      // What the app did after the end of the test before is undone too.
      await this.own.db.renew(this.own.beginning);
    }
    return this.own;
  }

  /** The test has ended. Rejects with an Error that names its faults that met no request. */
  async end(test: Registered, isolation: Isolation): Promise<void> {
    if (test !== this.own) await this.remove(test);
    else if (isolation === "test") test.db.endFaults();
  }

  /** Ends the app and closes what is open. Rejects as {@link end} does. */
  async close(): Promise<void> {
    await this.app?.stop();
    try {
      if (this.own !== undefined) await this.remove(this.own);
    } finally {
      this.link?.close();
    }
  }

  private async create(): Promise<Registered> {
    const db = await OpenTestDatabase.create(this.options);
    if (this.link === undefined) return { db, headers: {} };
    const id = `stashd-${systemEnvironment.secretHex(8)}`;
    await this.link.tell(id, { url: db.url, token: db.token, readOnlyToken: db.readOnlyToken });
    return { db, headers: { [DATABASE_HEADER]: id } };
  }

  private async remove({ db, headers }: Registered): Promise<void> {
    const id = headers[DATABASE_HEADER];
    if (id !== undefined) await this.link!.tell(id, undefined);
    await db.close();
  }
}
