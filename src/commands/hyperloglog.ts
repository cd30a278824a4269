// Commands from https://redis.io/docs/latest/commands/?group=hyperloglog.
import { allKeys, key, keyRange } from "../core/command-spec.ts";
import * as hyperloglogErrors from "../core/errors/hyperloglog.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { OK, SimpleString } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { ByteBuffer } from "../data/types/byte-buffer.ts";
import * as hyperloglog from "../data/types/hyperloglog.ts";
import { decodeRuns, REGISTERS } from "../data/types/hyperloglog-sparse.ts";
import { selfTest } from "../data/types/hyperloglog-self-test.ts";

const MERGED = [key("RW access insert"), keyRange("RO access", 2, -1)];
const COUNTED = allKeys("RW access");
const DEBUGGED = key("RW access", 2);

export const hyperloglogCommands = commandTable("hyperloglog", [
  row("PFADD", -2, "write denyoom fast", key("RW insert"), "2.8.9", pfadd, "Shows elements to a HyperLogLog."),
  row("PFCOUNT", -2, "readonly may_replicate", COUNTED, "2.8.9", pfcount, "Estimates how many elements it has seen."),
  row("PFDEBUG", 3, "write denyoom admin", DEBUGGED, "2.8.9", pfdebug, "Shows the inside of a HyperLogLog."),
  row("PFMERGE", -2, "write denyoom", MERGED, "2.8.9", pfmerge, "Merges HyperLogLogs into one."),
  row("PFSELFTEST", 1, "admin", undefined, "2.8.9", pfselftest, "Tests the implementation of HyperLogLog."),
]);

/** Checks that a buffer is a sketch, and answers it; undefined without one. Throws for another string. */
function asSketch(bytes: ByteBuffer | undefined): ByteBuffer | undefined {
  if (bytes !== undefined && !hyperloglog.isSketch(bytes)) throw hyperloglogErrors.NOT_A_SKETCH;
  return bytes;
}

/** PFADD key [element …] */
function pfadd(context: Context, words: Words): Reply {
  const name = words[1];
  const found = asSketch(context.db.editBuffer(name));
  const sketch = found === undefined ? hyperloglog.createSketch() : editable(found, words.length - 2);
  const { sparseSketchBytesMax } = context.engine.parameters.encodingBounds;
  let changed = found === undefined;
  for (let i = 2; i < words.length; i++) {
    const outcome = hyperloglog.addElement(sketch, words[i]!, sparseSketchBytesMax);
    if (outcome === "corrupt") throw hyperloglogErrors.CORRUPT;
    if (outcome === "raised") changed = true;
  }
  if (!changed) return 0;
  hyperloglog.outdateEstimate(sketch);
  context.db.replace(name, sketch.toValue());
  context.changed(EventClass.STRING, "pfadd", name);
  return 1;
}

/**
 * The sketch to add elements to. A sparse one may prove corrupt after some of several elements were added, so these are
 * added to a copy: all or none count.
 */
function editable(sketch: ByteBuffer, elements: number): ByteBuffer {
  return elements > 1 && hyperloglog.isSparse(sketch) ? sketch.copy() : sketch;
}

/** PFCOUNT key [key …] */
function pfcount(context: Context, words: Words): Reply {
  if (words.length === 2) return countOne(context, words[1]);
  return hyperloglog.estimate(mergedRegisters(context, words).registers);
}

/** Answers the estimate, and caches it in the sketch for the next PFCOUNT. */
function countOne(context: Context, name: string): Reply {
  const sketch = asSketch(context.db.readBuffer(name));
  if (sketch === undefined) return 0;
  const kept = hyperloglog.keptEstimate(sketch);
  if (kept !== undefined) return kept;
  const registers = hyperloglog.registersOf(sketch);
  if (registers === undefined) throw hyperloglogErrors.CORRUPT;
  const estimate = hyperloglog.estimate(registers);
  const edited = context.db.editBuffer(name)!;
  hyperloglog.keepEstimate(edited, estimate);
  context.db.replace(name, edited.toValue());
  context.changedQuietly(name);
  return estimate;
}

/** The highest registers of the sketches at all keys, and whether one of them is dense. */
function mergedRegisters(context: Context, words: Words): { registers: Uint8Array; dense: boolean } {
  const registers = new Uint8Array(REGISTERS);
  let dense = false;
  for (let i = 1; i < words.length; i++) {
    const sketch = asSketch(context.db.readBuffer(words[i]!));
    if (sketch === undefined) continue;
    dense ||= !hyperloglog.isSparse(sketch);
    if (!hyperloglog.mergeInto(registers, sketch)) throw hyperloglogErrors.CORRUPT;
  }
  return { registers, dense };
}

/** PFMERGE destkey [sourcekey …] */
function pfmerge(context: Context, words: Words): Reply {
  const name = words[1];
  const { registers, dense } = mergedRegisters(context, words);
  const sketch = asSketch(context.db.editBuffer(name)) ?? hyperloglog.createSketch();
  if (dense) hyperloglog.makeDense(sketch);
  hyperloglog.raiseAll(sketch, registers, context.engine.parameters.encodingBounds.sparseSketchBytesMax);
  hyperloglog.outdateEstimate(sketch);
  context.db.replace(name, sketch.toValue());
  context.changed(EventClass.STRING, "pfadd", name);
  return OK;
}

/** PFDEBUG <GETREG | DECODE | ENCODING | TODENSE> key */
function pfdebug(context: Context, words: Words): Reply {
  const [, subcommand, name] = words;
  const sketch = asSketch(context.db.editBuffer(name));
  if (sketch === undefined) throw hyperloglogErrors.NO_SUCH_KEY;
  switch (subcommand.toUpperCase()) {
    case "GETREG":
      makeDense(context, name, sketch);
      return [...hyperloglog.registersOf(sketch)!];
    case "DECODE":
      if (!hyperloglog.isSparse(sketch)) throw hyperloglogErrors.NOT_SPARSE;
      return decodeRuns(sketch);
    case "ENCODING":
      return new SimpleString(hyperloglog.isSparse(sketch) ? "sparse" : "dense");
    case "TODENSE":
      return makeDense(context, name, sketch) ? 1 : 0;
    default:
      throw hyperloglogErrors.unknownSubcommand(subcommand);
  }
}

/** Answers whether the sketch was sparse. */
function makeDense(context: Context, name: string, sketch: ByteBuffer): boolean {
  if (!hyperloglog.isSparse(sketch)) return false;
  if (!hyperloglog.makeDense(sketch)) throw hyperloglogErrors.CORRUPT;
  context.db.replace(name, sketch.toValue());
  context.changedQuietly(name);
  return true;
}

/** PFSELFTEST */
function pfselftest(context: Context): Reply {
  const fault = selfTest(() => context.random(), context.engine.parameters.encodingBounds.sparseSketchBytesMax);
  if (fault !== undefined) throw hyperloglogErrors.selfTestFailed(fault);
  return OK;
}
