/** Commands in JSON bodies, with the words that they mean. */
import * as fc from "fast-check";
import { CommandError } from "../../src/core/reply.ts";
import { anyText, jsonStringOf } from "./arbitraries.ts";

/** Text as the bytes of a body. */
export function bytes(text: string): string {
  return Buffer.from(text, "utf8").latin1Slice();
}

/** An element of a command as it stands in the body, and the word it means. */
interface Element {
  readonly source: string;
  readonly word: string;
}

const stringElement: fc.Arbitrary<Element> = anyText.chain((text) =>
  jsonStringOf(text).map((source) => ({ source, word: bytes(text) })),
);

const integerElement: fc.Arbitrary<Element> = fc
  .oneof(fc.bigInt(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }), fc.constantFrom(0n, 2n ** 53n, 2n ** 53n + 1n))
  .map(String)
  .map((digits) => ({ source: digits, word: digits }));

/** Numbers of few digits, so that the word can be told without arithmetic. */
const fractionElement: fc.Arbitrary<Element> = fc
  .tuple(fc.boolean(), fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 9 }), fc.nat({ max: 3 }))
  .map(([negative, whole, tenth, zeros]) => {
    const sign = negative ? "-" : "";
    const word = tenth === 0 ? `${sign}${whole}` : `${sign}${whole}.${tenth}`;
    return { source: `${sign}${whole}.${tenth}${"0".repeat(zeros)}`, word };
  });

const exponentElement: fc.Arbitrary<Element> = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom("e", "E"), fc.constantFrom("", "+"), fc.nat({ max: 30 }))
  .map(([digit, e, sign, power]) => ({ source: `${digit}${e}${sign}${power}`, word: `${digit}${"0".repeat(power)}` }));

const element: fc.Arbitrary<Element> = fc.oneof(
  { weight: 5, arbitrary: stringElement },
  { weight: 2, arbitrary: integerElement },
  { weight: 1, arbitrary: fractionElement },
  { weight: 1, arbitrary: exponentElement },
  { weight: 1, arbitrary: fc.constantFrom({ source: "true", word: "true" }, { source: "false", word: "false" }) },
);

/** The elements of a command. */
export const command: fc.Arbitrary<Element[]> = fc.array(element, { minLength: 1, maxLength: 8 });

/** An array of elements, with `space` between its tokens. */
export function render(sources: readonly string[], space: string): string {
  return `${space}[${space}${sources.join(`${space},${space}`)}${space}]${space}`;
}

/** The error a body is refused with; undefined when it is not. Anything else that is thrown fails the test. */
export function refusal(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) return error.text;
    throw error;
  }
}
