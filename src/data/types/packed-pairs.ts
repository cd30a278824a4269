/**
 * A few pairs of byte strings in one: each string with its length before it, one after another. As an array of strings,
 * five short pairs take 400 bytes, nearly all of them headers and pointers; packed they take 80.
 *
 * A packed string is never changed: what edits it makes another one. That costs a copy of at most {@link PACKED_BYTES_MAX}.
 */

/** Above this the copies would cost more than the memory saved is worth. */
export const PACKED_BYTES_MAX = 4096;

/** Lengths up to this take one char; a longer one takes this mark and two chars. */
const LONG = 255;

/** Where the string whose length stands at `at` begins, and where it ends. */
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

/** A concatenation is a tree until somebody looks at a char of it; a tree would keep the strings it was made of. */
function flattened(text: string): string {
  text.charCodeAt(0);
  return text;
}

/** Bytes that a pair adds. */
export function pairBytes(first: string, second: string): number {
  return first.length + second.length + (first.length < LONG ? 1 : 3) + (second.length < LONG ? 1 : 3);
}

/** Where the pair with this first string stands, or -1. */
export function findPair(packed: string, first: string): number {
  for (let at = 0; at < packed.length; at = nextPair(packed, at)) {
    const start = bodyStart(packed, at);
    if (bodyEnd(packed, at) - start === first.length && packed.startsWith(first, start)) return at;
  }
  return -1;
}

/** Where the pair after the one at `at` stands; the length of the whole after the last. */
function nextPair(packed: string, at: number): number {
  return bodyEnd(packed, bodyEnd(packed, at));
}

/** Where the pair of a running number stands. */
export function pairAt(packed: string, number: number): number {
  let at = 0;
  for (let i = 0; i < number; i++) at = nextPair(packed, at);
  return at;
}

/** The first string of the pair at `at`. It may share the packed string's memory; what is kept must be copied. */
export function firstOf(packed: string, at: number): string {
  return bodyAt(packed, at);
}

/** The second string of the pair at `at`, likewise. */
export function secondOf(packed: string, at: number): string {
  return bodyAt(packed, bodyEnd(packed, at));
}

export function appendPair(packed: string, first: string, second: string): string {
  return flattened(packed + withLength(first) + withLength(second));
}

/** The pair at `at` gets another second string. */
export function replaceSecond(packed: string, at: number, second: string): string {
  const from = bodyEnd(packed, at);
  return flattened(packed.slice(0, from) + withLength(second) + packed.slice(bodyEnd(packed, from)));
}

export function removePair(packed: string, at: number): string {
  return flattened(packed.slice(0, at) + packed.slice(nextPair(packed, at)));
}

/** First and second strings in turn. */
export function unpackPairs(packed: string): string[] {
  const items: string[] = [];
  for (let at = 0; at < packed.length; at = bodyEnd(packed, at)) items.push(bodyAt(packed, at));
  return items;
}
