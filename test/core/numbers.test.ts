import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addInt64,
  divideRounded,
  formatDouble,
  formatFixed,
  integerText,
  int64,
  negateInt64,
  parseDouble,
  parseInt64,
} from "../../src/core/numbers.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

const MAX = 9223372036854775807n;
const MIN = -9223372036854775808n;

test("parseInt64 reads what Redis's string2ll reads, and keeps safe integers as numbers", () => {
  const read: readonly (readonly [string, number | bigint])[] = [
    ["0", 0],
    ["7", 7],
    ["-7", -7],
    ["999999999999999", 999999999999999],
    ["-99999999999999", -99999999999999],
    ["9007199254740991", 9007199254740991],
    ["-9007199254740991", -9007199254740991],
    ["9007199254740992", 9007199254740992n],
    ["9223372036854775807", MAX],
    ["-9223372036854775808", MIN],
  ];
  for (const [text, value] of read) assert.equal(parseInt64(text), value, text);
});

test("parseInt64 refuses everything else", () => {
  const refused = [
    "",
    "-",
    "+1",
    "01",
    "-0",
    "-01",
    "00",
    " 1",
    "1 ",
    "1.0",
    "1e3",
    "0x10",
    "1\x00",
    "１",
    "--1",
    "1-",
  ];
  refused.push("9223372036854775808", "-9223372036854775809", "00000000000000000001", "99999999999999999999", "x");
  refused.push("123456789012345x", "1234567890123456x", "-000000000000000001");
  for (const text of refused) assert.equal(parseInt64(text), undefined, JSON.stringify(text));
});

test("divideRounded rounds a half up, on both sides of zero and of 2^53", () => {
  for (const value of [0n, 1n, 499n, 500n, 501n, 1499n, 1500n, 2n ** 53n, 2n ** 53n + 308n, MAX - 307n, MAX]) {
    for (const signed of [value, -value]) {
      const [quotient, rest] = [(signed + 500n) / 1000n, (signed + 500n) % 1000n];
      assert.equal(divideRounded(int64(signed), 1000), int64(rest < 0n ? quotient - 1n : quotient), String(signed));
    }
    assert.equal(divideRounded(int64(value), 1), int64(value));
  }
});

test("addInt64 and negateInt64 keep to 64 bits and to the canonical form", () => {
  const edges = [
    0n,
    1n,
    -1n,
    2n ** 53n - 1n,
    2n ** 53n,
    -(2n ** 53n),
    MAX,
    MIN,
    MAX - 1n,
    MIN + 1n,
    12345678901234567n,
  ];
  for (const a of edges) {
    assert.equal(negateInt64(int64(a)), -a > MAX ? undefined : int64(-a), String(a));
    for (const b of edges) {
      const sum = a + b;
      assert.equal(addInt64(int64(a), int64(b)), sum > MAX || sum < MIN ? undefined : int64(sum), `${a} + ${b}`);
    }
  }
  assert.ok(Object.is(negateInt64(0), 0));
});

test("parseDouble reads what strtod reads", () => {
  const read: readonly (readonly [string, number])[] = [
    ["0", 0],
    ["-0", -0],
    ["+5", 5],
    ["007", 7],
    ["1.5", 1.5],
    ["5.", 5],
    [".5", 0.5],
    ["-.5e1", -5],
    ["1e308", 1e308],
    ["5e-324", 5e-324],
    ["0e9999", 0],
    ["0.000e-999", 0],
    ["123456789012345678901234567890", 1.2345678901234568e29],
    ["inf", Infinity],
    ["+INF", Infinity],
    ["-infinity", -Infinity],
    ["0x10", 16],
    ["-0x1.8p1", -3],
    ["0X.8", 0.5],
    ["0x1.", 1],
    ["0x1p-1074", 5e-324],
    ["0x0.0000000001p1050", 2 ** 1010],
    ["0x0p9999", 0],
  ];
  for (const [text, value] of read) assert.ok(Object.is(parseDouble(text), value), `${text}: ${parseDouble(text)}`);
});

test("parseDouble refuses what is no number, overflows or underflows", () => {
  const refused = [
    "",
    " 1",
    "1 ",
    "1\n",
    ".",
    "-",
    "e5",
    "1e",
    "1e+",
    "1.2.3",
    "nan",
    "-nan",
    "infx",
    "in",
    "0x",
    "0x.",
  ];
  refused.push("0x1p", "0xg", "1e400", "-1e400", "1e-400", "0x1p1024", "0x1p-2000", "1_0", "1,5", "1\x00", "١");
  for (const text of refused) assert.equal(parseDouble(text), undefined, JSON.stringify(text));
});

test("formatDouble lays numbers out as Redis 7.2 and later do", () => {
  const layouts: readonly (readonly [number, string])[] = [
    [0, "0"],
    [-0, "-0"],
    [3, "3"],
    [-3, "-3"],
    [0.1, "0.1"],
    [-0.5, "-0.5"],
    [1.23456, "1.23456"],
    [1e15, "1000000000000000"],
    [2 ** 53, "9007199254740992"],
    [2 ** 62, "4611686018427387904"],
    [-(2 ** 62), "-4611686018427387904"],
    // Beyond the range in which a 64-bit integer is tried: digits, then at most six zeros, then an exponent.
    [2 ** 63, "9223372036854776000"],
    [1e19, "1e+19"],
    [1.7e19, "1.7e+19"],
    [1.234567890123457e22, "12345678901234570000000"],
    [1.234567890123457e23, "1.234567890123457e+23"],
    [1e300, "1e+300"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    // Small ones: a point while fewer than seven digits stand behind it or the exponent is above -4.
    [0.001, "0.001"],
    [0.0001, "0.0001"],
    [0.000001, "0.000001"],
    [0.0000001, "1e-7"],
    [0.0000012, "1.2e-6"],
    [0.000123, "0.000123"],
    [0.0001234, "1.234e-4"],
    [0.001234567890123, "0.001234567890123"],
    [5e-324, "5e-324"],
    [1.5e-10, "1.5e-10"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    [Number.NaN, "nan"],
  ];
  for (const [value, text] of layouts) assert.equal(formatDouble(value), text);
});

test("what formatDouble prints, parseDouble reads back", () => {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  const bits = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < 20_000; i++) {
    bits.setUint32(0, random() * 2 ** 32);
    bits.setUint32(4, random() * 2 ** 32);
    const anywhere = bits.getFloat64(0);
    const near = Math.round((random() - 0.5) * 1e6) / 10 ** Math.floor(random() * 6);
    for (const value of [anywhere, near]) {
      if (Number.isFinite(value)) assert.equal(parseDouble(formatDouble(value)), value, `SEED=${seed}`);
    }
  }
});

/** `%.{decimals}f` by exact arithmetic: a double is a whole number times 2^-1074. */
function naiveFixed(value: number, decimals: number): string {
  const unit = 2n ** 1074n;
  let whole = 0n;
  let rest = Math.abs(value);
  for (let exponent = 1023; rest > 0 && exponent >= -1074; exponent--) {
    const power = exponent < -1022 ? 2 ** -1022 * 2 ** (exponent + 1022) : 2 ** exponent;
    if (rest < power) continue;
    rest -= power;
    whole += 2n ** BigInt(exponent + 1074);
  }
  const scaled = whole * 10n ** BigInt(decimals);
  const twice = (scaled % unit) * 2n;
  const floor = scaled / unit;
  const up = twice > unit || (twice === unit && floor % 2n === 1n);
  const digits = (up ? floor + 1n : floor).toString().padStart(decimals + 1, "0");
  return `${value < 0 ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

test("formatFixed rounds as C does: by the exact value, a tie to the even digit", () => {
  const known: readonly (readonly [number, number, string])[] = [
    [0, 4, "0.0000"],
    [181.0078125, 6, "181.007812"],
    [-181.0234375, 6, "-181.023438"],
    [0.15, 1, "0.1"],
    [0.25, 1, "0.2"],
    [-0.75, 1, "-0.8"],
    [1e21, 2, "1000000000000000000000.00"],
    [1e300, 1, `${BigInt(1e300)}.0`],
    [13.361389338970184, 17, "13.36138933897018433"],
    [Infinity, 6, "inf"],
    [-Infinity, 6, "-inf"],
  ];
  for (const [value, decimals, text] of known) assert.equal(formatFixed(value, decimals), text);
  const seed = chooseSeed();
  const random = seededRandom(seed);
  for (let i = 0; i < 2000; i++) {
    const decimals = 1 + Math.floor(random() * 17);
    const anywhere = (random() - 0.5) * 10 ** Math.floor(random() * 12);
    const tie = (2 * Math.floor(random() * 1e4) + 1) / 2 ** (decimals + 1);
    for (const value of [anywhere, tie, -tie]) {
      assert.equal(formatFixed(value, decimals), naiveFixed(value, decimals), `SEED=${seed} ${value} ${decimals}`);
    }
  }
});

test("integers as text", () => {
  const edges = [
    -1, -0, 0, 1, 9, 10, 99, 100, 999, 1000, 1001, 1010, 9999, 10_000, 99_999, 100_000, 999_999, 1_000_000,
  ];
  for (const value of [...edges, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2n ** 63n - 1n]) {
    assert.equal(integerText(value), String(value));
  }
  for (let value = 0; value < 1_000_000; value += 7) assert.equal(integerText(value), String(value));
});
