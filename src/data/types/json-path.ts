/**
 * A compiled JSON path. `json-path-parser.ts` describes the two languages, `json-path-compiler.ts` the order of
 * matches.
 */
import type { JsonNode } from "./json-document.ts";
import { PathRun, Query } from "./json-path-compiler.ts";
import type { Match, PathBudget } from "./json-path-compiler.ts";
import { parsePath } from "./json-path-parser.ts";

/** A compiled path. */
export class JsonPath {
  /** The text as the client sent it. */
  readonly text: string;
  /** Whether the path is in the legacy language, in which it selects its first match only. */
  readonly isLegacy: boolean;
  /** Whether the path selects the root. */
  readonly isRoot: boolean;
  /**
   * The names and indexes of a path that consists of nothing else. Undefined for a path that may have several matches.
   */
  readonly steps: readonly (string | number)[] | undefined;
  private readonly query: Query;

  /** Compiles a text. Throws a JsonError for a malformed one. */
  constructor(text: string) {
    const { isLegacy, segments } = parsePath(text);
    this.text = text;
    this.isLegacy = isLegacy;
    this.isRoot = segments.length === 0;
    this.query = new Query(segments);
    this.steps = this.query.steps;
  }

  /** The matches in order. Throws a CommandError when the paths of the command exceed the budget. */
  find(root: JsonNode, budget: PathBudget): readonly Match[] {
    if (this.steps === undefined) {
      const matches = this.query.find(root, new PathRun(root, budget));
      budget.keep(matches.length);
      return matches;
    }
    const match = this.query.locate(root, this.steps);
    return match === undefined ? [] : [match];
  }

  /** The first match; undefined when there is none. Throws as {@link find} does. */
  first(root: JsonNode, budget: PathBudget): Match | undefined {
    return this.steps === undefined ? this.find(root, budget)[0] : this.query.locate(root, this.steps);
  }

  /** The match of the path without its last step. Only for a path that has {@link steps} and is not the root. */
  parent(root: JsonNode): Match | undefined {
    return this.query.locate(root, this.steps!.slice(0, -1));
  }
}

/**
 * Paths in one generation of the cache, and the longest text that is cached. Together they bound the cache's memory.
 */
const GENERATION_MAX = 256;
const CACHED_LENGTH_MAX = 512;

/**
 * The cache of compiled paths by text, in two generations. A path that is used moves to the young one; when that is
 * full, it becomes the old one and the old one is dropped. So the least recently used paths go.
 */
let young = new Map<string, JsonPath>();
let old = new Map<string, JsonPath>();

/** The compiled path of a text, from the cache if possible. Throws a JsonError for a malformed text. */
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
