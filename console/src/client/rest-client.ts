/** The client of the public REST API, with the token of the session. Every request of the console goes through it. */
import { signal } from "@preact/signals";
import { fromText } from "./bytes.ts";
import type { Word } from "./bytes.ts";
import { ReplyError } from "./reply.ts";
import type { Reply } from "./reply.ts";
import { encodeCommand, isText } from "./request.ts";
import { parseReplies } from "./resp2-reader.ts";
import { parseTransaction } from "./transaction.ts";

/** The server did not answer, or something between did. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

/** The token is not good, or not any more. */
export class UnauthorizedError extends Error {
  override readonly name = "UnauthorizedError";
}

interface RequestOptions {
  readonly signal?: AbortSignal;
}

/** The server's root: the page is at `console` below it. */
export const ROOT = new URL(".", location.href.replace(/[?#].*$/, "")).href;

/** Commands in one list. The server answers a list in slices, so a long one holds nobody up; it bounds the page's memory. */
const LIST_COMMANDS = 500;

export class RestClient {
  readonly token: string;
  /** Whether the last request was answered. */
  readonly isOnline = signal(true);
  /** Called when the server does not take the token any more. */
  onUnauthorized: () => void = () => {};

  constructor(token: string) {
    this.token = token;
  }

  /** Runs a command. Rejects with a {@link ReplyError} for an error, with a {@link ConnectionError} without an answer. */
  async send(words: readonly Word[], options: RequestOptions = {}): Promise<Reply> {
    const reply = await this.ask(words, options);
    if (reply.kind === "error") throw new ReplyError(reply.text);
    return reply;
  }

  /** Runs a command given as text, which is its words between spaces. */
  command(text: string, ...more: readonly Word[]): Promise<Reply> {
    return this.send([...text.split(" ").map(fromText), ...more]);
  }

  /** Runs a command. An error is a reply as others. Rejects with a {@link ConnectionError} without an answer. */
  async ask(words: readonly Word[], options: RequestOptions = {}): Promise<Reply> {
    const { path, body } = encodeCommand(words);
    const [reply] = await this.post(path, body, options);
    if (reply === undefined) throw new ConnectionError("the answer is empty");
    return reply;
  }

  /** Runs commands one after another, in as few requests as possible; others may run between them. Errors are replies. */
  async many(commands: readonly (readonly Word[])[], options: RequestOptions = {}): Promise<Reply[]> {
    const replies: Reply[] = [];
    for (let at = 0; at < commands.length;) {
      let end = at;
      while (end < commands.length && end - at < LIST_COMMANDS && isText(commands[end]!)) end++;
      if (end === at) {
        replies.push(await this.ask(commands[at]!, options));
        at++;
      } else {
        replies.push(...(await this.post("pipeline", listOf(commands.slice(at, end)), options)));
        at = end;
      }
    }
    return replies;
  }

  /**
   * Runs commands as one transaction, which the server answers in JSON: the results, as the REST API documents them. Rejects
   * with a {@link ReplyError} when it was refused as a whole, or for the first command that failed.
   */
  async transaction(commands: readonly (readonly Word[])[], options: RequestOptions = {}): Promise<unknown[]> {
    if (!commands.every(isText)) throw new RangeError("a transaction carries text only");
    const init: RequestInit = { method: "POST", body: listOf(commands) };
    if (options.signal !== undefined) init.signal = options.signal;
    const response = await this.fetch("multi-exec", init);
    if (!response.ok) throw new ReplyError(await errorOf(response));
    const answers = (await response.json()) as readonly { result?: unknown; error?: string }[];
    const failed = answers.find(({ error }) => error !== undefined);
    if (failed !== undefined) throw new ReplyError(failed.error);
    return answers.map(({ result }) => result);
  }

  /**
   * Runs commands as one transaction; the replies are those of EXEC, errors among them. Rejects with a {@link ReplyError} when
   * it was refused as a whole.
   */
  async exec(commands: readonly (readonly Word[])[], options: RequestOptions = {}): Promise<Reply[]> {
    if (!commands.every(isText)) throw new RangeError("a transaction carries text only");
    const init: RequestInit = { method: "POST", body: listOf(commands), headers: { "Upstash-Encoding": "base64" } };
    if (options.signal !== undefined) init.signal = options.signal;
    const response = await this.fetch("multi-exec", init);
    if (!response.ok) throw new ReplyError(await errorOf(response));
    try {
      return parseTransaction(await response.text());
    } catch (error) {
      throw this.lost(error, options.signal);
    }
  }

  /**
   * Opens an event stream, such as `monitor` or `subscribe/channel`, whose messages are replies, which lose no byte: see
   * `repliesOf`. Answers its id in CLIENT LIST
   * with it. Rejects as {@link send} does.
   */
  async listen(path: string, signal: AbortSignal): Promise<{ id: string; stream: ReadableStream<Uint8Array> }> {
    const headers = { "Stashd-Stream-Format": "resp2" };
    const response = await this.fetch(path, { method: "GET", signal, headers });
    if (!response.ok || response.body === null) throw new ReplyError(await errorOf(response));
    return { id: response.headers.get("stashd-client-id") ?? "", stream: response.body };
  }

  private async post(path: string, body: BodyInit, options: RequestOptions): Promise<Reply[]> {
    const init: RequestInit = { method: "POST", body, headers: { "Upstash-Response-Format": "resp2" } };
    if (options.signal !== undefined) init.signal = options.signal;
    const response = await this.fetch(path, init);
    const type = response.headers.get("content-type") ?? "";
    // What stands in front of the commands, such as a limit on requests, answers JSON.
    if (!type.startsWith("application/octet-stream")) throw new ReplyError(await errorOf(response));
    try {
      return parseReplies(new Uint8Array(await response.arrayBuffer()));
    } catch (error) {
      throw this.lost(error, options.signal);
    }
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), Authorization: `Bearer ${this.token}` };
    let response: Response;
    try {
      response = await fetch(ROOT + path, { ...init, headers, cache: "no-store", credentials: "omit" });
    } catch (error) {
      throw this.lost(error, init.signal ?? undefined);
    }
    this.isOnline.value = true;
    if (response.status !== 401) return response;
    const text = await errorOf(response);
    this.onUnauthorized();
    throw new UnauthorizedError(text);
  }

  private lost(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted === true) return error;
    this.isOnline.value = false;
    return new ConnectionError((error as Error).message, { cause: error });
  }
}

/** Commands of text as the JSON of a list. */
const listOf = (commands: readonly (readonly Word[])[]): string =>
  `[${commands.map((words) => encodeCommand(words).body as string).join(",")}]`;

/** The text of an answer that is no reply. */
async function errorOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === "string") return error;
  } catch {
    // Something between the page and the server has answered.
  }
  return `status ${response.status}: ${text.slice(0, 200)}`;
}
