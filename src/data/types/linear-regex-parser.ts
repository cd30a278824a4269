/** Parses regular expressions. `linear-regex.ts` names the syntax. */
import { TextCursor } from "./text-cursor.ts";

/** An assertion about a position in the text. */
export type Position = "text-start" | "text-end" | "line-start" | "line-end" | "word-edge" | "no-word-edge";

/** A node of a parsed pattern. */
export type RegexNode =
  | { readonly kind: "chars"; readonly set: CharSet }
  | { readonly kind: "position"; readonly position: Position }
  | { readonly kind: "sequence" | "choice"; readonly items: readonly RegexNode[] }
  | { readonly kind: "repeat"; readonly item: RegexNode; readonly min: number; readonly max: number };

type Range = readonly [first: number, last: number];

/** A set of code points, as ranges that are in order and apart. To test a code point costs O(log ranges). */
export class CharSet {
  private readonly ranges: readonly Range[];
  private readonly isNegated: boolean;
  private readonly ignoreCase: boolean;

  constructor(ranges: readonly Range[], isNegated = false, ignoreCase = false) {
    this.ranges = ranges.length > 1 ? merged(ranges) : ranges;
    this.isNegated = isNegated;
    this.ignoreCase = ignoreCase;
  }

  has(code: number): boolean {
    return this.includes(code) !== this.isNegated;
  }

  private includes(code: number): boolean {
    if (this.lists(code)) return true;
    if (!this.ignoreCase) return false;
    const char = String.fromCodePoint(code);
    return this.lists(char.toLowerCase().codePointAt(0)!) || this.lists(char.toUpperCase().codePointAt(0)!);
  }

  private lists(code: number): boolean {
    const { ranges } = this;
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ranges[middle]![1] < code) low = middle + 1;
      else high = middle;
    }
    return low < ranges.length && ranges[low]![0] <= code;
  }
}

/** The ranges in ascending order, those that overlap joined. */
function merged(ranges: readonly Range[]): readonly Range[] {
  const apart: Range[] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = apart.at(-1);
    if (before === undefined || first > before[1]) apart.push([first, last]);
    else if (last > before[1]) apart[apart.length - 1] = [before[0], last];
  }
  return apart;
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

const CODE_MAX = 0x10ffff;

const CLASSES: ReadonlyMap<string, readonly Range[]> = new Map<string, readonly Range[]>([
  ["d", [[48, 57]]],
  [
    "w",
    [
      [48, 57],
      [65, 90],
      [95, 95],
      [97, 122],
    ],
  ],
  [
    "s",
    [
      [9, 13],
      [32, 32],
    ],
  ],
]);

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["f", 12],
  ["v", 11],
  ["a", 7],
]);

/** The highest count of a repetition, as in RE2. */
const REPEAT_MAX = 1000;

/** Nesting of groups. */
const GROUP_DEPTH_MAX = 100;

/** The parts of a pattern. Throws a RangeError for one that is not in the syntax. */
export function parseRegex(pattern: string): RegexNode {
  return new RegexParser(pattern).whole();
}

class RegexParser extends TextCursor {
  private depth = 0;
  private flags: Flags = { ignoreCase: false, multiline: false, dotAll: false };

  whole(): RegexNode {
    const node = this.choice();
    if (!this.isAtEnd) throw new RangeError("unmatched )");
    return node;
  }

  private choice(): RegexNode {
    const items = [this.sequence()];
    while (this.take("|")) items.push(this.sequence());
    return items.length === 1 ? items[0]! : { kind: "choice", items };
  }

  private sequence(): RegexNode {
    const items: RegexNode[] = [];
    while (!this.isAtEnd && this.text[this.at] !== "|" && this.text[this.at] !== ")") {
      const item = this.atom();
      if (item !== undefined) items.push(this.repeated(item));
    }
    return { kind: "sequence", items };
  }

  private repeated(item: RegexNode): RegexNode {
    const bounds = this.quantifier();
    if (bounds === undefined) return item;
    // A lazy quantifier matches the same texts.
    this.take("?");
    return { kind: "repeat", item, min: bounds[0], max: bounds[1] };
  }

  private quantifier(): readonly [number, number] | undefined {
    if (this.take("*")) return [0, Infinity];
    if (this.take("+")) return [1, Infinity];
    if (this.take("?")) return [0, 1];
    const counted = this.match(/\{([0-9]{1,5})(?:(,)([0-9]{0,5}))?\}/y);
    if (counted === undefined) return undefined;
    const min = Number(counted[1]);
    const max = counted[2] === undefined ? min : counted[3] === "" ? Infinity : Number(counted[3]);
    if (min > REPEAT_MAX || (max !== Infinity && max > REPEAT_MAX) || max < min) throw new RangeError("bad repetition");
    return [min, max];
  }

  /** The next part; undefined for a group that only sets flags. */
  private atom(): RegexNode | undefined {
    const char = String.fromCodePoint(this.text.codePointAt(this.at)!);
    this.at += char.length;
    switch (char) {
      case "(":
        return this.group();
      case "[":
        return { kind: "chars", set: this.bracket() };
      case ".":
        return { kind: "chars", set: this.flags.dotAll ? new CharSet([], true) : new CharSet([[10, 10]], true) };
      case "^":
        return { kind: "position", position: this.flags.multiline ? "line-start" : "text-start" };
      case "$":
        return { kind: "position", position: this.flags.multiline ? "line-end" : "text-end" };
      case "\\":
        return this.escape();
      case "*":
      case "+":
      case "?":
        throw new RangeError("nothing to repeat");
      default:
        return this.single(char.codePointAt(0)!);
    }
  }

  private single(code: number): RegexNode {
    return { kind: "chars", set: new CharSet([[code, code]], false, this.flags.ignoreCase) };
  }

  private group(): RegexNode | undefined {
    const before = this.flags;
    const head = this.match(/\?(?:([imsU-]*)([:)])|P?<[A-Za-z_][A-Za-z0-9_]*>)/y);
    if (head === undefined && this.text[this.at] === "?") throw new RangeError("unknown kind of group");
    if (head?.[2] !== undefined) this.flags = withFlags(before, head[1]!);
    // `(?i)` applies to the rest of the group around it.
    if (head?.[2] === ")") return undefined;
    if (++this.depth > GROUP_DEPTH_MAX) throw new RangeError("groups nested too deeply");
    const inner = this.choice();
    this.depth--;
    if (!this.take(")")) throw new RangeError("missing )");
    this.flags = before;
    return inner;
  }

  private escape(): RegexNode {
    const char = this.text[this.at];
    const position = char === undefined ? undefined : POSITION_ESCAPES.get(char);
    if (position !== undefined) {
      this.at++;
      return { kind: "position", position };
    }
    const ranges = this.classEscape();
    if (ranges !== undefined) return { kind: "chars", set: new CharSet(ranges) };
    return this.single(this.charEscape());
  }

  /** The ranges of `\d`, `\W` and the other classes; undefined for another escape. */
  private classEscape(): readonly Range[] | undefined {
    const char = this.text[this.at] ?? "";
    const ranges = CLASSES.get(char.toLowerCase());
    if (ranges === undefined) return undefined;
    this.at++;
    return char === char.toLowerCase() ? ranges : complement(ranges);
  }

  private charEscape(): number {
    const code = this.match(/x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})/y);
    if (code !== undefined) {
      const value = Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16);
      if (value > CODE_MAX) throw new RangeError("no such character");
      return value;
    }
    const char = this.text[this.at];
    if (char === undefined) throw new RangeError("trailing backslash");
    const control = CONTROLS.get(char);
    // Any other letter or digit is a reference, or unknown.
    if (control === undefined && /[A-Za-z0-9]/.test(char)) throw new RangeError(`unknown escape \\${char}`);
    const plain = this.text.codePointAt(this.at)!;
    this.at += plain > 0xffff ? 2 : 1;
    return control ?? plain;
  }

  private bracket(): CharSet {
    const isNegated = this.take("^");
    const ranges: Range[] = [];
    for (let first = true; first || this.text[this.at] !== "]"; first = false) {
      if (this.isAtEnd) throw new RangeError("missing ]");
      const item = this.classItem();
      if (typeof item !== "number") {
        ranges.push(...item);
      } else if (this.text[this.at] === "-" && this.text[this.at + 1] !== "]") {
        this.at++;
        const last = this.classItem();
        if (typeof last !== "number" || last < item) throw new RangeError("bad range");
        ranges.push([item, last]);
      } else {
        ranges.push([item, item]);
      }
    }
    this.at++;
    return new CharSet(ranges, isNegated, this.flags.ignoreCase);
  }

  private classItem(): number | readonly Range[] {
    if (this.take("\\")) return this.classEscape() ?? this.charEscape();
    const code = this.text.codePointAt(this.at);
    if (code === undefined) throw new RangeError("missing ]");
    this.at += code > 0xffff ? 2 : 1;
    return code;
  }
}

const POSITION_ESCAPES: ReadonlyMap<string, Position> = new Map<string, Position>([
  ["A", "text-start"],
  ["z", "text-end"],
  ["b", "word-edge"],
  ["B", "no-word-edge"],
]);

/** Applies flags such as `i-s`, which turns one on and another off. */
function withFlags(flags: Flags, text: string): Flags {
  const [on = "", off = ""] = text.split("-");
  const chosen = (flag: string, before: boolean): boolean => !off.includes(flag) && (on.includes(flag) || before);
  return {
    ignoreCase: chosen("i", flags.ignoreCase),
    multiline: chosen("m", flags.multiline),
    dotAll: chosen("s", flags.dotAll),
  };
}

/** The gaps between ascending ranges. */
function complement(ranges: readonly Range[]): readonly Range[] {
  const gaps: Range[] = [];
  let next = 0;
  for (const [first, last] of ranges) {
    if (first > next) gaps.push([next, first - 1]);
    next = last + 1;
  }
  gaps.push([next, CODE_MAX]);
  return gaps;
}
