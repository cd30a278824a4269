/**
 * What a command answers, before any wire format.
 *
 * Handlers return these values; only the edge turns them into JSON, RESP2 or RESP3. The common replies are plain
 * JavaScript values, so that the hot path allocates nothing:
 *
 * | value            | RESP2          | RESP3      | JSON            |
 * | ---------------- | -------------- | ---------- | --------------- |
 * | `string` (bytes) | bulk string    | same       | string          |
 * | `number, bigint` | integer        | same       | number          |
 * | `null`           | null bulk      | null       | null            |
 * | array            | array          | same       | array           |
 *
 * The classes below are for what differs between the protocols. The union is closed: an encoder that leaves a class out
 * does not compile. One that needs RESP2's shape only asks {@link asResp2} for the classes of {@link Resp3Reply}.
 */
import { formatDouble } from "./numbers.ts";

/** A reply to a command. Text is a byte string. */
export type Reply =
  | string
  | number
  | bigint
  | null
  | readonly Reply[]
  | SimpleString
  | CommandError
  | NullArray
  | NoReply
  | InResp2
  | Resp3Reply;

/** Replies with a form of their own in RESP3; in RESP2 each is a string, an integer or an array. */
export type Resp3Reply =
  | Double
  | DoubleText
  | BigNumber
  | ReplyBoolean
  | FlatMap
  | Pairs
  | PairMap
  | ReplySet
  | Verbatim
  | Attributed
  | Push;

/** A reply in the form that RESP2 and JSON give it. Its elements are not converted. */
export function asResp2(reply: Resp3Reply): string | number | readonly Reply[] {
  if (reply instanceof PairMap) return reply.pairs();
  if (reply instanceof Elements) return reply.items;
  if (reply instanceof Double) return formatDouble(reply.value);
  if (reply instanceof ReplyBoolean) return reply.value ? 1 : 0;
  if (reply instanceof Verbatim || reply instanceof DoubleText || reply instanceof BigNumber) return reply.text;
  if (reply instanceof Attributed) return reply.reply;
  return unknownReply(reply);
}

/** `Array.isArray` for a reply: the original does not narrow to a read-only array. */
export function isReplyArray(reply: Reply): reply is readonly Reply[] {
  return Array.isArray(reply);
}

/** Closes a chain of tests for all classes of replies: if the chain misses one, the call does not compile. */
export function unknownReply(_reply: never): never {
  throw new TypeError("a reply of no known class");
}

/** A status such as `OK` or `PONG`: a simple string in RESP. `OK` is exempt from base64. */
export class SimpleString {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const LINE_BREAK = /[\r\n]/;

function oneLine(text: string): string {
  let end = text.length;
  while (end > 0 && LINE_BREAK.test(text[end - 1]!)) end--;
  return text.slice(0, end).replace(/[\r\n]/g, " ");
}

/** An error for the client, as its whole text, code first (`ERR …`, `WRONGTYPE …`). Handlers throw it. */
export class CommandError {
  /** One line: in RESP a line break ends an error, so breaks in a quoted word become spaces, as in Redis. */
  readonly text: string;
  constructor(text: string) {
    this.text = LINE_BREAK.test(text) ? oneLine(text) : text;
  }
  toString(): string {
    return this.text;
  }
}

/** An error of a script's command that the script passes on. It was counted in the statistics when it occurred. */
export class CountedError extends CommandError {}

/** A floating point number: a bulk string of its shortest form in RESP2 and JSON, a double in RESP3. */
export class Double {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A floating point number printed by its command: a bulk string in RESP2 and JSON, a double in RESP3. */
export class DoubleText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An integer of any size, as decimal digits: a bulk string in RESP2 and JSON, a big number in RESP3. Only scripts make it. */
export class BigNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** True or false: the integer 1 or 0 in RESP2 and JSON, a boolean in RESP3. Only scripts make it. */
export class ReplyBoolean {
  readonly value: boolean;
  constructor(value: boolean) {
    this.value = value;
  }
}

/** A reply of elements whose form differs between the protocols. One test tells that a reply is none. */
export abstract class Elements {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** Keys and values alternating: a flat array in RESP2 and JSON, a map in RESP3. */
export class FlatMap extends Elements {}

/** Pairs such as member and score, alternating: a flat array in RESP2 and JSON, an array of two-element arrays in RESP3. */
export class Pairs extends Elements {}

/** Keys and values alternating: an array of two-element arrays in RESP2 and JSON, a map in RESP3. */
export class PairMap extends Elements {
  /** The items as pairs. */
  pairs(): [key: Reply, value: Reply][] {
    return this.items.flatMap((key, i) => (i % 2 === 0 ? [[key, this.items[i + 1]!]] : []));
  }
}

/** Distinct members in no order: an array in RESP2 and JSON, a set in RESP3. */
export class ReplySet extends Elements {}

/** The absence of an array: `*-1` in RESP2, null elsewhere. Use the constant {@link NULL_ARRAY}. */
export class NullArray {
  readonly kind = "null-array";
}

/** Text for people, such as INFO's: a bulk string in RESP2 and JSON, a verbatim string in RESP3. */
export class Verbatim {
  readonly text: string;
  /** The format of the text, in three chars: `txt`, or `mkd` for Markdown. */
  readonly format: string;
  constructor(text: string, format = "txt") {
    this.text = text;
    this.format = format;
  }
}

/** A reply with attributes, keys and values alternating: in RESP2 and JSON the reply alone. Only DEBUG makes it. */
export class Attributed {
  readonly attributes: readonly Reply[];
  readonly reply: string;
  constructor(attributes: readonly Reply[], reply: string) {
    this.attributes = attributes;
    this.reply = reply;
  }
}

/** A message that no command asked for: an array in RESP2, a push in RESP3. Only connections receive it. */
export class Push extends Elements {}

/** The absence of a reply, as after CLIENT REPLY OFF. Connections send nothing for it. Use {@link NO_REPLY}. */
export class NoReply {
  readonly kind = "no-reply";
}

/** A reply of a transaction that was made before HELLO chose RESP3: it stays in RESP2, whatever surrounds it. */
export class InResp2 {
  readonly reply: Reply;
  constructor(reply: Reply) {
    this.reply = reply;
  }
}

export const OK = new SimpleString("OK");
export const PONG = new SimpleString("PONG");
export const QUEUED = new SimpleString("QUEUED");
export const NULL_ARRAY = new NullArray();
export const NO_REPLY = new NoReply();
export const EMPTY_ARRAY: readonly Reply[] = [];
