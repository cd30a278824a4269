/**
 * PFSELFTEST: registers do not affect each other, both forms of a sketch agree, and estimates are within their error.
 */
import type { ByteBuffer } from "./byte-buffer.ts";
import { addElement, createSketch, estimate, isSparse, makeDense, raise, registersOf } from "./hyperloglog.ts";
import { REGISTERS } from "./hyperloglog-sparse.ts";

/** Redis adds ten million elements. Nothing else runs meanwhile, so here it is as many as take about 50 ms. */
const ELEMENTS = 100_000;

/** Standard errors (1.04 / √registers) that an estimate may be off. */
const STANDARD_ERRORS_MAX = 6;

/** The failure as text; undefined when all is well. `random` is uniform in [0, 1). */
export function selfTest(random: () => number, sparseBytesMax: number): string | undefined {
  return testRegisters(random, sparseBytesMax) ?? testEstimates(random, sparseBytesMax);
}

function testRegisters(random: () => number, sparseBytesMax: number): string | undefined {
  const sketch = createSketch();
  makeDense(sketch);
  const expected = Array.from({ length: REGISTERS }, () => Math.floor(random() * 64));
  expected.forEach((value, index) => raise(sketch, index, value, sparseBytesMax));
  const registers = registersOf(sketch)!;
  const wrong = expected.findIndex((value, index) => registers[index] !== value);
  return wrong < 0 ? undefined : `Register ${wrong} should be ${expected[wrong]} but is ${registers[wrong]}`;
}

function testEstimates(random: () => number, sparseBytesMax: number): string | undefined {
  const seed = String(random());
  const sparse = createSketch();
  const dense = createSketch();
  makeDense(dense);
  let checkpoint = 1;
  for (let added = 1; added <= ELEMENTS; added++) {
    const element = `${seed}:${added}`;
    addElement(sparse, element, sparseBytesMax);
    addElement(dense, element, sparseBytesMax);
    if (added !== checkpoint) continue;
    const fault = checkEstimates(sparse, dense, added, sparseBytesMax);
    if (fault !== undefined) return fault;
    checkpoint *= 10;
  }
  return undefined;
}

function checkEstimates(sparse: ByteBuffer, dense: ByteBuffer, added: number, bytesMax: number): string | undefined {
  // A new element takes at most three bytes, mostly one or two.
  if (added < bytesMax / 3 && !isSparse(sparse)) return "sparse encoding not used";
  const estimated = Number(estimate(registersOf(dense)!));
  if (estimated !== Number(estimate(registersOf(sparse)!))) return "dense/sparse disagree";
  const error = Math.abs(estimated - added);
  const errorMax = Math.ceil((1.04 / Math.sqrt(REGISTERS)) * STANDARD_ERRORS_MAX * added);
  return error > errorMax ? `Too big error. card:${added} abserr:${error}` : undefined;
}
