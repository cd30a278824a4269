/**
 * The 80-bit floating point of x86, as far as INCRBYFLOAT needs it: Redis adds in `long double` and prints `%.17Lf`,
 * which is why 0.1 + 0.2 is 0.3 there. A value is a whole number of 64 significant bits times a power of two.
 */

/** Significant bits of the 80-bit format. */
const PRECISION_BITS = 64;

/** `mantissa · 2^exponent`, exact, with at most 64 bits of mantissa. */
export interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const DECIMAL = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/;

/** Longest text Redis reads as a long double, in chars. */
const TEXT_CHARS_MAX = 5 * 1024;

/** Decimal text to the nearest long double; `inf` and hexadecimal forms are not read. Undefined when it is no number. */
export function parseLongDouble(text: string): LongDouble | undefined {
  if (text.length >= TEXT_CHARS_MAX) return undefined;
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", power = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  const digits = BigInt(whole + fraction);
  const scale = Number(power) - fraction.length;
  if (digits === 0n) return { mantissa: 0n, exponent: 0 };
  if (Math.abs(scale) > TEXT_CHARS_MAX * 2) return undefined;
  const signed = sign === "-" ? -digits : digits;
  const value =
    scale >= 0 ? roundQuotient(signed * 10n ** BigInt(scale), 1n) : roundQuotient(signed, 10n ** BigInt(-scale));
  return Math.abs(value.exponent) > 16400 ? undefined : value;
}

export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble {
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  const rounded = roundQuotient(sum, 1n);
  return { mantissa: rounded.mantissa, exponent: rounded.exponent + exponent };
}

/** `%.17Lf` without its trailing zeros, and without the sign of a zero. */
export function formatLongDouble({ mantissa, exponent }: LongDouble): string {
  const negative = mantissa < 0n;
  const scaled = (negative ? -mantissa : mantissa) * 10n ** 17n;
  const rounded = exponent >= 0 ? scaled << BigInt(exponent) : divideHalfEven(scaled, 1n << BigInt(-exponent));
  const digits = rounded.toString().padStart(18, "0");
  const whole = digits.slice(0, -17);
  const fraction = digits.slice(-17).replace(/0+$/, "");
  const text = fraction === "" ? whole : `${whole}.${fraction}`;
  return negative && text !== "0" ? `-${text}` : text;
}

/** The quotient rounded to 64 significant bits, ties to even. */
function roundQuotient(numerator: bigint, denominator: bigint): LongDouble {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  const negative = numerator < 0n;
  const top = negative ? -numerator : numerator;
  let shift = bitLength(top) - bitLength(denominator) - PRECISION_BITS;
  if (quotientBits(top, denominator, shift) < PRECISION_BITS) shift -= 1;
  if (quotientBits(top, denominator, shift) > PRECISION_BITS) shift += 1;
  const magnitude =
    shift >= 0 ? divideHalfEven(top, denominator << BigInt(shift)) : divideHalfEven(top << BigInt(-shift), denominator);
  return { mantissa: negative ? -magnitude : magnitude, exponent: shift };
}

function quotientBits(top: bigint, bottom: bigint, shift: number): number {
  return bitLength(shift >= 0 ? top / (bottom << BigInt(shift)) : (top << BigInt(-shift)) / bottom);
}

function divideHalfEven(top: bigint, bottom: bigint): bigint {
  const quotient = top / bottom;
  const twice = (top % bottom) * 2n;
  return twice > bottom || (twice === bottom && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return value === 0n ? 0 : hex.length * 4 - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28;
}
