/**
 * Answers clients whose token opened a test database that was closed. Everything else is answered as by the entrance of
 * any server with several databases that are for tests.
 */
import type { Backend } from "../backends/backend.ts";
import { TEST_DATABASE_CLOSED } from "../core/errors/testing.ts";
import { CommandError } from "../core/reply.ts";
import { encodeJsonError } from "../protocol/json-reply.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { Database } from "../server/database.ts";
import type { Connection, Grant, HttpExchange, HttpHandler } from "../server/exchange.ts";
import { credentialsOf } from "../server/resp-connection.ts";
import { tokenOf } from "../server/rest-access.ts";
import type { PieceSource } from "../server/outgoing-queue.ts";
import { PassedExchange } from "../server/passed-exchange.ts";

/** Tokens of closed databases that are remembered. */
const CLOSED_MAX = 1000;

/** The entrance of a process with test databases. */
export class Reception {
  /** Tokens of databases that were closed, the earliest first. */
  private readonly closed = new Set<string>();

  /** A database was closed. */
  close(token: string): void {
    this.closed.add(token);
    for (const first of this.closed) {
      if (this.closed.size <= CLOSED_MAX) return;
      this.closed.delete(first);
    }
  }

  /** Whether a token opened a database that was closed. */
  isClosed(token: string): boolean {
    return this.closed.has(token);
  }

  /** An entrance that explains its refusals. */
  explain(entrance: Database): Database {
    const { backend, router } = entrance;
    return { ...entrance, router: new ExplainedRouter(router, this), backend: explainedBackend(backend, this) };
  }
}

class ExplainedRouter implements HttpHandler {
  private readonly inner: HttpHandler;
  private readonly reception: Reception;

  constructor(inner: HttpHandler, reception: Reception) {
    this.inner = inner;
    this.reception = reception;
  }

  connected(connection: Connection): void {
    this.inner.connected(connection);
  }

  admit(exchange: HttpExchange): boolean {
    const token = tokenOf(exchange, true);
    if (token === undefined || !this.reception.isClosed(token)) return this.inner.admit(exchange);
    const explained = new ExplainedExchange(exchange);
    const isAdmitted = this.inner.admit(explained);
    exchange.route = explained.route;
    return isAdmitted;
  }

  handle(exchange: HttpExchange): void {
    this.inner.handle(exchange);
  }

  refusal(status: number, text: string): { headers: HeaderLines; body: string } {
    return this.inner.refusal(status, text);
  }
}

/** An exchange in which an answer of status 401 has another text. */
class ExplainedExchange extends PassedExchange {
  grant: Grant | undefined;

  override reply(status: number, headers: HeaderLines, body: string | PieceSource): void {
    this.inner.reply(status, headers, status === 401 ? encodeJsonError(TEST_DATABASE_CLOSED.text) : body);
  }
}

function explainedBackend(inner: Backend, reception: Reception): Backend {
  return {
    isRemote: inner.isRemote,
    execute: (session, words) => {
      const reply = inner.execute(session, words);
      if (!(reply instanceof CommandError) || !reply.text.startsWith("WRONGPASS")) return reply;
      return reception.isClosed(credentialsOf(words)?.[1] ?? "") ? TEST_DATABASE_CLOSED : reply;
    },
    mayOverlap: (session, words) => inner.mayOverlap(session, words),
    transaction: (session, commands) => inner.transaction(session, commands),
    get problem() {
      return inner.problem;
    },
    closeSession: (session) => inner.closeSession(session),
    close: () => inner.close(),
  };
}
