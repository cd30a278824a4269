/** From a request's target and headers to words: paths, queries, percent-escapes, credentials. */
import { owned } from "../core/bytes.ts";
import { BAD_PERCENT_ENCODING } from "../core/errors/doors.ts";

/** A request target in its parts, which are still percent-escaped. */
interface Target {
  /** Segments of the path. Leading slashes are collapsed, and one trailing slash is dropped. */
  readonly segments: readonly string[];
  /** The text after `?`; empty if there is none. */
  readonly query: string;
}

/** The target of a command in a body, which is the most common one. */
const ROOT: Target = { segments: [], query: "" };

const SLASH = 47;
const QUESTION_MARK = 63;

/** Splits the second word of a request line, in origin form (`/a?b`) or absolute form (`http://h/a?b`). */
export function splitTarget(target: string): Target {
  if (target === "/") return ROOT;
  const isOrigin = target.charCodeAt(0) === SLASH;
  const origin = isOrigin ? target : target.replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?]*/, "");
  const mark = origin.indexOf("?");
  const end = mark < 0 ? origin.length : mark;
  const query = mark < 0 ? "" : origin.slice(mark + 1);
  let start = 0;
  while (start < end && origin.charCodeAt(start) === SLASH) start++;
  const segments: string[] = [];
  while (start < end) {
    const slash = origin.indexOf("/", start);
    const stop = slash < 0 || slash > end ? end : slash;
    segments.push(origin.slice(start, stop));
    start = stop + 1;
  }
  return { segments, query };
}

/** The first segment of a target's path, in lower case and still percent-escaped; empty for the root. */
export function firstSegment(target: string): string {
  if (target === "/") return "";
  if (target.charCodeAt(0) !== SLASH) return splitTarget(target).segments[0]?.toLowerCase() ?? "";
  let start = 1;
  while (target.charCodeAt(start) === SLASH) start++;
  let end = start;
  for (; end < target.length; end++) {
    const char = target.charCodeAt(end);
    if (char === SLASH || char === QUESTION_MARK) break;
  }
  return target.slice(start, end).toLowerCase();
}

const ESCAPE = /%([0-9a-fA-F]{2})?/g;

/**
 * Decodes percent-escapes to bytes, once; `+` stays. The result owns its bytes: a slice that is stored would keep the whole
 * request alive. Throws a CommandError for a malformed escape.
 */
export function decodePercent(text: string): string {
  if (!text.includes("%")) return owned(text);
  return text.replace(ESCAPE, (_, hex: string | undefined) => {
    if (hex === undefined) throw BAD_PERCENT_ENCODING;
    return String.fromCharCode(Number.parseInt(hex, 16));
  });
}

/** Decodes a name or a value of a query, where `+` is a space. */
function decodeQuery(text: string): string {
  return decodePercent(text.includes("+") ? text.replaceAll("+", " ") : text);
}

/**
 * The parameters of a query, decoded and in order. A parameter without `=` has an empty value. Throws as {@link
 * decodePercent}.
 */
export function queryParameters(query: string): (readonly [name: string, value: string])[] {
  const parameters: (readonly [string, string])[] = [];
  if (query === "") return parameters;
  for (const part of query.split("&")) {
    if (part === "") continue;
    const mark = part.indexOf("=");
    const name = decodeQuery(mark < 0 ? part : part.slice(0, mark));
    parameters.push([name, mark < 0 ? "" : decodeQuery(part.slice(mark + 1))]);
  }
  return parameters;
}

/** The name of the query parameter that carries a token. */
const TOKEN_PARAMETER = "_token";

/** Whether a target may carry a token in its query. Cheap: it does not parse the query. */
export function mentionsToken(target: string): boolean {
  return target.includes("?") && target.includes(TOKEN_PARAMETER);
}

/**
 * The value of `_token` in a query; undefined when it has none. Empty, which is no token, when the query is malformed.
 */
export function queryToken(query: string): string | undefined {
  if (!query.includes(TOKEN_PARAMETER)) return undefined;
  try {
    return queryParameters(query).find(([name]) => name === TOKEN_PARAMETER)?.[1];
  } catch {
    return "";
  }
}

const BEARER = /^bearer +(\S+)$/i;

/**
 * The token of an Authorization header: `Bearer <token>`, in any case, or the bare token. Undefined for other schemes.
 */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const trimmed = header.trim();
  if (trimmed === "") return undefined;
  return BEARER.exec(trimmed)?.[1] ?? (/\s/.test(trimmed) ? undefined : trimmed);
}

/** The segments of a path, decoded. Throws a CommandError for a malformed escape. */
export function pathSegments({ segments }: Target): string[] {
  const words: string[] = [];
  for (const segment of segments) words.push(decodePercent(segment));
  return words;
}

/**
 * The words of a command on a path: the segments, then the body if there is one, then the names and values of the
 * query, `_token` excepted. An empty value is left out.
 */
export function pathWords(target: Target, body: string): string[] {
  const words = pathSegments(target);
  if (body !== "") words.push(body);
  if (target.query === "") return words;
  for (const [name, value] of queryParameters(target.query)) {
    if (name === TOKEN_PARAMETER) continue;
    words.push(name);
    if (value !== "") words.push(value);
  }
  return words;
}
