/** A `fetch` that is answered in this process: from its arguments to a request, and from the answer to a Response. */
import { fromText } from "../core/bytes.ts";
import { reasonOf } from "../protocol/http-writer.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { InProcessAnswer, InProcessClient, InProcessRequest } from "./in-process.ts";

/** What `fetch` takes. */
type Input = string | URL | Request;
type Init = RequestInit | undefined;

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Methods that `fetch` writes in upper case however they are given. */
const NORMALIZED = /^(?:delete|get|head|options|post|put)$/i;
const FORBIDDEN_METHOD = /^(?:connect|trace|track)$/i;

/** A `fetch` for the URLs of a server, `base`, that `client` answers. */
export function fetchBy(client: InProcessClient, base: string): typeof fetch {
  const host = new URL(base).host;
  return async (input: Input, init?: Init) => {
    const url = urlOf(input, base);
    const { headers, signal, ...request } = await requestOf(input, init);
    if (!headers.has("host")) headers.set("host", host);
    const answer = await client.request({ ...request, target: url.pathname + url.search, headers, signal });
    return responseOf(answer, url.href);
  };
}

interface OpenRequest extends Omit<InProcessRequest, "target"> {
  readonly headers: Map<string, string>;
}

async function requestOf(input: Input, init: Init): Promise<OpenRequest> {
  const given = input instanceof Request ? input : undefined;
  const method = methodOf(init?.method ?? given?.method ?? "GET");
  const headers = headersOf(init?.headers ?? given?.headers);
  const signal = init?.signal ?? given?.signal;
  const body = init?.body ?? undefined;
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw new TypeError("Request with GET/HEAD method cannot have body.");
  }
  if (typeof body === "string") return { method, headers, signal, body: fromText(body) };
  if (body === undefined && (given?.body ?? null) === null) return { method, headers, signal, body: "" };
  return { method, headers, signal, body: await bytesOf(body === undefined ? given! : new Response(body)) };
}

async function bytesOf(source: Request | Response): Promise<string> {
  return Buffer.from(await source.arrayBuffer()).latin1Slice();
}

function methodOf(method: string): string {
  if (!METHOD.test(method) || FORBIDDEN_METHOD.test(method))
    throw new TypeError(`'${method}' HTTP method is unsupported.`);
  return NORMALIZED.test(method) ? method.toUpperCase() : method;
}

/** A URL of the server, without a fragment. */
function urlOf(input: Input, base: string): URL {
  const url = new URL(input instanceof Request ? input.url : input, base);
  url.hash = "";
  const { origin } = url;
  if (origin === base) return url;
  throw new TypeError(
    `db.fetch answers for ${base} only, and was asked for ${origin}: use the global fetch for other servers`,
  );
}

function headersOf(given: RequestInit["headers"]): Map<string, string> {
  const headers = new Map<string, string>();
  if (given === undefined || given === null) return headers;
  const entries = given instanceof Headers || Array.isArray(given) ? given : Object.entries(given);
  for (const [name, value] of entries as Iterable<readonly [string, unknown]>) {
    const key = name.toLowerCase();
    const text = String(value).trim();
    // As `fetch` does: these would end the header, or are no bytes.
    if (/[\0\r\n]|[^\0-\xff]/.test(text))
      throw new TypeError(`Headers.append: "${key}" has a value that is not allowed`);
    const before = headers.get(key);
    headers.set(key, before === undefined ? text : `${before}, ${text}`);
  }
  return headers;
}

/** The names and values of header lines. */
function headerPairs(lines: HeaderLines): [name: string, value: string][] {
  return lines
    .split("\r\n")
    .filter((line) => line !== "")
    .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]);
}

function responseOf({ body, headers, status }: InProcessAnswer, url: string): Response {
  const content = typeof body !== "string" ? body : status === 204 ? null : Buffer.from(body, "latin1");
  const response = new Response(content, { status, statusText: reasonOf(status), headers: headerPairs(headers) });
  // A Response that a program makes has no URL.
  return Object.defineProperty(response, "url", { value: url });
}
