/** The answer of `/multi-exec`, which is always JSON, as replies: strings are asked for in base64, so no byte is lost. */
import type { Reply } from "./reply.ts";

/** A string of JSON, or an integer that a number might not hold. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d{16,}/g;

/** What marks such an integer. Base64 has no colon. */
const MARK = "integer:";

/** The replies of EXEC. Throws a SyntaxError for what is no JSON. */
export function parseTransaction(json: string): Reply[] {
  const exact = json.replace(TOKENS, (token) => (token.startsWith('"') ? token : `"${MARK}${token}"`));
  const answers = JSON.parse(exact) as readonly { readonly result?: unknown; readonly error?: string }[];
  return answers.map(({ error, result }) =>
    error !== undefined
      ? { kind: "error", text: error }
      : result === "OK"
        ? { kind: "status", text: "OK" }
        : replyOf(result),
  );
}

function replyOf(value: unknown): Reply {
  if (typeof value === "number") return { kind: "integer", digits: String(value) };
  if (typeof value === "string") {
    if (value.startsWith(MARK)) return { kind: "integer", digits: value.slice(MARK.length) };
    return { kind: "bulk", bytes: Uint8Array.from(atob(value), (char) => char.charCodeAt(0)) };
  }
  if (Array.isArray(value)) return { kind: "array", items: value.map(replyOf) };
  if (typeof value === "object" && value !== null && "error" in value)
    return { kind: "error", text: String(value.error) };
  return { kind: "null" };
}
