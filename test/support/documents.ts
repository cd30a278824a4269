/** The documents for people, and the blocks of code in them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../../..");

/** README and the pages of `docs/`, as paths from the root. */
export const PAGES = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];

/** A document by its path from the root. */
export const readDocument = (path: string): string => readFileSync(join(ROOT, path), "utf8");

export interface Block {
  /** Such as `sh`; empty where none is named. */
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks of a page, in their order. */
export function blocksOf(path: string): Block[] {
  return [...readDocument(path).matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }));
}

/** The errors that the page about them explains, in its order; `…` stands for what varies. */
export const explainedErrors = (): string[] =>
  [...readDocument("docs/troubleshooting.md").matchAll(/^### `(.+)`$/gm)].map(([, text]) => text!);

/** Errors of Node, which stand in no source. */
export const ERRORS_OF_NODE = ["fetch failed", "connect ECONNREFUSED …"];
