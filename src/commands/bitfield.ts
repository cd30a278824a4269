// BITFIELD and BITFIELD_RO: https://redis.io/docs/latest/commands/bitfield/.
import { key } from "../core/command-spec.ts";
import type { KeyPosition } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as bitmapErrors from "../core/errors/bitmap.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { int64, parseInt64 } from "../core/numbers.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { fitted, readField, writeField } from "../data/types/bit-field.ts";
import type { FieldType, Overflow } from "../data/types/bit-field.ts";
import { ByteBuffer } from "../data/types/byte-buffer.ts";
import { exactInteger } from "./args.ts";

const READ = key("RO access");
const UPDATE = key("RW access update variable_flags");
const FIND = { findKeys: bitfieldKeys };

export const bitfieldCommands = commandTable("bitmap", [
  row("BITFIELD", -2, "write denyoom", UPDATE, "3.2.0", bitfield, "Reads and changes integers of any width.", FIND),
  row("BITFIELD_RO", -2, "readonly fast", READ, "6.0.0", bitfieldRo, "Reads integers of any width in a string."),
]);

/** The key of BITFIELD: to read, if every operation is GET. */
function bitfieldKeys(words: readonly string[]): KeyPosition[] {
  let onlyGets = true;
  for (let i = 2; i < words.length; i += 3) onlyGets &&= words[i]!.toUpperCase() === "GET" && i + 2 < words.length;
  return [{ index: 1, flags: onlyGets ? "RO access" : "RW access update" }];
}

interface FieldOperation {
  readonly kind: "GET" | "SET" | "INCRBY";
  readonly type: FieldType;
  /** In bits. */
  readonly offset: number;
  /** The value to set or to add. */
  readonly operand: bigint;
  readonly overflow: Overflow;
}

/**
 * BITFIELD key [<GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding
 *   offset increment>> …]
 */
function bitfield(context: Context, words: Words): Reply {
  const name = words[1];
  const operations = parseOperations(context, words);
  const lengthMin = bytesWritten(operations);
  if (lengthMin === 0) return readOnly(context, name, operations);
  const buffer = context.db.editBuffer(name) ?? new ByteBuffer(0);
  const grown = buffer.grow(lengthMin);
  let changed = false;
  const replies = operations.map((operation) => {
    const old = readField(buffer, operation.type, operation.offset);
    if (operation.kind === "GET") return int64(old);
    const value = newValue(operation, old);
    if (value === undefined) return null;
    writeField(buffer, operation.type, operation.offset, value);
    if (grown || value !== old) changed = true;
    return int64(operation.kind === "SET" ? old : value);
  });
  if (grown || changed) context.db.replace(name, buffer.toValue());
  if (changed) context.changed(EventClass.STRING, "setbit", name);
  else if (grown) context.changedQuietly(name);
  return replies;
}

/** BITFIELD_RO key [GET encoding offset [GET encoding offset …]] */
function bitfieldRo(context: Context, words: Words): Reply {
  const operations = parseOperations(context, words);
  if (operations.some(({ kind }) => kind !== "GET")) throw bitmapErrors.READ_ONLY_BITFIELD;
  return readOnly(context, words[1], operations);
}

function readOnly(context: Context, name: string, operations: readonly FieldOperation[]): Reply {
  const buffer = context.db.readBuffer(name);
  return operations.map(({ type, offset }) => int64(readField(buffer, type, offset)));
}

/** The value to write; undefined when it does not fit, under OVERFLOW FAIL. */
function newValue({ kind, type, operand, overflow }: FieldOperation, old: bigint): bigint | undefined {
  if (kind === "INCRBY") return fitted(old + operand, type, overflow);
  // Redis computes in 64 bits. There a negative number is too large for an unsigned field, not too small. In a signed
  // field it is too large if its distance from the highest value overflows.
  const { signed, bits } = type;
  const turnsPositive = !signed || (bits < 64 && BigInt.asIntN(64, (1n << BigInt(bits - 1)) - 1n - operand) < 0n);
  return fitted(turnsPositive ? BigInt.asUintN(64, operand) : operand, type, overflow);
}

/** The length in bytes that a string needs for all operations that write; 0 when none does. */
function bytesWritten(operations: readonly FieldOperation[]): number {
  let length = 0;
  for (const { kind, type, offset } of operations) {
    if (kind !== "GET") length = Math.max(length, Math.floor((offset + type.bits - 1) / 8) + 1);
  }
  return length;
}

function parseOperations(context: Context, words: Words): FieldOperation[] {
  const operations: FieldOperation[] = [];
  let overflow: Overflow = "WRAP";
  for (let i = 2; i < words.length;) {
    const kind = words[i]!.toUpperCase();
    const left = words.length - i - 1;
    if (kind === "OVERFLOW" && left >= 1) {
      overflow = parseOverflow(words[i + 1]!);
      i += 2;
    } else if ((kind === "GET" && left >= 2) || ((kind === "SET" || kind === "INCRBY") && left >= 3)) {
      const type = parseFieldType(words[i + 1]!);
      const { stringBytesMax } = context.engine.limits;
      const offset =
        kind === "GET" ? readBitOffset(words[i + 2]!, type.bits) : bitOffset(stringBytesMax, words[i + 2]!, type.bits);
      const operand = kind === "GET" ? 0n : BigInt(exactInteger(words[i + 3]!));
      operations.push({ kind, type, offset, operand, overflow });
      i += kind === "GET" ? 3 : 4;
    } else {
      throw errors.SYNTAX;
    }
  }
  return operations;
}

function parseOverflow(word: string): Overflow {
  const overflow = word.toUpperCase();
  if (overflow === "WRAP" || overflow === "SAT" || overflow === "FAIL") return overflow;
  throw bitmapErrors.BAD_OVERFLOW;
}

/** `i1` … `i64`, `u1` … `u63`. */
function parseFieldType(word: string): FieldType {
  const signed = word.startsWith("i");
  const bits = parseInt64(word.slice(1));
  if (!(signed || word.startsWith("u")) || bits === undefined || bits < 1 || bits > (signed ? 64 : 63)) {
    throw bitmapErrors.BAD_FIELD_TYPE;
  }
  return { signed, bits: Number(bits) };
}

/**
 * The offset of a bit to write, in a string of at most `bytesMax` bytes. With `bits`, the offset is that of a field of
 * so many bits, `#n` stands for the nth such field, and the whole field must fit.
 */
export function bitOffset(bytesMax: number, word: string, bits?: number): number {
  const offset = parseOffset(word, bits);
  if (offset + (bits ?? 1) > bytesMax * 8) throw bitmapErrors.OFFSET_OUT_OF_RANGE;
  return offset;
}

/** The bits of Redis's longest string. Ours are a few bytes shorter, but a bit up to here can be read. */
const READ_BITS_MAX = 2 ** 32;

/**
 * The offset of a bit to read. `bits` and `#n` are as for {@link bitOffset}. Only the first bit of a field must lie
 * below {@link READ_BITS_MAX}.
 */
export function readBitOffset(word: string, bits?: number): number {
  const offset = parseOffset(word, bits);
  if (offset >= READ_BITS_MAX) throw bitmapErrors.OFFSET_OUT_OF_RANGE;
  return offset;
}

function parseOffset(word: string, bits: number | undefined): number {
  const counted = bits !== undefined && word.startsWith("#");
  const value = parseInt64(counted ? word.slice(1) : word);
  if (value === undefined || value < 0) throw bitmapErrors.OFFSET_OUT_OF_RANGE;
  return Number(value) * (counted ? bits : 1);
}
