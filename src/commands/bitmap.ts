// Commands from https://redis.io/docs/latest/commands/?group=bitmap; BITOP's DIFF, DIFF1, ANDOR and ONE are Redis 8.2's.
import { key, keyRange } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as bitmapErrors from "../core/errors/bitmap.ts";
import { EventClass } from "../core/keyspace-events.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { BIT_OPERATIONS, bitAt, combineBits, countBits, findBit, setBit } from "../data/types/bits.ts";
import type { BitOperation } from "../data/types/bits.ts";
import { ByteBuffer } from "../data/types/byte-buffer.ts";
import { integer, integerWithin, isOption } from "./args.ts";
import { bitOffset, readBitOffset } from "./bitfield.ts";

const READ = key("RO access");
const UPDATE = key("RW access update");
const BITOP_KEYS = [key("OW update", 2), keyRange("RO access", 3, -1)];

export const bitmapCommands = commandTable("bitmap", [
  row("BITCOUNT", -2, "readonly", READ, "2.6.0", bitcount, "Counts the set bits of a string."),
  row("BITOP", -4, "write denyoom", BITOP_KEYS, "2.6.0", bitop, "Combines strings bit by bit and stores the result."),
  row("BITPOS", -3, "readonly", READ, "2.8.7", bitpos, "Finds the first set or clear bit of a string."),
  row("GETBIT", 3, "readonly fast", READ, "2.2.0", getbit, "Returns a bit of a string."),
  row("SETBIT", 4, "write denyoom", UPDATE, "2.2.0", setbit, "Sets or clears a bit and returns the old one."),
]);

/** SETBIT key offset value */
function setbit(context: Context, words: Words): Reply {
  const key = words[1];
  const offset = bitOffset(context.engine.limits.stringBytesMax, words[2]);
  const bit = integerWithin(words[3], 0, 1, bitmapErrors.BIT_OUT_OF_RANGE);
  const buffer = context.db.editBuffer(key) ?? new ByteBuffer(0);
  const grown = buffer.grow(Math.floor(offset / 8) + 1);
  const old = bitAt(buffer, offset);
  if (!grown && old === bit) return old;
  setBit(buffer, offset, bit);
  context.db.replace(key, buffer.toValue());
  context.changed(EventClass.STRING, "setbit", key);
  return old;
}

/** GETBIT key offset */
function getbit(context: Context, words: Words): Reply {
  const offset = readBitOffset(words[2]);
  const value = context.db.readStringValue(words[1]);
  return value === undefined ? 0 : bitAt(value, offset);
}

/** BITCOUNT key [start end [BYTE | BIT]] */
function bitcount(context: Context, words: Words): Reply {
  if (words.length !== 2 && words.length !== 4 && words.length !== 5) throw errors.SYNTAX;
  const start = words.length === 2 ? 0 : integer(words[2]);
  const end = words.length === 2 ? -1 : integer(words[3]);
  const byBit = unitIsBit(words[4]);
  const buffer = context.db.readBuffer(words[1]);
  if (buffer === undefined || (start < 0 && end < 0 && start > end)) return 0;
  const { from, to } = bitRange(start, end, byBit, buffer.length);
  return countBits(buffer, from, to);
}

/** BITPOS key bit [start [end [BYTE | BIT]]] */
function bitpos(context: Context, words: Words): Reply {
  const bit = integer(words[2]);
  if (bit !== 0 && bit !== 1) throw bitmapErrors.NOT_A_BIT;
  if (words.length > 6) throw errors.SYNTAX;
  const start = words.length > 3 ? integer(words[3]) : 0;
  const byBit = unitIsBit(words[5]);
  const end = words.length > 4 ? integer(words[4]) : -1;
  const buffer = context.db.readBuffer(words[1]);
  if (buffer === undefined) return bit === 1 ? -1 : 0;
  const { from, to } = bitRange(start, end, byBit, buffer.length);
  if (from >= to) return -1;
  const found = findBit(buffer, bit, from, to);
  // Without an end, the string counts as followed by zeros.
  return found < 0 && bit === 0 && words.length < 5 ? to : found;
}

/** Whether the unit of a range is BIT. Without a word it is BYTE. */
function unitIsBit(word: string | undefined): boolean {
  if (word === undefined || isOption(word, "BYTE")) return false;
  if (isOption(word, "BIT")) return true;
  throw errors.SYNTAX;
}

/**
 * A range of bytes or bits as a half-open range of bits. Both given ends are included; negative ones count from the
 * end.
 */
function bitRange(start: number, end: number, byBit: boolean, length: number): { from: number; to: number } {
  const size = byBit ? length * 8 : length;
  const first = Math.max(0, start < 0 ? size + start : start);
  // An end before the first element counts as 0, unlike in Redis's other ranges.
  const last = Math.min(size - 1, Math.max(0, end < 0 ? size + end : end));
  const unit = byBit ? 1 : 8;
  return { from: first * unit, to: (last + 1) * unit };
}

const OPERATIONS: ReadonlySet<string> = new Set(BIT_OPERATIONS);
const WITH_TWO_SOURCES: ReadonlySet<string> = new Set<BitOperation>(["DIFF", "DIFF1", "ANDOR"]);

/** BITOP <AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE> destkey key [key …] */
function bitop(context: Context, words: Words): Reply {
  const operation = words[1].toUpperCase();
  const target = words[2];
  if (!OPERATIONS.has(operation)) throw errors.SYNTAX;
  if (operation === "NOT" && words.length !== 4) throw bitmapErrors.NOT_TAKES_ONE_SOURCE;
  if (WITH_TWO_SOURCES.has(operation) && words.length < 5) throw bitmapErrors.takesTwoSources(operation);
  const sources = words.slice(3).map((name) => context.db.readBuffer(name) ?? new ByteBuffer(0));
  const result = combineBits(operation as BitOperation, sources);
  if (result.length > 0) {
    context.db.set(target, result.toValue());
    context.changed(EventClass.STRING, "set", target);
  } else {
    context.delete(target);
  }
  return result.length;
}
