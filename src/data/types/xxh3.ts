/**
 * XXH3, the 64-bit variant with seed 0 and the default secret: the digest that DIGEST answers and IFDEQ compares.
 *
 * Written after xxHash's specification, doc/xxhash_spec.md, with its names. Up to 240 bytes it is a few 64-bit
 * operations, done with bigints. Longer inputs are hashed in 32-bit halves by {@link accumulate}, which is some fifty
 * times faster than with bigints.
 */

const MASK_64 = 0xffffffffffffffffn;

const PRIME32_1 = 0x9e3779b1;
const PRIME64_1 = 0x9e3779b185ebca87n;
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME64_3 = 0x165667b19e3779f9n;
const PRIME_MX1 = 0x165667919e3779f9n;
const PRIME_MX2 = 0x9fb21c651e98df25n;

/** The default secret, 192 bytes. */
const SECRET = Buffer.from(
  "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f" +
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c" +
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8" +
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364" +
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e" +
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e",
  "hex",
);

/** The digest of a byte string, as 16 lower-case hexadecimal digits, most significant first. */
export function xxh3Hex(bytes: string): string {
  return xxh3(bytes).toString(16).padStart(16, "0");
}

function xxh3(input: string): bigint {
  const { length } = input;
  if (length > 240) return hashLarge(input);
  if (length > 128) return hash129to240(input);
  if (length > 16) return hash17to128(input);
  if (length > 8) return hash9to16(input);
  if (length > 3) return hash4to8(input);
  if (length > 0) return hash1to3(input);
  return avalancheXxh64(secret64(56) ^ secret64(64));
}

function hash1to3(input: string): bigint {
  const { length } = input;
  const combined =
    input.charCodeAt(length - 1) | (length << 8) | (input.charCodeAt(0) << 16) | (input.charCodeAt(length >> 1) << 24);
  const keyed = SECRET.readUInt32LE(0) ^ SECRET.readUInt32LE(4) ^ combined;
  return avalancheXxh64(BigInt(keyed >>> 0));
}

function hash4to8(input: string): bigint {
  const length = BigInt(input.length);
  const combined = (BigInt(read32(input, 0) >>> 0) << 32n) | BigInt(read32(input, input.length - 4) >>> 0);
  let value = secret64(8) ^ secret64(16) ^ combined;
  value ^= rotateLeft(value, 49n) ^ rotateLeft(value, 24n);
  value = (value * PRIME_MX2) & MASK_64;
  value ^= (value >> 35n) + length;
  value = (value * PRIME_MX2) & MASK_64;
  return value ^ (value >> 28n);
}

function hash9to16(input: string): bigint {
  const low = secret64(24) ^ secret64(32) ^ read64(input, 0);
  const high = secret64(40) ^ secret64(48) ^ read64(input, input.length - 8);
  return avalanche((BigInt(input.length) + swapBytes(low) + high + foldedProduct(low, high)) & MASK_64);
}

/** Chunks of 16 bytes from both ends, pair by pair from the middle outwards. */
function hash17to128(input: string): bigint {
  const { length } = input;
  let sum = BigInt(length) * PRIME64_1;
  for (let i = (length - 1) >> 5; i >= 0; i--) {
    sum += mixStep(input, i * 16, i * 32) + mixStep(input, length - i * 16 - 16, i * 32 + 16);
  }
  return avalanche(sum & MASK_64);
}

function hash129to240(input: string): bigint {
  const { length } = input;
  let sum = BigInt(length) * PRIME64_1;
  for (let i = 0; i < 8; i++) sum += mixStep(input, i * 16, i * 16);
  sum = avalanche(sum & MASK_64);
  for (let i = 8; i < length >> 4; i++) sum += mixStep(input, i * 16, (i - 8) * 16 + 3);
  sum += mixStep(input, length - 16, 119);
  return avalanche(sum & MASK_64);
}

const STRIPE_BYTES = 64;
const STRIPES_PER_BLOCK = (SECRET.length - STRIPE_BYTES) / 8;
const BLOCK_BYTES = STRIPES_PER_BLOCK * STRIPE_BYTES;

/** The secret as 32-bit little-endian words, from the offsets that the stripes of a block and the scramble use. */
const SECRET_WORDS = secretWords(0, SECRET.length / 4);
/** The part of the secret for the last stripe, which is not aligned to words. */
const LAST_STRIPE_WORDS = secretWords(SECRET.length - 71, 16);

/** Initial values of the eight accumulators, low half first. */
const INITIAL_ACCUMULATORS = [
  0xc2b2ae3d, 0x00000000, 0x85ebca87, 0x9e3779b1, 0x27d4eb4f, 0xc2b2ae3d, 0x9e3779f9, 0x165667b1, 0xc2b2ae63,
  0x85ebca77, 0x85ebca77, 0x00000000, 0x165667c5, 0x27d4eb2f, 0x9e3779b1, 0x00000000,
];

function hashLarge(input: string): bigint {
  const { length } = input;
  const accumulators = Int32Array.from(INITIAL_ACCUMULATORS);
  let at = 0;
  for (; length - at > BLOCK_BYTES; at += BLOCK_BYTES) {
    for (let n = 0; n < STRIPES_PER_BLOCK; n++) accumulate(accumulators, input, at + n * 64, SECRET_WORDS, n * 2);
    scramble(accumulators);
  }
  const fullStripes = Math.floor((length - at - 1) / STRIPE_BYTES);
  for (let n = 0; n < fullStripes; n++) accumulate(accumulators, input, at + n * 64, SECRET_WORDS, n * 2);
  accumulate(accumulators, input, length - STRIPE_BYTES, LAST_STRIPE_WORDS, 0);
  return finalMerge(accumulators, BigInt(length) * PRIME64_1);
}

/**
 * Mixes one stripe into the accumulators: each of its eight 64-bit lanes is added to the neighbouring accumulator, and
 * the product of the two halves of the keyed lane to its own.
 */
function accumulate(accumulators: Int32Array, input: string, at: number, key: Int32Array, keyAt: number): void {
  for (let lane = 0; lane < 16; lane += 2) {
    const low = read32(input, at + lane * 4);
    const high = read32(input, at + lane * 4 + 4);
    add64(accumulators, lane ^ 2, low, high);
    const a = low ^ key[keyAt + lane]!;
    const b = high ^ key[keyAt + lane + 1]!;
    add64(accumulators, lane, Math.imul(a, b), highProduct(a, b));
  }
}

/** Adds a 64-bit number to the accumulator whose low half is at `at`. */
function add64(accumulators: Int32Array, at: number, low: number, high: number): void {
  const sum = (accumulators[at]! + low) | 0;
  const carry = sum >>> 0 < low >>> 0 ? 1 : 0;
  accumulators[at] = sum;
  accumulators[at + 1] = (accumulators[at + 1]! + high + carry) | 0;
}

/** The upper 32 bits of the product of two unsigned 32-bit numbers, from products of their 16-bit halves. */
function highProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) >>> 0;
  const carried = (Math.imul(aLow, bHigh) + (middle & 0xffff)) >>> 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carried >>> 16)) | 0;
}

/** Scrambles the accumulators after each block: `acc = (acc ^ acc >> 47 ^ secret) · PRIME32_1`. */
function scramble(accumulators: Int32Array): void {
  const keyAt = (SECRET.length - STRIPE_BYTES) / 4;
  for (let lane = 0; lane < 16; lane += 2) {
    const high = accumulators[lane + 1]!;
    const keyedLow = accumulators[lane]! ^ (high >>> 15) ^ SECRET_WORDS[keyAt + lane]!;
    const keyedHigh = high ^ SECRET_WORDS[keyAt + lane + 1]!;
    accumulators[lane] = Math.imul(keyedLow, PRIME32_1);
    accumulators[lane + 1] = (Math.imul(keyedHigh, PRIME32_1) + highProduct(keyedLow, PRIME32_1)) | 0;
  }
}

function finalMerge(accumulators: Int32Array, start: bigint): bigint {
  const lanes = new BigUint64Array(8).map((_, i) => join64(accumulators[i * 2]!, accumulators[i * 2 + 1]!));
  let result = start;
  for (let i = 0; i < 8; i += 2) {
    result += foldedProduct(lanes[i]! ^ secret64(11 + i * 8), lanes[i + 1]! ^ secret64(19 + i * 8));
  }
  return avalanche(result & MASK_64);
}

/** Mixes sixteen bytes of input and of the secret into 64 bits. */
function mixStep(input: string, at: number, secretAt: number): bigint {
  return foldedProduct(read64(input, at) ^ secret64(secretAt), read64(input, at + 8) ^ secret64(secretAt + 8));
}

/** The exclusive or of the two halves of the 128-bit product. */
function foldedProduct(a: bigint, b: bigint): bigint {
  const product = a * b;
  return (product & MASK_64) ^ (product >> 64n);
}

function avalanche(x: bigint): bigint {
  const mixed = ((x ^ (x >> 37n)) * PRIME_MX1) & MASK_64;
  return mixed ^ (mixed >> 32n);
}

function avalancheXxh64(x: bigint): bigint {
  const first = ((x ^ (x >> 33n)) * PRIME64_2) & MASK_64;
  const second = ((first ^ (first >> 29n)) * PRIME64_3) & MASK_64;
  return second ^ (second >> 32n);
}

function rotateLeft(x: bigint, bits: bigint): bigint {
  return ((x << bits) & MASK_64) | (x >> (64n - bits));
}

function swapBytes(x: bigint): bigint {
  let swapped = 0n;
  for (let shift = 0n; shift < 64n; shift += 8n) swapped = (swapped << 8n) | ((x >> shift) & 0xffn);
  return swapped;
}

/** Four bytes as a signed 32-bit number, little-endian. */
function read32(input: string, at: number): number {
  return (
    input.charCodeAt(at) |
    (input.charCodeAt(at + 1) << 8) |
    (input.charCodeAt(at + 2) << 16) |
    (input.charCodeAt(at + 3) << 24)
  );
}

function read64(input: string, at: number): bigint {
  return join64(read32(input, at), read32(input, at + 4));
}

function join64(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

function secret64(at: number): bigint {
  return SECRET.readBigUInt64LE(at);
}

function secretWords(at: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => SECRET.readInt32LE(at + i * 4));
}
