/**
 * Reads all elements of a hash, a set or a sorted set by its SCAN command, a page at a time. Nothing is shown twice, although
 * a server may return an element again.
 */
import { signal } from "@preact/signals";
import type { ByteString, Word } from "../client/bytes.ts";
import { bytesOf, itemsOf, pairsOf, ReplyError, stringOf } from "../client/reply.ts";
import type { Sender } from "./checked-edits.ts";

export type ScanCommand = "HSCAN" | "SSCAN" | "ZSCAN";

/** An element: a field with its value, a member, a member with its score. */
export interface Element {
  readonly name: ByteString;
  /** The value or the score, whole or its beginning. */
  readonly value: Uint8Array;
  /** Bytes of the whole value. */
  readonly length: number;
}

type ScanState = "running" | "stopped" | "complete" | "failed";

/** Bytes of a value that are kept; the rest is read when it is opened. */
const KEPT_BYTES = 4096;

/** Elements that are asked for at once: more while answers are small, one at a time when they are huge. */
const COUNT_FIRST = 200;
const COUNT_MAX = 2000;
const ANSWER_BYTES_MAX = 1024 * 1024;

/** Elements after which it waits for the person to go on. */
const PAUSE_AFTER = 200_000;

export class Scan {
  readonly state = signal<ScanState>("running");
  /** Why it failed. */
  problem: unknown;
  /** How many elements are there. Changes with each page. */
  readonly count = signal(0);
  readonly elements: Element[] = [];
  private readonly places = new Map<ByteString, number>();
  private readonly sender: Sender;
  private readonly words: readonly Word[];
  private readonly pattern: ByteString;
  private readonly onPage: (added: readonly Element[]) => void;
  private cursor = "0";
  private pages = COUNT_FIRST;
  private pauseAt = PAUSE_AFTER;
  /** Whether the last page was read. */
  private hasEnded = false;
  /** Whether its view shows another scan. */
  private isOver = false;

  /** `pattern` is a glob; empty for all elements. `onPage` gets what each page has added. */
  constructor(
    sender: Sender,
    command: ScanCommand,
    key: ByteString,
    pattern: ByteString,
    onPage: (added: readonly Element[]) => void = () => {},
  ) {
    this.sender = sender;
    this.words = [command, key];
    this.pattern = pattern;
    this.onPage = onPage;
  }

  /** Reads until all is read or it is stopped. Never rejects. */
  async run(): Promise<void> {
    this.state.value = "running";
    this.pauseAt = this.elements.length + PAUSE_AFTER;
    try {
      while (this.state.value === "running" && !this.hasEnded) {
        await this.page();
        if (this.elements.length >= this.pauseAt) this.stop();
      }
      if (this.hasEnded) this.state.value = "complete";
    } catch (error) {
      this.problem = error;
      if (!this.isOver) this.state.value = "failed";
    }
  }

  stop(): void {
    if (this.state.value === "running") this.state.value = "stopped";
  }

  /** Ends for good: nothing is added any more. */
  end(): void {
    this.isOver = true;
    this.stop();
  }

  private async page(): Promise<void> {
    const match = this.pattern === "" ? [] : ["MATCH", this.pattern];
    const reply = await this.sender.ask([...this.words, this.cursor, ...match, "COUNT", `${this.pages}`]);
    if (this.state.value !== "running") return;
    if (reply.kind === "error") throw new ReplyError(reply.text);
    const [cursor, found] = itemsOf(reply);
    const isSet = this.words[0] === "SSCAN";
    const read = isSet
      ? itemsOf(found!).map((name) => elementOf(stringOf(name), new Uint8Array()))
      : pairsOf(found!).map(([name, value]) => elementOf(stringOf(name), bytesOf(value)!));
    const bytes = read.reduce((sum, { name, length }) => sum + name.length + length, 0);
    if (bytes > ANSWER_BYTES_MAX) this.pages = Math.max(1, Math.floor(this.pages / 4));
    else if (bytes < ANSWER_BYTES_MAX / 8) this.pages = Math.min(COUNT_MAX, this.pages * 2);
    const added = read.filter((element) => this.put(element));
    this.cursor = stringOf(cursor!);
    this.hasEnded = this.cursor === "0";
    this.count.value = this.elements.length;
    if (added.length > 0) this.onPage(added);
  }

  /** Adds an element, or shows its new value. Answers whether it is new. */
  put(element: Element): boolean {
    const place = this.places.get(element.name);
    if (place !== undefined) {
      this.elements[place] = element;
      return false;
    }
    this.places.set(element.name, this.elements.length);
    this.elements.push(element);
    return true;
  }

  /** Shows an element that was written here. */
  change(name: ByteString, value: Uint8Array): void {
    this.put(elementOf(name, value));
    this.touch();
  }

  /** Takes an element away that was removed here. */
  remove(name: ByteString): void {
    const place = this.places.get(name);
    if (place === undefined) return;
    this.places.delete(name);
    this.elements.splice(place, 1);
    for (let i = place; i < this.elements.length; i++) this.places.set(this.elements[i]!.name, i);
    this.touch();
  }

  /** Draws again even where the number is the same. */
  private touch(): void {
    this.count.value = -1;
    this.count.value = this.elements.length;
  }
}

/** An element of which the first bytes are kept. They are copied, since a view would keep the whole answer. */
export const elementOf = (name: ByteString, value: Uint8Array): Element => ({
  name,
  value: value.slice(0, KEPT_BYTES),
  length: value.length,
});
