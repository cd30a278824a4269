/** A string as its view knows it: whole where it is small, else in parts. */
import { signal } from "@preact/signals";
import type { ByteString, Word } from "../client/bytes.ts";
import { bytesOf, numberOf, ReplyError } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { ByteSource, PART_BYTES } from "./byte-source.ts";
import { CheckedEdits } from "./checked-edits.ts";
import type { Outcome, Sender } from "./checked-edits.ts";
import type { Draft } from "./drafts.ts";
import { formatsOf, formatsOfHead } from "./formats.ts";
import type { Format, Formats } from "./formats.ts";
import { areEqual } from "./hex.ts";
import { rangePlace } from "./places.ts";

/** Bytes up to which a string is read whole, edited as one text, and compared as a whole. */
const WHOLE_BYTES_MAX = 1024 * 1024;

/** Bytes up to which what follows an edited part can move: a script holds the whole value for that. */
const MOVED_BYTES_MAX = 8 * 1024 * 1024;

/** Bytes of a request for the whole of a long string. */
const DOWNLOAD_BYTES = 1024 * 1024;

type StringState =
  | { readonly kind: "loading" | "gone" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "whole"; readonly bytes: Uint8Array }
  | { readonly kind: "parts"; readonly source: ByteSource };

export class StringModel {
  readonly state = signal<StringState>({ kind: "loading" });
  readonly formats = signal<Formats>({ formats: ["text"] });
  /** The format that the person has chosen. */
  readonly chosen = signal<Format | undefined>(undefined);
  /** What was typed and is not saved. */
  readonly draft = signal<Draft | undefined>(undefined);
  /** Counts up when the editor has to begin again. */
  readonly generation = signal(0);
  /** Counts up when a part has come. */
  readonly parts = signal(0);
  /** Whether somebody else changed the value while it is edited here. */
  readonly isStale = signal(false);
  protected readonly sender: Sender;
  readonly key: ByteString;
  protected readonly edits: CheckedEdits;

  constructor(sender: Sender, key: ByteString) {
    this.sender = sender;
    this.key = key;
    this.edits = new CheckedEdits(sender, key);
  }

  /** The format that is shown: the chosen one where the value has it. */
  get format(): Format {
    const { formats } = this.formats.value;
    const chosen = this.chosen.value;
    return chosen !== undefined && formats.includes(chosen) ? chosen : formats[0]!;
  }

  /** Reads the value. What was typed stays, and so does what is shown while the server is away. */
  async load(): Promise<void> {
    try {
      const found = await this.read();
      if (typeof found === "number") await this.loadHead(found);
      else this.take(found);
    } catch (error) {
      const { kind } = this.state.value;
      if (kind === "whole" || kind === "parts") throw error;
      this.state.value = { kind: "failed", error };
    }
  }

  /** The whole value; its length where it is too long for that; undefined where there is none. */
  protected async read(): Promise<Uint8Array | number | undefined> {
    const length = numberOf(await this.send("STRLEN", this.key));
    if (length > WHOLE_BYTES_MAX) return length;
    const bytes = bytesOf(await this.send("GETRANGE", this.key, "0", "-1"))!.slice();
    const isThere = bytes.length > 0 || numberOf(await this.send("EXISTS", this.key)) > 0;
    return isThere ? bytes : undefined;
  }

  private take(bytes: Uint8Array | undefined): void {
    const current = this.state.value;
    const isSame = bytes !== undefined && current.kind === "whole" && areEqual(current.bytes, bytes);
    if (isSame) this.isStale.value = false;
    else if (this.draft.value !== undefined) this.isStale.value = true;
    else if (bytes === undefined) this.state.value = { kind: "gone" };
    else this.show({ kind: "whole", bytes }, this.formatsOf(bytes));
  }

  /** The formats of a whole value. */
  protected formatsOf(bytes: Uint8Array): Formats {
    return formatsOf(bytes);
  }

  private async loadHead(length: number): Promise<void> {
    const source = new ByteSource(
      length,
      async (from, to) => bytesOf(await this.send("GETRANGE", this.key, `${from}`, `${to}`))!.slice(),
      () => (this.parts.value += 1),
    );
    const head = bytesOf(await this.send("GETRANGE", this.key, "0", `${PART_BYTES - 1}`))!.slice();
    source.keep(0, head);
    // What was edited as a whole has grown: what was typed is not thrown away for it.
    if (this.draft.value !== undefined) this.isStale.value = true;
    else this.show({ kind: "parts", source }, formatsOfHead(head));
  }

  private show(state: StringState, formats: Formats): void {
    this.state.value = state;
    this.formats.value = formats;
    this.edited = undefined;
    this.isStale.value = false;
    this.generation.value += 1;
  }

  /** Shows another format. What was typed goes with it. Throws an Error where that is not complete. */
  choose(format: Format): void {
    const draft = this.draft.value;
    if (draft !== undefined) {
      const bytes = draft();
      this.edited = bytes;
      this.formats.value = this.formatsOf(bytes);
    }
    this.chosen.value = format;
  }

  /** What was typed in the format before, where there was one. */
  edited: Uint8Array | undefined;

  /** Saves what was typed over `base`, or over what was read. */
  async save(base?: Uint8Array): Promise<Outcome> {
    const state = this.state.value;
    if (state.kind !== "whole" || this.draft.value === undefined) throw new Error("nothing to save");
    const next = this.draft.value();
    const outcome = await this.write(base ?? state.bytes, next);
    if (outcome.kind === "saved") this.accept(next);
    return outcome;
  }

  /** Writes the whole value over the old one, if that is still there. */
  protected write(old: Uint8Array, next: Uint8Array): Promise<Outcome> {
    return this.edits.saveString(old, next);
  }

  /** Creates the key again, where somebody else has deleted it. */
  async create(): Promise<void> {
    const next = this.draft.value!();
    const reply = await this.send(...this.creation(next));
    if (reply.kind === "null") throw new ReplyError("ERR the key was created meanwhile");
    this.accept(next);
  }

  /** The command that creates the key, and answers null where it is there. */
  protected creation(next: Uint8Array): readonly Word[] {
    return ["SET", this.key, next, "NX"];
  }

  /** Forgets what was typed. */
  revert(): void {
    this.draft.value = undefined;
    this.edited = undefined;
    const state = this.state.value;
    if (state.kind === "whole") this.show(state, this.formatsOf(state.bytes));
  }

  private accept(bytes: Uint8Array): void {
    // The editor that shows these bytes goes on, with its history.
    this.draft.value = undefined;
    this.state.value = { kind: "whole", bytes };
    this.edited = bytes;
    this.isStale.value = false;
  }

  /** Overwrites a range of a string that is shown in parts, if it is still `old`. */
  async writeRange(at: number, old: Uint8Array, next: Uint8Array): Promise<Outcome> {
    const state = this.state.value;
    const isLarge = state.kind === "parts" && state.source.length > MOVED_BYTES_MAX;
    if (isLarge && next.length !== old.length) throw new Error(TEXTS.values.sameLength(old.length, next.length));
    const to = at + old.length - 1;
    const outcome = await this.edits.save(rangePlace(this.key, at, to, next.length === old.length), old, next);
    if (outcome.kind === "saved" && state.kind === "parts") {
      if (next.length === old.length) state.source.patch(at, next);
      else await this.load();
    }
    return outcome;
  }

  /** Adds bytes at the end, whatever is there. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.send("APPEND", this.key, bytes);
    await this.load();
  }

  /** The whole value in parts. `onProgress` gets how many bytes have come. */
  async readAll(onProgress: (bytes: number) => void): Promise<Uint8Array[]> {
    const state = this.state.value;
    if (state.kind === "whole") return [state.bytes];
    const parts: Uint8Array[] = [];
    for (let at = 0; ;) {
      const part = bytesOf(await this.send("GETRANGE", this.key, `${at}`, `${at + DOWNLOAD_BYTES - 1}`))!;
      parts.push(part);
      at += part.length;
      onProgress(at);
      if (part.length < DOWNLOAD_BYTES) return parts;
    }
  }

  /** Runs a command on the string. Rejects with a {@link ReplyError}. */
  async send(...words: readonly Word[]): Promise<Reply> {
    const reply = await this.sender.ask(words);
    if (reply.kind === "error") throw new ReplyError(reply.text);
    return reply;
  }
}
