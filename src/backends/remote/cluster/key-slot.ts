/** The slot of a key in a Redis Cluster. Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ */

/** Slots of a cluster. */
export const SLOTS = 16_384;

/** The CRC16 of each byte, with the polynomial 0x1021 (XMODEM). */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80_00) === 0 ? crc << 1 : (crc << 1) ^ 0x10_21;
  return crc;
});

/** The slot of a key: of the part between the first braces, if there is one and it is not empty. */
export function keySlot(key: string): number {
  let [at, end] = [0, key.length];
  const open = key.indexOf("{");
  if (open >= 0) {
    const close = key.indexOf("}", open + 1);
    if (close > open + 1) [at, end] = [open + 1, close];
  }
  let crc = 0;
  for (; at < end; at++) crc = ((crc << 8) & 0xff_ff) ^ TABLE[((crc >> 8) ^ key.charCodeAt(at)) & 0xff]!;
  return crc % SLOTS;
}
