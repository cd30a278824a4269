/**
 * The entries of a stream, newest first: older ones are read when they come in sight, newer ones by asking for what follows the
 * newest that is known, so that none is left out.
 */
import { signal } from "@preact/signals";
import type { ByteString, Word } from "../client/bytes.ts";
import { bytesOf, itemsOf, pairsOf, ReplyError, stringOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import type { Sender } from "./checked-edits.ts";

export interface Entry {
  readonly id: string;
  readonly fields: readonly (readonly [Uint8Array, Uint8Array])[];
}

/** Entries that are read at once. */
const PAGE = 100;
const TAIL_PAGE = 500;

/** Entries that the page keeps; the oldest are read again when they come in sight. */
const KEPT_MAX = 20_000;

/** The entries of XRANGE, XREVRANGE and XCLAIM. Those that were deleted meanwhile are null. */
function entriesIn(reply: Reply): Entry[] {
  return itemsOf(reply)
    .filter(({ kind }) => kind === "array")
    .map((entry) => {
      const [id, fields] = itemsOf(entry);
      const pairs = pairsOf(fields!).map(([name, value]) => [bytesOf(name)!.slice(), bytesOf(value)!.slice()] as const);
      return { id: stringOf(id!), fields: pairs };
    });
}

/** The id before another; undefined for the first that there is. */
export function idBefore(id: string): string | undefined {
  const [ms, seq] = id.split("-").map(BigInt) as [bigint, bigint];
  if (seq > 0n) return `${ms}-${seq - 1n}`;
  return ms > 0n ? `${ms - 1n}-18446744073709551615` : undefined;
}

/** Whether an id is greater than another. */
export function isAfter(a: string, b: string): boolean {
  const [aMs, aSeq] = a.split("-").map(BigInt) as [bigint, bigint];
  const [bMs, bSeq] = b.split("-").map(BigInt) as [bigint, bigint];
  return aMs === bMs ? aSeq > bSeq : aMs > bMs;
}

export class StreamEntries {
  /** Newest first. Another list after each change. */
  readonly entries = signal<readonly Entry[]>([]);
  /** Whether the oldest entry is read. */
  readonly isComplete = signal(false);
  private readonly sender: Sender;
  private readonly key: ByteString;
  private isReading = false;
  /** Counts calls of {@link begin}: an answer for an earlier one is not used. */
  private beginnings = 0;
  /** The id after which entries are new; undefined while the newest ones are being read. */
  private newest: string | undefined;
  private start = "-";
  private end = "+";

  constructor(sender: Sender, key: ByteString) {
    this.sender = sender;
    this.key = key;
  }

  /** Reads the newest entries between two ids, `-` and `+` for all. */
  async begin(start = "-", end = "+"): Promise<void> {
    this.start = start;
    this.end = end;
    this.newest = undefined;
    const beginning = ++this.beginnings;
    const found = entriesIn(await this.send("XREVRANGE", this.key, end, start, "COUNT", `${PAGE}`));
    const newest = found[0]?.id ?? (await this.lastId());
    if (beginning !== this.beginnings) return;
    this.newest = newest;
    this.entries.value = found;
    this.isComplete.value = found.length < PAGE;
  }

  /** Whether new entries belong to what is shown. */
  get isOpen(): boolean {
    return this.end === "+";
  }

  /** The id that the stream has given out last: entries before it may all be deleted. */
  private async lastId(): Promise<string> {
    const reply = await this.sender.ask(["XINFO", "STREAM", this.key]);
    if (reply.kind !== "array") return "0-0";
    const found = pairsOf(reply).find(([name]) => stringOf(name) === "last-generated-id");
    return found === undefined ? "0-0" : stringOf(found[1]);
  }

  /** Reads entries before the oldest one that is known. */
  async older(): Promise<void> {
    const oldest = this.entries.value.at(-1);
    const end = oldest === undefined ? undefined : idBefore(oldest.id);
    if (this.isReading || this.isComplete.value || end === undefined) return;
    this.isReading = true;
    try {
      const found = entriesIn(await this.send("XREVRANGE", this.key, end, this.start, "COUNT", `${PAGE}`));
      if (this.entries.value.at(-1) !== oldest) return;
      this.isComplete.value = found.length < PAGE;
      this.entries.value = [...this.entries.value, ...found];
    } finally {
      this.isReading = false;
    }
  }

  /** Reads all that has come since. Answers how many entries there were; none while the newest are being read. */
  async tail(): Promise<number> {
    let count = 0;
    for (;;) {
      const { newest } = this;
      if (newest === undefined || !this.isOpen) return count;
      const reply = await this.send("XREAD", "COUNT", `${TAIL_PAGE}`, "STREAMS", this.key, newest);
      // Read meanwhile by another call.
      if (this.newest !== newest) return count;
      const [stream] = itemsOf(reply);
      const found = stream === undefined ? [] : entriesIn(itemsOf(stream)[1]!);
      if (found.length === 0) return count;
      count += found.length;
      this.newest = found.at(-1)!.id;
      this.add(found);
      if (found.length < TAIL_PAGE) return count;
    }
  }

  private add(found: readonly Entry[]): void {
    const fresh = found.toReversed();
    const all = [...fresh, ...this.entries.value];
    if (all.length > KEPT_MAX) this.isComplete.value = false;
    this.entries.value = all.slice(0, KEPT_MAX);
  }

  /** Takes an entry away that was deleted here. */
  remove(id: string): void {
    this.entries.value = this.entries.value.filter((entry) => entry.id !== id);
  }

  private async send(...words: readonly Word[]): Promise<Reply> {
    const reply = await this.sender.ask(words);
    if (reply.kind === "error") throw new ReplyError(reply.text);
    return reply;
  }
}

/** The time of an id, for people; its digits where it is none of this age. */
export function timeOf(id: string): string {
  const ms = Number(id.split("-", 1)[0]);
  if (ms < 1e11 || ms > 8e15) return "–";
  return new Date(ms).toISOString().replace("T", " ").replace("Z", "");
}
