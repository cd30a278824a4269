/** What watches a test database: its log of requests and its faults, before its router and before its backend. */
import type { Backend } from "../backends/backend.ts";
import type { Engine } from "../engine/engine.ts";
import type { Database } from "../server/database.ts";
import { bodyBounds } from "../server/rest-api.ts";
import { FaultList } from "./faults.ts";
import { Latency } from "./latency.ts";
import { RequestLog } from "./request-log.ts";
import { routeOf } from "./sent-request.ts";
import { WatchedBackend } from "./watched-backend.ts";
import { WatchedRouter } from "./watched-router.ts";

/** The watch over one database. It stands before the backend first, and before the router when that is there. */
export class Watch {
  readonly log: RequestLog;
  readonly faults: FaultList;
  readonly backend: Backend;
  private readonly engine: Engine;
  private readonly latency = new Latency();
  private access: Database["access"] | undefined;

  constructor(engine: Engine, inner: Backend) {
    const { environment, registry } = engine;
    const log = new RequestLog(registry, bodyBounds(engine), () => environment.now());
    const faults = new FaultList(registry);
    this.engine = engine;
    this.log = log;
    this.faults = faults;
    this.backend = new WatchedBackend({
      inner,
      engine,
      log,
      faults,
      latency: this.latency,
      // The commands of a long pipeline run when others have had their turn.
      currentRoute: () => (this.access?.current === undefined ? "command" : routeOf(this.access.current)),
    });
  }

  /** The database with the watch before its router. */
  watched(database: Database): Database {
    const { engine, faults, latency, log } = this;
    this.access = database.access;
    return {
      ...database,
      router: new WatchedRouter(database.router, { bounds: bodyBounds(engine), faults, latency, log }),
    };
  }

  /** Ends what faults hold back. */
  close(): void {
    this.latency.close();
  }
}
