/**
 * HalfSipHash-1-3 of a byte string: 32 bits, keyed with random numbers drawn at start. Clients often let their own
 * users choose keys (a rate limiter does); with a hash that an attacker can predict, colliding keys would make every
 * look-up slow.
 *
 * Source: https://github.com/veorq/SipHash. The round is written in place: as a function it would have to return four
 * numbers, which costs more than the round itself.
 */
import { hashSeed } from "./environment.ts";

const [KEY_0, KEY_1] = hashSeed;
const START_2 = 0x6c796765 ^ KEY_0;
const START_3 = 0x74656462 ^ KEY_1;

/** The hash as a signed 32-bit number. It differs from process to process. */
export function hashBytes(bytes: string): number {
  let v0 = KEY_0;
  let v1 = KEY_1;
  let v2 = START_2;
  let v3 = START_3;
  const { length } = bytes;
  // One round for each word of four bytes, one for the last word, and three to finish.
  const words = length >>> 2;
  for (let round = 0; round < words + 4; round++) {
    const word = round < words ? wordAt(bytes, round * 4) : round === words ? lastWord(bytes, words * 4) : 0;
    if (round === words + 1) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}

function wordAt(bytes: string, at: number): number {
  return (
    bytes.charCodeAt(at) |
    (bytes.charCodeAt(at + 1) << 8) |
    (bytes.charCodeAt(at + 2) << 16) |
    (bytes.charCodeAt(at + 3) << 24)
  );
}

/** The remaining bytes, with the length in the highest one. */
function lastWord(bytes: string, at: number): number {
  let word = bytes.length << 24;
  for (let i = at; i < bytes.length; i++) word |= bytes.charCodeAt(i) << (8 * (i - at));
  return word;
}
