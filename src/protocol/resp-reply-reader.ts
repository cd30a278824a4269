/**
 * An incremental reader of the Redis protocol's replies, RESP2 and RESP3: bytes in, {@link Reply} values out.
 *
 * Invariant: chars before `at` of the text are read. A reply that spans chunks is kept as state: the arrays that are open,
 * and either a rest of less than {@link LONG_BYTES} or the chunks of a long bulk string.
 *
 * Cost: each byte is looked at once, except a rest, which is looked at again with the chunk that continues it. Strings are
 * slices of the chunk's text: they keep it alive, so what is kept for long must be copied.
 *
 * A reply that takes more memory than its bound is read to its end and not kept.
 */
import { errorFromBackend } from "../core/errors/backend.ts";
import { int64 } from "../core/numbers.ts";
import {
  BigNumber,
  DoubleText,
  FlatMap,
  NULL_ARRAY,
  OK,
  Push,
  QUEUED,
  ReplyBoolean,
  ReplySet,
  SimpleString,
  Verbatim,
} from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";

/** What was read is no reply of the Redis protocol. */
export class NotAReply extends Error {}

/** From this length on, the chunks of a bulk string are collected. A shorter one waits as text. */
const LONG_BYTES = 16 * 1024;

/** What an element of an array takes beside its bytes. */
const ELEMENT_BYTES = 16;

/** V8 ends a string at this many chars. */
const STRING_BYTES_MAX = 2 ** 29 - 25;

/** Arrays in arrays. Redis's own nest a handful deep, those of scripts as deep as the script likes. */
const DEPTH_MAX = 1000;

/** Digits of a number that is safe whatever they are. */
const SAFE_DIGITS = 15;

const CR = 13;
const ZERO = 48;
const MINUS = 45;

interface OpenArray {
  readonly type: number;
  readonly items: Reply[];
  left: number;
}

const TYPE = {
  array: 42,
  attribute: 124,
  bigNumber: 40,
  boolean: 35,
  bulk: 36,
  bulkError: 33,
  double: 44,
  error: 45,
  integer: 58,
  map: 37,
  null: 95,
  push: 62,
  set: 126,
  status: 43,
  verbatim: 61,
} as const;

export class RespReplyReader {
  private text = "";
  private at = 0;
  /** Arrays that are not complete, the innermost last. */
  private readonly open: OpenArray[] = [];
  /** A long bulk string that has begun: its type, its bytes that are still to come with CR LF, and its chunks. */
  private isLong = false;
  private longType = 0;
  private longMissing = 0;
  private longChunks: Buffer[] = [];
  /** Bytes of the elements of the open arrays, and whether these are too many. */
  private elementBytes = 0;
  private isTooLong = false;
  private readonly bytesMax: number;
  private readonly tooLong: Reply | undefined;

  /** A reply of more than about `bytesMax` bytes is read as `tooLong`. Without bounds, what V8 cannot hold is no reply. */
  constructor(bytesMax = Infinity, tooLong?: Reply) {
    this.bytesMax = bytesMax;
    this.tooLong = tooLong;
  }

  /** Bytes held of an incomplete reply, apart from the items that are complete. */
  get pendingBytes(): number {
    let bytes = this.text.length - this.at;
    for (const chunk of this.longChunks) bytes += chunk.length;
    return bytes;
  }

  /** Adds a chunk, which may be reused afterwards. Call it when {@link next} has answered undefined. */
  push(chunk: Buffer): void {
    if (this.longMissing === 0) {
      const text = chunk.latin1Slice();
      this.text = this.at < this.text.length ? this.text.slice(this.at) + text : text;
      this.at = 0;
      return;
    }
    const taken = Math.min(this.longMissing, chunk.length);
    if (!this.isTooLong) this.longChunks.push(Buffer.from(chunk.subarray(0, taken)));
    this.longMissing -= taken;
    this.text = taken < chunk.length ? chunk.latin1Slice(taken) : "";
    this.at = 0;
  }

  /** The next reply; undefined when it is incomplete. Throws {@link NotAReply}. */
  next(): Reply | undefined {
    for (;;) {
      let value = this.isLong ? this.longBulk() : this.item();
      if (value === undefined) return undefined;
      if (value === OPENED) continue;
      for (let top = this.open.at(-1); top !== undefined; top = this.open.at(-1)) {
        if (value !== OPENED) this.add(top.items, value);
        if (--top.left > 0) break;
        this.open.pop();
        // An attribute describes the item after it. No caller needs it, so it is dropped.
        value = top.type === TYPE.attribute ? OPENED : aggregate(top.type, top.items);
        if (value === OPENED) {
          const around = this.open.at(-1);
          if (around !== undefined) around.left++;
        }
      }
      if (this.open.length > 0 || value === OPENED) continue;
      this.elementBytes = 0;
      if (!this.isTooLong) return value;
      this.isTooLong = false;
      return this.tooLong;
    }
  }

  private add(items: Reply[], value: Reply): void {
    this.elementBytes += ELEMENT_BYTES;
    if (typeof value === "string") this.elementBytes += value.length;
    if (this.elementBytes > this.bytesMax) this.dropElements();
    if (!this.isTooLong) items.push(value);
  }

  /** The reply is too long. */
  private dropElements(): void {
    this.isTooLong = true;
    for (const { items } of this.open) items.length = 0;
  }

  /** One item: a value, or the head of an array, which is opened. Undefined when it is incomplete. */
  private item(): Reply | typeof OPENED | undefined {
    const { text, at } = this;
    if (at >= text.length) return undefined;
    const type = text.charCodeAt(at);
    switch (type) {
      case TYPE.bulk:
      case TYPE.verbatim:
      case TYPE.bulkError:
        return this.bulk(type);
      case TYPE.integer:
        return this.integer();
      case TYPE.array:
      case TYPE.set:
      case TYPE.map:
      case TYPE.push:
      case TYPE.attribute:
        return this.head(type);
      default:
        return this.simple(type);
    }
  }

  /** Reads the digits of a length up to CR LF. NaN when they are incomplete; the place does not change then. */
  private length(): number {
    const { text } = this;
    let i = this.at + 1;
    const isNegative = text.charCodeAt(i) === MINUS;
    if (isNegative) i++;
    let value = 0;
    for (let code = text.charCodeAt(i); code !== CR; code = text.charCodeAt(++i)) {
      const digit = code - ZERO;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (i >= text.length) return Number.NaN;
      else throw new NotAReply("a length is no number");
    }
    if (i + 2 > text.length) return Number.NaN;
    this.at = i + 2;
    return isNegative ? -value : value;
  }

  private integer(): Reply | undefined {
    const from = this.at + 1;
    const value = this.length();
    if (Number.isNaN(value)) return undefined;
    if (this.at - from - 2 <= SAFE_DIGITS) return value;
    return int64(BigInt(this.text.slice(from, this.at - 2)));
  }

  private bulk(type: number): Reply | undefined {
    const from = this.at;
    const length = this.length();
    if (Number.isNaN(length)) return undefined;
    if (length < 0) return null;
    if (length > STRING_BYTES_MAX || this.elementBytes + length > this.bytesMax) {
      if (this.tooLong === undefined) throw new NotAReply(`a string of ${length} bytes is too long`);
      this.dropElements();
    }
    const end = this.at + length;
    if (end + 2 <= this.text.length) {
      const bytes = this.text.slice(this.at, end);
      this.at = end + 2;
      return bulkValue(type, bytes);
    }
    if (length < LONG_BYTES) {
      this.at = from;
      return undefined;
    }
    this.isLong = true;
    this.longType = type;
    this.longChunks = this.isTooLong ? [] : [Buffer.from(this.text.slice(this.at), "latin1")];
    this.longMissing = length + 2 - (this.text.length - this.at);
    this.text = "";
    this.at = 0;
    return undefined;
  }

  private longBulk(): Reply | undefined {
    if (this.longMissing > 0) return undefined;
    this.isLong = false;
    if (this.isTooLong) return null;
    const bytes = Buffer.concat(this.longChunks);
    this.longChunks = [];
    return bulkValue(this.longType, bytes.latin1Slice(0, bytes.length - 2));
  }

  private head(type: number): Reply | typeof OPENED | undefined {
    const length = this.length();
    if (Number.isNaN(length)) return undefined;
    if (length < 0) return NULL_ARRAY;
    if (length === 0) return type === TYPE.attribute ? OPENED : aggregate(type, []);
    if (this.open.length >= DEPTH_MAX) throw new NotAReply(`arrays are nested deeper than ${DEPTH_MAX}`);
    const isPairs = type === TYPE.map || type === TYPE.attribute;
    this.open.push({ type, items: [], left: isPairs ? 2 * length : length });
    return OPENED;
  }

  /** What fits on one line. */
  private simple(type: number): Reply | undefined {
    const { text, at } = this;
    const end = text.indexOf("\r\n", at);
    if (end < 0) {
      if (!SIMPLE_TYPES.has(type)) throw new NotAReply("the first byte of a reply is of no known type");
      return undefined;
    }
    this.at = end + 2;
    const line = text.slice(at + 1, end);
    switch (type) {
      case TYPE.status:
        return line === "OK" ? OK : line === "QUEUED" ? QUEUED : new SimpleString(line);
      case TYPE.error:
        return errorFromBackend(line);
      case TYPE.null:
        return null;
      case TYPE.double:
        return new DoubleText(line);
      case TYPE.boolean:
        return new ReplyBoolean(line === "t");
      case TYPE.bigNumber:
        return new BigNumber(line);
      default:
        throw new NotAReply("the first byte of a reply is of no known type");
    }
  }
}

const SIMPLE_TYPES: ReadonlySet<number> = new Set([
  TYPE.status,
  TYPE.error,
  TYPE.null,
  TYPE.double,
  TYPE.boolean,
  TYPE.bigNumber,
]);

/** In place of a value: the head of an array, or what is left out. */
const OPENED = Symbol("opened");

function bulkValue(type: number, bytes: string): Reply {
  if (type === TYPE.bulk) return bytes;
  return type === TYPE.bulkError ? errorFromBackend(bytes) : new Verbatim(bytes.slice(4), bytes.slice(0, 3));
}

function aggregate(type: number, items: readonly Reply[]): Reply {
  if (type === TYPE.array) return items;
  if (type === TYPE.map) return new FlatMap(items);
  return type === TYPE.set ? new ReplySet(items) : new Push(items);
}
