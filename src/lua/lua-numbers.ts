/** Numbers as Redis's Lua on a 64-bit machine prints, reads and draws them. */
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

/** Digits enough to tell whether a double lies exactly between two texts of up to 17 digits. */
const EXACT_DIGITS = 40;

/** In exponential form. Where a value lies exactly between two, C takes the even digit and JavaScript the larger. */
function rounded(value: number, precision: number): string {
  const text = value.toExponential(precision - 1);
  const exact = value.toExponential(EXACT_DIGITS).replace(/e.*/, "").replace(/[-.]/g, "");
  const isTie = exact[precision] === "5" && /^0*$/.test(exact.slice(precision + 1));
  if (!isTie || Number(exact[precision - 1]) % 2 === 1) return text;
  const digits = exact.slice(0, precision);
  const exponent = value.toExponential(EXACT_DIGITS).replace(/.*e/, "");
  return `${digits[0]}.${digits.slice(1)}e${exponent}`;
}

/** One conversion of `string.format`. */
export interface IntegerFormat {
  readonly flags: string;
  readonly width: number;
  /** Undefined when none is given. */
  readonly precision: number | undefined;
  readonly conversion: "d" | "i" | "u" | "o" | "x" | "X";
}

/** C's `%lld` and its family, of a number that is truncated to 64 bits first. */
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

/** The cast to a 64-bit integer; what is between 2^63 and 2^64 keeps its bits, as the unsigned formats want it. */
function toInt64(value: number): bigint {
  if (value >= -(2 ** 63) && value < 2 ** 64) return BigInt.asIntN(64, BigInt(Math.trunc(value)));
  return INT64_MIN;
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/** A text without C's white space at its ends. A regular expression would take the square of the length. */
function trimSpace(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

const ULONG_MAX = 2n ** 64n - 1n;

/** C's strtoul over a text that may have white space around it, as a double; undefined when it is not a number. */
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

/** The generator behind `math.random`: POSIX's lrand48, as Redis has it, so that a seed gives the same everywhere. */
export class Random48 {
  private high = 0x1234;
  private middle = 0xabcd;
  private low = 0x330e;

  seed(value: number): void {
    this.low = 0x330e;
    this.middle = value & 0xffff;
    this.high = (value >>> 16) & 0xffff;
  }

  /** A whole number from 0 to 2^31 - 1. */
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
