/**
 * The server that all test databases of a process share: one listener for HTTP and one for the Redis protocol, on free
 * ports. A token chooses the database. Neither the listeners nor their connections keep the process running, and they are
 * closed a little after the last database, so that a test that follows need not wait for others.
 */
import type { Backend } from "../backends/backend.ts";
import type { Engine } from "../engine/engine.ts";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "../core/timers.ts";
import { commonServices, openDatabase } from "../server/database.ts";
import type { CommonServices, Database } from "../server/database.ts";
import { HttpListener } from "../server/http.ts";
import { LOOPBACK } from "../server/listen.ts";
import { Lobby, RespLobby } from "../server/lobby.ts";
import type { Directory } from "../server/lobby.ts";
import { resolveOptions } from "../server/options.ts";
import type { Settings } from "../server/options.ts";
import { RespDoor, RespListener } from "../server/resp.ts";
import { OptionError } from "../server/server-options.ts";
import { InProcessClient } from "./in-process.ts";
import { Reception } from "./reception.ts";
import { Watch } from "./watch.ts";

/** Interval of housekeeping, in milliseconds. */
const TICK_MS = 100;

/** How long the server stays after its last database, in milliseconds. */
const LINGER_MS = 1000;

/** The databases that are open, by the tokens that they were created with. */
class OpenDatabases implements Directory {
  private readonly byToken = new Map<string, Database>();

  get all(): Iterable<Database> {
    return this.byToken.values();
  }

  get size(): number {
    return this.byToken.size;
  }

  has(token: string): boolean {
    return this.byToken.has(token);
  }

  /** Each database has an entry for its standard token; its others are found by asking all. */
  add(token: string, database: Database): void {
    this.byToken.set(token, database);
  }

  delete(token: string): void {
    this.byToken.delete(token);
  }

  ofToken(token: string): Database | undefined {
    const named = this.byToken.get(token);
    if (named?.tokens.find(token) !== undefined) return named;
    return this.first(({ tokens }) => tokens.find(token) !== undefined);
  }

  ofPassword(name: string, secret: string): Database | undefined {
    const named = this.byToken.get(secret);
    if (named?.users.authenticate(name, secret) !== undefined) return named;
    return this.first(({ users }) => users.authenticate(name, secret) !== undefined);
  }

  private first(opens: (database: Database) => boolean): Database | undefined {
    for (const database of this.byToken.values()) if (opens(database)) return database;
    return undefined;
  }
}

/** The server of this process, while it has test databases. */
export class TestHost {
  readonly url: string;
  readonly redisPort: number;
  /** Makes requests without sockets. */
  readonly client: InProcessClient;
  private readonly parts: HostParts;
  private readonly ticker: NodeJS.Timeout;
  private lingering: NodeJS.Timeout | undefined;

  private constructor(parts: HostParts, port: number, redisPort: number) {
    this.parts = parts;
    this.url = `http://${LOOPBACK[0]}:${port}`;
    this.redisPort = redisPort;
    const { environment, limits } = parts.settings;
    this.client = new InProcessClient(parts.handler, limits.requestBytesMax, () => environment.now());
    this.ticker = setInterval(() => this.tick(), TICK_MS);
    this.ticker.unref();
  }

  /** The host of this process, which is started when there is none. Rejects with the system's error. */
  static async shared(): Promise<TestHost> {
    host ??= TestHost.start();
    const started = host;
    try {
      const shared = await started;
      clearTimeout(shared.lingering);
      shared.lingering = undefined;
      return shared;
    } catch (error) {
      if (host === started) host = undefined;
      throw error;
    }
  }

  private static async start(): Promise<TestHost> {
    // A test that tries wrong tokens must not shut out the others.
    const settings = resolveOptions({
      console: false,
      isForTests: true,
      limits: { failedLoginsMax: 0, localFailedLoginsMax: 0 },
    });
    const common = await commonServices(settings);
    const reception = new Reception();
    const entrance = reception.explain(await openDatabase(settings, undefined, ownServices(common)));
    const databases = new OpenDatabases();
    const handler = new Lobby(entrance, databases, settings.queryToken);
    const { clientMemory: memory, slices, warnings } = common;
    const { environment, limits, log } = settings;
    const shared = { handler, limits, environment, log, warnings, slices, memory, gate: entrance.engine.gate };
    const http = new HttpListener({ ...shared, tls: undefined, isBackground: true });
    const port = await http.listen(0, LOOPBACK[0]);
    const restUrl = `http://${LOOPBACK[0]}:${port}`;
    const doorOf = ({ engine, backend }: Database, lobby: RespLobby): RespDoor =>
      new RespDoor({ ...common, engine, backend, log, restUrl }, lobby);
    const lobby = new RespLobby(entrance, databases, doorOf);
    const resp = new RespListener(lobby.entrance, undefined, true);
    const redisPort = await resp.listen(0, LOOPBACK[0]);
    entrance.engine.respPort = redisPort;
    return new TestHost({ settings, common, reception, databases, handler, lobby, http, resp }, port, redisPort);
  }

  /** Opens a database. Rejects with an {@link OptionError}. */
  async open(settings: Settings): Promise<{ database: Database; watch: Watch }> {
    const { common, databases } = this.parts;
    const [token] = settings.tokens as [string];
    let watch: Watch | undefined;
    const inFront = (behind: Backend, engine: Engine): Backend => (watch = new Watch(engine, behind)).backend;
    const opened = await openDatabase(settings, undefined, { ...ownServices(common), inFront });
    const database = watch!.watched(opened);
    if (databases.has(token)) throw new OptionError("token", "is that of another test database that is open");
    database.engine.respPort = this.redisPort;
    database.engine.respHost = LOOPBACK[0];
    databases.add(token, database);
    return { database, watch: watch! };
  }

  /** Closes a database: what its clients have under way ends. */
  async close({ tokens: [token] }: Settings, database: Database): Promise<void> {
    const { databases, lobby, reception } = this.parts;
    databases.delete(token!);
    reception.close(token!);
    lobby.closeDoorTo(database);
    database.streams.close();
    // Connections keep what their header has chosen until the users change.
    for (const { name } of database.users.all()) database.users.delete(name);
    await database.backend.close();
    database.usage?.write();
    if (databases.size === 0) this.linger();
  }

  private linger(): void {
    clearTimeout(this.lingering);
    this.lingering = setTimeout(() => void this.end(), LINGER_MS);
    this.lingering.unref();
  }

  /** Closes the listeners, unless a database is open. */
  async end(): Promise<void> {
    const { databases, http, resp } = this.parts;
    if (databases.size > 0) return;
    host = undefined;
    clearInterval(this.ticker);
    await Promise.all([http.close(0), resp.close(0)]);
  }

  private tick(): void {
    for (const { engine } of this.parts.databases.all) {
      if (engine.dataset.size > 0 || engine.waitingRoom.size > 0) engine.tick();
    }
  }
}

interface HostParts {
  readonly settings: Settings;
  readonly common: CommonServices;
  readonly reception: Reception;
  readonly databases: OpenDatabases;
  readonly handler: Lobby;
  readonly lobby: RespLobby;
  readonly http: HttpListener;
  readonly resp: RespListener;
}

/** The services of one database, which is not counted among those of a server with metrics. */
function ownServices(common: CommonServices): CommonServices {
  return { ...common, served: [] };
}

let host: Promise<TestHost> | undefined;
