/**
 * What `new Redis(requester)` of `@upstash/redis` sends its commands with, answered in this process. It asks for base64 and
 * decodes the answer as the client's own requester does, so that its user gets the same values as over HTTP. It does not
 * try again.
 */
import { fromText } from "../core/bytes.ts";
import type { InProcessAnswer, InProcessClient } from "./in-process.ts";
import type { TestRequest, TestRequester, TestResponse } from "./public.ts";

const utf8 = new TextDecoder();

/** An answer of the server, as the body states it. */
interface Answered {
  readonly result?: unknown;
  readonly error?: string;
}

/** The error that the client throws for an answer that is not 2xx. */
class UpstashError extends Error {
  override readonly name = "UpstashError";
}

/** Sends the requests of one client. */
export class InProcessRequester implements TestRequester {
  readonly readYourWrites = true;
  upstashSyncToken = "";
  private readonly client: InProcessClient;
  private readonly headers: readonly (readonly [name: string, value: string])[];

  constructor(client: InProcessClient, host: string, token: string) {
    this.client = client;
    this.headers = [
      ["host", host],
      ["authorization", `Bearer ${token}`],
      ["upstash-encoding", "base64"],
    ];
  }

  readonly request = async <Result>(request: TestRequest): Promise<TestResponse<Result>> => {
    const { body, headers = {}, onMessage, path = [], signal } = request;
    const text = body === undefined ? "" : fromText(JSON.stringify(body));
    const named = new Map(this.headers);
    for (const [name, value] of Object.entries(headers)) named.set(name.toLowerCase(), value);
    const target = `/${path.join("/")}`;
    const answer = await this.client.request({ method: "POST", target, headers: named, body: text, signal });
    if (answer.status !== 200) {
      const { error } = JSON.parse(await textOf(answer)) as Answered;
      throw new UpstashError(`${error}, command was: ${JSON.stringify(body)}`);
    }
    this.upstashSyncToken = /^Upstash-Sync-Token: (.*)$/m.exec(answer.headers)?.[1]?.trim() ?? "";
    if (typeof answer.body !== "string" && onMessage !== undefined && named.get("accept") === "text/event-stream") {
      void readEvents(answer.body, onMessage);
      return { result: 1 as Result };
    }
    const given = JSON.parse(await textOf(answer)) as Answered | readonly Answered[];
    const decoded = Array.isArray(given) ? given.map(decodeAnswer) : decodeAnswer(given as Answered);
    return decoded as TestResponse<Result>;
  };
}

async function textOf({ body }: InProcessAnswer): Promise<string> {
  return utf8.decode(typeof body === "string" ? Buffer.from(body, "latin1") : await new Response(body).arrayBuffer());
}

function decodeAnswer({ error, result }: Answered): Answered {
  const decoded = result === "OK" || result === undefined ? result : decode(result);
  return error === undefined ? { result: decoded } : { result: decoded, error };
}

/** A result at the top, or an array below the one at the top: `OK` stands for itself there. */
function decode(result: unknown): unknown {
  if (typeof result === "string") return result === "OK" ? result : decodeText(result);
  if (typeof result === "number") return result;
  if (!Array.isArray(result)) return typeof result === "object" ? null : undefined;
  return result.map((element: unknown) => {
    if (typeof element === "string") return decodeText(element);
    return Array.isArray(element) ? element.map(decode) : element;
  });
}

function decodeText(base64: string): string {
  return utf8.decode(Buffer.from(base64, "base64"));
}

/** Calls back with the data of each event, until the stream ends. */
async function readEvents(body: ReadableStream<Uint8Array>, onMessage: (data: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const bytes of body) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (line.startsWith("data: ")) onMessage(line.slice("data: ".length));
    }
  } catch {
    // The client has unsubscribed, or the database was closed.
  }
}
