import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { plainDecimal } from "../../src/protocol/decimal.ts";
import { budget } from "../support/arbitraries.ts";

test("numbers in their shortest form, without an exponent", () => {
  const cases: [value: number, text: string][] = [
    [0, "0"],
    [-0, "0"],
    [1.5, "1.5"],
    [-1.5, "-1.5"],
    [1e3, "1000"],
    [1e21, "1000000000000000000000"],
    [1.25e22, "12500000000000000000000"],
    [-1.25e22, "-12500000000000000000000"],
    [1e-6, "0.000001"],
    [1e-7, "0.0000001"],
    [-1.25e-7, "-0.000000125"],
    [0.1 + 0.2, "0.30000000000000004"],
    [2 ** 53, "9007199254740992"],
    [Number.MIN_VALUE, `0.${"0".repeat(323)}5`],
    [Number.MAX_VALUE, `17976931348623157${"0".repeat(292)}`],
  ];
  for (const [value, text] of cases) assert.equal(plainDecimal(value), text);
});

test("every double reads back as itself, in as many digits as JavaScript prints", () => {
  const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
  const property = fc.property(doubles, (value) => {
    const text = plainDecimal(value);
    assert.match(text, /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/);
    assert.equal(Number(text), value);
    const digits = (of: string): string =>
      of
        .replace(/e.*/, "")
        .replace(/[-.]/g, "")
        .replace(/^0+|0+$/g, "");
    assert.equal(digits(text), digits(String(value)));
  });
  fc.assert(property, budget());
});
