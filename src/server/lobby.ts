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

/** Finds the database that a credential opens; undefined when it opens none. */
export interface Directory {
  ofToken(token: string): Database | undefined;
  /** `name` is empty where the client has named no user. */
  ofPassword(name: string, secret: string): Database | undefined;
}

/** A few databases, which are asked in turn. */
export class DatabaseList implements Directory {
  private readonly databases: readonly Database[];

  constructor(databases: readonly Database[]) {
    this.databases = databases;
  }

  ofToken(token: string): Database | undefined {
    return this.databases.find(({ tokens }) => tokens.find(token) !== undefined);
  }

  ofPassword(name: string, secret: string): Database | undefined {
    return this.databases.find(({ users }) => users.authenticate(name, secret) !== undefined);
  }
}

/** Passes each HTTP request to the database of its token. */
export class Lobby implements HttpHandler {
  private readonly entrance: Database;
  private readonly directory: Directory;
  /** Whether a token may stand in the query. */
  private readonly queryToken: boolean;
  /** What the header of the last request has chosen. A listener keeps an exchange for all requests of a connection. */
  private readonly choices = new WeakMap<HttpExchange, Choice>();

  constructor(entrance: Database, directory: Directory, queryToken: boolean) {
    this.entrance = entrance;
    this.directory = directory;
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
    const database = this.directory.ofToken(token);
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
  private readonly directory: Directory;
  private readonly doorOf: (database: Database, lobby: RespLobby) => RespDoor;
  /** The doors of the databases that a connection has chosen. */
  private readonly doors = new Map<Database, RespDoor>();

  constructor(entrance: Database, directory: Directory, doorOf: (database: Database, lobby: RespLobby) => RespDoor) {
    this.directory = directory;
    this.doorOf = doorOf;
    this.entrance = doorOf(entrance, this);
  }

  /** The door of the database that has a user of this name with this password; undefined when none has. */
  choose(name: string, secret: string): RespDoor | undefined {
    const database = this.directory.ofPassword(name, secret);
    if (database === undefined) return undefined;
    const door = this.doors.get(database) ?? this.doorOf(database, this);
    this.doors.set(database, door);
    return door;
  }

  /** The door of a database that a connection has chosen; undefined when none has. */
  doorTo(database: Database): RespDoor | undefined {
    return this.doors.get(database);
  }

  /** Open connections at all doors. */
  get connections(): number {
    let sum = this.entrance.connections.size;
    for (const { connections } of this.doors.values()) sum += connections.size;
    return sum;
  }

  /** Closes the door of a database, and forgets it. */
  closeDoorTo(database: Database): void {
    this.doors.get(database)?.close(0);
    this.doors.delete(database);
  }

  /** Closes the doors of the databases. The entrance closes by itself. */
  close(graceMs: number): void {
    for (const door of this.doors.values()) door.close(graceMs);
  }
}
