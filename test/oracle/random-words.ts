/** Words drawn from the manual's syntax lines. */
import type { Argument } from "../../src/commands/manual/syntax.ts";
import type { Dice } from "./random.ts";

/** How words are drawn. */
interface WordsDraw {
  readonly dice: Dice;
  /** Whether an argument may be drawn; all may be by default. */
  readonly isKnown?: (argument: Argument) => boolean;
  /** Values by the name of the argument, before those that any command may take. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

const INTEGERS = ["0", "1", "2", "3", "5", "10", "-1", "-2", "100"];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  string: ["a", "b", "c", "1", "2", "3.5", "10", "", "x y"],
  key: ["k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8"],
  pattern: ["*", "a*", "?", "k[1-4]"],
  integer: INTEGERS,
  double: ["1", "2", "2.5", "-3", "10", "inf", "50.5"],
  "unix-time": ["4000000000", "5000000000000"],
};

/** Arguments whose values mean something to the command. */
const BY_NAME: Readonly<Record<string, readonly string[]>> = {
  numkeys: ["1", "2", "2", "3"],
  cursor: ["0"],
  count: ["1", "2", "10", "100"],
  seconds: ["100000", "20000000"],
  milliseconds: ["100000000", "90000000000"],
  "unix-time-milliseconds": ["4000000000000", "5000000000000"],
  id: ["0", "1-1", "2", "3-0", "5-5"],
  start: [...INTEGERS, "-", "(1-1", "(1", "[a"],
  end: [...INTEGERS, "+", "(3"],
  stop: [...INTEGERS, "+", "[c"],
  min: ["0", "1", "-inf", "(1", "-", "[a", "(a"],
  max: ["2", "3", "inf", "(10", "+", "[c", "(c"],
  encoding: ["u8", "i5", "u1"],
  longitude: ["13.4", "2.35", "-74"],
  latitude: ["52.5", "48.9", "40.7"],
  group: ["g", "h"],
  groupname: ["g", "h"],
  consumer: ["c1", "c2"],
  consumername: ["c1", "c2"],
  type: ["string", "list", "zset"],
  threshold: ["2", "3", "1-0"],
  db: ["0", "1"],
  "destination-db": ["0", "1"],
  offset: ["0", "1", "7", "20", "-1"],
  timeout: ["0"],
};

/** Words for a syntax line. Options are there every other time. */
export function drawWords(draw: WordsDraw, syntax: readonly Argument[]): string[] {
  const { dice, isKnown = () => true } = draw;
  return syntax.filter(isKnown).flatMap((argument) => {
    if (argument.isOptional && dice.chance(0.6)) return [];
    const token =
      argument.token === undefined ? [] : [dice.chance(0.2) ? argument.token.toLowerCase() : argument.token];
    if (argument.type === "pure-token") return token;
    const times = argument.isMultiple ? dice.between(1, 3) : 1;
    return Array.from({ length: times }, (_, i) => [
      ...(i === 0 || argument.isTokenMultiple ? token : []),
      ...drawValue(draw, argument),
    ]).flat();
  });
}

function drawValue(draw: WordsDraw, { name, type, parts }: Argument): string[] {
  const { dice, isKnown = () => true, values: own = {} } = draw;
  if (type === "block") return drawWords(draw, parts);
  if (type === "oneof") return drawWords(draw, [dice.pick(parts.filter(isKnown))]);
  const values = own[name] ?? BY_NAME[name] ?? VALUES[type]!;
  return [dice.pick(type === "integer" ? values.filter((value) => /^-?[0-9]+$/.test(value)) : values)];
}
