/**
 * A JSON path, compiled: what it selects in a document, in order. See `json-path-parser.ts` for the two languages and
 * `json-path-compiler.ts` for the order of matches.
 */
import type { JsonNode } from "./json-document.ts";
import { PathRun, Query } from "./json-path-compiler.ts";
import type { Match, PathBudget } from "./json-path-compiler.ts";
import { parsePath } from "./json-path-parser.ts";

export class JsonPath {
  /** As the client wrote it. */
  readonly text: string;
  /** Whether it is in the legacy language, where a path stands for its first match. */
  readonly isLegacy: boolean;
  /** Whether it is the root itself. */
  readonly isRoot: boolean;
  /** The names and indexes of a path that has nothing else; undefined when it may have several matches. */
  readonly steps: readonly (string | number)[] | undefined;
  private readonly query: Query;

  /** Throws a JsonError for a text that is no path. */
  constructor(text: string) {
    const { isLegacy, segments } = parsePath(text);
    this.text = text;
    this.isLegacy = isLegacy;
    this.isRoot = segments.length === 0;
    this.query = new Query(segments);
    this.steps = this.query.steps;
  }

  /** The matches in order. Throws a CommandError beyond what the command's paths may use together. */
  find(root: JsonNode, budget: PathBudget): readonly Match[] {
    if (this.steps === undefined) {
      const matches = this.query.find(root, new PathRun(root, budget));
      budget.keep(matches.length);
      return matches;
    }
    const match = this.query.locate(root, this.steps);
    return match === undefined ? [] : [match];
  }

  /** The first match. */
  first(root: JsonNode, budget: PathBudget): Match | undefined {
    return this.steps === undefined ? this.find(root, budget)[0] : this.query.locate(root, this.steps);
  }

  /** What the path without its last step selects, for one that has {@link steps} and is not the root. */
  parent(root: JsonNode): Match | undefined {
    return this.query.locate(root, this.steps!.slice(0, -1));
  }
}

/** Paths of one generation of the cache, and the longest text it keeps: together they bound its memory. */
const GENERATION_MAX = 256;
const CACHED_LENGTH_MAX = 512;

/**
 * Compiled paths by text, the least recently used forgotten: two generations, where a path that is asked for moves to
 * the young one, and the old one is dropped when the young one is full.
 */
let young = new Map<string, JsonPath>();
let old = new Map<string, JsonPath>();

/** The path of a text, compiled once while it is in use. Throws a JsonError for a text that is no path. */
export function jsonPath(text: string): JsonPath {
  const known = young.get(text);
  if (known !== undefined) return known;
  const path = old.get(text) ?? new JsonPath(text);
  if (text.length > CACHED_LENGTH_MAX) return path;
  if (young.size >= GENERATION_MAX) {
    old = young;
    young = new Map();
  }
  young.set(text, path);
  return path;
}
