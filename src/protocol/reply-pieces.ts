/**
 * Large replies, encoded while they are sent. A reply of 512 MB, or an array of a thousand replies of 1 MB, does not
 * fit into one string, and other clients must not wait while it is built: its pieces are made one at a time, as the
 * client reads.
 *
 * What is held meanwhile is the reply's own strings, each once, and the piece under way. Replies are values that
 * nothing changes.
 */
import { Elements, FlatMap, isReplyArray, PairMap, Pairs, Push, ReplySet } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { encodeJsonItem, quoteJson } from "./json-reply.ts";
import { encodeResp2 } from "./resp2.ts";
import { encodeResp3 } from "./resp3.ts";

/** A reply of about this many bytes and more is encoded in pieces of about this size. */
export const PIECE_BYTES = 128 * 1024;

/** What an element of an array takes beside its bytes, in memory and about as much on the wire. */
const ELEMENT_BYTES = 16;

/** Strings from this length on are looked for among those that a reply has already, up to a length in a table. */
const SHARED_STRING_BYTES = 256;
const HASHED_STRING_BYTES = 16_000;

/** How a reply goes out: by protocol, and for JSON by the form of strings. */
export type WireFormat = "resp2" | "resp3" | "plain" | "base64";

/** A reply in one string, for a reply that is not {@link isLarge}. In JSON it is an element, without `{"result":…}`. */
function encodeWhole(reply: Reply, format: WireFormat): string {
  if (format === "resp2") return encodeResp2(reply);
  return format === "resp3" ? encodeResp3(reply) : encodeJsonItem(reply, format);
}

/** Whether a reply is better encoded in pieces. It costs a look at each element, up to the first {@link PIECE_BYTES}. */
export function isLarge(reply: Reply): boolean {
  if (typeof reply === "string") return reply.length >= PIECE_BYTES;
  if (typeof reply !== "object" || reply === null) return false;
  return sizeOf(reply, ELEMENT_BYTES, PIECE_BYTES) >= PIECE_BYTES;
}

/** How many bytes a reply has on the wire, at least: those of its strings, and one for each element. */
export function wireBytes(reply: Reply): number {
  return sizeOf(reply, 1, Infinity);
}

/** The bytes of a reply's strings, and so many for each element; counted until they are `enough`. */
function sizeOf(reply: Reply, elementBytes: number, enough: number): number {
  if (typeof reply === "string") return reply.length;
  const items = itemsOf(reply);
  if (items === undefined) return elementBytes;
  let bytes = 0;
  for (let i = 0; i < items.length && bytes < enough; i++) {
    const item = items[i]!;
    bytes += elementBytes;
    if (typeof item === "string") bytes += item.length;
    else if (typeof item === "object" && item !== null) bytes += sizeOf(item, elementBytes, enough - bytes);
  }
  return bytes;
}

/**
 * A reply as it is held while its client reads: a long string that is in it many times is there once. What is counted is
 * what is held, also after the data that the strings came from has changed.
 */
export class HeldReply {
  readonly reply: Reply;
  /** About how many bytes of memory it keeps alive. */
  bytes = 0;
  private readonly known = new Map<string, string>();
  private last = "";

  constructor(reply: Reply) {
    this.reply = this.hold(reply);
  }

  private hold(reply: Reply): Reply {
    if (typeof reply === "string") return this.holdText(reply);
    const items = itemsOf(reply);
    if (items === undefined) return reply;
    const held = items.map((item) => (typeof item === "string" || typeof item === "object" ? this.hold(item) : item));
    this.bytes += held.length * ELEMENT_BYTES;
    if (reply instanceof FlatMap) return new FlatMap(held);
    if (reply instanceof PairMap) return new PairMap(held);
    if (reply instanceof Pairs) return new Pairs(held);
    if (reply instanceof ReplySet) return new ReplySet(held);
    return reply instanceof Push ? new Push(held) : held;
  }

  private holdText(text: string): string {
    if (text.length < SHARED_STRING_BYTES) {
      this.bytes += text.length;
      return text;
    }
    // V8 hashes strings beyond a length by that alone, so they are compared with the one before and no other.
    const known =
      text.length <= HASHED_STRING_BYTES ? this.known.get(text) : this.last === text ? this.last : undefined;
    if (known !== undefined) return known;
    if (text.length <= HASHED_STRING_BYTES) this.known.set(text, text);
    else this.last = text;
    this.bytes += text.length;
    return text;
  }
}

/** The elements that a reply refers to, in whatever shape they go out; undefined for a reply that has none. */
function itemsOf(reply: Reply): readonly Reply[] | undefined {
  if (typeof reply !== "object" || reply === null) return undefined;
  if (isReplyArray(reply)) return reply;
  return reply instanceof Elements ? reply.items : undefined;
}

/** A large reply in pieces. */
export class ReplyPieces {
  /** What is held until the last piece was made, in bytes. */
  readonly bytes: number;
  private readonly pieces: Generator<string, void>;

  /** `before` and `after` go out around the reply. */
  constructor({ reply, bytes }: HeldReply, format: WireFormat, before = "", after = "") {
    this.bytes = bytes;
    this.pieces = piecesOf(reply, format, before, after);
  }

  /** The next piece; undefined after the last. */
  next(): string | undefined {
    return this.pieces.next().value ?? undefined;
  }
}

/** The pieces of a reply. Joined they are what encoding it in one go would give. */
function* piecesOf(reply: Reply, format: WireFormat, before: string, after: string): Generator<string, void> {
  const writer = { text: before };
  yield* walk(reply, format, writer);
  yield writer.text + after;
}

interface Writer {
  /** What was made and is less than a piece. */
  text: string;
}

function* walk(reply: Reply, format: WireFormat, writer: Writer): Generator<string, void> {
  if (typeof reply === "string" && reply.length >= PIECE_BYTES) {
    yield* text(reply, format, writer);
    return;
  }
  const aggregate = isLarge(reply) ? aggregateOf(reply, format) : undefined;
  if (aggregate === undefined) {
    writer.text += encodeWhole(reply, format);
    return;
  }
  writer.text += aggregate.head;
  let isFirst = true;
  for (const item of aggregate.elements) {
    if (!isFirst) writer.text += aggregate.separator;
    isFirst = false;
    if (typeof item === "object" && item !== null) yield* walk(item, format, writer);
    else if (typeof item === "string" && item.length >= PIECE_BYTES) yield* text(item, format, writer);
    else writer.text += encodeWhole(item, format);
    if (writer.text.length >= PIECE_BYTES) {
      yield writer.text;
      writer.text = "";
    }
  }
  writer.text += aggregate.tail;
}

interface Aggregate {
  readonly head: string;
  readonly elements: Iterable<Reply>;
  readonly separator: string;
  readonly tail: string;
}

/** How an aggregate goes out; undefined for a reply that is none. */
function aggregateOf(reply: Reply, format: WireFormat): Aggregate | undefined {
  const items = itemsOf(reply);
  if (items === undefined) return undefined;
  const inTwos = format === "resp3" ? reply instanceof Pairs : reply instanceof PairMap;
  const count = inTwos ? items.length / 2 : items.length;
  const elements = inTwos ? twos(items) : items;
  if (format === "plain" || format === "base64") return { head: "[", elements, separator: ",", tail: "]" };
  if (format === "resp2") return { head: `*${count}\r\n`, elements, separator: "", tail: "" };
  const isMap = reply instanceof FlatMap || reply instanceof PairMap;
  const type = isMap ? "%" : reply instanceof ReplySet ? "~" : reply instanceof Push ? ">" : "*";
  return { head: `${type}${isMap ? count / 2 : count}\r\n`, elements, separator: "", tail: "" };
}

function* twos(items: readonly Reply[]): Generator<readonly Reply[], void> {
  for (let i = 0; i < items.length; i += 2) yield [items[i]!, items[i + 1]!];
}

/** A long string: what has been written before it, its head, its bytes in slices, and its end. */
function* text(bytes: string, format: WireFormat, writer: Writer): Generator<string, void> {
  const isJson = format === "plain" || format === "base64";
  writer.text += isJson ? '"' : `$${bytes.length}\r\n`;
  for (let at = 0; at < bytes.length;) {
    const end = sliceEnd(bytes, at, format);
    yield writer.text + sliceText(bytes.slice(at, end), format);
    writer.text = "";
    at = end;
  }
  writer.text = isJson ? '"' : "\r\n";
}

function sliceText(slice: string, format: WireFormat): string {
  if (format === "base64") return Buffer.from(slice, "latin1").base64Slice();
  return format === "plain" ? quoteJson(slice).slice(1, -1) : slice;
}

/** Where a slice ends so that it can be encoded by itself: between chars of UTF-8, or after whole groups of base64. */
function sliceEnd(bytes: string, at: number, format: WireFormat): number {
  const end = at + PIECE_BYTES - (PIECE_BYTES % 3);
  if (end >= bytes.length) return bytes.length;
  if (format !== "plain") return end;
  // A char has at most three bytes after its first; four of them in a row are no char's.
  for (let back = 1; back <= 4; back++) {
    const byte = bytes.charCodeAt(end - back);
    if (byte >= 0xc0) return end - back;
    if (byte < 0x80) return end;
  }
  return end;
}
