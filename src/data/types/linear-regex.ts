/**
 * Regular expressions whose time is bounded, for patterns and texts that clients send. A pattern becomes a program whose
 * instructions are followed all at once (Thompson, https://swtch.com/~rsc/regexp/regexp2.html). The sets of instructions
 * that this passes through are kept as nodes of an automaton, so most chars cost one look into a table.
 *
 * The syntax is RE2's without Unicode properties: no look-around and no back-references. The answer is only whether the
 * pattern occurs in the text.
 *
 * Invariant: a node is the set of instructions to follow at a position together with what stands before that position,
 * so its known transitions hold for every text. A text that needs more than {@link NODES_MAX} nodes is followed without
 * keeping any, and the next text begins with none.
 *
 * Cost: a step for a char whose transition is known, else a step for each instruction followed, at most the program's
 * size. The caller is told the steps as they are taken and may end the search. Memory is bounded by {@link PROGRAM_MAX}
 * and {@link NODES_MAX}.
 */
import { parseRegex } from "./linear-regex-parser.ts";
import type { CharSet, Position, RegexNode } from "./linear-regex-parser.ts";

type Instruction =
  | { readonly op: "char"; readonly set: CharSet }
  | { readonly op: "split"; first: number; second: number }
  | { readonly op: "jump"; to: number }
  | { readonly op: "assert"; readonly position: Position }
  | { readonly op: "match" };

/** Longer patterns are refused: to parse them would take too long. */
const PATTERN_CHARS_MAX = 32 * 1024;

/** Instructions of one program. Counted repetitions are written out, so they reach it soonest. */
const PROGRAM_MAX = 4096;

/** Nodes of one automaton, at 256 bytes each and a word for each of its instructions. */
const NODES_MAX = 64;

/** Chars that have a transition in a node's table; those above are followed each time. */
const TABLE_CHARS = 128;

/** Steps that are charged at once. */
const STEPS_UNCHARGED_MAX = 1024;

/** Transitions that are no node's number: one that is not known yet, and one that completes a match. */
const UNKNOWN = -1;
const MATCH = -2;

/** What stands on one side of a position, as far as assertions tell it apart. */
type Side = "nothing" | "newline" | "word" | "other";

interface AutomatonNode {
  /** Instructions to follow. The first of the program is always followed too. */
  readonly states: readonly number[];
  readonly before: Side;
  /** By char: the number of the next node, {@link MATCH} or {@link UNKNOWN}. Undefined for a node that is not kept. */
  readonly next: Int16Array | undefined;
}

/** A compiled regular expression. */
export class LinearRegex {
  private readonly program: Instruction[] = [];
  /** For each instruction, the round in which it was last followed: none is followed twice in one round. */
  private readonly entered: Uint32Array;
  private round = 0;
  private steps = 0;
  private nodes: AutomatonNode[] = [];
  private readonly numbers = new Map<string, number>();

  /** Throws a RangeError for a pattern that is not in the syntax, or is too long or too large. */
  constructor(pattern: string) {
    if (pattern.length > PATTERN_CHARS_MAX) throw new RangeError("regular expression too long");
    emit(this.program, parseRegex(pattern));
    this.program.push({ op: "match" });
    this.entered = new Uint32Array(this.program.length);
  }

  /** Whether the pattern occurs in the text. `charge` is told the steps in portions, the last at the end, and may throw. */
  test(text: string, charge: (steps: number) => void): boolean {
    this.steps = 0;
    if (this.nodes.length === NODES_MAX) this.forgetNodes();
    let node: AutomatonNode | undefined = this.nodes[0] ?? this.nodes[this.keep([], "nothing")]!;
    for (let at = 0; at < text.length && node !== undefined; at++) {
      const code = text.charCodeAt(at);
      const number: number = code < TABLE_CHARS && node.next !== undefined ? node.next[code]! : UNKNOWN;
      if (number === UNKNOWN) {
        const point = text.codePointAt(at)!;
        if (point > 0xffff) at++;
        node = this.move(node, point);
      } else {
        node = number === MATCH ? undefined : this.nodes[number]!;
      }
      if (++this.steps >= STEPS_UNCHARGED_MAX) {
        charge(this.steps);
        this.steps = 0;
      }
    }
    const matches = node === undefined || this.follow(node, "nothing") === undefined;
    charge(this.steps);
    return matches;
  }

  /** The node that a code point leads to; undefined for a match. */
  private move(node: AutomatonNode, code: number): AutomatonNode | undefined {
    const side = sideOf(code);
    const reached = this.follow(node, side);
    const states: number[] = [];
    for (const state of reached ?? []) {
      const instruction = this.program[state]!;
      if (instruction.op === "char" && instruction.set.has(code)) states.push(state + 1);
    }
    if (node.next === undefined || code >= TABLE_CHARS) return reached && { states, before: side, next: undefined };
    const number = reached === undefined ? MATCH : this.keep(states, side);
    if (number === UNKNOWN) return { states, before: side, next: undefined };
    node.next[code] = number;
    return number === MATCH ? undefined : this.nodes[number];
  }

  /** The number of a node that is kept; {@link UNKNOWN} when there are too many to keep another. */
  private keep(states: number[], before: Side): number {
    const name = `${before} ${states.sort(ascending).join()}`;
    const found = this.numbers.get(name);
    if (found !== undefined) return found;
    if (this.nodes.length === NODES_MAX) return UNKNOWN;
    this.numbers.set(name, this.nodes.length);
    return this.nodes.push({ states, before, next: new Int16Array(TABLE_CHARS).fill(UNKNOWN) }) - 1;
  }

  private forgetNodes(): void {
    this.nodes = [];
    this.numbers.clear();
  }

  /** The char instructions that a node leads to before what stands after it; undefined when it leads to a match. */
  private follow({ states, before }: AutomatonNode, after: Side): number[] | undefined {
    const reached: number[] = [];
    const pending = [...states, 0];
    this.round++;
    while (pending.length > 0) {
      const state = pending.pop()!;
      this.steps++;
      if (this.entered[state] === this.round) continue;
      this.entered[state] = this.round;
      const instruction = this.program[state]!;
      if (instruction.op === "match") return undefined;
      if (instruction.op === "char") reached.push(state);
      else if (instruction.op === "jump") pending.push(instruction.to);
      else if (instruction.op === "split") pending.push(instruction.second, instruction.first);
      else if (holds(instruction.position, before, after)) pending.push(state + 1);
    }
    return reached;
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

function holds(position: Position, before: Side, after: Side): boolean {
  switch (position) {
    case "text-start":
      return before === "nothing";
    case "text-end":
      return after === "nothing";
    case "line-start":
      return before === "nothing" || before === "newline";
    case "line-end":
      return after === "nothing" || after === "newline";
    case "word-edge":
      return (before === "word") !== (after === "word");
    case "no-word-edge":
      return (before === "word") === (after === "word");
  }
}

function sideOf(code: number): Side {
  if (code === 0x0a) return "newline";
  const lower = code | 0x20;
  const isWord = (code >= 0x30 && code <= 0x39) || code === 0x5f || (lower >= 0x61 && lower <= 0x7a && code < 0x80);
  return isWord ? "word" : "other";
}

function emit(program: Instruction[], node: RegexNode): void {
  switch (node.kind) {
    case "chars":
      push(program, { op: "char", set: node.set });
      return;
    case "position":
      push(program, { op: "assert", position: node.position });
      return;
    case "sequence":
      for (const item of node.items) emit(program, item);
      return;
    case "choice":
      emitChoice(program, node.items);
      return;
    case "repeat":
      emitRepeat(program, node.item, node.min, node.max);
  }
}

function emitChoice(program: Instruction[], items: readonly RegexNode[]): void {
  const jumps: { op: "jump"; to: number }[] = [];
  items.forEach((item, i) => {
    if (i === items.length - 1) {
      emit(program, item);
      return;
    }
    const split = { op: "split" as const, first: program.length + 1, second: 0 };
    push(program, split);
    emit(program, item);
    const jump = { op: "jump" as const, to: 0 };
    push(program, jump);
    jumps.push(jump);
    split.second = program.length;
  });
  for (const jump of jumps) jump.to = program.length;
}

function emitRepeat(program: Instruction[], item: RegexNode, min: number, max: number): void {
  for (let i = 0; i < min; i++) {
    const before = program.length;
    emit(program, item);
    // An item without instructions has none however often it repeats; nested `(){1000}` must not count to a thousand.
    if (program.length === before) break;
  }
  if (max === Infinity) {
    const start = program.length;
    const split = { op: "split" as const, first: start + 1, second: 0 };
    push(program, split);
    emit(program, item);
    push(program, { op: "jump", to: start });
    split.second = program.length;
    return;
  }
  const splits: { second: number }[] = [];
  for (let i = min; i < max; i++) {
    const split = { op: "split" as const, first: program.length + 1, second: 0 };
    push(program, split);
    splits.push(split);
    emit(program, item);
  }
  for (const split of splits) split.second = program.length;
}

function push(program: Instruction[], instruction: Instruction): void {
  if (program.length >= PROGRAM_MAX) throw new RangeError("regular expression too large");
  program.push(instruction);
}
