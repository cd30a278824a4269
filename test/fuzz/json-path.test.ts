/**
 * The path compiler against a reference evaluator that is as naive as it can be: it works on plain JavaScript data, on
 * the parts that the generator drew and not on the parsed text, and lists whole locations. And both the paths and the
 * commands against nonsense.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { CommandError } from "../../src/core/reply.ts";
import { JsonError } from "../../src/data/types/json-document.ts";
import { parseJson } from "../../src/data/types/json-parser.ts";
import { PathBudget } from "../../src/data/types/json-path-compiler.ts";
import { JsonPath, jsonPath } from "../../src/data/types/json-path.ts";
import { serialize } from "../../src/data/types/json-serializer.ts";
import { TestEngine } from "../support/engine.ts";
import { chooseSeed } from "../support/world.ts";

const seed = chooseSeed();
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 3000);

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

type Slice = [start: number | undefined, end: number | undefined, step: number | undefined];
type Selector = { name: string } | { index: number } | { slice: Slice } | { wildcard: true } | { filter: Filter };
interface Segment {
  descends: boolean;
  selectors: Selector[];
}
type Operand = { literal: Json } | { root: boolean; path: Segment[] };
type Filter =
  | { any: Filter[] }
  | { all: Filter[] }
  | { not: Filter }
  | { exists: { root: boolean; path: Segment[] } }
  | { op: string; left: Operand; right: Operand };

interface Found {
  keys: (string | number)[];
  value: Json;
}

// The reference.

function childrenOf(found: Found): Found[] {
  const { value, keys } = found;
  if (Array.isArray(value)) return value.map((child, i) => ({ keys: [...keys, i], value: child }));
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).map(([name, child]) => ({ keys: [...keys, name], value: child }));
}

function evaluate(segments: Segment[], start: Json, root: Json): Found[] {
  let all: Found[] = [{ keys: [], value: start }];
  for (const segment of segments) {
    all = all.flatMap((found) => {
      const nodes = segment.descends ? belowAndSelf(found) : [found];
      return nodes.flatMap((node) => segment.selectors.flatMap((selector) => select(selector, node, root)));
    });
  }
  return all;
}

function belowAndSelf(found: Found): Found[] {
  return [...childrenOf(found).flatMap(belowAndSelf), found];
}

function select(selector: Selector, node: Found, root: Json): Found[] {
  const children = childrenOf(node);
  const isArray = Array.isArray(node.value);
  if ("wildcard" in selector) return children;
  if ("name" in selector) return isArray ? [] : children.filter((child) => child.keys.at(-1) === selector.name);
  if ("filter" in selector) return children.filter((child) => passes(selector.filter, child.value, root));
  if (!isArray) return [];
  if ("index" in selector) return children.slice().filter((_, i) => i === wrap(selector.index, children.length));
  return sliced(children, selector.slice);
}

function wrap(index: number, length: number): number {
  return index < 0 ? index + length : index;
}

function sliced(children: Found[], [start, end, step = 1]: Slice): Found[] {
  const { length } = children;
  const out: Found[] = [];
  if (step > 0) {
    const from = Math.max(0, wrap(start ?? 0, length));
    for (let i = from; i < Math.min(length, wrap(end ?? length, length)); i += step) out.push(children[i]!);
  } else if (step < 0) {
    const from = Math.min(length - 1, wrap(start ?? length - 1, length));
    const to = end === undefined ? -1 : Math.max(-1, wrap(end, length));
    for (let i = from; i > to; i += step) out.push(children[i]!);
  }
  return out;
}

function passes(filter: Filter, node: Json, root: Json): boolean {
  if ("any" in filter) return filter.any.some((term) => passes(term, node, root));
  if ("all" in filter) return filter.all.every((term) => passes(term, node, root));
  if ("not" in filter) return !passes(filter.not, node, root);
  if ("exists" in filter) return valuesOf(filter.exists, node, root).length > 0;
  const [left, right] = [valuesOf(filter.left, node, root), valuesOf(filter.right, node, root)];
  const some = (holds: (a: Json, b: Json) => boolean): boolean => left.some((a) => right.some((b) => holds(a, b)));
  if (filter.op === "==") return some(same);
  if (filter.op === "!=") return !some(same);
  return some((a, b) => {
    if (typeof a !== typeof b || a === null || b === null || typeof a === "object") return false;
    if (filter.op === "<") return a < b!;
    if (filter.op === "<=") return a <= b!;
    return filter.op === ">" ? a > b! : a >= b!;
  });
}

function valuesOf(operand: Operand, node: Json, root: Json): Json[] {
  if ("literal" in operand) return [operand.literal];
  return evaluate(operand.path, operand.root ? root : node, root).map((found) => found.value);
}

function same(a: Json, b: Json): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${name}:${canonical(value[name]!)}`)
    .join()}}`;
}

// Paths as text.

function show(segments: Segment[]): string {
  return segments
    .map((segment) => (segment.descends ? "..[" : "[") + segment.selectors.map(showSelector).join(", ") + "]")
    .join("");
}

/** The short forms where there are some, to have them tested too. */
function showShort(segments: Segment[]): string {
  return segments
    .map((segment) => {
      const [first] = segment.selectors;
      const dots = segment.descends ? ".." : ".";
      if (segment.selectors.length === 1 && "name" in first!) return dots + first.name;
      if (segment.selectors.length === 1 && "wildcard" in first!) return `${dots}*`;
      return show([segment]);
    })
    .join("");
}

function showSelector(selector: Selector): string {
  if ("wildcard" in selector) return "*";
  if ("name" in selector) return `'${selector.name}'`;
  if ("index" in selector) return String(selector.index);
  if ("filter" in selector) return `?(${showFilter(selector.filter)})`;
  const [start, end, step] = selector.slice;
  return `${start ?? ""}:${end ?? ""}${step === undefined ? "" : `:${step}`}`;
}

function showFilter(filter: Filter): string {
  if ("any" in filter) return filter.any.map((term) => `(${showFilter(term)})`).join(" || ");
  if ("all" in filter) return filter.all.map((term) => `(${showFilter(term)})`).join("&&");
  if ("not" in filter) return `!(${showFilter(filter.not)})`;
  if ("exists" in filter) return showOperand(filter.exists);
  return `${showOperand(filter.left)} ${filter.op} ${showOperand(filter.right)}`;
}

function showOperand(operand: Operand): string {
  return "literal" in operand ? JSON.stringify(operand.literal) : (operand.root ? "$" : "@") + showShort(operand.path);
}

// Generators: few names and few values, so that paths find something.

const name = fc.constantFrom("a", "b", "c");
const scalar = fc.constantFrom<Json>(null, true, false, 0, 1, 2, 1.5, "a", "b", "");
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    scalar,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(name, tie("tree"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const index = fc.integer({ min: -5, max: 5 });
const maybe = fc.option(index, { nil: undefined });
const { segments } = fc.letrec<{
  segments: Segment[];
  selector: Selector;
  operand: Operand;
  filter: Filter;
}>((tie) => ({
  selector: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    fc.oneof(
      name.map((each) => ({ name: each })),
      index.map((each) => ({ index: each })),
      fc.constant<Selector>({ wildcard: true }),
      fc.tuple(maybe, maybe, maybe).map((slice) => ({ slice })),
    ),
    tie("filter").map((each) => ({ filter: each })),
  ),
  segments: fc.array(
    fc.record({
      descends: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
      selectors: fc.array(tie("selector"), { minLength: 1, maxLength: 2 }),
    }),
    { maxLength: 3 },
  ),
  operand: fc.oneof(
    scalar.map((literal) => ({ literal })),
    fc.record({ root: fc.constant(false), path: tie("segments") }),
    fc.record({ root: fc.boolean(), path: tie("segments") }),
  ),
  filter: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.record({ root: fc.constant(false), path: tie("segments") }).map((exists) => ({ exists })),
    fc.record({
      op: fc.constantFrom("==", "!=", "<", "<=", ">", ">="),
      left: tie("operand"),
      right: tie("operand"),
    }),
    fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    tie("filter").map((not) => ({ not })),
  ),
}));

function check(root: Json, parts: Segment[], text: string): void {
  const document = parseJson(JSON.stringify(root));
  const found = jsonPath(text).find(document, new PathBudget());
  const expected = evaluate(parts, root, root);
  const shown = found.map((match) => [match.depth, match.key, serialize(match.value)]);
  assert.deepEqual(
    shown,
    expected.map(({ keys, value }) => [keys.length, keys.at(-1) ?? "", JSON.stringify(value)]),
    `${text} over ${JSON.stringify(root)}`,
  );
}

describe(`JSON paths, SEED=${seed}`, () => {
  test("find what the reference finds, in its order", () => {
    fc.assert(
      fc.property(tree, segments, (root, parts) => {
        check(root, parts, `$${show(parts)}`);
        check(root, parts, `$${showShort(parts)}`);
      }),
      { seed, numRuns: RUNS },
    );
  });

  test("legacy paths are read as JSONPaths without their root", () => {
    fc.assert(
      fc.property(tree, segments, (root, parts) => {
        const text = showShort(parts);
        fc.pre(text !== "");
        check(root, parts, text);
        if (/^\.[^.[]/.test(text)) check(root, parts, text.slice(1));
      }),
      { seed, numRuns: RUNS / 3 },
    );
  });

  test("any text is a path or a JsonError", () => {
    const sign = fc.constantFrom(
      "$",
      "@",
      ".",
      "..",
      "[",
      "]",
      "(",
      ")",
      "?",
      "*",
      "'a'",
      '"',
      "'",
      "a",
      "0",
      "-1",
      ":",
    );
    const more = fc.constantFrom(
      ",",
      "==",
      "=~",
      "&&",
      "||",
      "!",
      "<",
      " ",
      "\\",
      "\x00",
      "\xff",
      "1e5",
      "true",
      "[?(@",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(sign, more), { maxLength: 12 }), (signs) => {
        for (const text of [signs.join(""), `$${signs.join("")}`, `$[?(${signs.join("")})]`]) {
          try {
            new JsonPath(text).find(parseJson('{"a":[1,{"a":"a"}]}'), new PathBudget());
          } catch (error) {
            assert.ok(error instanceof JsonError, `${JSON.stringify(text)}: ${String(error)}`);
          }
        }
      }),
      { seed, numRuns: RUNS * 3 },
    );
  });

  test("paths that multiply their work end with an error", () => {
    const deep = parseJson('{"a":'.repeat(127) + "1" + "}".repeat(127));
    for (const text of [`$${"..*".repeat(8)}`, `$${"..[?(@..a".repeat(8)}${")]".repeat(8)}`]) {
      assert.throws(() => new JsonPath(text).find(deep, new PathBudget()), CommandError, text);
    }
    const wide = parseJson(`[${"1,".repeat(20_000)}1]`);
    assert.throws(() => new JsonPath("$[?($.* == $.*)]").find(wide, new PathBudget()), CommandError);
    const text = parseJson(`["${"a".repeat(1_000_000)}"]`);
    assert.throws(
      () => new JsonPath(`$[?(@ =~ "${"a?".repeat(100)}${"a".repeat(100)}b")]`).find(text, new PathBudget()),
      CommandError,
    );
  });

  test("the cache forgets, and answers the same", () => {
    for (let i = 0; i < 2000; i++) assert.equal(jsonPath(`$.a${i % 700}`).text, `$.a${i % 700}`);
    assert.equal(jsonPath("$.kept"), jsonPath("$.kept"));
    const long = `$.${"x".repeat(5000)}`;
    assert.notEqual(jsonPath(long), jsonPath(long));
  });
});

describe(`JSON commands, SEED=${seed}`, () => {
  const path = fc.oneof(
    fc.constantFrom("$", ".", "$.a", ".a", "$..a", "$.*", "$..*", "$.a[0]", "$[-1]", "$.new", "..b", "$..[0]", "$["),
    segments.map((parts) => `$${show(parts)}`),
    segments.map(showShort),
  );
  const value = fc.oneof(
    tree.map((each) => JSON.stringify(each)),
    fc.constantFrom("{", "NaN", '"\\ud800"', "1e400"),
  );
  const number = fc.constantFrom(
    "0",
    "1",
    "-1",
    "2",
    "-100",
    "9223372036854775807",
    "99999999999999999999",
    "1.5",
    "x",
  );
  const command = fc.oneof(
    fc.tuple(fc.constantFrom("SET", "MERGE", "ARRAPPEND", "ARRINDEX", "STRAPPEND"), path, value),
    fc.tuple(fc.constantFrom("SET"), path, value, fc.constantFrom("NX", "XX", "nope")),
    fc.tuple(fc.constantFrom("NUMINCRBY", "NUMMULTBY", "ARRPOP"), path, number),
    fc.tuple(fc.constantFrom("ARRTRIM", "ARRPOP"), path, number, number),
    fc.tuple(fc.constantFrom("ARRINSERT"), path, number, value),
    fc.tuple(
      fc.constantFrom("DEL", "CLEAR", "TOGGLE", "GET", "TYPE", "STRLEN", "ARRLEN", "OBJKEYS", "OBJLEN", "RESP"),
      path,
    ),
  );

  test("answer or refuse, and leave a document that reads back", () => {
    fc.assert(
      fc.property(tree, fc.array(command, { maxLength: 20 }), (root, commands) => {
        const engine = new TestEngine();
        engine.send("JSON.SET", "k", "$", JSON.stringify(root));
        for (const [name, ...rest] of commands) {
          const before = engine.send("JSON.GET", "k");
          const reply = engine.send(`JSON.${name}`, "k", ...rest);
          const after = engine.send("JSON.GET", "k");
          if (reply instanceof CommandError) assert.equal(after, before, `${name} ${rest.join(" ")}`);
          if (typeof after === "string") assert.equal(serialize(parseJson(after)), after);
        }
      }),
      { seed, numRuns: RUNS / 10 },
    );
  });
});
