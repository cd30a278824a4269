/** What was typed and is not saved: a function that makes the bytes, since JSON is checked only when they are needed. */
import { encodeText } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { base64Of, hexOf, parseBase64, parseHex, ROW_BYTES } from "./hex.ts";
import type { Format } from "./formats.ts";
import { textIn } from "./formats.ts";
import { JsonTextError, minify, pretty } from "./json-text.ts";

/** Answers the bytes to save. Throws an Error with a text for the person where what was typed is not complete. */
export type Draft = () => Uint8Array;

/** Formats that are edited as a text. */
export type TextFormat = Extract<Format, "text" | "json" | "hex" | "base64">;

/** Whether JSON has no space between its tokens, so that it is to be saved like that again. */
export function isCompact(text: string): boolean {
  try {
    return minify(text) === text;
  } catch {
    return false;
  }
}

/** Bytes as the text that is edited. JSON is indented. */
export function textOf(bytes: Uint8Array, format: TextFormat): string {
  if (format === "base64") return base64Of(bytes);
  if (format === "hex") return hexLines(bytes);
  const text = textIn(bytes) ?? "";
  if (format === "text") return text;
  try {
    return pretty(text);
  } catch {
    return text;
  }
}

/** The draft of an edited text. `compact` saves JSON without space. */
export function draftOf(text: string, format: TextFormat, compact: boolean): Draft {
  if (format === "text") return () => encodeText(text);
  if (format === "hex") return () => parseHex(text) ?? fail(TEXTS.values.noHex);
  if (format === "base64") return () => parseBase64(text) ?? fail(TEXTS.values.noBase64);
  return () => {
    try {
      const small = minify(text);
      return encodeText(compact ? small : text);
    } catch (error) {
      if (error instanceof JsonTextError) fail(TEXTS.values.noJson(error.line, error.column));
      throw error;
    }
  };
}

function fail(text: string): never {
  throw new Error(text);
}

function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW_BYTES) lines.push(hexOf(bytes.subarray(at, at + ROW_BYTES)));
  return lines.join("\n");
}
