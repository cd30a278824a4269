/**
 * The 80-bit floating point numbers of x86, as far as INCRBYFLOAT needs them. Redis adds in `long double` and prints
 * `%.17Lf`, which is why 0.1 + 0.2 is 0.3 there. A value is an integer of 64 significant bits times a power of two.
 */

/** Significant bits of the 80-bit format. */
const PRECISION_BITS = 64;

/** Finite values are below 2 to this power. */
const RANGE_BITS = 16384;

/** The smallest positive value is 2 to this power. Values near it have fewer significant bits. */
const EXPONENT_MIN = -16445;

/** Texts of this many chars are too long for Redis to read. */
const TEXT_CHARS_MAX = 5 * 1024;

/** `mantissa · 2^exponent`, exact; the mantissa has 64 significant bits. An infinity has an infinite exponent. */
interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** Shifts the seventeen printed decimals in front of the decimal point. */
const DECIMALS = 10n ** 17n;

const ZERO: LongDouble = { mantissa: 0n, exponent: 0 };

const DECIMAL = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?[0-9]+))?$/i;
const INFINITY_WORD = /^([+-]?)inf(?:inity)?$/i;

/** C's strtold over the whole text, as Redis uses it: decimal, hexadecimal or `inf`. Undefined when it is no number. */
export function parseLongDouble(text: string): LongDouble | undefined {
  if (text.length >= TEXT_CHARS_MAX) return undefined;
  const decimal = DECIMAL.exec(text);
  if (decimal !== null) return parseDigits(decimal, 10);
  const infinity = INFINITY_WORD.exec(text);
  if (infinity !== null) return { mantissa: infinity[1] === "-" ? -1n : 1n, exponent: Infinity };
  const hexadecimal = HEXADECIMAL.exec(text);
  return hexadecimal === null ? undefined : parseDigits(hexadecimal, 16);
}

/** Undefined as well for a value that overflows, or underflows to zero. */
function parseDigits([, sign, whole = "", fraction = "", power = "0"]: RegExpExecArray, radix: 10 | 16) {
  if (whole === "" && fraction === "") return undefined;
  const digits = BigInt((radix === 16 ? "0x0" : "") + whole + fraction);
  if (digits === 0n) return ZERO;
  const signed = sign === "-" ? -digits : digits;
  const scale = Number(power) - fraction.length * (radix === 16 ? 4 : 1);
  // Beyond this exponent the digits of a text cannot bring the value back into range. It also keeps the powers below
  // small.
  if (Math.abs(scale) > TEXT_CHARS_MAX * 8) return undefined;
  const value = radix === 16 ? rounded(signed, 1n, scale) : roundedDecimal(signed, scale);
  return isInfinite(value) || value.mantissa === 0n ? undefined : value;
}

function roundedDecimal(digits: bigint, scale: number): LongDouble {
  const power = 10n ** BigInt(Math.abs(scale));
  return scale >= 0 ? rounded(digits * power, 1n, 0) : rounded(digits, power, 0);
}

/** Whether a value is positive or negative infinity. */
export function isInfinite(value: LongDouble): boolean {
  return value.exponent === Infinity;
}

/** The sum; undefined when it is infinite or not a number. */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble | undefined {
  if (isInfinite(a) || isInfinite(b)) return undefined;
  const exponent = Math.min(a.exponent, b.exponent);
  const exact = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  const sum = rounded(exact, 1n, exponent);
  return isInfinite(sum) ? undefined : sum;
}

/** `%.17Lf` of a finite value, without its trailing zeros and without the sign of a zero. */
export function formatLongDouble({ mantissa, exponent }: LongDouble): string {
  const negative = mantissa < 0n;
  const scaled = (negative ? -mantissa : mantissa) * DECIMALS;
  const shown = exponent >= 0 ? scaled << BigInt(exponent) : divideHalfEven(scaled, 1n << BigInt(-exponent));
  const digits = shown.toString().padStart(18, "0");
  const whole = digits.slice(0, -17);
  const fraction = digits.slice(-17).replace(/0+$/, "");
  const text = fraction === "" ? whole : `${whole}.${fraction}`;
  return negative && text !== "0" ? `-${text}` : text;
}

/** `numerator / denominator · 2^exponent` as the format holds it: 64 bits, fewer near zero, ties to even. */
function rounded(numerator: bigint, denominator: bigint, exponent: number): LongDouble {
  if (numerator === 0n) return ZERO;
  const negative = numerator < 0n;
  const top = negative ? -numerator : numerator;
  // The quotient of a number of m bits and one of n bits has m - n or m - n + 1 bits.
  let shift = bitLength(top) - bitLength(denominator) - PRECISION_BITS;
  if (bitLength(shiftedQuotient(top, denominator, shift)) > PRECISION_BITS) shift++;
  shift = Math.max(shift, EXPONENT_MIN - exponent);
  const magnitude =
    shift >= 0 ? divideHalfEven(top, denominator << BigInt(shift)) : divideHalfEven(top << BigInt(-shift), denominator);
  if (magnitude === 0n) return ZERO;
  const overflows = bitLength(magnitude) + exponent + shift > RANGE_BITS;
  return { mantissa: negative ? -magnitude : magnitude, exponent: overflows ? Infinity : exponent + shift };
}

function shiftedQuotient(top: bigint, bottom: bigint, shift: number): bigint {
  return shift >= 0 ? top / (bottom << BigInt(shift)) : (top << BigInt(-shift)) / bottom;
}

function divideHalfEven(top: bigint, bottom: bigint): bigint {
  const quotient = top / bottom;
  const twice = (top % bottom) * 2n;
  return twice > bottom || (twice === bottom && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return hex.length * 4 - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28;
}
