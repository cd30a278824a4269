/**
 * The Upstash REST API: from a request to commands, and from replies to an answer. It denies before it parses or routes,
 * and it answers in the turn in which the request is complete; only a long pipeline goes on in later turns.
 */
import type { User } from "../core/authority.ts";
import {
  bearerToken,
  mentionsToken,
  pathSegments,
  pathWords,
  queryToken,
  splitTarget,
} from "../protocol/http-request.ts";
import type { Target } from "../protocol/http-request.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import { encodeReply } from "../protocol/encoded-reply.ts";
import { HeldReply, isLarge } from "../protocol/reply-pieces.ts";
import { encodeJsonError } from "../protocol/json-reply.ts";
import { parseCommandBody, parseCommandListBody } from "../protocol/json-request.ts";
import { INTERNAL } from "../core/errors.ts";
import * as doorErrors from "../core/errors/doors.ts";
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Tokens } from "../access/tokens.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../engine/session.ts";
import type { ClientWarnings } from "./client-warnings.ts";
import { AnswerList } from "./answer-list.ts";
import type { ReplyList } from "./answer-list.ts";
import type { MessageEncoder } from "./message-encoder.ts";
import type { PieceSource } from "./outgoing-queue.ts";
import { corsHeaders } from "./cors.ts";
import type { HttpExchange, Route } from "./exchange.ts";
import { JSON_HEADERS, METHODS } from "./router.ts";
import { statusOf } from "./status.ts";
import { HttpStreams, STREAM_HEADERS, STREAM_PATHS } from "./http-streams.ts";
import type { Log } from "./log.ts";
import { FAILED_TOO_OFTEN } from "./throttle.ts";
import type { SliceQueue } from "./slices.ts";
import type { LoginThrottle } from "./throttle.ts";
import type { WebOrigins } from "./web-origins.ts";

interface RestApiOptions {
  readonly engine: Engine;
  readonly tokens: Tokens;
  readonly origins: WebOrigins;
  readonly throttle: LoginThrottle;
  readonly slices: SliceQueue;
  /** Whether a token may stand in the query. */
  readonly queryToken: boolean;
  /** Whether a proxy in front says where a request comes from. */
  readonly trustProxy: boolean;
  readonly log: Log;
  readonly messages: MessageEncoder;
  readonly warnings: ClientWarnings;
}

/** How one request wants its replies written. */
type Format = "plain" | "base64" | "resp2";

/** By the first segment of a path, in lower case; any other path is a command. */
export const ROUTES: ReadonlyMap<string, "pipeline" | "transaction" | "stream"> = new Map([
  ["pipeline", "pipeline"],
  ["multi-exec", "transaction"],
  ...[...STREAM_PATHS].map((path) => [path, "stream"] as const),
]);

/** An Authorization header up to this length stays with its connection. */
const KEPT_HEADER_BYTES = 8192;

/** What a command of a pipeline takes in memory beside its words, in bytes. */
const COMMAND_BYTES = 100;

export class RestApi implements Route {
  private readonly engine: Engine;
  private readonly tokens: Tokens;
  private readonly origins: WebOrigins;
  private readonly throttle: LoginThrottle;
  private readonly slices: SliceQueue;
  private readonly queryToken: boolean;
  private readonly trustProxy: boolean;
  private readonly log: Log;
  private readonly warnings: ClientWarnings;
  private readonly streams: HttpStreams;
  /** A session belongs to a user, not to a request: REST keeps no state between requests. */
  private readonly sessions = new Map<User, Session>();
  /** The request whose command is running: REST sessions are shared by all who bring the user's token. */
  private current: HttpExchange | undefined;
  private readonly guesses = {
    mayTry: (): boolean => !this.throttle.isBlocked(this.addressOf(this.current!)),
    failed: (): boolean => this.failedLogin(this.addressOf(this.current!)),
  };
  /** What every sync token of this run begins with. */
  private readonly syncPrefix: string;
  /** The headers of a good answer in JSON, after so many writes. */
  private jsonHeaders: HeaderLines;
  private jsonHeadersWrites: number;

  constructor(options: RestApiOptions) {
    const { engine, tokens, origins, throttle, slices, queryToken, trustProxy, log, messages, warnings } = options;
    this.engine = engine;
    this.tokens = tokens;
    this.origins = origins;
    this.throttle = throttle;
    this.slices = slices;
    this.queryToken = queryToken;
    this.trustProxy = trustProxy;
    this.log = log;
    this.warnings = warnings;
    this.streams = new HttpStreams(engine, messages, warnings);
    this.syncPrefix = `${engine.runId.slice(0, 12)}.`;
    this.jsonHeadersWrites = engine.journal.writes;
    this.jsonHeaders = JSON_HEADERS + this.syncLine();
    tokens.onChange(() => this.usersChanged());
  }

  /** It answers every path: what is no route of its own is a command. */
  serves(): boolean {
    return true;
  }

  admit(exchange: HttpExchange): boolean {
    try {
      return this.isGranted(exchange) || this.admitAnew(exchange);
    } catch (error) {
      this.fail(exchange, error);
      return false;
    }
  }

  /** Whether the connection sends what it was admitted with before, which has not changed its worth since. */
  private isGranted(exchange: HttpExchange): boolean {
    const { grant, method } = exchange;
    if (grant === undefined || grant.generation !== this.tokens.generation) return false;
    const authorization = exchange.header("authorization");
    if (authorization === undefined || grant.authorization === undefined) return false;
    if (!isSameSecret(authorization, grant.authorization) || this.isQueried(exchange)) return false;
    // An address that has to wait has to wait whatever it brings.
    if (this.throttle.size > 0 && this.throttle.isBlocked(this.addressOf(exchange))) return false;
    return method === "GET" || method === "POST" || method === "PUT" || method === "HEAD";
  }

  private admitAnew(exchange: HttpExchange): boolean {
    const token = this.tokenOf(exchange);
    if (token === undefined || token === "") return this.refuseAdmission(exchange, doorErrors.UNAUTHORIZED);
    const user = this.logIn(token, this.addressOf(exchange));
    if (user instanceof CommandError) return this.refuseAdmission(exchange, user);
    if (!/^(?:GET|HEAD|POST|PUT)$/.test(exchange.method)) {
      this.refuse(exchange, doorErrors.METHOD_NOT_ALLOWED, `Allow: ${METHODS}\r\n`);
      return false;
    }
    const authorization = exchange.header("authorization") ?? "";
    // One that is long is not kept, and is looked up anew each time.
    const isKept = !this.isQueried(exchange) && authorization !== "" && authorization.length <= KEPT_HEADER_BYTES;
    exchange.grant = {
      authorization: isKept ? authorization : undefined,
      generation: this.tokens.generation,
      session: this.sessionOf(user),
    };
    return true;
  }

  /** The token that a request brings. One in the query wins over one in a header. */
  private tokenOf(exchange: HttpExchange): string | undefined {
    const inQuery = this.isQueried(exchange) ? queryToken(splitTarget(exchange.target).query) : undefined;
    return inQuery ?? bearerToken(exchange.header("authorization"));
  }

  /** Whether the query may have a token. */
  private isQueried(exchange: HttpExchange): boolean {
    return this.queryToken && mentionsToken(exchange.target);
  }

  private logIn(token: string, address: string | undefined): User | CommandError {
    if (this.throttle.isBlocked(address)) return doorErrors.TOO_MANY_FAILED_LOGINS;
    const user = this.tokens.find(token);
    if (user !== undefined) return user;
    this.failedLogin(address);
    return doorErrors.UNAUTHORIZED;
  }

  /** Counts a wrong token or password. Answers whether the address has to wait from now on. */
  private failedLogin(address: string | undefined): boolean {
    const isFirst = this.throttle.failed(address);
    if (isFirst) this.warnings.warn(address, {}, FAILED_TOO_OFTEN);
    return isFirst || this.throttle.isBlocked(address);
  }

  /** Where a request comes from. A proxy adds the address that it sees at the end of the list. */
  private addressOf(exchange: HttpExchange): string | undefined {
    const list = this.trustProxy ? exchange.header("x-forwarded-for") : undefined;
    return list === undefined ? exchange.remoteAddress : list.slice(list.lastIndexOf(",") + 1).trim();
  }

  /** Refuses a request; answers false, as {@link admit} does then. */
  private refuseAdmission(exchange: HttpExchange, error: CommandError): false {
    this.refuse(exchange, error, error === doorErrors.TOO_MANY_FAILED_LOGINS ? "Retry-After: 60\r\n" : "");
    return false;
  }

  handle(exchange: HttpExchange): void {
    this.current = exchange;
    try {
      this.route(exchange, exchange.grant!.session);
    } catch (error) {
      this.fail(exchange, error);
    }
  }

  /** Ends what would go on by itself: the event streams. */
  close(): void {
    this.streams.close();
  }

  private route(exchange: HttpExchange, session: Session): void {
    const target = splitTarget(exchange.target);
    const hasBody = exchange.method === "POST" || exchange.method === "PUT";
    const route = ROUTES.get(target.segments[0]?.toLowerCase() ?? "");
    if (route === "pipeline" || route === "transaction") {
      if (!hasBody) return this.refuse(exchange, doorErrors.METHOD_NOT_ALLOWED, "Allow: POST, PUT, OPTIONS\r\n");
      const format = formatOf(exchange);
      if (route === "pipeline") this.pipeline(exchange, session, format);
      else this.transaction(exchange, session, format);
    } else if (route === "stream") {
      this.stream(exchange, target);
    } else {
      this.command(exchange, session, target, hasBody);
    }
  }

  /** The path is the command. Body, query and formats are ignored: the published client sends some of each. */
  private stream(exchange: HttpExchange, target: Target): void {
    if (exchange.method !== "GET" && exchange.method !== "POST") {
      return this.refuse(exchange, doorErrors.METHOD_NOT_ALLOWED, "Allow: GET, POST, OPTIONS\r\n");
    }
    const words = pathSegments(target);
    const headers = STREAM_HEADERS + this.syncLine() + corsHeaders(this.origins, exchange);
    const identity = this.tokens.identify(this.tokenOf(exchange)!);
    // It was good when the request began, and may have been revoked while the body was on its way.
    if (identity === undefined) return this.refuse(exchange, doorErrors.UNAUTHORIZED);
    this.streams.start(
      { user: identity.user, address: exchange.remoteAddress, isGood: () => this.tokens.isGood(identity) },
      words,
      () => exchange.stream(200, headers),
    );
  }

  private command(exchange: HttpExchange, session: Session, target: Target, hasBody: boolean): void {
    const format = formatOf(exchange);
    const words = wordsOf(exchange, target, hasBody, this.engine);
    const reply = this.engine.execute(session, words);
    const status = statusOf(reply);
    this.answer(exchange, status, this.encode(reply, format), format === "resp2" ? OCTET_HEADERS : JSON_HEADERS);
  }

  private encode(reply: Reply, format: Format): string | PieceSource {
    const { clientMemory, limits } = this.engine;
    // That a reply is too large is found too late for another status.
    return encodeReply(reply, format, limits.replyBytesMax, clientMemory.maxBytes);
  }

  private transaction(exchange: HttpExchange, session: Session, format: Format): void {
    const commands = parseCommandListBody(exchange.body, "transaction", this.engine.limits);
    const replies = this.engine.transaction(session, commands);
    if (replies instanceof CommandError) throw replies;
    // A transaction is always answered in JSON.
    const encoding = format === "base64" ? "base64" : "plain";
    const held = isLarge(replies) ? new HeldReply(replies) : undefined;
    const list = (held?.reply ?? replies) as readonly Reply[];
    this.answerList(exchange, encoding, {
      bytes: held?.bytes ?? 0,
      count: list.length,
      replyAt: (index) => list[index]!,
      clockUs: () => this.engine.environment.elapsedUs(),
      inSlice: (run) => run(),
    });
  }

  private pipeline(exchange: HttpExchange, session: Session, format: Format): void {
    const { engine } = this;
    const { body } = exchange;
    const commands = parseCommandListBody(body, "pipeline", engine.limits);
    const work: Pipeline = { generation: this.tokens.generation, isRevoked: false };
    // The words take about as much as the body that they were in.
    this.answerList(exchange, format, {
      bytes: body.length + commands.length * COMMAND_BYTES,
      count: commands.length,
      replyAt: (index) => (work.isRevoked ? doorErrors.UNAUTHORIZED : engine.execute(session, commands[index]!)),
      clockUs: () => engine.turn.readClock(),
      inSlice: (run) => this.runSlice(exchange, session, work, run),
    });
  }

  /** Runs some of a pipeline's commands. Of one whose token has been revoked meanwhile, the rest is refused. */
  private runSlice(exchange: HttpExchange, session: Session, work: Pipeline, run: () => void): void {
    const { engine, tokens } = this;
    this.current = exchange;
    if (work.generation !== tokens.generation) {
      work.generation = tokens.generation;
      work.isRevoked = tokens.find(this.tokenOf(exchange) ?? "") !== session.user;
    }
    engine.turn.begin();
    try {
      run();
    } finally {
      engine.turn.end();
    }
  }

  private answerList(exchange: HttpExchange, format: Format, replies: ReplyList): void {
    const { clientMemory, limits } = this.engine;
    const bounds = { replyBytesMax: limits.replyBytesMax, heldBytesMax: clientMemory.maxBytes };
    const list = new AnswerList(replies, { format, ...bounds, sliceUs: this.slices.sliceUs });
    this.answer(exchange, 200, list.begin() ?? list, format === "resp2" ? OCTET_HEADERS : JSON_HEADERS);
  }

  /** What a user may not have any more ends now: streams, and the sessions of users who are gone. */
  private usersChanged(): void {
    this.streams.endRevoked();
    for (const [user, session] of this.sessions) {
      if (this.tokens.isUser(user)) continue;
      this.sessions.delete(user);
      this.engine.closeSession(session);
    }
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

  private answer(exchange: HttpExchange, status: number, body: string | PieceSource, typeHeaders: HeaderLines): void {
    let headers = typeHeaders;
    if (status === 200) headers = typeHeaders === JSON_HEADERS ? this.goodHeaders() : typeHeaders + this.syncLine();
    if (exchange.header("origin") !== undefined) headers += corsHeaders(this.origins, exchange);
    exchange.reply(status, headers, body);
  }

  /** The headers of a good answer in JSON. They stay the same until something is written. */
  private goodHeaders(): HeaderLines {
    const { writes } = this.engine.journal;
    if (writes !== this.jsonHeadersWrites) {
      this.jsonHeaders = JSON_HEADERS + this.syncLine();
      this.jsonHeadersWrites = writes;
    }
    return this.jsonHeaders;
  }

  private refuse(exchange: HttpExchange, error: CommandError, more: HeaderLines = "", status = statusOf(error)): void {
    exchange.reply(status, JSON_HEADERS + corsHeaders(this.origins, exchange) + more, encodeJsonError(error.text));
  }

  /** What the client did wrong is told in full; what we did wrong is logged and told in one word. */
  private fail(exchange: HttpExchange, error: unknown): void {
    if (error instanceof CommandError) {
      this.refuse(exchange, error);
      return;
    }
    this.logFault(error);
    this.refuse(exchange, INTERNAL, "", 500);
  }

  private logFault(error: unknown): void {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    this.log.error({ error: message, stack }, "a request failed through a fault of the server");
  }

  /** The sync token differs after every write; the part before the point names this run of the engine. */
  private syncLine(): HeaderLines {
    return `Upstash-Sync-Token: ${this.syncPrefix}${this.engine.journal.writes.toString(36)}\r\n`;
  }
}

/** A pipeline under way. */
interface Pipeline {
  /** The tokens' generation in which its token was last found good. */
  generation: number;
  /** Its token is no longer good. */
  isRevoked: boolean;
}

const OCTET_HEADERS: HeaderLines = "Content-Type: application/octet-stream\r\nCache-Control: no-store\r\n";

/** Whether two secrets are the same, in a time that does not tell where they differ. */
function isSameSecret(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

/** The command's words: from the body when the path is empty, else from path, body and query. Throws CommandErrors. */
function wordsOf(exchange: HttpExchange, target: Target, hasBody: boolean, engine: Engine): string[] {
  if (target.segments.length === 0) {
    if (!hasBody) throw doorErrors.EMPTY_COMMAND;
    return parseCommandBody(exchange.body, engine.limits);
  }
  const words = pathWords(target, hasBody ? exchange.body : "");
  if (words.length > engine.limits.commandWordsMax) throw doorErrors.TOO_MANY_ARGUMENTS;
  return words;
}

/** What the two format headers ask for. Throws a CommandError for unknown values and for both at once. */
function formatOf(exchange: HttpExchange): Format {
  const asked = exchange.header("upstash-encoding");
  // The vendor's own samples misspell the header's name, so both spellings are in use.
  const named = exchange.header("upstash-response-format") ?? exchange.header("upstash-reponse-format");
  if (asked === undefined && named === undefined) return "plain";
  const encoding = (asked ?? "").trim().toLowerCase();
  if (encoding !== "" && encoding !== "base64") throw doorErrors.UNKNOWN_ENCODING;
  const format = (named ?? "").trim().toLowerCase();
  if (format !== "" && format !== "json" && format !== "resp2") {
    throw doorErrors.UNKNOWN_RESPONSE_FORMAT;
  }
  if (format !== "resp2") return encoding === "base64" ? "base64" : "plain";
  if (encoding === "base64") throw doorErrors.BASE64_WITH_RESP2;
  return "resp2";
}
