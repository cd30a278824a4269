/** The checksum of Redis's payloads: CRC-64 by Jones's polynomial, bits reflected, beginning with 0. */

/** The reflected polynomial, as its halves. */
const HIGH = 0x95ac9329;
const LOW = 0xac4bc9b5;

/** For each byte the halves of its checksum, made when they are first needed. */
let table: { readonly high: Uint32Array; readonly low: Uint32Array } | undefined;

function makeTable(): { readonly high: Uint32Array; readonly low: Uint32Array } {
  const made = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = (low & 1) === 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (isOdd) {
        high ^= HIGH;
        low ^= LOW;
      }
    }
    made.high[byte] = high;
    made.low[byte] = low;
  }
  return made;
}

/** The checksum of bytes, as eight bytes in little-endian order. */
export function crc64(bytes: Uint8Array): Uint8Array {
  const halves = (table ??= makeTable());
  let high = 0;
  let low = 0;
  for (const byte of bytes) {
    const at = (low ^ byte) & 255;
    low = ((low >>> 8) | (high << 24)) ^ halves.low[at]!;
    high = (high >>> 8) ^ halves.high[at]!;
  }
  const sum = new Uint8Array(8);
  const view = new DataView(sum.buffer);
  view.setUint32(0, low >>> 0, true);
  view.setUint32(4, high >>> 0, true);
  return sum;
}
