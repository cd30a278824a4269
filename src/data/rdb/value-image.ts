/**
 * Large values as they were at an instant, written in pieces while the values themselves are edited on. An image costs the
 * edit that makes it necessary next to nothing, and each later edit a copy of what that one changes, at most: chunks of
 * lists and nodes of streams are shared and copied on write, lines of buffers and arrays and objects of documents are
 * copied before an edit, and elements of hashes, sets and sorted sets, whose order in a file is free, are written before
 * the others when they are about to change.
 */
import type { EncodingBounds } from "../encoding.ts";
import { ByteBuffer } from "../types/byte-buffer.ts";
import { FrozenTree } from "../types/frozen-tree.ts";
import { HashValue } from "../types/hash.ts";
import type { IdMap } from "../types/id-map.ts";
import type { SlotIndex, SlotWatcher } from "../types/indexed-map.ts";
import { isContainer, JsonValue } from "../types/json-document.ts";
import type { JsonNode } from "../types/json-document.ts";
import { ListValue } from "../types/list.ts";
import type { MemberWatcher } from "../types/member-scores.ts";
import { SetValue } from "../types/set.ts";
import { SlotWalk } from "../slot-walk.ts";
import { SortedSetValue } from "../types/sorted-set.ts";
import { StreamValue } from "../types/stream.ts";
import { valueBytes } from "../value.ts";
import type { Value } from "../value.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { beginJsonModule, endJsonModule } from "./json-module.ts";
import { writeLength } from "./rdb-string.ts";
import { RdbType } from "./rdb-types.ts";
import { lateness, PART_ELEMENTS, stringParts, valueParts, writeType } from "./value-writer.ts";
import type { Parts } from "./value-writer.ts";

export interface ValueImage {
  /** Estimated bytes that it holds beside the value. */
  readonly heldBytes: number;
  /** Writes the value's type, a key, and the value, with pauses between which the value may change. To be driven once. */
  parts(writer: ByteWriter, key: string, bounds: Readonly<EncodingBounds>): Parts;
  /** Ends it. Until then the value informs it of changes. */
  release(): void;
}

/** A value that takes fewer bytes, by an estimate, is written at once. */
const IMAGE_BYTES_MIN = 64 * 1024;

/** Estimated bytes of an element that is remembered, without its strings. */
const ELEMENT_BYTES = 48;

/** The image of a value at this instant; undefined for one that is small enough to be written at once. */
export function imageOf(value: Value): ValueImage | undefined {
  if (typeof value === "string") return value.length < IMAGE_BYTES_MIN ? undefined : frozenImage(value, []);
  if (value instanceof JsonValue)
    return bytesLeftBy(value.root, IMAGE_BYTES_MIN) < 0 ? documentImage(value) : undefined;
  if (value instanceof HashValue && value.slots === undefined) return undefined;
  if (value instanceof SortedSetValue && value.isSmall) return undefined;
  if (valueBytes(value) < IMAGE_BYTES_MIN) return undefined;
  if (value instanceof ByteBuffer) return bufferImage(value);
  if (value instanceof ListValue) return listImage(value);
  if (value instanceof StreamValue) return streamImage(value);
  if (value instanceof HashValue) return new HashImage(value, value.slots!);
  if (value instanceof SortedSetValue) return new SortedSetImage(value);
  if (value instanceof SetValue && value.slots !== undefined) return new SetImage(value, value.slots);
  // It is an array of few and long elements.
  return frozenImage(value.copy(), []);
}

/** What is left of a number of bytes after a tree was written; less than 0, and too much, when they do not suffice. */
function bytesLeftBy(node: JsonNode, bytes: number): number {
  if (typeof node === "string") return bytes - node.length - 2;
  if (!isContainer(node)) return bytes - 4;
  let left = bytes - 2;
  if (Array.isArray(node)) {
    for (let i = 0; i < node.length && left >= 0; i++) left = bytesLeftBy(node[i]!, left - 1);
    return left;
  }
  for (const [name, child] of node) {
    if (left < 0) break;
    left = bytesLeftBy(child, left - name.length - 4);
  }
  return left;
}

/** What shares its parts with a frozen value. */
type Sharing = Pick<IdMap<unknown>, "copiedBytes" | "thaw">;

/** The image of a value that does not change any more. */
function frozenImage(frozen: Value, sharing: readonly Sharing[]): ValueImage {
  return {
    get heldBytes() {
      return sharing.reduce((sum, { copiedBytes }) => sum + copiedBytes, 0);
    },
    parts: (writer, key, bounds) => valueParts(writer, frozen, bounds, key),
    release() {
      for (const one of sharing) one.thaw();
    },
  };
}

function listImage(list: ListValue): ValueImage {
  const { frozen, sharing } = list.freeze();
  return frozenImage(frozen, sharing === undefined ? [] : [sharing]);
}

function streamImage(stream: StreamValue): ValueImage {
  const sharing: IdMap<unknown>[] = [];
  return frozenImage(stream.freeze(sharing), sharing);
}

function bufferImage(buffer: ByteBuffer): ValueImage {
  const frozen = buffer.freeze();
  return {
    get heldBytes() {
      return frozen.copiedBytes;
    },
    *parts(writer, key) {
      writeType(writer, RdbType.STRING, key);
      yield* stringParts(writer, frozen);
    },
    release: () => buffer.thaw(frozen),
  };
}

function documentImage(document: JsonValue): ValueImage {
  const frozen = new FrozenTree(document.root);
  document.freeze(frozen);
  return {
    get heldBytes() {
      return frozen.copiedBytes;
    },
    *parts(writer, key) {
      // The length comes before the text, so the text is made twice rather than kept.
      let length = 0;
      for (const { length: chars } of frozen.pieces()) {
        length += chars;
        yield;
      }
      writeType(writer, RdbType.MODULE_2, key);
      beginJsonModule(writer);
      writeLength(writer, length);
      for (const piece of frozen.pieces()) {
        writer.bytes(piece);
        yield;
      }
      endJsonModule(writer);
    },
    release: () => document.thaw(frozen),
  };
}

/** A value whose elements may stand in any order: those that are about to change are written next. */
abstract class ElementsImage<E> implements ValueImage {
  /** Elements that have changed since, as they were. */
  protected early: E[] = [];
  protected earlyBytes = 0;
  protected readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  get heldBytes(): number {
    return this.earlyBytes;
  }

  *parts(writer: ByteWriter, key: string): Parts {
    this.head(writer, key);
    writeLength(writer, this.size);
    for (;;) {
      const elements = this.early.length > 0 ? this.early : this.take(PART_ELEMENTS);
      if (elements.length === 0) return;
      this.early = [];
      this.earlyBytes = 0;
      for (const element of elements) yield* this.element(writer, element);
      yield;
    }
  }

  /** Writes the type and what else comes before the number of elements. */
  protected abstract head(writer: ByteWriter, key: string): void;
  /** Up to so many elements that are still to be written, and have not changed; none at the end. */
  protected abstract take(count: number): E[];
  protected abstract element(writer: ByteWriter, element: E): Parts;
  abstract release(): void;
}

/** A value whose elements are in slots. */
abstract class SlotsImage<E> extends ElementsImage<E> implements SlotWatcher {
  private readonly walk: SlotWalk;
  private readonly slots: SlotIndex;

  constructor(slots: SlotIndex) {
    super(slots.size);
    this.slots = slots;
    this.walk = new SlotWalk(slots.size);
    slots.watch(this);
  }

  beforeChange(slot: number): void {
    if (!this.walk.claim(slot)) return;
    const element = this.at(slot);
    this.early.push(element);
    this.earlyBytes += ELEMENT_BYTES + this.bytesOf(element);
  }

  beforeRemove(slot: number, last: number): void {
    this.walk.beforeRemove(slot, last);
  }

  release(): void {
    this.slots.unwatch(this);
  }

  protected take(count: number): E[] {
    const elements: E[] = [];
    while (elements.length < count) {
      const slot = this.walk.take();
      if (slot === undefined) break;
      elements.push(this.at(slot));
    }
    return elements;
  }

  protected abstract at(slot: number): E;
  /** Chars of its strings. */
  protected abstract bytesOf(element: E): number;
}

class SetImage extends SlotsImage<string> {
  private readonly value: SetValue;

  constructor(value: SetValue, slots: SlotIndex) {
    super(slots);
    this.value = value;
  }

  protected head(writer: ByteWriter, key: string): void {
    writeType(writer, RdbType.SET, key);
  }

  protected at(slot: number): string {
    return this.value.memberAt(slot);
  }

  protected bytesOf(member: string): number {
    return member.length;
  }

  protected element(writer: ByteWriter, member: string): Parts {
    return stringParts(writer, member);
  }
}

interface Field {
  readonly field: string;
  readonly value: string;
  readonly deadlineMs: number | undefined;
}

class HashImage extends SlotsImage<Field> {
  private readonly hash: HashValue;
  private readonly earliest: number | undefined;

  constructor(hash: HashValue, slots: SlotIndex) {
    super(slots);
    this.hash = hash;
    this.earliest = hash.earliestDeadline;
  }

  protected head(writer: ByteWriter, key: string): void {
    const { earliest } = this;
    writeType(writer, earliest === undefined ? RdbType.HASH : RdbType.HASH_METADATA, key);
    if (earliest !== undefined) writer.int64le(earliest);
  }

  protected at(slot: number): Field {
    const { hash } = this;
    const field = hash.fieldAt(slot);
    return { field, value: hash.valueAt(slot), deadlineMs: hash.deadline(field) };
  }

  protected bytesOf({ field, value }: Field): number {
    return field.length + value.length;
  }

  protected *element(writer: ByteWriter, { field, value, deadlineMs }: Field): Parts {
    if (this.earliest !== undefined) writeLength(writer, lateness(deadlineMs, this.earliest));
    yield* stringParts(writer, field);
    yield* stringParts(writer, value);
  }
}

interface Scored {
  readonly member: string;
  readonly score: number;
}

/** Backwards by rank, because Redis and this server read faster what is in order. */
class SortedSetImage extends ElementsImage<Scored> implements MemberWatcher {
  private readonly set: SortedSetValue;
  /** The last element that was taken; those before it are still to be written, save the settled ones. */
  private last: Scored | undefined;
  /** Members that are written already, or were not there at the instant, wherever they are now. */
  private readonly settled = new Set<string>();
  private settledBytes = 0;

  constructor(set: SortedSetValue) {
    super(set.size);
    this.set = set;
    set.watch(this);
  }

  override get heldBytes(): number {
    return this.earlyBytes + this.settledBytes;
  }

  beforeChange(member: string, score: number | undefined): void {
    if (this.settled.has(member)) return;
    this.settled.add(member);
    this.settledBytes += ELEMENT_BYTES + member.length;
    if (score === undefined || !this.isStillToBeTaken(score, member)) return;
    this.early.push({ member, score });
    this.earlyBytes += ELEMENT_BYTES + member.length;
  }

  release(): void {
    this.set.unwatch(this);
  }

  private isStillToBeTaken(score: number, member: string): boolean {
    const { last } = this;
    return last === undefined || score < last.score || (score === last.score && member < last.member);
  }

  protected head(writer: ByteWriter, key: string): void {
    writeType(writer, RdbType.ZSET_2, key);
  }

  protected take(count: number): Scored[] {
    const { last, set } = this;
    const elements: Scored[] = [];
    let end = last === undefined ? set.size : set.rankOf(last.score, last.member);
    while (elements.length === 0 && end > 0) {
      const start = Math.max(0, end - count);
      set.forEach({ start, end }, true, (member, score) => {
        this.last = { member, score };
        if (!this.settled.has(member)) elements.push(this.last);
      });
      end = start;
    }
    return elements;
  }

  protected *element(writer: ByteWriter, { member, score }: Scored): Parts {
    yield* stringParts(writer, member);
    writer.doublele(score);
  }
}
