/**
 * Numbers as Redis reads and prints them.
 *
 * A 64-bit integer is a `number` while it is safe and a `bigint` beyond that: {@link Int64} is the union, and {@link
 * int64} keeps it canonical. No integer becomes a double that cannot hold it.
 */

/** A signed 64-bit integer: `number` when safe, `bigint` otherwise. */
export type Int64 = number | bigint;

export const INT64_MAX = 2n ** 63n - 1n;
export const UINT64_MAX = 2n ** 64n - 1n;
export const INT64_MIN = -(2n ** 63n);
export const INT32_MAX = 2 ** 31 - 1;
export const INT32_MIN = -(2 ** 31);

const INTEGER = /^(?:0|-?[1-9][0-9]{0,18})$/;

/** Redis's string2ll: no plus, no leading zero, no space, within 64 bits. Undefined when it is not one. */
export function parseInt64(text: string): Int64 | undefined {
  const length = text.length;
  if (length === 0 || length > 20) return undefined;
  if (length < 16) {
    const small = parseSmallInteger(text, length);
    return Number.isNaN(small) ? undefined : small;
  }
  if (!INTEGER.test(text)) return undefined;
  const big = BigInt(text);
  return big > INT64_MAX || big < INT64_MIN ? undefined : int64(big);
}

/** At most 15 chars, so the value is a safe integer. NaN when it is not an integer. */
function parseSmallInteger(text: string, length: number): number {
  const negative = text.charCodeAt(0) === 45;
  let i = negative ? 1 : 0;
  const first = text.charCodeAt(i) - 48;
  if (first === 0) return length === 1 ? 0 : Number.NaN;
  let value = 0;
  if (i === length) return Number.NaN;
  for (; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

/** The canonical form of a bigint within 64 bits. */
export function int64(value: bigint): Int64 {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** `a + b` in 64 bits; undefined on overflow. */
export function addInt64(a: Int64, b: Int64): Int64 | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const sum = BigInt(a) + BigInt(b);
  return sum > INT64_MAX || sum < INT64_MIN ? undefined : int64(sum);
}

/** `a * b` in 64 bits; undefined on overflow. */
export function multiplyInt64(a: Int64, b: Int64): Int64 | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    // Adding 0 turns the -0 of `0 * -1` into the integer 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  const product = BigInt(a) * BigInt(b);
  return product > INT64_MAX || product < INT64_MIN ? undefined : int64(product);
}

/** `base` to the power of `exponent`; undefined when that is no integer of 64 bits, and for a negative exponent. */
export function raiseInt64(base: Int64, exponent: Int64): Int64 | undefined {
  if (exponent < 0) return undefined;
  const isUnit = base === 0 || base === 1 || base === -1;
  if (!isUnit && exponent >= 64) return undefined;
  // The powers of 0, 1 and -1 are those of the next lower exponent of the same parity.
  const power = BigInt(base) ** (isUnit && exponent > 2 ? 1n + ((BigInt(exponent) + 1n) % 2n) : BigInt(exponent));
  return power > INT64_MAX || power < INT64_MIN ? undefined : int64(power);
}

/** `-a` in 64 bits; undefined for the smallest integer, whose opposite does not fit. */
export function negateInt64(a: Int64): Int64 | undefined {
  if (typeof a === "number") return a === 0 ? 0 : -a;
  return a === INT64_MIN ? undefined : int64(-a);
}

/** A double without its fraction. One outside of 64 bits, or none, is the smallest integer, as on x86. */
export function truncatedInt64(value: number): Int64 {
  if (Number.isSafeInteger(value)) return value + 0;
  return value >= -(2 ** 63) && value < 2 ** 63 ? int64(BigInt(Math.trunc(value))) : INT64_MIN;
}

/** `a / unit`, a half rounded up; `unit` is a positive integer. */
export function divideRounded(a: Int64, unit: number): Int64 {
  if (typeof a === "number") return Math.floor((a + unit / 2) / unit);
  const by = BigInt(unit);
  const doubled = 2n * a + by;
  const quotient = doubled / (2n * by);
  // Division of integers rounds towards zero.
  return int64(doubled % (2n * by) < 0n ? quotient - 1n : quotient);
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const INFINITY_WORD = /^[+-]?inf(?:inity)?$/i;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?[0-9]+))?$/i;

/** The numbers 0 to 999 as text: without leading zeros, and with them. */
const SMALL: readonly string[] = Array.from({ length: 1000 }, (_, value) => String(value));
const THREE_DIGITS: readonly string[] = SMALL.map((text) => text.padStart(3, "0"));

/**
 * An integer in decimal. Up to a million it comes from tables: V8 leaves JavaScript to convert a number that is not in
 * its cache, and counters are always new.
 */
export function integerText(value: Int64): string {
  if (typeof value === "bigint" || value < 0 || value >= 1_000_000) return String(value);
  const thousands = Math.floor(value / 1000);
  return thousands === 0 ? SMALL[value]! : SMALL[thousands]! + THREE_DIGITS[value - thousands * 1000]!;
}

/** C's strtod over the whole text, as Redis uses it: no spaces, no NaN, no overflow. Undefined for any other text. */
export function parseDouble(text: string): number | undefined {
  if (text.length < 16) {
    const small = parseSmallInteger(text, text.length);
    if (!Number.isNaN(small)) return small;
  }
  if (DECIMAL.test(text)) {
    const value = Number(text);
    if (!Number.isFinite(value)) return undefined;
    return value === 0 && /^[^eE]*[1-9]/.test(text) ? undefined : value;
  }
  if (INFINITY_WORD.test(text)) return text.charCodeAt(0) === 45 ? -Infinity : Infinity;
  const hex = HEXADECIMAL.exec(text);
  return hex === null ? undefined : parseHexadecimal(hex);
}

function parseHexadecimal([, sign, whole = "", fraction = "", power = "0"]: RegExpExecArray): number | undefined {
  if (whole === "" && fraction === "") return undefined;
  const digits = Number(`0x0${whole}${fraction}`);
  const exponent = Number(power) - 4 * fraction.length;
  // Two factors, since the power alone may be out of a double's range.
  const half = Math.trunc(exponent / 2);
  const value = digits === 0 ? 0 : digits * 2 ** half * 2 ** (exponent - half);
  if (!Number.isFinite(value) || (value === 0 && digits !== 0)) return undefined;
  return sign === "-" ? -value : value;
}

/** The shortest text that reads back as the same double, laid out as Redis ≥ 7.2 does: `3`, `0.1`, `1e+20`, `inf`. */
export function formatDouble(value: number): string {
  if (Number.isInteger(value)) {
    if (Number.isSafeInteger(value)) return Object.is(value, -0) ? "-0" : String(value);
    if (Math.abs(value) <= 2 ** 62) return BigInt(value).toString();
  }
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  return layOut(value);
}

/** fpconv's three layouts: plain digits, a decimal point, or an exponent. */
function layOut(value: number): string {
  const sign = value < 0 ? "-" : "";
  const [mantissa = "", power = ""] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(power);
  const scale = exponent - digits.length + 1;
  const magnitude = Math.abs(exponent);
  if (scale >= 0 && magnitude < digits.length + 7) return sign + digits + "0".repeat(scale);
  if (scale < 0 && (scale > -7 || magnitude < 4)) {
    const point = digits.length + scale;
    if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
    return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${magnitude}`;
}

/** C's `%.{decimals}f`: exact, ties to the even digit. `decimals` is 1 to 99. */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return formatDouble(value);
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}.${"0".repeat(decimals)}`;
  const rounded = value.toFixed(decimals);
  // toFixed rounds ties away from zero. A double is a tie when it has exactly one binary digit more than decimals.
  if (Math.abs((value * 2 ** (decimals + 1)) % 2) !== 1) return rounded;
  const truncated = value.toFixed(decimals + 1).slice(0, -1);
  return /[02468]$/.test(truncated) ? truncated : rounded;
}
