/**
 * A command in a JSON body: `["SET", "k", 1]`. `json-list-request.ts` has the lists of commands.
 *
 * The body is parsed from the latin1 view of its bytes. JSON's syntax is ASCII, so UTF-8 passes unchanged and strings
 * come out as byte strings. That loses two things: `\u` escapes, whose chars must become UTF-8 bytes, and integers that
 * a double cannot hold. A body with one of them is read again from its source text.
 */
import * as doorErrors from "../core/errors/doors.ts";
import type { Limits } from "../core/limits.ts";
import type { CommandError } from "../core/reply.ts";
import { plainDecimal } from "./decimal.ts";
import { countValues } from "./json-scan.ts";
import { sourceWords } from "./json-source.ts";

const BYTE_ORDER_MARK = "\xef\xbb\xbf";

/** A body of at most this many bytes is not looked at before it is parsed: the parser can take any. */
export const UNCHECKED_BYTES = 64 * 1024;

/** What a value of a body takes in memory beside its text, in bytes: as it is parsed, and as a word. */
export const VALUE_BYTES = 48;

/** What bounds a body: limits, and the memory that it may take as words, in bytes. */
export interface BodyBounds extends Pick<Limits, "commandWordsMax" | "jsonDepthMax" | "pipelineCommandsMax"> {
  readonly heldBytesMax: number;
}

/** The words of the command in the body of `POST /`. Throws the CommandError to answer with status 400. */
export function parseCommandBody(body: string, bounds: BodyBounds): string[] {
  if (body.length === 0) throw doorErrors.NO_BODY;
  const broken = doorErrors.BODY_NOT_ARRAY;
  const { text, value, hasEscapes } = parseJson(body, bounds, broken);
  if (!Array.isArray(value)) throw broken;
  if (value.length === 0) throw doorErrors.EMPTY_COMMAND;
  const words = toWords(value, bounds);
  return words === undefined || hasEscapes ? sourceWords(text)[0]! : words;
}

interface ParsedBody {
  /** The body without its byte order mark. */
  readonly text: string;
  readonly value: unknown;
  /** Whether the text has `\u`, so that chars of the parsed strings may not be bytes. */
  readonly hasEscapes: boolean;
}

/** The text of a body without its byte order mark. */
export function withoutMark(body: string): string {
  return body.startsWith(BYTE_ORDER_MARK) ? body.slice(BYTE_ORDER_MARK.length) : body;
}

function parseJson(body: string, bounds: BodyBounds, broken: CommandError): ParsedBody {
  const text = withoutMark(body);
  if (text.length > UNCHECKED_BYTES) {
    const values = countValues(text, bounds.jsonDepthMax);
    if (values === undefined) throw broken;
    if (text.length + values * VALUE_BYTES > bounds.heldBytesMax) throw doorErrors.TOO_MANY_ARGUMENTS;
  }
  try {
    return { text, value: JSON.parse(text), hasEscapes: text.includes("\\u") };
  } catch {
    throw broken;
  }
}

/** The elements as words, in the same array. Undefined when only the source text is exact. Throws for an element that cannot be a word. */
export function toWords(elements: unknown[], bounds: BodyBounds): string[] | undefined {
  if (elements.length > bounds.commandWordsMax) throw doorErrors.TOO_MANY_ARGUMENTS;
  let exact = true;
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i];
    if (typeof element === "string") continue;
    if (typeof element === "number") {
      if (!Number.isFinite(element)) throw doorErrors.NUMBER_OVERFLOW;
      if (Math.abs(element) > Number.MAX_SAFE_INTEGER || Object.is(element, -0)) exact = false;
      else elements[i] = plainDecimal(element);
    } else if (typeof element === "boolean") {
      elements[i] = String(element);
    } else if (element === null) {
      throw doorErrors.NULL_ARGUMENT;
    } else {
      throw Array.isArray(element) ? doorErrors.ARRAY_ARGUMENT : doorErrors.OBJECT_ARGUMENT;
    }
  }
  return exact ? (elements as string[]) : undefined;
}
