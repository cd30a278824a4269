/** Printing, parsing and drawing numbers as Redis's Lua does on a 64-bit machine. */
import { INT64_MIN } from "../core/numbers.ts";

/** C's `%.<precision>g`. */
export function formatG(value: number, precision: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value) && Math.abs(value) < 1e14) return Object.is(value, -0) ? "-0" : String(value);
  const [mantissa = "", power = ""] = rounded(value, precision).split("e");
  const exponent = Number(power);
  const digits = mantissa.replace(/[-.]/g, "").replace(/0+$/, "") || "0";
  const sign = value < 0 ? "-" : "";
  if (exponent < -4 || exponent >= precision) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const magnitude = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${magnitude}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = digits.slice(exponent + 1);
  return fraction === "" ? sign + whole : `${sign}${whole}.${fraction}`;
}

/** Enough digits to tell whether a double is exactly between two texts of up to 17 digits. */
const EXACT_DIGITS = 40;

/** The value in exponential form. For a value exactly between two, C takes the even digit, JavaScript the larger. */
function rounded(value: number, precision: number): string {
  const text = value.toExponential(precision - 1);
  const exact = value.toExponential(EXACT_DIGITS).replace(/e.*/, "").replace(/[-.]/g, "");
  const isTie = exact[precision] === "5" && /^0*$/.test(exact.slice(precision + 1));
  if (!isTie || Number(exact[precision - 1]) % 2 === 1) return text;
  const digits = exact.slice(0, precision);
  const exponent = value.toExponential(EXACT_DIGITS).replace(/.*e/, "");
  return `${digits[0]}.${digits.slice(1)}e${exponent}`;
}

/** One conversion of `string.format` for an integer. */
export interface IntegerFormat {
  readonly flags: string;
  readonly width: number;
  /** Undefined when not given. */
  readonly precision: number | undefined;
  readonly conversion: "d" | "i" | "u" | "o" | "x" | "X";
}

/** C's `%lld` and its variants, of a number that is truncated to 64 bits first. */
export function formatInteger(value: number, { flags, width, precision, conversion }: IntegerFormat): string {
  const signed = conversion === "d" || conversion === "i";
  const integer = toInt64(value);
  const magnitude = signed ? (integer < 0n ? -integer : integer) : BigInt.asUintN(64, integer);
  let digits = magnitude.toString(conversion === "o" ? 8 : conversion === "x" || conversion === "X" ? 16 : 10);
  if (conversion === "X") digits = digits.toUpperCase();
  if (precision === 0 && magnitude === 0n) digits = "";
  if (precision !== undefined) digits = digits.padStart(precision, "0");
  let prefix = "";
  if (signed) prefix = integer < 0n ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  else if (flags.includes("#") && magnitude !== 0n) {
    if (conversion === "x" || conversion === "X") prefix = `0${conversion}`;
    else if (conversion === "o" && !digits.startsWith("0")) prefix = "0";
  }
  if (flags.includes("-")) return (prefix + digits).padEnd(width);
  if (flags.includes("0") && precision === undefined) return prefix + digits.padStart(width - prefix.length, "0");
  return (prefix + digits).padStart(width);
}

/** The number as a 64-bit integer. From 2^63 to 2^64 it keeps its bits, for the unsigned formats. */
function toInt64(value: number): bigint {
  if (value >= -(2 ** 63) && value < 2 ** 64) return BigInt.asIntN(64, BigInt(Math.trunc(value)));
  return INT64_MIN;
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/** The text without C's white space around it. A regular expression would take quadratic time. */
function trimSpace(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

const ULONG_MAX = 2n ** 64n - 1n;

/** C's strtoul of a text with optional white space around it, as a double; undefined when it is not a number. */
export function parseUnsigned(text: string, base: number): number | undefined {
  const trimmed = trimSpace(text);
  const sign = /^[+-]/.exec(trimmed)?.[0];
  const body = sign === undefined ? trimmed : trimmed.slice(1);
  const digits = base === 16 && /^0x[0-9a-f]/i.test(body) ? body.slice(2) : body;
  if (digits === "") return undefined;
  let value = 0n;
  for (let i = 0; i < digits.length; i++) {
    const code = digits.charCodeAt(i) | (digits.charCodeAt(i) >= 65 ? 0x20 : 0);
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 122 ? code - 87 : base;
    if (digit >= base) return undefined;
    if (value <= ULONG_MAX) value = value * BigInt(base) + BigInt(digit);
  }
  if (value > ULONG_MAX) return Number(ULONG_MAX);
  return Number(sign === "-" ? BigInt.asUintN(64, -value) : value);
}

/** The generator of `math.random`: POSIX's lrand48 as in Redis, so that a seed gives the same numbers everywhere. */
export class Random48 {
  private high = 0x1234;
  private middle = 0xabcd;
  private low = 0x330e;

  seed(value: number): void {
    this.low = 0x330e;
    this.middle = value & 0xffff;
    this.high = (value >>> 16) & 0xffff;
  }

  /** An integer from 0 to 2^31 - 1. */
  next(): number {
    // x = x * 0x5deece66d + 0xb modulo 2^48, in three words of 16 bits.
    const low = this.low * 0xe66d + 0xb;
    const middle = this.low * 0xdeec + this.middle * 0xe66d + Math.floor(low / 65_536);
    const high = this.low * 0x5 + this.middle * 0xdeec + this.high * 0xe66d + Math.floor(middle / 65_536);
    this.low = low & 0xffff;
    this.middle = middle % 65_536;
    this.high = high % 65_536;
    return this.high * 32_768 + (this.middle >>> 1);
  }
}
