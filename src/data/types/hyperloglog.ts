/**
 * HyperLogLog: estimates the number of distinct elements added, from 16384 registers of 6 bits. A sketch is a string,
 * so GET and SET move it, and its bytes are Redis's exactly:
 *
 * | bytes  | content                                                                   |
 * | ------ | ------------------------------------------------------------------------- |
 * | 0–3    | `HYLL`                                                                    |
 * | 4      | 0 for the dense form, 1 for the sparse one                                |
 * | 5–7    | unused                                                                    |
 * | 8–15   | the last estimate, little-endian; its highest bit set when it is outdated |
 * | 16–    | the registers                                                             |
 *
 * The dense form has the registers one after another, from the lowest bit on. The sparse form has runs of equal
 * registers; see `hyperloglog-sparse.ts`.
 *
 * A client may store any string that begins like a sketch, so everything after the header is checked.
 */
import { int64, INT64_MIN } from "../../core/numbers.ts";
import type { Int64 } from "../../core/numbers.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { murmurHash64A } from "./murmur64.ts";
import { forEachRun, HEADER_BYTES, raiseSparse, REGISTERS } from "./hyperloglog-sparse.ts";

/** Bits of a hash that select the register. */
const INDEX_BITS = 14;
const INDEX_MASK = REGISTERS - 1;
/** Bits of a hash whose trailing zeros are counted. A register holds up to one more. */
const PATTERN_BITS = 64 - INDEX_BITS;
const REGISTER_VALUES = 64;

const MAGIC = "HYLL";
const DENSE_BYTES = HEADER_BYTES + (REGISTERS * 6) / 8;
const ENCODING_AT = 4;
const ESTIMATE_AT = 8;
const OUTDATED_AT = 15;
const OUTDATED = 0x80;
const DENSE = 0;
const SPARSE = 1;

const HASH_SEED = 0xadc83b19;
/** 1 / (2 ln 2). */
const ALPHA = 0.7213475204444817;

/** The sparse form's header and one run of 16384 zeros. */
const EMPTY = `${MAGIC}\x01${"\0".repeat(11)}\x7f\xff`;

/** An empty sketch, in the sparse form. */
export function createSketch(): ByteBuffer {
  return ByteBuffer.from(EMPTY);
}

/** Whether a string begins like a sketch and, if dense, has the right length. */
export function isSketch(bytes: ByteBuffer): boolean {
  if (bytes.length < HEADER_BYTES || bytes.slice(0, MAGIC.length) !== MAGIC) return false;
  const encoding = bytes.byteAt(ENCODING_AT);
  return encoding === SPARSE || (encoding === DENSE && bytes.length === DENSE_BYTES);
}

/** Whether a sketch has the sparse encoding. */
export function isSparse(sketch: ByteBuffer): boolean {
  return sketch.byteAt(ENCODING_AT) === SPARSE;
}

/** The effect on a sketch: a register was raised, nothing changed, or its runs are malformed. */
type Outcome = "raised" | "unchanged" | "corrupt";

const hash = new Int32Array(2);

/** Adds an element. A sparse sketch that would exceed `sparseBytesMax` becomes dense. */
export function addElement(sketch: ByteBuffer, element: string, sparseBytesMax: number): Outcome {
  murmurHash64A(element, HASH_SEED, hash);
  const low = hash[0]!;
  const high = hash[1]!;
  const pattern = (low >>> INDEX_BITS) | (high << (32 - INDEX_BITS));
  // A bit above the pattern stops the count of zeros.
  const rest = (high >>> INDEX_BITS) | (1 << (PATTERN_BITS - 32));
  const zeros = pattern === 0 ? 32 + trailingZeros(rest) : trailingZeros(pattern);
  return raise(sketch, low & INDEX_MASK, zeros + 1, sparseBytesMax);
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Raises a register to at least `value`. */
export function raise(sketch: ByteBuffer, index: number, value: number, sparseBytesMax: number): Outcome {
  if (isSparse(sketch)) {
    const outcome = raiseSparse(sketch, index, value, sparseBytesMax);
    if (outcome !== "too-large") return outcome;
    if (!makeDense(sketch)) return "corrupt";
  }
  return raiseDense(sketch, index, value) ? "raised" : "unchanged";
}

function raiseDense(sketch: ByteBuffer, index: number, value: number): boolean {
  if (value <= denseRegister(sketch, index)) return false;
  setDenseRegister(sketch, index, value);
  return true;
}

function denseRegister(sketch: ByteBuffer, index: number): number {
  const at = HEADER_BYTES + ((index * 6) >>> 3);
  return ((sketch.byteAt(at) | (sketch.byteAt(at + 1) << 8)) >>> ((index * 6) & 7)) & 63;
}

function setDenseRegister(sketch: ByteBuffer, index: number, value: number): void {
  const at = HEADER_BYTES + ((index * 6) >>> 3);
  const shift = (index * 6) & 7;
  const pair = sketch.byteAt(at) | (sketch.byteAt(at + 1) << 8);
  const changed = (pair & ~(63 << shift)) | (value << shift);
  sketch.setByte(at, changed);
  // There is no byte after the last register.
  if (shift > 2) sketch.setByte(at + 1, changed >>> 8);
}

/** Converts a sketch to the dense form. Answers false, and changes nothing, when its runs are malformed. */
export function makeDense(sketch: ByteBuffer): boolean {
  if (!isSparse(sketch)) return true;
  const registers = registersOf(sketch);
  if (registers === undefined) return false;
  const dense = new ByteBuffer(DENSE_BYTES);
  dense.write(0, sketch.slice(0, HEADER_BYTES));
  dense.setByte(ENCODING_AT, DENSE);
  packRegisters(dense, registers);
  sketch.become(dense);
  return true;
}

/** Sets the registers of a well-formed sketch. None may be lower than before. */
export function raiseAll(sketch: ByteBuffer, registers: Uint8Array, sparseBytesMax: number): void {
  if (!isSparse(sketch)) {
    packRegisters(sketch, registers);
    return;
  }
  registers.forEach((value, index) => {
    if (value > 0) raise(sketch, index, value, sparseBytesMax);
  });
}

/** Writes all registers of a dense sketch: four to three bytes. */
function packRegisters(dense: ByteBuffer, registers: Uint8Array): void {
  const bytes = dense.view();
  for (let i = 0, at = HEADER_BYTES; i < REGISTERS; i += 4, at += 3) {
    const four = registers[i]! | (registers[i + 1]! << 6) | (registers[i + 2]! << 12) | (registers[i + 3]! << 18);
    bytes[at] = four;
    bytes[at + 1] = four >>> 8;
    bytes[at + 2] = four >>> 16;
  }
}

/** The registers, one byte each; undefined when the runs of a sparse sketch are malformed. */
export function registersOf(sketch: ByteBuffer): Uint8Array | undefined {
  const registers = new Uint8Array(REGISTERS);
  return mergeInto(registers, sketch) ? registers : undefined;
}

/** Raises each register to that of the sketch; answers false when the sketch's runs are malformed. */
export function mergeInto(registers: Uint8Array, sketch: ByteBuffer): boolean {
  if (isSparse(sketch)) {
    return forEachRun(sketch, (index, length, value) => {
      for (let i = index; i < index + length; i++) if (value > registers[i]!) registers[i] = value;
    });
  }
  const bytes = sketch.view();
  let i = 0;
  // Three bytes have four registers.
  for (let at = HEADER_BYTES; at < DENSE_BYTES; at += 3) {
    const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    for (let shift = 0; shift < 24; shift += 6, i++) {
      const value = (four >>> shift) & 63;
      if (value > registers[i]!) registers[i] = value;
    }
  }
  return true;
}

/** Marks the estimate in the header as outdated. */
export function outdateEstimate(sketch: ByteBuffer): void {
  sketch.setByte(OUTDATED_AT, sketch.byteAt(OUTDATED_AT) | OUTDATED);
}

/** The estimate in the header; undefined when outdated. */
export function keptEstimate(sketch: ByteBuffer): Int64 | undefined {
  if ((sketch.byteAt(OUTDATED_AT) & OUTDATED) !== 0) return undefined;
  let estimate = 0n;
  for (let at = OUTDATED_AT; at >= ESTIMATE_AT; at--) estimate = (estimate << 8n) | BigInt(sketch.byteAt(at));
  return int64(estimate);
}

/** Caches an estimate in the header of a sketch. */
export function keepEstimate(sketch: ByteBuffer, estimate: Int64): void {
  let left = BigInt.asUintN(64, BigInt(estimate));
  for (let at = ESTIMATE_AT; at <= OUTDATED_AT; at++, left >>= 8n) sketch.setByte(at, Number(left & 0xffn));
}

/**
 * Estimates the cardinality from the registers. Source: Otmar Ertl, "New cardinality estimation algorithms for
 * HyperLogLog sketches", arXiv:1702.01284, algorithm 6.
 */
export function estimate(registers: Uint8Array): Int64 {
  const counts = new Int32Array(REGISTER_VALUES);
  for (let i = 0; i < REGISTERS; i++) counts[registers[i]!]!++;
  let z = REGISTERS * tau((REGISTERS - counts[PATTERN_BITS + 1]!) / REGISTERS);
  for (let value = PATTERN_BITS; value >= 1; value--) z = (z + counts[value]!) * 0.5;
  z += REGISTERS * sigma(counts[0]! / REGISTERS);
  const cardinality = Math.round((ALPHA * REGISTERS * REGISTERS) / z);
  // Register values that no hash produces can make it infinite, which C rounds to the smallest integer.
  return cardinality < 2 ** 63 ? int64(BigInt(cardinality)) : INT64_MIN;
}

/** The paper's σ, for registers that are 0. */
function sigma(share: number): number {
  if (share === 1) return Infinity;
  let x = share;
  let y = 1;
  let z = share;
  for (let before = Number.NaN; before !== z;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

/** The paper's τ, for registers at their highest value. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - share;
  for (let before = Number.NaN; before !== z;) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}
