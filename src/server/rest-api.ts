/**
 * The Upstash REST API: from a request to commands, and from replies to an answer. It answers in the turn in which the
 * request is complete; only a long pipeline takes further turns.
 */
import { pathWords, splitTarget } from "../protocol/http-request.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import { encodeReply } from "../protocol/encoded-reply.ts";
import { HeldReply, isLarge } from "../protocol/reply-pieces.ts";
import { CommandListParser } from "../protocol/json-list-request.ts";
import { parseCommandBody } from "../protocol/json-request.ts";
import type { BodyBounds } from "../protocol/json-request.ts";
import * as errors from "../core/errors/doors.ts";
import type { ListKind } from "../core/errors/doors.ts";
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Backend, TransactionReplies } from "../backends/backend.ts";
import { Later } from "../backends/later.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../engine/session.ts";
import { AnswerList } from "./answer-list.ts";
import type { ReplyList } from "./answer-list.ts";
import type { PieceSource } from "./outgoing-queue.ts";
import { PipelineRun } from "./pipeline-run.ts";
import { ReplyWindow } from "./reply-window.ts";
import { corsHeaders } from "./cors.ts";
import type { HttpExchange, Route } from "./exchange.ts";
import { JSON_HEADERS } from "./refusals.ts";
import type { Refusals } from "./refusals.ts";
import type { RestAccess } from "./rest-access.ts";
import { retryLine, statusOf } from "./status.ts";
import type { SliceQueue } from "./slices.ts";
import type { SyncToken } from "./sync-token.ts";
import type { WebOrigins } from "./web-origins.ts";

interface RestApiOptions {
  readonly engine: Engine;
  readonly backend: Backend;
  readonly access: RestAccess;
  readonly refusals: Refusals;
  readonly origins: WebOrigins;
  readonly slices: SliceQueue;
  readonly sync: SyncToken;
}

/** The encoding of the replies that a request asks for. */
type Format = "plain" | "base64" | "resp2";

/** What a command of a pipeline takes in memory beside its words, in bytes. */
const COMMAND_BYTES = 100;

/** The routes of one REST API. */
export class RestApi {
  /** Answers `/pipeline`. */
  readonly pipeline: Route;
  /** Answers `/multi-exec`. */
  readonly transaction: Route;
  /** Answers every other path: the path is the command, or is empty and the command is in the body. */
  readonly command: Route;
  private readonly engine: Engine;
  private readonly backend: Backend;
  private readonly access: RestAccess;
  private readonly refusals: Refusals;
  private readonly origins: WebOrigins;
  private readonly slices: SliceQueue;
  private readonly sync: SyncToken;
  private readonly bounds: BodyBounds;
  /** By the session of a user, which all requests with its tokens share. */
  private readonly windows = new WeakMap<Session, ReplyWindow>();
  /** The headers of an answer of status 200 in JSON, and the sync token in them. */
  private jsonHeaders: HeaderLines = "";
  private jsonSyncLine: HeaderLines = "";

  constructor({ engine, backend, access, refusals, origins, slices, sync }: RestApiOptions) {
    this.engine = engine;
    this.backend = backend;
    this.access = access;
    this.refusals = refusals;
    this.origins = origins;
    this.slices = slices;
    this.sync = sync;
    this.bounds = bodyBounds(engine);
    this.command = this.route((exchange, session) => this.runCommand(exchange, session));
    this.pipeline = this.listRoute("pipeline", (request, commands) => this.runPipeline(request, commands));
    this.transaction = this.listRoute("transaction", (request, commands) => this.runTransaction(request, commands));
  }

  /** A route that needs a token. A CommandError that `handle` throws is the answer. */
  private route(handle: (exchange: HttpExchange, session: Session) => void): Route {
    const { access, refusals } = this;
    return {
      admit: (exchange) => access.admit(exchange),
      handle: (exchange) => {
        access.current = exchange;
        try {
          handle(exchange, exchange.grant!.session);
        } catch (error) {
          refusals.fail(exchange, error);
        }
      },
    };
  }

  /** A route whose body is a list of commands. */
  private listRoute(kind: ListKind, run: (request: ListRequest, commands: string[][]) => void): Route {
    return this.route((exchange, session) => {
      if (!hasBody(exchange)) {
        this.refusals.refuse(exchange, errors.METHOD_NOT_ALLOWED, "Allow: POST, PUT, OPTIONS\r\n");
        return;
      }
      const format = formatOf(exchange);
      const parser = new CommandListParser(exchange.body, kind, this.bounds);
      const { generation } = this.access.tokens;
      this.parse({ exchange, session, format, parser, generation, isRevoked: false }, run);
    });
  }

  /** Parses the body in slices, then runs the commands. Throws what refuses them. */
  private parse(request: ListRequest, run: (request: ListRequest, commands: string[][]) => void): void {
    const commands = request.parser.next() ?? this.parseSlice(request);
    if (commands === undefined) return this.parseLater(request, run);
    this.checkToken(request);
    if (request.isRevoked) throw errors.UNAUTHORIZED;
    run(request, commands);
  }

  /** Parses on for a slice. Answers the commands if those are all. */
  private parseSlice({ parser }: ListRequest): string[][] | undefined {
    const { environment } = this.engine;
    const { sliceUs, usedUs } = this.slices;
    const startUs = environment.elapsedUs();
    for (;;) {
      const commands = parser.next();
      const tookUs = environment.elapsedUs() - startUs;
      if (commands === undefined && tookUs <= sliceUs) continue;
      this.slices.use(tookUs, usedUs);
      return commands;
    }
  }

  /** Parses on in the next slice. No exception leaves it. */
  private parseLater(request: ListRequest, run: (request: ListRequest, commands: string[][]) => void): void {
    const { exchange, parser } = request;
    exchange.hold(parser.heldBytes);
    this.slices.add(() => {
      if (exchange.isGone) return;
      exchange.hold(0);
      this.access.current = exchange;
      try {
        this.parse(request, run);
      } catch (error) {
        this.refusals.fail(exchange, error);
      }
    });
  }

  /** Looks up the token of a request again if tokens have changed. */
  private checkToken(request: ListRequest): void {
    const { access } = this;
    const { generation } = access.tokens;
    if (request.generation === generation) return;
    request.generation = generation;
    request.isRevoked = access.identify(request.exchange)?.user !== request.session.user;
  }

  private runCommand(exchange: HttpExchange, session: Session): void {
    const format = formatOf(exchange);
    const words = wordsOf(exchange, this.bounds);
    const reply = this.backend.execute(session, words);
    if (reply instanceof Later) this.answerLater(exchange, reply, (there) => this.answerReply(exchange, there, format));
    else this.answerReply(exchange, reply, format);
  }

  private answerReply(exchange: HttpExchange, reply: Reply, format: Format): void {
    const status = statusOf(reply);
    this.answer(exchange, status, this.encode(reply, format), format === "resp2" ? OCTET_HEADERS : JSON_HEADERS);
  }

  /** Answers once the backend has. A CommandError that `answer` throws is the answer; no exception leaves the callback. */
  private answerLater<T>(exchange: HttpExchange, value: Later<T>, answer: (value: T) => void): void {
    value.whenThere((there) => {
      try {
        answer(there);
      } catch (error) {
        this.refusals.fail(exchange, error);
      }
    });
  }

  private encode(reply: Reply, format: Format): string | PieceSource {
    const { clientMemory, limits } = this.engine;
    // A reply is found to be too large while it is encoded, so it has status 200 too.
    return encodeReply(reply, format, limits.replyBytesMax, clientMemory.maxBytes);
  }

  private runTransaction({ exchange, format, session }: ListRequest, commands: string[][]): void {
    // A transaction is always answered in JSON.
    const encoding = format === "base64" ? "base64" : "plain";
    const answer = (replies: TransactionReplies): void => {
      if (replies instanceof CommandError) throw replies;
      this.answerReplies(exchange, encoding, replies);
    };
    const { environment } = this.engine;
    const { usedUs } = this.slices;
    const startUs = environment.elapsedUs();
    const replies = this.backend.transaction(session, commands);
    this.slices.use(environment.elapsedUs() - startUs, usedUs);
    if (replies instanceof Later) this.answerLater(exchange, replies, answer);
    else answer(replies);
  }

  /** Answers replies that are all there. */
  private answerReplies(exchange: HttpExchange, format: Format, replies: readonly Reply[]): void {
    const held = isLarge(replies) ? new HeldReply(replies) : undefined;
    const list = (held?.reply ?? replies) as readonly Reply[];
    this.answerList(exchange, format, {
      bytes: held?.bytes ?? 0,
      count: list.length,
      replyAt: (index) => list[index]!,
      clockUs: () => this.engine.environment.elapsedUs(),
      inSlice: (run) => run(),
    });
  }

  private runPipeline(request: ListRequest, commands: string[][]): void {
    const { backend, engine } = this;
    const { exchange, format, session } = request;
    // The words take about as much memory as the body.
    const wordBytes = exchange.body.length + commands.length * COMMAND_BYTES;
    if (backend.isRemote) return this.runAhead(request, commands, wordBytes);
    this.answerList(exchange, format, {
      bytes: wordBytes,
      count: commands.length,
      replyAt: (index) => (request.isRevoked ? errors.UNAUTHORIZED : this.runPart(session, commands[index]!)),
      clockUs: () => engine.turn.readClock(),
      inSlice: (run) => this.runSlice(request, run),
    });
  }

  /** A backend that is not remote answers at once. */
  private runPart(session: Session, words: readonly string[]): Reply {
    const reply = this.backend.execute(session, words);
    if (reply instanceof Later) throw new Error("a backend that is not remote answers later");
    return reply;
  }

  /** Runs commands ahead of what the client has read, since their replies come later. */
  private runAhead(request: ListRequest, commands: readonly string[][], wordBytes: number): void {
    const { exchange, format, session } = request;
    const run = new PipelineRun({
      backend: this.backend,
      session,
      commands,
      shared: this.windowOf(session),
      refusal: () => (this.isOver(request) ? errors.UNAUTHORIZED : undefined),
      fault: (error) => this.refusals.fault(error),
      whenReadable: () => {
        try {
          const { all } = run;
          if (all !== undefined) return this.answerPipeline(exchange, format, all);
          this.answerList(exchange, format, {
            get bytes(): number {
              return wordBytes + run.heldBytes;
            },
            count: commands.length,
            replyAt: (index) => run.take(index),
            waits: (index, goOn) => run.waits(index, goOn),
            abandon: () => run.abandon(),
            clockUs: () => this.engine.environment.elapsedUs(),
            inSlice: (make) => make(),
          });
        } catch (error) {
          this.refusals.fail(exchange, error);
        }
      },
    });
    run.start();
  }

  private windowOf(session: Session): ReplyWindow {
    const window = this.windows.get(session) ?? new ReplyWindow();
    this.windows.set(session, window);
    return window;
  }

  /** A pipeline of which nothing has run, because the backend is out of reach, is refused as a whole. */
  private answerPipeline(exchange: HttpExchange, format: Format, replies: readonly Reply[]): void {
    const [first] = replies;
    const isRefused = first !== undefined && statusOf(first) === 503 && replies.every((reply) => reply === first);
    if (isRefused) throw first;
    this.answerReplies(exchange, format, replies);
  }

  /** Whether no further command of a pipeline may run: its client has left, or its token was revoked. */
  private isOver(request: ListRequest): boolean {
    this.checkToken(request);
    return request.isRevoked || request.exchange.isGone;
  }

  /** Runs some of a pipeline's commands. Once its token is revoked, the rest is refused. */
  private runSlice(request: ListRequest, run: () => void): void {
    const { access, engine } = this;
    access.current = request.exchange;
    this.checkToken(request);
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
    const list = new AnswerList(replies, { format, ...bounds, slices: this.slices });
    this.answer(exchange, 200, list.begin() ?? list, format === "resp2" ? OCTET_HEADERS : JSON_HEADERS);
  }

  private answer(exchange: HttpExchange, status: number, body: string | PieceSource, typeHeaders: HeaderLines): void {
    let headers = typeHeaders;
    if (status === 200) headers = typeHeaders === JSON_HEADERS ? this.goodHeaders() : typeHeaders + this.sync.line;
    else headers += retryLine(status);
    if (exchange.header("origin") !== undefined) headers += corsHeaders(this.origins, exchange);
    exchange.reply(status, headers, body);
  }

  /** The headers of an answer of status 200 in JSON. They change with every write. */
  private goodHeaders(): HeaderLines {
    const { line } = this.sync;
    if (line !== this.jsonSyncLine) {
      this.jsonHeaders = JSON_HEADERS + line;
      this.jsonSyncLine = line;
    }
    return this.jsonHeaders;
  }
}

/** A request with a list of commands, which are parsed and then run. */
interface ListRequest {
  readonly exchange: HttpExchange;
  readonly session: Session;
  readonly format: Format;
  readonly parser: CommandListParser;
  /** The generation of the tokens when the request's token was last looked up. */
  generation: number;
  /** Whether its token was revoked. */
  isRevoked: boolean;
}

const OCTET_HEADERS: HeaderLines = "Content-Type: application/octet-stream\r\nCache-Control: no-store\r\n";

/** What bounds a body. Its words may take as much memory as all clients together. */
export function bodyBounds({ clientMemory, limits }: Engine): BodyBounds {
  const { commandWordsMax, jsonDepthMax, pipelineCommandsMax, queryBytesMax } = limits;
  return {
    commandWordsMax,
    jsonDepthMax,
    pipelineCommandsMax,
    // CONFIG SET may change the limit.
    get heldBytesMax(): number {
      return clientMemory.maxBytes > 0 ? Math.min(clientMemory.maxBytes, queryBytesMax) : queryBytesMax;
    },
  };
}

/** Whether the method of a request has a body. */
function hasBody({ method }: Pick<HttpExchange, "method">): boolean {
  return method === "POST" || method === "PUT";
}

/** The command's words: from the body when the path is empty, else from path, body and query. Throws CommandErrors. */
export function wordsOf(exchange: Pick<HttpExchange, "body" | "method" | "target">, bounds: BodyBounds): string[] {
  const target = splitTarget(exchange.target);
  if (target.segments.length === 0) {
    if (!hasBody(exchange)) throw errors.EMPTY_COMMAND;
    return parseCommandBody(exchange.body, bounds);
  }
  const words = pathWords(target, hasBody(exchange) ? exchange.body : "");
  if (words.length > bounds.commandWordsMax) throw errors.TOO_MANY_ARGUMENTS;
  return words;
}

/**
 * The encoding that the two format headers ask for. Throws a CommandError for an unknown value and for both headers at
 * once.
 */
function formatOf(exchange: HttpExchange): Format {
  const asked = exchange.header("upstash-encoding");
  const named = exchange.header("upstash-response-format") ?? exchange.header("upstash-reponse-format");
  if (asked === undefined && named === undefined) return "plain";
  const encoding = (asked ?? "").trim().toLowerCase();
  if (encoding !== "" && encoding !== "base64") throw errors.UNKNOWN_ENCODING;
  const format = (named ?? "").trim().toLowerCase();
  if (format !== "" && format !== "json" && format !== "resp2") {
    throw errors.UNKNOWN_RESPONSE_FORMAT;
  }
  if (format !== "resp2") return encoding === "base64" ? "base64" : "plain";
  if (encoding === "base64") throw errors.BASE64_WITH_RESP2;
  return "resp2";
}
