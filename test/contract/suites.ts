/** Every contract suite, by group. */
import type { Script } from "./suite.ts";
import { hashSuite } from "./suites/hash.ts";
import { setSuite } from "./suites/set.ts";
import { stringSuite } from "./suites/string.ts";

export const suites: Readonly<Record<string, readonly Script[]>> = {
  hash: hashSuite,
  set: setSuite,
  string: stringSuite,
};
