/**
 * The checksum of RDB files and DUMP payloads: CRC-64 with Jones's polynomial, reflected, with initial value 0, not
 * inverted.
 */

/** The polynomial 0xad93d23594c935a9, bits reversed, in two halves. */
const POLYNOMIAL_HIGH = 0x95ac9329;
const POLYNOMIAL_LOW = 0xac4bc9b5;

/** The remainder of each byte, in two halves. A bigint for each byte would take a hundred times as long. */
const HIGH = new Uint32Array(256);
const LOW = new Uint32Array(256);

for (let byte = 0; byte < 256; byte++) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const odd = (low & 1) === 1;
    low = ((low >>> 1) | (high << 31)) >>> 0;
    high >>>= 1;
    if (odd) {
      high = (high ^ POLYNOMIAL_HIGH) >>> 0;
      low = (low ^ POLYNOMIAL_LOW) >>> 0;
    }
  }
  HIGH[byte] = high;
  LOW[byte] = low;
}

/** The checksum of bytes. `before` is the checksum of the bytes before them, if any. */
export function crc64(bytes: Uint8Array, before = 0n): bigint {
  let high = Number(before >> 32n);
  let low = Number(before & 0xffffffffn);
  for (let i = 0; i < bytes.length; i++) {
    const index = (low ^ bytes[i]!) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ LOW[index]!;
    high = (high >>> 8) ^ HIGH[index]!;
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
