/**
 * The one address of a test run whose tests are in several processes: a program under test is started with it once, and a
 * header of each request chooses the database. Each database lives in the process of its test, which registers it here, and
 * is answered for there: the front only forwards. So a database ends with its process, and a connection that the process
 * holds tells the front.
 */
import { createServer, request as httpRequest } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream";
import { UNAUTHORIZED } from "../core/errors/doors.ts";
import { RUN_DATABASE_CLOSED, RUN_HEADER_MISSING } from "../core/errors/testing.ts";
import type { CommandError } from "../core/reply.ts";
import { misplacedToken } from "../core/test-token.ts";
import { bearerToken } from "../protocol/http-request.ts";
import { encodeJsonError } from "../protocol/json-reply.ts";
import { LOOPBACK } from "../server/listen.ts";
import { isSameSecret } from "../server/rest-access.ts";
import { DATABASE_HEADER } from "./database-header.ts";

/** The protocol that a connection of a test process is upgraded to: JSON lines, each of which is answered by its id. */
export const REGISTRATION = "stashd-databases";

/** Where a database of a run is, and its tokens. */
export interface DatabaseAddress {
  readonly url: string;
  readonly token: string;
  readonly readOnlyToken: string;
}

/** A line of {@link REGISTRATION}: a database is open, or it is not any more. */
export interface RegistrationLine {
  readonly id: string;
  /** Undefined when it was closed. */
  readonly address?: DatabaseAddress | undefined;
}

/** The secrets of one run. */
export interface RunSecrets {
  /** The token of programs under test. */
  readonly token: string;
  readonly readOnlyToken: string;
  /** What test processes register databases with. */
  readonly secret: string;
}

/** Headers about one connection, which are not forwarded, and those that the front sets itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "connection",
  "expect",
  "host",
  "keep-alive",
  "upgrade",
  DATABASE_HEADER,
]);

/** The front of one run. */
export class RunFront {
  readonly url: string;
  private readonly server: Server;

  private constructor(server: Server, port: number) {
    this.server = server;
    this.url = `http://${LOOPBACK[0]}:${port}`;
  }

  /** `fallback` answers requests without the header; without it they are refused. Rejects with the system's error. */
  static async start(secrets: RunSecrets, fallback: DatabaseAddress | undefined): Promise<RunFront> {
    const databases = new Map<string, DatabaseAddress>();
    const server = createServer((incoming, outgoing) => answer(incoming, outgoing));
    const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
      const token = bearerToken(incoming.headers.authorization) ?? "";
      const isReadOnly = isSameSecret(token, secrets.readOnlyToken);
      if (!isReadOnly && !isSameSecret(token, secrets.token)) {
        return refuse(outgoing, 401, (token === "" ? undefined : misplacedToken(token, true)) ?? UNAUTHORIZED);
      }
      const id = incoming.headers[DATABASE_HEADER];
      if (id === undefined && fallback === undefined) return refuse(outgoing, 400, RUN_HEADER_MISSING);
      const database = id === undefined ? fallback : databases.get(String(id));
      if (database === undefined) return refuse(outgoing, 400, RUN_DATABASE_CLOSED);
      forward(incoming, outgoing, database, isReadOnly ? database.readOnlyToken : database.token);
    };
    server.on("connection", (socket: Socket) => socket.unref());
    server.on("upgrade", (incoming: IncomingMessage, socket: Socket) => {
      const isRegistration = incoming.headers.upgrade === REGISTRATION;
      if (!isRegistration || !isSameSecret(bearerToken(incoming.headers.authorization) ?? "", secrets.secret)) {
        socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
      }
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${REGISTRATION}\r\n\r\n`);
      register(socket, databases);
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, LOOPBACK[0], () => resolve((server.address() as AddressInfo).port));
    });
    server.unref();
    return new RunFront(server, port);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** Keeps the databases of one test process as long as its connection is open. */
function register(socket: Socket, databases: Map<string, DatabaseAddress>): void {
  const own = new Set<string>();
  createInterface({ input: socket }).on("line", (line) => {
    const { address, id } = JSON.parse(line) as RegistrationLine;
    if (address === undefined) {
      own.delete(id);
      databases.delete(id);
    } else {
      own.add(id);
      databases.set(id, address);
    }
    socket.write(`${id}\n`);
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    for (const id of own) databases.delete(id);
  });
}

function refuse(outgoing: ServerResponse, status: number, error: CommandError): void {
  outgoing.writeHead(status, { "content-type": "application/json" }).end(encodeJsonError(error.text), "latin1");
}

/** Passes a request to the process of its database, and the answer back, with everything that goes wrong with it. */
function forward(incoming: IncomingMessage, outgoing: ServerResponse, { url }: DatabaseAddress, token: string): void {
  const { host, hostname, port } = new URL(url);
  const headers = { ...withoutOwn(incoming.headers), host, authorization: `Bearer ${token}` };
  // Without an agent each request has a connection: one that was kept could end as it is used, which looks like a fault.
  const request = httpRequest({ hostname, port, method: incoming.method, path: incoming.url, headers, agent: false });
  request.on("response", (response) => {
    outgoing.writeHead(response.statusCode!, response.statusMessage, withoutOwn(response.headers));
    outgoing.flushHeaders();
    // What ends too early over there ends too early here.
    pipeline(response, outgoing, () => {});
  });
  request.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code === "ECONNREFUSED" && !outgoing.headersSent) refuse(outgoing, 400, RUN_DATABASE_CLOSED);
    else outgoing.destroy();
  });
  outgoing.on("close", () => request.destroy());
  incoming.pipe(request);
}

function withoutOwn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name)));
}
