import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addLongDouble, formatLongDouble, parseLongDouble } from "../../src/core/long-double.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import type { Frame } from "../support/resp.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

/** What INCRBYFLOAT answers: the sum, or the beginning of the error. */
function increment(old: string, by: string): string {
  const [a, b] = [parseLongDouble(old), parseLongDouble(by)];
  if (a === undefined || b === undefined) return "not a valid float";
  const sum = addLongDouble(a, b);
  return sum === undefined ? "NaN or Infinity" : formatLongDouble(sum);
}

/** Sums without a server: what is asked of the format itself. */
const SUMS: readonly (readonly [old: string, by: string, sum: string])[] = [
  ["0.1", "0.2", "0.3"],
  ["3.0e3", "200", "3200"],
  ["9223372036854775807", "1", "9223372036854775808"],
  ["1", "-1", "0"],
  ["-0", "-0", "0"],
  ["-1e-30", "0", "0"],
  ["0x10", "0x.8", "16.5"],
  ["18446744073709551615", "0.5", "18446744073709551616"],
  ["inf", "1", "NaN or Infinity"],
  ["inf", "-inf", "NaN or Infinity"],
  ["1e4932", "1e4932", "NaN or Infinity"],
  ["1e4933", "0", "not a valid float"],
  ["1e-4960", "0", "not a valid float"],
  ["nan", "0", "not a valid float"],
  ["", "0", "not a valid float"],
  [".", "0", "not a valid float"],
  [" 1", "0", "not a valid float"],
  ["1 ", "0", "not a valid float"],
  ["1e", "0", "not a valid float"],
  ["0x", "0", "not a valid float"],
  ["1\x00", "0", "not a valid float"],
];

test("sums as the 80-bit format rounds them", () => {
  for (const [old, by, sum] of SUMS) assert.equal(increment(old, by), sum, `${old} + ${by}`);
});

describe("INCRBYFLOAT of redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  async function compare(pairs: readonly (readonly [string, string])[], note: string): Promise<void> {
    const commands = pairs.flatMap(([old, by]) => [
      ["SET", "k", old],
      ["INCRBYFLOAT", "k", by],
    ]);
    const frames = await redis.sendAll(commands);
    pairs.forEach(([old, by], i) => {
      const theirs = outcome(frames[i * 2 + 1]!);
      assert.equal(increment(old, by), theirs, `${note}: ${old} + ${by}`);
    });
  }

  test("the sums above", () =>
    compare(
      SUMS.map(([old, by]) => [old, by] as const),
      "stated",
    ));

  test("texts of many forms", async () => {
    const texts = [
      "1",
      "+1",
      "-1",
      "01",
      "1.",
      ".5",
      "-.5",
      "+.5e1",
      "1e5",
      "1E+5",
      "1e-5",
      "1e+",
      "--1",
      "1_0",
      "1,5",
    ];
    texts.push("infinity", "+inf", "-INF", "infinit", "nan(1)", "-nan", "0x1p3", "0X1.8P-2", "0x1p", "0x.", "-0x0p0");
    texts.push("1e4931", "-1.18e4932", "3.65e-4951", "1e-4951", "1e-4950", "0e99999", "1e99999999999", "0x1p16383");
    texts.push("0x1p16384", "0x1p-16445", "0x1p-16446", "0x1.8p-16446", "\t1", "1\n", `0.${"0".repeat(5000)}1e5000`);
    texts.push("9".repeat(5119), "9".repeat(4932), `${"0".repeat(5117)}1`, `1e${"0".repeat(5200)}`);
    const pairs = texts.flatMap((old) => ["0", "1.5", "-1e10", old].map((by) => [old, by] as const));
    await compare(pairs, "forms");
  });

  test("random numbers of every magnitude", async () => {
    const seed = chooseSeed();
    console.log(`long doubles: SEED=${seed}`);
    const random = seededRandom(seed);
    const digits = (count: number) => Array.from({ length: count }, () => Math.floor(random() * 10)).join("");
    const draw = () => {
      const sign = random() < 0.4 ? "-" : "";
      const whole = digits(1 + Math.floor(random() ** 3 * 30));
      const fraction = random() < 0.6 ? `.${digits(1 + Math.floor(random() ** 2 * 40))}` : "";
      const reach = random() < 0.1 ? 4950 : 25;
      const power = random() < 0.4 ? `e${Math.floor((random() * 2 - 1) * reach)}` : "";
      return sign + whole + fraction + power;
    };
    const pairs = Array.from({ length: 20_000 }, () => [draw(), draw()] as const);
    for (let i = 0; i < pairs.length; i += 1000) await compare(pairs.slice(i, i + 1000), `SEED=${seed}`);
  });
});

function outcome(frame: Frame): string {
  if (frame.kind === "bulk") return frame.text!;
  assert.equal(frame.kind, "error");
  const { text } = frame as { text: string };
  return ["not a valid float", "NaN or Infinity"].find((part) => text.includes(part)) ?? text;
}
