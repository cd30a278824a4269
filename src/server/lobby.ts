/**
 * Where the clients of a process with several databases are until their token has chosen one. The entrance is a database
 * without data in which no token is good, so that what has no good token is refused there, and counted, as with one
 * database.
 */
import type { Database } from "./database.ts";
import type { Connection, HttpExchange, HttpHandler } from "./exchange.ts";
import { mentionsToken } from "../protocol/http-request.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { RespDoor } from "./resp.ts";
import { isSameSecret, tokenOf } from "./rest-access.ts";

/** A database that a connection's token has chosen. */
interface Choice {
  readonly authorization: string;
  /** The generation of the database's tokens at the look-up. */
  readonly generation: number;
  readonly database: Database;
}

/** Passes each HTTP request to the database of its token. */
export class Lobby implements HttpHandler {
  private readonly entrance: Database;
  private readonly databases: readonly Database[];
  /** Whether a token may stand in the query. */
  private readonly queryToken: boolean;
  /** What the header of the last request has chosen. A listener keeps an exchange for all requests of a connection. */
  private readonly choices = new WeakMap<HttpExchange, Choice>();

  constructor(entrance: Database, databases: readonly Database[], queryToken: boolean) {
    this.entrance = entrance;
    this.databases = databases;
    this.queryToken = queryToken;
  }

  connected(connection: Connection): void {
    this.entrance.router.connected(connection);
  }

  admit(exchange: HttpExchange): boolean {
    return this.choose(exchange).router.admit(exchange);
  }

  handle(exchange: HttpExchange): void {
    exchange.route!.handle(exchange);
  }

  refusal(status: number, text: string): { headers: HeaderLines; body: string } {
    return this.entrance.router.refusal(status, text);
  }

  private choose(exchange: HttpExchange): Database {
    const isQueried = this.queryToken && mentionsToken(exchange.target);
    const authorization = isQueried ? undefined : exchange.header("authorization");
    const before = authorization === undefined ? undefined : this.choices.get(exchange);
    if (before !== undefined && before.database.tokens.generation === before.generation) {
      if (isSameSecret(before.authorization, authorization!)) return before.database;
    }
    const token = tokenOf(exchange, this.queryToken);
    if (token === undefined || token === "") return this.entrance;
    // An address that has guessed too often learns nothing, not even by the time that it takes.
    const { access } = this.entrance;
    if (access.isBlocked(exchange)) return this.entrance;
    const database = this.databases.find(({ tokens }) => tokens.find(token) !== undefined);
    if (database === undefined) return this.entrance;
    if (authorization !== undefined) {
      const { generation } = database.tokens;
      this.choices.set(exchange, { authorization, generation, database });
    }
    return database;
  }
}

/** Passes connections of the Redis protocol to the door of the database that their password opens. */
export class RespLobby {
  /** The door at which connections arrive. */
  readonly entrance: RespDoor;
  private readonly databases: readonly Database[];
  /** In the order of the databases. */
  private readonly doors: readonly RespDoor[];

  constructor(
    databases: readonly Database[],
    entrance: Database,
    doorOf: (database: Database, lobby: RespLobby) => RespDoor,
  ) {
    this.databases = databases;
    this.entrance = doorOf(entrance, this);
    this.doors = databases.map((database) => doorOf(database, this));
  }

  /** The door of the database that has a user of this name with this password; undefined when none has. */
  choose(name: string, secret: string): RespDoor | undefined {
    const index = this.databases.findIndex(({ users }) => users.authenticate(name, secret) !== undefined);
    return this.doors[index];
  }

  /** Open connections at all doors. */
  get connections(): number {
    return this.doors.reduce((sum, { connections }) => sum + connections.size, this.entrance.connections.size);
  }

  /** Closes the doors of the databases. The entrance closes by itself. */
  close(graceMs: number): void {
    for (const door of this.doors) door.close(graceMs);
  }
}
