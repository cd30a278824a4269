/**
 * MurmurHash64A, the 64-bit version of Austin Appleby's MurmurHash2 (https://github.com/aappleby/smhasher), with which
 * HyperLogLog hashes elements. 64-bit numbers are two halves of 32 bits here, which is many times faster than bigints.
 */

/** The hash's multiplier, 0xc6a4a7935bd1e995. */
const M_LOW = 0x5bd1e995;
const M_HIGH = 0xc6a4a793;
const M_LOW_0 = M_LOW & 0xffff;
const M_LOW_1 = M_LOW >>> 16;

/** Writes the hash of a byte string to `out`: low half, high half. */
export function murmurHash64A(bytes: string, seed: number, out: Int32Array): void {
  const length = bytes.length;
  const whole = length - (length % 8);
  let high = highOfProduct(length, 0);
  let low = seed ^ Math.imul(length, M_LOW);
  for (let i = 0; i < whole; i += 8) {
    let blockLow = littleEndian(bytes, i, 4);
    let blockHigh = littleEndian(bytes, i + 4, 4);
    blockHigh = highOfProduct(blockLow, blockHigh);
    blockLow = Math.imul(blockLow, M_LOW);
    // Shifting by 47 leaves the upper 17 bits of the high half.
    blockLow ^= blockHigh >>> 15;
    low ^= Math.imul(blockLow, M_LOW);
    high ^= highOfProduct(blockLow, blockHigh);
    high = highOfProduct(low, high);
    low = Math.imul(low, M_LOW);
  }
  if (whole < length) {
    low ^= littleEndian(bytes, whole, Math.min(4, length - whole));
    high ^= littleEndian(bytes, whole + 4, length - whole - 4);
    high = highOfProduct(low, high);
    low = Math.imul(low, M_LOW);
  }
  low ^= high >>> 15;
  high = highOfProduct(low, high);
  low = Math.imul(low, M_LOW);
  out[0] = low ^ (high >>> 15);
  out[1] = high;
}

/** Up to four bytes as a number, little-endian. */
function littleEndian(bytes: string, at: number, count: number): number {
  let word = 0;
  for (let i = 0; i < count; i++) word |= bytes.charCodeAt(at + i) << (8 * i);
  return word;
}

/** The high half of the product with the multiplier, modulo 2^64. `Math.imul(low, M_LOW)` is the low half. */
function highOfProduct(low: number, high: number): number {
  const low0 = low & 0xffff;
  const low1 = low >>> 16;
  // Long multiplication in digits of 16 bits. No sum exceeds 32 bits.
  const middle = low1 * M_LOW_0 + ((low0 * M_LOW_0) >>> 16);
  const carried = low0 * M_LOW_1 + (middle & 0xffff);
  const upper = low1 * M_LOW_1 + (middle >>> 16) + (carried >>> 16);
  return (upper + Math.imul(low, M_HIGH) + Math.imul(high, M_LOW)) | 0;
}
