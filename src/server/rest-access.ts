/**
 * Authentication of the REST API: from the token of a request to the session of its user. A request is refused before
 * anything of it is parsed. All routes that need a token share this class, and with it the count of wrong tokens.
 */
import type { User } from "../core/authority.ts";
import { METHOD_NOT_ALLOWED, TOO_MANY_FAILED_LOGINS, UNAUTHORIZED } from "../core/errors/doors.ts";
import { CommandError } from "../core/reply.ts";
import { misplacedToken } from "../core/test-token.ts";
import type { Identity, Tokens } from "../access/tokens.ts";
import type { Backend } from "../backends/backend.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../engine/session.ts";
import { bearerToken, mentionsToken, queryToken, splitTarget } from "../protocol/http-request.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { ClientWarnings } from "./client-warnings.ts";
import type { HttpExchange } from "./exchange.ts";
import type { Refusals } from "./refusals.ts";
import { METHODS } from "./router.ts";
import type { LoginThrottle } from "./throttle.ts";

interface RestAccessOptions {
  readonly engine: Engine;
  readonly backend: Backend;
  readonly tokens: Tokens;
  readonly refusals: Refusals;
  readonly throttle: LoginThrottle;
  /** Whether a token may stand in the query. */
  readonly queryToken: boolean;
  /** Whether a proxy in front writes the client's address into `X-Forwarded-For`. */
  readonly trustProxy: boolean;
  readonly warnings: ClientWarnings;
}

/** An Authorization header up to this length stays with its connection. */
const KEPT_HEADER_BYTES = 8192;

/** The tokens, sessions and failed logins of one REST API. */
export class RestAccess {
  readonly tokens: Tokens;
  private readonly engine: Engine;
  private readonly backend: Backend;
  private readonly refusals: Refusals;
  private readonly throttle: LoginThrottle;
  private readonly queryToken: boolean;
  private readonly trustProxy: boolean;
  private readonly warnings: ClientWarnings;
  /** The session of each user. REST keeps no state between requests, so the requests of a user share one. */
  private readonly sessions = new Map<User, Session>();
  /** The request whose command is running. The session does not tell, since requests share it. */
  current: HttpExchange | undefined;
  private readonly guesses = {
    mayTry: (): boolean => !this.throttle.isBlocked(this.addressOf(this.current!)),
    failed: (): boolean => this.failedLogin(this.addressOf(this.current!)),
  };

  constructor({ engine, backend, tokens, refusals, throttle, queryToken, trustProxy, warnings }: RestAccessOptions) {
    this.engine = engine;
    this.backend = backend;
    this.tokens = tokens;
    this.refusals = refusals;
    this.throttle = throttle;
    this.queryToken = queryToken;
    this.trustProxy = trustProxy;
    this.warnings = warnings;
    tokens.onChange(() => this.closeSessions());
  }

  /** Admits a request by its head, or replies with the refusal and answers false. */
  admit(exchange: HttpExchange): boolean {
    try {
      return this.isGranted(exchange) || this.admitAnew(exchange);
    } catch (error) {
      this.refusals.fail(exchange, error);
      return false;
    }
  }

  /** Admits a request whose token is this secret, which opens no database, or replies with the refusal. */
  admitBySecret(exchange: HttpExchange, secret: string): boolean {
    const address = this.addressOf(exchange);
    if (this.throttle.isBlocked(address)) return this.refuse(exchange, TOO_MANY_FAILED_LOGINS);
    if (isSameSecret(this.tokenOf(exchange) ?? "", secret)) return true;
    this.failedLogin(address);
    return this.refuse(exchange, UNAUTHORIZED);
  }

  /** Admits a request without a token whose body is a secret to be checked, or replies with the refusal. */
  admitGuess(exchange: HttpExchange): boolean {
    return this.isBlocked(exchange) ? this.refuse(exchange, TOO_MANY_FAILED_LOGINS) : true;
  }

  /** Counts the secret in the body of a request as a wrong one. */
  failedGuess(exchange: HttpExchange): void {
    this.failedLogin(this.addressOf(exchange));
  }

  /** The user and password of an admitted request's token; undefined when the token was revoked since. */
  identify(exchange: HttpExchange): Identity | undefined {
    return this.tokens.identify(this.tokenOf(exchange) ?? "");
  }

  /** Whether a request comes from an address that has failed to log in too often. */
  isBlocked(exchange: HttpExchange): boolean {
    return this.throttle.isBlocked(this.addressOf(exchange));
  }

  /** Whether the connection sends the credential that it was admitted with before, and no user has changed since. */
  private isGranted(exchange: HttpExchange): boolean {
    const { grant, method } = exchange;
    if (grant === undefined || grant.generation !== this.tokens.generation) return false;
    const authorization = exchange.header("authorization");
    if (authorization === undefined || grant.authorization === undefined) return false;
    if (!isSameSecret(authorization, grant.authorization) || this.isQueried(exchange)) return false;
    // A blocked address is refused even with a good token.
    if (this.throttle.size > 0 && this.throttle.isBlocked(this.addressOf(exchange))) return false;
    return method === "GET" || method === "POST" || method === "PUT" || method === "HEAD";
  }

  private admitAnew(exchange: HttpExchange): boolean {
    const token = this.tokenOf(exchange);
    if (token === undefined || token === "") return this.refuse(exchange, UNAUTHORIZED);
    const user = this.logIn(token, this.addressOf(exchange));
    if (user instanceof CommandError) return this.refuse(exchange, user);
    if (!/^(?:GET|HEAD|POST|PUT)$/.test(exchange.method)) {
      return this.refuse(exchange, METHOD_NOT_ALLOWED, `Allow: ${METHODS}\r\n`);
    }
    const authorization = exchange.header("authorization") ?? "";
    // A long header is not kept, and is looked up at each request.
    const isKept = !this.isQueried(exchange) && authorization !== "" && authorization.length <= KEPT_HEADER_BYTES;
    exchange.grant = {
      authorization: isKept ? authorization : undefined,
      generation: this.tokens.generation,
      session: this.sessionOf(user),
    };
    return true;
  }

  /** The token of a request, as it came; undefined when it has none. */
  tokenOf(exchange: HttpExchange): string | undefined {
    return tokenOf(exchange, this.queryToken);
  }

  /** Whether the token is in the query. */
  private isQueried(exchange: HttpExchange): boolean {
    return this.queryToken && mentionsToken(exchange.target);
  }

  private logIn(token: string, address: string | undefined): User | CommandError {
    if (this.throttle.isBlocked(address)) return TOO_MANY_FAILED_LOGINS;
    const user = this.tokens.find(token);
    if (user !== undefined) return user;
    this.failedLogin(address);
    return misplacedToken(token, this.engine.isForTests) ?? UNAUTHORIZED;
  }

  /** Counts a wrong token or password. Answers whether the address is blocked now. */
  private failedLogin(address: string | undefined): boolean {
    const isFirst = this.throttle.failed(address);
    if (isFirst) this.warnings.warn("login-throttled", { address });
    return isFirst || this.throttle.isBlocked(address);
  }

  /** The client's address. A proxy appends the address that it sees to the list in the header. */
  private addressOf(exchange: HttpExchange): string | undefined {
    const list = this.trustProxy ? exchange.header("x-forwarded-for") : undefined;
    return list === undefined ? exchange.remoteAddress : list.slice(list.lastIndexOf(",") + 1).trim();
  }

  private refuse(exchange: HttpExchange, error: CommandError, more: HeaderLines = ""): false {
    this.refusals.refuse(exchange, error, error === TOO_MANY_FAILED_LOGINS ? "Retry-After: 60\r\n" : more);
    return false;
  }

  private sessionOf(user: User): Session {
    let session = this.sessions.get(user);
    if (session === undefined) {
      session = this.engine.openSession("rest", user);
      session.guesses = this.guesses;
      this.sessions.set(user, session);
    }
    return session;
  }

  /** Closes the sessions of removed users. */
  private closeSessions(): void {
    for (const [user, session] of this.sessions) {
      if (this.tokens.isUser(user)) continue;
      this.sessions.delete(user);
      this.backend.closeSession(session);
    }
  }
}

/** The token of a request. One in the query, if it may be there, takes precedence over one in the header. */
export function tokenOf(exchange: HttpExchange, mayBeQueried: boolean): string | undefined {
  const isQueried = mayBeQueried && mentionsToken(exchange.target);
  const inQuery = isQueried ? queryToken(splitTarget(exchange.target).query) : undefined;
  return inQuery ?? bearerToken(exchange.header("authorization"));
}

/** Whether two secrets are equal. The time it takes does not depend on where they differ. */
export function isSameSecret(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
