/** Glob patterns of SCAN, as people type them. */
import { fromText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";

interface Pattern {
  /** For MATCH; undefined for every key. */
  readonly glob: ByteString | undefined;
  /** How the text was understood. */
  readonly kind: "all" | "contains" | "glob";
}

/** What a text in the filter means. Without a character of a glob, keys that contain it. */
export function patternOf(text: string): Pattern {
  if (text === "") return { glob: undefined, kind: "all" };
  if (/[*?[\\]/.test(text)) return { glob: fromText(text), kind: "glob" };
  return { glob: fromText(`*${text}*`), kind: "contains" };
}

/** The glob that matches this text and nothing else. */
export const escapeGlob = <T extends string>(text: T): string => text.replace(/[*?[\]\\]/g, "\\$&");
