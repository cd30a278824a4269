/** Compares two replies as trees, as strictly as a suite's mark asks. */
import type { Mode } from "../contract/suite.ts";
import type { Frame } from "./resp.ts";

const DOUBLE = /^-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?$/;
/** Two of these are equal to the last digit or not at all. */
const INTEGER = /^-?[0-9]+$/;
/** A text in which a double may have more than one form. */
const LONG_FORM = /[.e]|[0-9]{16}/;

/** A reply in one line, for messages and for sorting. */
export function show(frame: Frame): string {
  if ("items" in frame) {
    const kind = frame.kind === "array" ? "" : frame.kind;
    return frame.items === null ? "(nil array)" : `${kind}[${frame.items.map(show).join(", ")}]`;
  }
  if (frame.kind === "bulk") return frame.text === null ? "(nil)" : JSON.stringify(frame.text);
  return `(${frame.kind}) ${frame.text}`;
}

/** How far apart two times may be that are taken one after the other, in milliseconds. */
const APART_MS = 1000;

/**
 * Whether `ours` is an acceptable reply where the reference answers `theirs`. `apartMs` is how far apart times may be
 * in mode `near`.
 */
export function agrees(ours: Frame, theirs: Frame, mode: Mode, apartMs = APART_MS): boolean {
  if (ours.kind !== theirs.kind) return false;
  if ("items" in ours) return aggregatesAgree(ours, theirs as Aggregate, mode, apartMs);
  const { text } = theirs as typeof ours;
  if (ours.text === text) return true;
  if (ours.text === null || text === null || ours.kind === "error") return false;
  if (mode === "shape") return true;
  if (mode === "near") return near(Number(ours.text), Number(text), apartMs);
  if (mode === "distance" && sameDistance(ours.text, text)) return true;
  if (ours.kind === "double") return Number(ours.text) === Number(text);
  return ours.kind === "bulk" && sameDouble(ours.text, text);
}

type Aggregate = Extract<Frame, { items: Frame[] | null }> | Extract<Frame, { items: Frame[] }>;

/** Neither a set nor a map has an order. */
function aggregatesAgree(ours: Aggregate, theirs: Aggregate, mode: Mode, apartMs: number): boolean {
  if (ours.items === null || theirs.items === null) return ours.items === theirs.items;
  if (ours.items.length !== theirs.items.length) return false;
  const pairAgrees = (a: Frame, b: Frame): boolean => agrees(a, b, mode, apartMs);
  if (ours.kind === "map" && mode !== "shape") return pairAgrees(entriesOf(ours.items), entriesOf(theirs.items));
  if (mode === "shape" || (mode !== "unordered" && ours.kind !== "set")) {
    return ours.items.every((item, i) => pairAgrees(item, theirs.items![i]!));
  }
  const [a, b] = [ours.items, theirs.items].map((items) =>
    items.toSorted((x, y) => (sortKey(x) < sortKey(y) ? -1 : 1)),
  );
  return a!.every((item, i) => pairAgrees(item, b![i]!));
}

/** A map as the set of its entries. */
function entriesOf(items: readonly Frame[]): Frame {
  const entries: Frame[] = [];
  for (let i = 0; i < items.length; i += 2) entries.push({ kind: "array", items: [items[i]!, items[i + 1]!] });
  return { kind: "set", items: entries };
}

function sortKey(frame: Frame): string {
  if ("items" in frame && frame.items !== null) return frame.items.map(sortKey).sort().join();
  // Doubles are to stand in the same order on both sides, however many digits each side prints.
  const text = frame.kind === "bulk" ? frame.text : null;
  return text !== null && DOUBLE.test(text) && LONG_FORM.test(text) ? `${Number(text)} ${text}` : show(frame);
}

function near(a: number, b: number, apartMs: number): boolean {
  return Math.abs(a - b) <= Math.max(apartMs, Math.abs(b) / 500);
}

/** Redis 7.0 prints doubles with 17 digits, later versions and we in the shortest form: `0.1` for 0.10000000000000001. */
function sameDouble(a: string, b: string): boolean {
  return DOUBLE.test(a) && LONG_FORM.test(b) && Number(a) === Number(b) && !(INTEGER.test(a) && INTEGER.test(b));
}

const DISTANCE = /^[0-9]+\.[0-9]{4}$/;

/** A distance goes through sines, whose last bit is the platform's; where it lies between two, the last digit differs. */
function sameDistance(a: string, b: string): boolean {
  return DISTANCE.test(a) && DISTANCE.test(b) && Math.abs(Number(a) - Number(b)) < 0.00015;
}
