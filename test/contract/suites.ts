/** Every contract suite, by group. */
import type { Script } from "./suite.ts";
import { serverSuite } from "./suites/server.ts";
import { stringSuite } from "./suites/string.ts";

export const suites: Readonly<Record<string, readonly Script[]>> = {
  server: serverSuite,
  string: stringSuite,
};
