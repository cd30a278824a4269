/**
 * The sparse form of a HyperLogLog sketch: runs of equal registers, in order, from byte 16 on.
 *
 * | bytes               | run                                                    |
 * | ------------------- | ------------------------------------------------------ |
 * | `00nnnnnn`          | n + 1 registers of 0, up to 64                         |
 * | `01nnnnnn nnnnnnnn` | n + 1 registers of 0, up to 16384, high byte first     |
 * | `1vvvvvnn`          | n + 1 registers of v + 1, up to 4 registers, up to 32  |
 *
 * Equal registers can be written in several ways. The steps here are Redis's, and so are the resulting bytes.
 */
import type { ByteBuffer } from "./byte-buffer.ts";

/** The number of registers of a sketch. */
export const REGISTERS = 16384;
/** Bytes before the registers of a sketch. */
export const HEADER_BYTES = 16;

const LONG_ZEROS = 0x40;
const VALUES = 0x80;
const SHORT_ZEROS_MAX = 64;
const VALUE_MAX = 32;
const VALUE_RUN_MAX = 4;
/** Runs that are compared with their neighbour for merging, from the one before the change on. */
const JOINED_RUNS_MAX = 5;

/**
 * Visits each run: its first register, its length and its value. Answers false when the runs do not cover all registers
 * exactly.
 */
export function forEachRun(sketch: ByteBuffer, visit: (index: number, length: number, value: number) => void): boolean {
  const bytes = sketch.view();
  let index = 0;
  for (let at = HEADER_BYTES; at < bytes.length; at += runBytes(bytes, at)) {
    const length = runLength(bytes, at);
    if (index + length > REGISTERS) return false;
    visit(index, length, runValue(bytes, at));
    index += length;
  }
  return index === REGISTERS;
}

/** The runs as text, as PFDEBUG DECODE prints them: `Z:1000 v:2,1 z:19`. */
export function decodeRuns(sketch: ByteBuffer): string {
  const bytes = sketch.view();
  const runs: string[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; at += runBytes(bytes, at)) {
    const length = runLength(bytes, at);
    const value = runValue(bytes, at);
    if (value > 0) runs.push(`v:${value},${length}`);
    else runs.push(`${isLong(bytes, at) ? "Z" : "z"}:${length}`);
  }
  return runs.join(" ");
}

function isLong(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! & (VALUES | LONG_ZEROS)) === LONG_ZEROS;
}

function runBytes(bytes: Uint8Array, at: number): number {
  return isLong(bytes, at) ? 2 : 1;
}

function runLength(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  if (byte >= VALUES) return (byte & 3) + 1;
  if (byte < LONG_ZEROS) return byte + 1;
  // A truncated string ends before its second byte.
  return (((byte & 0x3f) << 8) | (bytes[at + 1] ?? 0)) + 1;
}

/** The value of a run's registers; 0 for both kinds of zero runs. */
function runValue(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  return byte >= VALUES ? ((byte >>> 2) & 0x1f) + 1 : 0;
}

function values(value: number, length: number): number {
  return VALUES | ((value - 1) << 2) | (length - 1);
}

/** A run of zeros; nothing for a length of 0. */
function zeros(length: number): number[] {
  if (length === 0) return [];
  const n = length - 1;
  return length <= SHORT_ZEROS_MAX ? [n] : [LONG_ZEROS | (n >>> 8), n & 0xff];
}

/**
 * Raises a register to at least `value`. Answers `too-large`, and changes nothing, when that takes the dense form or
 * more than `sparseBytesMax` bytes.
 */
export function raiseSparse(
  sketch: ByteBuffer,
  index: number,
  value: number,
  sparseBytesMax: number,
): "raised" | "unchanged" | "corrupt" | "too-large" {
  if (value > VALUE_MAX) return "too-large";
  const bytes = sketch.view();
  let at = HEADER_BYTES;
  let before = HEADER_BYTES;
  let first = 0;
  let length = 0;
  for (; at < bytes.length; at += runBytes(bytes, at)) {
    length = runLength(bytes, at);
    if (index < first + length) break;
    first += length;
    before = at;
  }
  if (at >= bytes.length) return "corrupt";
  const old = runValue(bytes, at);
  if (old >= value) return "unchanged";
  const split = splitRun(old, index - first, first + length - 1 - index, value);
  const added = split.length - runBytes(bytes, at);
  if (added > 0 && sketch.length + added > sparseBytesMax) return "too-large";
  sketch.splice(at, runBytes(bytes, at), split);
  joinRuns(sketch, before);
  return "raised";
}

/**
 * The parts of a run to the left and the right of one register that gets another value, with that register between
 * them.
 */
function splitRun(old: number, left: number, right: number, value: number): number[] {
  const rest = (length: number): number[] => (old === 0 ? zeros(length) : length === 0 ? [] : [values(old, length)]);
  return [...rest(left), values(value, 1), ...rest(right)];
}

/** Merges neighbouring runs of the same value, up to the longest run that can be written. */
function joinRuns(sketch: ByteBuffer, from: number): void {
  // Merging only shortens the sketch, so the view stays valid.
  const bytes = sketch.view();
  let at = from;
  for (let visited = 0; visited < JOINED_RUNS_MAX && at < sketch.length; visited++) {
    const value = runValue(bytes, at);
    const next = at + runBytes(bytes, at);
    if (value > 0 && next < sketch.length && runValue(bytes, next) === value) {
      const length = runLength(bytes, at) + runLength(bytes, next);
      if (length <= VALUE_RUN_MAX) {
        sketch.splice(at, 2, [values(value, length)]);
        continue;
      }
    }
    at = next;
  }
}
