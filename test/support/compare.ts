/** Compares two RESP2 replies as trees, as strictly as a suite's mark asks. */
import type { Mode } from "../contract/suite.ts";
import type { Frame } from "./resp.ts";

const DOUBLE = /^-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?$/;
/** A text in which a double may have more than one form. */
const LONG_FORM = /[.e]|[0-9]{16}/;

/** A reply in one line, for messages and for sorting. */
export function show(frame: Frame): string {
  if (frame.kind === "array") return frame.items === null ? "(nil array)" : `[${frame.items.map(show).join(", ")}]`;
  if (frame.kind === "bulk") return frame.text === null ? "(nil)" : JSON.stringify(frame.text);
  return `(${frame.kind}) ${frame.text}`;
}

/** Whether `ours` is an acceptable reply where the reference answers `theirs`. */
export function agrees(ours: Frame, theirs: Frame, mode: Mode): boolean {
  if (ours.kind === "array" && theirs.kind === "array") return arraysAgree(ours.items, theirs.items, mode);
  if (ours.kind === "array" || theirs.kind === "array" || ours.kind !== theirs.kind) return false;
  if (ours.text === theirs.text) return true;
  if (ours.text === null || theirs.text === null || ours.kind === "error") return false;
  if (mode === "shape") return true;
  if (mode === "near") return near(Number(ours.text), Number(theirs.text));
  if (mode === "distance" && sameDistance(ours.text, theirs.text)) return true;
  return ours.kind === "bulk" && sameDouble(ours.text, theirs.text);
}

function arraysAgree(ours: Frame[] | null, theirs: Frame[] | null, mode: Mode): boolean {
  if (ours === null || theirs === null) return ours === theirs;
  if (ours.length !== theirs.length) return false;
  if (mode !== "unordered") return ours.every((item, i) => agrees(item, theirs[i]!, mode));
  const [a, b] = [ours, theirs].map((items) => items.toSorted((x, y) => (sortKey(x) < sortKey(y) ? -1 : 1)));
  return a!.every((item, i) => agrees(item, b![i]!, mode));
}

function sortKey(frame: Frame): string {
  if (frame.kind === "array" && frame.items !== null) return frame.items.map(sortKey).sort().join();
  // Doubles are to stand in the same order on both sides, however many digits each side prints.
  const text = frame.kind === "bulk" ? frame.text : null;
  return text !== null && DOUBLE.test(text) && LONG_FORM.test(text) ? `${Number(text)} ${text}` : show(frame);
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(1000, Math.abs(b) / 500);
}

/** Redis 7.0 prints doubles with 17 digits, later versions and we in the shortest form: `0.1` for 0.10000000000000001. */
function sameDouble(a: string, b: string): boolean {
  return DOUBLE.test(a) && LONG_FORM.test(b) && Number(a) === Number(b);
}

const DISTANCE = /^[0-9]+\.[0-9]{4}$/;

/** A distance goes through sines, whose last bit is the platform's; where it lies between two, the last digit differs. */
function sameDistance(a: string, b: string): boolean {
  return DISTANCE.test(a) && DISTANCE.test(b) && Math.abs(Number(a) - Number(b)) < 0.00015;
}
