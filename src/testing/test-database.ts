/** One test database: its settings, and what its users can do with it. */
import { systemEnvironment } from "../core/environment.ts";
import type { Reply } from "../core/reply.ts";
import { UNRESTRICTED_USER } from "../core/authority.ts";
import type { Database } from "../server/database.ts";
import { resolveOptions } from "../server/options.ts";
import type { Settings } from "../server/options.ts";
import { ClockControl, randomOf } from "./clock-control.ts";
import { fetchBy } from "./fetch.ts";
import { MovableClock } from "./movable-clock.ts";
import type {
  SentCommand,
  TestClock,
  TestDatabase,
  TestDatabaseOptions,
  TestEnvironment,
  TestFaults,
  TestRequester,
} from "./public.ts";
import { InProcessRequester } from "./requester.ts";
import { TestHost } from "./test-host.ts";
import { timeOf } from "./time.ts";
import type { Watch } from "./watch.ts";

interface Parts {
  readonly host: TestHost;
  readonly database: Database;
  readonly watch: Watch;
  readonly settings: Settings;
  readonly clock: MovableClock;
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
  private closed: Promise<void> | undefined;

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
  static async create({ now, seed, ...options }: TestDatabaseOptions): Promise<OpenTestDatabase> {
    const clock = new MovableClock(systemEnvironment, randomOf(seed));
    if (now !== undefined) clock.restore({ frozenMs: timeOf(now), aheadMs: 0 });
    const settings = resolveOptions({ ...options, environment: clock.environment });
    const host = await TestHost.shared();
    const { database, watch } = await host.open(settings);
    return new OpenTestDatabase({ host, database, watch, settings, clock });
  }

  get env(): TestEnvironment {
    const { readOnlyToken, redisUrl, token, url } = this;
    return {
      UPSTASH_REDIS_REST_URL: url,
      UPSTASH_REDIS_REST_TOKEN: token,
      KV_REST_API_URL: url,
      KV_REST_API_TOKEN: token,
      KV_REST_API_READ_ONLY_TOKEN: readOnlyToken,
      REDIS_URL: redisUrl,
      KV_URL: redisUrl,
    };
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

  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    const { database, host, settings, watch } = this.parts;
    watch.close();
    await host.close(settings, database);
    const { unused } = watch.faults;
    if (unused !== undefined) throw new Error(unused);
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
