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
  | Resp3Reply;

/** What RESP3 has a form of its own for; in RESP2 it is a string, an integer or an array. */
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
  | Push;

/** The form that RESP2 and JSON have for what only RESP3 has a form of its own for; its elements are left as they are. */
export function asResp2(reply: Resp3Reply): string | number | readonly Reply[] {
  if (reply instanceof FlatMap || reply instanceof Pairs || reply instanceof ReplySet || reply instanceof Push) {
    return reply.items;
  }
  if (reply instanceof PairMap) return reply.pairs();
  if (reply instanceof Double) return formatDouble(reply.value);
  if (reply instanceof ReplyBoolean) return reply.value ? 1 : 0;
  if (reply instanceof Verbatim || reply instanceof DoubleText || reply instanceof BigNumber) return reply.text;
  return unknownReply(reply);
}

/** `Array.isArray`, which does not narrow to an array that is read-only. */
export function isReplyArray(reply: Reply): reply is readonly Reply[] {
  return Array.isArray(reply);
}

/** Ends a list of all classes of replies: a class that is missing there makes the call an error of types. */
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

/** An error the client is meant to see: the whole text, code first (`ERR …`, `WRONGTYPE …`). A handler throws it. */
export class CommandError {
  /** One line: an error ends at its line's end in RESP, so breaks in what it quotes become spaces, as in Redis. */
  readonly text: string;
  constructor(text: string) {
    this.text = LINE_BREAK.test(text) ? oneLine(text) : text;
  }
  toString(): string {
    return this.text;
  }
}

/** A floating point number: a bulk string of its shortest form in RESP2 and JSON, a double in RESP3. */
export class Double {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A floating point number in a form of its own, which is not the shortest: a bulk string in RESP2 and JSON, a double in RESP3. */
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

/** Keys and values in turn: a flat array in RESP2 and JSON, a map in RESP3. */
export class FlatMap {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** Twos in turn, such as member and score: a flat array in RESP2 and JSON, an array of two-element arrays in RESP3. */
export class Pairs {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** Keys and values in turn: an array of two-element arrays in RESP2 and JSON, a map in RESP3. */
export class PairMap {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
  /** The items in twos. */
  pairs(): [key: Reply, value: Reply][] {
    return this.items.flatMap((key, i) => (i % 2 === 0 ? [[key, this.items[i + 1]!]] : []));
  }
}

/** Distinct members in no order: an array in RESP2 and JSON, a set in RESP3. */
export class ReplySet {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** The absence of an array: `*-1` in RESP2, null elsewhere. Use the constant {@link NULL_ARRAY}. */
export class NullArray {
  readonly kind = "null-array";
}

/** Text for people, such as INFO's: a bulk string in RESP2 and JSON, a verbatim string in RESP3. */
export class Verbatim {
  readonly text: string;
  /** What the text is in, as three chars: `txt`, or `mkd` for Markdown. */
  readonly format: string;
  constructor(text: string, format = "txt") {
    this.text = text;
    this.format = format;
  }
}

/** A message that no command asked for: an array in RESP2, a push in RESP3. Only connections receive it. */
export class Push {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** Nothing is to be sent, as after CLIENT REPLY OFF. Only connections can be told so. Use {@link NO_REPLY}. */
export class NoReply {
  readonly kind = "no-reply";
}

export const OK = new SimpleString("OK");
export const PONG = new SimpleString("PONG");
export const QUEUED = new SimpleString("QUEUED");
export const NULL_ARRAY = new NullArray();
export const NO_REPLY = new NoReply();
export const EMPTY_ARRAY: readonly Reply[] = [];
