/**
 * Edits that are made only while the value is still what the person saw. The server compares and writes at one instant, by a
 * small script that gets the SHA-1 of the old value, or by `SET … IFEQ`. A user without EVAL gets the next best: the old value
 * is read again just before the write, and the outcome says so.
 */
import { sha1 } from "@noble/hashes/legacy.js";
import type { Asker } from "../client/asker.ts";
import { asText, fromText, toBytes } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { bytesOf, itemsOf, numberOf, ReplyError } from "../client/reply.ts";
import { concatenate } from "./byte-source.ts";
import { areEqual } from "./hex.ts";
import { stringPlace } from "./places.ts";
import type { Place } from "./places.ts";

/** The client, as far as edits need it. */
export type Sender = Pick<Asker, "ask">;

export type Outcome =
  /** It was written. `isChecked` is false where the comparison was not made at the same instant. */
  | { readonly kind: "saved"; readonly isChecked: boolean }
  /** Somebody else has changed it: what is there now; undefined where nothing is. Nothing was written. */
  | { readonly kind: "conflict"; readonly theirs: Uint8Array | undefined };

const HEX = "0123456789abcdef";

/** The SHA-1 of bytes as hexadecimal digits; a dash for no value. */
function digestOf(bytes: Uint8Array | undefined): ByteString {
  if (bytes === undefined) return "-";
  let text = "";
  for (const byte of sha1(bytes)) text += HEX[byte >> 4]! + HEX[byte & 15]!;
  return text;
}

/** Bytes up to which a text is compared by IFEQ, which sends the old value as well. */
const IFEQ_BYTES_MAX = 256 * 1024;

export class CheckedEdits {
  private readonly sender: Sender;
  private readonly key: ByteString;
  /** Until a server says that it does not know it. */
  private hasIfeq = true;

  constructor(sender: Sender, key: ByteString) {
    this.sender = sender;
    this.key = key;
  }

  /** Replaces a string. Its deadline stays. */
  async saveString(old: Uint8Array, next: Uint8Array): Promise<Outcome> {
    if (this.hasIfeq && old.length <= IFEQ_BYTES_MAX && [old, next].every((word) => asText(word) !== undefined)) {
      const words = [...split("SET"), this.key, next, ...split("IFEQ"), old, ...split("KEEPTTL")];
      const reply = await this.sender.ask(words);
      if (reply.kind === "status") return { kind: "saved", isChecked: true };
      if (reply.kind === "null") return { kind: "conflict", theirs: await this.now(["GET", this.key]) };
      if (reply.kind === "error" && !/syntax/i.test(reply.text)) throw new ReplyError(reply.text);
      this.hasIfeq = false;
    }
    return this.save(stringPlace(this.key), old, next);
  }

  /** Writes `next` to a place if `old`, undefined for nothing, is still there. */
  async save(place: Place, old: Uint8Array | undefined, next: Uint8Array): Promise<Outcome> {
    const script = `${WORDS}\n${place.readScript}\n${COMPARE}\n${place.writeScript}\nreturn {1}`;
    const words = [
      ...split("EVAL"),
      fromText(script),
      "1",
      this.key,
      digestOf(old),
      ...[...place.words, next].map(marked),
    ];
    const reply = await this.sender.ask(words);
    if (reply.kind === "error") {
      if (!isScriptRefused(reply.text) || place.plain === undefined) throw new ReplyError(reply.text);
      return this.saveByReading(place, old, next);
    }
    const [wasSaved, theirs] = itemsOf(reply);
    if (numberOf(wasSaved!) === 1) return { kind: "saved", isChecked: true };
    return { kind: "conflict", theirs: theirs === undefined ? undefined : bytesOf(theirs)?.slice() };
  }

  private async saveByReading(place: Place, old: Uint8Array | undefined, next: Uint8Array): Promise<Outcome> {
    const answer = await this.now(place.read);
    const now = answer === undefined || place.readAs === undefined ? answer : place.readAs(answer);
    const isSame = old === undefined || now === undefined ? old === now : areEqual(old, now);
    if (!isSame) return { kind: "conflict", theirs: now };
    for (const words of place.plain!(next)) {
      const reply = await this.sender.ask(words);
      if (reply.kind === "error") throw new ReplyError(reply.text);
    }
    return { kind: "saved", isChecked: false };
  }

  private async now(words: readonly Word[]): Promise<Uint8Array | undefined> {
    const reply = await this.sender.ask(words);
    if (reply.kind === "error") throw new ReplyError(reply.text);
    return reply.kind === "integer" ? toBytes(reply.digits) : bytesOf(reply)?.slice();
  }
}

const split = (text: string): Word[] => text.split(" ");

/** Whether scripts are not to be had: no right to them, or no such command. */
const isScriptRefused = (text: string): boolean => /^NOPERM .*\beval\b|unknown command/i.test(text);

/** The words of a place have a mark before them: a request that carries bytes has no place for an empty word, or a dot. */
const WORDS = "local function word(i) return string.sub(ARGV[i], 2) end";

const marked = (word: Word): Uint8Array => concatenate([toBytes("="), toBytes(word)]);

const COMPARE = "if (now and redis.sha1hex(now) or '-') ~= ARGV[1] then return {0, now} end";
