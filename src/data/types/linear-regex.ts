/**
 * Regular expressions in linear time, for patterns and texts from strangers. A pattern becomes a small program whose
 * states are followed all at once (Thompson, https://swtch.com/~rsc/regexp/regexp2.html), so the time is bounded by the
 * text's length times the program's size, whatever the pattern.
 *
 * The syntax is that of RE2 less Unicode properties: no look-around and no back-references. It answers only whether the
 * pattern occurs somewhere in the text.
 */
import { parseRegex } from "./linear-regex-parser.ts";
import type { CharSet, Position, RegexNode } from "./linear-regex-parser.ts";

type Instruction =
  | { readonly op: "char"; readonly set: CharSet }
  | { readonly op: "split"; first: number; second: number }
  | { readonly op: "jump"; to: number }
  | { readonly op: "assert"; readonly position: Position }
  | { readonly op: "match" };

/** Instructions of one program; counted repetitions are written out and reach it soonest. */
const PROGRAM_MAX = 4096;

const END = -1;

export class LinearRegex {
  private readonly program: Instruction[] = [];
  /** For each instruction, the step in which it was last entered: no state is followed twice in one step. */
  private readonly entered: Uint32Array;
  private step = 0;

  /** Throws a RangeError for a pattern that is not in the syntax or too large. */
  constructor(pattern: string) {
    emit(this.program, parseRegex(pattern));
    this.program.push({ op: "match" });
    this.entered = new Uint32Array(this.program.length);
  }

  /** Whether the pattern occurs in the text. `charge` is told of the states visited, char by char, and may throw. */
  test(text: string, charge: (steps: number) => void): boolean {
    let states: number[] = [];
    let previous = END;
    let at = 0;
    this.entered.fill(0);
    this.step = 0;
    for (;;) {
      const current = at < text.length ? text.codePointAt(at)! : END;
      this.step++;
      const next: number[] = [];
      for (const state of states) if (this.follow(state, previous, current, next)) return true;
      // The pattern may begin anywhere.
      if (this.follow(0, previous, current, next)) return true;
      if (current === END) return false;
      charge(next.length + 1);
      states = [];
      for (const state of next) {
        const instruction = this.program[state]!;
        if (instruction.op === "char" && instruction.set.has(current)) states.push(state + 1);
      }
      previous = current;
      at += current > 0xffff ? 2 : 1;
    }
  }

  /** Adds to `out` the char instructions that a state leads to at this position; true when it leads to the end. */
  private follow(start: number, previous: number, current: number, out: number[]): boolean {
    const pending = [start];
    while (pending.length > 0) {
      const state = pending.pop()!;
      if (this.entered[state] === this.step) continue;
      this.entered[state] = this.step;
      const instruction = this.program[state]!;
      if (instruction.op === "match") return true;
      if (instruction.op === "char") out.push(state);
      else if (instruction.op === "jump") pending.push(instruction.to);
      else if (instruction.op === "split") pending.push(instruction.second, instruction.first);
      else if (holds(instruction.position, previous, current)) pending.push(state + 1);
    }
    return false;
  }
}

function holds(position: Position, previous: number, current: number): boolean {
  switch (position) {
    case "text-start":
      return previous === END;
    case "text-end":
      return current === END;
    case "line-start":
      return previous === END || previous === 0x0a;
    case "line-end":
      return current === END || current === 0x0a;
    case "word-edge":
      return isWord(previous) !== isWord(current);
    case "no-word-edge":
      return isWord(previous) === isWord(current);
  }
}

function isWord(code: number): boolean {
  return code !== END && /\w/.test(String.fromCodePoint(code));
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
    // What emits nothing does so however often: `(){1000}` inside others must not count to a thousand each time.
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
