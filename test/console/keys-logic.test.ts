/** The list of keys without a page: names, rows, selection, patterns, what is typed, what is exported. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromText } from "../../console/src/client/bytes.ts";
import { encodeCommand } from "../../console/src/client/request.ts";
import {
  gallop,
  includes,
  lowerBound,
  merge,
  mergeAll,
  sorted,
  sortedIndexes,
  without,
} from "../../console/src/keys/names.ts";
import { escapeGlob, patternOf } from "../../console/src/keys/pattern.ts";
import { flatView, foldersOf, treeView } from "../../console/src/keys/rows.ts";
import type { Row, RowView } from "../../console/src/keys/rows.ts";
import {
  beginningWith,
  between,
  countOf,
  deselect,
  isPartlySelected,
  isSelected,
  only,
  select,
  selectedOf,
} from "../../console/src/keys/selection.ts";
import type { Selection } from "../../console/src/keys/selection.ts";
import { Slices } from "../../console/src/keys/slices.ts";
import { localTime, splitSpan } from "../../console/src/keys/expiry.ts";
import { parseName, typedName } from "../../console/src/keys/typed-names.ts";
import { bytesText, shortSpan, spanText } from "../../console/src/keys/units.ts";
import { beginningOf, piecesOf, visible } from "../../console/src/ui/visible.ts";
import { Glob } from "../../src/core/glob.ts";

/** Names of few chars, so that they share beginnings and repeat. */
const name = fc.string({ unit: fc.constantFrom("a", "b", ":", "\xff", "*"), maxLength: 6 });
const names = fc.array(name, { maxLength: 40 });
const list = names.map(sorted);
const slices = (): Slices => new Slices();

const model = (all: Iterable<string>): string[] => [...new Set(all)].sort();

describe("names", () => {
  test("lists are joined, and names are taken out, as sets are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(names), names, async (pages, removed) => {
        const all = await mergeAll(pages.map(sorted), slices());
        assert.deepEqual(all, model(pages.flat()));
        assert.deepEqual(
          await without(all, sorted(removed), slices()),
          all.filter((one) => !removed.includes(one)),
        );
        assert.deepEqual(await merge(all, sorted(removed), slices()), model([...pages.flat(), ...removed]));
      }),
    );
  });

  test("a name is found by halving and by galloping", () => {
    fc.assert(
      fc.property(list, name, fc.nat(), (all, wanted, start) => {
        const found = all.filter((one) => one < wanted).length;
        assert.equal(lowerBound(all, wanted), found);
        assert.equal(includes(all, wanted), all.includes(wanted));
        const from = Math.min(found, start);
        if (from < all.length) assert.equal(gallop(all, wanted, from, all.length), found);
      }),
    );
  });

  test("indexes are sorted by value, equal ones in order, and those without a value last", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(3, 1, 2, -1, Number.NaN)), async (values) => {
        const order = [...(await sortedIndexes(Float64Array.from(values), slices()))];
        const key = (i: number): number => (Number.isNaN(values[i]!) ? Infinity : values[i]!);
        assert.deepEqual(
          order,
          values.map((_, i) => i).sort((a, b) => (key(a) === key(b) ? a - b : key(a) - key(b))),
        );
      }),
    );
  });
});

/** The tree, made the long way: every row of every open folder. */
function rowsOf(all: readonly string[], open: ReadonlySet<string>, prefix = "", depth = 0): string[] {
  const rows: string[] = [];
  for (let at = 0; at < all.length;) {
    const first = all[at]!;
    const cut = first.indexOf(":", prefix.length);
    const group = cut < 0 ? [first] : all.filter((one) => one.startsWith(first.slice(0, cut + 1)));
    at += group.length;
    if (group.length === 1) {
      rows.push(`${depth} key ${first}`);
      continue;
    }
    const shared = foldersOf(first, ":").filter((one) => group.every((other) => other.startsWith(one)));
    const inner = shared.at(-1)!;
    const isOpen = shared.some((one) => one.length > prefix.length && open.has(one));
    rows.push(`${depth} folder ${inner} ${group.length}${isOpen ? " open" : ""}`);
    if (isOpen) rows.push(...rowsOf(group, open, inner, depth + 1));
  }
  return rows;
}

function textOf(row: Row): string {
  if (row.kind === "key") return `${row.depth} key ${row.name}`;
  return `${row.depth} folder ${row.name} ${row.to - row.from}${row.isOpen ? " open" : ""}`;
}

const allRows = (view: RowView): Row[] => Array.from({ length: view.count }, (_, i) => view.rowAt(i));

describe("rows", () => {
  test("a tree has the rows of its open folders", async () => {
    await fc.assert(
      fc.asyncProperty(list, names, async (all, opened) => {
        const open = new Set(opened.flatMap((one) => foldersOf(`${one}:`, ":")));
        const view = await treeView(all, ":", open, slices());
        assert.deepEqual(allRows(view).map(textOf), rowsOf(all, open));
      }),
    );
  });

  test("every row is found by its name, and a key in a closed folder by that folder", async () => {
    await fc.assert(
      fc.asyncProperty(list, names, async (all, opened) => {
        const open = new Set(opened.flatMap((one) => foldersOf(`${one}:`, ":")));
        const view = await treeView(all, ":", open, slices());
        allRows(view).forEach((row, i) => assert.equal(view.indexOf(row.name, row.kind), i));
        for (const one of all) {
          const row = view.rowAt(view.indexOf(one, "key")!);
          assert.ok(row.kind === "key" ? row.name === one : !row.isOpen && one.startsWith(row.name), one);
        }
        assert.equal(view.indexOf("no such name", "key"), undefined);
      }),
    );
  });

  test("what is typed finds the first sibling that begins so", async () => {
    await fc.assert(
      fc.asyncProperty(list, names, name, fc.nat(), async (all, opened, text, at) => {
        fc.pre(all.length > 0);
        const open = new Set(opened.flatMap((one) => foldersOf(`${one}:`, ":")));
        const view = await treeView(all, ":", open, slices());
        const rows = allRows(view);
        const { depth, name: here, outer } = rows[at % rows.length]!;
        const folder = here.slice(0, outer);
        const expected = rows.findIndex(
          (row) => row.depth === depth && row.outer === outer && row.name.startsWith(folder + text),
        );
        const found = view.find(text, at % rows.length);
        // A text that goes on beyond a closed folder's label finds the folder, in which there is a name that has it.
        if (expected >= 0) assert.equal(found, expected);
        else if (found !== undefined) {
          const row = rows[found]!;
          assert.ok(all.slice(row.from, row.to).some((one) => one.startsWith(folder + text)));
        }
      }),
    );
  });

  test("a flat list has every name, in any order, forwards and backwards", async () => {
    await fc.assert(
      fc.asyncProperty(list, fc.boolean(), fc.boolean(), async (all, isBackwards, isOrdered) => {
        const values = Float64Array.from(all, (one) => one.length);
        const order = isOrdered ? await sortedIndexes(values, slices()) : undefined;
        const view = flatView(all, order, isBackwards);
        const expected = order === undefined ? [...all] : [...order].map((i) => all[i]!);
        assert.deepEqual(
          allRows(view).map(({ name }) => name),
          isBackwards ? expected.reverse() : expected,
        );
        allRows(view).forEach(({ name, from }, i) => {
          assert.equal(all[from], name);
          assert.equal(view.indexOf(name, "key"), i);
        });
      }),
    );
  });
});

describe("selection", () => {
  const range = fc.oneof(
    name.map(only),
    name.map(beginningWith),
    fc.tuple(name, name).map(([a, b]) => between(a, b)),
  );

  test("is what a set of names would be", () => {
    fc.assert(
      fc.property(list, fc.array(fc.tuple(fc.boolean(), range)), range, (all, steps, asked) => {
        const isIn = (one: string, { from, to }: { from: string; to: string }): boolean => from <= one && one < to;
        let selection: Selection = [];
        let selected: string[] = [];
        for (const [isAdded, range] of steps) {
          selection = isAdded ? select(selection, range) : deselect(selection, range);
          selected = all.filter((one) => (isIn(one, range) ? isAdded : selected.includes(one)));
        }
        assert.deepEqual(selectedOf(selection, all), selected);
        assert.equal(countOf(selection, all), selected.length);
        for (const one of all) assert.equal(isSelected(selection, only(one)), selected.includes(one));
        const inside = all.filter((one) => isIn(one, asked));
        if (isSelected(selection, asked))
          assert.deepEqual(
            inside.filter((one) => !selected.includes(one)),
            [],
          );
        if (inside.some((one) => selected.includes(one))) assert.ok(isPartlySelected(selection, asked));
      }),
    );
  });
});

describe("what people type", () => {
  test("a text without the marks of a glob means what contains it", () => {
    assert.deepEqual(patternOf(""), { glob: undefined, kind: "all" });
    assert.deepEqual(patternOf("user:1"), { glob: "*user:1*", kind: "contains" });
    assert.deepEqual(patternOf("é"), { glob: fromText("*é*"), kind: "contains" });
    for (const glob of ["user:*", "?", "[ab]", "\\*"]) assert.deepEqual(patternOf(glob), { glob, kind: "glob" });
  });

  test("an escaped name matches itself and nothing else", () => {
    const anything = fc.string({ unit: fc.constantFrom("a", "*", "?", "[", "]", "\\", "^", "-", "\n") });
    fc.assert(
      fc.property(anything, anything, (one, other) => {
        assert.equal(new Glob(escapeGlob(one)).matches(other), one === other);
        assert.ok(new Glob(escapeGlob(one)).matches(one));
      }),
    );
  });

  test("a name that is shown in a field is read from it again", () => {
    const bytes = fc.string({ unit: fc.integer({ max: 255, min: 0 }).map((code) => String.fromCharCode(code)) });
    fc.assert(fc.property(bytes, (one) => assert.equal(parseName(typedName(one)), one)));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (one) =>
        assert.equal(parseName(typedName(fromText(one))), fromText(one)),
      ),
    );
    assert.equal(typedName("plain:1"), "plain:1");
    assert.equal(typedName("\xff"), '"\\xff"');
    assert.equal(parseName('"\\x00\\n\\"é"'), `\0\n"${fromText("é")}`);
  });

  test("a time to live is offered in its largest whole unit", () => {
    assert.deepEqual(splitSpan(3_600_000), { amount: 1, unit: "h" });
    assert.deepEqual(splitSpan(90_000), { amount: 90, unit: "s" });
    assert.deepEqual(splitSpan(172_800_000), { amount: 2, unit: "d" });
    assert.deepEqual(splitSpan(1), { amount: 1, unit: "s" });
    const now = Date.UTC(2026, 5, 1, 12, 30, 15);
    assert.equal(new Date(localTime(now)).getTime(), now);
  });
});

describe("what is shown", () => {
  test("nothing without a shape stays hidden, and nothing else is escaped", () => {
    const shown = (text: string): string => visible(fromText(text));
    assert.equal(shown("user:1 é 键 😀"), "user:1 é 键 😀");
    assert.equal(shown("a\u202eb\u200b\u00a0\0\n"), "a\\u{202e}b\\u{200b}\\u{a0}\\x00\\n");
    assert.equal(visible("\xff\xc3"), "\\xff\\xc3");
    assert.equal(visible("\xed\xa0\x80"), "\\xed\\xa0\\x80");
    // An escape is told from the same text by its piece.
    assert.deepEqual(piecesOf("\\n\n"), [
      { text: "\\n", isEscape: false },
      { text: "\\n", isEscape: true },
    ]);
  });

  test("a name is cut between its characters", () => {
    assert.equal(beginningOf(fromText("äöü"), 3), fromText("ä…"));
    assert.equal(beginningOf(fromText("äöü"), 4), fromText("äö…"));
    assert.equal(beginningOf("\xff\xff\xff\xff", 2), `\xff\xff${fromText("…")}`);
    assert.equal(beginningOf("abc", 3), "abc");
  });

  test("times and sizes are short", () => {
    assert.deepEqual([0, 500, 59_999, 7_500_000, 86_400_000].map(spanText), [
      "0 s",
      "< 1 s",
      "59 s",
      "2 h 5 min",
      "1 d",
    ]);
    assert.deepEqual([0, 59_999, 7_500_000].map(shortSpan), ["0 s", "59 s", "2 h"]);
    assert.deepEqual([999, 1000, 999_499, 999_999, 1.5e9].map(bytesText), [
      "999 B",
      "1.0 kB",
      "999 kB",
      "1.0 MB",
      "1.5 GB",
    ]);
  });
});

describe("commands of bytes", () => {
  test("words that a browser would resolve in a path are refused", () => {
    for (const word of ["", ".", ".."]) {
      assert.throws(() => encodeCommand(["LPUSH", "key", word, "\xff"]), RangeError);
      assert.equal(encodeCommand(["LPUSH", "key", word, "text"]).path, "");
      assert.equal(encodeCommand(["SET", "\xff", word]).path, "SET/%ff");
    }
    assert.equal(encodeCommand(["GET", "...", "\xff"]).path, "GET/%2e%2e%2e");
  });
});
