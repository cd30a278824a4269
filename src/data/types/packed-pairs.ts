/**
 * A few pairs of byte strings packed into one string, for small hashes: each string is preceded by its length. Five
 * short pairs take 400 bytes as an array of strings, nearly all of them headers and pointers; packed they take 80.
 *
 * Invariant: a packed string is well-formed and never changes; an edit makes a new one. A position `at` is where a
 * pair's first length stands.
 *
 * Cost: finding a pair walks those before it; an edit copies the whole string, which has at most {@link
 * PACKED_BYTES_MAX} bytes.
 *
 * References: strings read out of it may share its memory. What is stored elsewhere must be copied.
 */

/** Above this size, copying costs more than the saved memory is worth. */
export const PACKED_BYTES_MAX = 4096;

/** A length below this takes one char. A longer one takes this mark and two chars. */
const LONG = 255;

/** Start and end of the string whose length stands at `at`. */
function bodyStart(packed: string, at: number): number {
  return packed.charCodeAt(at) === LONG ? at + 3 : at + 1;
}

function bodyEnd(packed: string, at: number): number {
  const length = packed.charCodeAt(at);
  if (length < LONG) return at + 1 + length;
  return at + 3 + (packed.charCodeAt(at + 1) << 8) + packed.charCodeAt(at + 2);
}

function bodyAt(packed: string, at: number): string {
  return packed.slice(bodyStart(packed, at), bodyEnd(packed, at));
}

function withLength(text: string): string {
  const { length } = text;
  if (length < LONG) return String.fromCharCode(length) + text;
  return String.fromCharCode(LONG, length >> 8, length & 255) + text;
}

/**
 * The text as one flat string. V8 keeps a concatenation as a tree, which would keep its parts alive, until a char of it
 * is read.
 */
function flattened(text: string): string {
  text.charCodeAt(0);
  return text;
}

/** Bytes that a pair takes. */
export function pairBytes(first: string, second: string): number {
  return first.length + second.length + (first.length < LONG ? 1 : 3) + (second.length < LONG ? 1 : 3);
}

/** The position of the pair with this first string, or -1. */
export function findPair(packed: string, first: string): number {
  for (let at = 0; at < packed.length; at = nextPair(packed, at)) {
    const start = bodyStart(packed, at);
    if (bodyEnd(packed, at) - start === first.length && packed.startsWith(first, start)) return at;
  }
  return -1;
}

/** The position of the pair after the one at `at`; after the last pair, the length of the packed string. */
function nextPair(packed: string, at: number): number {
  return bodyEnd(packed, bodyEnd(packed, at));
}

/** The position of pair `number`, counted from 0. */
export function pairAt(packed: string, number: number): number {
  let at = 0;
  for (let i = 0; i < number; i++) at = nextPair(packed, at);
  return at;
}

/** The first string of the pair at `at`. It may share the packed string's memory. */
export function firstOf(packed: string, at: number): string {
  return bodyAt(packed, at);
}

/** The second string of the pair at `at`. It may share the packed string's memory. */
export function secondOf(packed: string, at: number): string {
  return bodyAt(packed, bodyEnd(packed, at));
}

/** A packed string with a pair added at its end. */
export function appendPair(packed: string, first: string, second: string): string {
  return flattened(packed + withLength(first) + withLength(second));
}

/** A packed string in which the pair at `at` has another second string. */
export function replaceSecond(packed: string, at: number, second: string): string {
  const from = bodyEnd(packed, at);
  return flattened(packed.slice(0, from) + withLength(second) + packed.slice(bodyEnd(packed, from)));
}

/** A packed string without the pair at `at`. */
export function removePair(packed: string, at: number): string {
  return flattened(packed.slice(0, at) + packed.slice(nextPair(packed, at)));
}

/** All strings: each pair's first, then its second. */
export function unpackPairs(packed: string): string[] {
  const items: string[] = [];
  for (let at = 0; at < packed.length; at = bodyEnd(packed, at)) items.push(bodyAt(packed, at));
  return items;
}
